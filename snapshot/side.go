package snapshot

import (
	"iter"
	"strings"

	"github.com/slackstate/slackstate/internal/idset"
	"github.com/slackstate/slackstate/internal/numbered"
)

// A side is one of the two directions of memberships: conversations and their
// users, or users and their conversations. Ids have small numbers, so that sets
// of them are small. An id keeps its number for good, also when it is in no set
// any more, and across processes: the file has the sets as they are here. Two
// snapshots that do not come from one another may number differently, and
// nothing that a snapshot shows depends on it.
type side struct {
	IDs
	at   numbered.Index             // leads from the hash of an id to its number
	with numbered.Vector[idset.Set] // by number: those on the other side that it is paired with
}

// An end is what a side knows of an id.
type end struct {
	num  uint32
	with idset.Set
}

// newSide returns a side of ids and their sets by number; ok is false if two ids
// are the same.
func newSide(ids IDs, sets []idset.Set) (s side, ok bool) {
	entries := make([]numbered.Entry, 0, ids.Len())
	for id := range ids.From(0) {
		entries = append(entries, numbered.NewEntry(numbered.Hash(id), uint32(len(entries))))
	}
	s = side{ids, numbered.BuildIndex(entries), numbered.BuildVector(len(sets), func(i int) idset.Set { return sets[i] })}
	return s, s.at.Unique(s.ID)
}

// number returns the number of an id, and whether it has one.
func (s *side) number(id string) (num uint32, ok bool) {
	return s.at.Find(numbered.Hash(id), func(num uint32) bool { return s.ID(num) == id })
}

func (s *side) get(id string) (x end, ok bool) {
	if x.num, ok = s.number(id); ok {
		x.with = s.with.At(int(x.num))
	}
	return x, ok
}

func (s *side) of(id string) idset.Set {
	x, _ := s.get(id)
	return x.with
}

// all returns all ids and what is known of them, in the order of their numbers.
func (s *side) all() iter.Seq2[string, end] {
	return func(yield func(string, end) bool) {
		for num := range uint32(s.Len()) {
			if !yield(s.ID(num), end{num, s.with.At(int(num))}) {
				return
			}
		}
	}
}

// names returns the ids of numbers.
func (s *side) names(nums idset.Set) iter.Seq[string] { return s.each(nums.All()) }

func (s *side) each(nums iter.Seq[uint32]) iter.Seq[string] {
	return func(yield func(string) bool) {
		for num := range nums {
			if !yield(s.ID(num)) {
				return
			}
		}
	}
}

// A sideEdit changes one side in a batch.
type sideEdit struct {
	base  side
	begun bool // what follows is in use; base answers until then
	ids   IDs
	own   int // pages from this one on belong to the edit
	at    numbered.IndexEdit
	with  numbered.VectorEdit[idset.Set]
}

// begin starts over from base.
func (e *sideEdit) begin(base side) {
	if e.begun {
		*e = sideEdit{}
	}
	e.base = base
}

// peek returns the side as the edit has it, for a caller that is done with it
// before the next change.
func (e *sideEdit) peek() *side {
	if !e.begun {
		return &e.base
	}
	return &side{e.ids, e.at.Peek(), e.with.Vector}
}

func (e *sideEdit) get(id string) (end, bool) { return e.peek().get(id) }

func (e *sideEdit) id(num uint32) string { return e.peek().ID(num) }

// edit makes sure that there is something to change.
func (e *sideEdit) edit() {
	if !e.begun {
		e.begun = true
		e.ids, e.own = e.base.IDs, len(e.base.pages)
		e.at.Start(e.base.at)
		e.with.Start(e.base.with)
	}
}

// numbered returns an id as it is stored and what is known of it, with a new
// number if it has none.
func (e *sideEdit) numbered(id string) (stored string, x end) {
	e.edit()
	if x, ok := e.get(id); ok {
		return e.ids.ID(x.num), x
	}
	id = strings.Clone(id) // it may be cut out of a frame
	x.num = uint32(e.ids.n)
	e.own = e.ids.add(id, e.own)
	e.at.Add(numbered.NewEntry(numbered.Hash(id), x.num))
	e.with.Set(int(x.num), x.with)
	return id, x
}

// set stores what a number is paired with.
func (e *sideEdit) set(num uint32, with idset.Set) {
	e.edit()
	e.with.Set(int(num), with)
}

func (e *sideEdit) seal() side {
	if !e.begun {
		return e.base
	}
	return side{e.ids, e.at.Index(), e.with.Publish()}
}
