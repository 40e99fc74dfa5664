package pmap

import "iter"

// A Delta is the difference between two maps in one key.
type Delta[V any] struct {
	Old    V    // value in the old map; zero if HadOld is false
	New    V    // value in the new map; zero if HasNew is false
	HadOld bool // the old map had the key
	HasNew bool // the new map has the key
}

// Diff returns the keys that only one of the maps has, or whose values differ
// according to equal, in no particular order. It passes over the parts that
// the maps share, so between a map and an edited version of it the time follows
// the number of changes. equal may be asked about neighbours of what changed
// that did not.
func Diff[K ~string, V any](old, new Map[K, V], equal func(a, b V) bool) iter.Seq2[K, Delta[V]] {
	return func(yield func(K, Delta[V]) bool) {
		d := differ[K, V]{equal, yield}
		d.nodes(old.root, new.root, 0)
	}
}

type differ[K ~string, V any] struct {
	equal func(a, b V) bool
	yield func(K, Delta[V]) bool
}

// nodes yields the differences between two nodes which the same shift bits of
// the hash lead to, nil for nothing there. Like the methods below it returns
// false once yield has.
func (d *differ[K, V]) nodes(old, new *node[K, V], shift uint) bool {
	if old == new {
		return true
	}
	if old == nil || new == nil || shift >= hashBits {
		return d.entries(side[K, V]{kid: old}, side[K, V]{kid: new})
	}
	for left := old.dataMap | old.nodeMap | new.dataMap | new.nodeMap; left != 0; left &= left - 1 {
		s := left & -left
		a, b := old.at(s), new.at(s)
		if a.kid != nil && b.kid != nil {
			if !d.nodes(a.kid, b.kid, shift+stride) {
				return false
			}
		} else if !d.entries(a, b) {
			return false
		}
	}
	return true
}

// entries yields the differences between two sides by searching each for the
// keys of the other, which is no more work than looking at every entry once as
// long as one of them is small. It always is, or is a collision node.
func (d *differ[K, V]) entries(old, new side[K, V]) bool {
	return old.each(func(key K, was V) bool {
		is, ok := new.get(key)
		if ok && d.equal(was, is) {
			return true
		}
		return d.yield(key, Delta[V]{Old: was, New: is, HadOld: true, HasNew: ok})
	}) && new.each(func(key K, is V) bool {
		if _, ok := old.get(key); ok {
			return true
		}
		return d.yield(key, Delta[V]{New: is, HasNew: true})
	})
}

// A side is what one of the maps has in a slot: an entry, a kid, or neither.
type side[K ~string, V any] struct {
	entry *entry[K, V]
	kid   *node[K, V]
}

// at returns what is in slot s of n.
func (n *node[K, V]) at(s uint32) side[K, V] {
	switch {
	case n.dataMap&s != 0:
		return side[K, V]{entry: &n.entries[index(n.dataMap, s)]}
	case n.nodeMap&s != 0:
		return side[K, V]{kid: n.branch().kids[index(n.nodeMap, s)]}
	}
	return side[K, V]{}
}

// each is node.each for a side.
func (s side[K, V]) each(yield func(K, V) bool) bool {
	if s.entry != nil {
		return yield(s.entry.key, s.entry.value)
	}
	return s.kid.each(yield)
}

// get returns the value of a key by looking at every entry.
func (s side[K, V]) get(key K) (value V, ok bool) {
	s.each(func(k K, v V) bool {
		if k == key {
			value, ok = v, true
		}
		return !ok
	})
	return value, ok
}
