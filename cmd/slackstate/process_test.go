package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/slacktest"
)

// fake says how to reach it in four lines, is a Slack, and ends when told to.
func TestFake(t *testing.T) {
	for _, tc := range []struct {
		name string
		sig  syscall.Signal
		args []string
	}{
		{"SIGINT", syscall.SIGINT, []string{"fake", "--users", "12"}},
		{"SIGTERM", syscall.SIGTERM, []string{"fake", "--faults", "duplicate, withhold", "--addr", "127.0.0.1:0"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := start(t, nil, tc.args...)
			said := map[string]string{}
			for _, want := range []struct{ name, form string }{
				{"SLACK_API_URL", `^http://127\.0\.0\.1:[0-9]+/api/$`},
				{"SLACK_TOKEN", `^xoxb-[0-9A-Za-z-]+$`},
				{"SLACK_APP_TOKEN", `^xapp-[0-9A-Za-z-]+$`},
				{"SLACK_SIGNING_SECRET", `^[0-9a-z]{32}$`},
			} {
				name, value, _ := strings.Cut(p.line(p.stdout), "=")
				if name != want.name || !regexp.MustCompile(want.form).MatchString(value) {
					t.Errorf("line %q, want %s=%s", name+"="+value, want.name, want.form)
				}
				said[name] = value
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, said["SLACK_API_URL"]+"auth.test", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+said["SLACK_TOKEN"])
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			var answer struct{ OK bool }
			if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || !answer.OK {
				t.Errorf("auth.test: %v, %v", answer, err)
			}
			if life := p.line(p.stderr); life == "" {
				t.Error("nothing happens in it")
			}
			if code := p.stop(tc.sig); code != 0 {
				t.Errorf("exit %d", code)
			}
		})
	}
}

// run follows a workspace into a file until it is told to end.
func TestRun(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			srv := newServer(t, slacktest.Options{Users: 20})
			db := filepath.Join(t.TempDir(), "f.db")
			p := startRun(t, srv, db, "--members", "all", "--read-state", "joined", "--changes")
			if err := srv.RenameTeam("Renamed"); err != nil {
				t.Fatal(err)
			}
			var change changeLine
			for change.Event != "team_rename" {
				if err := json.Unmarshal([]byte(p.line(p.stdout)), &change); err != nil {
					t.Fatal(err)
				}
			}
			var after struct{ Name string }
			if err := json.Unmarshal(change.After, &after); err != nil {
				t.Fatal(err)
			}
			if change.Table != "team" || after.Name != "Renamed" {
				t.Errorf("the change is %+v, to %s", change, change.After)
			}
			if code := p.stop(sig); code != 0 {
				t.Errorf("exit %d", code)
			}
			c, err := compare([]byte(succeed(t, "dump", "--db", db)), srv.Truth())
			if err != nil {
				t.Fatal(err)
			}
			c.allow(untold...)
			for _, w := range c.wrong {
				t.Error(w)
			}
		})
	}
}

// Whatever run has told is in the file when it is killed, and the next one goes
// on from there.
func TestRunAfterKill(t *testing.T) {
	srv := newServer(t, slacktest.Options{Users: 20})
	db := filepath.Join(t.TempDir(), "f.db")
	p := startRun(t, srv, db, "--changes")
	for n := range 20 {
		if err := srv.RenameTeam(fmt.Sprintf("Name %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	var told changeLine
	for !strings.Contains(string(told.After), `"Name 19"`) {
		if err := json.Unmarshal([]byte(p.line(p.stdout)), &told); err != nil {
			t.Fatal(err)
		}
	}
	if code := p.stop(syscall.SIGKILL); code == 0 {
		t.Error("it was not killed")
	}
	dump := parsed(t, succeed(t, "dump", "--db", db))
	if seq, _ := dump["seq"].(float64); seq < float64(told.Seq) {
		t.Errorf("the file ends at %v, %d was told", seq, told.Seq)
	}
	if name := asObject(dump["team"])["name"]; name != "Name 19" {
		t.Errorf("the team is named %v", name)
	}

	user, err := srv.AddUser("Una Unseen")
	if err != nil {
		t.Fatal(err)
	}
	p = startRun(t, srv, db)
	if code := p.stop(syscall.SIGINT); code != 0 {
		t.Errorf("exit %d", code)
	}
	if users := names(t, succeed(t, "dump", "--db", db), "users"); !slices.Contains(users, user) {
		t.Errorf("%s, who came meanwhile, is not among %v", user, users)
	}
}

// run tells each phase in a line of its own.
func TestRunTellsPhases(t *testing.T) {
	srv := newServer(t, slacktest.Options{Users: 20})
	srv.Faults().Delay("emoji.list", 2, 300*time.Millisecond) // or phases may be too short to be told
	db := filepath.Join(t.TempDir(), "f.db")
	args := []string{"run", "--db", db, "--api-url", srv.URL()}
	phases := func() (seen []string) {
		p := start(t, []string{"SLACK_TOKEN=" + srv.Token()}, args...)
		for {
			line := p.line(p.stderr)
			if !regexp.MustCompile(`^[a-z ]+: [0-9]+ users, [0-9]+ conversations, seq [0-9]+$`).MatchString(line) {
				t.Errorf("it says %q", line)
			}
			phase, _, _ := strings.Cut(line, ":")
			if phase == "connecting" {
				continue // too short to be told for sure
			}
			if seen = append(seen, phase); phase == "live" {
				break
			}
		}
		if code := p.stop(syscall.SIGINT); code != 0 {
			t.Errorf("exit %d", code)
		}
		return seen
	}
	if diff := cmp.Diff([]string{"bootstrapping", "live"}, phases()); diff != "" {
		t.Errorf("first time: %s", diff)
	}
	if diff := cmp.Diff([]string{"catching up", "live"}, phases()); diff != "" {
		t.Errorf("second time: %s", diff)
	}
}

// A server that was never there is an error after a few attempts: one line that
// says what was asked for and where.
func TestRunUnreachable(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	ln.Close()
	var stdout, stderr bytes.Buffer
	e := env{stdout: &stdout, stderr: &stderr, getenv: func(string) string { return "xoxb-1" }}
	code := run(t.Context(), e, []string{"run", "--db", filepath.Join(t.TempDir(), "f.db"), "--api-url", "http://" + addr + "/api/"})
	lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
	want := "slackstate run: no connection after 4 attempts: rtm.start: dial tcp " + addr + ": connect: connection refused"
	if last := lines[len(lines)-1]; code != 1 || last != want {
		t.Errorf("exit %d, last line\n%s\nwant 1 and\n%s", code, last, want)
	}
}
