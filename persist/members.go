package persist

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/slackstate/slackstate/snapshot"
)

// Memberships are most of a workspace's facts, and a key and an entry for each
// would be most of its file. So they lie packed, in three buckets:
//
//	members/parts          conversation, lo -> the numbers of its users from lo on
//	members/conversations  page -> ids; the first of page p has number p*idsPerPage
//	members/users          likewise
//
// A value of members/parts is a part: some hundred numbers in the form that a snapshot
// has them in. It is the place for all numbers from lo on and below the lo of the
// next part, and the first part of a conversation has lo 0. So a part is found
// for any number, and a user that joins or leaves costs one.
//
// Numbers never change, and new ids are added behind. That holds as long as the
// states that are appended come from the one that Load returned. For another
// one, which may number differently, the buckets are written anew.
var (
	membersBucket       = []byte("members/parts")
	conversationsBucket = []byte("members/conversations")
	usersBucket         = []byte("members/users")
)

// idsPerPage is how many ids are written again when one is added: few enough for
// several of their pages to fill one of bbolt's.
const idsPerPage = 64

// stored is what the file has in the way of numbers.
type stored struct{ conversations, users snapshot.IDs }

// putMembers makes the buckets hold what s holds of the given pairs.
func putMembers(tx *bolt.Tx, ids []recordID, s *snapshot.Snapshot, have *stored) error {
	packed := s.Packed()
	now := stored{packed.Conversations(), packed.Users()}
	if !now.conversations.Continues(&have.conversations) || !now.users.Continues(&have.users) {
		return putAllMembers(tx, packed, have)
	}
	if err := putNumbers(tx, now, have); err != nil {
		return err
	}
	b, err := createTable(tx, membersBucket)
	if err != nil {
		return err
	}
	type pair struct{ conv, user uint32 }
	pairs := make([]pair, 0, len(ids))
	for _, id := range ids {
		// Without numbers it is not in s, nor in what s comes from.
		if conv, user, ok := packed.Numbers(snapshot.Unpair(id.key)); ok {
			pairs = append(pairs, pair{conv, user})
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.conv, b.conv), cmp.Compare(a.user, b.user))
	})
	for len(pairs) > 0 {
		conv := pairs[0].conv
		p := placeOf(b, conv, pairs[0].user)
		if err := p.write(b, packed); err != nil {
			return fmt.Errorf("members of %q: %w", now.conversations.ID(conv), err)
		}
		for len(pairs) > 0 && pairs[0].conv == conv && pairs[0].user < p.hi {
			pairs = pairs[1:]
		}
	}
	return nil
}

// putAllMembers writes the buckets anew.
func putAllMembers(tx *bolt.Tx, packed snapshot.Packed, have *stored) error {
	for _, name := range [][]byte{membersBucket, conversationsBucket, usersBucket} {
		if err := tx.DeleteBucket(name); err != nil && !errors.Is(err, berrors.ErrBucketNotFound) {
			return fmt.Errorf("bucket %s: %w", name, err)
		}
	}
	*have = stored{}
	if err := putNumbers(tx, stored{packed.Conversations(), packed.Users()}, have); err != nil {
		return err
	}
	b, err := createTable(tx, membersBucket)
	if err != nil {
		return err
	}
	for conv := range uint32(have.conversations.Len()) {
		if err := (place{conv, 0, math.MaxUint32}).write(b, packed); err != nil {
			return fmt.Errorf("members of %q: %w", have.conversations.ID(conv), err)
		}
	}
	return nil
}

// putNumbers adds the ids that have numbers now and had none.
func putNumbers(tx *bolt.Tx, now stored, have *stored) error {
	for _, side := range []struct {
		bucket    []byte
		now, have *snapshot.IDs
	}{
		{conversationsBucket, &now.conversations, &have.conversations},
		{usersBucket, &now.users, &have.users},
	} {
		b, err := createTable(tx, side.bucket)
		if err != nil {
			return err
		}
		if side.now.Len() == side.have.Len() {
			continue
		}
		page := side.have.Len() / idsPerPage
		var v []byte
		n := 0
		for id := range side.now.From(page * idsPerPage) {
			v = appendText(v, id)
			if n++; n%idsPerPage == 0 || page*idsPerPage+n == side.now.Len() {
				if err := b.Put(pageKey(page+(n-1)/idsPerPage), v); err != nil {
					return fmt.Errorf("bucket %s: %w", side.bucket, err)
				}
				v = nil
			}
		}
	}
	*have = now
	return nil
}

// A place is where the members of a conversation with numbers from lo on and
// below hi are stored: as one part under lo and, when that is full, further ones
// under their least numbers.
type place struct{ conv, lo, hi uint32 }

// placeOf returns the one of the places in use that a member's number belongs to.
func placeOf(b *bolt.Bucket, conv, user uint32) place {
	p := place{conv, 0, math.MaxUint32}
	c := b.Cursor()
	key, _ := c.Seek(partKey(conv, user+1))
	if of, lo, ok := splitPartKey(key); ok && of == conv {
		p.hi = lo
	}
	if key == nil {
		key, _ = c.Last()
	} else {
		key, _ = c.Prev()
	}
	if of, lo, ok := splitPartKey(key); ok && of == conv {
		p.lo = lo
	}
	return p
}

// write makes a place hold what packed has there.
func (p place) write(b *bolt.Bucket, packed snapshot.Packed) error {
	if err := b.Delete(partKey(p.conv, p.lo)); err != nil {
		return err
	}
	for part := range packed.Parts(p.conv, p.lo, p.hi) {
		if err := b.Put(partKey(p.conv, part.From), part.Members); err != nil {
			return err
		}
	}
	return nil
}

func partKey(conv, lo uint32) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, conv), lo)
}

func splitPartKey(key []byte) (conv, lo uint32, ok bool) {
	if len(key) != 8 {
		return 0, 0, false
	}
	return binary.BigEndian.Uint32(key), binary.BigEndian.Uint32(key[4:]), true
}

// loadMembers reads the three buckets. A file has all of them or none.
func (l *loader) loadMembers() (err error) {
	if l.stored.conversations, err = l.numbers(conversationsBucket); err != nil {
		return err
	}
	if l.stored.users, err = l.numbers(usersBucket); err != nil {
		return err
	}
	return loadBucket(l, string(membersBucket), func(k, v []byte) (snapshot.Part, error) {
		conv, lo, ok := splitPartKey(k)
		if !ok {
			return snapshot.Part{}, errKey
		}
		return snapshot.Part{Conversation: conv, From: lo, Members: v}, nil
	}, func(parts iter.Seq[snapshot.Part]) error {
		return l.load.Members(l.stored.conversations, l.stored.users, parts)
	})
}

// numbers reads a bucket of ids.
func (l *loader) numbers(bucket []byte) (ids snapshot.IDs, err error) {
	err = loadBucket(l, string(bucket), func(k, v []byte) (decoder, error) {
		if page := ids.Len() / idsPerPage; ids.Len()%idsPerPage != 0 || string(k) != string(pageKey(page)) || len(v) == 0 {
			return decoder{}, errKey
		}
		return decoder{rest: string(v)}, nil
	}, func(pages iter.Seq[decoder]) error {
		for d := range pages {
			n := 0
			for ; d.rest != ""; n++ {
				ids.Add(d.text())
			}
			if d.err != nil || n > idsPerPage {
				return errors.Join(d.err, fmt.Errorf("a page of %d ids", n))
			}
		}
		return nil
	})
	return ids, err
}

func pageKey(page int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(page)) }
