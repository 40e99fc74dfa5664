package pmap

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

// numbered returns a map of n keys, "0" to n-1, each with its number as value.
func numbered(n int) Map[string, int] {
	return Build(n, func(i int) (string, int) { return strconv.Itoa(i), i })
}

func TestZeroMap(t *testing.T) {
	var m Map[string, int]
	if got := m.Len(); got != 0 {
		t.Errorf("Len() = %d, want 0", got)
	}
	if got, ok := m.Get("a"); got != 0 || ok {
		t.Errorf("Get = %d, %t, want 0, false", got, ok)
	}
	if got := maps.Collect(m.All()); len(got) != 0 {
		t.Errorf("All() = %v, want nothing", got)
	}
	if got := m.Delete("a"); got != m {
		t.Errorf("Delete = %v, want the same map", got)
	}
	if got := m.Edit().Map(); got != m {
		t.Errorf("Edit().Map() = %v, want the same map", got)
	}
}

func TestSetAndDelete(t *testing.T) {
	type step struct {
		change func(Map[string, int]) Map[string, int]
		want   map[string]int
	}
	set := func(key string, v int) func(Map[string, int]) Map[string, int] {
		return func(m Map[string, int]) Map[string, int] { return m.Set(key, v) }
	}
	del := func(key string) func(Map[string, int]) Map[string, int] {
		return func(m Map[string, int]) Map[string, int] { return m.Delete(key) }
	}
	steps := []step{
		{set("a", 1), map[string]int{"a": 1}},
		{set("b", 2), map[string]int{"a": 1, "b": 2}},
		{set("a", 3), map[string]int{"a": 3, "b": 2}},
		{set("", 4), map[string]int{"a": 3, "b": 2, "": 4}},
		{del("c"), map[string]int{"a": 3, "b": 2, "": 4}},
		{del("a"), map[string]int{"b": 2, "": 4}},
		{del(""), map[string]int{"b": 2}},
		{del("b"), map[string]int{}},
	}
	var versions []Map[string, int]
	var m Map[string, int]
	for _, s := range steps {
		m = s.change(m)
		versions = append(versions, m)
	}
	for i, s := range steps { // only now, so that later steps can do harm
		if diff := cmp.Diff(s.want, maps.Collect(versions[i].All())); diff != "" {
			t.Errorf("after step %d (-want +got):\n%s", i, diff)
		}
		if got := versions[i].Len(); got != len(s.want) {
			t.Errorf("after step %d: Len() = %d, want %d", i, got, len(s.want))
		}
	}
}

func TestAllStopsWhenAsked(t *testing.T) {
	m := numbered(1000)
	for _, limit := range []int{1, 2, 500, 1000} {
		seen := 0
		for range m.All() {
			if seen++; seen == limit {
				break
			}
		}
		if seen != limit {
			t.Errorf("saw %d entries, want %d", seen, limit)
		}
	}
}

func TestLargeMap(t *testing.T) {
	const n = 20_000
	m := numbered(n)
	e := m.Edit()
	for i := range n {
		if i%3 == 0 {
			e.Delete(strconv.Itoa(i))
		} else {
			e.Set(strconv.Itoa(i), -i)
		}
	}
	edited := e.Map()
	want := make(map[string]int)
	for i := range n {
		if got, ok := m.Get(strconv.Itoa(i)); got != i || !ok {
			t.Fatalf("original: Get(%d) = %d, %t", i, got, ok)
		}
		if i%3 != 0 {
			want[strconv.Itoa(i)] = -i
		}
	}
	if diff := cmp.Diff(want, maps.Collect(edited.All())); diff != "" {
		t.Errorf("edited (-want +got):\n%s", diff)
	}
	for _, m := range []Map[string, int]{m, edited} {
		if err := checkShape(m, hash); err != nil {
			t.Error(err)
		}
	}
}

func TestKeyTypesAreKept(t *testing.T) {
	type id string
	m := Map[id, []byte]{}.Set("a", []byte("x"))
	for key, v := range m.All() {
		if key != id("a") || string(v) != "x" {
			t.Errorf("All() gave %q, %q", key, v)
		}
	}
}

func TestEditsOfOneMapAreIndependent(t *testing.T) {
	m := numbered(1000)
	e1, e2 := m.Edit(), m.Edit()
	for i := range 1000 {
		e1.Set(strconv.Itoa(i), 1)
		e2.Set(strconv.Itoa(i), 2)
	}
	m1, m2 := e1.Map(), e2.Map()
	m3 := m1.Set("0", 3) // another edit with the number that e1 goes on with
	e1.Set("0", 4)
	for i, want := range map[Map[string, int]]int{m: 0, m1: 1, m2: 2, m3: 3, e1.Map(): 4} {
		if got, _ := i.Get("0"); got != want {
			t.Errorf("Get = %d, want %d", got, want)
		}
	}
}

func TestEditAfterMapLeavesTheMapAlone(t *testing.T) {
	e := Map[string, int]{}.Edit()
	var published []Map[string, int]
	for i := range 300 {
		e.Set(strconv.Itoa(i), i)
		published = append(published, e.Map())
	}
	for i := range 300 {
		e.Set(strconv.Itoa(i), -1)
		e.Delete(strconv.Itoa(i / 2))
	}
	for i, m := range published {
		if diff := cmp.Diff(maps.Collect(numbered(i+1).All()), maps.Collect(m.All())); diff != "" {
			t.Fatalf("map %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestEditWithoutEffectGivesTheSameMap(t *testing.T) {
	m := numbered(1000)
	e := m.Edit()
	if e.Delete("none") {
		t.Error("deleted a key that is not there")
	}
	if got, ok := e.Get("7"); got != 7 || !ok {
		t.Errorf("Get = %d, %t, want 7, true", got, ok)
	}
	for range 2 {
		if e.Map() != m {
			t.Error("Map() is not the map the edit started from")
		}
	}
}

func TestSetReplacesTheKeyToo(t *testing.T) {
	for _, n := range []int{1, 40, 5000} {
		m := numbered(n)
		key := string([]byte("0")) // equal, but elsewhere in memory
		m = m.Set(key, 1)
		for k := range m.All() {
			if k == key && unsafe.StringData(k) != unsafe.StringData(key) {
				t.Errorf("of %d: the old key is still stored", n)
			}
		}
	}
}

func TestCollisions(t *testing.T) {
	for _, h := range hashers {
		t.Run(h.name, func(t *testing.T) {
			keys := make([]string, 200)
			e := h.hash.edit(Map[string, int]{})
			for i := range keys {
				keys[i] = fmt.Sprint("key ", i)
				h.hash.set(e, keys[i], i)
			}
			full := e.Map()
			if err := checkShape(full, h.hash); err != nil {
				t.Fatal(err)
			}
			for i, key := range keys {
				if got, ok := h.hash.get(full, key); got != i || !ok {
					t.Fatalf("Get(%q) = %d, %t, want %d, true", key, got, ok, i)
				}
				if h.hash.delete(e, key+"?") {
					t.Fatalf("deleted %q, which is not there", key+"?")
				}
			}
			for i, key := range slices.Backward(keys) {
				if !h.hash.delete(e, key) {
					t.Fatalf("Delete(%q) = false", key)
				}
				m := e.Map()
				if m.Len() != i {
					t.Fatalf("Len() = %d, want %d", m.Len(), i)
				}
				if err := checkShape(m, h.hash); err != nil {
					t.Fatal(err)
				}
			}
			if got := e.Map(); got != (Map[string, int]{}) {
				t.Errorf("with everything deleted: %v, want the zero map", got)
			}
		})
	}
}
