package persist_test

import (
	"errors"
	"os"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/snapshot"
)

// ago gives a file the time of its last write.
func ago(t *testing.T, path string, d time.Duration) {
	t.Helper()
	at := time.Now().Add(-d)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

// A Follower opens what is new, and only that: the file, as long as nobody writes
// to it, or else the last copy.
func TestFollower(t *testing.T) {
	path, w := written(t)
	ago(t, path, time.Hour)
	f := persist.NewFollower(path, fast)
	next := func(what string, inCopy bool) {
		t.Helper()
		db, copied, err := f.Next()
		if err != nil || db == nil {
			t.Fatalf("%s: %v, %v", what, db, err)
		}
		defer db.Close()
		if copied.IsZero() == inCopy {
			t.Errorf("%s is of %v", what, copied)
		}
		got, err := rows(db, db.Oldest()) // without Load
		if err != nil {
			t.Fatal(err)
		}
		diff(t, w.after(db.Oldest()), got)
	}
	nothing := func(when string) {
		t.Helper()
		if db, _, err := f.Next(); db != nil || err != nil {
			t.Fatalf("%s: %v, %v", when, db, err)
		}
	}
	next("the file", false)
	nothing("after the file")

	db := open(t, path, persist.Options{})
	appendRows(t, db, w, w.events(5)...)
	if _, _, err := f.Next(); !errors.As(err, new(*api.LockedError)) {
		t.Errorf("beside a writer that publishes nothing: %v", err)
	}
	for range 2 {
		if err := db.Publish(); err != nil {
			t.Fatal(err)
		}
		next("a copy", true)
		nothing("after a copy")
		appendRows(t, db, w, w.events(5)...)
		nothing("before the next")
	}
	db.Close()
	next("the file behind a copy", false)
	next("a file of so late a write that another one might not show", false)
	ago(t, path, time.Hour)
	next("a file of another time", false)
	nothing("at last")
}

// What LoadAfter goes through is what happened, step by step.
func TestLoadAfter(t *testing.T) {
	path, w := written(t)
	for _, known := range []int{0, 1, 37, 59, 60} {
		early := &world{rng: w.rng, state: new(snapshot.Snapshot)}
		if known > 0 {
			early = replayed(t, w.rows[:known])
		}
		db, _, err := persist.OpenReader(path, fast)
		if err != nil {
			t.Fatal(err)
		}
		var got []persist.Row
		s, err := db.LoadAfter(early.state, func(r *persist.Row, s *snapshot.Snapshot) {
			if s.Seq() != r.Seq || s.Digest() != r.Digest {
				t.Errorf("row %d comes with the state after %d", r.Seq, s.Seq())
			}
			got = append(got, *r)
		})
		if err != nil {
			t.Fatal(err)
		}
		db.Close()
		same(t, s, w.state)
		diff(t, w.after(api.Seq(known)), got)
	}
}

// replayed returns a world as it was after some rows.
func replayed(t *testing.T, rows []persist.Row) *world {
	t.Helper()
	w := newWorld(0)
	for i := range rows {
		e := w.state.Edit()
		for _, c := range rows[i].Changes {
			e.Put(c.Kind, c.Key, c.After)
		}
		w.state, _ = e.Commit(rows[i].At)
	}
	return w
}

// A file that does not go on from a state is not taken for one that does.
func TestLoadAfterRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		file func(t *testing.T) (path string, from *snapshot.Snapshot)
		want func(error) bool
	}{
		"rows that are no longer kept": {
			func(t *testing.T) (string, *snapshot.Snapshot) {
				db, path := create(t, persist.Options{Retention: persist.Retention{MaxEvents: 5}})
				w := newWorld(1)
				appendRows(t, db, w, w.events(20)...)
				checkpoint(t, db, 0)
				db.Close()
				return path, replayed(t, w.rows[:14]).state
			},
			func(err error) bool {
				var gap *api.GapError
				return errors.As(err, &gap) && *gap == api.GapError{Asked: 14, Oldest: 15}
			},
		},
		"another history": {
			func(t *testing.T) (string, *snapshot.Snapshot) {
				path, _ := written(t)
				other := newWorld(4)
				other.events(30)
				return path, other.state
			},
			func(err error) bool { return err != nil },
		},
		"another history of the same length": {
			func(t *testing.T) (string, *snapshot.Snapshot) {
				path, w := written(t)
				other := newWorld(4)
				other.events(len(w.rows))
				return path, other.state
			},
			func(err error) bool { return err != nil },
		},
		"a shorter history": {
			func(t *testing.T) (string, *snapshot.Snapshot) {
				path, w := written(t)
				longer := w.fork()
				longer.events(1)
				return path, longer.state
			},
			func(err error) bool { return err != nil },
		},
		"a row that is missing": {
			func(t *testing.T) (string, *snapshot.Snapshot) {
				path, w := written(t)
				edit(t, path, func(tx *bolt.Tx) error {
					return tx.Bucket([]byte("journal")).Delete([]byte{0, 0, 0, 0, 0, 0, 0, 50})
				})
				return path, replayed(t, w.rows[:40]).state
			},
			func(err error) bool {
				var corrupt *api.CorruptError
				return errors.As(err, &corrupt) && corrupt.Bucket == "journal" && corrupt.Key == "50"
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			path, from := test.file(t)
			db, _, err := persist.OpenReader(path, fast)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.LoadAfter(from, func(*persist.Row, *snapshot.Snapshot) {}); !test.want(err) {
				t.Errorf("LoadAfter: %v", err)
			}
		})
	}
}
