package snapshot

import (
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
	sorter       idset.Sorter
}

// numbers gives ids their numbers, in the order in which they come.
type numbers struct {
	table   *newTable         // the records of the ids, nil if they are not new
	byPlace []uint32          // by the place of an id's record there: 1 more than the number, 0 for none yet
	others  map[string]uint32 // of ids that had no record when they came
	ids     IDs
}

// find returns the number of an id, and whether it has one.
func (n *numbers) find(id string) (num uint32, ok bool) { return n.findAt(n.table.place(id), id) }

// findAt is find for an id whose record has a place in the table, -1 for none.
func (n *numbers) findAt(place int, id string) (num uint32, ok bool) {
	if place >= 0 && place < len(n.byPlace) && n.byPlace[place] > 0 {
		return n.byPlace[place] - 1, true
	}
	num, ok = n.others[id]
	return num, ok
}

// number is find that gives an id a number if it has none. numberAt is findAt that
// does.
func (n *numbers) number(id string, texts *arena) uint32 {
	return n.numberAt(n.table.place(id), id, texts)
}

func (n *numbers) numberAt(place int, id string, texts *arena) uint32 {
	num, ok := n.findAt(place, id)
	if ok {
		return num
	}
	num = uint32(n.ids.Len())
	if place >= 0 {
		if place >= len(n.byPlace) {
			n.byPlace = append(n.byPlace, make([]uint32, n.table.rows.n-len(n.byPlace))...)
		}
		n.byPlace[place] = num + 1
		id = n.table.rows.at(place).key // whose memory is shared
	} else {
		if n.others == nil {
			n.others = map[string]uint32{}
		}
		id = texts.clone(id)
		n.others[id] = num
	}
	n.ids.Add(id)
	return num
}

// conv returns the number of a conversation, for which there is a place then.
func (m *newMembers) conv(id string) uint32 {
	num := m.convs.number(id, &m.texts)
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
			set = append(set, m.users.number(u, &m.texts))
		}
		m.sets[conv], m.waiting[conv] = m.sorter.Sort(set), nil
	}
	return m.sets[conv]
}

func (m *newMembers) has(conv, user string) bool {
	c, ok := m.convs.find(conv)
	if !ok {
		return false
	}
	set := m.set(c)
	u, ok := m.users.find(user)
	return ok && slices.Contains(set, u)
}

// put puts a pair in, which is not there, or takes it out.
func (m *newMembers) put(conv, user string, in bool) {
	c, u := m.conv(conv), m.users.number(user, &m.texts)
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
	if c, ok := m.convs.find(conv); ok {
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
	var at places // of the users' records
	if m.users.table != nil {
		at = m.users.table.at
	}
	found := make([][]int32, len(m.waiting))
	parallel.Each(len(found), func(_ *struct{}, conv int) {
		found[conv] = make([]int32, len(m.waiting[conv]))
		for i, u := range m.waiting[conv] {
			found[conv][i] = int32(at.get(u))
		}
	})
	for conv, list := range m.waiting {
		set := slices.Grow(m.sets[conv], len(list))
		for i, u := range list {
			set = append(set, m.users.numberAt(int(found[conv][i]), u, &m.texts))
		}
		m.sets[conv] = set
	}
	parallel.Each(len(m.sets), func(w *idset.Sorter, conv int) {
		m.sets[conv] = w.Sort(m.sets[conv])
	})
	m.waiting = make([][]string, len(m.sets))
}

// seal returns the memberships and what they add to Digest.
func (m *newMembers) seal() (next memberships, digest uint64) {
	m.settle()
	parallel.Do([]func(){
		func() { next.users, _ = newSide(m.users.ids, m.transposed()) },
		func() {
			sets := make([]idset.Set, len(m.sets))
			for conv, set := range m.sets {
				sets[conv] = idset.OfSorted(set)
				next.count += len(set)
			}
			next.convs, _ = newSide(m.convs.ids, sets)
		},
		func() { digest = m.digest() },
	})
	return next, digest
}

// transposed returns what each user is in.
func (m *newMembers) transposed() []idset.Set {
	in := idset.NewTransposer(m.users.ids.Len())
	for conv, set := range m.sets {
		in.Count(uint32(conv), set)
	}
	in.Place()
	for conv, set := range m.sets {
		in.Add(uint32(conv), set)
	}
	return in.Sets()
}

// digest returns what the memberships add to Digest.
func (m *newMembers) digest() (digest uint64) {
	users := make([]uint64, 0, m.users.ids.Len()) // hashes
	for id := range m.users.ids.From(0) {
		users = append(users, hashUser(id))
	}
	for conv, set := range m.sets {
		hash := hashConversation(m.convs.ids.ID(uint32(conv)))
		for _, u := range set {
			digest += mixPair(hash, users[u])
		}
	}
	return digest
}
