package idset

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// A Transposer turns sets of members into the sets of what each member is in. It
// is shown every set twice, by ascending number: first with Count, so that it
// knows where the bytes of each result go, and after Place with Add.
type Transposer struct {
	members []transposed
	pieces  [][]byte // the encoded results, one behind the other
}

type transposed struct {
	last  uint32 // the set the member was seen in last, 0 before the first
	piece uint32 // where its bytes are
	end   uint32 // how many there are; after Place, where in the piece the next one goes
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
	const pieceSize = 64 << 10
	end := uint32(0) // in the piece that comes next
	for n := range t.members {
		size := t.members[n].end
		if end > 0 && end+size > pieceSize {
			t.pieces = append(t.pieces, make([]byte, end))
			end = 0
		}
		t.members[n] = transposed{piece: uint32(len(t.pieces)), end: end}
		end += size
	}
	t.pieces = append(t.pieces, make([]byte, end))
}

// Add is Count's second turn.
func (t *Transposer) Add(set uint32, members []uint32) {
	for _, n := range members {
		m := &t.members[n]
		m.end += uint32(binary.PutUvarint(t.pieces[m.piece][m.end:], uint64(set-m.last)))
		m.last = set
	}
}

// Sets returns what each member is in, by member, when everything has been added.
// Sets share pieces of memory of at most 64 KB, but for one that is larger.
func (t *Transposer) Sets() []Set {
	sets := make([]Set, len(t.members))
	begin := uint32(0)
	for n, m := range t.members {
		if n > 0 && m.piece != t.members[n-1].piece {
			begin = 0
		}
		if m.end > begin {
			// Nobody writes there again.
			sets[n] = ofEncoded(unsafe.String(&t.pieces[m.piece][begin], m.end-begin))
		}
		begin = m.end
	}
	return sets
}

// ofEncoded returns a set of any size from its numbers in one run.
func ofEncoded(enc string) Set {
	if len(enc) <= chunkMax || count(enc) <= chunkMax {
		return Set{few: enc}
	}
	return OfSorted(decode(make([]uint32, 0, count(enc)), enc))
}
