package numbered

import (
	"hash/maphash"
	"iter"

	"github.com/slackstate/slackstate/internal/numset"
)

// A Table is one version of a table from keys to values, in which no value is "".
// The zero Table is empty and ready to use.
//
//  1. A Table never changes, whatever is done with an Edit made from it.
//  2. All methods may be called concurrently.
//  3. Rows have the numbers from 0 on, without gaps but for those that deleted
//     rows have left, which new rows take first.
type Table[V ~string] struct {
	rows vector[Row[V]]
	keys numset.Set // the hash of each key, and below it the row's number
	free numset.Set // numbers without a row
}

// A Row is a key and its value. Where there is none both are "".
type Row[V ~string] struct {
	Key   string
	Value V
}

// seed differs from process to process because keys are chosen by strangers, who
// could otherwise make many share a hash.
var seed = maphash.MakeSeed()

// Hash returns the hash of a text under which an index may keep the numbers of
// rows. It differs from process to process.
func Hash(text string) uint32 { return uint32(maphash.String(seed, text) >> 32) }

// Item returns the element of a set that leads from a hash to a row.
func Item(hash, number uint32) uint64 { return uint64(hash)<<32 | uint64(number) }

// Len returns the number of rows.
func (t *Table[V]) Len() int { return t.keys.Len() }

// At returns the row of a number.
func (t *Table[V]) At(number uint32) Row[V] { return *t.rows.at(int(number)) }

// Number returns the number of a key's row, and whether there is one.
func (t *Table[V]) Number(key string) (number uint32, ok bool) {
	var room [4]uint32
	for _, n := range t.keys.AppendLower(room[:0], Hash(key)) {
		if t.rows.at(int(n)).Key == key {
			return n, true
		}
	}
	return 0, false
}

// Row returns the row of a key. Its Key is that of the table, whose memory need not
// be copied by a caller that stores it too.
func (t *Table[V]) Row(key string) (row Row[V], ok bool) {
	if n, ok := t.Number(key); ok {
		return t.At(n), true
	}
	return row, false
}

// All returns the keys and values in the order of their numbers.
func (t *Table[V]) All() iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for i := range t.rows.n {
			if row := t.rows.at(i); row.Value != "" && !yield(row.Key, row.Value) {
				return
			}
		}
	}
}

// Build returns the table of n rows, which at returns by number; ok is false if two
// have one key. It takes a fraction of the time of an Edit.
func Build[V ~string](n int, at func(i int) Row[V]) (t Table[V], ok bool) {
	t.rows = build(n, at)
	items := make([]uint64, n)
	for i := range items {
		items[i] = Item(Hash(at(i).Key), uint32(i))
	}
	numset.Sort(items)
	for i, x := range items {
		// Keys that share a hash are next to each other.
		for j := i - 1; j >= 0 && items[j]>>32 == x>>32; j-- {
			if at(int(uint32(items[j]))).Key == at(int(uint32(x))).Key {
				return Table[V]{}, false
			}
		}
	}
	t.keys = numset.Build(items)
	return t, true
}

// Footprint returns how many bytes the table takes, with the headers of keys and
// values but without what they point to.
func (t *Table[V]) Footprint() int64 {
	return t.rows.footprint() + t.keys.Footprint() + t.free.Footprint()
}

// An Edit is a batch of changes that starts from one Table and makes others. The
// zero Edit is of no use until Start. What holds for [numset.Edit] holds for it
// too.
type Edit[V ~string] struct {
	rows vectorEdit[Row[V]]
	keys numset.Edit
	free numset.Edit
}

// Start makes e a new Edit that starts from t, whatever it was before.
func (e *Edit[V]) Start(t Table[V]) {
	e.rows.start(t.rows)
	e.keys.Start(t.keys)
	e.free.Start(t.free)
}

// Table publishes what the edit holds now. The Edit can go on from there.
func (e *Edit[V]) Table() Table[V] {
	return Table[V]{e.rows.publish(), e.keys.Set(), e.free.Set()}
}

// Peek is Table for a caller that is done with it before the next change.
func (e *Edit[V]) Peek() Table[V] { return Table[V]{e.rows.vector, e.keys.Peek(), e.free.Peek()} }

// Row is [Table.Row] for what the edit holds now.
func (e *Edit[V]) Row(key string) (Row[V], bool) {
	t := e.Peek()
	return t.Row(key)
}

// At is [Table.At] for what the edit holds now.
func (e *Edit[V]) At(number uint32) Row[V] { return *e.rows.at(int(number)) }

// Set gives a key a value other than "", and returns the row's number. Where an
// equal key is there already, it too is replaced: keys are often cut out of their
// value's memory, and the old key would keep the memory of the old value alive.
func (e *Edit[V]) Set(key string, value V) (number uint32) {
	t := e.Peek()
	number, ok := t.Number(key)
	if !ok {
		number = e.vacant()
		e.keys.Add(Item(Hash(key), number))
	}
	e.rows.set(int(number), Row[V]{key, value})
	return number
}

// vacant returns a number for a new row.
func (e *Edit[V]) vacant() uint32 {
	for n := range e.free.Peek().All() {
		e.free.Remove(n)
		return uint32(n)
	}
	return uint32(e.rows.n)
}

// Delete removes the row of a key. It returns the number it had, and whether it was
// there.
func (e *Edit[V]) Delete(key string) (number uint32, ok bool) {
	t := e.Peek()
	if number, ok = t.Number(key); ok {
		e.keys.Remove(Item(Hash(key), number))
		e.free.Add(uint64(number))
		e.rows.set(int(number), Row[V]{})
	}
	return number, ok
}
