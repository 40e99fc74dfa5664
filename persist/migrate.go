package persist

import (
	"fmt"
	"math"

	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate/snapshot"
)

// A migration leads from one format to the next.
//
//  1. It writes buckets that only the next format has, in transactions of a
//     bounded size, and leaves the others alone. So whatever happens, the file
//     still holds all it held.
//  2. It writes the same whenever it is begun again, and goes on from where it
//     was killed.
//  3. What the next format has no more is dropped together with the number of the
//     old format, in the last transaction.
type migration struct {
	write func(tx transactions) error
	drop  [][]byte
}

// migrations has, for each format but the last, how to get to the next.
var migrations = map[int]migration{
	1: {packMembers, [][]byte{oldMembersBucket}},
}

// transactions are how a migration reaches the file.
type transactions struct {
	view   func(func(*bolt.Tx) error) error
	update func(func(*bolt.Tx) error) error
}

// migrate brings a file that has an older format to the present one.
func (db *DB) migrate(have int) error {
	err := guard(db.path, func() error {
		info, err := db.file.Stat()
		if err != nil {
			return err
		}
		// Nothing has gone through the file yet, and bbolt is about to.
		return corrupt("", checkPages(db.file, info.Size()))
	})
	if err == nil {
		err = migrate(have, transactions{db.view, db.update})
	}
	if err != nil {
		return fmt.Errorf("migrate %s: %w", db.path, err)
	}
	return nil
}

func migrate(have int, tx transactions) error {
	for ; have < format; have++ {
		m := migrations[have]
		if err := m.write(tx); err != nil {
			return fmt.Errorf("from format %d: %w", have, err)
		}
		err := tx.update(func(tx *bolt.Tx) error {
			for _, name := range m.drop {
				if tx.Bucket(name) == nil {
					continue
				}
				if err := tx.DeleteBucket(name); err != nil {
					return fmt.Errorf("bucket %s: %w", name, err)
				}
			}
			return putFormat(tx, have+1)
		})
		if err != nil {
			return fmt.Errorf("from format %d: %w", have, err)
		}
	}
	return nil
}

// oldMembersBucket had an entry for each membership, until format 1.
var oldMembersBucket = []byte(snapshot.KindMember.String())

// packMembers is the migration from format 1 to 2, which has memberships packed.
func packMembers(tx transactions) error {
	const batch = 1000 // conversations a transaction

	// Ids get their numbers in the order of the old keys, so they get the same
	// ones again. All memberships are in memory later anyway.
	load := snapshot.NewLoad()
	err := tx.view(func(tx *bolt.Tx) error {
		old := tx.Bucket(oldMembersBucket)
		if old == nil {
			return nil
		}
		return old.ForEach(func(k, v []byte) error {
			key, r, err := splitEntry(k, v)
			if err == nil {
				err = load.Put(snapshot.KindMember, string(key), snapshot.Record(r))
			}
			if err != nil {
				return corruptEntry(oldMembersBucket, k, err)
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	packed := load.Snapshot(0, 0).Packed()
	var have stored
	var next uint32 // the conversation to go on from
	err = tx.update(func(tx *bolt.Tx) error {
		b, err := createTable(tx, membersBucket)
		if err != nil {
			return err
		}
		last, _ := b.Cursor().Last()
		next, _, _ = splitPartKey(last) // it may not be whole
		return putNumbers(tx, stored{packed.Conversations(), packed.Users()}, &have)
	})
	for all := uint32(have.conversations.Len()); err == nil && next < all; {
		end := min(next+batch, all)
		err = tx.update(func(tx *bolt.Tx) error {
			b, err := createTable(tx, membersBucket)
			if err != nil {
				return err
			}
			for ; next < end; next++ {
				if err := (place{next, 0, math.MaxUint32}).write(b, packed); err != nil {
					return fmt.Errorf("members of %q: %w", have.conversations.ID(next), err)
				}
			}
			return nil
		})
	}
	return err
}
