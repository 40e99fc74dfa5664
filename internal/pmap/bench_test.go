package pmap

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

var benchSizes = []int{1_000, 100_000}

// benchKeys returns n different keys that look like ids, in random order, each
// with memory of its own.
func benchKeys(n int) []string {
	random := rand.New(rand.NewPCG(1, 2))
	keys := make([]string, n)
	for i, j := range random.Perm(n) {
		keys[i] = fmt.Sprintf("U%010d", j)
	}
	return keys
}

func pairs(keys []string) func(int) (string, string) {
	return func(i int) (string, string) { return keys[i], keys[i] }
}

// benchMaps returns a map of the keys of both kinds.
func benchMaps(keys []string) (Map[string, string], map[string]string) {
	e := Map[string, string]{}.Edit()
	plain := make(map[string]string)
	for _, key := range keys {
		e.Set(key, key)
		plain[key] = key
	}
	return e.Map(), plain
}

// forSizes runs f on maps of each size, with keys to ask for in another order
// and in other memory than the maps' own.
func forSizes(b *testing.B, f func(b *testing.B, m Map[string, string], plain map[string]string, keys []string)) {
	for _, n := range benchSizes {
		keys := benchKeys(n)
		m, plain := benchMaps(keys)
		asked := benchKeys(n)
		rand.New(rand.NewPCG(3, 4)).Shuffle(n, func(i, j int) { asked[i], asked[j] = asked[j], asked[i] })
		b.Run(fmt.Sprint(n), func(b *testing.B) { f(b, m, plain, asked) })
	}
}

func BenchmarkGet(b *testing.B) {
	forSizes(b, func(b *testing.B, m Map[string, string], plain map[string]string, keys []string) {
		b.Run("pmap", func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				m.Get(keys[i%len(keys)])
			}
		})
		b.Run("map", func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				_ = plain[keys[i%len(keys)]]
			}
		})
	})
}

// BenchmarkGetInTurn makes every lookup wait for the one before, as lookups
// that follow ids from record to record do. In BenchmarkGet the processor
// overlaps them.
func BenchmarkGetInTurn(b *testing.B) {
	forSizes(b, func(b *testing.B, m Map[string, string], plain map[string]string, keys []string) {
		b.Run("pmap", func(b *testing.B) {
			for i := 0; b.Loop(); {
				v, _ := m.Get(keys[i%len(keys)])
				i += len(v)
			}
		})
		b.Run("map", func(b *testing.B) {
			for i := 0; b.Loop(); {
				i += len(plain[keys[i%len(keys)]])
			}
		})
	})
}

func BenchmarkSet(b *testing.B) {
	forSizes(b, func(b *testing.B, m Map[string, string], plain map[string]string, keys []string) {
		b.Run("pmap", func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				key := keys[i%len(keys)]
				m = m.Set(key, key)
			}
		})
		b.Run("map", func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				key := keys[i%len(keys)]
				plain[key] = key
			}
		})
	})
}

func BenchmarkEditOf100(b *testing.B) {
	forSizes(b, func(b *testing.B, m Map[string, string], _ map[string]string, keys []string) {
		b.ReportAllocs()
		for i := 0; b.Loop(); {
			e := m.Edit()
			for range 100 {
				key := keys[i%len(keys)]
				e.Set(key, key)
				i++
			}
			m = e.Map()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/key")
	})
}

func BenchmarkDeleteAndSet(b *testing.B) {
	forSizes(b, func(b *testing.B, m Map[string, string], _ map[string]string, keys []string) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			key := keys[i%len(keys)]
			m = m.Delete(key).Set(key, key)
		}
	})
}

func BenchmarkBuild(b *testing.B) {
	forSizes(b, func(b *testing.B, _ Map[string, string], _ map[string]string, keys []string) {
		perKey := func(b *testing.B) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(keys)), "ns/key")
		}
		b.Run("pmap", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Build(len(keys), pairs(keys))
			}
			perKey(b)
		})
		b.Run("edit", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e := Map[string, string]{}.Edit()
				for _, key := range keys {
					e.Set(key, key)
				}
				e.Map()
			}
			perKey(b)
		})
		b.Run("map", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				plain := make(map[string]string, len(keys))
				for _, key := range keys {
					plain[key] = key
				}
			}
			perKey(b)
		})
	})
}

func BenchmarkIterate(b *testing.B) {
	forSizes(b, func(b *testing.B, m Map[string, string], plain map[string]string, _ []string) {
		perKey := func(b *testing.B) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*m.Len()), "ns/key")
		}
		b.Run("pmap", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for range m.All() {
				}
			}
			perKey(b)
		})
		b.Run("map", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for range plain {
				}
			}
			perKey(b)
		})
	})
}

func BenchmarkDiffOf100(b *testing.B) {
	forSizes(b, func(b *testing.B, m Map[string, string], _ map[string]string, keys []string) {
		e := m.Edit()
		for _, key := range keys[:100] {
			e.Set(key, "")
		}
		edited := e.Map()
		b.ReportAllocs()
		for b.Loop() {
			for range Diff(m, edited, func(a, b string) bool { return a == b }) {
			}
		}
	})
}

// BenchmarkBytes reports the heap that a map takes for each entry, of which 32
// bytes are the two strings (and not what they point to). Time says nothing.
func BenchmarkBytes(b *testing.B) {
	for _, n := range append(benchSizes, 1_000_000) {
		keys := benchKeys(n)
		for _, kind := range []struct {
			name string
			make func() any
		}{
			{"pmap", func() any { m, _ := benchMaps(keys); return m }},
			{"built", func() any { return Build(n, pairs(keys)) }},
			{"map", func() any { _, plain := benchMaps(keys); return plain }},
		} {
			b.Run(fmt.Sprintf("%d/%s", n, kind.name), func(b *testing.B) {
				for b.Loop() {
					b.ReportMetric(heapBytes(kind.make)/float64(n), "B/entry")
				}
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
