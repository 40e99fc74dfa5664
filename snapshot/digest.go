package snapshot

import (
	"math/bits"

	"github.com/cespare/xxhash/v2"
)

// Digest returns a hash of the workspace: of every entity's kind, key and
// record. The order in which they came, seeds and memory layout do not enter,
// so two snapshots that show the same have the same digest on any machine.
func (s *Snapshot) Digest() uint64 { return s.digest }

// Sum returns a like hash of the bookkeeping.
func (s *Snapshot) Sum() uint64 { return s.sum }

// mix is what one record adds to Digest or Sum.
func mix(k Kind, key string, r Record) uint64 {
	switch {
	case k.hollow(r):
		return 0
	case k == KindMember:
		conv, user := Unpair(key)
		return mixPair(hashConversation(conv), hashUser(user))
	}
	return mixPair(hashKey(k, key), xxhash.Sum64String(string(r)))
}

// What a record adds is made of two hashes, that of its key and its own, and what
// a membership adds of those of two ids. There are many times more memberships
// than ids, and a record that changes keeps its key. Multiplying mixes them so that
// no sum of pairs is that of other pairs of the same hashes.
func mixPair(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

func hashConversation(id string) uint64 { return hashKey(KindConversation, id) }
func hashUser(id string) uint64         { return hashKey(KindUser, id) }

// hashKey returns another hash for each kind, so that nothing is paired with
// itself.
func hashKey(k Kind, key string) uint64 {
	const odd = 0x9e3779b97f4a7c15 // spreads small numbers over all bits
	return xxhash.Sum64String(key) ^ uint64(k)*odd
}

// account carries the digests from one record to another.
func (e *Edit) account(k Kind, key string, old, r Record) {
	d := mix(k, key, r) - mix(k, key, old)
	if k.Entity() {
		e.digest += d
	} else {
		e.sum += d
	}
}
