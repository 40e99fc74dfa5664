package persist

import (
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// A BucketSize is what one bucket of a file takes.
type BucketSize struct {
	Name    string
	Entries int
	Bytes   int64 // whole pages; a bucket of a few small entries takes none of its own
}

// Sizes returns what each bucket takes of the file, in the order of their names.
// Pages that are free, and those with the list of buckets, belong to none. It reads
// the whole file, which has to be loaded.
func (db *DB) Sizes() (sizes []BucketSize, err error) {
	if !db.checked.Load() {
		return nil, errNotLoaded
	}
	err = db.view(func(tx *bolt.Tx) error {
		sizes = nil
		return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
			s := b.Stats()
			sizes = append(sizes, BucketSize{string(name), s.KeyN, int64(s.LeafAlloc + s.BranchAlloc)})
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("measure buckets: %w", err)
	}
	return sizes, nil
}
