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
	n += int64(sizes.Rounded(int(unsafe.Sizeof(*s.many))) + sizes.Rounded(len(s.many.runs)*int(unsafe.Sizeof(run{}))))
	for _, r := range s.many.runs {
		n += int64(sizes.Rounded(len(r) * int(unsafe.Sizeof(chunk{}))))
	}
	for c := range s.many.all() {
		n += int64(sizes.Rounded(len(c.enc)))
	}
	return n
}
