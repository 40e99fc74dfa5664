package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"sync"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
)

// runCommand keeps a file up to date until it is interrupted.
func runCommand(ctx context.Context, e env, args []string) error {
	fs := flag.NewFlagSet("run", flag.ContinueOnError)
	db := fs.String("db", "", "the `file` to keep up to date; made if it does not exist")
	source := fs.String("source", "rtm", "where events come from: rtm")
	apiURL := fs.String("api-url", "", "the Web API's `URL`, if it is not Slack's own")
	connect := fs.Bool("connect", false, "ask rtm.connect and never rtm.start")
	members := fs.String("members", "joined", "the conversations whose members to load: joined, all or none")
	reads := fs.String("read-state", "none", "the conversations whose read state to load: joined, all or none")
	locale := fs.Bool("locale", false, "ask for the languages of users and conversations, too")
	history := fs.Int("history", 0, "keep that `number` of messages of each conversation; 0 keeps none")
	files := fs.Bool("files", false, "keep files")
	unpaced := fs.Bool("unpaced", false, "do not keep to Slack's rates: for a server that is not Slack's")
	changes := fs.Bool("changes", false, "print each change to standard output, one JSON object a line")
	if err := parse(e, fs, args, "db"); err != nil {
		return err
	}
	if *source != "rtm" {
		return misused(e, fs, fmt.Sprintf("no source %q; there is rtm", *source))
	}
	if u, err := url.Parse(*apiURL); *apiURL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		return misused(e, fs, fmt.Sprintf("--api-url is an http or https URL, not %q", *apiURL))
	}
	opts := &slackstate.Options{Token: e.getenv("SLACK_TOKEN"), APIURL: *apiURL, Unpaced: *unpaced}
	opts.History.PerChannel, opts.Files = *history, *files
	opts.RTM = &slackstate.RTMArgs{MPIMAware: true, BatchPresenceAware: true, PresenceSub: true, IncludeLocale: *locale}
	if *connect {
		opts.Bootstrap = slackstate.Connect
	}
	var ok bool
	if opts.Members, ok = selection(*members); !ok {
		return misused(e, fs, fmt.Sprintf("--members is joined, all or none, not %q", *members))
	}
	if opts.ReadState, ok = selection(*reads); !ok {
		return misused(e, fs, fmt.Sprintf("--read-state is joined, all or none, not %q", *reads))
	}
	if opts.Token == "" {
		return errors.New("no token: set SLACK_TOKEN")
	}
	st, err := slackstate.Open(*db, opts)
	if err != nil {
		return err
	}
	err = follow(ctx, e, st, *changes)
	if errors.Is(err, api.ErrAuth) {
		err = fmt.Errorf("the token in SLACK_TOKEN: %w", err)
	}
	return errors.Join(err, st.Close())
}

func selection(name string) (func(api.Channel) bool, bool) {
	switch name {
	case "joined":
		return slackstate.Joined, true
	case "all":
		return slackstate.All, true
	case "none":
		return slackstate.None, true
	}
	return nil, false
}

// follow runs the state, telling each phase, until ctx ends.
func follow(ctx context.Context, e env, st *slackstate.State, changes bool) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { tellPhases(ctx, e.stderr, st) })
	if changes {
		known := st.Snapshot().Seq()
		wg.Go(func() {
			if err := printChanges(ctx, e.stdout, st, known); err != nil && ctx.Err() == nil {
				fmt.Fprintf(e.stderr, "slackstate run: changes: %v\n", err)
			}
		})
	}
	var unreachable error
	wg.Go(func() {
		if unreachable = awaitContact(ctx, st); unreachable != nil {
			cancel()
		}
	})
	err := st.Run(ctx)
	cancel()
	wg.Wait()
	return errors.Join(err, unreachable)
}

// firstAttempts is how many attempts to connect may fail before the first that
// does not. A connection that was there once is tried for again for ever: a
// server that never was is more likely a wrong address.
const firstAttempts = 4

// awaitContact returns nil once the server has been reached, and why it has not
// been if the first attempts fail.
func awaitContact(ctx context.Context, st *slackstate.State) error {
	var now api.Status
	_, err := st.Wait(ctx, func(_ api.Snapshot, s api.Status) bool {
		now = s
		return s.Phase > api.Connecting || s.Attempt >= firstAttempts
	})
	if err != nil || now.Phase > api.Connecting || now.Err == nil {
		return nil
	}
	return fmt.Errorf("no connection after %d attempts: %w", now.Attempt, now.Err)
}

// tellPhases prints one line for each change of phase, and for each attempt to
// connect that failed. On a terminal a further line shows how listing comes
// along.
func tellPhases(ctx context.Context, w io.Writer, st *slackstate.State) {
	var last api.Status
	terminal := isTerminal(w)
	for {
		var now api.Status
		_, err := st.Wait(ctx, func(_ api.Snapshot, s api.Status) bool {
			now = s
			return s.Phase != last.Phase || s.Attempt > last.Attempt || terminal && s.Progress != last.Progress
		})
		if err != nil {
			return
		}
		if terminal {
			fmt.Fprint(w, eraseLine)
		}
		if now.Phase == last.Phase && now.Attempt <= last.Attempt {
			fmt.Fprint(w, progressBar(now.Progress))
			last = now
			continue
		}
		last = now
		snap := st.Snapshot()
		fmt.Fprintf(w, "%v: %d users, %d conversations, seq %d", now.Phase, snap.NumUsers(), snap.NumChannels(), now.Seq)
		switch {
		case now.Err != nil && now.Attempt > 0:
			fmt.Fprintf(w, " (attempt %d failed: %v)", now.Attempt, now.Err)
		case now.Err != nil:
			fmt.Fprintf(w, " (%v)", now.Err)
		}
		fmt.Fprintln(w)
	}
}

// printChanges prints what happens after a number, or from the first full
// listing on, and misses nothing however late it is scheduled.
func printChanges(ctx context.Context, w io.Writer, st *slackstate.State, after api.Seq) error {
	if _, err := st.Wait(ctx, slackstate.Ready); err != nil {
		return err
	}
	for printed := false; ; {
		for c, err := range st.Changes(ctx, after) {
			if gap := (*api.GapError)(nil); errors.As(err, &gap) && !printed && gap.Oldest > after {
				after = gap.Oldest // the first listing is no change
				break
			}
			if err != nil {
				return err
			}
			if err := printCommit(w, c); err != nil {
				return err
			}
			printed = true
		}
	}
}

// A changeLine is how a change is printed.
type changeLine struct {
	Seq    api.Seq         `json:"seq"`
	Event  string          `json:"event"`
	Table  string          `json:"table"`
	Key    string          `json:"key"`
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

func printCommit(w io.Writer, c api.Commit) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for ch := range c.Changes() {
		if err := enc.Encode(changeLine{c.Seq(), c.Event(), ch.Table, ch.Key, ch.Before, ch.After}); err != nil {
			return fmt.Errorf("print change: %w", err)
		}
	}
	return nil
}
