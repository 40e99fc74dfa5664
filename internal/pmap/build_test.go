package pmap

import (
	"fmt"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBuild(t *testing.T) {
	for _, h := range hashers {
		sizes := []int{0, 1, 2, 33, 1000}
		if h.name == "real" { // where all collide, a large map is slow
			sizes = append(sizes, 2*blockSize+1)
		}
		for _, n := range sizes {
			t.Run(fmt.Sprintf("%s/%d", h.name, n), func(t *testing.T) {
				want := make(map[string]int)
				m := h.hash.build(func(yield func(string, int) bool) {
					for i := range n {
						key := fmt.Sprint("key ", i%(n/2+1)) // half of them twice
						want[key] = i                        // the last value
						if !yield(key, i) {
							return
						}
					}
				})
				if diff := cmp.Diff(want, maps.Collect(m.All())); diff != "" {
					t.Errorf("content (-want +got):\n%s", diff)
				}
				if err := checkShape(m, h.hash); err != nil {
					t.Error(err)
				}
				e := h.hash.edit(Map[string, int]{})
				for key, v := range want {
					h.hash.set(e, key, v)
				}
				if diff := cmp.Diff(shape(e.Map()), shape(m)); diff != "" {
					t.Errorf("shape (-edited +built):\n%s", diff)
				}
			})
		}
	}
}

func TestBuildOfOneKey(t *testing.T) {
	for _, n := range []int{5, 2*blockSize + 1} {
		m := Build(n, func(i int) (string, int) { return "a", i })
		if diff := cmp.Diff(map[string]int{"a": n - 1}, maps.Collect(m.All())); diff != "" {
			t.Errorf("content (-want +got):\n%s", diff)
		}
		if err := checkShape(m, hash); err != nil {
			t.Error(err)
		}
	}
}

// TestBuildJoined: a key has what join makes of all its values, in their order,
// wherever in the trie it ends up.
func TestBuildJoined(t *testing.T) {
	const n = 300
	want := make(map[string]int)
	for _, h := range hashers {
		b := builder[string, int]{
			at:   func(i int) (string, int) { return fmt.Sprint("key ", i*i%101), i },
			join: func(values []int) int { return values[0]*1000 + len(values) },
		}
		clear(want)
		items, of := make([]item, n), make(map[string][]int)
		for i := range items {
			key, v := b.at(i)
			items[i] = item{h.hash(key), i}
			of[key] = append(of[key], v)
		}
		for key, values := range of {
			if want[key] = values[0]; len(values) > 1 {
				want[key] = b.join(values)
			}
		}
		m := b.build(items)
		if diff := cmp.Diff(want, maps.Collect(m.All())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", h.name, diff)
		}
		if err := checkShape(m, h.hash); err != nil {
			t.Errorf("%s: %v", h.name, err)
		}
	}
}
