package snapshot

import (
	"math"
	"slices"

	"github.com/slackstate/slackstate/internal/idset"
	"github.com/slackstate/slackstate/internal/parallel"
)

// newMembers is memberships where there were none: for each conversation the
// numbers of its users. Finding the numbers of millions is most of the work, so
// lists wait for seal, which does it on all processors, unless somebody asks for
// what is in them.
type newMembers struct {
	users, convs numbers
	sets         [][]uint32 // by number of the conversation
	waiting      [][]string // likewise: users that are in it too, whether or not they are in its set
	texts        arena

	ofUsers, ofConvs *newTable // the records of both, nil if they are not new
}

// numbers gives ids their numbers, in the order in which they come.
type numbers struct {
	of  map[string]uint32
	ids IDs
}

// number returns the number of an id, which shares the memory of its record's key,
// if it has a record, in of.
func (n *numbers) number(id string, of *newTable, texts *arena) uint32 {
	num, ok := n.of[id]
	if !ok {
		stored, r := "", Record("")
		if of != nil {
			stored, r = of.entry(id)
		}
		if r == "" {
			stored = texts.clone(id)
		}
		if n.of == nil {
			size := 0
			if of != nil {
				size = len(of.at)
			}
			n.of = make(map[string]uint32, size)
		}
		num = uint32(len(n.of))
		n.of[stored] = num
		n.ids.Add(stored)
	}
	return num
}

func (m *newMembers) user(id string) uint32 { return m.users.number(id, m.ofUsers, &m.texts) }

// conv returns the number of a conversation, for which there is a place then.
func (m *newMembers) conv(id string) uint32 {
	num := m.convs.number(id, m.ofConvs, &m.texts)
	if int(num) == len(m.sets) {
		m.sets, m.waiting = append(m.sets, nil), append(m.waiting, nil)
	}
	return num
}

// set returns the numbers of a conversation's users.
func (m *newMembers) set(conv uint32) []uint32 {
	if list := m.waiting[conv]; list != nil {
		set := slices.Grow(m.sets[conv], len(list))
		for _, u := range list {
			set = append(set, m.user(u))
		}
		m.sets[conv], m.waiting[conv] = unique(set), nil
	}
	return m.sets[conv]
}

// unique sorts a set that may have a number twice.
func unique(set []uint32) []uint32 {
	slices.Sort(set)
	return slices.Compact(set)
}

func (m *newMembers) has(conv, user string) bool {
	c, ok := m.convs.of[conv]
	if !ok {
		return false
	}
	set := m.set(c)
	u, ok := m.users.of[user]
	return ok && slices.Contains(set, u)
}

// put puts a pair in, which is not there, or takes it out.
func (m *newMembers) put(conv, user string, in bool) {
	c, u := m.conv(conv), m.user(user)
	set := m.set(c)
	if in {
		set = append(set, u)
	} else if i := slices.Index(set, u); i >= 0 {
		set = slices.Delete(set, i, i+1)
	}
	m.sets[c] = set
}

// add puts users in, whether or not they are there.
func (m *newMembers) add(conv string, users []string) {
	c := m.conv(conv)
	m.set(c)
	m.waiting[c] = users
}

func (m *newMembers) list(conv string) (ids []string) {
	if c, ok := m.convs.of[conv]; ok {
		for _, u := range m.set(c) {
			ids = append(ids, m.users.ids.ID(u))
		}
	}
	return ids
}

// any reports whether there is a pair.
func (m *newMembers) any() bool {
	return slices.ContainsFunc(m.sets, func(set []uint32) bool { return len(set) > 0 }) ||
		slices.ContainsFunc(m.waiting, func(list []string) bool { return len(list) > 0 })
}

// settle puts all that wait into their sets, as set does for one conversation.
// What takes long, to find the record that an id has and to sort, is done for
// several at a time; the numbers are given in order.
func (m *newMembers) settle() {
	const none = math.MaxUint32
	of := m.ofUsers
	if of == nil {
		of = new(newTable)
	}
	each := func(do func(conv int)) {
		parallel.Each(len(m.sets), func(_ *struct{}, conv int) { do(conv) })
	}
	found := make([][]uint32, len(m.waiting)) // the places of the users' records, then their numbers
	each(func(conv int) {
		places := make([]uint32, len(m.waiting[conv]))
		for i, u := range m.waiting[conv] {
			places[i] = none
			if at, ok := of.at[u]; ok {
				places[i] = uint32(at)
			}
		}
		found[conv] = places
	})
	numbers := slices.Repeat([]uint32{none}, of.rows.n) // by place
	for conv, list := range m.waiting {
		for i, place := range found[conv] {
			if place == none {
				found[conv][i] = m.user(list[i])
				continue
			}
			if numbers[place] == none {
				numbers[place] = m.user(list[i])
			}
			found[conv][i] = numbers[place]
		}
	}
	each(func(conv int) { m.sets[conv] = unique(append(found[conv], m.sets[conv]...)) })
	m.waiting = make([][]string, len(m.sets))
}

// seal returns the memberships and what they add to Digest.
func (m *newMembers) seal() (_ memberships, digest uint64) {
	m.settle()
	users := make([]uint64, 0, m.users.ids.Len()) // hashes
	for id := range m.users.ids.From(0) {
		users = append(users, hashUser(id))
	}
	in := idset.NewTransposer(len(users))
	count := 0
	for conv, set := range m.sets {
		hash := hashConversation(m.convs.ids.ID(uint32(conv)))
		for _, u := range set {
			digest += mixPair(hash, users[u])
		}
		in.Count(uint32(conv), set)
		count += len(set)
	}
	in.Place()
	for conv, set := range m.sets {
		in.Add(uint32(conv), set)
	}
	sets := make([]idset.Set, len(m.sets))
	for conv, set := range m.sets {
		sets[conv] = idset.Of(set)
	}
	next := memberships{count: count}
	next.convs, _ = newSide(m.convs.ids, sets)
	next.users, _ = newSide(m.users.ids, in.Sets())
	return next, digest
}
