package numset

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
