package pmap

// Nodes of the common sizes are allocated in one piece with their array, which
// takes a type for each size. One allocation in place of two makes a change to
// a large map a sixth faster, and leaves the garbage collector less to visit.

// newLeaf returns a leaf with room for n entries, which the caller fills in.
func newLeaf[K ~string, V any](dataMap uint32, n int) *node[K, V] {
	l := roomyLeaf[K, V](n)
	l.dataMap = dataMap
	return l
}

// A leafOf is a leaf and its array of entries, of type A.
type leafOf[K ~string, V, A any] struct {
	node[K, V]
	room A
}

// maxRoomy is the most entries that a leaf holds in one piece.
const maxRoomy = 6

func roomyLeaf[K ~string, V any](n int) *node[K, V] {
	switch n {
	case 1:
		l := new(leafOf[K, V, [1]entry[K, V]])
		l.entries = l.room[:]
		return &l.node
	case 2:
		l := new(leafOf[K, V, [2]entry[K, V]])
		l.entries = l.room[:]
		return &l.node
	case 3:
		l := new(leafOf[K, V, [3]entry[K, V]])
		l.entries = l.room[:]
		return &l.node
	case 4:
		l := new(leafOf[K, V, [4]entry[K, V]])
		l.entries = l.room[:]
		return &l.node
	case 5:
		l := new(leafOf[K, V, [5]entry[K, V]])
		l.entries = l.room[:]
		return &l.node
	case 6:
		l := new(leafOf[K, V, [6]entry[K, V]])
		l.entries = l.room[:]
		return &l.node
	}
	return &node[K, V]{entries: make([]entry[K, V], n)}
}

// newBranch returns a branch made of its parts.
func newBranch[K ~string, V any](owner uint64, dataMap, nodeMap uint32, entries []entry[K, V], kids []*node[K, V]) *node[K, V] {
	return &(&branch[K, V]{node[K, V]{dataMap, nodeMap, entries}, owner, kids}).node
}

// A branchOf is a branch and the room for its kids, an array of type A.
type branchOf[K ~string, V, A any] struct {
	branch[K, V]
	room A
}

// clone returns a copy of b for an owner. It shares the entries of b, which
// are never written, and has its own kids.
func (b *branch[K, V]) clone(owner uint64) *branch[K, V] {
	c, room := roomyBranch[K, V](len(b.kids))
	c.node, c.owner = b.node, owner
	c.kids = room[:copy(room, b.kids):len(b.kids)]
	return c
}

// roomyBranch returns a branch with room for n kids or some more.
func roomyBranch[K ~string, V any](n int) (*branch[K, V], []*node[K, V]) {
	switch (n + 3) / 4 {
	case 1:
		b := new(branchOf[K, V, [4]*node[K, V]])
		return &b.branch, b.room[:]
	case 2:
		b := new(branchOf[K, V, [8]*node[K, V]])
		return &b.branch, b.room[:]
	case 3, 4:
		b := new(branchOf[K, V, [16]*node[K, V]])
		return &b.branch, b.room[:]
	case 5, 6:
		b := new(branchOf[K, V, [24]*node[K, V]])
		return &b.branch, b.room[:]
	}
	b := new(branchOf[K, V, [slots]*node[K, V]])
	return &b.branch, b.room[:]
}
