package persist

import (
	"errors"
	"fmt"
	"math"
	"strings"

	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/snapshot"
)

// Load returns the state after the last row: the tables, and over them the rows
// that they may not contain. It verifies what it read. An [*api.CorruptError]
// names the entry that is wrong, or the head if the records are well formed but
// do not add up to the digests that were written with the last row.
//
// A file has to be loaded before anything can be appended.
func (db *DB) Load() (*snapshot.Snapshot, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	l := loader{load: snapshot.NewLoad()}
	db.markClean()
	err := db.view(func(tx *bolt.Tx) error {
		h, err := getHead(tx)
		if err != nil {
			return err
		}
		if err := l.tables(tx); err != nil {
			return err
		}
		if err := db.redo(tx, h, &l); err != nil {
			return err
		}
		db.state, err = l.finish(h)
		return err
	})
	if err != nil {
		db.state = nil
		return nil, fmt.Errorf("load: %w", err)
	}
	return db.state, nil
}

// A loader puts together a snapshot. bbolt's memory ends with the transaction,
// so it copies all it keeps.
type loader struct {
	load    *snapshot.Load
	keys    arena
	records arena
}

func (l *loader) tables(tx *bolt.Tx) error {
	kinds := map[string]snapshot.Kind{}
	for _, k := range snapshot.Kinds() {
		kinds[k.String()] = k
	}
	return tx.ForEach(func(name []byte, table *bolt.Bucket) error {
		if string(name) == string(metaBucket) || string(name) == string(journalBucket) {
			return nil
		}
		kind, ok := kinds[string(name)]
		if !ok {
			return bucketError(name, errors.New("no kind of record has this name"))
		}
		return table.ForEach(func(k, v []byte) error {
			key, r, err := splitEntry(k, v)
			if err == nil {
				err = l.put(kind, key, r)
			}
			if err != nil {
				return &api.CorruptError{Bucket: string(name), Key: string(k), Err: err}
			}
			return nil
		})
	})
}

func (l *loader) put(k snapshot.Kind, key, r []byte) error {
	return l.load.Put(k, l.keys.copy(key), snapshot.Record(l.records.copy(r)))
}

// redo assigns what the rows after the checkpoint say, and notes it as dirty.
func (db *DB) redo(tx *bolt.Tx, h head, l *loader) error {
	if err := checkEnds(tx, h); err != nil {
		return err
	}
	for r, err := range rowsBetween(tx, h.Checkpoint, h.Seq, math.MaxInt) {
		if err != nil {
			return err
		}
		for _, c := range r.Changes {
			if err := l.put(c.Kind, []byte(c.Key), []byte(c.After)); err != nil {
				return rowError(r.Seq, err)
			}
		}
		db.markDirty(&r)
	}
	return nil
}

// checkEnds reports whether the journal begins and ends where h says.
func checkEnds(tx *bolt.Tx, h head) error {
	if h.Oldest > h.Checkpoint || h.Checkpoint > h.Seq {
		return metaError(headKey, fmt.Errorf("journal from %d, checkpoint at %d, last row %d", h.Oldest, h.Checkpoint, h.Seq))
	}
	c := tx.Bucket(journalBucket).Cursor()
	firstKey, _ := c.First()
	lastKey, _ := c.Last()
	if h.Oldest == h.Seq {
		if firstKey != nil {
			return rowError(rowSeq(firstKey), fmt.Errorf("the last row is %d", h.Seq))
		}
		return nil
	}
	if first, last := rowSeq(firstKey), rowSeq(lastKey); first != h.Oldest+1 || last != h.Seq {
		return bucketError(journalBucket, fmt.Errorf("rows from %d to %d, they should go from %d to %d", first, last, h.Oldest+1, h.Seq))
	}
	return nil
}

func (l *loader) finish(h head) (*snapshot.Snapshot, error) {
	s := l.load.Snapshot(h.Seq, h.At)
	switch {
	case s.Digest() != h.Digest:
		return nil, metaError(headKey, fmt.Errorf("digest is %016x, the records add up to %016x", h.Digest, s.Digest()))
	case s.Sum() != h.Sum:
		return nil, metaError(headKey, fmt.Errorf("sum is %016x, the records add up to %016x", h.Sum, s.Sum()))
	}
	return s, nil
}

// An arena copies bytes into shared pieces of memory, which saves an allocation
// a record. The pieces are small, so that one record which outlives the others
// keeps little alive.
type arena struct{ piece strings.Builder }

const pieceSize = 64 << 10

func (a *arena) copy(b []byte) string {
	if len(b) > pieceSize/16 {
		return string(b)
	}
	if a.piece.Cap()-a.piece.Len() < len(b) {
		a.piece = strings.Builder{}
		a.piece.Grow(pieceSize)
	}
	start := a.piece.Len()
	a.piece.Write(b)
	return a.piece.String()[start:]
}
