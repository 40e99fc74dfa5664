package idset

import (
	"iter"
	"sort"
)

// Both returns the numbers that are in a and in b, in ascending order. It reads
// the smaller set, and of the larger one the chunks that may hold any of those.
func Both(a, b Set) iter.Seq[uint32] {
	if a.Len() > b.Len() {
		a, b = b, a
	}
	return func(yield func(uint32) bool) {
		c := b.cursor()
		for id := range a.All() {
			if c.has(id) && !yield(id) {
				return
			}
		}
	}
}

// A cursor looks ascending numbers up in a set, in one pass.
type cursor struct {
	enc  string
	at   int    // of what is not read
	last uint32 // what was read last, if anything was
	rest run    // after enc, of the same run
	runs []run  // after those
}

func (s Set) cursor() cursor {
	if s.many == nil {
		return cursor{enc: s.few}
	}
	return cursor{runs: s.many.runs}
}

// has reports whether id is in the set. It is no less than what was asked for
// before.
func (c *cursor) has(id uint32) bool {
	if n := sort.Search(len(c.runs), func(i int) bool { return c.runs[i][0].first > id }); n > 0 {
		c.rest, c.runs = c.runs[n-1], c.runs[n:]
	}
	if n := c.rest.find(id) + 1; n > 0 {
		c.enc, c.at, c.last = c.rest[n-1].enc, 0, 0
		c.rest = c.rest[n:]
	}
	for c.at < len(c.enc) && (c.at == 0 || c.last < id) {
		var d uint32
		d, c.at = next(c.enc, c.at)
		c.last += d
	}
	return c.at > 0 && c.last == id
}
