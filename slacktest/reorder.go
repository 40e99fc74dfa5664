package slacktest

import (
	"regexp"
	"time"
)

// lateFor is how long a frame may be late if none comes to overtake it.
const lateFor = time.Second

// A delivery is a frame on its way to one session.
type delivery struct {
	to   *session
	body []byte
}

// Reorder lets each of the next n event frames change places with the one behind
// it, if that comes within a second and the two name nobody and nothing in
// common: Slack orders only what belongs together.
func (f *Faults) Reorder(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.late += n
}

// delay holds a frame back until the next one, or for lateFor.
func (h *hub) delay(due []delivery) {
	h.late = due
	h.lateTimer = time.AfterFunc(lateFor, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.deliverLate()
	})
}

// deliverLate sends the frame that is held back, if there is one.
func (h *hub) deliverLate() {
	if h.late == nil {
		return
	}
	h.lateTimer.Stop()
	for _, d := range h.late {
		h.enqueue(d.to, outgoing{body: d.body})
	}
	h.late = nil
}

// ids finds what a frame names, workspaces apart.
var ids = regexp.MustCompile(`"[A-SU-Z][A-Z0-9]{8,}"`)

// unrelated says whether two frames each name something, and nothing that the
// other does.
func unrelated(a, b []byte) bool {
	named := map[string]bool{}
	for _, id := range ids.FindAllString(string(a), -1) {
		named[id] = true
	}
	others := ids.FindAllString(string(b), -1)
	for _, id := range others {
		if named[id] {
			return false
		}
	}
	return len(named) > 0 && len(others) > 0
}
