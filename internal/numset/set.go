package numset

import "iter"

// A Set is one version of a set. The zero Set is empty and ready to use.
//
//  1. A Set never changes, whatever is done with an Edit made from it.
//  2. All methods may be called concurrently.
type Set struct {
	root *node // nil when empty
	n    int
}

// A node is a leaf or a branch of the tree. All leaves are equally deep.
//
//  1. The numbers of a leaf ascend.
//  2. A branch has a number for each of its kids, and they ascend: it is not above
//     any number in the kid, and above all in the kids before. The first is not
//     looked at: the first kid has whatever is below the second's.
//  3. The array of numbers is not written again once the node is in a tree.
//  4. The kids are written only by the edit numbered owner, until it publishes
//     them (see Edit).
type node struct {
	owner uint64
	nums  []uint64
	kids  []*node // nil in a leaf
}

// maxLen is how many numbers a node has at most. A change copies that many.
const maxLen = 64

// Len returns how many numbers there are.
func (s Set) Len() int { return s.n }

// Has reports whether x is in the set.
func (s Set) Has(x uint64) bool {
	n := s.root
	if n == nil {
		return false
	}
	for n.kids != nil {
		n = n.kids[n.kid(x)]
	}
	i := search(n.nums, x)
	return i < len(n.nums) && n.nums[i] == x
}

// AppendLower appends the lower halves of the numbers that have the given upper
// half, in ascending order.
func (s Set) AppendLower(lower []uint32, upper uint32) []uint32 {
	if s.root == nil {
		return lower
	}
	return s.root.appendLower(lower, upper)
}

func (n *node) appendLower(lower []uint32, upper uint32) []uint32 {
	from := uint64(upper) << 32
	if n.kids != nil {
		i := n.kid(from)
		lower = n.kids[i].appendLower(lower, upper)
		for i++; i < len(n.kids) && uint32(n.nums[i]>>32) <= upper; i++ {
			lower = n.kids[i].appendLower(lower, upper)
		}
		return lower
	}
	for _, x := range n.nums[search(n.nums, from):] {
		if uint32(x>>32) != upper {
			break
		}
		lower = append(lower, uint32(x))
	}
	return lower
}

// All returns the numbers in ascending order.
func (s Set) All() iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		if s.root != nil {
			s.root.each(yield)
		}
	}
}

func (n *node) each(yield func(uint64) bool) bool {
	if n.kids == nil {
		for _, x := range n.nums {
			if !yield(x) {
				return false
			}
		}
	}
	for _, kid := range n.kids {
		if !kid.each(yield) {
			return false
		}
	}
	return true
}

// kid returns which kid of a branch has x if any does.
func (n *node) kid(x uint64) int {
	i := search(n.nums[1:], x)
	if i+1 < len(n.nums) && n.nums[i+1] == x {
		i++
	}
	return i
}

// search returns how many of the ascending numbers are below x.
func search(nums []uint64, x uint64) int {
	lo, hi := 0, len(nums)
	for lo < hi {
		if mid := int(uint(lo+hi) / 2); nums[mid] < x {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
