package pmap

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// checkShape returns an error unless m keeps the invariants written on node
// and Edit, given the hash its keys were placed by.
func checkShape[V any](m Map[string, V], h hasher) error {
	if m.root == nil {
		if m.size != 0 {
			return fmt.Errorf("no root, but size %d", m.size)
		}
		return nil
	}
	size, err := checkNode(m.root, h, 0, 0)
	if err == nil && size != m.size {
		err = fmt.Errorf("%d entries, but size %d", size, m.size)
	}
	return err
}

// checkNode checks the nodes from n down, which the first shift bits of prefix
// lead to, and returns how many entries they hold.
func checkNode[V any](n *node[string, V], h hasher, prefix uint64, shift uint) (int, error) {
	fail := func(format string, args ...any) (int, error) {
		return 0, fmt.Errorf("node at %#x/%d: %s", prefix, shift, fmt.Sprintf(format, args...))
	}
	size := len(n.entries)
	if shift > 0 && n.single() {
		return fail("holds a single entry")
	}
	if shift >= hashBits {
		if n.dataMap != 0 || n.nodeMap != 0 {
			return fail("a collision node has slots")
		}
		for _, x := range n.entries {
			if h(x.key) != prefix {
				return fail("key %q does not belong here", x.key)
			}
		}
		return size, nil
	}
	if n.dataMap&n.nodeMap != 0 {
		return fail("a slot is both entry and kid")
	}
	if len(n.entries) != bits.OnesCount32(n.dataMap) || len(n.kids()) != bits.OnesCount32(n.nodeMap) {
		return fail("%d entries for %#b, %d kids for %#b", len(n.entries), n.dataMap, len(n.kids()), n.nodeMap)
	}
	if cap(n.entries) != len(n.entries) {
		return fail("room for %d entries, but %d of them", cap(n.entries), len(n.entries))
	}
	entries, kids := n.entries, n.kids()
	for i := range uint64(slots) {
		below := prefix | i<<(hashBits-stride)>>shift
		switch {
		case n.dataMap>>i&1 == 1:
			if diff := h(entries[0].key) ^ below; diff>>(hashBits-min(shift+stride, hashBits)) != 0 {
				return fail("key %q does not belong in slot %d", entries[0].key, i)
			}
			entries = entries[1:]
		case n.nodeMap>>i&1 == 1:
			if kids[0].owner() > n.owner() {
				return fail("owner %d is above a branch of owner %d", n.owner(), kids[0].owner())
			}
			s, err := checkNode(kids[0], h, below, shift+stride)
			if err != nil {
				return 0, err
			}
			size += s
			kids = kids[1:]
		}
	}
	return size, nil
}

// shape describes the trie of m so that equal descriptions mean equal tries.
func shape[V any](m Map[string, V]) string {
	var b strings.Builder
	var walk func(n *node[string, V])
	walk = func(n *node[string, V]) {
		if n == nil {
			return
		}
		keys := make([]string, len(n.entries))
		for i, x := range n.entries {
			keys[i] = x.key
		}
		if n.dataMap == 0 {
			slices.Sort(keys) // the entries of a collision node have no order
		}
		fmt.Fprintf(&b, "(%x %x %q", n.dataMap, n.nodeMap, keys)
		for _, kid := range n.kids() {
			walk(kid)
		}
		b.WriteString(")\n")
	}
	walk(m.root)
	return b.String()
}
