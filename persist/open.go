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
//   - [*api.CorruptError]: it is no file of ours, or not whole; [api.ErrEmptyFile]
//     and [api.ErrTruncated] are among its reasons;
//   - [*api.SchemaError]: a newer program wrote it, or an older one and it is only read;
//   - [*api.WriteError]: it cannot be written to, or not be made;
//   - otherwise the operating system's error.
//
// Open reads no more than it takes to find out what the file is; Load, to be called
// next, reads all of it. The one damage that neither can tell from a power failure
// is to the page that the last commit wrote last: then the file is as it was before
// that commit.
//
// A file that an older program wrote is migrated, which takes a while for a large
// one. A process may be killed meanwhile: the next Open goes on with it.
func Open(path string, opts Options) (*DB, error) {
	opts = opts.withDefaults()
	open := openForWriting
	if opts.ReadOnly {
		open = openReadOnly
	}
	db, err := open(path, opts)
	if err != nil {
		return nil, fmt.Errorf("open cache: %w", err)
	}
	return db, nil
}

func openForWriting(path string, opts Options) (*DB, error) {
	start := time.Now()
	info, err := os.Stat(path)
	isNew := errors.Is(err, fs.ErrNotExist)
	switch {
	case isNew:
		if err := beginMaking(path); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
	case info.Size() == 0:
		if !isBeingMade(path) {
			return nil, &api.CorruptError{Path: path, Err: api.ErrEmptyFile}
		}
	default:
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
	b.AllocSize = 1 << 20 // how much a file grows at a time
	db := &DB{path: path, bolt: b, file: f, retention: opts.Retention}
	if err := db.start(isNew); err != nil {
		_ = b.Close()
		return nil, err
	}
	_ = os.Remove(making(path)) // if it is there
	return db, nil
}

// A file is empty for a moment when it is made, and stays so if the process is killed
// then. To tell that from one that something has emptied, another file is beside it
// until it is made.
func making(path string) string { return path + ".new" }

func beginMaking(path string) error {
	err := os.WriteFile(making(path), nil, 0o600)
	if op := (*fs.PathError)(nil); errors.As(err, &op) {
		op.Path = path
	}
	return openError(path, err)
}

// isBeingMade reports whether that is why a file is empty.
func isBeingMade(path string) bool {
	_, err := os.Stat(making(path))
	if err == nil {
		return true
	}
	info, err := os.Stat(path)
	return err == nil && info.Size() > 0 // by now it has been made
}

// openError gives the operating system's error its form, if it is about writing.
func openError(path string, err error) error {
	if isFull(err) || errors.Is(err, syscall.EROFS) {
		return writeError(path, err)
	}
	return err
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
func inspect(path string, timeout time.Duration) error {
	b, f, err := openBolt(path, &bolt.Options{ReadOnly: true, Timeout: timeout, NoStatistics: true})
	if err != nil {
		return err
	}
	defer b.Close()
	_, err = look(path, b, f)
	return err
}

// look reads what bbolt and start rely on, and returns the number of the file's
// format, 0 if it was never written to.
func look(path string, b *bolt.DB, f *os.File) (have int, err error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	err = guard(path, func() error {
		switch err := checkStart(f, info.Size()); {
		case errors.As(err, new(syscall.Errno)): // the disk's trouble, not the file's
			return err
		case err != nil:
			return &api.CorruptError{Err: err}
		}
		return b.View(func(tx *bolt.Tx) (err error) {
			if blank(tx) {
				return nil
			}
			have, err = getFormat(tx)
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
	return have, err
}

// openReadOnly opens a file that is there.
func openReadOnly(path string, opts Options) (*DB, error) {
	switch info, err := os.Stat(path); {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
	case info.Size() == 0: // bbolt would wait for somebody to write to it
		return nil, &api.CorruptError{Path: path, Err: api.ErrEmptyFile}
	}
	b, f, err := openBolt(path, &bolt.Options{ReadOnly: true, Timeout: opts.LockTimeout, NoStatistics: true})
	if err != nil {
		return nil, err
	}
	db := &DB{path: path, bolt: b, file: f, failed: fmt.Errorf("%s: %w", path, api.ErrReadOnly)}
	have, err := look(path, b, f)
	switch {
	case err != nil:
	case have == 0:
		err = &api.CorruptError{Path: path, Err: api.ErrEmptyFile}
	case have < format:
		err = &api.SchemaError{Path: path, Have: have, Known: format}
	default:
		err = db.start(false)
	}
	if err != nil {
		_ = b.Close()
		return nil, err
	}
	return db, nil
}

// openBolt opens a database and returns its file too, which is the database's
// to close. It gives bbolt's errors their names.
//
// Whoever has waited for the lock may have got that of a file which has been
// replaced meanwhile, by a smaller one or because it was corrupt. What is written
// to that one is lost, so it begins again.
func openBolt(path string, opts *bolt.Options) (b *bolt.DB, f *os.File, err error) {
	for {
		b, f, err = openBoltOnce(path, opts)
		if err != nil || isAt(path, f) {
			return b, f, err
		}
		_ = b.Close()
	}
}

// isAt reports whether a file is the one at path.
func isAt(path string, f *os.File) bool {
	mine, err := f.Stat()
	if err != nil {
		return true // and whatever is wrong shows when it is used
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(mine, there)
}

func openBoltOnce(path string, opts *bolt.Options) (b *bolt.DB, f *os.File, err error) {
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
	default:
		err = openError(path, err)
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
