package numbered

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// checkIndex fails the test unless ix holds exactly want, by every way of asking.
func checkIndex(t testing.TB, ix Index, want map[Entry]bool) {
	t.Helper()
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(ix.All())); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if ix.Len() != len(want) {
		t.Fatalf("%d entries, want %d", ix.Len(), len(want))
	}
	numbers := map[uint32][]uint32{}
	for _, x := range slices.Sorted(maps.Keys(want)) {
		numbers[x.hash()] = append(numbers[x.hash()], uint32(x))
		for _, y := range []Entry{x - 1, x, x + 1, x ^ 1<<32} {
			if ix.Has(y) != want[y] {
				t.Fatalf("Has(%x) = %t", y, ix.Has(y))
			}
			numbers[y.hash()] = append(numbers[y.hash()], nil...) // also those that lead nowhere
		}
	}
	for hash, want := range numbers {
		if got := slices.Sorted(slices.Values(ix.AppendNumbers(nil, hash))); !slices.Equal(got, want) {
			t.Fatalf("%x leads to %d, want %d", hash, got, want)
		}
		if n, of := ix.Number(hash); of != len(want) || of > 0 && !slices.Contains(want, n) {
			t.Fatalf("%x leads to %d, one of %d, want one of %d", hash, n, of, want)
		}
	}
}

// entry returns one of few enough for repetitions; some share their hashes.
func entry(r *rand.Rand, of int) Entry {
	x := uint32(r.IntN(of))
	return NewEntry(x/5*0x9e3779b9, x)
}

// TestIndexModel: an index does what a Go map does, growing, shrinking and in
// between, and no version is changed by what comes after it.
func TestIndexModel(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	type version struct {
		index Index
		holds map[Entry]bool
	}
	var versions []version
	var e IndexEdit
	model := map[Entry]bool{}
	for round := range 60 {
		grow := []int{90, 50, 10}[round/7%3] // chance of an addition, in 100
		for range 300 {
			x := entry(r, 3000)
			if r.IntN(100) < grow {
				if e.Add(x) == model[x] {
					t.Fatalf("Add(%x) says the opposite", x)
				}
				model[x] = true
			} else {
				if e.Remove(x) != model[x] {
					t.Fatalf("Remove(%x) says the opposite", x)
				}
				delete(model, x)
			}
		}
		versions = append(versions, version{e.Index(), maps.Clone(model)})
		if round%5 == 0 {
			old := versions[r.IntN(len(versions))] // a branch off an old one
			e.Start(old.index)
			model = maps.Clone(old.holds)
		}
	}
	for _, v := range versions {
		checkIndex(t, v.index, v.holds)
	}
}

// TestBuildIndex: a built index is the index of what was added one by one, and can
// be changed like it.
func TestBuildIndex(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, perBucket, perBucket + 1, 10_000} {
		model := map[Entry]bool{}
		var entries []Entry
		for range n {
			x := entry(r, 1<<20)
			model[x] = true
			entries = append(entries, x, x)
		}
		ix := BuildIndex(entries)
		checkIndex(t, ix, model)
		var e IndexEdit
		e.Start(ix)
		after := maps.Clone(model)
		for range n {
			x := entry(r, 1<<20)
			e.Add(x)
			after[x] = true
		}
		for x := range model {
			if r.IntN(3) > 0 {
				e.Remove(x)
				delete(after, x)
			}
		}
		checkIndex(t, e.Index(), after)
		checkIndex(t, ix, model)
	}
}

// TestIndexMemory: an entry takes 8 bytes and little more, however many there are and
// however they came in; a lookup takes none.
func TestIndexMemory(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{10_000, 70_000, 130_000} {
		entries := make([]Entry, n)
		var e IndexEdit
		for i := range entries {
			entries[i] = NewEntry(r.Uint32(), uint32(i))
			e.Add(entries[i])
		}
		grown, built := e.Index(), BuildIndex(entries)
		for how, ix := range map[string]*Index{"grown": &grown, "built": &built} {
			if size := float64(ix.Footprint()) / float64(n); size > 10.5 {
				t.Errorf("%s: %.1f bytes an entry of %d", how, size, n)
			}
		}
		found := 0
		if allocs := testing.AllocsPerRun(100, func() {
			var room [8]uint32
			found += len(built.AppendNumbers(room[:0], entries[found%n].hash()))
		}); allocs > 0 || found == 0 {
			t.Errorf("%v allocations for %d lookups", allocs, found)
		}
	}
}

// FuzzIndex: an index that was grown, shrunk and published at any time holds what
// was put in and not taken out.
func FuzzIndex(f *testing.F) {
	f.Add([]byte("abcABC"))
	f.Add([]byte{0, 1, 2, 3, 200, 201, 0, 1})
	f.Fuzz(func(t *testing.T, ops []byte) {
		var e IndexEdit
		model := map[Entry]bool{}
		for i, op := range ops {
			for j := range uint32(20) { // few bytes make many entries
				x := NewEntry(uint32(op&0x7f)<<j, j)
				if op < 0x80 {
					e.Add(x)
					model[x] = true
				} else {
					e.Remove(x)
					delete(model, x)
				}
			}
			if i%4 == 3 {
				e.Index()
			}
		}
		checkIndex(t, e.Index(), model)
	})
}
