package pmap

import (
	"runtime"
	"strconv"
	"testing"
)

func TestAllocations(t *testing.T) {
	m := numbered(100_000)
	same := m.Set("none", 0).Delete("none")
	e, again := m.Edit(), m.Edit()
	text := []byte("4711")
	tests := []struct {
		name string
		most float64
		do   func()
	}{
		{"Get", 0, func() { m.Get("4711") }},
		{"Get of a missing key", 0, func() { m.Get("none") }},
		{"Get of a key still in bytes", 0, func() { m.Get(string(text)) }},
		{"Edit.Get of a key still in bytes", 0, func() { e.Get(string(text)) }},
		{"Delete of a missing key", 0, func() { m.Delete("none") }},
		{"Edit.Delete of a missing key", 0, func() { e.Delete("none") }},
		{"Edit.Map", 0, func() { e.Map() }},
		{"All", 0, func() {
			for range m.All() {
			}
		}},
		{"Diff of a map and itself", 0, func() {
			for range Diff(m, m, equalInts) {
			}
		}},
		// A leaf, which if large takes two allocations, and on the first Set the
		// three or four branches above it, which may take two each as well.
		{"Set", 10, func() { same = same.Set("4711", 1) }},
		{"Edit.Set of a key already set", 2, func() { again.Set("4711", 1) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := testing.AllocsPerRun(10, tt.do); got > tt.most {
				t.Errorf("%v allocations, want at most %v", got, tt.most)
			}
		})
	}
}

// TestBytesAnEntry holds the trie to the size that a workspace is planned with.
// How much it needs swings with the logarithm of the number of entries; the
// sizes here are spread over one swing.
func TestBytesAnEntry(t *testing.T) {
	const headers, most = 32, 20 // two strings; what the trie may add
	for _, n := range []int{4000, 8000, 16_000, 32_000, 64_000, 128_000} {
		keys := make([]string, n)
		for i := range keys {
			keys[i] = "U" + strconv.Itoa(1_000_000+i)
		}
		grow := func() any {
			e := Map[string, string]{}.Edit()
			for _, key := range keys {
				e.Set(key, key)
			}
			return e.Map()
		}
		if got := heapBytes(grow)/float64(n) - headers; got > most {
			t.Errorf("%d entries: %.1f bytes each beside the key and value, want at most %d", n, got, most)
		}
	}
}

// heapBytes returns how much memory the result of f occupies.
func heapBytes(f func() any) float64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	result := f()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(result)
	return float64(after.HeapAlloc) - float64(before.HeapAlloc)
}
