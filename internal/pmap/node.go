package pmap

import "unsafe"

// A node is one level of the trie. A node without kids is a leaf and is just
// this struct; a node with kids is the first part of a branch. Most nodes are
// leaves, so what a leaf does not carry is most of what the trie saves.
//
//  1. dataMap and nodeMap have no slot in common.
//  2. There is one entry for each slot in dataMap and one kid for each slot in
//     nodeMap, in the order of the slots.
//  3. The array of entries is not written again once the node is in a trie.
//  4. Below the root no node holds one entry and nothing else: its parent
//     holds that entry.
//  5. A node that all bits of the hash lead to is a collision node: its
//     bitmaps are zero, and its entries have equal hashes and no order.
type node[K ~string, V any] struct {
	dataMap, nodeMap uint32
	entries          []entry[K, V]
}

type entry[K ~string, V any] struct {
	key   K
	value V
}

// A branch is a node with kids. The edit numbered owner may change it in place
// until it publishes it (see Edit); nobody else may.
type branch[K ~string, V any] struct {
	node[K, V]
	owner uint64
	kids  []*node[K, V]
}

// branch returns the branch that n, which must have kids, is the first part
// of. newBranch and clone make all the nodes that have kids, and make them
// branches: that is what this conversion rests on. Without it every leaf would
// carry a pointer, 5 bytes more for each entry of the map.
func (n *node[K, V]) branch() *branch[K, V] { return (*branch[K, V])(unsafe.Pointer(n)) }

// kids returns the nodes below n.
func (n *node[K, V]) kids() []*node[K, V] {
	if n.nodeMap == 0 {
		return nil
	}
	return n.branch().kids
}

// owner returns the number of the edit that made n, or 0 for a leaf. No branch
// below n has a higher one.
func (n *node[K, V]) owner() uint64 {
	if n == nil || n.nodeMap == 0 {
		return 0
	}
	return n.branch().owner
}

// single reports whether n holds one entry and nothing else.
func (n *node[K, V]) single() bool { return n.nodeMap == 0 && len(n.entries) == 1 }

// get looks up a key whose hash is h in the trie with root n.
func (n *node[K, V]) get(h uint64, key K) (value V, ok bool) {
	if x := n.entry(h, key); x != nil {
		return x.value, true
	}
	return value, false
}

// entry returns the entry of a key whose hash is h, nil if there is none.
func (n *node[K, V]) entry(h uint64, key K) *entry[K, V] {
	if n == nil {
		return nil
	}
	for shift := uint(0); shift < hashBits; shift += stride {
		s := slot(h, shift)
		if n.dataMap&s != 0 {
			if x := &n.entries[index(n.dataMap, s)]; x.key == key {
				return x
			}
			return nil
		}
		if n.nodeMap&s == 0 {
			return nil
		}
		n = n.branch().kids[index(n.nodeMap, s)]
	}
	if i := n.find(key); i >= 0 {
		return &n.entries[i]
	}
	return nil
}

// find returns where among the entries of n a key is, or -1. Only collision
// nodes, whose entries have no order, need to search.
func (n *node[K, V]) find(key K) int {
	for i := range n.entries {
		if n.entries[i].key == key {
			return i
		}
	}
	return -1
}

// each calls yield for every entry in and below n until it returns false, and
// reports whether it never did.
func (n *node[K, V]) each(yield func(K, V) bool) bool {
	if n == nil {
		return true
	}
	for i := range n.entries {
		if !yield(n.entries[i].key, n.entries[i].value) {
			return false
		}
	}
	for _, kid := range n.kids() {
		if !kid.each(yield) {
			return false
		}
	}
	return true
}
