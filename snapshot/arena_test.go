package snapshot

import (
	"strings"
	"testing"
	"unsafe"
)

// Strings stay what they were when others follow, and do not share the memory they
// were made of.
func TestArena(t *testing.T) {
	var a arena
	var want, got []string
	buf := make([]byte, 3*pieceSize)
	for n := 0; n < len(buf); n = n*5/4 + 1 {
		for i := range buf[:n] {
			buf[i] = byte(n + i)
		}
		s := string(buf[:n])
		copied, cloned := a.copy(buf[:n]), a.clone(s)
		if n > 0 && unsafe.StringData(cloned) == unsafe.StringData(s) {
			t.Fatalf("%d bytes were not copied", n)
		}
		want, got = append(want, s, s), append(got, copied, cloned)
	}
	clear(buf)
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("string %d, of %d bytes, is not what it was", i, len(want[i]))
		}
	}
}

// What a few short strings take is little, and many cost no allocation each.
func TestArenaPieces(t *testing.T) {
	var few arena
	few.clone("U0123456789")
	if few.piece.Cap() > 2*firstPiece {
		t.Errorf("the first string takes %d bytes", few.piece.Cap())
	}
	var many arena
	id := strings.Repeat("x", 100)
	if n := testing.AllocsPerRun(10_000, func() { many.clone(id) }); n >= 1 {
		t.Errorf("%v allocations a string", n)
	}
}
