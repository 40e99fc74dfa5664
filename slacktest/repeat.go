package slacktest

import "bytes"

// behind is how many other frames come before one that comes again.
const behind = 3

// An echo is a frame that is to come again.
type echo struct {
	due  []delivery
	left int // frames until then
}

// Repeat lets each of the next n event frames that say when they happened come
// again on the same sockets, after three others: whoever tells of an act more than
// once need not do so in one breath.
func (f *Faults) Repeat(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.echo += n
}

// repeats says whether a frame is to come again.
func (f *Faults) repeats(body []byte) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.echo == 0 || !bytes.Contains(body, []byte(`"event_ts":`)) {
		return false
	}
	f.echo--
	return true
}

// echo sends what is to come again by now, one frame after the last.
func (h *hub) echo() {
	var left []echo
	for _, e := range h.echoes {
		if e.left--; e.left > 0 {
			left = append(left, e)
			continue
		}
		h.faults.count(faultRepeat)
		for _, d := range e.due {
			h.enqueue(d.to, outgoing{body: d.body})
		}
	}
	h.echoes = left
}
