package main

import (
	"fmt"
	"time"

	"github.com/slackstate/slackstate/persist"
)

// openToRead opens a file without changing it. If a process writes to it, it is
// the copy that this process has published last, and standard error is told how
// old that is.
func openToRead(e env, path string) (*persist.DB, error) {
	db, copied, err := persist.OpenReader(path, persist.Options{})
	if err == nil {
		tellCopied(e, path, copied)
	}
	return db, err
}

// tellCopied tells standard error how old a copy is, if it is one.
func tellCopied(e env, path string, copied time.Time) {
	if !copied.IsZero() {
		fmt.Fprintf(e.stderr, "%s is open in another process: reading %s, which is %v old\n",
			path, persist.Published(path), time.Since(copied).Round(time.Second))
	}
}
