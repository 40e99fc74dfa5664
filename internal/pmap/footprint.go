package pmap

import (
	"unsafe"

	"github.com/slackstate/slackstate/internal/sizes"
)

// Footprint returns how many bytes the trie itself takes, with the headers of
// keys and values but without what they point to.
func (m Map[K, V]) Footprint() int64 { return m.root.footprint() }

func (n *node[K, V]) footprint() (sum int64) {
	if n == nil {
		return 0
	}
	size := int(unsafe.Sizeof(*n))
	entries := len(n.entries) * int(unsafe.Sizeof(entry[K, V]{}))
	if n.nodeMap == 0 && len(n.entries) <= maxRoomy {
		return int64(sizes.Rounded(size + entries)) // in one piece
	}
	sum = int64(sizes.Rounded(entries))
	if n.nodeMap == 0 {
		return sum + int64(sizes.Rounded(size))
	}
	sum += int64(sizes.Rounded(int(unsafe.Sizeof(*n.branch()))))
	sum += int64(sizes.Rounded(len(n.kids()) * int(unsafe.Sizeof(n))))
	for _, kid := range n.kids() {
		sum += kid.footprint()
	}
	return sum
}
