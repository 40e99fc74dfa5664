package snapshot

import "strings"

// An arena makes short strings in shared pieces of memory, which saves an allocation
// for each and what that is rounded up to. Pieces have at most 64 KB, so that one
// string which outlives the others keeps little alive.
//
// Longer strings have memory of their own. Rounding costs them little, and in shared
// pieces every record that is replaced would stay: one that is not in each piece is
// enough to keep all of them.
type arena struct {
	piece strings.Builder
	size  int // of the piece: the first ones are small, for there may be no others
}

const (
	firstPiece = 1 << 10
	pieceSize  = 64 << 10
	longest    = 128 // of the strings in shared pieces
)

// copy returns a string of the bytes of b.
func (a *arena) copy(b []byte) string {
	if len(b) > longest {
		return string(b)
	}
	a.reserve(len(b))
	start := a.piece.Len()
	a.piece.Write(b)
	return a.piece.String()[start:]
}

// clone returns a string equal to s that does not share its memory.
func (a *arena) clone(s string) string {
	if len(s) > longest {
		return strings.Clone(s)
	}
	a.reserve(len(s))
	start := a.piece.Len()
	a.piece.WriteString(s)
	return a.piece.String()[start:]
}

func (a *arena) reserve(n int) {
	if a.piece.Cap()-a.piece.Len() < n {
		a.size = min(max(2*a.size, firstPiece, n), pieceSize)
		a.piece = strings.Builder{}
		a.piece.Grow(a.size)
	}
}
