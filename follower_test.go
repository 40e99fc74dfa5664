package slackstate_test

import (
	"context"
	"errors"
	"iter"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
)

// pass lets time pass in a bubble, and all that is due in it happen.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// A reader follows from copy to copy, then to the file when nobody writes to it any
// more, and back: every change once, exactly as it was. It keeps no writer out.
func TestReadOnlyFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := file(t)
		const every = time.Minute
		publish := &slackstate.Options{Publish: every}
		st := open(t, path, publish)
		apply(t, st, `{"type":"hello"}`, ada, adaActive)
		pass(every)

		reader := open(t, path, &slackstate.Options{ReadOnly: true})
		var heard []told
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			for c, err := range reader.Changes(ctx, 0) {
				if err != nil {
					ended <- err
					return
				}
				heard = append(heard, tell(c))
			}
		}()
		sees := func(when string, copied bool) {
			t.Helper()
			if diff := cmp.Diff(look(st.Snapshot()), look(reader.Snapshot())); diff != "" {
				t.Errorf("%s the reader has (-want +got)\n%s", when, diff)
			}
			if err := reader.Snapshot().Check(); err != nil {
				t.Error(err)
			}
			s := reader.Status()
			if s.Copied.IsZero() == copied || s.Seq != reader.Snapshot().Seq() || s.Durable != s.Seq || s.Err != nil {
				t.Errorf("%s Status is %+v", when, s)
			}
		}
		sees("at first", true)
		for _, frame := range []string{countess, general, adaJoins} {
			apply(t, st, frame)
			pass(2 * every)
			sees("after "+frame, true)
		}
		if u, _ := reader.Snapshot().User("U1"); u.Presence() != api.Active {
			t.Error("the connection of the writer, which is up, is taken for lost")
		}

		apply(t, st, `{"type":"channel_rename","channel":{"id":"C1","name":"main"},"event_ts":"1700000001.000100"}`)
		closeState(t, st) // with something that was not published
		pass(every)
		if c, _ := reader.Snapshot().Channel("C1"); c.Name() != "main" {
			t.Errorf("without a writer C1 is %q", c.Name())
		}
		if u, _ := reader.Snapshot().User("U1"); u.Presence() != api.PresenceUnknown {
			t.Error("a connection that nobody has is taken for one")
		}
		if !reader.Status().Copied.IsZero() {
			t.Error("the file is taken for a copy")
		}

		st = open(t, path, publish)
		pass(every)
		sees("beside the next writer", true)
		apply(t, st, ada)
		pass(2 * every)
		sees("at last", true)
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Changes: %v, want %v", err, context.Canceled)
		}
		want := upTo(t, st.Changes(t.Context(), 0), st.Snapshot().Seq())
		if diff := cmp.Diff(want, heard); diff != "" {
			t.Errorf("the reader was told (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff(want, upTo(t, reader.Changes(t.Context(), 0), st.Snapshot().Seq())); diff != "" {
			t.Errorf("from the start the reader tells (-want +got)\n%s", diff)
		}
	})
}

// What happened between two copies and is in neither is a gap, and the state goes on.
func TestReadOnlyFollowsAcrossAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := file(t)
		const every = 90 * time.Second // tables are written each minute, and rows forgotten then
		st := open(t, path, &slackstate.Options{Publish: every, Journal: slackstate.Journal{MaxEvents: 3}})
		apply(t, st, ada)
		pass(every + time.Second)
		reader := open(t, path, &slackstate.Options{ReadOnly: true})
		next, stop := iter.Pull2(reader.Changes(t.Context(), 0))
		defer stop()
		if c, err, _ := next(); err != nil || c.Seq() != 1 {
			t.Fatalf("commit %d, %v", c.Seq(), err)
		}
		for i := range 10 {
			apply(t, st, named(i))
		}
		pass(every + time.Second)
		end := st.Snapshot().Seq()
		var gap *api.GapError
		if _, err, _ := next(); !errors.As(err, &gap) || *gap != (api.GapError{Asked: 1, Oldest: end - 3}) {
			t.Fatalf("Changes: %v, want a gap from 1 to %d", err, end-3)
		}
		if diff := cmp.Diff(look(st.Snapshot()), look(reader.Snapshot())); diff != "" {
			t.Errorf("the reader has (-want +got)\n%s", diff)
		}
		if got := upTo(t, reader.Changes(t.Context(), gap.Oldest), end); len(got) != 3 {
			t.Errorf("behind the gap are %d commits, want 3", len(got))
		}
	})
}

// A file that began anew, since it was corrupt, is another one: nobody can go on in
// it from where the former one was.
func TestReadOnlyFollowsAnotherFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := file(t)
		st := open(t, path, nil)
		apply(t, st, ada, general, adaJoins)
		closeState(t, st)
		reader := open(t, path, &slackstate.Options{ReadOnly: true})
		ended := make(chan error)
		go func() { ended <- last(reader.Changes(t.Context(), 3)) }()
		if err := os.WriteFile(path, []byte("spilled\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		st = open(t, path, &slackstate.Options{RecoverCorrupt: true, Publish: time.Minute})
		apply(t, st, general)
		pass(2 * time.Minute)
		var gap *api.GapError
		if err := <-ended; !errors.As(err, &gap) || gap.Asked != 3 {
			t.Errorf("Changes: %v, want a gap", err)
		}
		if diff := cmp.Diff(look(st.Snapshot()), look(reader.Snapshot())); diff != "" {
			t.Errorf("the reader has (-want +got)\n%s", diff)
		}
	})
}

// What cannot be read leaves a reader with what it has, and Status tells, until
// something better comes.
func TestReadOnlyFollowsPastDamage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := file(t)
		const every = time.Minute
		st := open(t, path, &slackstate.Options{Publish: every})
		apply(t, st, ada)
		pass(2 * every)
		reader := open(t, path, &slackstate.Options{ReadOnly: true})
		before := look(reader.Snapshot())
		if err := os.WriteFile(path+".ro", []byte("spilled\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		pass(every)
		if err := reader.Status().Err; !errors.As(err, new(*api.CorruptError)) {
			t.Errorf("Status: %v, want an *api.CorruptError", err)
		}
		if diff := cmp.Diff(before, look(reader.Snapshot())); diff != "" {
			t.Errorf("the reader has (-want +got)\n%s", diff)
		}
		apply(t, st, countess)
		pass(2 * every)
		if err := reader.Status().Err; err != nil {
			t.Errorf("Status of a sound copy: %v", err)
		}
		if diff := cmp.Diff(look(st.Snapshot()), look(reader.Snapshot())); diff != "" {
			t.Errorf("then the reader has (-want +got)\n%s", diff)
		}
	})
}

// A reader in one process is told what another one writes while it does, up to what
// that one has said to be durable when it is killed, and then what the next one does.
func TestReadOnlyFollowsProcesses(t *testing.T) {
	path := file(t)
	kill(t, path) // or there is nothing to open yet
	reader := open(t, path, &slackstate.Options{ReadOnly: true})
	next, stop := iter.Pull2(reader.Changes(t.Context(), 0))
	defer stop()
	var seq api.Seq
	for range 2 {
		w := startWriter(t, path, time.Millisecond)
		copies := map[time.Time]bool{}
		var end api.Seq
		for end == 0 || seq < end {
			c, err, _ := next()
			if seq++; err != nil || c.Seq() != seq || c.Snapshot().Seq() < seq {
				t.Fatalf("commit %d of the state after %d, %v, want %d", c.Seq(), c.Snapshot().Seq(), err, seq)
			}
			if copied := reader.Status().Copied; !copied.IsZero() {
				copies[copied] = true
			}
			if end == 0 && len(copies) == 2 {
				printed := w.kill(t)
				end = printed[len(printed)-1]
			}
		}
	}
}
