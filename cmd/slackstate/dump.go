package main

import (
	"context"
	"errors"
	"flag"
)

// dump prints what a file holds, as of the last event in it, without changing
// it.
func dump(_ context.Context, e env, args []string) error {
	fs := flag.NewFlagSet("dump", flag.ContinueOnError)
	path := fs.String("db", "", "the `file` to read")
	if err := parse(e, fs, args, "db"); err != nil {
		return err
	}
	db, err := openToRead(e, *path)
	if err != nil {
		return err
	}
	s, err := db.Load()
	if err == nil {
		_, err = e.stdout.Write(append(s.AppendDump(nil), '\n'))
	}
	return errors.Join(err, db.Close())
}
