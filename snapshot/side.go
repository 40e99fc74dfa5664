package snapshot

import (
	"iter"

	"github.com/slackstate/slackstate/internal/idset"
	"github.com/slackstate/slackstate/internal/pmap"
)

// A side is one of the two directions of memberships: conversations and their
// users, or users and their conversations. Ids have small numbers, so that sets
// of them are small. An id keeps its number for good, also when it is in no set
// any more, and across processes: the file has the sets as they are here. Two
// snapshots that do not come from one another may number differently, and
// nothing that a snapshot shows depends on it.
type side struct {
	IDs
	byID pmap.Map[string, end]
}

// An end is what a side knows of an id: its number, and the numbers on the other
// side that it is paired with.
type end struct {
	num  uint32
	with idset.Set
}

func (s *side) of(id string) idset.Set {
	x, _ := s.byID.Get(id)
	return x.with
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
	base side
	byID *pmap.Edit[string, end] // nil until something changes
	ids  IDs
	own  int // pages from this one on belong to the edit
}

func (e *sideEdit) get(id string) (end, bool) {
	if e.byID != nil {
		return e.byID.Get(id)
	}
	return e.base.byID.Get(id)
}

// begin makes sure that byID is there to be changed.
func (e *sideEdit) begin() {
	if e.byID == nil {
		e.byID = e.base.byID.Edit()
		e.ids, e.own = e.base.IDs, len(e.base.pages)
	}
}

// number returns the number of an id, a new one if it has none.
func (e *sideEdit) number(id string) uint32 {
	if x, ok := e.get(id); ok {
		return x.num
	}
	e.begin()
	num := uint32(e.ids.n)
	e.own = e.ids.add(id, e.own)
	e.byID.Set(id, end{num: num})
	return num
}

// set gives an id that has a number another set.
func (e *sideEdit) set(id string, num uint32, with idset.Set) {
	e.begin()
	e.byID.Set(id, end{num, with})
}

func (e *sideEdit) id(num uint32) string {
	if e.byID != nil {
		return e.ids.ID(num)
	}
	return e.base.ID(num)
}

func (e *sideEdit) seal() side {
	if e.byID == nil {
		return e.base
	}
	return side{e.ids, e.byID.Map()}
}
