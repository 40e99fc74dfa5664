package idset

import (
	"encoding/binary"
	"iter"
	"slices"
	"sort"
)

// A Set is an immutable set of numbers. The zero Set is empty.
//
//  1. A Set never changes; With and Without return others that share memory
//     with it.
//  2. All methods may be called concurrently.
type Set struct {
	few  string  // the numbers, while there are at most chunkMax
	many *chunks // or else their chunks
}

// chunkMax bounds how many numbers are read to find one, and copied to change
// one.
const chunkMax = MaxPart

// chunks lie in runs, so that to change one copies a run and the list of runs,
// and not the list of all chunks.
type chunks struct {
	n    int
	runs []run
}

// A run is some chunks that follow one another, at least one.
type run []chunk

// runMax bounds the chunks of a run.
const runMax = 32

// A chunk is some numbers that follow one another. Those of one set ascend and do
// not overlap.
type chunk struct {
	first uint32 // the least number
	n     uint32
	enc   string
}

// Of returns the set of the given numbers, which it sorts in place.
func Of(ids []uint32) Set {
	slices.Sort(ids)
	return OfSorted(slices.Compact(ids))
}

// OfSorted is Of for numbers that ascend.
func OfSorted(ids []uint32) Set {
	if len(ids) <= chunkMax {
		return Set{few: encode(ids)}
	}
	var list []chunk
	n := len(ids)
	// Half full, so that the next changes do not split every chunk.
	for len(ids) > 0 {
		part := ids[:min(chunkMax/2, len(ids))]
		list = append(list, newChunk(part))
		ids = ids[len(part):]
	}
	return ofChunks(n, list)
}

// ofChunks returns the set of n numbers that are in chunks.
func ofChunks(n int, list []chunk) Set {
	many := &chunks{n: n}
	for part := range slices.Chunk(list, runMax*3/4) { // with room, so that the next changes do not split every run
		many.runs = append(many.runs, slices.Clone(part))
	}
	return Set{many: many}
}

func newChunk(ids []uint32) chunk { return chunk{ids[0], uint32(len(ids)), encode(ids)} }

// encode writes ascending numbers as distances; the first is the distance to 0.
func encode(ids []uint32) string {
	if len(ids) == 0 {
		return ""
	}
	var buf [5 * chunkMax]byte
	b, last := buf[:0], uint32(0)
	for _, id := range ids {
		b = binary.AppendUvarint(b, uint64(id-last))
		last = id
	}
	return string(b)
}

// next reads a distance. enc is never cut short: only encode makes it.
func next(enc string, i int) (distance uint32, end int) {
	for shift := 0; ; shift += 7 {
		b := enc[i]
		i++
		distance |= uint32(b&0x7f) << shift
		if b < 0x80 {
			return distance, i
		}
	}
}

func decode(ids []uint32, enc string) []uint32 {
	last := uint32(0)
	for i := 0; i < len(enc); {
		var d uint32
		d, i = next(enc, i)
		last += d
		ids = append(ids, last)
	}
	return ids
}

func has(enc string, id uint32) bool {
	last := uint32(0)
	for i := 0; i < len(enc); {
		var d uint32
		d, i = next(enc, i)
		if last += d; last >= id {
			return last == id
		}
	}
	return false
}

// Len returns how many numbers are in the set.
func (s Set) Len() int {
	if s.many != nil {
		return s.many.n
	}
	return count(s.few)
}

// count returns how many numbers enc has.
func count(enc string) (n int) {
	for i := range len(enc) {
		if enc[i] < 0x80 { // each number ends with such a byte
			n++
		}
	}
	return n
}

// Has reports whether id is in the set.
func (s Set) Has(id uint32) bool {
	if s.many == nil {
		return has(s.few, id)
	}
	i, j := s.many.find(id)
	return j >= 0 && has(s.many.runs[i][j].enc, id)
}

// find returns the place of the chunk that holds id if any does: that of a run, and
// the place in it. If id is below all chunks that is before the first.
func (c *chunks) find(id uint32) (i, j int) {
	i = max(0, sort.Search(len(c.runs), func(i int) bool { return c.runs[i][0].first > id })-1)
	return i, c.runs[i].find(id)
}

func (r run) find(id uint32) int {
	return sort.Search(len(r), func(i int) bool { return r[i].first > id }) - 1
}

// all returns the chunks in order.
func (c *chunks) all() iter.Seq[chunk] {
	return func(yield func(chunk) bool) {
		for _, r := range c.runs {
			for _, c := range r {
				if !yield(c) {
					return
				}
			}
		}
	}
}

// All returns the numbers in ascending order.
func (s Set) All() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		if s.many == nil {
			each(s.few, yield)
			return
		}
		for c := range s.many.all() {
			if !each(c.enc, yield) {
				return
			}
		}
	}
}

func each(enc string, yield func(uint32) bool) bool {
	last := uint32(0)
	for i := 0; i < len(enc); {
		var d uint32
		d, i = next(enc, i)
		last += d
		if !yield(last) {
			return false
		}
	}
	return true
}

// Slice appends the numbers to ids in ascending order.
func (s Set) Slice(ids []uint32) []uint32 {
	if s.many == nil {
		return decode(ids, s.few)
	}
	for c := range s.many.all() {
		ids = decode(ids, c.enc)
	}
	return ids
}

// With returns the set and id.
func (s Set) With(id uint32) Set {
	var buf [chunkMax + 1]uint32
	if s.many == nil {
		ids := decode(buf[:0], s.few)
		i, found := slices.BinarySearch(ids, id)
		if found {
			return s
		}
		return OfSorted(slices.Insert(ids, i, id))
	}
	at, in := s.many.find(id)
	in = max(0, in)
	ids := decode(buf[:0], s.many.runs[at][in].enc)
	i, found := slices.BinarySearch(ids, id)
	if found {
		return s
	}
	ids = slices.Insert(ids, i, id)
	if len(ids) <= chunkMax {
		return s.many.replace(at, in, +1, newChunk(ids))
	}
	half := len(ids) / 2
	return s.many.replace(at, in, +1, newChunk(ids[:half]), newChunk(ids[half:]))
}

// Without returns the set but for id.
func (s Set) Without(id uint32) Set {
	var buf [chunkMax + 1]uint32
	if s.many == nil {
		ids := decode(buf[:0], s.few)
		i, found := slices.BinarySearch(ids, id)
		if !found {
			return s
		}
		return Set{few: encode(slices.Delete(ids, i, i+1))}
	}
	at, in := s.many.find(id)
	if in < 0 {
		return s
	}
	ids := decode(buf[:0], s.many.runs[at][in].enc)
	i, found := slices.BinarySearch(ids, id)
	if !found {
		return s
	}
	ids = slices.Delete(ids, i, i+1)
	if s.many.n-1 <= chunkMax/2 {
		small := s.many.replace(at, in, -1, newChunks(ids)...)
		return Set{few: encode(small.Slice(nil))}
	}
	return s.many.replace(at, in, -1, newChunks(ids)...)
}

func newChunks(ids []uint32) []chunk {
	if len(ids) == 0 {
		return nil
	}
	return []chunk{newChunk(ids)}
}

// replace returns the set with other chunks, two at most, in the place of one.
func (c *chunks) replace(at, in, more int, by ...chunk) Set {
	old := c.runs[at]
	r := make(run, 0, len(old)-1+len(by))
	r = append(r, old[:in]...)
	r = append(r, by...)
	r = append(r, old[in+1:]...)
	runs := make([]run, 0, len(c.runs)+1)
	runs = append(runs, c.runs[:at]...)
	switch half := len(r) / 2; {
	case len(r) > runMax:
		runs = append(runs, slices.Clone(r[:half]), slices.Clone(r[half:]))
	case len(r) > 0:
		runs = append(runs, r)
	}
	runs = append(runs, c.runs[at+1:]...)
	return Set{many: &chunks{c.n + more, runs}}
}
