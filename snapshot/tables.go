package snapshot

import "github.com/slackstate/slackstate/internal/pmap"

// A snapshot is copied with every event, and an event changes one or two of its
// tables. So tables and indexes lie behind pointers, and only the group in which
// something changes is copied too. What is nil is empty.
type (
	tables  [(numTables + groupSize - 1) / groupSize]*group
	group   [groupSize]table
	indexes [numIndexes]nameIndex

	table     = pmap.Map[string, Record]
	nameIndex = pmap.Map[string, idList]
)

const groupSize = 8

// at returns the table in a slot of [Kind.slot].
func (ts *tables) at(slot int) (t table) {
	if g := ts[slot/groupSize]; g != nil {
		t = g[slot%groupSize]
	}
	return t
}

// put puts another table in a slot. The group it lies in may belong to other
// snapshots, so it is copied.
func (ts *tables) put(slot int, t table) {
	g := new(group)
	if old := ts[slot/groupSize]; old != nil {
		*g = *old
	}
	g[slot%groupSize] = t
	ts[slot/groupSize] = g
}

// at returns an index.
func (is *indexes) at(ix index) (t nameIndex) {
	if is != nil {
		t = is[ix]
	}
	return t
}

// with returns the indexes with another one in the place of ix.
func (is *indexes) with(ix index, t nameIndex) *indexes {
	next := new(indexes)
	if is != nil {
		*next = *is
	}
	next[ix] = t
	return next
}
