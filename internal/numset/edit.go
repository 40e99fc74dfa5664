package numset

import "slices"

// An Edit is a batch of changes that starts from one Set and makes others. The
// zero Edit starts from the empty set.
//
//  1. Nothing done to an Edit changes a Set, neither the one it started from nor
//     any it made.
//  2. Within a batch a branch of the tree is copied once and then changed in
//     place, until Set publishes it.
//
// An Edit is for one goroutine at a time and must not be copied. Any number of
// edits may start from one Set, at the same time.
type Edit struct {
	root *node
	n    int

	// id is the owner of the nodes that only this edit can reach. It is above that
	// of any node in the tree: a change goes through the root, so the root's owner
	// is the highest.
	id uint64
}

// Start makes e a new Edit that starts from s, whatever it was before.
func (e *Edit) Start(s Set) {
	*e = Edit{root: s.root, n: s.n, id: 1}
	if s.root != nil {
		e.id = s.root.owner + 1
	}
}

// Set publishes what the edit holds now. The Edit can go on from there.
func (e *Edit) Set() Set {
	e.id++ // disowns every node made so far
	return Set{e.root, e.n}
}

// Peek is Set for a caller that is done with it before the next change.
func (e *Edit) Peek() Set { return Set{e.root, e.n} }

// Add puts x in, and reports whether that is a change.
func (e *Edit) Add(x uint64) bool {
	if e.root == nil {
		e.root, e.n = &node{owner: e.id, nums: []uint64{x}}, 1
		return true
	}
	left, right, ok := e.add(e.root, x)
	if !ok {
		return false
	}
	e.root = left
	if right != nil {
		e.root = &node{e.id, []uint64{0, right.nums[0]}, []*node{left, right}}
	}
	e.n++
	return true
}

// Remove takes x out, and reports whether that is a change.
func (e *Edit) Remove(x uint64) bool {
	if e.root == nil {
		return false
	}
	root, ok := e.remove(e.root, x)
	if !ok {
		return false
	}
	for len(root.kids) == 1 {
		root = root.kids[0]
	}
	if e.root = root; len(root.nums) == 0 {
		e.root = nil
	}
	e.n--
	return true
}

// add returns n with x in it, or the two nodes that takes; ok is false if x was in
// it.
func (e *Edit) add(n *node, x uint64) (left, right *node, ok bool) {
	if n.kids == nil {
		i := search(n.nums, x)
		if i < len(n.nums) && n.nums[i] == x {
			return n, nil, false
		}
		left = e.own(n)
		left.nums = with(n.nums, i, x)
		return left, e.split(left), true
	}
	i := n.kid(x)
	kid, more, ok := e.add(n.kids[i], x)
	if !ok {
		return n, nil, false
	}
	left = e.own(n)
	left.kids[i] = kid
	if more != nil {
		left.nums = with(left.nums, i+1, more.nums[0])
		left.kids = slices.Insert(left.kids, i+1, more)
	}
	return left, e.split(left), true
}

// split cuts n in two if it has grown too long, and returns the second half.
func (e *Edit) split(n *node) *node {
	if len(n.nums) <= maxLen {
		return nil
	}
	const half = maxLen / 2
	right := &node{owner: e.id, nums: slices.Clone(n.nums[half:])}
	n.nums = slices.Clone(n.nums[:half])
	if n.kids != nil {
		right.kids = slices.Clone(n.kids[half:])
		n.kids = slices.Clone(n.kids[:half])
	}
	return right
}

// remove returns n without x, which may leave it empty; ok is false if x was not
// in it.
func (e *Edit) remove(n *node, x uint64) (_ *node, ok bool) {
	if n.kids == nil {
		i := search(n.nums, x)
		if i == len(n.nums) || n.nums[i] != x {
			return n, false
		}
		n = e.own(n)
		n.nums = without(n.nums, i)
		return n, true
	}
	i := n.kid(x)
	kid, ok := e.remove(n.kids[i], x)
	if !ok {
		return n, false
	}
	n = e.own(n)
	n.kids[i] = kid
	if len(kid.nums) <= maxLen/4 {
		e.join(n, i)
	}
	return n, true
}

// join puts kid i of n, which has become short, together with one beside it if
// they are not too long for that. If it is empty and there is none, n becomes
// empty too.
func (e *Edit) join(n *node, i int) {
	if len(n.kids) == 1 {
		if len(n.kids[0].nums) == 0 {
			n.nums, n.kids = nil, nil
		}
		return
	}
	i = max(0, i-1) // of the left one
	left, right := n.kids[i], n.kids[i+1]
	if l, r := len(left.nums), len(right.nums); l > 0 && r > 0 && l+r > maxLen*3/4 {
		return
	}
	both := &node{owner: e.id, nums: slices.Concat(left.nums, right.nums), kids: slices.Concat(left.kids, right.kids)}
	if right.kids != nil {
		both.nums[len(left.nums)] = n.nums[i+1]
	}
	n.kids[i] = both
	n.kids = slices.Delete(n.kids, i+1, i+2)
	n.nums = without(n.nums, i+1)
}

// own returns n if this edit may change it in place, else a copy that it may
// change.
func (e *Edit) own(n *node) *node {
	if n.owner == e.id {
		return n
	}
	return &node{e.id, n.nums, slices.Clone(n.kids)}
}

// with returns a copy of nums, without spare room, with x before that at i.
func with(nums []uint64, i int, x uint64) []uint64 {
	return append(append(append(make([]uint64, 0, len(nums)+1), nums[:i]...), x), nums[i:]...)
}

// without returns a copy of nums without that at i.
func without(nums []uint64, i int) []uint64 {
	return append(append(make([]uint64, 0, len(nums)-1), nums[:i]...), nums[i+1:]...)
}
