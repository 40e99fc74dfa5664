package persist_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/snapshot"
)

// even makes n events that are alike in all but their number: a second apart,
// with rows of 1,024 bytes.
func even(w *world, n int) (rows []persist.Row) {
	for range n {
		e := w.state.Edit()
		name := fmt.Sprintf("%09d", w.state.Seq())
		e.Put(snapshot.KindUser, "U1", e.With(snapshot.KindUser.Schema(), "", snapshot.UserName.Str(name)))
		w.commit(e, w.state.At()+1000)
		r := &w.rows[len(w.rows)-1]
		r.Event = make([]byte, 900)
		r.Event = make([]byte, 900+1024-len(persist.EncodeRow(*r)))
		rows = append(rows, *r)
	}
	return rows
}

func TestRetention(t *testing.T) {
	const n = 100
	for name, test := range map[string]struct {
		retention persist.Retention
		want      int // rows kept
	}{
		"defaults keep them":   {persist.Retention{}, n},
		"number":               {persist.Retention{MaxEvents: 30}, 30},
		"age":                  {persist.Retention{MaxAge: 10 * time.Second}, 11}, // as old as that is not older
		"size":                 {persist.Retention{MaxBytes: 25*1024 + 1000}, 25},
		"the narrowest counts": {persist.Retention{MaxEvents: 30, MaxAge: 5 * time.Second, MaxBytes: 25*1024 + 1000}, 6},
		"no bounds":            {persist.Retention{MaxEvents: -1, MaxAge: -1, MaxBytes: -1}, n},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(1)
			db, path := create(t, persist.Options{Retention: test.retention})
			appendRows(t, db, w, even(w, n)...)
			checkpoint(t, db, 7)
			diff(t, api.Seq(n-test.want), db.Oldest())
			holds(t, kill(t, path), w)

			// The bounds hold for what a file held when it was opened, too.
			db.Close()
			db = open(t, path, persist.Options{Retention: test.retention})
			appendRows(t, db, w, even(w, 1)...)
			checkpoint(t, db, 7)
			if test.want < n {
				diff(t, api.Seq(n+1-test.want), db.Oldest())
			}
			holds(t, kill(t, path), w)
		})
	}
}

func TestRowsAreKeptUntilTheTablesHaveThem(t *testing.T) {
	w := newWorld(1)
	db, path := create(t, persist.Options{Retention: persist.Retention{MaxEvents: 1}})
	appendRows(t, db, w, w.events(50)...)
	for {
		done, err := db.Checkpoint(3)
		if err != nil {
			t.Fatal(err)
		}
		holds(t, kill(t, path), w)
		if done {
			break
		}
		if db.Dirty() > 0 {
			diff(t, api.Seq(0), db.Oldest())
		}
	}
	diff(t, w.state.Seq()-1, db.Oldest())
}

func TestRows(t *testing.T) {
	w := newWorld(1)
	db, _ := create(t, persist.Options{Retention: persist.Retention{MaxEvents: 40}})
	appendRows(t, db, w, w.events(100)...)
	checkpoint(t, db, 0)
	for after := range api.Seq(110) {
		got, err := rows(db, after)
		switch {
		case after < 60:
			var gap *api.GapError
			if !errors.As(err, &gap) {
				t.Fatalf("after %d: %v", after, err)
			}
			diff(t, &api.GapError{Asked: after, Oldest: 60}, gap)
			diff(t, nil, got)
		case after < 100:
			diff(t, nil, err)
			diff(t, w.after(after), got)
		default:
			diff(t, nil, err)
			diff(t, nil, got)
		}
	}
}

// What happens between two rows is seen at the second: newer rows, a gap, the
// end.
func TestRowsGoOnWithTheFile(t *testing.T) {
	w := newWorld(1)
	db, _ := create(t, persist.Options{Retention: persist.Retention{MaxEvents: 1}})
	big := func() persist.Row { // so large that it is read on its own
		r := w.event()
		r.Event = make([]byte, 1<<20)
		w.rows[len(w.rows)-1] = r
		return r
	}
	appendRows(t, db, w, big())
	var seen []api.Seq
	var end error
	for r, err := range db.Rows(0) {
		if end = err; err != nil {
			break
		}
		seen = append(seen, r.Seq)
		switch r.Seq {
		case 1:
			appendRows(t, db, w, big())
		case 2:
			appendRows(t, db, w, big())
			appendRows(t, db, w, big())
			checkpoint(t, db, 0)
		}
	}
	diff(t, []api.Seq{1, 2}, seen)
	var gap *api.GapError
	if !errors.As(end, &gap) {
		t.Fatal(end)
	}
	diff(t, &api.GapError{Asked: 2, Oldest: 3}, gap)

	for _, err := range db.Rows(3) {
		if end = err; err == nil {
			db.Close()
		}
	}
	diff(t, nil, end) // row 4 was the last: there was nothing left to read
}

// Rows belong to the caller: nothing that is done to them comes back.
func TestRowsAreCopies(t *testing.T) {
	w := newWorld(1)
	db, _ := create(t, persist.Options{})
	appendRows(t, db, w, w.events(10)...)
	for r, err := range db.Rows(0) {
		if err != nil {
			t.Fatal(err)
		}
		clear(r.Event)
		clear(r.Changes)
	}
	got, err := rows(db, 0)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, w.after(0), got)
}

// Readers see rows in order and once, and none that Durable does not cover,
// whatever the writer is doing.
func TestConcurrentReaders(t *testing.T) {
	const n = 300
	w := newWorld(1)
	db, _ := create(t, persist.Options{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			var last api.Seq
			for last < n {
				for r, err := range db.Rows(last) {
					if err != nil || r.Seq != last+1 || r.Seq > db.Durable() {
						t.Errorf("row %d after %d, durable are %d: %v", r.Seq, last, db.Durable(), err)
						return
					}
					last = r.Seq
				}
				db.Identity()
				db.Oldest()
				db.Dirty()
			}
		})
	}
	for len(w.rows) < n {
		appendRows(t, db, w, w.events(min(7, n-len(w.rows)))...)
		if _, err := db.Checkpoint(4); err != nil {
			t.Fatal(err)
		}
	}
	readers.Wait()
}
