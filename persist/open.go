package persist

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/slackstate/slackstate/api"
)

// Open opens the file at path. If there is none it makes one that only its
// owner can read; the mode of a file that is there stays as it is, and so does
// the file itself whenever Open returns an error:
//
//   - [*api.LockedError]: another process has the file open, and still had it
//     after Options.LockTimeout;
//   - [*api.CorruptError]: it is no file of ours, or not whole;
//   - [*api.SchemaError]: a newer program wrote it;
//   - otherwise the operating system's error.
//
// Open reads the file once from end to end. It does not read what is in it:
// call Load next. The one damage it cannot tell from a power failure is to
// the page that the last commit wrote last: then the file is as it was before
// that commit.
//
// A file that an older program wrote is migrated, which takes a while for a large
// one. A process may be killed meanwhile: the next Open goes on with it.
func Open(path string, opts Options) (*DB, error) {
	db, err := open(path, opts.withDefaults())
	if err != nil {
		return nil, fmt.Errorf("open cache: %w", err)
	}
	return db, nil
}

func open(path string, opts Options) (*DB, error) {
	start := time.Now()
	info, err := os.Stat(path)
	isNew := errors.Is(err, fs.ErrNotExist)
	switch {
	case isNew:
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
	case info.Size() > 0:
		// bbolt's own way of opening a file for writing may write, and follows
		// pages, so the first look is without it.
		if err := inspect(path, opts.LockTimeout); err != nil {
			return nil, err
		}
	}

	left := max(opts.LockTimeout-time.Since(start), time.Nanosecond)
	b, f, err := openBolt(path, &bolt.Options{Timeout: left, NoStatistics: true})
	if err != nil {
		return nil, err
	}
	b.AllocSize = 4 << 20 // how much a file grows at a time
	db := &DB{path: path, bolt: b, file: f, retention: opts.Retention}
	if err := db.start(isNew); err != nil {
		_ = b.Close()
		return nil, err
	}
	return db, nil
}

// start makes a blank file a database, and reads how far it has come.
func (db *DB) start(isNew bool) error {
	var isBlank bool
	var have int
	var h head
	var id *api.Identity
	err := db.view(func(tx *bolt.Tx) (err error) {
		if isBlank = blank(tx); isBlank {
			return nil
		}
		if h, err = getHead(tx); err != nil {
			return err
		}
		if id, err = getIdentity(tx); err != nil {
			return err
		}
		have, err = getFormat(tx)
		return err
	})
	switch {
	case err != nil:
	case isBlank:
		err = db.update(create)
	case have < format:
		err = db.migrate(have)
	}
	if err == nil && isNew {
		err = syncDir(filepath.Dir(db.path))
	}
	db.head.Store(&h)
	db.identity.Store(id)
	return err
}

// inspect returns an error if the file at path, which is not empty, is not one
// to write to. It only reads. As long as it does, no process can write.
func inspect(path string, timeout time.Duration) (err error) {
	b, f, err := openBolt(path, &bolt.Options{ReadOnly: true, Timeout: timeout, NoStatistics: true})
	if err != nil {
		return err
	}
	defer b.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return guard(path, func() error {
		switch err := checkStart(f, info.Size()); {
		case errors.As(err, new(syscall.Errno)): // the disk's trouble, not the file's
			return err
		case err != nil:
			return &api.CorruptError{Err: err}
		}
		return b.View(func(tx *bolt.Tx) error {
			if blank(tx) {
				return nil
			}
			have, err := getFormat(tx)
			switch {
			case err != nil:
				return err
			case have > format:
				return &api.SchemaError{Path: path, Have: have, Known: format}
			case tx.Bucket(journalBucket) == nil:
				return bucketError(journalBucket, errors.New("missing"))
			}
			return nil
		})
	})
}

// openBolt opens a database and returns its file too, which is the database's
// to close. It gives bbolt's errors their names.
func openBolt(path string, opts *bolt.Options) (b *bolt.DB, f *os.File, err error) {
	opts.OpenFile = func(name string, flag int, perm os.FileMode) (_ *os.File, err error) {
		f, err = os.OpenFile(name, flag, perm)
		return f, err
	}
	err = guard(path, func() (err error) {
		b, err = bolt.Open(path, 0o600, opts)
		return err
	})
	var sys syscall.Errno
	var corrupt *api.CorruptError
	switch {
	case err == nil:
		return b, f, nil
	case errors.As(err, &corrupt):
		_ = f.Close() // bbolt did not come to it
	case errors.Is(err, berrors.ErrTimeout):
		err = &api.LockedError{Path: path}
	case !errors.As(err, &sys):
		err = &api.CorruptError{Path: path, Err: err}
	}
	return nil, nil, err
}

// syncDir makes a new name in a directory last.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // it has no such thing
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
