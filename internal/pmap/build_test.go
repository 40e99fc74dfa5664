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
