package persist_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/snapshot"
)

// A world makes up events, and remembers what a file should hold after them.
type world struct {
	rng   *rand.Rand
	state *snapshot.Snapshot
	rows  []persist.Row // every row ever made
}

func newWorld(seed uint64) *world {
	return &world{rng: rand.New(rand.NewPCG(seed, 1)), state: new(snapshot.Snapshot)}
}

// places are records for events to change: entities and bookkeeping, one of a
// kind and many, without fields, and under keys that bbolt would not take.
var places = []struct {
	kind snapshot.Kind
	keys []string
	text *snapshot.Field // nil where a record has no fields
}{
	{snapshot.KindSelf, []string{""}, snapshot.SelfName},
	{snapshot.KindUser, numbered("U", 40), snapshot.UserName},
	{snapshot.KindRead, numbered("C", 8), snapshot.ReadLastRead},
	{snapshot.KindMember, numbered("C1/U", 20), nil},
	{snapshot.KindEmoji, []string{"", "\x00", "\x00\x01", "\x01", strings.Repeat("long", 10_000)}, snapshot.EmojiValue},
	{snapshot.KindClock, numbered("name/C", 8), snapshot.ClockVersion},
}

func numbered(prefix string, n int) (keys []string) {
	for i := range n {
		keys = append(keys, fmt.Sprint(prefix, i))
	}
	return keys
}

// event makes the next event happen and returns its row.
func (w *world) event() persist.Row {
	for {
		e := w.state.Edit()
		for range 1 + w.rng.IntN(4) {
			p := places[w.rng.IntN(len(places))]
			key := p.keys[w.rng.IntN(len(p.keys))]
			switch {
			case w.rng.IntN(5) == 0:
				e.Delete(p.kind, key)
			case p.text == nil:
				e.Put(p.kind, key, e.With(p.kind.Schema(), ""))
			default:
				text := fmt.Sprintf("%0*d", 1+w.rng.IntN(300), w.rng.IntN(1000))
				e.Put(p.kind, key, e.With(p.kind.Schema(), "", p.text.Str(text)))
			}
		}
		if w.commit(e, w.state.At()+1+w.rng.Int64N(1000)) {
			return w.rows[len(w.rows)-1]
		}
	}
}

// commit ends an edit as an event. It reports whether that changed anything, or
// else it was no event.
func (w *world) commit(e *snapshot.Edit, at int64) bool {
	next, changes := e.Commit(at)
	if len(changes) == 0 {
		return false
	}
	w.state = next
	r := persist.Row{
		Seq: next.Seq(), At: at, Type: "message", Event: fmt.Appendf(nil, `{"n":%d}`, next.Seq()),
		Changes: changes, Digest: next.Digest(), Sum: next.Sum(),
	}
	if w.rng.IntN(8) == 0 {
		r.Type, r.Event = "local.page", nil
	}
	w.rows = append(w.rows, r)
	return true
}

// events makes n events happen and returns their rows.
func (w *world) events(n int) (rows []persist.Row) {
	for range n {
		rows = append(rows, w.event())
	}
	return rows
}

// after returns the rows that a file which keeps them all has after seq.
func (w *world) after(seq api.Seq) (rows []persist.Row) { return append(rows, w.rows[seq:]...) }

// fork returns a world that goes on from w and leaves it alone.
func (w *world) fork() *world {
	return &world{rand.New(rand.NewPCG(1, 2)), w.state, slices.Clip(w.rows)}
}

// open opens and loads a file for the length of the test.
func open(t testing.TB, path string, opts persist.Options) *persist.DB {
	t.Helper()
	db, err := persist.Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if _, err := db.Load(); err != nil {
		t.Fatal(err)
	}
	return db
}

// create opens a new file and returns its path too.
func create(t testing.TB, opts persist.Options) (*persist.DB, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "workspace.db")
	return open(t, path, opts), path
}

func appendRows(t testing.TB, db *persist.DB, w *world, rows ...persist.Row) {
	t.Helper()
	if err := db.Append(rows, w.state); err != nil {
		t.Fatal(err)
	}
}

// checkpoint writes slices of limit records until the round is done.
func checkpoint(t testing.TB, db *persist.DB, limit int) {
	t.Helper()
	for done := false; !done; {
		var err error
		if done, err = db.Checkpoint(limit); err != nil {
			t.Fatal(err)
		}
	}
}

// kill returns the path of a file as it would be if the process that has the
// one at path open were killed now.
func kill(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "killed.db")
	if err := os.WriteFile(copied, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return copied
}

// rows reads the rows after seq, and what ended them.
func rows(db *persist.DB, seq api.Seq) (rows []persist.Row, err error) {
	for r, err := range db.Rows(seq) {
		if err != nil {
			return rows, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// holds fails the test unless a file that is opened now has exactly the state
// and, from its oldest on, the rows of w.
func holds(t testing.TB, path string, w *world) {
	t.Helper()
	db, err := persist.Open(path, persist.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s, err := db.Load()
	if err != nil {
		t.Fatal(err)
	}
	same(t, s, w.state)
	got, err := rows(db, db.Oldest())
	if err != nil {
		t.Fatal(err)
	}
	diff(t, w.after(db.Oldest()), got)
}
