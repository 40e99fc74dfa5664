package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/slackstate/slackstate/slacktest"
)

// fake serves a workspace in which something happens now and then, until it is
// interrupted.
func fake(ctx context.Context, e env, args []string) error {
	fs := flag.NewFlagSet("fake", flag.ContinueOnError)
	addr := fs.String("addr", "127.0.0.1:0", "the `address` to listen on")
	users := fs.Int("users", 100, "how many `users` the workspace has")
	faults := fs.String("faults", "", "what goes wrong at random, a `list` of "+strings.Join(slacktest.FaultNames(), ","))
	if err := parse(e, fs, args); err != nil {
		return err
	}
	if *users < 5 {
		return misused(e, fs, "--users is 5 at least")
	}
	ln, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	srv, err := slacktest.New(slacktest.Options{Users: *users, Seed: uint64(*users), Listener: ln})
	if err != nil {
		return err
	}
	defer srv.Close()
	if *faults != "" {
		for name := range strings.SplitSeq(*faults, ",") {
			if err := srv.Faults().Enable(strings.TrimSpace(name)); err != nil {
				return misused(e, fs, err.Error())
			}
		}
	}
	fmt.Fprintf(e.stdout, "SLACK_API_URL=%s\nSLACK_TOKEN=%s\nSLACK_APP_TOKEN=%s\nSLACK_SIGNING_SECRET=%s\n",
		srv.URL(), srv.Token(), srv.AppToken(), srv.SigningSecret())
	rng := rand.New(rand.NewPCG(uint64(*users), 0))
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			fmt.Fprintln(e.stderr, srv.Random(rng))
		case <-ctx.Done():
			return nil
		}
	}
}
