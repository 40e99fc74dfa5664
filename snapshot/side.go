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
	byID pmap.Map[string, end]
	ids  []*idPage // the id of number n is at page n/idPageSize
}

// An end is what a side knows of an id: its number, and the numbers on the other
// side that it is paired with.
type end struct {
	num  uint32
	with idset.Set
}

// ids are kept in pages, so that a new one copies a page and the list of them.
const idPageSize = 256

type idPage [idPageSize]string

func (s *side) of(id string) idset.Set {
	x, _ := s.byID.Get(id)
	return x.with
}

// id returns the id that has a number.
func (s *side) id(num uint32) string { return s.ids[num/idPageSize][num%idPageSize] }

// len returns how many ids have numbers: those below it.
func (s *side) len() int { return s.byID.Len() }

// names returns the ids of numbers.
func (s *side) names(nums idset.Set) iter.Seq[string] {
	return func(yield func(string) bool) {
		for num := range nums.All() {
			if !yield(s.id(num)) {
				return
			}
		}
	}
}

// A sideEdit changes one side in a batch.
type sideEdit struct {
	base side
	byID *pmap.Edit[string, end] // nil until something changes
	ids  []*idPage
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
		e.ids, e.own = e.base.ids, len(e.base.ids)
	}
}

// number returns the number of an id, a new one if it has none.
func (e *sideEdit) number(id string) uint32 {
	if x, ok := e.get(id); ok {
		return x.num
	}
	e.begin()
	num := uint32(e.byID.Len())
	page := int(num / idPageSize)
	switch {
	case page == len(e.ids):
		e.ids = append(e.ids[:page:page], &idPage{}) // the base's list stays as it is
	case page < e.own:
		copied := *e.ids[page] // only the last page has room
		e.ids = append(e.ids[:page:page], &copied)
	}
	e.own = min(e.own, page)
	e.ids[page][num%idPageSize] = id
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
		return e.ids[num/idPageSize][num%idPageSize]
	}
	return e.base.id(num)
}

func (e *sideEdit) seal() side {
	if e.byID == nil {
		return e.base
	}
	return side{e.byID.Map(), e.ids}
}
