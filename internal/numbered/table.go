package numbered

import "iter"

// A Table is one version of a table from keys to values, in which no value is "".
// The zero Table is empty and ready to use.
//
//  1. A Table never changes, whatever is done with an Edit made from it.
//  2. All methods may be called concurrently.
//  3. Rows have the numbers from 0 on, without gaps but for those that deleted
//     rows have left, which new rows take first.
type Table[V ~string] struct {
	rows Vector[Row[V]]
	keys Index          // leads from the hash of a key to the row's number
	free Vector[uint32] // numbers without a row; the last is taken first
}

// A Row is a key and its value. Where there is none both are "".
type Row[V ~string] struct {
	Key   string
	Value V
}

// Len returns the number of rows.
func (t *Table[V]) Len() int { return t.keys.Len() }

// At returns the row of a number.
func (t *Table[V]) At(number uint32) Row[V] { return *t.rows.at(int(number)) }

// Number returns the number of a key's row, and whether there is one.
func (t *Table[V]) Number(key string) (number uint32, ok bool) {
	row, number := t.find(key)
	return number, row != nil
}

// Row returns the row of a key, and whether there is one. Its Key is that of the
// table, whose memory need not be copied by a caller that stores it too.
func (t *Table[V]) Row(key string) (row Row[V], ok bool) {
	if at, _ := t.find(key); at != nil {
		return *at, true
	}
	return row, false
}

// find returns where the row of a key is, nil if there is none, and its number.
func (t *Table[V]) find(key string) (at *Row[V], number uint32) {
	if t.keys.n == 0 {
		return nil, 0
	}
	hash := Hash(key)
	for _, x := range t.keys.from(hash) {
		if x.hash() != hash {
			break
		}
		if at = t.rows.at(int(x.number())); at.Key == key {
			return at, x.number()
		}
	}
	return nil, 0
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
	t.rows = BuildVector(n, at)
	entries := make([]Entry, n)
	for i := range entries {
		entries[i] = NewEntry(Hash(t.rows.at(i).Key), uint32(i))
	}
	t.keys = BuildIndex(entries)
	if !t.keys.Unique(func(n uint32) string { return t.rows.at(int(n)).Key }) {
		return Table[V]{}, false
	}
	return t, true
}

// Footprint returns how many bytes the table takes, with the headers of keys and
// values but without what they point to.
func (t *Table[V]) Footprint() int64 {
	return t.rows.Footprint() + t.keys.Footprint() + t.free.Footprint()
}

// An Edit is a batch of changes that starts from one Table and makes others. The
// zero Edit is of no use until Start. What holds for [IndexEdit] holds for it too.
type Edit[V ~string] struct {
	rows VectorEdit[Row[V]]
	keys IndexEdit
	free VectorEdit[uint32]
}

// Start makes e a new Edit that starts from t, whatever it was before.
func (e *Edit[V]) Start(t Table[V]) {
	e.rows.Start(t.rows)
	e.keys.Start(t.keys)
	e.free.Start(t.free)
}

// Table publishes what the edit holds now. The Edit can go on from there.
func (e *Edit[V]) Table() Table[V] {
	return Table[V]{e.rows.Publish(), e.keys.Index(), e.free.Publish()}
}

// Peek is Table for a caller that is done with it before the next change.
func (e *Edit[V]) Peek() Table[V] { return Table[V]{e.rows.Vector, e.keys.Peek(), e.free.Vector} }

// Row is [Table.Row] for what the edit holds now.
func (e *Edit[V]) Row(key string) (Row[V], bool) {
	t := e.Peek()
	return t.Row(key)
}

// Set gives a key a value other than "", and returns the row's number. Where an
// equal key is there already, it too is replaced: keys are often cut out of their
// value's memory, and the old key would keep the memory of the old value alive.
func (e *Edit[V]) Set(key string, value V) (number uint32) {
	t := e.Peek()
	number, ok := t.Number(key)
	if !ok {
		number = e.vacant()
		e.keys.Add(NewEntry(Hash(key), number))
	}
	e.rows.Set(int(number), Row[V]{key, value})
	return number
}

// vacant returns a number for a new row.
func (e *Edit[V]) vacant() uint32 {
	if last := e.free.n - 1; last >= 0 {
		n := *e.free.at(last)
		e.free.n = last
		return n
	}
	return uint32(e.rows.n)
}

// Delete removes the row of a key. It returns the number it had, and whether it was
// there.
func (e *Edit[V]) Delete(key string) (number uint32, ok bool) {
	t := e.Peek()
	if number, ok = t.Number(key); ok {
		e.keys.Remove(NewEntry(Hash(key), number))
		e.free.Set(e.free.n, number)
		e.rows.Set(int(number), Row[V]{})
	}
	return number, ok
}
