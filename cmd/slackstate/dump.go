package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/slackstate/slackstate/persist"
)

// dump prints what a file holds, as of the last event in it, without changing
// it.
func dump(_ context.Context, e env, args []string) error {
	fs := flag.NewFlagSet("dump", flag.ContinueOnError)
	path := fs.String("db", "", "the `file` to read")
	if err := parse(e, fs, args, "db"); err != nil {
		return err
	}
	switch info, err := os.Stat(*path); { // Open would make it
	case err != nil:
		return err
	case info.Size() == 0:
		return fmt.Errorf("%s is empty", *path)
	}
	db, err := persist.Open(*path, persist.Options{})
	if err != nil {
		return err
	}
	s, err := db.Load()
	if err == nil {
		_, err = e.stdout.Write(append(s.AppendDump(nil), '\n'))
	}
	return errors.Join(err, db.Close())
}
