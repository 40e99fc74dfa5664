package pmap

// An Edit is a batch of changes that starts from one Map and makes others.
// [Map.Edit] returns one; the zero Edit is of no use until Start.
//
//  1. Nothing done to an Edit changes a Map, neither the one it started from
//     nor any it made.
//  2. Within a batch a branch of the trie is copied once and then changed in
//     place, until Map publishes it.
//  3. Deleting a key that is not there allocates nothing, and without a change
//     Map returns the very map the Edit started from.
//
// An Edit is for one goroutine at a time and must not be copied. Any number of
// edits may start from one Map, at the same time.
type Edit[K ~string, V any] struct {
	root *node[K, V] // nil when empty
	size int

	// id is the owner of the branches that only this edit can reach: those it
	// made since it last published. It is higher than any owner in the trie it
	// started from, and goes up with every publication. Another edit may have
	// the same id, but its branches can only come into this trie by way of a
	// map that this edit started from, and so with a lower one. Numbers rather
	// than pointers, so that a published map holds on to no edit.
	id uint64

	hash func(string) uint64 // of stored keys, when they have to move down
}

// Start makes e a new Edit that starts from m, whatever it was before.
func (e *Edit[K, V]) Start(m Map[K, V]) {
	*e = Edit[K, V]{root: m.root, size: m.size, id: m.root.owner() + 1, hash: hash}
}

// Len returns the number of keys.
func (e *Edit[K, V]) Len() int { return e.size }

// Get returns the value of a key, and whether the key is there.
func (e *Edit[K, V]) Get(key K) (V, bool) { return e.root.get(hash(string(key)), key) }

// Entry is [Map.Entry] for what the edit holds now.
func (e *Edit[K, V]) Entry(key K) (stored K, value V, ok bool) {
	return Map[K, V]{e.root, e.size}.Entry(key)
}

// Set gives a key a value. Where an equal key is there already, it too is
// replaced: keys are often cut out of their value's memory, and the old key
// would keep the memory of the old value alive.
func (e *Edit[K, V]) Set(key K, value V) { e.put(hash(string(key)), entry[K, V]{key, value}) }

// Delete removes a key, and reports whether it was there.
func (e *Edit[K, V]) Delete(key K) bool { return e.drop(hash(string(key)), key) }

// Map publishes what the edit holds now. The Edit can go on from there: the
// changes that follow copy again.
func (e *Edit[K, V]) Map() Map[K, V] {
	e.id++ // disowns every branch made so far
	return Map[K, V]{e.root, e.size}
}

// put is Set for an entry whose key has hash h.
func (e *Edit[K, V]) put(h uint64, x entry[K, V]) {
	if e.root == nil {
		e.root = newLeaf[K, V](slot(h, 0), 1)
		e.root.entries[0] = x
		e.size++
		return
	}
	e.root = e.set(e.root, 0, h, x)
}

// set returns n, which shift bits of the hash lead to, with x in it.
func (e *Edit[K, V]) set(n *node[K, V], shift uint, h uint64, x entry[K, V]) *node[K, V] {
	if shift >= hashBits {
		if i := n.find(x.key); i >= 0 {
			return e.replace(n, i, x)
		}
		e.size++
		return e.insert(n, 0, len(n.entries), x)
	}
	s := slot(h, shift)
	i := index(n.dataMap, s)
	switch {
	case n.nodeMap&s != 0:
		b := e.own(n)
		kid := &b.kids[index(b.nodeMap, s)]
		*kid = e.set(*kid, shift+stride, h, x)
		return &b.node
	case n.dataMap&s == 0:
		e.size++
		return e.insert(n, s, i, x)
	case n.entries[i].key == x.key:
		return e.replace(n, i, x)
	default:
		// Two keys want the slot, so it gets a kid that holds both.
		e.size++
		old := n.entries[i]
		kid := e.pair(shift+stride, e.hash(string(old.key)), old, h, x)
		kids := inserted(n.kids(), index(n.nodeMap, s), kid)
		return newBranch(e.id, n.dataMap&^s, n.nodeMap|s, removed(n.entries, i), kids)
	}
}

// pair returns a node, which shift bits of the hash lead to, with two entries
// that agree in those bits.
func (e *Edit[K, V]) pair(shift uint, hx uint64, x entry[K, V], hy uint64, y entry[K, V]) *node[K, V] {
	var dataMap uint32
	if shift < hashBits {
		sx, sy := slot(hx, shift), slot(hy, shift)
		if sx == sy {
			kid := e.pair(shift+stride, hx, x, hy, y)
			return newBranch(e.id, 0, sx, nil, []*node[K, V]{kid})
		}
		if sx > sy {
			x, y = y, x
		}
		dataMap = sx | sy
	}
	l := newLeaf[K, V](dataMap, 2)
	l.entries[0], l.entries[1] = x, y
	return l
}

// drop is Delete for a key with hash h.
func (e *Edit[K, V]) drop(h uint64, key K) bool {
	if e.root == nil {
		return false
	}
	n, ok := e.delete(e.root, 0, h, key)
	if !ok {
		return false
	}
	e.root = n
	e.size--
	if e.size == 0 {
		e.root = nil
	}
	return true
}

// delete returns n, which shift bits of the hash lead to, without the key, and
// whether the key was there. The result may hold a single entry, or none at
// the root: its parent puts that right.
func (e *Edit[K, V]) delete(n *node[K, V], shift uint, h uint64, key K) (*node[K, V], bool) {
	if shift >= hashBits {
		i := n.find(key)
		if i < 0 {
			return n, false
		}
		return e.remove(n, 0, i), true
	}
	s := slot(h, shift)
	if n.dataMap&s != 0 {
		i := index(n.dataMap, s)
		if n.entries[i].key != key {
			return n, false
		}
		return e.remove(n, s, i), true
	}
	if n.nodeMap&s == 0 {
		return n, false
	}
	i := index(n.nodeMap, s)
	kid, ok := e.delete(n.branch().kids[i], shift+stride, h, key)
	switch {
	case !ok:
		return n, false
	case kid.single():
		return e.pullUp(n, s, kid.entries[0]), true
	default:
		b := e.own(n)
		b.kids[i] = kid
		return &b.node, true
	}
}

// pullUp returns branch n with the entry x in slot s in place of a kid.
func (e *Edit[K, V]) pullUp(n *node[K, V], s uint32, x entry[K, V]) *node[K, V] {
	i := index(n.dataMap, s)
	if n.nodeMap == s {
		l := newLeaf[K, V](n.dataMap|s, len(n.entries)+1)
		copyInserting(l.entries, n.entries, i, x)
		return l
	}
	kids := removed(n.branch().kids, index(n.nodeMap, s))
	return newBranch(e.id, n.dataMap|s, n.nodeMap&^s, inserted(n.entries, i, x), kids)
}

// insert returns n with one more entry: x, at index i, in slot s.
func (e *Edit[K, V]) insert(n *node[K, V], s uint32, i int, x entry[K, V]) *node[K, V] {
	old := n.entries
	n = e.refill(n, n.dataMap|s, len(old)+1)
	copyInserting(n.entries, old, i, x)
	return n
}

// replace returns n with x as the entry at index i.
func (e *Edit[K, V]) replace(n *node[K, V], i int, x entry[K, V]) *node[K, V] {
	old := n.entries
	n = e.refill(n, n.dataMap, len(old))
	copy(n.entries, old)
	n.entries[i] = x
	return n
}

// remove returns n without the entry at index i, in slot s.
func (e *Edit[K, V]) remove(n *node[K, V], s uint32, i int) *node[K, V] {
	old := n.entries
	n = e.refill(n, n.dataMap&^s, len(old)-1)
	copyRemoving(n.entries, old, i)
	return n
}

// refill returns a node with the kids of n and room for size new entries.
// Leaves have no owner and are copied at every change: most of a leaf is its
// entries, which would have to be copied anyway.
func (e *Edit[K, V]) refill(n *node[K, V], dataMap uint32, size int) *node[K, V] {
	if n.nodeMap == 0 {
		return newLeaf[K, V](dataMap, size)
	}
	b := e.own(n)
	b.dataMap, b.entries = dataMap, make([]entry[K, V], size)
	return &b.node
}

// own returns branch n if this edit may change it in place, else a copy that
// it may change.
func (e *Edit[K, V]) own(n *node[K, V]) *branch[K, V] {
	b := n.branch()
	if b.owner == e.id {
		return b
	}
	return b.clone(e.id)
}
