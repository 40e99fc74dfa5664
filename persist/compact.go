package persist

import (
	"errors"
	"fmt"
	"os"

	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate/snapshot"
)

// Compact writes a file anew, without the room that deleted rows and records have
// left in it, and returns its size before and after. The new one takes the place
// of the old one once it is on disk and has been found to hold the same: until then
// a process may be killed, and the file is as it was. The errors are those of Open
// and Load; no other process may have the file open.
//
// It is for a file at rest. While one is written to, bbolt uses the room again before
// it makes the file larger, so a file stays as large as it once had to be and does not
// grow for ever; to move a live one into another would take as much writing again,
// and a moment in which nobody could read or write, for room that soon fills.
func Compact(path string) (before, after int64, err error) {
	if _, err := os.Stat(path); err != nil { // Open would make it
		return 0, 0, fmt.Errorf("compact: %w", err)
	}
	db, err := Open(path, Options{})
	if err != nil {
		return 0, 0, err
	}
	// It is locked until the other is in its place: what somebody wrote to it
	// after it was copied would be lost.
	defer func() { err = errors.Join(err, db.Close()) }()
	s, err := db.Load() // bbolt is about to go through all of it
	if err != nil {
		return 0, 0, err
	}
	if before, err = size(path); err != nil {
		return 0, 0, err
	}
	err = guard(path, func() error {
		return replace(path, func(next string) error {
			if err := db.compactTo(next); err != nil {
				return err
			}
			return holdsAsWell(next, s)
		})
	})
	if err == nil {
		after, err = size(path)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("compact: %w", err)
	}
	return before, after, nil
}

func size(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// compactTo writes what the file holds to a new one.
func (db *DB) compactTo(path string) error {
	const transaction = 4 << 20 // bytes
	dst, err := bolt.Open(path, 0o600, &bolt.Options{NoStatistics: true})
	if err != nil {
		return err
	}
	return errors.Join(bolt.Compact(dst, db.bolt, transaction), dst.Close())
}

// holdsAsWell returns an error unless the file at path holds a state.
func holdsAsWell(path string, s *snapshot.Snapshot) error {
	db, err := Open(path, Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer db.Close()
	copied, err := db.Load()
	if err == nil && (copied.Seq() != s.Seq() || copied.Digest() != s.Digest() || copied.Sum() != s.Sum()) {
		err = fmt.Errorf("%s is not a copy", path)
	}
	return err
}
