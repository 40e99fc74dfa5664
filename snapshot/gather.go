package snapshot

import (
	"slices"

	"github.com/slackstate/slackstate/internal/parallel"
)

// A gathering takes what an edit puts into tables that were empty before, as the
// first list of a workspace does with hundreds of thousands of records. They
// wait in plain maps until Commit, which builds tables, indexes and memberships
// from the bottom up and on all processors. What comes out is the same.
type gathering struct {
	tables  [numTables]*newTable // nil where the base has records
	members *newMembers          // likewise
}

// Gather tells an edit in which nothing was put yet that much will be. All
// memberships of the next snapshot are then not among the changes that Commit
// returns if the base had none; AllMembers tells.
func (e *Edit) Gather() {
	e.gathering = &gathering{}
	for _, k := range Kinds() {
		if k != KindMember && e.base.Len(k) == 0 {
			e.gathering.tables[k.slot()] = new(newTable)
		}
	}
	if e.base.Len(KindMember) == 0 && e.base.members.users.Len() == 0 && e.base.members.convs.Len() == 0 {
		e.gathering.members = &newMembers{
			users: numbers{table: e.gathered(KindUser.slot())},
			convs: numbers{table: e.gathered(KindConversation.slot())},
		}
	}
}

// Expect tells an edit that gathers that n records of a kind are on their way.
func (e *Edit) Expect(k Kind, n int) {
	if t := e.gathered(k.slot()); t != nil {
		t.at.expect(n)
	}
}

// AllMembers reports whether Commit leaves memberships out of the changes, for
// all there are after the edit are new.
func (e *Edit) AllMembers() bool {
	m := e.newMembers()
	return m != nil && m.any()
}

// gathered returns the table that gathers a slot's records, nil if none does.
func (e *Edit) gathered(slot int) *newTable {
	if e.gathering == nil {
		return nil
	}
	return e.gathering.tables[slot]
}

// AddMembers puts users into a conversation. It is Put for each of the pairs, but
// may keep the list until Commit.
func (e *Edit) AddMembers(conv ChannelID, users []string) {
	if m := e.newMembers(); m != nil {
		m.add(string(conv), users)
		return
	}
	for _, u := range users {
		e.Put(KindMember, Pair(string(conv), u), Exists)
	}
}

// newMembers returns what gathers memberships, nil if nothing does.
func (e *Edit) newMembers() *newMembers {
	if e.gathering == nil {
		return nil
	}
	return e.gathering.members
}

// A newTable is the records of a table that was empty, in the order in which they
// came; one that was deleted again is "".
type newTable struct {
	at   places // in rows
	rows chunks[row]
	n    int // that are not ""

	asked []byte // the key that was asked for last, several times as a rule
	found int    // its place, -1 for none
}

// place returns the place of a key in rows, -1 if it has none. nil is an empty table.
func (t *newTable) place(key string) int {
	if t == nil || t.rows.n == 0 {
		return -1
	}
	if string(t.asked) != key {
		t.asked, t.found = append(t.asked[:0], key...), t.at.get(key)
	}
	return t.found
}

// entry returns the key as it is stored and its record, both "" if there is none.
func (t *newTable) entry(key string) (stored string, r Record) {
	if i := t.place(key); i >= 0 {
		x := t.rows.at(i)
		return x.key, x.r
	}
	return "", ""
}

// put stores a record under a key whose memory may be kept.
func (t *newTable) put(key string, r Record) {
	i := t.place(key)
	if i < 0 {
		i = t.rows.n
		t.at.put(key, i)
		t.asked, t.found = append(t.asked[:0], key...), i
		t.rows.add(row{key: key})
	}
	x := t.rows.at(i)
	if x.r == "" && r != "" {
		t.n++
	} else if x.r != "" && r == "" {
		t.n--
	}
	x.r = r
}

// aliases returns the names that are aliases of an emoji.
func (t *newTable) aliases(name string) (names []string) {
	for i := range t.rows.n {
		if x := t.rows.at(i); x.r.Str(EmojiValue) == "alias:"+name {
			names = append(names, x.key)
		}
	}
	slices.Sort(names)
	return names
}

// live returns the rows that were not deleted again.
func (t *newTable) live() *chunks[row] {
	if t.n == t.rows.n {
		return &t.rows
	}
	var rows chunks[row]
	for i := range t.rows.n {
		if x := t.rows.at(i); x.r != "" {
			rows.add(*x)
		}
	}
	return &rows
}

// seal puts what was gathered into the next snapshot, and returns it as changes
// among those of other tables. They are sorted, as all that it returns are.
func (g *gathering) seal(next *Snapshot, others []Change) []Change {
	var (
		built   [numTables]table
		sorted  [numTables][]Change
		lists   [numListed]list
		digests [numTables]uint64
		names   indexes
		members memberships
		jobs    []func()
	)
	if g.members != nil && len(g.members.sets) > 0 {
		// What takes longest begins first.
		jobs = append(jobs, func() { members, digests[KindMember.slot()] = g.members.seal() })
	}
	for _, k := range Kinds() {
		t := g.tables[k.slot()]
		if t == nil || t.n == 0 {
			continue
		}
		slot, rows := k.slot(), t.live()
		jobs = append(jobs, func() {
			if place, ok := k.listed(); ok {
				lists[place], _ = buildList(rows)
			} else {
				built[slot] = buildTable(rows)
			}
			for i := range rows.n {
				x := rows.at(i)
				digests[slot] += mix(k, x.key, x.r)
			}
		})
		if _, ok := k.listed(); ok {
			jobs = append(jobs, func() { buildIndexes(&names, k, rows) })
		}
		jobs = append(jobs, func() {
			of := make([]Change, rows.n)
			for i := range of {
				x := rows.at(i)
				of[i] = Change{k, x.key, "", x.r}
			}
			slices.SortFunc(of, Change.Compare)
			sorted[slot] = of
		})
	}
	for _, c := range others {
		slot := c.Kind.slot()
		sorted[slot] = append(sorted[slot], c)
	}
	parallel.Do(jobs)
	for _, k := range Kinds() {
		slot := k.slot()
		if built[slot].Len() > 0 {
			next.tables.put(slot, built[slot])
		}
		if k.Entity() {
			next.digest += digests[slot]
		} else {
			next.sum += digests[slot]
		}
	}
	for place := range lists {
		if lists[place].Len() > 0 {
			l := lists[place]
			next.listed[place] = &l
		}
	}
	for ix, t := range names {
		if t.Len() > 0 {
			next.index = next.index.with(index(ix), t)
		}
	}
	if len(members.convs.pages) > 0 {
		next.members = members
	}
	return slices.Concat(sorted[:]...) // slots are in the order of kinds
}
