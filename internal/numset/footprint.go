package numset

import (
	"unsafe"

	"github.com/slackstate/slackstate/internal/sizes"
)

// Footprint returns how many bytes the set takes.
func (s Set) Footprint() int64 {
	if s.root == nil {
		return 0
	}
	return s.root.footprint()
}

func (n *node) footprint() int64 {
	sum := int64(sizes.Rounded(int(unsafe.Sizeof(*n))) + sizes.Rounded(8*len(n.nums)) + sizes.Rounded(8*len(n.kids)))
	for _, kid := range n.kids {
		sum += kid.footprint()
	}
	return sum
}
