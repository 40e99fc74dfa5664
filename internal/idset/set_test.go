package idset

import (
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// check holds a set against the map it is meant to be.
func check(t *testing.T, s Set, want map[uint32]bool) {
	t.Helper()
	ids := slices.Sorted(maps.Keys(want))
	if diff := cmp.Diff(ids, slices.Collect(s.All())); diff != "" {
		t.Fatalf("All (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(ids, s.Slice(nil)); diff != "" {
		t.Fatalf("Slice (-want +got):\n%s", diff)
	}
	if s.Len() != len(want) {
		t.Fatalf("Len is %d, want %d", s.Len(), len(want))
	}
	for _, id := range ids {
		for _, probe := range []uint32{id - 1, id, id + 1} {
			if s.Has(probe) != want[probe] {
				t.Fatalf("Has(%d) is %v", probe, s.Has(probe))
			}
		}
	}
}

// play makes the changes that bytes ask for, to a set and to a map.
func play(t *testing.T, data []byte) {
	type version struct {
		set  Set
		want map[uint32]bool
	}
	now := version{want: map[uint32]bool{}}
	var old []version
	for len(data) >= 3 {
		id := uint32(data[1]) | uint32(data[2])<<8
		switch op := data[0] % 8; op {
		case 0, 1, 2:
			now.set = now.set.With(id)
			now.want[id] = true
		case 3, 4:
			now.set = now.set.Without(id)
			delete(now.want, id)
		case 5: // a run, which splits chunks
			for i := range uint32(data[1]) {
				now.set = now.set.With(id + i*3)
				now.want[id+i*3] = true
			}
		case 6: // and the opposite
			for i := range uint32(data[1]) {
				now.set = now.set.Without(id + i*3)
				delete(now.want, id+i*3)
			}
		case 7:
			if len(old) < 20 {
				old = append(old, version{now.set, maps.Clone(now.want)})
			}
		}
		data = data[3:]
	}
	check(t, now.set, now.want)
	check(t, Of(slices.Collect(maps.Keys(now.want))), now.want)
	for _, v := range old {
		check(t, v.set, v.want) // later changes left it alone
		both := maps.Clone(v.want)
		maps.DeleteFunc(both, func(id uint32, _ bool) bool { return !now.want[id] })
		for _, ids := range [][]uint32{slices.Collect(Both(v.set, now.set)), slices.Collect(Both(now.set, v.set))} {
			if want := slices.Sorted(maps.Keys(both)); !slices.Equal(want, ids) {
				t.Fatalf("Both is %v, want %v", ids, want)
			}
		}
	}
}

func TestModel(t *testing.T) {
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 1))
		data := make([]byte, 3*400)
		for i := range data {
			data[i] = byte(rng.Uint32())
		}
		play(t, data)
	}
}

// TestLargeSet: runs that fill up are split and those that empty go.
func TestLargeSet(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	want := map[uint32]bool{}
	for id := range evens(60_000) {
		want[id] = true
	}
	s := Of(slices.Collect(maps.Keys(want)))
	before, was := s, maps.Clone(want)
	for id := uint32(20_000); id < 40_000; id++ {
		s = s.Without(id)
		delete(want, id)
	}
	for range 20_000 {
		id := 50_000 + rng.Uint32N(20_000)
		s = s.With(id)
		want[id] = true
	}
	check(t, s, want)
	check(t, before, was)
	both := maps.Clone(want)
	maps.DeleteFunc(both, func(id uint32, _ bool) bool { return !was[id] })
	if ids := slices.Collect(Both(s, before)); !slices.Equal(slices.Sorted(maps.Keys(both)), ids) {
		t.Error("Both is wrong")
	}
	for _, span := range [][2]uint32{{0, 100}, {19_000, 41_000}, {55_000, 80_000}, {39_999, 40_000}} {
		var ids []uint32
		for id := span[0]; id < span[1]; id++ {
			if want[id] {
				ids = append(ids, id)
			}
		}
		if got := s.Between(nil, span[0], span[1]); !slices.Equal(ids, got) {
			t.Errorf("between %d and %d are %d numbers, want %d", span[0], span[1], len(got), len(ids))
		}
	}
}

// TestChange states what one more number costs in a set of 100,000, in bytes.
func TestChange(t *testing.T) {
	s := Of(slices.Collect(evens(200_000)))
	var from, to runtime.MemStats
	runtime.ReadMemStats(&from)
	for i := range uint32(100) {
		s.With(1001 * (2*i + 1))
	}
	runtime.ReadMemStats(&to)
	if size := (to.TotalAlloc - from.TotalAlloc) / 100; size > 3000 {
		t.Errorf("%d bytes", size)
	}
}

// FuzzSet: whatever is put in and taken out, a set holds what a map would, and
// so does every earlier version of it.
func FuzzSet(f *testing.F) {
	f.Add([]byte("\x05\xff\x01\x07\x00\x00\x06\xf0\x01\x00\x01\x02"))
	f.Add([]byte("\x05\xff\x00\x05\xff\x10\x05\xff\x20\x07\x00\x00\x06\xff\x00\x06\xff\x10\x06\xff\x20"))
	f.Fuzz(func(t *testing.T, data []byte) {
		play(t, data[:min(len(data), 600)])
	})
}

// TestSorter: a Sorter does what sorting and taking out repetitions does, however many
// numbers there are and however far apart, and one list leaves no trace in the next.
func TestSorter(t *testing.T) {
	var s Sorter
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{0, 1, 5, 40, 300, 5000} {
		for _, below := range []uint32{1, 70, 4000, 1 << 20, 1 << 31} {
			ids := make([]uint32, n)
			for i := range ids {
				ids[i] = r.Uint32N(below)
			}
			want := slices.Compact(slices.Sorted(slices.Values(ids)))
			if got := s.Sort(ids); !slices.Equal(got, want) {
				t.Errorf("%d numbers below %d are not sorted", n, below)
			}
		}
	}
}

func TestNoChangeIsTheSameSet(t *testing.T) {
	small, large := Of([]uint32{1, 5, 9}), Of(slices.Collect(evens(10_000)))
	for _, s := range []Set{{}, small, large} {
		if s.Without(3) != s {
			t.Error("taking out what is not there made another set")
		}
	}
	if small.With(5) != small || large.With(500) != large {
		t.Error("putting in what is there made another set")
	}
}

// TestSize states what a number costs: a byte in a large conversation, where
// one user in a hundred is a member, two where one in a thousand is.
func TestSize(t *testing.T) {
	for _, tt := range []struct{ n, step, bytes int }{
		{100_000, 1, 1}, {100_000, 100, 1}, {1000, 100, 1}, {1000, 1000, 2},
	} {
		var ids []uint32
		for i := range tt.n {
			ids = append(ids, uint32(i*tt.step))
		}
		size := 0
		if s := Of(ids); s.many == nil {
			size = len(s.few)
		} else {
			for c := range s.many.all() {
				size += len(c.enc) + 24
			}
		}
		if limit := tt.n*tt.bytes + tt.n/4 + 100; size > limit {
			t.Errorf("%d of %d take %d bytes, want at most %d", tt.n, tt.n*tt.step, size, limit)
		}
	}
}

func evens(below uint32) func(func(uint32) bool) {
	return func(yield func(uint32) bool) {
		for i := uint32(0); i < below; i += 2 {
			if !yield(i) {
				return
			}
		}
	}
}

func BenchmarkWith(b *testing.B) {
	for _, bench := range []struct {
		name string
		n    uint32
	}{{"24", 24}, {"1k", 1000}, {"100k", 100_000}} {
		s := Of(slices.Collect(evens(2 * bench.n)))
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := uint32(1); b.Loop(); i += 2 {
				s.With(i % (2 * bench.n))
			}
		})
	}
}

func BenchmarkHas(b *testing.B) {
	for _, bench := range []struct {
		name string
		n    uint32
	}{{"24", 24}, {"1k", 1000}, {"100k", 100_000}} {
		s := Of(slices.Collect(evens(2 * bench.n)))
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := uint32(0); b.Loop(); i += 7 {
				s.Has(i % (2 * bench.n))
			}
		})
	}
}
