package persist_test

import (
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
)

// fast are options for a lock that is not going to be free.
var fast = persist.Options{LockTimeout: time.Millisecond}

// reads fails the test unless a reader finds the state and the rows of w at path,
// in a copy or not.
func reads(t *testing.T, path string, w *world, inCopy bool) {
	t.Helper()
	db, copied, err := persist.OpenReader(path, fast)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if !copied.IsZero() != inCopy {
		t.Errorf("the copy is of %v", copied)
	}
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
	if err := db.Append(w.fork().events(1), s); !errors.Is(err, api.ErrReadOnly) {
		t.Errorf("Append: %v, want %v", err, api.ErrReadOnly)
	}
	if _, err := db.Checkpoint(1); !errors.Is(err, api.ErrReadOnly) {
		t.Errorf("Checkpoint: %v, want %v", err, api.ErrReadOnly)
	}
}

// Beside a writer, a reader finds what was published last.
func TestPublish(t *testing.T) {
	w := newWorld(2)
	db, path := create(t, persist.Options{})
	appendRows(t, db, w, w.events(30)...)
	if _, _, err := persist.OpenReader(path, fast); !errors.As(err, new(*api.LockedError)) {
		t.Errorf("before anything was published: %v", err)
	}
	for range 3 {
		if err := db.Publish(); err != nil {
			t.Fatal(err)
		}
		published := w.fork()
		reads(t, path, published, true)
		appendRows(t, db, w, w.events(20)...)
		checkpoint(t, db, 0)
		reads(t, path, published, true)
	}
	info, err := os.Stat(persist.Published(path))
	if err != nil {
		t.Fatal(err)
	}
	diff(t, os.FileMode(0o600), info.Mode())

	db.Close()
	reads(t, path, w, false) // without a writer there is something newer
	if err := db.Publish(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Publish after Close: %v", err)
	}
}

// Whoever has a copy open keeps it.
func TestPublishUnderAReader(t *testing.T) {
	w := newWorld(2)
	db, path := create(t, persist.Options{})
	appendRows(t, db, w, w.events(30)...)
	if err := db.Publish(); err != nil {
		t.Fatal(err)
	}
	published := w.fork()
	reader, _, err := persist.OpenReader(path, fast)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	appendRows(t, db, w, w.events(30)...)
	if err := db.Publish(); err != nil {
		t.Fatal(err)
	}
	s, err := reader.Load()
	if err != nil {
		t.Fatal(err)
	}
	same(t, s, published.state)
	reads(t, path, w, true)
}

// A copy that could not be written leaves the last one where it is, and the writer
// goes on.
func TestPublishFails(t *testing.T) {
	w := newWorld(2)
	db, path := create(t, persist.Options{})
	appendRows(t, db, w, w.events(30)...)
	if err := db.Publish(); err != nil {
		t.Fatal(err)
	}
	published := w.fork()
	appendRows(t, db, w, w.events(5)...)
	if err := os.MkdirAll(persist.Published(path)+".next/taken", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := db.Publish(); !errors.As(err, new(*fs.PathError)) {
		t.Errorf("Publish: %v", err)
	}
	reads(t, path, published, true)
	appendRows(t, db, w, w.events(5)...)
}

func TestOpenForReading(t *testing.T) {
	path, w := written(t)
	reads(t, path, w, false)
	for name, test := range map[string]struct {
		spoil func(t *testing.T) (path string)
		want  func(error) bool
	}{
		"no file": {
			func(t *testing.T) string { return path + ".none" },
			func(err error) bool { return errors.Is(err, fs.ErrNotExist) },
		},
		"an empty file": {
			func(t *testing.T) string {
				write(t, path, "")
				return path
			},
			func(err error) bool {
				return errors.As(err, new(*api.CorruptError)) && errors.Is(err, api.ErrEmptyFile)
			},
		},
		"a file of an older format": {
			func(t *testing.T) string {
				path, _ := format1(t)
				return path
			},
			func(err error) bool {
				var schema *api.SchemaError
				return errors.As(err, &schema) && schema.Have == 1 && schema.Known == 2
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := test.spoil(t)
			before := tree(t, path)
			if _, _, err := persist.OpenReader(path, fast); !test.want(err) {
				t.Errorf("it is %v", err)
			}
			diff(t, before, tree(t, path))
		})
	}
}

// Readers of a file do not keep each other away, but a writer.
func TestReadersShareAFile(t *testing.T) {
	path, _ := written(t)
	for range 3 {
		db, _, err := persist.OpenReader(path, fast)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
	}
	if _, err := persist.Open(path, fast); !errors.As(err, new(*api.LockedError)) {
		t.Errorf("beside readers: %v", err)
	}
}
