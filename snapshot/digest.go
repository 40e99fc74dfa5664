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
	var h xxhash.Digest
	h.ResetWithSeed(uint64(k))
	_, _ = h.WriteString(key) // never fails
	_, _ = h.Write([]byte{0})
	_, _ = h.WriteString(string(r))
	return h.Sum64()
}

// There are many times more memberships than records, so what each of them adds
// is made of two hashes that a load works out once for each id. Multiplying
// mixes them so that no sum of pairs is that of other pairs of the same ids.
func mixPair(conv, user uint64) uint64 {
	hi, lo := bits.Mul64(conv, user)
	return hi ^ lo
}

// The seeds differ, so that nothing is paired with itself.
func hashConversation(id string) uint64 { return hashID(id, uint64(KindConversation)) }
func hashUser(id string) uint64         { return hashID(id, uint64(KindUser)) }

func hashID(id string, seed uint64) uint64 {
	var h xxhash.Digest
	h.ResetWithSeed(seed)
	_, _ = h.WriteString(id) // never fails
	return h.Sum64()
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
