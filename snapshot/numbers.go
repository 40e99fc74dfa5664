package snapshot

import (
	"iter"
	"slices"
)

// IDs numbers ids from 0 on in the order in which they came. Lists that continue
// one another share memory.
type IDs struct {
	pages []*idPage // the id of number n is at page n/idPageSize
	n     int
}

// ids are kept in pages, so that a new one copies a page and the list of them.
const idPageSize = 256

type idPage [idPageSize]string

// Len returns how many ids there are: their numbers are below it.
func (l *IDs) Len() int { return l.n }

// ID returns the id that has a number below Len.
func (l *IDs) ID(num uint32) string { return l.pages[num/idPageSize][num%idPageSize] }

// Add gives an id the next number. Of two copies of a list only one may grow.
func (l *IDs) Add(id string) { l.add(id, 0) }

// From returns the ids from a number on, in order.
func (l *IDs) From(num int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for ; num < l.n; num++ {
			if !yield(l.ID(uint32(num))) {
				return
			}
		}
	}
}

// Continues reports whether every id in o has the same number in l.
func (l *IDs) Continues(o *IDs) bool {
	if l.n < o.n {
		return false
	}
	for i, page := range o.pages {
		if n := min(o.n-i*idPageSize, idPageSize); l.pages[i] != page && !slices.Equal(l.pages[i][:n], page[:n]) {
			return false
		}
	}
	return true
}

// add numbers one more id. Pages from own on may be written to; add returns from
// where on they may be then.
func (l *IDs) add(id string, own int) int {
	page, at := l.n/idPageSize, l.n%idPageSize
	switch {
	case at == 0:
		l.pages = append(l.pages[:page:page], new(idPage)) // another list, for l's is shared
	case page < own:
		copied := *l.pages[page] // only the last page has room
		l.pages = append(l.pages[:page:page], &copied)
	}
	l.pages[page][at] = id
	l.n++
	return min(own, page)
}
