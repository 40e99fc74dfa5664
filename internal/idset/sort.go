package idset

import (
	"math/bits"
	"slices"
)

// A Sorter sorts lists of numbers that are small next to how many there are, as
// those of the members of channels are. The zero Sorter is ready.
type Sorter struct {
	seen []uint64 // bit n: n is in the list; all 0 between lists
}

// Sort sorts a list in place, and returns it without its repetitions.
func (s *Sorter) Sort(ids []uint32) []uint32 {
	// A look at every bit up to the largest number costs as much as to sort this
	// many of them.
	const worth = 16
	last := uint32(0)
	for _, id := range ids {
		last = max(last, id)
	}
	words := int(last/64) + 1
	if len(ids) < worth+words/worth {
		slices.Sort(ids)
		return slices.Compact(ids)
	}
	if words > len(s.seen) {
		s.seen = make([]uint64, words)
	}
	for _, id := range ids {
		s.seen[id/64] |= 1 << (id % 64)
	}
	ids = ids[:0]
	for i, set := range s.seen[:words] {
		if set == 0 {
			continue
		}
		s.seen[i] = 0
		for from := uint32(i) * 64; set != 0; set &= set - 1 {
			ids = append(ids, from+uint32(bits.TrailingZeros64(set)))
		}
	}
	return ids
}
