package snapshot

import (
	"cmp"
	"iter"
	"slices"

	"github.com/slackstate/slackstate/internal/idset"
	"github.com/slackstate/slackstate/internal/pmap"
)

// memberships holds who is in which conversation, in both directions: for each
// conversation the numbers of its users, and for each user those of its
// conversations. That is one or two bytes a membership in each direction.
type memberships struct {
	users, convs numbers
	byConv       pmap.Map[string, idset.Set]
	byUser       pmap.Map[string, idset.Set]
	count        int // pairs
}

// of returns the members of a conversation, in no particular order.
func (m *memberships) of(conv string) iter.Seq[string] {
	s, _ := m.byConv.Get(conv)
	return m.users.names(s)
}

// in returns the conversations of a user, in no particular order.
func (m *memberships) in(user string) iter.Seq[string] {
	s, _ := m.byUser.Get(user)
	return m.convs.names(s)
}

func (n *numbers) names(s idset.Set) iter.Seq[string] {
	return func(yield func(string) bool) {
		for num := range s.All() {
			if !yield(n.id(num)) {
				return
			}
		}
	}
}

func (m *memberships) size(conv string) int {
	s, _ := m.byConv.Get(conv)
	return s.Len()
}

func (m *memberships) has(conv, user string) bool {
	num, ok := m.users.of(user)
	if !ok {
		return false
	}
	s, _ := m.byConv.Get(conv)
	return s.Has(num)
}

func (m *memberships) get(key string) Record {
	if m.has(Unpair(key)) {
		return Exists
	}
	return ""
}

func (m *memberships) all() iter.Seq2[string, Record] {
	return func(yield func(string, Record) bool) {
		for conv := range m.byConv.All() {
			for user := range m.of(conv) {
				if !yield(Pair(conv, user), Exists) {
					return
				}
			}
		}
	}
}

// membersEdit changes memberships in one batch. A conversation under change is
// held as a plain set; what that means for the users is worked out in the end,
// for all conversations at once.
type membersEdit struct {
	base         memberships
	users, convs numbersEdit
	byConv       map[string]*setEdit
	moves        []move
	count        int
}

// A setEdit is the members of a conversation, and how they differ from it.
type setEdit struct {
	base  idset.Set
	other map[uint32]bool // whether these are in it, whatever base says
}

func (s *setEdit) has(num uint32) bool {
	if in, ok := s.other[num]; ok {
		return in
	}
	return s.base.Has(num)
}

func (s *setEdit) seal() idset.Set { return changed(s.base, s.other) }

// changed returns a set with some numbers in it or not.
func changed(base idset.Set, other map[uint32]bool) idset.Set {
	if len(other) <= 4 {
		for num, in := range other {
			if in {
				base = base.With(num)
			} else {
				base = base.Without(num)
			}
		}
		return base
	}
	nums := slices.DeleteFunc(base.Slice(make([]uint32, 0, base.Len()+len(other))), func(n uint32) bool {
		_, ok := other[n]
		return ok
	})
	for num, in := range other {
		if in {
			nums = append(nums, num)
		}
	}
	return idset.Of(nums)
}

// A move is a user that came into a conversation or left it.
type move struct {
	user, conv uint32
	in         bool
}

func newMembersEdit(base memberships) membersEdit {
	return membersEdit{base: base, users: numbersEdit{base: base.users}, convs: numbersEdit{base: base.convs}, count: base.count}
}

func (e *membersEdit) has(conv, user string) bool {
	num, ok := e.users.of(user)
	if !ok {
		return false
	}
	if s := e.byConv[conv]; s != nil {
		return s.has(num)
	}
	s, _ := e.base.byConv.Get(conv)
	return s.Has(num)
}

// set puts a pair in or takes it out. The caller knows that this is a change.
func (e *membersEdit) set(conv, user string, in bool) {
	s := e.byConv[conv]
	if s == nil {
		if e.byConv == nil {
			e.byConv = map[string]*setEdit{}
		}
		base, _ := e.base.byConv.Get(conv)
		s = &setEdit{base, map[uint32]bool{}}
		e.byConv[conv] = s
	}
	m := move{e.users.give(user), e.convs.give(conv), in}
	s.other[m.user] = in
	e.moves = append(e.moves, m)
	if in {
		e.count++
	} else {
		e.count--
	}
}

// of returns the members of a conversation as the edit has them.
func (e *membersEdit) of(conv string) (ids []string) {
	var nums []uint32
	if s := e.byConv[conv]; s != nil {
		nums = s.seal().Slice(nil)
	} else {
		s, _ := e.base.byConv.Get(conv)
		nums = s.Slice(nil)
	}
	for _, num := range nums {
		ids = append(ids, e.users.id(num))
	}
	return ids
}

func (e *membersEdit) seal() memberships {
	if e.byConv == nil {
		return e.base
	}
	m := memberships{users: e.users.seal(), convs: e.convs.seal(), count: e.count}
	byConv := e.base.byConv.Edit()
	for conv, s := range e.byConv {
		put(byConv, conv, s.seal())
	}
	m.byConv = byConv.Map()

	// The last move of a pair is the one that counts.
	slices.SortStableFunc(e.moves, func(a, b move) int { return cmp.Compare(a.user, b.user) })
	byUser := e.base.byUser.Edit()
	for rest := e.moves; len(rest) > 0; {
		user, n := rest[0].user, 0
		other := map[uint32]bool{}
		for ; n < len(rest) && rest[n].user == user; n++ {
			other[rest[n].conv] = rest[n].in
		}
		rest = rest[n:]
		id := m.users.id(user)
		base, _ := byUser.Get(id)
		put(byUser, id, changed(base, other))
	}
	m.byUser = byUser.Map()
	return m
}

// put stores a set under an id, unless it is empty.
func put(e *pmap.Edit[string, idset.Set], id string, s idset.Set) {
	if s.Len() > 0 {
		e.Set(id, s)
	} else {
		e.Delete(id)
	}
}
