package idset

import (
	"unsafe"

	"github.com/slackstate/slackstate/internal/sizes"
)

// Footprint returns how many bytes a set points to.
func (s Set) Footprint() (n int64) {
	n = int64(sizes.Rounded(len(s.few)))
	if s.many == nil {
		return n
	}
	n += int64(sizes.Rounded(int(unsafe.Sizeof(*s.many))) + sizes.Rounded(len(s.many.list)*int(unsafe.Sizeof(chunk{}))))
	for _, c := range s.many.list {
		n += int64(sizes.Rounded(len(c.enc)))
	}
	return n
}
