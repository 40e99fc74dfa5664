package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/slackstate/slackstate/persist"
)

// compact writes a file anew, as small as it can be.
func compact(_ context.Context, e env, args []string) error {
	fs := flag.NewFlagSet("compact", flag.ContinueOnError)
	path := fs.String("db", "", "the `file` to compact")
	if err := parse(e, fs, args, "db"); err != nil {
		return err
	}
	before, after, err := persist.Compact(*path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "%s: %d bytes became %d\n", *path, before, after)
	return err
}
