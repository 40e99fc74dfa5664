package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate"
)

const (
	newUser = `{"type":"team_join","user":{"id":"U1","name":"ada"}}`
	renamed = `{"type":"user_change","user":{"id":"U1","name":"lovelace"}}`
	typing  = `{"type":"hello"}` // only bookkeeping
	channel = `{"type":"channel_created","channel":{"id":"C1","name":"general","created":1}}`
)

// stateIn opens a file, applies frames durably and returns the state.
func stateIn(t *testing.T, path string, opts *slackstate.Options, frames ...string) *slackstate.State {
	t.Helper()
	st, err := slackstate.Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	applyTo(t, st, frames...)
	return st
}

func applyTo(t *testing.T, st *slackstate.State, frames ...string) {
	t.Helper()
	for _, f := range frames {
		if _, err := st.ApplyDurable(t.Context(), []byte(f)); err != nil {
			t.Fatal(err)
		}
	}
}

// told is what a test looks at in a line of changes.
type told struct {
	Seq     uint64
	Type    string
	Before  string // the names
	After   string
	Changes int
}

func readLine(t *testing.T, line string) told {
	t.Helper()
	var l commitLine
	if err := json.Unmarshal([]byte(line), &l); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	if time.Since(l.At) > time.Hour {
		t.Errorf("it happened at %v", l.At)
	}
	got := told{Seq: uint64(l.Seq), Type: l.Type, Changes: len(l.Changes)}
	for _, c := range l.Changes {
		var before, after struct{ Name string }
		if json.Unmarshal(c.Before, &before) != nil || json.Unmarshal(c.After, &after) != nil {
			t.Errorf("%s: before is %s, after %s", line, c.Before, c.After)
		}
		got.Before, got.After = got.Before+before.Name, got.After+after.Name
	}
	return got
}

func TestChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.db")
	if err := stateIn(t, path, nil, newUser, typing, renamed, channel).Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all := []told{
		{1, "team_join", "", "ada", 1}, {3, "user_change", "ada", "lovelace", 1}, {4, "channel_created", "", "general", 1},
	}
	for from, want := range map[string][]told{"0": all, "1": all[1:], "2": all[1:], "3": all[2:], "4": nil} {
		var got []told
		for line := range strings.Lines(succeed(t, "changes", "--db", path, "--from", from)) {
			got = append(got, readLine(t, line))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("from %s (-want +got)\n%s", from, diff)
		}
	}
	call(t, "changes", "--db", path, "--from", "99").oneLine(t, "changes", "change 99 has not happened here")
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("the file is not as it was")
	}
}

// changes --follow goes on: with the file while nobody writes to it, and with what
// is published of it.
func TestChangesFollow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.db")
	if err := stateIn(t, path, nil, newUser).Close(); err != nil {
		t.Fatal(err)
	}
	p := start(t, nil, "changes", "--db", path, "--follow")
	if got := readLine(t, p.line(p.stdout)); got.Seq != 1 {
		t.Errorf("the first line is of %+v", got)
	}
	st := stateIn(t, path, &slackstate.Options{Publish: 50 * time.Millisecond}, renamed)
	if got := readLine(t, p.line(p.stdout)); got.Seq != 2 || got.Before != "ada" {
		t.Errorf("beside a writer the next is of %+v", got)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	if err := stateIn(t, path, nil, channel).Close(); err != nil {
		t.Fatal(err)
	}
	if got := readLine(t, p.line(p.stdout)); got.Seq != 3 || got.After != "general" {
		t.Errorf("after the writer it is of %+v", got)
	}
	if code := p.stop(syscall.SIGINT); code != 0 {
		t.Errorf("exit %d", code)
	}
}

// Commands that read use what a writer publishes, and say so.
func TestReadBesideAWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.db")
	st := stateIn(t, path, nil, newUser)
	for _, command := range []string{"dump", "changes", "verify", "compact"} {
		call(t, command, "--db", path).oneLine(t, command, "open in another process")
	}
	st.Close()
	stateIn(t, path, &slackstate.Options{Publish: time.Hour}, renamed)
	for range time.Tick(10 * time.Millisecond) { // it is published in the background
		if _, err := os.Stat(path + ".ro"); err == nil {
			break
		}
	}
	for _, command := range []string{"dump", "changes"} {
		r := call(t, command, "--db", path)
		if r.code != 0 || !regexp.MustCompile(`^\S+f\.db is open in another process: reading \S+f\.db\.ro, which is \d+s old\n$`).MatchString(r.stderr) || !strings.Contains(r.stdout, "U1") {
			t.Errorf("%s: exit %d, %s\n%s", command, r.code, r.stderr, r.stdout)
		}
	}
}

func TestVerifyAndCompact(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.db")
	if err := stateIn(t, path, nil, newUser, typing, renamed, channel).Close(); err != nil {
		t.Fatal(err)
	}
	sound := succeed(t, "verify", "--db", path)
	if !regexp.MustCompile(`^\S+f\.db is sound: \d+ records as of event 4, 4 journal rows, 4 of them reduced again\n$`).MatchString(sound) {
		t.Errorf("verify says %s", sound)
	}
	dump := succeed(t, "dump", "--db", path)
	if said := succeed(t, "compact", "--db", path); !regexp.MustCompile(`^\S+f\.db: \d+ bytes became \d+\n$`).MatchString(said) {
		t.Errorf("compact says %s", said)
	}
	if diff := cmp.Diff(sound+dump, succeed(t, "verify", "--db", path)+succeed(t, "dump", "--db", path)); diff != "" {
		t.Errorf("after compact (-want +got)\n%s", diff)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := write(t, "f.db", strings.Replace(string(content), "lovelace", "lavelace", 1))
	call(t, "verify", "--db", damaged).oneLine(t, "verify", "corrupt")
}
