package numset

import (
	"math/bits"
	"slices"
)

// Sort sorts numbers in place. It is several times as fast as slices.Sort where
// their upper halves are hashes: first it brings each near its place, among a few
// others.
func Sort(nums []uint64) {
	const few = 4
	if len(nums) <= maxLen {
		slices.Sort(nums)
		return
	}
	shift := bits.LeadingZeros64(uint64(len(nums) / few))
	ends := make([]int32, 1<<(64-shift)) // of the places for numbers that begin with the same bits
	next := make([]int32, len(ends))     // the first of them that is not taken yet
	for _, x := range nums {
		ends[x>>shift]++
	}
	end := int32(0)
	for b, n := range ends {
		next[b] = end
		end += n
		ends[b] = end
	}
	for b, end := range ends {
		for next[b] < end {
			x := nums[next[b]]
			for to := x >> shift; to != uint64(b); to = x >> shift {
				nums[next[to]], x = x, nums[next[to]]
				next[to]++
			}
			nums[next[b]] = x
			next[b]++
		}
	}
	start := int32(0)
	for _, end := range ends {
		if end-start > 1 {
			slices.Sort(nums[start:end])
		}
		start = end
	}
}
