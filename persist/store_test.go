package persist_test

import (
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/snapshot"
)

func diff[T any](t testing.TB, want, got T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("-want +got:\n%s", d)
	}
}

// same fails the test unless two snapshots are the same state.
func same(t testing.TB, got, want *snapshot.Snapshot) {
	t.Helper()
	if err := got.Check(); err != nil {
		t.Fatal(err)
	}
	type figures struct {
		Seq         api.Seq
		At          int64
		Digest, Sum uint64
	}
	diff(t, figures{want.Seq(), want.At(), want.Digest(), want.Sum()}, figures{got.Seq(), got.At(), got.Digest(), got.Sum()})
}

func TestNewFileIsEmpty(t *testing.T) {
	db, path := create(t, persist.Options{})
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, os.FileMode(0o600), info.Mode())
	diff(t, 0, db.Durable())
	diff(t, 0, db.Oldest())
	diff(t, 0, db.Dirty())
	if id, ok := db.Identity(); ok {
		t.Errorf("the identity is %v", id)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	holds(t, path, newWorld(0))
}

// Whatever a process does, and wherever in it it is killed, what it appended is
// there afterwards.
func TestLoadAfterEveryStep(t *testing.T) {
	for _, limit := range []int{1, 3, 10, 0} {
		w := newWorld(uint64(limit))
		db, path := create(t, persist.Options{Retention: persist.Retention{MaxEvents: 12}})
		for range 30 {
			appendRows(t, db, w, w.events(1+w.rng.IntN(4))...)
			holds(t, kill(t, path), w)
			for range w.rng.IntN(5) {
				if _, err := db.Checkpoint(limit); err != nil {
					t.Fatal(err)
				}
				holds(t, kill(t, path), w)
			}
		}
	}
}

// A model of a file is the list of all its rows, and how many of them a page of
// a first bootstrap has swallowed. Random histories must agree with it.
func TestRandomHistories(t *testing.T) {
	for seed := range uint64(8) {
		w := newWorld(seed)
		db, path := create(t, persist.Options{})
		var oldest api.Seq
		for range 60 {
			switch w.rng.IntN(8) {
			case 0:
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
				holds(t, path, w)
				db = open(t, path, persist.Options{})
			case 1, 2, 3:
				limit := 1 + w.rng.IntN(6)
				before := db.Dirty()
				if _, err := db.Checkpoint(limit); err != nil {
					t.Fatal(err)
				}
				if n := before - db.Dirty(); n < 0 || n > limit {
					t.Fatalf("a slice of at most %d wrote %d records", limit, n)
				}
			default:
				batch := w.events(1 + w.rng.IntN(12))
				if w.rng.IntN(10) == 0 {
					i := w.rng.IntN(len(batch))
					batch[i].Bulk = true
					oldest = batch[i].Seq
				}
				appendRows(t, db, w, batch...)
			}
			diff(t, w.state.Seq(), db.Durable())
			diff(t, oldest, db.Oldest())
			got, err := rows(db, oldest)
			if err != nil {
				t.Fatal(err)
			}
			diff(t, w.after(oldest), got)
		}
		checkpoint(t, db, 5)
		checkpoint(t, db, 5) // what the first round was too early for
		diff(t, 0, db.Dirty())
		holds(t, kill(t, path), w)
	}
}

func TestCheckpointRound(t *testing.T) {
	w := newWorld(1)
	db, path := create(t, persist.Options{})
	put := func(key, name string) {
		e := w.state.Edit()
		e.Put(snapshot.KindUser, key, e.With(snapshot.KindUser.Schema(), "", snapshot.UserName.Str(name)))
		w.commit(e, w.state.At())
		appendRows(t, db, w, w.rows[len(w.rows)-1])
	}
	type result struct {
		Done  bool
		Dirty int
	}
	slice := func(limit int) result {
		done, err := db.Checkpoint(limit)
		if err != nil {
			t.Fatal(err)
		}
		holds(t, kill(t, path), w)
		return result{done, db.Dirty()}
	}

	put("U1", "a")
	put("U2", "b")
	put("U3", "c")
	diff(t, result{false, 2}, slice(1)) // U1
	put("U1", "written already: next round")
	put("U3", "not written yet: this round")
	put("U4", "next round")
	diff(t, result{false, 3}, slice(1)) // U2
	diff(t, result{true, 2}, slice(1))  // U3, as it is now
	diff(t, result{false, 1}, slice(1)) // U1 again
	diff(t, result{true, 0}, slice(1))  // U4
	diff(t, result{true, 0}, slice(1))  // nothing
}

// A checkpoint of nothing leaves the file alone.
func TestIdleCheckpointWritesNothing(t *testing.T) {
	w := newWorld(1)
	db, path := create(t, persist.Options{})
	appendRows(t, db, w, w.events(10)...)
	checkpoint(t, db, 0)
	before := read(t, path)
	checkpoint(t, db, 0)
	diff(t, before, read(t, path))
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestBulk(t *testing.T) {
	bulk := func(rows []persist.Row, at ...int) []persist.Row {
		for _, i := range at {
			rows[i].Bulk = true
		}
		return rows
	}
	for name, test := range map[string]struct {
		before     int   // ordinary rows in front
		batch      int   // rows in the batch
		bulk       []int // which of them are
		wantOldest api.Seq
	}{
		"alone":               {0, 1, []int{0}, 1},
		"drops what was kept": {9, 1, []int{0}, 10},
		"last of a batch":     {9, 5, []int{4}, 14},
		"rows behind it stay": {9, 5, []int{1}, 11},
		"the last one counts": {9, 5, []int{0, 3}, 13},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(7)
			db, path := create(t, persist.Options{})
			if test.before > 0 {
				appendRows(t, db, w, w.events(test.before)...)
				if _, err := db.Checkpoint(2); err != nil { // a round under way ends with it
					t.Fatal(err)
				}
			}
			appendRows(t, db, w, bulk(w.events(test.batch), test.bulk...)...)
			diff(t, test.wantOldest, db.Oldest())
			holds(t, kill(t, path), w)

			_, err := rows(db, test.wantOldest-1)
			var gap *api.GapError
			if !errors.As(err, &gap) {
				t.Fatalf("rows from before it: %v", err)
			}
			diff(t, &api.GapError{Asked: test.wantOldest - 1, Oldest: test.wantOldest}, gap)

			appendRows(t, db, w, w.events(6)...)
			holds(t, kill(t, path), w)
			checkpoint(t, db, 2)
			holds(t, kill(t, path), w)
		})
	}
}

func TestRowsThatDoNotFollowAreRefused(t *testing.T) {
	w := newWorld(1)
	db, path := create(t, persist.Options{})
	appendRows(t, db, w, w.events(3)...)
	early := w.state
	next := w.events(2)
	before := read(t, path)
	for name, err := range map[string]error{
		"again":               db.Append(w.rows[2:3], early),
		"with a gap":          db.Append(next[1:], w.state),
		"with a former state": db.Append(next, early),
		"with a later state":  db.Append(next[:1], w.state),
	} {
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	diff(t, before, read(t, path))
	appendRows(t, db, w, next...)
	holds(t, kill(t, path), w)
}

func TestNothingIsWrittenBeforeLoad(t *testing.T) {
	_, path := create(t, persist.Options{})
	path = kill(t, path)
	db, err := persist.Open(path, persist.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w := newWorld(1)
	if err := db.Append(w.events(1), w.state); err == nil {
		t.Error("appended")
	}
	if _, err := db.Checkpoint(1); err == nil {
		t.Error("checkpointed")
	}
	diff(t, api.Seq(0), db.Durable())
}

func TestIdentity(t *testing.T) {
	db, path := create(t, persist.Options{})
	ann := api.Identity{Team: "T1", User: "U1"}
	for range 2 {
		if err := db.SetIdentity(ann); err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	db = open(t, path, persist.Options{})
	got, ok := db.Identity()
	diff(t, true, ok)
	diff(t, ann, got)

	before := read(t, path)
	for _, other := range []api.Identity{{Team: "T2", User: "U1"}, {Team: "T1", User: "U2"}, {}} {
		err := db.SetIdentity(other)
		var wrong *api.IdentityError
		if !errors.As(err, &wrong) {
			t.Fatalf("%v: %v", other, err)
		}
		diff(t, &api.IdentityError{Path: path, Have: ann, Token: other}, wrong)
	}
	diff(t, before, read(t, path))
	if err := db.SetIdentity(ann); err != nil {
		t.Error(err)
	}
}

// The first write that fails is the last that is tried: what came before it is
// all there is, now and after opening the file again.
func TestFailedWrite(t *testing.T) {
	w := newWorld(1)
	db, path := create(t, persist.Options{})
	appendRows(t, db, w, w.events(3)...)
	state, kept := w.state, len(w.rows)

	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	db.LimitSize(int(info.Size()))
	large := w.event()
	large.Event = make([]byte, 8<<20)
	first := db.Append([]persist.Row{large}, w.state)
	if first == nil {
		t.Fatal("a write to a full disk went well")
	}
	db.LimitSize(0)
	if err := db.Append([]persist.Row{large}, w.state); err == nil || err.Error() != first.Error() {
		t.Errorf("the next append: %v", err)
	}
	if _, err := db.Checkpoint(1); err == nil {
		t.Error("a checkpoint was tried")
	}
	if err := db.SetIdentity(api.Identity{Team: "T1"}); err == nil {
		t.Error("an identity was set")
	}

	w.state, w.rows = state, w.rows[:kept]
	diff(t, state.Seq(), db.Durable())
	got, err := rows(db, 0)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, w.rows, got)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	holds(t, path, w)
}

func TestClosed(t *testing.T) {
	w := newWorld(1)
	db, _ := create(t, persist.Options{})
	appendRows(t, db, w, w.events(3)...)
	for range 2 {
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, loadErr := db.Load()
	_, checkpointErr := db.Checkpoint(1)
	_, rowsErr := rows(db, 0)
	for name, err := range map[string]error{
		"load": loadErr, "checkpoint": checkpointErr, "rows": rowsErr,
		"append":       db.Append(w.events(1), w.state),
		"set identity": db.SetIdentity(api.Identity{Team: "T1"}),
	} {
		if !errors.Is(err, os.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
