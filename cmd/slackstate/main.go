// Command slackstate shows a live copy of a Slack workspace, keeps one in a
// file, and replays recorded ones.
//
//	slackstate demo                     an embedded Slack through a whole life cycle
//	slackstate run --db F               keep a file up to date; the token is in SLACK_TOKEN
//	slackstate dump --db F              print what a file holds as JSON
//	slackstate changes --db F           print the changes that a file still tells
//	slackstate verify --db F            say whether a file is what was written
//	slackstate compact --db F           write a file anew, as small as it can be
//	slackstate replay --start F         build a workspace from recorded responses and events
//	slackstate bench                    measure a recorded or a generated workspace
//	slackstate fake                     serve a Slack to develop against
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// A command is one subcommand. Its run gets the arguments behind its name.
type command struct {
	name, usage, summary string
	run                  func(ctx context.Context, env env, args []string) error
}

// env is what a command may touch of the process.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
}

func commands() []command {
	return []command{
		{"demo", "demo", "show a whole life cycle on an embedded Slack", demo},

		{"run", "run --db F [--api-url U] [--connect] [--locale] [--members joined|all|none] [--read-state joined|all|none] [--history N] [--files] [--unpaced] [--changes]", "keep a file up to date; the token is in SLACK_TOKEN", runCommand},
		{"replay", "replay --start F [--events F]... [--db F] [--strict] [--dump] [--changes]", "build a workspace from recorded responses and events", replay},
		{"dump", "dump --db F", "print what a file holds as JSON", dump},
		{"changes", "changes --db F [--from SEQ] [--follow]", "print the changes that a file still tells, one event a line", changes},
		{"verify", "verify --db F", "read a file from end to end, and say whether it is what was written", verify},
		{"compact", "compact --db F", "write a file anew, as small as it can be", compact},
		{"bench", "bench [--start F --events F] [--users N] [--count N] [--json]", "measure a recorded or a generated workspace", bench},
		{"fake", "fake [--addr A] [--users N] [--faults LIST]", "serve a Slack to develop against", fake},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	e := env{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv}
	os.Exit(run(ctx, e, os.Args[1:]))
}

// errUsage says that the arguments are wrong, which has been explained.
var errUsage = errors.New("usage")

// run returns the exit status: 0, 1 for a failure, 2 for wrong arguments.
func run(ctx context.Context, e env, args []string) int {
	if len(args) > 0 {
		for _, c := range commands() {
			if c.name != args[0] {
				continue
			}
			err := c.run(ctx, e, args[1:])
			switch {
			case err == nil, errors.Is(err, flag.ErrHelp):
				return 0
			case errors.Is(err, errUsage):
				return 2
			}
			fmt.Fprintf(e.stderr, "slackstate %s: %v\n", c.name, err)
			return 1
		}
		if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
			usage(e.stdout)
			return 0
		}
		fmt.Fprintf(e.stderr, "slackstate: no command %q\n\n", args[0])
	}
	usage(e.stderr)
	return 2
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "usage:")
	for _, c := range commands() {
		fmt.Fprintf(w, "  slackstate %s\n        %s\n", c.usage, c.summary)
	}
}

// parse reads a command's flags and refuses arguments that are none. Names in
// required must have been given.
func parse(e env, fs *flag.FlagSet, args []string, required ...string) error {
	fs.SetOutput(e.stderr)
	fs.Usage = func() {
		for _, c := range commands() {
			if c.name == fs.Name() {
				fmt.Fprintf(e.stderr, "usage: slackstate %s\n", c.usage)
			}
		}
		fs.PrintDefaults()
	}
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return err
	case err != nil:
		return errUsage // fs has said what is wrong
	case fs.NArg() > 0:
		return misused(e, fs, fmt.Sprintf("unexpected argument %q", fs.Arg(0)))
	}
	for _, name := range required {
		if f := fs.Lookup(name); f.Value.String() == "" {
			return misused(e, fs, "--"+name+" is missing")
		}
	}
	return nil
}

// misused explains what is wrong with the arguments.
func misused(e env, fs *flag.FlagSet, why string) error {
	fmt.Fprintf(e.stderr, "slackstate %s: %s\n", fs.Name(), why)
	fs.Usage()
	return errUsage
}
