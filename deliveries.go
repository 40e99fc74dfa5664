package slackstate

import "github.com/slackstate/slackstate/persist"

// deliveries are the ids of the last events of the Events API that did something,
// as many as the file tells the next process of.
type deliveries struct {
	ids   map[string]struct{}
	order []string // the oldest is at next, once there are persist.MaxEventIDs
	next  int
}

func (d *deliveries) has(id string) bool {
	_, ok := d.ids[id]
	return ok
}

// add remembers an id, and forgets the oldest for it; "" is none.
func (d *deliveries) add(id string) {
	switch {
	case id == "" || d.has(id):
		return
	case d.ids == nil:
		d.ids = map[string]struct{}{}
	}
	d.ids[id] = struct{}{}
	if len(d.order) < persist.MaxEventIDs {
		d.order = append(d.order, id)
		return
	}
	delete(d.ids, d.order[d.next])
	d.order[d.next] = id
	d.next = (d.next + 1) % persist.MaxEventIDs
}
