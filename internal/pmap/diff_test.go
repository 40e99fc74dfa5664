package pmap

import (
	"maps"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func equalInts(a, b int) bool { return a == b }

func TestDiff(t *testing.T) {
	empty, ten := Map[string, int]{}, numbered(10)
	tests := []struct {
		name     string
		old, new Map[string, int]
		want     map[string]Delta[int]
	}{
		{"nothing and nothing", empty, empty, map[string]Delta[int]{}},
		{"a map and itself", ten, ten, map[string]Delta[int]{}},
		{"equal maps that share nothing", ten, numbered(10), map[string]Delta[int]{}},
		{"a key set to the value it has", ten, ten.Set("3", 3), map[string]Delta[int]{}},
		{"a key added", ten, ten.Set("new", 0), map[string]Delta[int]{"new": {New: 0, HasNew: true}}},
		{"a key changed", ten, ten.Set("3", 33), map[string]Delta[int]{"3": {Old: 3, New: 33, HadOld: true, HasNew: true}}},
		{"a key deleted", ten, ten.Delete("3"), map[string]Delta[int]{"3": {Old: 3, HadOld: true}}},
		{"the first key", empty, numbered(1), map[string]Delta[int]{"0": {New: 0, HasNew: true}}},
		{"the last key", numbered(1), empty, map[string]Delta[int]{"0": {Old: 0, HadOld: true}}},
		{"one key and another", numbered(1), empty.Set("1", 1), map[string]Delta[int]{
			"0": {Old: 0, HadOld: true},
			"1": {New: 1, HasNew: true},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := maps.Collect(Diff(tt.old, tt.new, equalInts))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDiffOfLargeMapsMatchesAModel(t *testing.T) {
	sizes := []int{0, 1, 2, 40, 1500}
	for _, n := range sizes {
		for _, k := range sizes {
			old, new := numbered(n), numbered(k).Set("1", -1)
			want := modelDiff(maps.Collect(old.All()), maps.Collect(new.All()))
			got := maps.Collect(Diff(old, new, equalInts))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%d to %d keys (-want +got):\n%s", n, k, diff)
			}
		}
	}
}

func TestDiffPassesOverWhatIsShared(t *testing.T) {
	const n = 50_000
	m := numbered(n)
	e := m.Edit()
	for i := range 10 {
		e.Set(strconv.Itoa(i), -1)
	}
	asked := 0
	for range Diff(m, e.Map(), func(a, b int) bool { asked++; return a == b }) {
	}
	if most := 10 * slots; asked < 10 || asked > most {
		t.Errorf("compared %d pairs of values for 10 changes, want 10 to %d", asked, most)
	}
}

func TestDiffStopsWhenAsked(t *testing.T) {
	empty, full := Map[string, int]{}, numbered(1000)
	changed := full.Edit()
	for i := range 1000 {
		changed.Set(strconv.Itoa(i), -1-i)
	}
	for name, maps := range map[string][2]Map[string, int]{
		"added": {empty, full}, "deleted": {full, empty}, "changed": {full, changed.Map()},
	} {
		for _, limit := range []int{1, 2, 500, 1000} {
			seen := 0
			for range Diff(maps[0], maps[1], equalInts) {
				if seen++; seen == limit {
					break
				}
			}
			if seen != limit {
				t.Errorf("%s: saw %d, want %d", name, seen, limit)
			}
		}
	}
}
