package idset

import (
	"errors"
	"iter"
	"math"
	"slices"
)

// A set is stored in parts: runs of its numbers in the very encoding that it has
// in memory, so that reading it back copies bytes. Parts of one set ascend and
// do not overlap.

// MaxPart is how many numbers a part has at most.
const MaxPart = 256

// Parts cuts ascending numbers into parts, and yields each with the index at which
// it begins. They are filled to three quarters, so that the next changes do not
// cut every part in two.
func Parts(ids []uint32) iter.Seq2[int, string] {
	return func(yield func(start int, enc string) bool) {
		for start := 0; start < len(ids); {
			end := len(ids)
			if end-start > MaxPart {
				end = start + MaxPart*3/4
			}
			if !yield(start, encode(ids[start:end])) {
				return
			}
			start = end
		}
	}
}

var errPart = errors.New("not a part of a set")

// DecodePart appends the numbers of a part to ids. It refuses bytes that Parts
// does not make.
func DecodePart(ids []uint32, enc string) ([]uint32, error) {
	from, last := len(ids), uint64(0)
	for i := 0; i < len(enc); {
		d := uint64(enc[i])
		if i++; d >= 0x80 {
			d &= 0x7f
			for shift := 7; ; shift += 7 {
				if i == len(enc) || shift > 28 {
					return ids, errPart
				}
				b := enc[i]
				i++
				d |= uint64(b&0x7f) << shift
				if b == 0 { // a byte more than it takes
					return ids, errPart
				}
				if b < 0x80 {
					break
				}
			}
		}
		if last += d; d == 0 && len(ids) > from || last > math.MaxUint32 {
			return ids, errPart
		}
		ids = append(ids, uint32(last))
	}
	if n := len(ids) - from; n == 0 || n > MaxPart {
		return ids, errPart
	}
	return ids, nil
}

// Join returns the set that was cut into parts, which DecodePart has accepted.
// It keeps their memory.
func Join(parts []string) Set {
	n := 0
	for _, enc := range parts {
		n += count(enc)
	}
	switch {
	case len(parts) == 1:
		return Set{few: parts[0]}
	case n <= chunkMax:
		ids := make([]uint32, 0, chunkMax)
		for _, enc := range parts {
			ids = decode(ids, enc)
		}
		return Set{few: encode(ids)}
	}
	list := make([]chunk, len(parts))
	for i, enc := range parts {
		first, _ := next(enc, 0)
		list[i] = chunk{first, uint32(count(enc)), enc}
	}
	return ofChunks(n, list)
}

// Between appends the numbers from lo on and below hi to ids in ascending order.
func (s Set) Between(ids []uint32, lo, hi uint32) []uint32 {
	if s.many == nil {
		return between(ids, s.few, lo, hi)
	}
	at, in := s.many.find(lo)
	for _, r := range s.many.runs[at:] {
		for _, c := range r[max(0, in):] {
			if c.first >= hi {
				return ids
			}
			ids = between(ids, c.enc, lo, hi)
		}
		in = 0
	}
	return ids
}

func between(ids []uint32, enc string, lo, hi uint32) []uint32 {
	from := len(ids)
	ids = decode(ids, enc)
	part := ids[from:]
	i, _ := slices.BinarySearch(part, lo)
	j, _ := slices.BinarySearch(part, hi)
	return append(ids[:from], part[i:max(i, j)]...)
}
