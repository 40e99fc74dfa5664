package pmap

import "iter"

// A Map is one version of a map from K to V. The zero Map is empty and ready
// to use.
//
//  1. A Map never changes. Whatever is done with it or with an Edit made from
//     it, it holds the keys and values it held when it was made.
//  2. All methods may be called concurrently.
//  3. A copy of a Map is the same version, and equal to it by ==. Maps made
//     apart may differ by == and hold the same; Diff compares content.
//
// Values are stored as given: if one has a pointer, the caller must leave alone
// what it points to.
type Map[K ~string, V any] struct {
	root *node[K, V] // nil when empty
	size int
}

// Len returns the number of keys.
func (m Map[K, V]) Len() int { return m.size }

// Get returns the value of a key, and whether the key is in the map.
func (m Map[K, V]) Get(key K) (value V, ok bool) {
	if m.root == nil {
		return value, false // without a hash: many maps of a workspace are empty
	}
	return m.root.get(hash(string(key)), key)
}

// Entry is Get for a caller that will store the key too: it returns the key as
// the map has it, whose memory need not be copied again.
func (m Map[K, V]) Entry(key K) (stored K, value V, ok bool) {
	if m.root == nil {
		return stored, value, false
	}
	if x := m.root.entry(hash(string(key)), key); x != nil {
		return x.key, x.value, true
	}
	return stored, value, false
}

// All returns the keys and values in no particular order.
func (m Map[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { m.root.each(yield) }
}

// Set returns a map that differs from m in the value of one key. To change
// several keys, an Edit is cheaper.
func (m Map[K, V]) Set(key K, value V) Map[K, V] {
	var e Edit[K, V]
	e.Start(m)
	e.Set(key, value)
	return e.Map()
}

// Delete returns a map without the key: m itself if the key is not there.
func (m Map[K, V]) Delete(key K) Map[K, V] {
	var e Edit[K, V]
	e.Start(m)
	e.Delete(key)
	return e.Map()
}

// Edit returns an Edit that starts from m and leaves m as it is.
func (m Map[K, V]) Edit() *Edit[K, V] {
	e := new(Edit[K, V])
	e.Start(m)
	return e
}
