package snapshot

import "github.com/slackstate/slackstate/internal/pmap"

// numbers gives ids small numbers, so that sets of ids are small. An id keeps
// its number for as long as the process lives, also when it is in no set any
// more. Numbers never leave this package: another process gives others.
type numbers struct {
	byID pmap.Map[string, uint32]
	ids  []*idPage // the id of number n is at page n/idPageSize
}

// ids are kept in pages, so that a new one copies a page and the list of them.
const idPageSize = 256

type idPage [idPageSize]string

func (n *numbers) of(id string) (uint32, bool) { return n.byID.Get(id) }

func (n *numbers) id(num uint32) string { return n.ids[num/idPageSize][num%idPageSize] }

// numbersEdit gives out numbers in one batch.
type numbersEdit struct {
	base numbers
	byID *pmap.Edit[string, uint32] // nil until there is a new id
	ids  []*idPage
	own  int // pages from this one on belong to the edit
}

func (e *numbersEdit) of(id string) (uint32, bool) {
	if e.byID != nil {
		return e.byID.Get(id)
	}
	return e.base.of(id)
}

// give returns the number of an id, a new one if it has none.
func (e *numbersEdit) give(id string) uint32 {
	if num, ok := e.of(id); ok {
		return num
	}
	if e.byID == nil {
		e.byID = e.base.byID.Edit()
		e.ids = append(make([]*idPage, 0, len(e.base.ids)+1), e.base.ids...)
		e.own = len(e.ids)
	}
	num := uint32(e.byID.Len())
	page := int(num / idPageSize)
	switch {
	case page == len(e.ids):
		e.ids = append(e.ids, &idPage{})
	case page < e.own:
		copied := *e.ids[page] // only the last page has room
		e.ids[page], e.own = &copied, page
	}
	e.ids[page][num%idPageSize] = id
	e.byID.Set(id, num)
	return num
}

func (e *numbersEdit) id(num uint32) string {
	if e.byID != nil {
		return e.ids[num/idPageSize][num%idPageSize]
	}
	return e.base.id(num)
}

func (e *numbersEdit) seal() numbers {
	if e.byID == nil {
		return e.base
	}
	return numbers{e.byID.Map(), e.ids}
}
