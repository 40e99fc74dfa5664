package idset

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ascending returns n different numbers below the given one.
func ascending(rng *rand.Rand, n, below int) []uint32 {
	var ids []uint32
	for range n {
		ids = append(ids, rng.Uint32N(uint32(below)))
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// A set that is cut into parts, and joined again, is the same set, and goes on to
// work as one.
func TestPartsAndJoin(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{1, 10, MaxPart, MaxPart + 1, 3000} {
		ids := ascending(rng, n, 1<<20)
		var parts []string
		var decoded []uint32
		for start, enc := range Parts(ids) {
			if start != len(decoded) {
				t.Fatalf("a part begins at %d, %d came before", start, len(decoded))
			}
			var err error
			if decoded, err = DecodePart(decoded, enc); err != nil {
				t.Fatal(err)
			}
			parts = append(parts, enc)
		}
		if diff := cmp.Diff(ids, decoded); diff != "" {
			t.Fatalf("parts (-want +got):\n%s", diff)
		}
		want := map[uint32]bool{}
		for _, id := range ids {
			want[id] = true
		}
		s := Join(parts)
		check(t, s, want)
		for range 100 {
			id := rng.Uint32N(1 << 20)
			s, want[id] = s.With(id), true
		}
		for _, id := range ids[:len(ids)/2] {
			s = s.Without(id)
			delete(want, id)
		}
		check(t, s, want)
	}
	// Parts that have become small are one set without chunks.
	small := Join([]string{encode([]uint32{1, 2}), encode([]uint32{300, 400})})
	if small != Of([]uint32{1, 2, 300, 400}) {
		t.Errorf("two small parts are joined to %v", small)
	}
}

func TestBetween(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for _, n := range []int{0, 3, 200, 5000} {
		ids := ascending(rng, n, 10_000)
		s := Of(slices.Clone(ids))
		for range 200 {
			lo, hi := rng.Uint32N(10_100), rng.Uint32N(10_100)
			var want []uint32
			for _, id := range ids {
				if lo <= id && id < hi {
					want = append(want, id)
				}
			}
			if got := s.Between(nil, lo, hi); !slices.Equal(want, got) {
				t.Fatalf("from %d below %d there are %d, want %d", lo, hi, got, want)
			}
		}
	}
}

// FuzzDecodePart: bytes are refused, or they are what the numbers they give are
// encoded as.
func FuzzDecodePart(f *testing.F) {
	for _, ids := range [][]uint32{{0}, {0, 1, 127, 128, 1 << 14, 1 << 21, 1 << 28, math.MaxUint32}} {
		f.Add([]byte(encode(ids)))
	}
	for _, bad := range []string{
		"", "\x01\x00", "\x80", "\x80\x00", "\xff\xff\xff\xff\x7f", "\xff\xff\xff\xff\x0f\x01", "\x80\x80\x80\x80\x80\x01",
		string(make([]byte, 1)) + string(slices.Repeat([]byte{1}, MaxPart)),
	} {
		if ids, err := DecodePart(nil, bad); err == nil {
			f.Errorf("%q is decoded as %d", bad, ids)
		}
		f.Add([]byte(bad))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ids, err := DecodePart(nil, string(data))
		if err == nil && encode(ids) != string(data) {
			t.Errorf("%q is decoded as %d, which is encoded as %q", data, ids, encode(ids))
		}
	})
}

// What a Transposer finds is what asking each set finds.
func TestTransposer(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	const members = 300
	sets := make([][]uint32, 4000) // more than go into one piece
	want := make([]map[uint32]bool, members)
	for m := range want {
		want[m] = map[uint32]bool{}
	}
	for set := range sets {
		if set%3 == 1 {
			continue // nobody is in it
		}
		sets[set] = ascending(rng, 1+rng.IntN(100), members-1) // the last is in none
		sets[set] = slices.Compact(append([]uint32{0}, sets[set]...))
		for _, m := range sets[set] {
			want[m][uint32(set)] = true
		}
	}
	tr := NewTransposer(members)
	for set, ids := range sets {
		tr.Count(uint32(set), ids)
	}
	tr.Place()
	for set, ids := range sets { // this time in parts
		half := len(ids) / 2
		tr.Add(uint32(set), ids[:half])
		tr.Add(uint32(set), ids[half:])
	}
	for m, s := range tr.Sets() {
		check(t, s, want[m])
	}
}
