package persist

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate/api"
)

// bbolt lets nobody read a file that somebody writes to. So a writer may leave a
// copy beside it from time to time, for whoever wants to read.

// Published returns the path of the copy that Publish makes of the file at path.
func Published(path string) string { return path + ".ro" }

// Publish copies the file, as it is on disk, to Published of its path. Who reads
// an earlier copy keeps it. Events are appended meanwhile; the file may grow for
// it, since no page that is being copied is used again.
func (db *DB) Publish() error {
	tx, err := db.beginCopy()
	if err != nil {
		return err
	}
	err = guard(db.path, func() error {
		defer tx.Rollback()
		return replace(Published(db.path), func(next string) error {
			f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				return err
			}
			if _, err = tx.WriteTo(f); err == nil {
				err = f.Sync()
			}
			return errors.Join(err, f.Close())
		})
	})
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return nil
}

// beginCopy returns a transaction that sees the last commit. That is on disk
// already, since none is under way; bbolt would show one a moment earlier.
func (db *DB) beginCopy() (tx *bolt.Tx, err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.failed != nil {
		return nil, db.failed
	}
	err = guard(db.path, func() (err error) {
		tx, err = db.bolt.Begin(false)
		return err
	})
	return tx, err
}

// replace has a file written beside path, which only its owner can read, and puts
// it at path. Write leaves it on disk.
func replace(path string, write func(next string) error) error {
	next := path + ".next"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // what a killed process has left
	}
	err := write(next)
	if err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		_ = os.Remove(next) // if it is there
		return err
	}
	return syncDir(filepath.Dir(path))
}

// OpenReader opens a file for reading only or, if another process has it open for
// writing, the copy that this process has published last. Copied is when it did,
// and zero for the file itself. Without a copy the error is the
// [*api.LockedError], after Options.LockTimeout.
func OpenReader(path string, opts Options) (db *DB, copied time.Time, err error) {
	opts.ReadOnly = true
	once := opts
	once.LockTimeout = time.Nanosecond // a writer seldom ends just now
	db, err = Open(path, once)
	if !errors.As(err, new(*api.LockedError)) {
		return db, time.Time{}, err
	}
	db, err = Open(Published(path), opts)
	if errors.Is(err, fs.ErrNotExist) {
		db, err = Open(path, opts)
		return db, time.Time{}, err
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	info, err := db.file.Stat()
	if err != nil {
		return nil, time.Time{}, errors.Join(err, db.Close())
	}
	return db, info.ModTime(), nil
}
