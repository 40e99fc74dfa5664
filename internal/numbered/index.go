package numbered

import (
	"hash/maphash"
	"iter"
	"math/bits"
	"slices"

	"github.com/slackstate/slackstate/internal/sizes"
)

// An Index is one version of a set of entries, each of which leads from a hash to
// the number of a row. The zero Index is empty and ready to use.
//
//  1. An Index never changes, whatever is done with an IndexEdit made from it.
//  2. All methods may be called concurrently.
//
// It is a hash table with buckets in a persistent array, which grows by a bucket at
// a time (linear hashing). The entries of a bucket ascend, so that those with some
// hash are where it lies among all hashes, or very near. An entry takes about 9
// bytes, however many there are.
type Index struct {
	buckets Vector[[]Entry]
	n       int
}

// An Entry has a hash in its upper half and a number in the lower.
type Entry uint64

// NewEntry returns the entry that leads from a hash to a number.
func NewEntry(hash, number uint32) Entry { return Entry(hash)<<32 | Entry(number) }

func (x Entry) hash() uint32   { return uint32(x >> 32) }
func (x Entry) number() uint32 { return uint32(x) }

// seed differs from process to process because what is hashed is chosen by
// strangers, who could otherwise make many share a hash.
var seed = maphash.MakeSeed()

// Hash returns the hash of a text. It differs from process to process.
func Hash(text string) uint32 { return uint32(maphash.String(seed, text)) }

// perBucket is how many entries there are for each bucket: so many that what leads
// to the buckets is small and stays in the cache, and so few that to change one
// copies little.
const perBucket = 32

// bucket returns which of n buckets has the entries with a hash. The first buckets
// go by one bit more of it than those that are still to be split.
func bucket(hash uint32, n int) int {
	wide := uint32(1)<<bits.Len32(uint32(n-1)) - 1
	if i := int(hash & wide); i < n {
		return i
	}
	return int(hash & (wide >> 1))
}

// Len returns how many entries there are.
func (ix *Index) Len() int { return ix.n }

// Has reports whether there is an entry.
func (ix *Index) Has(x Entry) bool { return slices.Contains(ix.entries(x.hash()), x) }

// entries returns those with a hash.
func (ix *Index) entries(hash uint32) []Entry {
	if ix.n == 0 {
		return nil
	}
	b := ix.from(hash)
	to := 0
	for to < len(b) && b[to].hash() == hash {
		to++
	}
	return b[:to]
}

// from returns the entries of a bucket from those with a hash on. There has to be a
// bucket.
func (ix *Index) from(hash uint32) []Entry {
	b := *ix.buckets.at(bucket(hash, ix.buckets.n))
	return b[place(b, NewEntry(hash, 0)):]
}

// place returns where an entry is in a bucket, or would be.
func place(b []Entry, x Entry) int {
	i := int(uint64(x.hash()) * uint64(len(b)) >> 32)
	for i > 0 && b[i-1] >= x {
		i--
	}
	for i < len(b) && b[i] < x {
		i++
	}
	return i
}

// Number returns one of the numbers that a hash leads to, and how many there are.
func (ix *Index) Number(hash uint32) (number uint32, of int) {
	found := ix.entries(hash)
	if len(found) > 0 {
		number = found[0].number()
	}
	return number, len(found)
}

// Find returns the number that a hash leads to and is accepts, and whether there is
// one.
func (ix *Index) Find(hash uint32, is func(number uint32) bool) (number uint32, ok bool) {
	for _, x := range ix.entries(hash) {
		if is(x.number()) {
			return x.number(), true
		}
	}
	return 0, false
}

// Unique reports whether no two numbers have one text; of returns that of a number,
// and the index has to lead from the hash of each.
func (ix *Index) Unique(of func(number uint32) string) bool {
	for i := range ix.buckets.n {
		b := *ix.buckets.at(i)
		for j, x := range b {
			for _, y := range b[j+1:] {
				if x.hash() != y.hash() {
					break // they ascend
				}
				if of(x.number()) == of(y.number()) {
					return false
				}
			}
		}
	}
	return true
}

// AppendNumbers appends the numbers that a hash leads to, in no particular order.
func (ix *Index) AppendNumbers(numbers []uint32, hash uint32) []uint32 {
	for _, x := range ix.entries(hash) {
		numbers = append(numbers, x.number())
	}
	return numbers
}

// All returns the entries in no particular order.
func (ix *Index) All() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for i := range ix.buckets.n {
			for _, x := range *ix.buckets.at(i) {
				if !yield(x) {
					return
				}
			}
		}
	}
}

// BuildIndex returns the index of the given entries, which it reorders, and one of
// which may come twice. It takes a fraction of the time of an IndexEdit.
func BuildIndex(entries []Entry) (ix Index) {
	if len(entries) == 0 {
		return Index{}
	}
	ends := intoBuckets(entries, (len(entries)+perBucket-1)/perBucket)
	start := int32(0)
	ix.buckets = BuildVector(len(ends), func(i int) []Entry {
		b := entries[start:ends[i]]
		start = ends[i]
		slices.Sort(b)
		b = slices.Compact(b)
		ix.n += len(b)
		return append(make([]Entry, 0, len(b)), b...)
	})
	return ix
}

// intoBuckets sorts entries by which of n buckets they belong in, in place, and
// returns where those of each end.
func intoBuckets(entries []Entry, n int) (ends []int32) {
	ends = make([]int32, n)
	next := make([]int32, n) // the first place in each bucket that is not taken yet
	for _, x := range entries {
		ends[bucket(x.hash(), n)]++
	}
	end := int32(0)
	for b, count := range ends {
		next[b] = end
		end += count
		ends[b] = end
	}
	for b, end := range ends {
		for next[b] < end {
			x := entries[next[b]]
			for to := bucket(x.hash(), n); to != b; to = bucket(x.hash(), n) {
				entries[next[to]], x = x, entries[next[to]]
				next[to]++
			}
			entries[next[b]] = x
			next[b]++
		}
	}
	return ends
}

// Footprint returns how many bytes the index takes.
func (ix *Index) Footprint() int64 {
	sum := ix.buckets.Footprint()
	for i := range ix.buckets.n {
		sum += int64(sizes.Rounded(8 * cap(*ix.buckets.at(i))))
	}
	return sum
}

// An IndexEdit is a batch of changes that starts from one Index and makes others.
// The zero IndexEdit starts from the empty one.
//
//  1. Nothing done to an IndexEdit changes an Index, neither the one it started
//     from nor any it made.
//  2. Within a batch a node of the array is copied once and then changed in place,
//     until Index publishes it.
//
// An IndexEdit is for one goroutine at a time and must not be copied. Any number of
// them may start from one Index, at the same time.
type IndexEdit struct {
	buckets VectorEdit[[]Entry]
	n       int
}

// Start makes e a new IndexEdit that starts from ix, whatever it was before.
func (e *IndexEdit) Start(ix Index) {
	e.buckets.Start(ix.buckets)
	e.n = ix.n
}

// Index publishes what the edit holds now. The edit can go on from there.
func (e *IndexEdit) Index() Index { return Index{e.buckets.Publish(), e.n} }

// Peek is Index for a caller that is done with it before the next change.
func (e *IndexEdit) Peek() Index { return Index{e.buckets.Vector, e.n} }

// Add puts an entry in, and reports whether that is a change.
func (e *IndexEdit) Add(x Entry) bool {
	if e.buckets.n == 0 {
		e.buckets.Set(0, nil)
	}
	at := bucket(x.hash(), e.buckets.n)
	b := *e.buckets.at(at)
	i := place(b, x)
	if i < len(b) && b[i] == x {
		return false
	}
	e.buckets.Set(at, append(append(append(make([]Entry, 0, len(b)+1), b[:i]...), x), b[i:]...))
	if e.n++; e.n > perBucket*e.buckets.n {
		e.split()
	}
	return true
}

// split makes one bucket more, out of the entries of another that belong there.
func (e *IndexEdit) split() {
	to := e.buckets.n
	from := bucket(uint32(to), to)
	all := *e.buckets.at(from)
	part := func(of int) (p []Entry) {
		for _, x := range all {
			if bucket(x.hash(), to+1) == of {
				p = append(p, x)
			}
		}
		return slices.Clone(p) // without the room to grow
	}
	e.buckets.Set(from, part(from))
	e.buckets.Set(to, part(to))
}

// Remove takes an entry out, and reports whether that is a change.
func (e *IndexEdit) Remove(x Entry) bool {
	if e.n == 0 {
		return false
	}
	at := bucket(x.hash(), e.buckets.n)
	b := *e.buckets.at(at)
	i := place(b, x)
	if i == len(b) || b[i] != x {
		return false
	}
	e.buckets.Set(at, append(append(make([]Entry, 0, len(b)-1), b[:i]...), b[i+1:]...))
	e.n--
	return true
}
