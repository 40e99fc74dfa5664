package persist

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"

	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/snapshot"
)

// Append writes rows in one transaction, and returns when they are on disk. The
// rows follow the last one appended and each other without a gap, and state is
// the snapshot after the last of them, not a later one.
//
// Rows up to the last one marked Bulk are not kept: what they changed, and all
// that waited for a checkpoint, goes to the tables in the same transaction, and
// the journal begins anew behind them.
func (db *DB) Append(rows []Row, state *snapshot.Snapshot) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if len(rows) == 0 {
		return nil
	}
	if err := db.checkRows(rows, state); err != nil {
		return fmt.Errorf("append: %w", err)
	}
	bulk := len(rows) // as many go to the tables
	for bulk > 0 && !rows[bulk-1].Bulk {
		bulk--
	}

	h := *db.head.Load()
	err := db.update(func(tx *bolt.Tx) error {
		if bulk > 0 {
			if err := db.writeThrough(tx, rows[:bulk], state); err != nil {
				return err
			}
			h.Checkpoint, h.Oldest, h.Bytes = rows[bulk-1].Seq, rows[bulk-1].Seq, 0
		}
		size, err := db.putRows(tx, rows[bulk:])
		if err != nil {
			return err
		}
		last := &rows[len(rows)-1]
		h.Seq, h.At, h.Digest, h.Sum = last.Seq, last.At, last.Digest, last.Sum
		h.Bytes += size
		return putHead(tx, h)
	})
	if err != nil {
		return fmt.Errorf("append: %w", err)
	}

	db.state = state
	if bulk > 0 {
		db.markClean()
	}
	for i := range rows[bulk:] {
		db.markDirty(&rows[bulk+i])
	}
	db.head.Store(&h) // from here on Rows sees them
	return nil
}

// checkRows reports what keeps rows from following the last row, or state from
// being the state after them: to write them would make the file wrong for good.
func (db *DB) checkRows(rows []Row, state *snapshot.Snapshot) error {
	if err := db.writable(); err != nil {
		return err
	}
	next := db.head.Load().Seq + 1
	for i := range rows {
		if rows[i].Seq != next {
			return fmt.Errorf("row %d where %d should be", rows[i].Seq, next)
		}
		next++
	}
	last := &rows[len(rows)-1]
	if state.Seq() != last.Seq || state.At() != last.At || state.Digest() != last.Digest || state.Sum() != last.Sum {
		return fmt.Errorf("the state, as of %d, is not the one after row %d", state.Seq(), last.Seq)
	}
	return nil
}

// putRows stores rows and returns how many bytes they take.
func (db *DB) putRows(tx *bolt.Tx, rows []Row) (size int64, err error) {
	journal := tx.Bucket(journalBucket)
	journal.FillPercent = 1 // nothing is ever put between two rows
	buf := db.buf[:0]
	for i := range rows {
		key, start := seqKey(rows[i].Seq), len(buf)
		buf = appendRow(buf, key, &rows[i])
		// Should buf move as it grows, the values put before stay where they are.
		if err := journal.Put(key, buf[start:len(buf):len(buf)]); err != nil {
			return 0, fmt.Errorf("row %d: %w", rows[i].Seq, err)
		}
	}
	const keep = 1 << 20 // what one large batch took is not held for good
	if db.buf = buf; cap(buf) > keep {
		db.buf = nil
	}
	return int64(len(buf)), nil
}

// writeThrough makes the tables hold state, where rows or any row before them
// may have changed them, and empties the journal.
func (db *DB) writeThrough(tx *bolt.Tx, rows []Row, state *snapshot.Snapshot) error {
	n := len(db.dirty)
	for i := range rows {
		n += len(rows[i].Changes)
	}
	ids := make([]recordID, 0, n)
	for id := range db.dirty {
		ids = append(ids, id)
	}
	for i := range rows {
		for _, c := range rows[i].Changes {
			ids = append(ids, recordID{c.Kind, c.Key})
		}
	}
	sortIDs(ids)
	if slices.ContainsFunc(rows, func(r Row) bool { return r.AllMembers }) {
		if err := putAllMembers(tx, state.Packed(), &db.stored); err != nil {
			return err
		}
	}
	if err := putRecords(tx, slices.Compact(ids), state, &db.stored, fillInOrder); err != nil {
		return err
	}
	if err := tx.DeleteBucket(journalBucket); err != nil {
		return err
	}
	_, err := tx.CreateBucket(journalBucket)
	return err
}

// Rows returns the rows after the given number, in order, up to the last one
// that is on disk when it gets there. Where they are no longer kept it yields a
// [*api.GapError], and where the file is broken a [*api.CorruptError]; an error
// is the last thing it yields. After a number that is not on disk yet there is
// nothing. A file that is open for reading only need not be loaded for it.
//
// Between rows Rows holds on to nothing, so a slow consumer costs nobody
// anything, but may come back to find a gap. A row's texts share memory with
// each other.
func (db *DB) Rows(after api.Seq) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for {
			rows, err := db.someRows(after)
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
				after = r.Seq
			}
			if err != nil {
				yield(Row{}, fmt.Errorf("read journal: %w", err))
				return
			}
			if len(rows) == 0 {
				return
			}
		}
	}
}

// someRows returns the next rows, as many as are worth a transaction.
func (db *DB) someRows(after api.Seq) (rows []Row, err error) {
	const enough = 256 << 10 // bytes

	// Not the head that the transaction sees: bbolt shows a commit to readers
	// before it is on disk.
	durable := db.head.Load().Seq
	switch {
	case !db.checked.Load() && !db.bolt.IsReadOnly():
		return nil, errNotLoaded
	case after >= durable:
		return nil, nil
	case !db.checked.Load():
		return db.tail(after)
	}
	err = db.view(func(tx *bolt.Tx) error {
		h, err := getHead(tx)
		if err != nil {
			return err
		}
		if after < h.Oldest {
			return &api.GapError{Asked: after, Oldest: h.Oldest}
		}
		for r, err := range rowsBetween(tx, after, durable, enough) {
			if err != nil {
				return err
			}
			rows = append(rows, r)
		}
		return nil
	})
	return rows, err
}

// rowsBetween yields the rows after one number up to another, and stops after
// the one with which it has read enough bytes.
func rowsBetween(tx *bolt.Tx, after, last api.Seq, enough int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		c := tx.Bucket(journalBucket).Cursor()
		k, v := c.Seek(seqKey(after + 1))
		for seq := after + 1; seq <= last && enough > 0; seq++ {
			if rowSeq(k) != seq {
				yield(Row{}, rowError(seq, errors.New("missing")))
				return
			}
			r, err := decodeRow(seq, v)
			if err != nil {
				yield(Row{}, rowError(seq, err))
				return
			}
			if !yield(r, nil) {
				return
			}
			enough -= len(v)
			k, v = c.Next()
		}
	}
}

// rowSeq returns the number a key stands for, 0 if it stands for none.
func rowSeq(key []byte) api.Seq {
	if len(key) != 8 {
		return 0
	}
	return api.Seq(binary.BigEndian.Uint64(key))
}

func rowError(seq api.Seq, err error) error {
	return &api.CorruptError{Bucket: string(journalBucket), Key: strconv.FormatUint(uint64(seq), 10), Err: err}
}
