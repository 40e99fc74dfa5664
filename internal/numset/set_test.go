package numset

import (
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// check fails the test unless s holds exactly want, by every way of asking, and its
// tree is as node says.
func check(t testing.TB, s Set, want map[uint64]bool) {
	t.Helper()
	sorted := slices.Sorted(maps.Keys(want))
	if diff := cmp.Diff(sorted, slices.Collect(s.All())); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if s.Len() != len(want) {
		t.Fatalf("%d numbers, want %d", s.Len(), len(want))
	}
	lower := map[uint32][]uint32{}
	for _, x := range sorted {
		lower[uint32(x>>32)] = append(lower[uint32(x>>32)], uint32(x))
		for _, y := range []uint64{x - 1, x, x + 1, x ^ 1<<32} {
			if s.Has(y) != want[y] {
				t.Fatalf("Has(%x) = %t", y, s.Has(y))
			}
			upper := uint32(y >> 32)
			if lower[upper] == nil {
				lower[upper] = []uint32{}
			}
		}
	}
	for upper, want := range lower {
		if diff := cmp.Diff(want, s.AppendLower([]uint32{}, upper)); diff != "" {
			t.Fatalf("lower halves with %x (-want +got):\n%s", upper, diff)
		}
	}
	if s.root != nil {
		s.root.check(t, 0, 1<<64-1)
	}
}

// check verifies a node whose numbers are from lo to hi, and returns how deep its
// leaves are.
func (n *node) check(t testing.TB, lo, hi uint64) (depth int) {
	t.Helper()
	if len(n.nums) == 0 || len(n.nums) > maxLen || n.kids != nil && len(n.kids) != len(n.nums) {
		t.Fatalf("a node of %d numbers and %d kids", len(n.nums), len(n.kids))
	}
	for i, kid := range n.kids {
		if kid.owner > n.owner {
			t.Fatalf("a kid of %d below a branch of %d", kid.owner, n.owner)
		}
		from, to := lo, hi
		if i > 0 {
			from = n.nums[i]
		}
		if i+1 < len(n.nums) {
			to = n.nums[i+1] - 1
		}
		if d := kid.check(t, from, to) + 1; i > 0 && d != depth {
			t.Fatalf("leaves %d and %d deep", depth, d)
		} else {
			depth = d
		}
	}
	if n.kids == nil && (n.nums[0] < lo || n.nums[len(n.nums)-1] > hi) {
		t.Fatalf("a leaf from %x to %x, want within %x to %x", n.nums[0], n.nums[len(n.nums)-1], lo, hi)
	}
	return depth
}

// number returns one of few enough for repetitions; some share their upper halves.
func number(r *rand.Rand, of int) uint64 {
	x := uint64(r.IntN(of))
	return x/5*0x9e3779b97f4a7c15&^0xffffffff | x
}

// TestModel: a set does what a Go map does, growing, shrinking and in between, and
// no version is changed by what comes after it.
func TestModel(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	type version struct {
		set   Set
		holds map[uint64]bool
	}
	var versions []version
	var e Edit
	model := map[uint64]bool{}
	for round := range 60 {
		grow := []int{90, 50, 10}[round/7%3] // chance of an addition, in 100
		for range 500 {
			x := number(r, 5000)
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
		versions = append(versions, version{e.Set(), maps.Clone(model)})
		if round%5 == 0 {
			e.Start(versions[r.IntN(len(versions))].set) // a branch off an old one
			model = map[uint64]bool{}
			for x := range e.Peek().All() {
				model[x] = true
			}
		}
	}
	for x := range model {
		e.Remove(x)
	}
	versions = append(versions, version{e.Set(), nil})
	for _, v := range versions {
		check(t, v.set, v.holds)
	}
}

// TestBuild: a built set is the set of what was added one by one, and can be
// changed like it.
func TestBuild(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, fill, fill + 1, maxLen + 1, fill*fill + 1, 20_000} {
		model := map[uint64]bool{}
		for len(model) < n {
			model[number(r, 1<<20)] = true
		}
		s := Build(slices.Sorted(maps.Keys(model)))
		check(t, s, model)
		var e Edit
		e.Start(s)
		after := maps.Clone(model)
		for range n / 2 {
			x := number(r, 1<<20)
			e.Add(x)
			after[x] = true
		}
		for x := range model {
			if r.IntN(3) > 0 {
				e.Remove(x)
				delete(after, x)
			}
		}
		check(t, e.Set(), after)
		check(t, s, model)
	}
}

func TestSort(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{0, 1, 2, maxLen, maxLen + 1, 4096, 10_000} {
		for name, next := range map[string]func() uint64{"spread": r.Uint64, "alike": func() uint64 { return r.Uint64N(100) << 40 }} {
			nums := make([]uint64, n)
			for i := range nums {
				nums[i] = next()
			}
			want := slices.Sorted(slices.Values(nums))
			Sort(nums)
			if !slices.Equal(want, nums) {
				t.Errorf("%d numbers, %s, are not sorted", n, name)
			}
		}
	}
}

// TestMemory: a set takes 8 bytes a number and a little more, however large it is;
// a lookup takes none.
func TestMemory(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{1000, 100_000} {
		var nums []uint64
		for range n {
			nums = append(nums, r.Uint64())
		}
		var e Edit
		for _, x := range nums {
			e.Add(x)
		}
		if grown := float64(e.Set().Footprint()) / float64(n); grown > 12 {
			t.Errorf("%.1f bytes a number of %d", grown, n)
		}
		Sort(nums)
		s := Build(nums)
		if built := float64(s.Footprint()) / float64(n); built > 10.5 {
			t.Errorf("%.1f bytes a number of %d built", built, n)
		}
		found := 0
		if allocs := testing.AllocsPerRun(100, func() {
			var room [4]uint32
			found += len(s.AppendLower(room[:0], uint32(nums[found%n]>>32)))
		}); allocs > 0 || found == 0 {
			t.Errorf("%v allocations for %d lookups", allocs, found)
		}
	}
}

// TestConcurrent: readers and any number of edits of one set do not disturb each
// other; the race detector watches.
func TestConcurrent(t *testing.T) {
	model := map[uint64]bool{}
	var e Edit
	for i := range uint64(3000) {
		e.Add(i << 30)
		model[i<<30] = true
	}
	s := e.Set()
	var wg sync.WaitGroup
	for worker := range uint64(4) {
		wg.Go(func() {
			var mine Edit
			mine.Start(s)
			for i := range uint64(500) {
				mine.Add(i<<30 + worker + 1)
				mine.Remove(i * 5 << 30)
			}
			mine.Set()
		})
	}
	for i := range uint64(500) {
		e.Remove(i << 31)
	}
	check(t, s, model)
	wg.Wait()
	check(t, s, model)
}

func FuzzSet(f *testing.F) {
	f.Add([]byte("abcABC"))
	f.Add([]byte{0, 1, 2, 3, 200, 201, 0, 1})
	f.Fuzz(func(t *testing.T, ops []byte) {
		var e Edit
		model := map[uint64]bool{}
		for i, op := range ops {
			// Runs of numbers, so that few bytes make and empty whole nodes.
			for j := range uint64(40) {
				x := uint64(op&0x7f)<<28 + j<<26 + uint64(op&3)
				if op < 0x80 {
					e.Add(x)
					model[x] = true
				} else {
					e.Remove(x)
					delete(model, x)
				}
			}
			if i%4 == 3 {
				e.Set()
			}
		}
		check(t, e.Set(), model)
	})
}

func BenchmarkBuild(b *testing.B) {
	r := rand.New(rand.NewPCG(9, 9))
	nums := make([]uint64, 100_000)
	for i := range nums {
		nums[i] = r.Uint64()
	}
	b.ReportAllocs()
	for b.Loop() {
		sorted := slices.Clone(nums)
		Sort(sorted)
		Build(sorted)
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N*len(nums)), "ns/number")
}

func BenchmarkFind(b *testing.B) {
	r := rand.New(rand.NewPCG(9, 9))
	nums := make([]uint64, 100_000)
	for i := range nums {
		nums[i] = r.Uint64()
	}
	shuffled := slices.Clone(nums)
	Sort(nums)
	s := Build(nums)
	i := 0
	for b.Loop() {
		var room [4]uint32
		if got := s.AppendLower(room[:0], uint32(shuffled[i]>>32)); len(got) == 0 {
			b.Fatal("not found")
		}
		i = (i + 1) % len(shuffled)
	}
}
