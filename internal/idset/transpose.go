package idset

import (
	"encoding/binary"
	"math/bits"
)

// A Transposer turns sets of members into the sets of what each member is in. It
// is shown every set twice, by ascending number: first with Count, so that it
// knows where the bytes of each result go, and after Place with Add.
type Transposer struct {
	last []uint32 // by member: the set it was seen in last, 0 before the first
	ends []uint32 // by member: bytes it takes; after Place, where its next byte goes
	buf  []byte   // the encoded results, one behind the other
}

// NewTransposer returns one for members below n.
func NewTransposer(n int) *Transposer {
	return &Transposer{last: make([]uint32, n), ends: make([]uint32, n)}
}

// Count notes that a set has the given members. A set may come in parts.
func (t *Transposer) Count(set uint32, members []uint32) {
	for _, m := range members {
		t.ends[m] += uint32(bits.Len32((set-t.last[m])|1)+6) / 7
		t.last[m] = set
	}
}

// Place ends counting.
func (t *Transposer) Place() {
	end := uint32(0)
	for m, size := range t.ends {
		t.ends[m] = end
		end += size
	}
	t.buf = make([]byte, end)
	clear(t.last)
}

// Add is Count's second turn.
func (t *Transposer) Add(set uint32, members []uint32) {
	for _, m := range members {
		t.ends[m] += uint32(binary.PutUvarint(t.buf[t.ends[m]:], uint64(set-t.last[m])))
		t.last[m] = set
	}
}

// Sets returns what each member is in, by member. Sets share pieces of memory of
// at most 64 KB.
func (t *Transposer) Sets() []Set {
	const pieceSize = 64 << 10
	sets := make([]Set, len(t.ends))
	piece, start := "", uint32(0) // a copy of buf from start on
	begin := uint32(0)
	for m, end := range t.ends {
		if end-start > uint32(len(piece)) {
			start = begin
			piece = string(t.buf[start:max(end, min(start+pieceSize, uint32(len(t.buf))))])
		}
		sets[m] = ofEncoded(piece[begin-start : end-start])
		begin = end
	}
	return sets
}

// ofEncoded returns a set of any size from its numbers in one run.
func ofEncoded(enc string) Set {
	if len(enc) <= chunkMax || count(enc) <= chunkMax {
		return Set{few: enc}
	}
	return ofSorted(decode(nil, enc))
}
