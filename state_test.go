package slackstate_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
)

// What a few events of a small workspace look like.
const (
	ada       = `{"type":"team_join","user":{"id":"U1","name":"ada","profile":{"display_name":"Ada"}}}`
	countess  = `{"type":"user_change","user":{"id":"U1","name":"ada","profile":{"display_name":"Countess"}}}`
	general   = `{"type":"channel_created","channel":{"id":"C1","name":"general","created":1}}`
	adaJoins  = `{"type":"member_joined_channel","user":"U1","channel":"C1","event_ts":"1700000000.000100"}`
	adaActive = `{"type":"presence_change","user":"U1","presence":"active"}`
)

// seen is what a reader can tell one workspace from another by.
type seen struct {
	Seq    api.Seq
	Digest uint64
	JSON   string
}

func look(s api.Snapshot) seen { return seen{s.Seq(), s.Digest(), string(s.JSON())} }

func TestApply(t *testing.T) {
	type result struct {
		Name   string  // of U1
		Moved  api.Seq // how far the workspace did
		Failed bool
		Bad    uint64
	}
	for _, tt := range []struct {
		name, raw string
		want      result
	}{
		{"an event", countess, result{Name: "Countess", Moved: 1}},
		{"an envelope of the Events API",
			`{"type":"event_callback","team_id":"T1","event":` + countess + `}`, result{Name: "Countess", Moved: 1}},
		{"an envelope of Socket Mode",
			`{"type":"events_api","envelope_id":"1","payload":{"type":"event_callback","event":` + countess + `}}`,
			result{Name: "Countess", Moved: 1}},
		{"an event that was applied before", adaJoins, result{Name: "Ada"}},
		{"an event nobody knows", `{"type":"solar_eclipse","channel":"C1"}`, result{Name: "Ada"}},
		{"an event that makes no sense", `{"type":"user_change","user":[1,2]}`, result{Name: "Ada"}},
		{"an acknowledgement", `{"ok":true,"reply_to":1}`, result{Name: "Ada"}},
		{"an array", `[` + countess + `]`, result{Name: "Ada", Failed: true, Bad: 1}},
		{"a line that was cut", countess[:40], result{Name: "Ada", Failed: true, Bad: 1}},
		{"two events in one", countess + countess, result{Name: "Ada", Failed: true, Bad: 1}},
		{"nothing", ``, result{Name: "Ada", Failed: true, Bad: 1}},
	} {
		for where, path := range map[string]string{"memory": "", "file": file(t)} {
			t.Run(tt.name+" in "+where, func(t *testing.T) {
				st := open(t, path, nil)
				first := apply(t, st, ada, general, adaJoins)
				seq, err := st.Apply(t.Context(), []byte(tt.raw))
				if err == nil && seq != st.Snapshot().Seq() {
					t.Errorf("Apply returned %d, the snapshot is as of %d", seq, st.Snapshot().Seq())
				}
				u, _ := st.Snapshot().User("U1")
				got := result{u.DisplayName(), st.Snapshot().Seq() - first, err != nil, st.Status().Bad}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		}
	}
}

// An event that changes nothing takes no room in the queue to the disk.
func TestApplyNothing(t *testing.T) {
	st := open(t, file(t), nil)
	for range 10_000 {
		if seq := apply(t, st, `{"type":"solar_eclipse"}`); seq != 0 {
			t.Fatalf("an event that changes nothing has number %d", seq)
		}
	}
}

// What Apply was given is the caller's again when it returns.
func TestApplyCopies(t *testing.T) {
	path := file(t)
	st := open(t, path, nil)
	buf := make([]byte, 0, 1000)
	for i := range 100 {
		buf = append(buf[:0], named(i)...)
		if _, err := st.Apply(t.Context(), buf); err != nil {
			t.Fatal(err)
		}
	}
	clear(buf)
	closeState(t, st)
	db, err := persist.Open(path, persist.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Load(); err != nil {
		t.Fatal(err)
	}
	n := 0
	for row, err := range db.Rows(0) {
		if err != nil || string(row.Event) != named(n) {
			t.Fatalf("the journal holds %s, %v, want %s", row.Event, err, named(n))
		}
		n++
	}
	if n != 100 {
		t.Errorf("the journal holds %d events, want 100", n)
	}
}

func TestApplyBecomesDurable(t *testing.T) {
	for where, path := range map[string]string{"memory": "", "file": file(t)} {
		t.Run(where, func(t *testing.T) {
			st := open(t, path, nil)
			for i := range 50 {
				seq := apply(t, st, named(i))
				wait(t, st, func(_ api.Snapshot, s api.Status) bool { return s.Durable >= seq })
			}
		})
	}
}

func TestWait(t *testing.T) {
	hasAda := func(s api.Snapshot, _ api.Status) bool { _, ok := s.User("U1"); return ok }
	never := func(api.Snapshot, api.Status) bool { return false }

	t.Run("what holds already is told at once, even with no time left", func(t *testing.T) {
		st := open(t, "", nil)
		seq := apply(t, st, ada)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		snap, err := st.Wait(ctx, hasAda)
		if err != nil || snap.Seq() != seq {
			t.Errorf("Wait: %d, %v, want %d", snap.Seq(), err, seq)
		}
	})
	t.Run("it ends with the event it waits for, and with a bad one", func(t *testing.T) {
		for frame, cond := range map[string]func(api.Snapshot, api.Status) bool{
			ada:        hasAda,
			`not JSON`: func(_ api.Snapshot, s api.Status) bool { return s.Bad == 1 },
		} {
			st := open(t, "", nil)
			apply(t, st, general)
			asked := make(chan bool, 1)
			var applied sync.WaitGroup
			applied.Go(func() {
				<-asked
				_, _ = st.Apply(t.Context(), []byte(frame)) // TestApply says what it returns
			})
			wait(t, st, func(snap api.Snapshot, s api.Status) bool {
				select {
				case asked <- true:
				default:
				}
				return cond(snap, s)
			})
			applied.Wait()
		}
	})
	t.Run("it ends with its context", func(t *testing.T) {
		st := open(t, "", nil)
		seq := apply(t, st, ada)
		ctx, cancel := context.WithCancel(t.Context())
		snap, err := st.Wait(ctx, func(api.Snapshot, api.Status) bool { cancel(); return false })
		if !errors.Is(err, context.Canceled) || snap.Seq() != seq {
			t.Errorf("Wait: %d, %v, want %d, %v", snap.Seq(), err, seq, context.Canceled)
		}
	})
	t.Run("it ends with the state", func(t *testing.T) {
		st := open(t, "", nil)
		seq := apply(t, st, ada)
		asked, ended := make(chan bool, 10), make(chan error)
		go func() {
			snap, err := st.Wait(t.Context(), func(api.Snapshot, api.Status) bool { asked <- true; return false })
			if snap.Seq() != seq {
				t.Errorf("Wait returned snapshot %d, want %d", snap.Seq(), seq)
			}
			ended <- err
		}()
		<-asked
		closeState(t, st)
		if err := <-ended; !errors.Is(err, slackstate.ErrClosed) {
			t.Errorf("Wait: %v, want %v", err, slackstate.ErrClosed)
		}
		if _, err := st.Wait(t.Context(), never); !errors.Is(err, slackstate.ErrClosed) {
			t.Errorf("Wait after Close: %v, want %v", err, slackstate.ErrClosed)
		}
	})
}

// After Close everything that would go on says so, and what was read stays.
func TestClose(t *testing.T) {
	for where, path := range map[string]string{"memory": "", "file": file(t)} {
		t.Run(where, func(t *testing.T) {
			st := open(t, path, &slackstate.Options{Token: "xoxb-test"})
			apply(t, st, ada)
			if path != "" { // so that some of it is told by the file alone
				closeState(t, st)
				st = open(t, path, &slackstate.Options{Token: "xoxb-test"})
			}
			seq := apply(t, st, general)
			want := look(st.Snapshot())
			wait(t, st, onDisk)

			ended := make(chan error)
			go func() { ended <- last(st.Changes(t.Context(), seq)) }()
			done := make(chan error)
			for range 2 { // together, and again
				go func() { done <- st.Close() }()
			}
			for range 2 {
				if err := <-done; err != nil {
					t.Errorf("Close: %v", err)
				}
			}
			if err := st.Close(); err != nil {
				t.Errorf("Close again: %v", err)
			}

			_, applied := st.Apply(t.Context(), []byte(countess))
			for name, err := range map[string]error{
				"Changes that were read before": <-ended,
				"Changes":                       last(st.Changes(t.Context(), seq)),
				"Changes from the start":        last(st.Changes(t.Context(), 0)),
				"Apply":                         applied,
				"Run":                           st.Run(t.Context()),
				"Status":                        st.Status().Err,
			} {
				if !errors.Is(err, slackstate.ErrClosed) {
					t.Errorf("%s: %v, want %v", name, err, slackstate.ErrClosed)
				}
			}
			if diff := cmp.Diff(want, look(st.Snapshot())); diff != "" {
				t.Errorf("Snapshot after Close (-want +got)\n%s", diff)
			}
			if s := st.Status(); s.Durable != seq {
				t.Errorf("Status after Close is durable up to %d, want %d", s.Durable, seq)
			}
		})
	}
}

// Close writes what was applied a moment ago.
func TestCloseWrites(t *testing.T) {
	path := file(t)
	st := open(t, path, nil)
	for i := range 2000 {
		apply(t, st, named(i))
	}
	want := look(st.Snapshot())
	closeState(t, st)
	if diff := cmp.Diff(want, look(open(t, path, nil).Snapshot())); diff != "" {
		t.Errorf("after Open (-want +got)\n%s", diff)
	}
}

// Applying, reading, following and closing at the same time disturb nobody, and
// what was accepted is in the file.
func TestConcurrentUse(t *testing.T) {
	const writers, each = 4, 200
	path := file(t)
	st := open(t, path, nil)
	ended := make(chan error)
	for w := range writers {
		go func() {
			var err error
			for i := 0; i < each && err == nil; i++ {
				_, err = st.Apply(t.Context(), []byte(named(w*each+i)))
			}
			ended <- err
		}()
		go func() {
			var before api.Seq
			_, err := st.Wait(t.Context(), func(s api.Snapshot, status api.Status) bool {
				if s.Seq() < before {
					t.Errorf("snapshot %d after %d", s.Seq(), before)
				}
				if status.Durable > status.Seq {
					t.Errorf("durable up to %d of %d", status.Durable, status.Seq)
				}
				before = s.Seq()
				return s.NumUsers() == writers*each
			})
			ended <- err
		}()
		go func() {
			next := api.Seq(1)
			for c, err := range st.Changes(t.Context(), 0) {
				switch {
				case err != nil:
					ended <- err
					return
				case c.Seq() != next:
					t.Errorf("commit %d, want %d", c.Seq(), next)
				case c.Snapshot().Seq() < c.Seq():
					t.Errorf("commit %d comes with snapshot %d", c.Seq(), c.Snapshot().Seq())
				case st.Status().Durable < c.Seq():
					t.Errorf("commit %d is delivered, durable is %d", c.Seq(), st.Status().Durable)
				}
				if next++; next > writers*each {
					break
				}
			}
			ended <- nil
		}()
	}
	for range 3 * writers {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	want := look(st.Snapshot())
	closeState(t, st)
	st = open(t, path, nil)
	if diff := cmp.Diff(want, look(st.Snapshot())); diff != "" {
		t.Errorf("after Open (-want +got)\n%s", diff)
	}
	if err := st.Snapshot().Check(); err != nil {
		t.Error(err)
	}
}
