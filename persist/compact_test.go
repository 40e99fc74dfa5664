package persist_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
)

// A compacted file holds the same in less room, and goes on.
func TestCompact(t *testing.T) {
	w := newWorld(4)
	opts := persist.Options{Retention: persist.Retention{MaxEvents: 10}}
	db, path := create(t, opts)
	for range 20 {
		appendRows(t, db, w, w.events(50)...)
		checkpoint(t, db, 0)
	}
	appendRows(t, db, w, w.events(5)...)
	db.Close()
	before, after, err := persist.Compact(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, after, info.Size())
	diff(t, os.FileMode(0o600), info.Mode())
	if after >= before/2 {
		t.Errorf("%d bytes became %d", before, after)
	}
	holds(t, path, w)
	db = open(t, path, opts)
	appendRows(t, db, w, w.events(5)...)
	checkpoint(t, db, 0)
	db.Close()
	holds(t, path, w)
	if left, _ := filepath.Glob(path + "?*"); left != nil {
		t.Errorf("%v is left behind", left)
	}
}

func TestCompactRefuses(t *testing.T) {
	path, w := written(t)
	if _, _, err := persist.Compact(path + ".none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a file: %v", err)
	}
	db := open(t, path, persist.Options{})
	if _, _, err := persist.Compact(path); !errors.As(err, new(*api.LockedError)) {
		t.Errorf("of an open file: %v", err)
	}
	db.Close()
	holds(t, path, w)
	edit(t, path, func(tx *bolt.Tx) error { return tx.Bucket([]byte("meta")).Delete([]byte("head")) })
	before := tree(t, path)
	if _, _, err := persist.Compact(path); !errors.As(err, new(*api.CorruptError)) {
		t.Errorf("of a corrupt file: %v", err)
	}
	diff(t, before, tree(t, path))
}

// Who waits for a file that is replaced meanwhile gets the one that is there, and
// what it writes is not lost with the other.
func TestOpenWhileReplaced(t *testing.T) {
	path, w := written(t)
	db := open(t, path, persist.Options{})
	type result struct {
		db  *persist.DB
		err error
	}
	opened := make(chan result)
	go func() {
		db, err := persist.Open(path, persist.Options{LockTimeout: time.Minute})
		opened <- result{db, err}
	}()
	write(t, path+".next", read(t, path))
	if err := os.Rename(path+".next", path); err != nil { // whether it waits already or not
		t.Fatal(err)
	}
	db.Close()
	r := <-opened
	if r.err != nil {
		t.Fatal(r.err)
	}
	defer r.db.Close()
	if _, err := r.db.Load(); err != nil {
		t.Fatal(err)
	}
	appendRows(t, r.db, w, w.events(3)...)
	r.db.Close()
	holds(t, path, w)
}
