package persist_test

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/snapshot"
)

// written returns the path of a file with something of everything in it.
func written(t testing.TB) (string, *world) {
	t.Helper()
	w := newWorld(3)
	db, path := create(t, persist.Options{})
	if err := db.SetIdentity(api.Identity{Team: "T1", User: "U1"}); err != nil {
		t.Fatal(err)
	}
	appendRows(t, db, w, w.events(40)...)
	checkpoint(t, db, 20)
	appendRows(t, db, w, w.events(20)...)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path, w
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// edit changes a file behind persist's back.
func edit(t testing.TB, path string, f func(tx *bolt.Tx) error) {
	t.Helper()
	b, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Update(f); err != nil {
		t.Fatal(err)
	}
}

// What cannot be opened is refused with an error of its own, and stays what it
// was.
func TestOpenRefuses(t *testing.T) {
	isCorrupt := func(err error) bool { return errors.As(err, new(*api.CorruptError)) }
	is := func(target error) func(error) bool {
		return func(err error) bool {
			var p *fs.PathError
			return errors.Is(err, target) && errors.As(err, &p) && p.Path != ""
		}
	}
	for name, test := range map[string]struct {
		spoil func(t *testing.T, path string) string // returns what to open
		want  func(error) bool
	}{
		"a missing directory": {
			func(t *testing.T, path string) string { return filepath.Join(filepath.Dir(path), "none", "file.db") },
			is(fs.ErrNotExist),
		},
		"a path through a file": {
			func(t *testing.T, path string) string { return filepath.Join(path, "file.db") },
			is(syscall.ENOTDIR),
		},
		"a directory": {
			func(t *testing.T, path string) string { return filepath.Dir(path) },
			func(err error) bool { return errors.As(err, new(*fs.PathError)) },
		},
		"an empty file": {
			func(t *testing.T, path string) string {
				write(t, path, "")
				return path
			},
			func(err error) bool { return isCorrupt(err) && errors.Is(err, api.ErrEmptyFile) },
		},
		"a text": {
			func(t *testing.T, path string) string {
				write(t, path, "users: none yet\n")
				return path
			},
			isCorrupt,
		},
		"a long text": {
			func(t *testing.T, path string) string {
				write(t, path, string(make([]byte, 1<<20)))
				return path
			},
			isCorrupt,
		},
		"half a file": {
			func(t *testing.T, path string) string {
				content := read(t, path)
				write(t, path, content[:len(content)/2])
				return path
			},
			func(err error) bool { return isCorrupt(err) && errors.Is(err, api.ErrTruncated) },
		},
		"the first page": {
			func(t *testing.T, path string) string {
				write(t, path, read(t, path)[:4096])
				return path
			},
			isCorrupt,
		},
		"another program's database": {
			func(t *testing.T, path string) string {
				other := filepath.Join(filepath.Dir(path), "other.db")
				edit(t, other, func(tx *bolt.Tx) error {
					_, err := tx.CreateBucket([]byte("things"))
					return err
				})
				return other
			},
			isCorrupt,
		},
		"a database of buckets in buckets": {
			func(t *testing.T, path string) string {
				edit(t, path, func(tx *bolt.Tx) error {
					_, err := tx.Bucket([]byte("meta")).CreateBucket([]byte("meta"))
					return err
				})
				return path
			},
			isCorrupt,
		},
		"a newer format": {
			func(t *testing.T, path string) string {
				edit(t, path, func(tx *bolt.Tx) error {
					v := persist.Seal([]byte("format"), binary.AppendUvarint(nil, 7))
					return tx.Bucket([]byte("meta")).Put([]byte("format"), v)
				})
				return path
			},
			func(err error) bool {
				var schema *api.SchemaError
				return errors.As(err, &schema) && schema.Have == 7 && schema.Known == 2
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			path, _ := written(t)
			path = test.spoil(t, path)
			before := tree(t, path)
			db, err := persist.Open(path, persist.Options{})
			if err == nil {
				db.Close()
				t.Fatal("it was opened")
			}
			if !test.want(err) {
				t.Errorf("the error is %T: %v", errors.Unwrap(err), err)
			}
			diff(t, before, tree(t, path))
		})
	}
}

// tree returns the contents, with modes, of the directory that path is in.
func tree(t *testing.T, path string) map[string]string {
	t.Helper()
	files := map[string]string{}
	dir := os.DirFS(filepath.Dir(path))
	_ = fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // the directory may be the very thing that is missing
		}
		info, err := d.Info()
		if err != nil {
			t.Fatal(err)
		}
		files[name] = info.Mode().String() + read(t, filepath.Join(filepath.Dir(path), name))
		return nil
	})
	return files
}

// A file that may not be written to is refused, except to a user who may write
// to every file.
func TestOpenWithoutPermission(t *testing.T) {
	path, w := written(t)
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	db, err := persist.Open(path, persist.Options{})
	if os.Geteuid() != 0 {
		if !errors.Is(err, fs.ErrPermission) {
			t.Fatal(err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	holds(t, path, w)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, os.FileMode(0o400), info.Mode())
}

func TestLocked(t *testing.T) {
	path, w := written(t)
	db := open(t, path, persist.Options{})
	before := read(t, path)
	_, err := persist.Open(path, persist.Options{LockTimeout: time.Millisecond})
	var locked *api.LockedError
	if !errors.As(err, &locked) {
		t.Fatal(err)
	}
	diff(t, &api.LockedError{Path: path}, locked)
	diff(t, before, read(t, path))
	db.Close()
	holds(t, path, w)
}

// A process that is killed before its first commit leaves nothing but a word that it
// was about to, an empty file, or one without buckets. All can be opened, and then
// nothing tells of it any more.
func TestOpenWhatWasBarelyCreated(t *testing.T) {
	for name, make := range map[string]func(path string){
		"no file":            func(path string) {},
		"an empty file":      func(path string) { write(t, path, "") },
		"a file of no table": func(path string) { edit(t, path, func(*bolt.Tx) error { return nil }) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "workspace.db")
			write(t, path+".new", "")
			make(path)
			w := newWorld(1)
			db := open(t, path, persist.Options{})
			if left, _ := filepath.Glob(path + "?*"); left != nil {
				t.Errorf("%v is left behind", left)
			}
			appendRows(t, db, w, w.events(3)...)
			db.Close()
			holds(t, path, w)
		})
	}
}

// Kinds and their names are in files: a name or number that changes here makes
// files unreadable, and needs a migration.
func TestNamesOnDisk(t *testing.T) {
	want := map[snapshot.Kind]string{
		1: "self", 2: "self prefs", 3: "team", 4: "team prefs", 5: "profile fields", 6: "users",
		7: "conversations", 8: "read state", 9: "members", 10: "bots", 11: "usergroups",
		12: "own usergroups", 13: "emoji", 14: "dnd", 15: "presence", 16: "pins", 17: "stars", 18: "files", 19: "messages", 20: "threads",
		64: "clocks", 65: "tombstones", 66: "aliases", 67: "freshness", 68: "calls", 69: "hidden",
		70: "stubs", 71: "link", 72: "gaps", 73: "config",
	}
	got := map[snapshot.Kind]string{}
	for _, k := range snapshot.Kinds() {
		got[k] = k.String()
	}
	diff(t, want, got)
}
