package persist

import (
	"encoding/binary"
	"errors"
	"slices"

	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate/api"
)

// EncodeRow and DecodeRow are the journal's codec.
func EncodeRow(r Row) []byte                       { return appendRow(nil, seqKey(r.Seq), &r) }
func DecodeRow(seq api.Seq, v []byte) (Row, error) { return decodeRow(seq, v) }

// OldRowVersion is what rows of version 1 begin with.
const OldRowVersion = oldRowVersion

// EncodeOldRow encodes a row as version 1 did: without EventID and Reducer.
func EncodeOldRow(r Row) []byte {
	r.EventID, r.Reducer = "", 0
	v := appendRow(nil, seqKey(r.Seq), &r)
	head := len(binary.AppendVarint(nil, r.At)) + 1
	v = slices.Concat([]byte{oldRowVersion}, v[1:head], v[head+2:len(v)-4])
	return seal(v, 0, seqKey(r.Seq))
}

// ErrStopped is what MigratePart ends a migration with.
var ErrStopped = errors.New("stopped")

// MigratePart migrates an open bbolt file from a format, and stops after some
// transactions, as a killed process does.
func MigratePart(b *bolt.DB, from, transactionsLeft int) error {
	return migrate(from, transactions{b.View, func(f func(*bolt.Tx) error) error {
		if transactionsLeft == 0 {
			return ErrStopped
		}
		transactionsLeft--
		return b.Update(f)
	}})
}

// WriteError is what an error of bbolt becomes.
var WriteError = writeError

// Seal gives a stored value its checksum.
func Seal(key, v []byte) []byte { return seal(slices.Clip(v), 0, key) }

// Trims reports whether the next call of Checkpoint with a limit drops rows, of a
// journal whose rows are bounded by their number.
func (db *DB) Trims(limit int) bool {
	db.mu.Lock()
	defer db.mu.Unlock()
	left, end := len(db.round), db.roundEnd
	h := db.head.Load()
	if !db.inRound {
		left, end = len(db.dirty), h.Seq
	}
	return left < limit && h.Oldest < end && h.Seq-h.Oldest > api.Seq(db.retention.MaxEvents)
}

// Format returns the number of an open bbolt file's format.
func Format(b *bolt.DB) (n int, err error) {
	err = b.View(func(tx *bolt.Tx) (err error) {
		n, err = getFormat(tx)
		return err
	})
	return n, err
}

// LimitSize makes every write fail that would make the file larger than this.
func (db *DB) LimitSize(bytes int) { db.bolt.MaxSize = bytes }

// PageSize is that of new files.
func (db *DB) PageSize() int { return db.bolt.Info().PageSize }

// NewestMeta returns the meta page that counts in a bbolt file.
var NewestMeta = newestMeta
