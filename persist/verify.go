package persist

import (
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/snapshot"
)

// CheckPages lets bbolt go through the whole file by its own rules. Load has read
// every page by ours; so this is a second opinion, for a file that was loaded.
func (db *DB) CheckPages() error {
	return db.view(func(tx *bolt.Tx) error {
		var errs []error
		for err := range tx.Check() { // to its end, or it would never end
			if len(errs) < 10 { // one wrong page is often wrong in many ways
				errs = append(errs, err)
			}
		}
		if len(errs) > 0 {
			return &api.CorruptError{Err: errors.Join(errs...)}
		}
		return nil
	})
}

// Origin returns the state before the first row that the journal has: the one that
// was loaded, with all that rows changed taken back. Its number is not the one that
// it had then.
func (db *DB) Origin() (*snapshot.Snapshot, error) {
	db.mu.Lock()
	s := db.state
	db.mu.Unlock()
	if s == nil {
		return nil, errNotLoaded
	}
	e := s.Edit()
	changed := map[recordID]struct{}{}
	for r, err := range db.Rows(db.Oldest()) {
		if err != nil {
			return nil, err
		}
		for _, c := range r.Changes {
			id := recordID{c.Kind, c.Key}
			if _, ok := changed[id]; ok {
				continue // what it was before that is known
			}
			changed[id] = struct{}{}
			e.Put(c.Kind, c.Key, c.Before)
		}
	}
	origin, _ := e.Commit(s.At())
	return origin, nil
}

// Redo returns the state that a row leads to from the one before it, and an
// [*api.CorruptError] if it does not follow from that one, or leads elsewhere than
// it says.
func (db *DB) Redo(before *snapshot.Snapshot, r *Row) (*snapshot.Snapshot, error) {
	e := before.Edit()
	for _, c := range r.Changes {
		if have := before.Get(c.Kind, c.Key); have != c.Before {
			return nil, db.rowError(r, fmt.Errorf("%v %q was not what it says it was", c.Kind, c.Key))
		}
		e.Put(c.Kind, c.Key, c.After)
	}
	after, _ := e.Commit(r.At)
	if after.Digest() != r.Digest || after.Sum() != r.Sum {
		return nil, db.rowError(r, errors.New("its changes do not add up to its digests"))
	}
	return after, nil
}

func (db *DB) rowError(r *Row, err error) error {
	return guard(db.path, func() error { return rowError(r.Seq, err) })
}
