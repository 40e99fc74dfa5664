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

// How full the pages of a table are where one is cut in two.
const (
	fillInOrder  = 0.95 // records come in order: a little room for values to grow, and none for new ones in between
	fillAnywhere = 0.7  // they come here and there: room for those that grow next, in either half
)

// putRecords makes the tables hold what s holds under the given ids, which are
// sorted.
func putRecords(tx *bolt.Tx, ids []recordID, s *snapshot.Snapshot, have *stored, fill float64) error {
	for len(ids) > 0 {
		kind, n := ids[0].kind, 1
		for n < len(ids) && ids[n].kind == kind {
			n++
		}
		var err error
		if kind == snapshot.KindMember {
			err = putMembers(tx, ids[:n], s, have)
		} else {
			err = putTable(tx, kind, ids[:n], s, fill)
		}
		if err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

func putTable(tx *bolt.Tx, kind snapshot.Kind, ids []recordID, s *snapshot.Snapshot, fill float64) error {
	table, err := createTable(tx, []byte(kind.String()))
	if err != nil {
		return err
	}
	table.FillPercent = fill
	for _, id := range ids {
		if err := putRecord(table, id.key, s.Get(kind, id.key)); err != nil {
			return fmt.Errorf("%v %q: %w", kind, id.key, err)
		}
	}
	return nil
}

// createTable returns a bucket for what is written in order, most of it once.
func createTable(tx *bolt.Tx, name []byte) (*bolt.Bucket, error) {
	b, err := tx.CreateBucketIfNotExists(name)
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", name, err)
	}
	b.FillPercent = fillInOrder
	return b, nil
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

var errKey = errors.New("not a key")

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
		return nil, nil, errKey
	}
	return key, []byte(d.rest), nil
}
