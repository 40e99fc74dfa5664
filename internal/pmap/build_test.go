package pmap

import (
	"fmt"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBuild(t *testing.T) {
	for _, h := range hashers {
		for _, n := range []int{0, 1, 2, 33, 1000} {
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

func TestBuildOfAWrongCount(t *testing.T) {
	want := map[string]int{"a": 1, "b": 2, "c": 3}
	for _, n := range []int{0, 1, 3, 100} {
		m := Build(n, maps.All(want))
		if diff := cmp.Diff(want, maps.Collect(m.All())); diff != "" {
			t.Errorf("told to expect %d (-want +got):\n%s", n, diff)
		}
	}
}

func TestBuildOfOneKey(t *testing.T) {
	m := Build(5, func(yield func(string, int) bool) {
		for i := range 5 {
			if !yield("a", i) {
				return
			}
		}
	})
	if diff := cmp.Diff(map[string]int{"a": 4}, maps.Collect(m.All())); diff != "" {
		t.Errorf("content (-want +got):\n%s", diff)
	}
	if err := checkShape(m, hash); err != nil {
		t.Error(err)
	}
}
