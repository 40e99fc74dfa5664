package persist

import (
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// Why tables and rows always add up to the state.
//
// Write S(n) for the state after row n, C for head.Checkpoint and D for
// head.Seq. The file keeps one promise: for each key the tables hold S(n)'s
// record for some n from C to D, with a different n for different keys.
//
// That is enough for Load, which assigns the after-images of the rows from C+1
// to D in order. If one of them changed the key, the last one leaves it as in
// S(D), whatever was there before. If none did, then the record is the same in
// S(C), in S(n) and in S(D). So tables may be newer than C, but never older.
//
// Appending only makes D larger. Bringing a record up to S(D), which is what a
// slice does, keeps the promise at any time and for any key; so a slice may be
// written between any two appends, and a round of slices be left unfinished.
//
// C may go up to E when each table record is S(n)'s for an n from E on. dirty
// has every key that a row after C changed and that was not written since its
// last change. A round begins by noting E = D and the keys in dirty. A key not
// among them was not changed after C, and then S(C), S(n) and S(E) agree, or was
// written since at some D that was no larger than E with no change in between,
// and then S(n) and S(E) agree. A key among them is written before the round
// ends, as of a D that is E or more. Keys that rows dirty meanwhile do not
// matter for E: they stay in dirty, for the next round. Those of them that the
// round has still to write are written once, as they are then.
//
// Rows up to C are not needed to load, and retention may take them.

// markDirty notes what a row changed. The tables may not have it yet.
func (db *DB) markDirty(r *Row) {
	for _, c := range r.Changes {
		db.dirty[recordID{c.Kind, c.Key}] = struct{}{}
	}
}

// markClean notes that the tables hold the state, so that there is nothing left of
// a round either.
func (db *DB) markClean() {
	db.dirty = map[recordID]struct{}{}
	db.round, db.inRound = nil, false
}

// Checkpoint writes up to limit records that changed to the tables, in one
// transaction; the values are those of the state last appended. Once all that
// had changed when the first of a round of calls was made is written, it drops
// journal rows as Retention demands, each counting as a record, and then done is
// true: the next call begins a new round. Append may be called in between. A
// limit below 1 is no limit.
func (db *DB) Checkpoint(limit int) (done bool, err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := db.writable(); err != nil {
		return false, fmt.Errorf("checkpoint: %w", err)
	}
	h := *db.head.Load()
	if !db.inRound {
		db.round, db.roundEnd, db.inRound = db.sortedDirty(), h.Seq, true
	}
	if limit < 1 {
		limit = len(db.round) + int(h.Seq-h.Oldest) + 1
	}
	slice, rest := db.round, db.round[len(db.round):]
	if len(slice) > limit {
		slice, rest = db.round[:limit], db.round[limit:]
	}

	err = db.update(func(tx *bolt.Tx) error {
		if err := putRecords(tx, slice, db.state, &db.stored, fillAnywhere); err != nil {
			return err
		}
		if len(rest) > 0 {
			return nil
		}
		before := h
		h.Checkpoint = db.roundEnd
		if done, err = db.trim(tx, &h, limit-len(slice)); err != nil {
			return err
		}
		if len(slice) == 0 && h == before {
			return errUnchanged
		}
		return putHead(tx, h)
	})
	if err != nil {
		return false, fmt.Errorf("checkpoint: %w", err)
	}

	for _, id := range slice {
		delete(db.dirty, id)
	}
	db.round, db.inRound = rest, !done
	if len(db.dirty) == 0 {
		db.dirty = map[recordID]struct{}{} // a map that was large once stays so
	}
	db.head.Store(&h)
	return done, nil
}

func (db *DB) sortedDirty() []recordID {
	ids := make([]recordID, 0, len(db.dirty))
	for id := range db.dirty {
		ids = append(ids, id)
	}
	sortIDs(ids)
	return ids
}

// trim drops the oldest rows that the tables contain and retention does not
// keep, at most limit. It reports whether there are no more.
func (db *DB) trim(tx *bolt.Tx, h *head, limit int) (done bool, err error) {
	journal := tx.Bucket(journalBucket)
	c := journal.Cursor()
	first := h.Oldest + 1
	done = true
	for _, v := c.First(); h.Oldest < h.Checkpoint && db.retention.exceeded(*h, rowTime(v)); _, v = c.Next() {
		if limit == 0 {
			done = false
			break
		}
		limit--
		h.Oldest++
		h.Bytes -= int64(len(v))
	}
	for seq := first; seq <= h.Oldest; seq++ { // a cursor does not survive deletions
		if err := journal.Delete(seqKey(seq)); err != nil {
			return false, fmt.Errorf("row %d: %w", seq, err)
		}
	}
	return done, nil
}
