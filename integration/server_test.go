package integration

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	foreign "github.com/slack-go/slack/slacktest"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
)

// patience is how long anything may take.
const patience = 30 * time.Second

// foreignServer starts slack-go's fake Slack. It says hello to nobody, so the
// first connection is greeted by hand.
func foreignServer(t *testing.T) *foreign.Server {
	t.Helper()
	srv := foreign.NewTestServer()
	srv.Start()
	t.Cleanup(srv.Stop)
	srv.SendToWebsocket(`{"type":"hello"}`)
	return srv
}

// follow opens a state in a file and keeps it connected until the test ends.
func follow(t *testing.T, opts *slackstate.Options) (context.Context, *slackstate.State) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	st, err := slackstate.Open(filepath.Join(t.TempDir(), "workspace.db"), opts)
	if err != nil {
		t.Fatal(err)
	}
	ran := make(chan error, 1)
	go func() { ran <- st.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ran; err != nil {
			t.Errorf("run: %v", err)
		}
		if err := st.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return ctx, st
}

// next returns the first commit after seq in which pick finds something.
func next[T any](ctx context.Context, t *testing.T, st *slackstate.State, seq api.Seq, pick func(api.Commit) (T, bool)) T {
	t.Helper()
	for c, err := range st.Changes(ctx, seq) {
		if err != nil {
			t.Fatalf("changes: %v", err)
		}
		if v, ok := pick(c); ok {
			return v
		}
	}
	panic("unreachable: the sequence ends with an error")
}

// slack-go's server knows who and where, and has none of the lists. What cannot
// be listed is unavailable, with the reason; the rest is live.
func TestServerOfSlackGo(t *testing.T) {
	for _, tc := range []struct {
		name      string
		bootstrap slackstate.Bootstrap
		source    string // of self
	}{
		{"rtm.start", slackstate.Start, "rtm.connect"}, // it answers as rtm.connect does
		{"rtm.connect", slackstate.Connect, "rtm.connect"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			srv := foreignServer(t)
			ctx, st := follow(t, &slackstate.Options{Token: "xoxb-any", APIURL: srv.GetAPIURL(), Bootstrap: tc.bootstrap})
			snap, err := st.Wait(ctx, slackstate.Live)
			if err != nil {
				t.Fatalf("become live: %v; %+v", err, st.Status())
			}
			if status := st.Status(); status.Err != nil || status.Attempt != 0 {
				t.Errorf("live after failures: %+v", status)
			}
			if got := snap.Self(); got.ID() != api.UserID(srv.BotID) || got.Name() != srv.BotName {
				t.Errorf("self is %s, %q", got.ID(), got.Name())
			}
			if got := snap.Team(); got.ID() != "T024BE7LD" || got.Name() != "SlackTest Team" || got.Domain() != "testdomain" {
				t.Errorf("team is %s, %q, %q", got.ID(), got.Name(), got.Domain())
			}

			type known struct {
				Known  api.Known
				Source string
				Reason string
			}
			want := map[string]known{
				"self":           {api.Complete, tc.source, ""},
				"team":           {api.Partial, "team.info", "http_404"}, // rtm.connect names it, and no more
				"profile_fields": {api.Unknown, "team.profile.get", "http_404"},
				"users":          {api.Unknown, "users.list", "http_404"},
				"conversations":  {api.Unknown, "conversations.list", "http_404"},
				"bots":           {api.Unknown, "", ""},
				"usergroups":     {api.Unknown, "usergroups.list", "http_404"},
				"emoji":          {api.Unknown, "emoji.list", "http_404"},
				"dnd":            {api.Unknown, "dnd.info", "http_404"},
			}
			got := map[string]known{}
			for _, name := range api.Collections() {
				f := snap.Freshness(name)
				got[name] = known{f.Known, f.Source, f.Reason}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("freshness (-want +got):\n%s", diff)
			}
		})
	}
}

// What its socket carries arrives as changes.
func TestFramesOfSlackGo(t *testing.T) {
	srv := foreignServer(t)
	ctx, st := follow(t, &slackstate.Options{Token: "xoxb-any", APIURL: srv.GetAPIURL()})
	snap, err := st.Wait(ctx, slackstate.Live)
	if err != nil {
		t.Fatal(err)
	}
	channelNamed := func(name string) func(api.Commit) (api.Channel, bool) {
		return func(c api.Commit) (api.Channel, bool) {
			for ch := range api.ChangesTo[api.Channel](c) {
				if ch.After.Name() == name {
					return ch.After, true
				}
			}
			return api.Channel{}, false
		}
	}

	srv.SendBotChannelInvite()
	playground := next(ctx, t, st, snap.Seq(), channelNamed("bot-playground"))
	if playground.Kind() != api.Public || !playground.Joined() || playground.Topic().Text != "Fun times" {
		t.Errorf("invited to %s: %v, joined %v, topic %q", playground.ID(), playground.Kind(), playground.Joined(), playground.Topic().Text)
	}
	srv.SendBotGroupInvite()
	secret := next(ctx, t, st, snap.Seq(), channelNamed("secretplans"))
	if secret.ID() != "G024BE91L" || !secret.Joined() {
		t.Errorf("invited to %s, joined %v", secret.ID(), secret.Joined())
	}

	srv.SendToWebsocket(`{"type":"message","channel":"C024BE92L","user":"W012A3CDE","text":"is this thing on?","ts":"1700000000.000200"}`)
	message := next(ctx, t, st, snap.Seq(), func(c api.Commit) (api.Message, bool) {
		for m := range api.ChangesTo[api.Message](c) {
			return m.After, true
		}
		return api.Message{}, false
	})
	if message.Text() != "is this thing on?" || message.Channel().Name() != "bot-playground" || message.TS() != "1700000000.000200" {
		t.Errorf("message %s in %s: %q", message.TS(), message.Channel().Name(), message.Text())
	}

	// Its own messages have no fraction in their ts, so nothing can be ordered by
	// it. That the conversation exists can be told all the same.
	srv.SendMessageToChannel("C0NEVERSEEN", "hello there")
	unheard := next(ctx, t, st, snap.Seq(), func(c api.Commit) (api.Channel, bool) {
		for ch := range api.ChangesTo[api.Channel](c) {
			if ch.After.ID() == "C0NEVERSEEN" {
				return ch.After, true
			}
		}
		return api.Channel{}, false
	})
	if unheard.Name() != "" {
		t.Errorf("a conversation nobody named is %q", unheard.Name())
	}
	if err := st.Snapshot().Check(); err != nil {
		t.Error(err)
	}
}

// program builds the command and returns its path.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "slackstate")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", path, "github.com/slackstate/slackstate/cmd/slackstate")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the command: %v\n%s", err, out)
	}
	return path
}

// The program itself, in a process of its own.
func TestProgramWithServerOfSlackGo(t *testing.T) {
	srv := foreignServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	path, db := program(t), filepath.Join(t.TempDir(), "workspace.db")
	cmd := exec.CommandContext(ctx, path, "run", "--db", db, "--api-url", srv.GetAPIURL())
	cmd.Env = append(os.Environ(), "SLACK_TOKEN=xoxb-any")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		fmt.Fprintln(&said, lines.Text())
		if strings.HasPrefix(lines.Text(), "live: ") {
			break
		}
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("after SIGINT: %v; it said\n%s", err, said.String())
	}

	var out bytes.Buffer
	dump := exec.CommandContext(ctx, path, "dump", "--db", db)
	dump.Stdout = &out
	if err := dump.Run(); err != nil {
		t.Fatalf("dump: %v", err)
	}
	var got struct {
		Self, Team struct{ ID, Name string }
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("decode the dump: %v", err)
	}
	want := got
	want.Self.ID, want.Self.Name = srv.BotID, srv.BotName
	want.Team.ID, want.Team.Name = "T024BE7LD", "SlackTest Team"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("dump (-want +got):\n%s", diff)
	}
}

// A server that is gone is no reason to end, and what is known stays.
func TestServerOfSlackGoGoesAway(t *testing.T) {
	srv := foreignServer(t)
	sockets := make(chan net.Conn, 10)
	ctx, st := follow(t, &slackstate.Options{Token: "xoxb-any", APIURL: srv.GetAPIURL(),
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, addr)
			if err == nil {
				sockets <- conn
			}
			return conn, err
		}})
	if _, err := st.Wait(ctx, slackstate.Live); err != nil {
		t.Fatal(err)
	}
	srv.SendToWebsocket(`{"type":"goodbye"}`)
	srv.Stop() // it leaves the socket open
	(<-sockets).Close()
	snap, err := st.Wait(ctx, func(_ api.Snapshot, s api.Status) bool { return s.Phase == api.Connecting && s.Attempt > 1 })
	if err != nil {
		t.Fatal(err)
	}
	var failed *api.CallError
	if err := st.Status().Err; !errors.As(err, &failed) || failed.Method != "rtm.connect" {
		t.Errorf("status says %v", err)
	}
	if snap.Self().ID() != api.UserID(srv.BotID) || snap.Freshness("self").Known != api.Stale {
		t.Errorf("self is %s, %v", snap.Self().ID(), snap.Freshness("self").Known)
	}
}
