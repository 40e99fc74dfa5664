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
	u, ok := m.users.number(user)
	return ok && m.convs.of(conv).Has(u)
}

func (m *memberships) get(key string) Record {
	if m.has(Unpair(key)) {
		return Exists
	}
	return ""
}

func (m *memberships) all() iter.Seq2[string, Record] {
	return func(yield func(string, Record) bool) {
		for conv := range m.convs.all() {
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
	sets         []setEdit
	at           map[string]int // the place of a conversation in sets, once there are many
	count        int
}

// A setEdit is the members of a conversation, and how they differ from it.
type setEdit struct {
	id    string
	end   end            // before the edit
	moves []move         // one for each user
	at    map[uint32]int // the place of a user in moves, once there are many
}

// A move is a user that came into a conversation or left it, and perhaps changed
// sides again.
type move struct {
	conv, user uint32
	was, in    bool
	id         string // the user's
	before     idset.Set
}

// few is how many sets or moves are searched one by one. Most events make one,
// for which a map would be the dearest part.
const few = 16

// move returns the place of a user in moves, or -1.
func (s *setEdit) move(user uint32) int {
	if len(s.moves) <= few {
		return slices.IndexFunc(s.moves, func(m move) bool { return m.user == user })
	}
	if s.at == nil {
		s.at = map[uint32]int{}
	}
	for i := len(s.at); i < len(s.moves); i++ {
		s.at[s.moves[i].user] = i
	}
	if i, ok := s.at[user]; ok {
		return i
	}
	return -1
}

func (s *setEdit) has(user uint32) bool {
	if i := s.move(user); i >= 0 {
		return s.moves[i].in
	}
	return s.end.with.Has(user)
}

// seal returns the members of the conversation as they are now.
func (s *setEdit) seal() idset.Set {
	slices.SortFunc(s.moves, func(a, b move) int { return cmp.Compare(a.user, b.user) })
	s.at = nil
	return changed(s.end.with, s.moves, func(m move) uint32 { return m.user })
}

// changed returns a set with some numbers in it or not: of is that of a move. They
// ascend.
func changed(base idset.Set, moves []move, of func(move) uint32) idset.Set {
	if len(moves) <= 4 {
		for _, m := range moves {
			if m.in {
				base = base.With(of(m))
			} else {
				base = base.Without(of(m))
			}
		}
		return base
	}
	nums := make([]uint32, 0, base.Len()+len(moves))
	for num := range base.All() {
		for len(moves) > 0 && of(moves[0]) < num {
			nums, moves = moved(nums, moves, of)
		}
		if len(moves) > 0 && of(moves[0]) == num {
			nums, moves = moved(nums, moves, of)
		} else {
			nums = append(nums, num)
		}
	}
	for len(moves) > 0 {
		nums, moves = moved(nums, moves, of)
	}
	return idset.Of(nums)
}

// moved takes the first of the moves into account.
func moved(nums []uint32, moves []move, of func(move) uint32) ([]uint32, []move) {
	if moves[0].in {
		nums = append(nums, of(moves[0]))
	}
	return nums, moves[1:]
}

// begin starts over from base.
func (e *membersEdit) begin(base memberships) {
	e.convs.begin(base.convs)
	e.users.begin(base.users)
	clear(e.sets)
	e.sets, e.at = e.sets[:0], nil
	e.count = base.count
}

// set returns what changes in a conversation, nil if nothing does.
func (e *membersEdit) set(conv string) *setEdit {
	if len(e.sets) <= few {
		for i := range e.sets {
			if e.sets[i].id == conv {
				return &e.sets[i]
			}
		}
		return nil
	}
	if e.at == nil {
		e.at = map[string]int{}
	}
	for i := len(e.at); i < len(e.sets); i++ {
		e.at[e.sets[i].id] = i
	}
	if i, ok := e.at[conv]; ok {
		return &e.sets[i]
	}
	return nil
}

func (e *membersEdit) has(conv, user string) bool {
	u, ok := e.users.get(user)
	if !ok {
		return false
	}
	if s := e.set(conv); s != nil {
		return s.has(u.num)
	}
	c, _ := e.convs.get(conv)
	return c.with.Has(u.num)
}

// put puts a pair in or takes it out. The caller knows that this is a change.
func (e *membersEdit) put(conv, user string, in bool) {
	s := e.edit(conv)
	id, x := e.users.numbered(user)
	if i := s.move(x.num); i >= 0 {
		s.moves[i].in = in
	} else {
		s.moves = append(s.moves, move{s.end.num, x.num, !in, in, id, x.with})
	}
	if in {
		e.count++
	} else {
		e.count--
	}
}

// edit returns what changes in a conversation.
func (e *membersEdit) edit(conv string) *setEdit {
	s := e.set(conv)
	if s == nil {
		id, x := e.convs.numbered(conv)
		e.sets = append(e.sets, setEdit{id: id, end: x})
		s = &e.sets[len(e.sets)-1]
	}
	return s
}

// net appends the changes that the moves amount to.
func (e *membersEdit) net(changes []Change) []Change {
	for i := range e.sets {
		s := &e.sets[i]
		for _, m := range s.moves {
			if m.in == m.was {
				continue
			}
			c := Change{Kind: KindMember, Key: Pair(s.id, m.id)}
			if m.in {
				c.After = Exists
			} else {
				c.Before = Exists
			}
			changes = append(changes, c)
		}
	}
	return changes
}

// of returns the members of a conversation as the edit has them.
func (e *membersEdit) of(conv string) (ids []string) {
	c, _ := e.convs.get(conv)
	if s := e.set(conv); s != nil {
		c.with = s.seal()
	}
	for num := range c.with.All() {
		ids = append(ids, e.users.id(num))
	}
	return ids
}

func (e *membersEdit) seal() memberships {
	var moves []move
	for i := range e.sets {
		s := &e.sets[i]
		e.convs.set(s.end.num, s.seal())
		if len(e.sets) == 1 {
			moves = s.moves
		} else {
			moves = append(moves, s.moves...)
		}
	}
	if len(e.sets) > 1 {
		slices.SortFunc(moves, func(a, b move) int { return cmp.Or(cmp.Compare(a.user, b.user), cmp.Compare(a.conv, b.conv)) })
	}
	for rest := moves; len(rest) > 0; {
		first, n := rest[0], 1
		for n < len(rest) && rest[n].user == first.user {
			n++
		}
		e.users.set(first.user, changed(first.before, rest[:n], func(m move) uint32 { return m.conv }))
		rest = rest[n:]
	}
	return memberships{e.convs.seal(), e.users.seal(), e.count}
}
