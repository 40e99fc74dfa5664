package numset

import (
	"math/bits"
	"slices"
)

// Build returns the set of the given numbers, which ascend. Its nodes are three
// quarters full, so that the next changes do not cut every one of them in two. The
// set does not share the memory of nums.
func Build(nums []uint64) Set {
	if len(nums) == 0 {
		return Set{}
	}
	level := make([]*node, 0, len(nums)/fill+1)
	for leaf := range evenly(len(nums)) {
		level = append(level, &node{nums: append(make([]uint64, 0, leaf.end-leaf.start), nums[leaf.start:leaf.end]...)})
	}
	for len(level) > 1 {
		var above []*node
		for part := range evenly(len(level)) {
			n := &node{kids: append(make([]*node, 0, part.end-part.start), level[part.start:part.end]...)}
			for _, kid := range n.kids {
				n.nums = append(n.nums, kid.nums[0])
			}
			above = append(above, n)
		}
		level = above
	}
	return Set{level[0], len(nums)}
}

const fill = maxLen * 3 / 4

type span struct{ start, end int }

// evenly cuts n things into as few parts as there can be of about fill.
func evenly(n int) func(func(span) bool) {
	return func(yield func(span) bool) {
		parts := (n + fill - 1) / fill
		for i := range parts {
			if !yield(span{n * i / parts, n * (i + 1) / parts}) {
				return
			}
		}
	}
}

// Sort sorts numbers. It is several times as fast as slices.Sort where their upper
// halves are hashes: first it brings each near its place.
func Sort(nums []uint64) {
	if len(nums) <= maxLen {
		slices.Sort(nums)
		return
	}
	shift := bits.LeadingZeros(uint(len(nums))) // so that there are about as many buckets as numbers
	ends := make([]int32, 1<<(64-shift)+1)
	for _, x := range nums {
		ends[x>>shift+1]++
	}
	for i := range len(ends) - 1 {
		ends[i+1] += ends[i]
	}
	near := make([]uint64, len(nums))
	for _, x := range nums {
		near[ends[x>>shift]] = x
		ends[x>>shift]++
	}
	copy(nums, near)
	start := int32(0)
	for _, end := range ends[:len(ends)-1] {
		if end-start > 1 {
			slices.Sort(nums[start:end])
		}
		start = end
	}
}
