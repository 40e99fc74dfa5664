package pmap

import (
	"cmp"
	"math/bits"
	"slices"
)

// Build returns a map of n pairs, which at returns by number from 0 on. Where a
// key comes more than once its last value wins. Build takes a fraction of the time
// of an Edit, and while it runs needs 16 bytes a pair besides the map. It uses all
// processors if there is enough to do, so at has to stand concurrent calls. A pair
// may be asked for several times.
func Build[K ~string, V any](n int, at func(i int) (K, V)) Map[K, V] {
	b := builder[K, V]{at: at}
	items := make([]item, n)
	eachBlock(n, func(start, end int) {
		for i := start; i < end; i++ {
			key, _ := at(i)
			items[i] = item{hash(string(key)), i}
		}
	})
	return b.build(items)
}

// A builder makes a trie of entries.
type builder[K ~string, V any] struct {
	at   func(int) (K, V)
	size int // different keys placed so far
}

func (b *builder[K, V]) entry(it item) entry[K, V] {
	key, value := b.at(it.at)
	return entry[K, V]{key, value}
}

// An item stands for an entry on its way into the trie. It has no pointers, so
// that sorting items is no work for the garbage collector.
type item struct {
	hash uint64
	at   int // what builder.at takes
}

// build returns a map of the items, one for each entry. It reorders them.
func (b *builder[K, V]) build(items []item) Map[K, V] {
	if len(items) == 0 {
		return Map[K, V]{}
	}
	var root *node[K, V]
	if len(items) <= blockSize {
		root = b.node(items, 0)
	} else {
		root = b.root(items)
	}
	return Map[K, V]{root, b.size}
}

// node returns the node which shift bits of the hash lead to, given the items
// that agree in them, at least one.
func (b *builder[K, V]) node(items []item, shift uint) *node[K, V] {
	if shift >= hashBits {
		return b.collision(items)
	}
	var seen, shared uint32 // slots of one item or more, and of several
	for _, it := range items {
		s := slot(it.hash, shift)
		shared |= seen & s
		seen |= s
	}
	if shared == 0 {
		l := newLeaf[K, V](seen, len(items))
		for _, it := range items {
			l.entries[index(seen, slot(it.hash, shift))] = b.entry(it)
		}
		b.size += len(items)
		return l
	}

	ends := sortBySlot(items, shift)
	start := 0
	for i, end := range ends {
		if shared>>i&1 == 1 && b.oneKey(items[start:end]) {
			shared &^= 1 << i
		}
		start = end
	}
	single := seen &^ shared
	entries := make([]entry[K, V], 0, bits.OnesCount32(single))
	kids := make([]*node[K, V], 0, bits.OnesCount32(shared))
	start = 0
	for i, end := range ends {
		switch {
		case single>>i&1 == 1:
			entries = append(entries, b.last(items[start:end]))
		case shared>>i&1 == 1:
			kids = append(kids, b.node(items[start:end], shift+stride))
		}
		start = end
	}
	b.size += len(entries)
	if shared == 0 {
		return &node[K, V]{dataMap: single, entries: entries}
	}
	return newBranch(0, single, shared, entries, kids)
}

// sortBySlot sorts items by their slots, in no order within one, and returns where
// each slot ends.
func sortBySlot(items []item, shift uint) (ends [slots]int) {
	for _, it := range items {
		ends[slotNumber(it.hash, shift)]++
	}
	var next [slots]int // where the next item of each slot goes
	end := 0
	for s, n := range ends {
		next[s] = end
		end += n
		ends[s] = end
	}
	for s, end := range ends {
		for next[s] < end {
			it := items[next[s]]
			for to := slotNumber(it.hash, shift); to != s; to = slotNumber(it.hash, shift) {
				items[next[to]], it = it, items[next[to]]
				next[to]++
			}
			items[next[s]] = it
			next[s]++
		}
	}
	return ends
}

// oneKey reports whether all items, at least one, have the same key.
func (b *builder[K, V]) oneKey(items []item) bool {
	first, _ := b.at(items[0].at)
	for _, it := range items[1:] {
		if key, _ := b.at(it.at); it.hash != items[0].hash || key != first {
			return false
		}
	}
	return true
}

// last returns the last entry of items that have one key.
func (b *builder[K, V]) last(items []item) entry[K, V] {
	return b.entry(slices.MaxFunc(items, func(x, y item) int { return cmp.Compare(x.at, y.at) }))
}

// collision returns the collision node of items with equal hashes. They have
// two keys or more, or they would not have come this far.
func (b *builder[K, V]) collision(items []item) *node[K, V] {
	var n node[K, V]
	for len(items) > 0 {
		key := b.entry(items[0]).key
		var same, others []item
		for _, it := range items {
			if b.entry(it).key == key {
				same = append(same, it)
			} else {
				others = append(others, it)
			}
		}
		n.entries = append(n.entries, b.last(same))
		items = others
	}
	b.size += len(n.entries)
	l := newLeaf[K, V](0, len(n.entries))
	copy(l.entries, n.entries)
	return l
}
