package fuzz

// A connection is what the naive reducer knows of the one that feeds it. Times
// are in milliseconds.
type connection struct {
	up    bool
	since float64 // when it began
	asked float64 // when it was asked for, if it has not begun; 0 if it was not
	lost  float64 // what was listed before may have changed unseen
}

// hello begins a connection. What the last one subscribed to has ended.
func (n *naive) hello() {
	at := float64(n.at)
	if n.up && n.asked == 0 && n.since == at {
		return // said twice
	}
	if n.asked == 0 {
		n.asked = at
		clear(n.presence)
	}
	n.lost = max(n.lost, n.asked)
	n.up, n.since, n.asked = true, at, 0
}

// offline ends it, and with it every listing that is under way.
func (n *naive) offline() {
	n.lost = max(n.lost, float64(n.at)+1)
	n.up, n.asked = false, 0
	clear(n.presence)
	clear(n.calls)
}
