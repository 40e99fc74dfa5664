package rawjson

import (
	"math"
	"strings"

	"github.com/slackstate/slackstate/internal/parallel"
)

// A text of this size or more is long: it is checked in segments of this size, on
// all processors, and the containers at findDepth are found on the way.
const longText = 1 << 20

// A segment of a long text is checked from where it seems that an element of a
// list begins. Whether one does is known when all before it is checked.
type segment struct {
	checker
	from, to int
	open     []byte // the containers that are open at to
	err      *SyntaxError
}

// listOpen is what is open around an element of a list: the list, and the
// response it is in.
const listOpen = "}]"

// elementMark is what stands where an element of a list begins, from the end of
// the one before it. Slack's objects begin with their id.
const elementMark = `},{"id":"`

// checkLong is check for a long text, and returns what it found.
func checkLong(s string, i, within int) (int, []span, *SyntaxError) {
	segments := []segment{{from: i}}
	for lo := i + longText; lo < len(s); lo += longText {
		if n := strings.Index(s[lo:min(lo+longText, len(s))], elementMark); n >= 0 {
			segments = append(segments, segment{from: lo + n + len("},")})
		}
	}
	stop := func(n int) int {
		if n+1 < len(segments) {
			return segments[n+1].from
		}
		return math.MaxInt
	}
	jobs := make([]func(), len(segments))
	for n := range segments {
		seg := &segments[n]
		seg.checker = checker{text: s, within: within, find: true}
		if n > 0 {
			seg.open = []byte(listOpen)
		}
		jobs[n] = func() { seg.to, seg.open, seg.err = seg.values(seg.from, seg.open, stop(n)) }
	}
	parallel.Do(jobs)

	// What was checked of what is there is put together, and what is not what it
	// seemed is checked again.
	whole := &segments[0]
	for n := 1; n < len(segments) && whole.err == nil && len(whole.open) > 0; n++ {
		seg := &segments[n]
		if whole.to == seg.from && string(whole.open) == listOpen {
			whole.to, whole.open, whole.err, whole.start = seg.to, seg.open, seg.err, seg.start
			whole.deep = append(whole.deep, seg.deep...)
		} else {
			whole.to, whole.open, whole.err = whole.values(whole.to, whole.open, stop(n))
		}
	}
	return whole.to, whole.deep, whole.err
}
