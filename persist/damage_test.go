package persist_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/snapshot"
)

// load opens a file and reads all of it, which must give what w says or an
// error. Where it works the file is also written to and read again.
func load(t *testing.T, path string, w *world) error {
	t.Helper()
	db, err := persist.Open(path, persist.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	s, err := db.Load()
	if err != nil {
		return err
	}
	same(t, s, w.state)
	got, err := rows(db, db.Oldest())
	if err != nil {
		return err
	}
	diff(t, w.after(db.Oldest()), got)
	w = w.fork()
	appendRows(t, db, w, w.events(5)...)
	checkpoint(t, db, 0)
	appendRows(t, db, w, w.events(5)...)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	holds(t, path, w)
	return nil
}

// A file with one wrong bit is refused, or the bit was in nothing that is used,
// and then the file is as good as it was. Only the page that a commit ends with
// can take that commit with it: then the file is as it was before.
func TestFlippedBits(t *testing.T) {
	w := newWorld(3)
	db, path := create(t, persist.Options{})
	appendRows(t, db, w, w.events(60)...)
	checkpoint(t, db, 0)
	before := w.fork()
	appendRows(t, db, w, w.events(20)...)
	pageSize := db.PageSize()
	db.Close()

	sound := []byte(read(t, path))
	m, err := persist.NewestMeta(bytes.NewReader(sound))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	refused, unharmed := 0, 0
	flip := func(bit int) {
		spoiled := slices.Clone(sound)
		spoiled[bit/8] ^= 1 << (bit % 8)
		write(t, path, string(spoiled))
		w := w
		if m2, err := persist.NewestMeta(bytes.NewReader(spoiled)); err == nil && m2 != m {
			w = before
		}
		switch err := load(t, path, w); {
		case err == nil:
			unharmed++
		case errors.As(err, new(*api.CorruptError)):
			refused++
		default:
			t.Fatalf("bit %d: %v", bit, err)
		}
	}
	for range 50 {
		flip(rng.IntN(len(sound) * 8))
	}
	for page := range int(m.High) {
		for range 2 { // where a page says what it is and what is where
			flip((page*pageSize+rng.IntN(100))*8 + rng.IntN(8))
		}
	}
	t.Logf("%d files were refused, %d were as good as before", refused, unharmed)
	if refused == 0 || unharmed == 0 {
		t.Error("this proves nothing")
	}
}

// Damage that would send bbolt out of the file, round in circles or over its
// own pages is found before bbolt is let near it.
func TestDamagedPages(t *testing.T) {
	w := newWorld(1)
	db, path := create(t, persist.Options{})
	e := w.state.Edit()
	for _, key := range numbered("U", 2000) {
		e.Put(snapshot.KindUser, key, e.With(snapshot.KindUser.Schema(), "", snapshot.UserName.Str(key)))
	}
	w.commit(e, 1)
	appendRows(t, db, w, w.rows...)
	checkpoint(t, db, 0)
	size := uint64(db.PageSize())
	db.Close()
	sound := read(t, path)
	m, err := persist.NewestMeta(strings.NewReader(sound))
	if err != nil {
		t.Fatal(err)
	}
	var users uint64 // the page on top of the table
	edit(t, path, func(tx *bolt.Tx) error {
		users = uint64(tx.Bucket([]byte("users")).RootPage())
		return nil
	})

	put := binary.NativeEndian
	const header, element, child = 16, 16, 8 // sizes, and where a branch's element names a page
	for name, spoil := range map[string]func(page func(id uint64) []byte){
		"a branch that leads to itself": func(page func(id uint64) []byte) {
			put.PutUint64(page(users)[header+child:], users)
		},
		"two branches to one page": func(page func(id uint64) []byte) {
			b := page(users)
			put.PutUint64(b[header+child:], put.Uint64(b[header+element+child:]))
		},
		"a branch that leads out of the file": func(page func(id uint64) []byte) {
			put.PutUint64(page(users)[header+child:], 1<<40)
		},
		"a branch that leads nowhere": func(page func(id uint64) []byte) {
			put.PutUint16(page(users)[10:], 0)
		},
		"a branch with more entries than fit": func(page func(id uint64) []byte) {
			put.PutUint16(page(users)[10:], 60_000)
		},
		"a branch with a wrong key": func(page func(id uint64) []byte) {
			b := page(users)[header+element:]
			b[put.Uint32(b)] = 'Z'
		},
		"a page that claims the rest of the file": func(page func(id uint64) []byte) {
			put.PutUint32(page(users)[12:], 1<<31)
		},
		"a page in use that is listed as free": func(page func(id uint64) []byte) {
			put.PutUint64(page(m.Freelist)[header:], users)
		},
		"more free pages than memory": func(page func(id uint64) []byte) {
			b := page(m.Freelist)
			put.PutUint16(b[10:], 0xFFFF)
			put.PutUint64(b[header:], 1<<40)
		},
	} {
		t.Run(name, func(t *testing.T) {
			content := []byte(sound)
			spoil(func(id uint64) []byte { return content[id*size : (id+1)*size] })
			write(t, path, string(content))
			if err := load(t, path, w); !errors.As(err, new(*api.CorruptError)) {
				t.Error(err)
			}
			diff(t, string(content), read(t, path))
		})
	}
}

// An entry that is not what was written is named by the error.
func TestCorruptEntries(t *testing.T) {
	path, w := written(t)
	sound := read(t, path)
	seq := func(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
	last := uint64(len(w.rows))
	for name, test := range map[string]struct {
		spoil func(tx *bolt.Tx) error
		want  api.CorruptError
	}{
		"a record": {
			func(tx *bolt.Tx) error { return tx.Bucket([]byte("users")).Put([]byte("U2"), []byte("\xff\xff")) },
			api.CorruptError{Bucket: "users", Key: "U2"},
		},
		"a record too many": {
			func(tx *bolt.Tx) error { return tx.Bucket([]byte("clocks")).Put([]byte("name/C99"), []byte("\x03")) },
			api.CorruptError{Bucket: "meta", Key: "head"},
		},
		"a missing table": {
			func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte("users")) },
			api.CorruptError{Bucket: "meta", Key: "head"},
		},
		"a table of another program": {
			func(tx *bolt.Tx) error { _, err := tx.CreateBucket([]byte("things")); return err },
			api.CorruptError{Bucket: "things"},
		},
		"a missing row": {
			func(tx *bolt.Tx) error { return tx.Bucket([]byte("journal")).Delete(seq(last - 1)) },
			api.CorruptError{Bucket: "journal", Key: fmt.Sprint(last - 1)},
		},
		"a changed row": {
			func(tx *bolt.Tx) error { return tx.Bucket([]byte("journal")).Put(seq(last-1), seq(0)) },
			api.CorruptError{Bucket: "journal", Key: fmt.Sprint(last - 1)},
		},
		"a row in another's place": {
			func(tx *bolt.Tx) error {
				b := tx.Bucket([]byte("journal"))
				return b.Put(seq(last-1), bytes.Clone(b.Get(seq(last-2))))
			},
			api.CorruptError{Bucket: "journal", Key: fmt.Sprint(last - 1)},
		},
		"a journal cut short": {
			func(tx *bolt.Tx) error { return tx.Bucket([]byte("journal")).Delete(seq(last)) },
			api.CorruptError{Bucket: "journal"},
		},
		"a head without its checksum": {
			func(tx *bolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("head"), seq(0)) },
			api.CorruptError{Bucket: "meta", Key: "head"},
		},
		"a missing head": {
			func(tx *bolt.Tx) error { return tx.Bucket([]byte("meta")).Delete([]byte("head")) },
			api.CorruptError{Bucket: "meta", Key: "head"},
		},
		"no format": {
			func(tx *bolt.Tx) error { return tx.Bucket([]byte("meta")).Delete([]byte("format")) },
			api.CorruptError{Bucket: "meta", Key: "format"},
		},
		"half an identity": {
			func(tx *bolt.Tx) error {
				key := []byte("identity")
				return tx.Bucket([]byte("meta")).Put(key, persist.Seal(key, []byte("\x02T1")))
			},
			api.CorruptError{Bucket: "meta", Key: "identity"},
		},
		"no journal": {
			func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte("journal")) },
			api.CorruptError{Bucket: "journal"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			write(t, path, sound)
			edit(t, path, test.spoil)
			before := read(t, path)
			err := load(t, path, w)
			var got *api.CorruptError
			if !errors.As(err, &got) {
				t.Fatal(err)
			}
			test.want.Path = path
			if d := cmp.Diff(&test.want, got, cmpopts.IgnoreFields(api.CorruptError{}, "Err")); d != "" {
				t.Errorf("%v\n-want +got:\n%s", err, d)
			}
			diff(t, before, read(t, path))
		})
	}
}

// A file that is cut short while it is open is an error too, and not the end of
// the process, which would otherwise follow from touching what is gone.
func TestFileCutShortWhileOpen(t *testing.T) {
	w := newWorld(1)
	db, path := create(t, persist.Options{})
	for range 100 {
		appendRows(t, db, w, w.events(10)...)
	}
	if err := os.Truncate(path, int64(2*db.PageSize())); err != nil {
		t.Fatal(err)
	}
	_, loadErr := db.Load()
	_, rowsErr := rows(db, 0)
	for name, err := range map[string]error{"load": loadErr, "rows": rowsErr} {
		if !errors.As(err, new(*api.CorruptError)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func TestFileCutShortUnderTheWriter(t *testing.T) {
	w := newWorld(1)
	db, path := create(t, persist.Options{})
	for range 100 {
		appendRows(t, db, w, w.events(10)...)
	}
	if err := os.Truncate(path, int64(2*db.PageSize())); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := db.Append(w.events(1), w.state); !errors.As(err, new(*api.CorruptError)) {
			t.Error(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// Whatever stands in a file, opening and reading it comes to an end, with a
// state that is sound or an error that says the file is not.
func FuzzOpen(f *testing.F) {
	path, _ := written(f)
	sound := read(f, path)
	f.Add(uint32(0), []byte{})
	f.Add(uint32(0), []byte(sound[:64]))
	f.Add(uint32(2*4096), []byte("\x02\x00\x00\x00\x00\x00\x00\x00\x01\x00\x01\x00"))
	f.Fuzz(func(t *testing.T, at uint32, patch []byte) {
		content := []byte(sound)
		copy(content[int(at)%len(content):], patch)
		path := filepath.Join(t.TempDir(), "workspace.db")
		write(t, path, string(content))
		db, err := persist.Open(path, persist.Options{ReadOnly: true})
		if err == nil {
			_, err = rows(db, db.Oldest()) // which goes by itself, since nothing was loaded
			err = errors.Join(err, db.Close())
		}
		if err != nil && !errors.As(err, new(*api.CorruptError)) {
			t.Error(err)
		}
		db, err = persist.Open(path, persist.Options{})
		if err == nil {
			defer db.Close()
			var s *snapshot.Snapshot
			if s, err = db.Load(); err == nil {
				err = s.Check()
			}
		}
		if err == nil {
			_, err = rows(db, db.Oldest())
		}
		if err != nil && !errors.As(err, new(*api.CorruptError)) {
			t.Error(err)
		}
	})
}
