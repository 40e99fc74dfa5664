package numbered

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// check fails the test unless t holds exactly want, found by key and by number, and
// free numbers are those of no row.
func check(t testing.TB, table Table[string], want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, maps.Collect(table.All())); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if table.Len() != len(want) || table.free.n != table.rows.n-len(want) {
		t.Fatalf("%d rows and %d free numbers, want %d of %d rows", table.Len(), table.free.n, len(want), table.rows.n)
	}
	for key, value := range want {
		number, ok := table.Number(key)
		if row := table.At(number); !ok || row != (Row[string]{key, value}) {
			t.Fatalf("row %d of %q is %q, %t", number, key, row, ok)
		}
	}
	for i := range table.free.n {
		n := *table.free.at(i)
		if row := table.At(n); row != (Row[string]{}) {
			t.Fatalf("free row %d is %q", n, row)
		}
	}
	if row, ok := table.Row("nobody"); ok || row != (Row[string]{}) {
		t.Fatalf("row %q of a key that is not there", row)
	}
}

// TestModel: a table does what a Go map does, a row keeps its number while it is
// there, and no version is changed by what comes after it.
func TestModel(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	type version struct {
		table Table[string]
		holds map[string]string
	}
	var versions []version
	var e Edit[string]
	e.Start(Table[string]{})
	model := map[string]string{}
	numbers := map[string]uint32{}
	for round := range 40 {
		for range 300 {
			key := fmt.Sprint("U", random.IntN(2000))
			number, there := numbers[key]
			if random.IntN(100) < []int{80, 20}[round/8%2] {
				model[key] = fmt.Sprint("v", random.Int())
				if n := e.Set(key, model[key]); there && n != number {
					t.Fatalf("%q had number %d and has %d", key, number, n)
				} else {
					numbers[key] = n
				}
			} else {
				if n, ok := e.Delete(key); ok != there || n != number {
					t.Fatalf("Delete(%q) = %d, %t; it had number %d, %t", key, n, ok, number, there)
				}
				delete(model, key)
				delete(numbers, key)
			}
			if row, ok := e.Row(key); row.Value != model[key] || ok != (row.Value != "") {
				t.Fatalf("%q has %q, want %q", key, row.Value, model[key])
			}
		}
		versions = append(versions, version{e.Table(), maps.Clone(model)})
		if round%5 == 4 {
			old := versions[random.IntN(len(versions))] // a branch off an old one
			e.Start(old.table)
			model = maps.Clone(old.holds)
			clear(numbers)
			for key := range model {
				numbers[key], _ = old.table.Number(key)
			}
		}
	}
	for _, v := range versions {
		check(t, v.table, v.holds)
	}
	if rows := e.Table().rows.n; rows > 2000 {
		t.Errorf("%d rows for 2,000 keys", rows)
	}
}

// TestBuild: a built table is the table of what was set one by one, and can be
// changed like it.
func TestBuild(t *testing.T) {
	for _, n := range []int{0, 1, leafLen, leafLen + 1, perTwig + 1, perBranch + 1} {
		at := func(i int) Row[string] { return Row[string]{fmt.Sprint("U", i), fmt.Sprint("v", i)} }
		table, ok := Build(n, at)
		if !ok {
			t.Fatalf("%d rows are not taken", n)
		}
		want := map[string]string{}
		for i := range n {
			want[at(i).Key] = at(i).Value
		}
		check(t, table, want)
		var e Edit[string]
		e.Start(table)
		after := maps.Clone(want)
		for i := range n / 2 {
			e.Set(fmt.Sprint("U", 3*i), "w")
			after[fmt.Sprint("U", 3*i)] = "w"
			e.Delete(fmt.Sprint("U", 2*i+1))
			delete(after, fmt.Sprint("U", 2*i+1))
		}
		check(t, e.Table(), after)
		check(t, table, want)
	}
	if _, ok := Build(100, func(i int) Row[string] { return Row[string]{fmt.Sprint(i % 99), "v"} }); ok {
		t.Error("two rows of one key are taken")
	}
}

// TestMemory: a row takes its two headers and 14 bytes more, and a lookup nothing.
func TestMemory(t *testing.T) {
	const n = 100_000
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("U%010d", i)
	}
	table, _ := Build(n, func(i int) Row[string] { return Row[string]{keys[i], "v"} })
	if size := float64(table.Footprint()) / n; size > 46 {
		t.Errorf("%.1f bytes a row", size)
	}
	found := 0
	if allocs := testing.AllocsPerRun(100, func() {
		if _, ok := table.Row(keys[found]); ok {
			found++
		}
	}); allocs > 0 || found == 0 {
		t.Errorf("%v allocations for %d lookups", allocs, found)
	}
}

// TestConcurrent: readers and any number of edits of one table do not disturb each
// other; the race detector watches.
func TestConcurrent(t *testing.T) {
	want := map[string]string{}
	var e Edit[string]
	e.Start(Table[string]{})
	for i := range 1000 {
		want[fmt.Sprint(i)] = "v"
		e.Set(fmt.Sprint(i), "v")
	}
	table := e.Table()
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			var mine Edit[string]
			mine.Start(table)
			for i := range 500 {
				mine.Set(fmt.Sprint(i*3), fmt.Sprint("w", worker))
				mine.Delete(fmt.Sprint(i * 5))
			}
			mine.Table()
		})
	}
	for i := range 500 {
		e.Delete(fmt.Sprint(i))
	}
	check(t, table, want)
	wg.Wait()
	check(t, table, want)
}
