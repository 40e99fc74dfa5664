package pmap

import (
	"iter"
	"math/bits"
)

// Build returns a map of everything in seq. Where a key comes more than once
// its last value wins. n is how many pairs to expect: a wrong guess only costs
// time. Build takes a fraction of the time of an Edit, and while it runs needs
// room for all keys and values a second time and 32 bytes a pair besides.
func Build[K ~string, V any](n int, seq iter.Seq2[K, V]) Map[K, V] {
	return BuildJoined(n, seq, nil)
}

// BuildJoined is Build for keys that come more than once and then have one value
// made of all of theirs, which join is given in the order of seq and must not
// keep; nil takes the last.
func BuildJoined[K ~string, V any](n int, seq iter.Seq2[K, V], join func(values []V) V) Map[K, V] {
	n = max(n, 0)
	b := builder[K, V]{entries: make([]entry[K, V], 0, n), join: join}
	items := make([]item, 0, n)
	for key, value := range seq {
		items = append(items, item{hash(string(key)), len(b.entries)})
		b.entries = append(b.entries, entry[K, V]{key, value})
	}
	return b.build(items)
}

// A builder makes a trie of the entries.
type builder[K ~string, V any] struct {
	entries []entry[K, V]
	join    func([]V) V // makes one value of several of a key; nil takes the last
	size    int         // different keys placed so far
	values  []V         // room for what join is given
}

// An item stands for an entry on its way into the trie. It has no pointers, so
// that sorting items is no work for the garbage collector.
type item struct {
	hash uint64
	at   int // index in builder.entries
}

// build returns a map of the items, one for each entry. It reorders them.
func (b *builder[K, V]) build(items []item) Map[K, V] {
	if len(items) == 0 {
		return Map[K, V]{}
	}
	root := b.node(items, make([]item, len(items)), 0)
	return Map[K, V]{root, b.size}
}

// node returns the node which shift bits of the hash lead to, given the items
// that agree in them, at least one. It moves them into scratch, which is as
// long, sorted by slot; the part of each slot there then holds the items of
// its kid, and the same part of items serves the kid as scratch.
func (b *builder[K, V]) node(items, scratch []item, shift uint) *node[K, V] {
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
			l.entries[index(seen, slot(it.hash, shift))] = b.entries[it.at]
		}
		b.size += len(items)
		return l
	}

	ends := sortBySlot(scratch, items, shift)
	start := 0
	for i, end := range ends {
		if shared>>i&1 == 1 && b.oneKey(scratch[start:end]) {
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
			entries = append(entries, b.joined(scratch[start:end]))
		case shared>>i&1 == 1:
			kids = append(kids, b.node(scratch[start:end], items[start:end], shift+stride))
		}
		start = end
	}
	b.size += len(entries)
	if shared == 0 {
		return &node[K, V]{dataMap: single, entries: entries}
	}
	return newBranch(0, single, shared, entries, kids)
}

// sortBySlot copies src to dst in the order of the slots, keeping the order
// within each slot, and returns where in dst each slot ends.
func sortBySlot(dst, src []item, shift uint) (ends [slots]int) {
	for _, it := range src {
		ends[slotNumber(it.hash, shift)]++
	}
	start := 0
	for i, n := range ends {
		ends[i] = start
		start += n
	}
	for _, it := range src {
		end := &ends[slotNumber(it.hash, shift)]
		dst[*end] = it
		*end++
	}
	return ends
}

// oneKey reports whether all items, at least one, have the same key.
func (b *builder[K, V]) oneKey(items []item) bool {
	first := items[0]
	for _, it := range items[1:] {
		if it.hash != first.hash || b.entries[it.at].key != b.entries[first.at].key {
			return false
		}
	}
	return true
}

// joined returns the entry of items that have one key.
func (b *builder[K, V]) joined(items []item) entry[K, V] {
	x := b.entries[items[len(items)-1].at]
	if len(items) > 1 && b.join != nil {
		b.values = b.values[:0]
		for _, it := range items {
			b.values = append(b.values, b.entries[it.at].value)
		}
		x.value = b.join(b.values)
	}
	return x
}

// collision returns the collision node of items with equal hashes. They have
// two keys or more, or they would not have come this far.
func (b *builder[K, V]) collision(items []item) *node[K, V] {
	var n node[K, V]
	for len(items) > 0 {
		key := b.entries[items[0].at].key
		var same, others []item
		for _, it := range items {
			if b.entries[it.at].key == key {
				same = append(same, it)
			} else {
				others = append(others, it)
			}
		}
		n.entries = append(n.entries, b.joined(same))
		items = others
	}
	b.size += len(n.entries)
	l := newLeaf[K, V](0, len(n.entries))
	copy(l.entries, n.entries)
	return l
}
