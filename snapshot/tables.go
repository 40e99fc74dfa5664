package snapshot

import (
	"github.com/slackstate/slackstate/internal/numbered"
	"github.com/slackstate/slackstate/internal/pmap"
)

// A snapshot is copied with every event, and an event changes one or two of its
// tables. So tables and indexes lie behind pointers, and only the group in which
// something changes is copied too. What is nil is empty.
//
// The records of kinds that have indexes have numbers: an index needs no more to
// lead to one.
type (
	tables  [(numTables + groupSize - 1) / groupSize]*group
	group   [groupSize]table
	listed  [numListed]*list
	indexes [numIndexes]numbered.Index

	table = pmap.Map[string, Record]
	list  = numbered.Table[Record]
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

// numListed is how many kinds have indexes; [Kind.listed] gives each a place among
// them.
const numListed = 4

// listed returns the place of a kind that has indexes; ok is false for the others.
func (k Kind) listed() (place int, ok bool) {
	switch k {
	case KindUser:
		return 0, true
	case KindConversation:
		return 1, true
	case KindUsergroup:
		return 2, true
	case KindEmoji:
		return 3, true
	}
	return 0, false
}

var noList list

// at returns the list in a place.
func (ls *listed) at(place int) *list {
	if l := ls[place]; l != nil {
		return l
	}
	return &noList
}

// buildTable and buildList return what holds the rows. A list has one row for a key:
// ok is false if there are more.
func buildTable(rows *chunks[row]) table {
	return pmap.Build(rows.n, func(i int) (string, Record) {
		x := rows.at(i)
		return x.key, x.r
	})
}

func buildList(rows *chunks[row]) (_ list, ok bool) {
	return numbered.Build(rows.n, func(i int) numbered.Row[Record] {
		x := rows.at(i)
		return numbered.Row[Record]{Key: x.key, Value: x.r}
	})
}

var noIndex numbered.Index

// at returns an index.
func (is *indexes) at(ix index) *numbered.Index {
	if is == nil {
		return &noIndex
	}
	return &is[ix]
}

// with returns the indexes with another one in the place of ix.
func (is *indexes) with(ix index, t numbered.Index) *indexes {
	next := new(indexes)
	if is != nil {
		*next = *is
	}
	next[ix] = t
	return next
}
