package persist

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate/snapshot"
)

// A recordID names a record.
type recordID struct {
	kind snapshot.Kind
	key  string
}

// sortIDs sorts by table and, but for strange keys, by place in it: bbolt reads
// and writes each page once when keys come in order.
func sortIDs(ids []recordID) {
	slices.SortFunc(ids, func(a, b recordID) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), strings.Compare(a.key, b.key))
	})
}

// putRecords makes the tables hold what s holds under the given ids, which are
// sorted.
func putRecords(tx *bolt.Tx, ids []recordID, s *snapshot.Snapshot) error {
	var kind snapshot.Kind // of table
	var table *bolt.Bucket
	for _, id := range ids {
		if table == nil || id.kind != kind {
			var err error
			if table, err = tx.CreateBucketIfNotExists([]byte(id.kind.String())); err != nil {
				return fmt.Errorf("table %v: %w", id.kind, err)
			}
			// Room for records to grow, but none for new ones in between:
			// many tables are filled in order, once.
			table.FillPercent = 0.9
			kind = id.kind
		}
		if err := putRecord(table, id.key, s.Get(id.kind, id.key)); err != nil {
			return fmt.Errorf("%v %q: %w", id.kind, id.key, err)
		}
	}
	return nil
}

func putRecord(table *bolt.Bucket, key string, r snapshot.Record) error {
	k, long := tableKey(key)
	if r == "" {
		return table.Delete(k)
	}
	var v []byte
	if long {
		v = appendText(v, key)
	}
	return table.Put(k, append(v, r...))
}

// bbolt takes keys of 1 to 32,768 bytes, and a workspace may have any. So a
// stored key that begins with zero is not what it seems: it stands for the key
// behind the zero, or, with longMark, for one that had to move into the value.
const (
	keyMark  = '\x00'
	longMark = '\x01'
	maxKey   = 32_000
)

// tableKey returns what a record is stored under. For a long key the value
// begins with the key.
func tableKey(key string) (stored []byte, long bool) {
	switch {
	case len(key) > maxKey:
		sum := sha256.Sum256([]byte(key))
		return append([]byte{keyMark, longMark}, sum[:]...), true
	case key == "" || key[0] == keyMark:
		return append([]byte{keyMark}, key...), false
	}
	return []byte(key), false
}

// splitEntry returns what a table's entry says: key and record share its memory.
func splitEntry(k, v []byte) (key, record []byte, err error) {
	switch {
	case k[0] != keyMark:
		return k, v, nil
	case len(k) == 1 || k[1] == keyMark:
		return k[1:], v, nil
	}
	d := decoder{rest: string(v)}
	key = []byte(d.text())
	if stored, long := tableKey(string(key)); d.err != nil || !long || string(stored) != string(k) {
		return nil, nil, errors.New("not a key")
	}
	return key, []byte(d.rest), nil
}
