package snapshot

import (
	"cmp"
	"iter"
	"slices"

	"github.com/slackstate/slackstate/internal/idset"
)

// memberships holds who is in which conversation, in both directions: for each
// conversation the numbers of its users, and for each user those of its
// conversations. That is one or two bytes a membership in each direction.
type memberships struct {
	convs, users side
	count        int // pairs
}

// of returns the members of a conversation, in no particular order.
func (m *memberships) of(conv string) iter.Seq[string] { return m.users.names(m.convs.of(conv)) }

// in returns the conversations of a user, in no particular order.
func (m *memberships) in(user string) iter.Seq[string] { return m.convs.names(m.users.of(user)) }

func (m *memberships) size(conv string) int { return m.convs.of(conv).Len() }

func (m *memberships) has(conv, user string) bool {
	u, ok := m.users.byID.Get(user)
	return ok && m.convs.of(conv).Has(u.num)
}

func (m *memberships) get(key string) Record {
	if m.has(Unpair(key)) {
		return Exists
	}
	return ""
}

func (m *memberships) all() iter.Seq2[string, Record] {
	return func(yield func(string, Record) bool) {
		for conv := range m.convs.byID.All() {
			for user := range m.of(conv) {
				if !yield(Pair(conv, user), Exists) {
					return
				}
			}
		}
	}
}

// membersEdit changes memberships in one batch. How the sets of a conversation
// and of its users differ in the end is worked out for all of them at once.
type membersEdit struct {
	convs, users sideEdit
	byConv       map[string]*setEdit
	moves        []move
	count        int
}

// A setEdit is the members of a conversation, and how they differ from it.
type setEdit struct {
	num   uint32 // the conversation's
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
	return membersEdit{convs: sideEdit{base: base.convs}, users: sideEdit{base: base.users}, count: base.count}
}

func (e *membersEdit) has(conv, user string) bool {
	u, ok := e.users.get(user)
	if !ok {
		return false
	}
	if s := e.byConv[conv]; s != nil {
		return s.has(u.num)
	}
	c, _ := e.convs.get(conv)
	return c.with.Has(u.num)
}

// set puts a pair in or takes it out. The caller knows that this is a change.
func (e *membersEdit) set(conv, user string, in bool) {
	s := e.byConv[conv]
	if s == nil {
		if e.byConv == nil {
			e.byConv = map[string]*setEdit{}
		}
		num := e.convs.number(conv)
		base, _ := e.convs.get(conv)
		s = &setEdit{num, base.with, map[uint32]bool{}}
		e.byConv[conv] = s
	}
	m := move{e.users.number(user), s.num, in}
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
	c, _ := e.convs.get(conv)
	if s := e.byConv[conv]; s != nil {
		c.with = s.seal()
	}
	for num := range c.with.All() {
		ids = append(ids, e.users.id(num))
	}
	return ids
}

func (e *membersEdit) seal() memberships {
	for conv, s := range e.byConv {
		e.convs.set(conv, s.num, s.seal())
	}
	// The last move of a pair is the one that counts.
	slices.SortStableFunc(e.moves, func(a, b move) int { return cmp.Compare(a.user, b.user) })
	for rest := e.moves; len(rest) > 0; {
		user, n := rest[0].user, 0
		other := map[uint32]bool{}
		for ; n < len(rest) && rest[n].user == user; n++ {
			other[rest[n].conv] = rest[n].in
		}
		rest = rest[n:]
		id := e.users.id(user)
		u, _ := e.users.get(id)
		e.users.set(id, user, changed(u.with, other))
	}
	return memberships{e.convs.seal(), e.users.seal(), e.count}
}
