package snapshot

import (
	"iter"
	"strings"

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
	base  side
	begun bool // what follows is in use; base answers until then
	byID  pmap.Edit[string, end]
	ids   IDs
	own   int // pages from this one on belong to the edit
}

// begin starts over from base.
func (e *sideEdit) begin(base side) {
	if e.begun {
		*e = sideEdit{}
	}
	e.base = base
}

func (e *sideEdit) get(id string) (end, bool) {
	if e.begun {
		return e.byID.Get(id)
	}
	return e.base.byID.Get(id)
}

// edit makes sure that byID is there to be changed.
func (e *sideEdit) edit() *pmap.Edit[string, end] {
	if !e.begun {
		e.begun = true
		e.byID.Start(e.base.byID)
		e.ids, e.own = e.base.IDs, len(e.base.pages)
	}
	return &e.byID
}

// numbered returns an id as it is stored and what is known of it, with a new
// number if it has none.
func (e *sideEdit) numbered(id string) (stored string, x end) {
	byID := e.edit()
	if stored, x, ok := byID.Entry(id); ok {
		return stored, x
	}
	id = strings.Clone(id) // it may be cut out of a frame
	x.num = uint32(e.ids.n)
	e.own = e.ids.add(id, e.own)
	byID.Set(id, x)
	return id, x
}

// set stores what is known of an id that has a number.
func (e *sideEdit) set(id string, x end) { e.edit().Set(id, x) }

func (e *sideEdit) id(num uint32) string {
	if e.begun {
		return e.ids.ID(num)
	}
	return e.base.ID(num)
}

func (e *sideEdit) seal() side {
	if !e.begun {
		return e.base
	}
	return side{e.ids, e.byID.Map()}
}
