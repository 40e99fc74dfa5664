package slackstate_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
)

// told is a commit as a reader of changes sees it.
type told struct {
	Seq     api.Seq
	At      time.Time
	Event   string
	Changes []change
}

// change is an api.Change that reads well in a diff.
type change struct{ Table, Key, Before, After string }

func tell(c api.Commit) told {
	t := told{Seq: c.Seq(), At: c.At(), Event: c.Event()}
	for ch := range c.Changes() {
		t.Changes = append(t.Changes, change{ch.Table, ch.Key, string(ch.Before), string(ch.After)})
	}
	return t
}

// upTo reads changes up to the last one of a workspace that nothing happens to.
func upTo(t *testing.T, changes iter.Seq2[api.Commit, error], end api.Seq) (all []told) {
	t.Helper()
	for c, err := range changes {
		if err != nil {
			t.Fatalf("Changes: %v after %d commits", err, len(all))
		}
		if all = append(all, tell(c)); c.Seq() >= end {
			break
		}
	}
	return all
}

// last returns what a sequence ends with.
func last(changes iter.Seq2[api.Commit, error]) (err error) {
	for _, err = range changes {
	}
	return err
}

// sample is one event of several sorts, and what Changes tells of each: the
// second rename confirms the first and is in no commit.
var sample = []struct {
	frame string
	want  []change
}{
	{ada, []change{
		{"users", "U1", ``, `{"id":"U1","name":"ada","profile":{"display_name":"Ada"}}`}}},
	{general, []change{
		{"conversations", "C1", ``, `{"id":"C1","name":"general","created":1}`}}},
	{adaJoins, []change{
		{"members", "C1/U1", ``, `{}`}}},
	{`{"type":"channel_rename","channel":{"id":"C1","name":"main"},"event_ts":"1700000001.000100"}`, []change{
		{"conversations", "C1", `{"id":"C1","name":"general","created":1}`,
			`{"id":"C1","name":"main","created":1,"previous_names":["general"]}`}}},
	{`{"type":"channel_rename","channel":{"id":"C1","name":"main"},"event_ts":"1700000002.000100"}`, nil},
	{countess, []change{
		{"users", "U1", `{"id":"U1","name":"ada","profile":{"display_name":"Ada"}}`,
			`{"id":"U1","name":"ada","profile":{"display_name":"Countess"}}`}}},
	{`{"type":"channel_deleted","channel":"C1"}`, []change{
		{"conversations", "C1", `{"id":"C1","name":"main","created":1,"previous_names":["general"]}`, ``},
		{"members", "C1/U1", `{}`, ``}}},
}

// Each change is told with its exact before and after, by the process that
// applied it and by the next one, also of a compacted file, from wherever a reader
// goes on.
func TestChanges(t *testing.T) {
	path := file(t)
	st := open(t, path, nil)
	var frames []string
	var want []told
	for i, e := range sample {
		frames = append(frames, e.frame)
		if e.want != nil {
			want = append(want, told{Seq: api.Seq(i + 1), Changes: e.want})
		}
	}
	end := apply(t, st, frames...)
	check := func(when string) {
		t.Helper()
		for after := range end {
			rest := want[slices.IndexFunc(want, func(c told) bool { return c.Seq > after }):]
			got := upTo(t, st.Changes(t.Context(), after), end)
			for i := range got {
				if age := time.Since(got[i].At); age < 0 || age > time.Hour {
					t.Errorf("commit %d is from %v", got[i].Seq, got[i].At)
				}
				got[i].At, got[i].Event = time.Time{}, "" // the table leaves them out
			}
			if diff := cmp.Diff(rest, got); diff != "" {
				t.Errorf("%s, after %d (-want +got)\n%s", when, after, diff)
			}
		}
	}
	check("live")
	live := upTo(t, st.Changes(t.Context(), 0), end)
	closeState(t, st)

	st = open(t, path, nil)
	check("in the next process")
	if diff := cmp.Diff(live, upTo(t, st.Changes(t.Context(), 0), end)); diff != "" {
		t.Errorf("the next process tells it differently (-first +next)\n%s", diff)
	}
	closeState(t, st)
	if _, _, err := persist.Compact(path); err != nil {
		t.Fatal(err)
	}
	st = open(t, path, nil)
	check("after compaction")
	if got := live[0].Event; got != "team_join" {
		t.Errorf("the first event is %q, want team_join", got)
	}
}

// A sequence can be ranged over again, and starts from the same place.
func TestChangesAgain(t *testing.T) {
	st := open(t, file(t), nil)
	end := apply(t, st, ada, general, adaJoins)
	changes := st.Changes(t.Context(), 1)
	first := upTo(t, changes, end)
	if diff := cmp.Diff(first, upTo(t, changes, end)); diff != "" || len(first) != 2 {
		t.Errorf("%d commits, then (-first +again)\n%s", len(first), diff)
	}
}

// A reader that was slower than the ring of recent commits is carried on by the
// file, and then by the ring again, without a gap and without a repeat.
func TestChangesHandOver(t *testing.T) {
	const events = 5000 // about five rings
	st := open(t, file(t), nil)
	fed := make(chan error, 1)
	go func() {
		for i := range events {
			if _, err := st.Apply(t.Context(), []byte(named(i))); err != nil {
				fed <- err
				return
			}
		}
		fed <- nil
	}()
	next := api.Seq(1)
	for c, err := range st.Changes(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if c.Seq() != next {
			t.Fatalf("commit %d after %d", c.Seq(), next-1)
		}
		if d := st.Status().Durable; d < c.Seq() {
			t.Errorf("commit %d is delivered, durable is %d", c.Seq(), d)
		}
		for u := range api.ChangesTo[api.User](c) {
			if want := api.UserID(fmt.Sprintf("U%05d", next-1)); u.After.ID() != want || !u.Created() {
				t.Fatalf("commit %d is about %s, want %s created", c.Seq(), u.After.ID(), want)
			}
		}
		if next == events {
			break
		}
		if next++; next%1500 == 0 { // fall behind, by more than the ring holds at times
			behind := min(next+2000, events)
			wait(t, st, func(s api.Snapshot, _ api.Status) bool { return s.Seq() >= behind })
		}
	}
	if err := <-fed; err != nil {
		t.Error(err)
	}
}

// A reader that does not come back for its next commit keeps nobody waiting.
func TestChangesSlowReader(t *testing.T) {
	const events = 5000
	st := open(t, file(t), nil)
	stuck, released, ended := make(chan bool), make(chan bool), make(chan error)
	go func() {
		next := api.Seq(1)
		for c, err := range st.Changes(t.Context(), 0) {
			if err == nil && c.Seq() != next {
				err = fmt.Errorf("commit %d, want %d", c.Seq(), next)
			}
			if err != nil {
				ended <- err
				return
			}
			if next == 1 {
				stuck <- true
				<-released
			}
			if next++; next > events {
				break
			}
		}
		ended <- nil
	}()
	apply(t, st, named(0))
	<-stuck
	for i := 1; i < events; i++ {
		apply(t, st, named(i))
	}
	wait(t, st, onDisk)
	upTo(t, st.Changes(t.Context(), 0), events)
	close(released)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestChangesGap(t *testing.T) {
	const bootstrap = `{"type":"local.page","method":"rtm.start","response":{"ok":true,"self":{"id":"U1","name":"ada"},
		"team":{"id":"T1"},"users":[{"id":"U1","name":"ada"}],"channels":[],"groups":[],"mpims":[],"ims":[]}}`
	many := make([]string, 1500)
	for i := range many {
		many[i] = named(i)
	}
	for _, tt := range []struct {
		name   string
		file   bool
		frames []string
		after  api.Seq
		oldest api.Seq
	}{
		{"before the first bootstrap", true, []string{`{"type":"hello"}`, bootstrap, `{"type":"local.ready"}`, countess}, 0, 2},
		{"before the first bootstrap, in memory", false, []string{`{"type":"hello"}`, bootstrap, `{"type":"local.ready"}`, countess}, 1, 2},
		{"before the recent commits, in memory", false, many, 3, 1500 - 1024},
		{"beyond the last event", true, []string{ada}, 2, 1},
		{"beyond the last event, in memory", false, nil, 7, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := ""
			if tt.file {
				path = file(t)
			}
			st := open(t, path, nil)
			apply(t, st, tt.frames...)
			wait(t, st, onDisk)
			var gap *api.GapError
			if err := last(st.Changes(t.Context(), tt.after)); !errors.As(err, &gap) {
				t.Fatalf("Changes: %v, want a gap", err)
			}
			if want := (api.GapError{Asked: tt.after, Oldest: tt.oldest}); *gap != want {
				t.Errorf("the gap is %+v, want %+v", *gap, want)
			}
			if end := st.Snapshot().Seq(); gap.Oldest < end {
				upTo(t, st.Changes(t.Context(), gap.Oldest), end) // from there on there is none
			}
		})
	}
}

// Each bound of the journal is kept to, and what is within all of them is told.
func TestChangesWithinBounds(t *testing.T) {
	const events = 30 // one a minute
	for name, tt := range map[string]struct {
		journal slackstate.Journal
		oldest  func(api.Seq) bool
	}{
		"none":          {slackstate.Journal{MaxAge: -1, MaxEvents: -1, MaxBytes: -1}, func(n api.Seq) bool { return n == 0 }},
		"the default":   {slackstate.Journal{}, func(n api.Seq) bool { return n == 0 }},
		"age":           {slackstate.Journal{MaxAge: 10 * time.Minute}, func(n api.Seq) bool { return n == events-11 }},
		"number":        {slackstate.Journal{MaxEvents: 7}, func(n api.Seq) bool { return n == events-7 }},
		"size":          {slackstate.Journal{MaxBytes: 2000}, func(n api.Seq) bool { return n > 5 && n < events-5 }}, // of rows of some 150 bytes
		"the narrowest": {slackstate.Journal{MaxAge: 10 * time.Minute, MaxEvents: 2, MaxBytes: 2000}, func(n api.Seq) bool { return n == events-2 }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				path := file(t)
				st := open(t, path, &slackstate.Options{Journal: tt.journal})
				for i := range events {
					apply(t, st, named(i))
					pass(time.Minute)
				}
				want := upTo(t, st.Changes(t.Context(), 0), events) // memory has them all
				closeState(t, st)
				st = open(t, path, &slackstate.Options{Journal: tt.journal})
				var oldest api.Seq
				ended, cancel := context.WithCancel(t.Context())
				cancel()
				if gap := (*api.GapError)(nil); errors.As(last(st.Changes(ended, 0)), &gap) {
					oldest = gap.Oldest
				}
				if diff := cmp.Diff(want[oldest:], upTo(t, st.Changes(t.Context(), oldest), events)); diff != "" {
					t.Errorf("after %d (-want +got)\n%s", oldest, diff)
				}
				if !tt.oldest(oldest) {
					t.Errorf("changes are told from %d on", oldest)
				}
			})
		})
	}
}

// One who started to read before the first bootstrap is told that its pages
// cannot be seen as changes.
func TestChangesMeetTheFirstBootstrap(t *testing.T) {
	for where, path := range map[string]string{"memory": "", "file": file(t)} {
		t.Run(where, func(t *testing.T) {
			st := open(t, path, nil)
			apply(t, st, ada)
			next, stop := iter.Pull2(st.Changes(t.Context(), 0))
			defer stop()
			if c, err, _ := next(); err != nil || c.Seq() != 1 {
				t.Fatalf("commit %d, %v", c.Seq(), err)
			}
			apply(t, st, `{"type":"local.page","method":"users.list","response":{"ok":true,"members":[{"id":"U2","name":"bob"}]}}`)
			var gap *api.GapError
			if _, err, _ := next(); !errors.As(err, &gap) || gap.Asked != 1 || gap.Oldest != 2 {
				t.Errorf("Changes: %v, want a gap from 1 to 2", err)
			}
		})
	}
}

func TestChangesEnd(t *testing.T) {
	for where, path := range map[string]string{"memory": "", "file": file(t)} {
		st := open(t, path, nil)
		end := apply(t, st, ada, general, adaJoins)
		for _, after := range []api.Seq{0, end} {
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error)
			go func() { ended <- last(st.Changes(ctx, after)) }()
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("%s: after %d: %v, want %v", where, after, err, context.Canceled)
			}
			if err := last(st.Changes(ctx, after)); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: with no time left, after %d: %v, want %v", where, after, err, context.Canceled)
			}
		}
	}
}

// Whoever handles a commit may do anything, even close the state.
func TestChangesCloseWithin(t *testing.T) {
	for where, path := range map[string]string{"memory": "", "file": file(t)} {
		t.Run(where, func(t *testing.T) {
			st := open(t, path, nil)
			apply(t, st, ada, general, adaJoins)
			var err error
			for _, err = range st.Changes(t.Context(), 0) {
				if err == nil {
					closeState(t, st)
				}
			}
			if !errors.Is(err, slackstate.ErrClosed) {
				t.Errorf("Changes: %v, want %v", err, slackstate.ErrClosed)
			}
		})
	}
}
