package persist

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/snapshot"
)

// A Follower opens a file that another process may write to, again and again as
// there is something new to read. It holds nothing open in between, so it keeps no
// writer out for longer than it takes to read. It is for one goroutine.
type Follower struct {
	path         string
	opts         Options
	file, copied fs.FileInfo // as they were read; nil if they have to be looked into
}

// NewFollower returns a Follower of the file at path.
func NewFollower(path string, opts Options) *Follower {
	return &Follower{path: path, opts: opts}
}

// Next opens what OpenReader does, and returns nil if it was read before. Once it has
// opened something it does not wait for a lock.
func (f *Follower) Next() (db *DB, copied time.Time, err error) {
	if f.file != nil && sameAs(f.file, f.path) && sameAs(f.copied, Published(f.path)) {
		return nil, time.Time{}, nil
	}
	db, copied, err = OpenReader(f.path, f.opts)
	if err != nil {
		return nil, time.Time{}, err
	}
	f.opts.LockTimeout = time.Nanosecond // only the first time is waited for
	info, err := db.file.Stat()
	if err != nil {
		return nil, time.Time{}, errors.Join(err, db.Close())
	}
	if copied.IsZero() {
		// As long as it is open nobody writes to it, nor copies it.
		f.file, f.copied = info, nil
		if time.Since(info.ModTime()) < settled {
			f.file = nil
		}
		if info, err := os.Stat(Published(f.path)); err == nil {
			f.copied = info
		}
		return db, copied, nil
	}
	if isSame(f.copied, info) {
		return nil, time.Time{}, db.Close()
	}
	f.file, f.copied = nil, info // who writes to it may end with no further write
	return db, copied, nil
}

// settled is how old the last write to a file has to be for the next one to show:
// the times of files are no finer than some milliseconds.
const settled = 2 * time.Second

// sameAs reports whether what is at path, which may be nothing, is still that file,
// as it was.
func sameAs(file fs.FileInfo, path string) bool {
	now, err := os.Stat(path)
	if err != nil {
		return file == nil && errors.Is(err, fs.ErrNotExist)
	}
	return isSame(file, now)
}

func isSame(file, now fs.FileInfo) bool {
	return file != nil && os.SameFile(file, now) && file.ModTime().Equal(now.ModTime()) && file.Size() == now.Size()
}

// LoadAfter is Load for whoever has an earlier state of a file that is open for
// reading only: it reads the rows after that state, and costs no more than they do.
// It calls f with each of them and the state that it leads to. The error is an
// [*api.GapError] if some of those rows are no longer kept; if the file does not go
// on from that state, it is one that says so. In either case Load tells more.
func (db *DB) LoadAfter(s *snapshot.Snapshot, f func(*Row, *snapshot.Snapshot)) (*snapshot.Snapshot, error) {
	for r, err := range db.Rows(s.Seq()) {
		if err != nil {
			return nil, err
		}
		if s, err = db.Redo(s, &r); err != nil {
			return nil, err
		}
		f(&r, s)
	}
	if h := db.head.Load(); s.Seq() != h.Seq || s.Digest() != h.Digest || s.Sum() != h.Sum {
		return nil, fmt.Errorf("%s, as of event %d, does not go on from the state as of %d", db.path, h.Seq, s.Seq())
	}
	return s, nil
}

// tail returns the next rows of a file that is open for reading only and was not
// loaded. It reads only the pages that they are on, and checks each.
func (db *DB) tail(after api.Seq) (rows []Row, err error) {
	const enough = 256 << 10 // bytes
	size := 0
	err = guard(db.path, func() error {
		var l loader
		if err := l.open(db); err != nil {
			return err
		}
		if after < l.head.Oldest {
			return &api.GapError{Asked: after, Oldest: l.head.Oldest}
		}
		err := l.journal(l.pages, after, func(seq api.Seq, v []byte) error {
			r, err := decodeRow(seq, v)
			if err != nil {
				return rowError(seq, err)
			}
			rows = append(rows, r)
			if size += len(v); size >= enough {
				return errEnough
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	})
	return rows, err
}
