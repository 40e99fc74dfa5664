package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/slackstate/slackstate"
)

// verify reads a file from end to end and says whether it is what was written.
func verify(_ context.Context, e env, args []string) error {
	fs := flag.NewFlagSet("verify", flag.ContinueOnError)
	path := fs.String("db", "", "the `file` to verify")
	if err := parse(e, fs, args, "db"); err != nil {
		return err
	}
	v, err := slackstate.Verify(*path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "%s is sound: %d records as of event %d, %d journal rows, %d of them reduced again\n",
		*path, v.Records, v.Seq, v.Rows, v.Reduced)
	return err
}
