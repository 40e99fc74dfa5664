package slackstate_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
)

// TestMain fails if any goroutine of a test is left. With crashFile set the
// program is the victim of TestKill instead.
func TestMain(m *testing.M) {
	if path := os.Getenv(crashFile); path != "" {
		fmt.Fprintln(os.Stderr, applyUntilKilled(path, os.Getenv(crashPace)))
		os.Exit(1)
	}
	before := runtime.NumGoroutine()
	code := m.Run()
	for deadline := time.Now().Add(5 * time.Second); code == 0 && runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(deadline) {
			buf := make([]byte, 1<<20)
			fmt.Fprintf(os.Stderr, "goroutines left:\n%s\n", buf[:runtime.Stack(buf, true)])
			code = 1
		}
	}
	os.Exit(code)
}

// open returns a state that is closed when the test ends.
func open(t *testing.T, path string, opts *slackstate.Options) *slackstate.State {
	t.Helper()
	st, err := slackstate.Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeState(t, st) })
	return st
}

func closeState(t *testing.T, st *slackstate.State) {
	t.Helper()
	if err := st.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// file returns the path of a file that does not exist yet.
func file(t *testing.T) string { return filepath.Join(t.TempDir(), "workspace.db") }

// apply applies frames and returns the number of the last one.
func apply(t *testing.T, st *slackstate.State, frames ...string) (seq api.Seq) {
	t.Helper()
	for _, f := range frames {
		var err error
		if seq, err = st.Apply(t.Context(), []byte(f)); err != nil {
			t.Fatalf("Apply(%s): %v", f, err)
		}
	}
	return seq
}

// wait returns the first snapshot for which cond holds, and fails the test if
// there is none in an hour: what Slack's rates and growing pauses add up to takes
// no time in a bubble, and a test that hangs in real time is ended with its stacks.
func wait(t *testing.T, st *slackstate.State, cond func(api.Snapshot, api.Status) bool) api.Snapshot {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	snap, err := st.Wait(ctx, cond)
	if err != nil {
		t.Fatalf("Wait: %v, Status is %+v", err, st.Status())
	}
	return snap
}

// onDisk is a condition for wait: all that was applied is durable.
func onDisk(_ api.Snapshot, s api.Status) bool { return s.Durable == s.Seq }

// in is a condition for wait: the connection is in a phase.
func in(p api.Phase) func(api.Snapshot, api.Status) bool {
	return func(_ api.Snapshot, s api.Status) bool { return s.Phase == p }
}

// named is the frame of a new user, each with a number of its own.
func named(i int) string {
	return fmt.Sprintf(`{"type":"team_join","user":{"id":"U%05d","name":"user%d","profile":{"display_name":"User %d"}}}`, i, i, i)
}
