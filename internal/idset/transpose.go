package idset

import (
	"encoding/binary"
	"math/bits"
)

// A Transposer turns sets of members into the sets of what each member is in. It
// is shown every set twice, by ascending number: first with Count, so that it
// knows where the bytes of each result go, and after Place with Add.
type Transposer struct {
	members []transposed
	buf     []byte // the encoded results, one behind the other
}

type transposed struct {
	last uint32 // the set the member was seen in last, 0 before the first
	end  uint32 // bytes it takes; after Place, where its next byte goes
}

// NewTransposer returns one for members below n.
func NewTransposer(n int) *Transposer {
	return &Transposer{members: make([]transposed, n)}
}

// Count notes that a set has the given members. A set may come in parts.
func (t *Transposer) Count(set uint32, members []uint32) {
	for _, n := range members {
		m := &t.members[n]
		m.end += uint32(bits.Len32((set-m.last)|1)+6) / 7
		m.last = set
	}
}

// Place ends counting.
func (t *Transposer) Place() {
	end := uint32(0)
	for n := range t.members {
		size := t.members[n].end
		t.members[n] = transposed{end: end}
		end += size
	}
	t.buf = make([]byte, end)
}

// Add is Count's second turn.
func (t *Transposer) Add(set uint32, members []uint32) {
	for _, n := range members {
		m := &t.members[n]
		m.end += uint32(binary.PutUvarint(t.buf[m.end:], uint64(set-m.last)))
		m.last = set
	}
}

// Sets returns what each member is in, by member. Sets share pieces of memory of
// at most 64 KB.
func (t *Transposer) Sets() []Set {
	const pieceSize = 64 << 10
	sets := make([]Set, len(t.members))
	piece, start := "", uint32(0) // a copy of buf from start on
	begin := uint32(0)
	for n := range t.members {
		end := t.members[n].end
		if end-start > uint32(len(piece)) {
			start = begin
			piece = string(t.buf[start:max(end, min(start+pieceSize, uint32(len(t.buf))))])
		}
		sets[n] = ofEncoded(piece[begin-start : end-start])
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
