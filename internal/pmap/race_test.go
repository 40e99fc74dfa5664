package pmap

import (
	"strconv"
	"sync"
	"testing"
)

// TestReadersOfOldVersions has readers count the money in every version of the
// accounts while two writers, who started from the same version, go on moving
// it. A write to a published node would lose or make money, or show as a race.
func TestReadersOfOldVersions(t *testing.T) {
	const accounts, balance, batches, readers = 500, 100, 200, 2
	start := Build(accounts, func(i int) (string, int) { return strconv.Itoa(i), balance })
	count := func(m Map[string, int]) {
		total, read := 0, 0
		for key, v := range m.All() {
			if got, ok := m.Get(key); got != v || !ok {
				t.Errorf("Get(%q) = %d, %t, but All says %d", key, got, ok, v)
				return
			}
			total += v
			read++
		}
		if total != accounts*balance || read != m.Len() {
			t.Errorf("%d in %d accounts of %d, want %d in all", total, read, m.Len(), accounts*balance)
		}
	}

	versions := make(chan Map[string, int])
	var writing, reading sync.WaitGroup
	for writer := range 2 {
		writing.Go(func() {
			e := start.Edit()
			for i := range batches {
				for j := range 20 { // an account is closed, its money goes to another
					from := strconv.Itoa((i*20 + j*7 + writer) % accounts)
					to := strconv.Itoa((i*31 + j) % accounts)
					if v, ok := e.Get(from); ok && from != to {
						e.Delete(from)
						w, _ := e.Get(to)
						e.Set(to, v+w)
					}
				}
				versions <- e.Map()
			}
		})
	}
	for range readers {
		reading.Go(func() {
			var older Map[string, int]
			for m := range versions {
				count(start)
				count(m)
				if older.Len() > 0 {
					count(older)
				}
				for range Diff(older, m, equalInts) {
				}
				older = m
			}
		})
	}
	writing.Wait()
	close(versions)
	reading.Wait()
}
