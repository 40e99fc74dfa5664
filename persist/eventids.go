package persist

import "slices"

// MaxEventIDs is how many EventIDs returns at most: more than Slack delivers to an
// app in an hour, which is about how long it tries again.
const MaxEventIDs = 32_768

// eventIDs are those of the last rows that have one.
type eventIDs struct {
	list []string
	next int // the one to drop for another, once there are enough
}

func (ids *eventIDs) add(id []byte) {
	switch {
	case len(id) == 0:
	case len(ids.list) < MaxEventIDs:
		ids.list = append(ids.list, string(id))
	default:
		ids.list[ids.next] = string(id)
		ids.next = (ids.next + 1) % MaxEventIDs
	}
}

// inOrder returns them, the oldest first.
func (ids *eventIDs) inOrder() []string {
	return slices.Concat(ids.list[ids.next:], ids.list[:ids.next])
}
