package persist_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/slackstate/slackstate/persist"
)

// A power failure may let through any number of the pages that a commit writes, in
// the order in which bbolt writes them: the one that says which commit counts is
// the last. As long as that is missing the file is as it was before, and then it is
// as it is after.
func TestTornCommits(t *testing.T) {
	w := newWorld(5)
	db, path := create(t, persist.Options{Retention: persist.Retention{MaxEvents: 12}})
	pageSize := db.PageSize()
	torn := filepath.Join(t.TempDir(), "torn.db")
	prefixes := 0
	for i := range 24 {
		before, was := []byte(read(t, path)), w.fork()
		switch i % 4 {
		case 0, 1:
			appendRows(t, db, w, w.events(1+w.rng.IntN(8))...)
		case 2:
			if _, err := db.Checkpoint(1 + w.rng.IntN(10)); err != nil {
				t.Fatal(err)
			}
		case 3:
			page := w.events(2)
			page[0].Bulk = i > 12
			appendRows(t, db, w, page...)
		}
		after := []byte(read(t, path))
		write(t, torn, string(before))
		if err := os.Truncate(torn, int64(len(after))); err != nil { // it grows before anything is written
			t.Fatal(err)
		}
		f, err := os.OpenFile(torn, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		pages := changedPages(before, after, pageSize)
		for n, page := range pages {
			holds(t, torn, was)
			prefixes++
			at := page * pageSize
			if _, err := f.WriteAt(after[at:at+pageSize], int64(at)); err != nil {
				t.Fatal(err)
			}
			if isMeta := page < 2; isMeta != (n == len(pages)-1) {
				t.Fatalf("commit %d writes pages %v, and one of the first two last", i, pages)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		holds(t, torn, w)
	}
	if prefixes < 100 {
		t.Errorf("%d prefixes prove little", prefixes)
	}
}

// changedPages returns the numbers of the pages that a commit wrote, in order.
func changedPages(before, after []byte, pageSize int) (pages []int) {
	var meta []int
	for page := range len(after) / pageSize {
		from, to := page*pageSize, (page+1)*pageSize
		switch {
		case to <= len(before) && string(before[from:to]) == string(after[from:to]):
		case page < 2:
			meta = append(meta, page)
		default:
			pages = append(pages, page)
		}
	}
	return append(pages, meta...)
}
