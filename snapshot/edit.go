package snapshot

import (
	"cmp"
	"iter"
	"math/bits"
	"slices"
	"strings"

	"github.com/slackstate/slackstate/internal/numbered"
	"github.com/slackstate/slackstate/internal/pmap"
)

// A Change is what one event did to one record in the end. Before or After is
// "" when there was or is none.
type Change struct {
	Kind          Kind
	Key           string
	Before, After Record
}

// Compare orders changes by kind and key.
func (c Change) Compare(o Change) int {
	return cmp.Or(cmp.Compare(c.Kind, o.Kind), strings.Compare(c.Key, o.Key))
}

// An Edit makes the next snapshot out of one. Put and Delete are the only way
// anything changes, and they carry the indexes and digests along. An Edit
// belongs to one goroutine. Nothing that it returns shares the memory it works
// in, so that Reset can use that again.
type Edit struct {
	Encoder // makes the records to put

	base      *Snapshot
	digest    uint64 // of base and what was put since
	sum       uint64
	tables    [numTables]pmap.Edit[string, Record]
	listed    [numListed]numbered.Edit[Record]
	index     [numIndexes]numbered.IndexEdit
	members   membersEdit
	begun     begun
	gathering *gathering
	timelines timelinesEdit
	ties      tiesEdit

	found [8]found // what was last found of some kinds

	untracked bool
	changes   []Change
	at        map[changeKey]int // position in changes, once there are many

	before, after []indexEntry // of the record that is put
}

// begun says which parts of an edit are in use; base answers for the others.
type begun struct {
	tables, listed, index uint32 // bit n: the edit in slot n, in place n, or of index n
	members               bool
	timelines             bool
}

// A found record is what an edit has under a key. A handler asks for the same
// two or three records again and again.
type found struct {
	kind Kind
	key  string // as it is stored
	r    Record
}

type changeKey struct {
	kind Kind
	key  string
}

// Edit starts an Edit from s.
func (s *Snapshot) Edit() *Edit {
	e := new(Edit)
	e.Reset(s)
	return e
}

// Reset starts over from s, whatever the edit held. With nil the edit is over,
// and keeps nothing alive.
func (e *Edit) Reset(s *Snapshot) {
	for slot := range bitsOf(e.begun.tables) {
		e.tables[slot] = pmap.Edit[string, Record]{}
	}
	for place := range bitsOf(e.begun.listed) {
		e.listed[place] = numbered.Edit[Record]{}
	}
	for ix := range bitsOf(e.begun.index) {
		e.index[ix] = numbered.IndexEdit{}
	}
	if e.begun.members {
		e.members.begin(memberships{})
	}
	if e.begun.timelines {
		e.timelines = timelinesEdit{}
	}
	e.begun, e.gathering = begun{}, nil
	e.ties.begin(nil)
	for i := range e.found {
		if e.found[i].kind != 0 {
			e.found[i] = found{}
		}
	}
	clear(e.changes)
	e.changes, e.at = e.changes[:0], nil
	e.Encoder.reset()
	if e.base = s; s != nil {
		e.digest, e.sum = s.digest, s.sum
		e.ties.base = s.ties
	}
}

// bitsOf returns the numbers of the bits that are set.
func bitsOf(set uint32) iter.Seq[int] {
	return func(yield func(int) bool) {
		for ; set != 0; set &= set - 1 {
			if !yield(bits.TrailingZeros32(set)) {
				return
			}
		}
	}
}

// Base returns the snapshot the edit started from.
func (e *Edit) Base() *Snapshot { return e.base }

// Get returns a record as the edit has it, "" if there is none.
func (e *Edit) Get(k Kind, key string) Record {
	switch k {
	case KindMessage:
		conv, ts := Unpair(key)
		return e.Timeline(ChannelID(conv)).Get(TS(ts))
	case KindMember:
		conv, user := Unpair(key)
		if m := e.newMembers(); m != nil {
			if m.has(conv, user) {
				return Exists
			}
			return ""
		}
		if e.begun.members && e.members.has(conv, user) || !e.begun.members && e.base.members.has(conv, user) {
			return Exists
		}
		return ""
	}
	_, r := e.find(k, key)
	return r
}

// find is Get for what has a table, and returns the key as it is stored.
func (e *Edit) find(k Kind, key string) (stored string, r Record) {
	f := &e.found[int(k)%len(e.found)]
	if f.kind == k && f.key == key {
		return f.key, f.r
	}
	slot := k.slot()
	if t := e.gathered(slot); t != nil {
		return t.entry(key)
	}
	if place, ok := k.listed(); ok {
		stored, r = e.listedRow(place, key)
	} else if e.begun.tables&(1<<slot) != 0 {
		stored, r, _ = e.tables[slot].Entry(key)
	} else {
		stored, r, _ = e.base.tables.at(slot).Entry(key)
	}
	if r != "" {
		*f = found{k, stored, r}
	}
	return stored, r
}

// Put stores a record, "" deletes it, and reports whether that is another one
// than before.
func (e *Edit) Put(k Kind, key string, r Record) bool {
	switch k {
	case KindMember:
		return e.putMember(key, r)
	case KindMessage:
		return e.putMessage(key, r)
	}
	stored, old := e.find(k, key)
	if old == r {
		return false
	}
	if old == "" {
		stored = e.owned(k, key)
	}
	if t := e.gathered(k.slot()); t != nil {
		t.put(stored, r)
		return true
	}
	e.track(k, stored, old, r)
	e.account(k, stored, old, r)
	if place, ok := k.listed(); ok {
		e.list(k, place, stored, old, r)
	} else if t := e.table(k.slot()); r == "" {
		t.Delete(stored)
	} else {
		t.Set(stored, r)
	}
	e.found[int(k)%len(e.found)] = found{k, stored, r}
	e.ties.move(k, stored, old, r)
	return true
}

func (e *Edit) putMember(key string, r Record) bool {
	old := e.Get(KindMember, key)
	if old == r {
		return false
	}
	conv, user := Unpair(key)
	if m := e.newMembers(); m != nil {
		m.put(conv, user, r != "")
		return true
	}
	e.account(KindMember, key, old, r)
	e.memberships().put(conv, user, r != "")
	return true
}

// owned returns a key that does not share its memory with the frame it may be cut
// out of, which must not be kept alive. What is kept of a user or a conversation
// beside its record shares the record's key.
func (e *Edit) owned(k Kind, key string) string {
	if of := keyedAs(k); of != k {
		if stored, r := e.find(of, key); r != "" {
			return stored
		}
	}
	return strings.Clone(key)
}

// keyedAs returns the kind whose records have the same keys.
func keyedAs(k Kind) Kind {
	switch k {
	case KindPresence, KindDND:
		return KindUser
	case KindRead:
		return KindConversation
	}
	return k
}

func (e *Edit) table(slot int) *pmap.Edit[string, Record] {
	t := &e.tables[slot]
	if e.begun.tables&(1<<slot) == 0 {
		e.begun.tables |= 1 << slot
		t.Start(e.base.tables.at(slot))
	}
	return t
}

func (e *Edit) listEdit(place int) *numbered.Edit[Record] {
	l := &e.listed[place]
	if e.begun.listed&(1<<place) == 0 {
		e.begun.listed |= 1 << place
		l.Start(*e.base.listed.at(place))
	}
	return l
}

// listedRow returns the key as it is stored and the record in a list.
func (e *Edit) listedRow(place int, key string) (stored string, r Record) {
	var row numbered.Row[Record]
	if e.begun.listed&(1<<place) != 0 {
		row, _ = e.listed[place].Row(key)
	} else {
		row, _ = e.base.listed.at(place).Row(key)
	}
	return row.Key, row.Value
}

// list puts a record in a list and in the indexes.
func (e *Edit) list(k Kind, place int, key string, old, r Record) {
	l, number := e.listEdit(place), uint32(0)
	if r == "" {
		number, _ = l.Delete(key)
	} else {
		number = l.Set(key, r)
	}
	if !indexedAlike(k, old, r) {
		e.reindex(k, number, old, r)
	}
}

func (e *Edit) indexEdit(ix index) *numbered.IndexEdit {
	t := &e.index[ix]
	if e.begun.index&(1<<ix) == 0 {
		e.begun.index |= 1 << ix
		t.Start(*e.base.index.at(ix))
	}
	return t
}

func (e *Edit) memberships() *membersEdit {
	if !e.begun.members {
		e.begun.members = true
		e.members.begin(e.base.members)
	}
	return &e.members
}

// Delete removes a record, if it is there.
func (e *Edit) Delete(k Kind, key string) { e.Put(k, key, "") }

// Members returns the members of a conversation as the edit has them, sorted.
func (e *Edit) Members(conv ChannelID) []UserID {
	var ids []UserID
	var list []string
	if m := e.newMembers(); m != nil {
		list = m.list(string(conv))
	} else {
		list = e.memberships().of(string(conv))
	}
	for _, id := range list {
		ids = append(ids, UserID(id))
	}
	slices.Sort(ids)
	return ids
}

// DropMembers leaves nobody in a conversation. It is Delete for each membership,
// of which there may be very many.
func (e *Edit) DropMembers(conv ChannelID) {
	if e.newMembers() != nil {
		for _, u := range e.Members(conv) {
			e.Delete(KindMember, Pair(string(conv), string(u)))
		}
		return
	}
	m, hash := e.memberships(), hashConversation(string(conv))
	for _, u := range m.of(string(conv)) {
		m.put(string(conv), u, false)
		e.digest -= mixPair(hash, hashUser(u))
	}
}

// EmojiAliases returns the names that are aliases of an emoji, as the edit has
// them.
func (e *Edit) EmojiAliases(name string) []string {
	if t := e.gathered(KindEmoji.slot()); t != nil {
		return t.aliases(name)
	}
	place, _ := KindEmoji.listed()
	rows, at := e.listEdit(place).Peek(), e.indexEdit(emojiByTarget).Peek()
	return slices.Collect(Keys[string]{&rows, &at, emojiByTarget, name}.All())
}

// track notes what a record was when the edit began and what it is now. Of
// memberships the edit of those knows.
func (e *Edit) track(k Kind, key string, old, r Record) {
	if e.untracked {
		return
	}
	i, ok := e.position(changeKey{k, key})
	if ok {
		e.changes[i].After = r
		return
	}
	e.changes = append(e.changes, Change{k, key, old, r})
}

// position finds a change. Most events make one or two, for which a map would
// be the dearest part.
func (e *Edit) position(ck changeKey) (int, bool) {
	if len(e.changes) <= few {
		for i, c := range e.changes {
			if c.Kind == ck.kind && c.Key == ck.key {
				return i, true
			}
		}
		return 0, false
	}
	if e.at == nil {
		e.at = map[changeKey]int{}
	}
	for i := len(e.at); i < len(e.changes); i++ {
		e.at[changeKey{e.changes[i].Kind, e.changes[i].Key}] = i
	}
	i, ok := e.at[ck]
	return i, ok
}

func (e *Edit) reindex(k Kind, number uint32, old, r Record) {
	e.before = appendIndexEntries(e.before[:0], k, number, old)
	e.after = appendIndexEntries(e.after[:0], k, number, r)
	for _, x := range e.before {
		if !slices.Contains(e.after, x) {
			e.indexEdit(x.index).Remove(x.entry)
		}
	}
	for _, x := range e.after {
		if !slices.Contains(e.before, x) {
			e.indexEdit(x.index).Add(x.entry)
		}
	}
}

// net returns what is different from when the edit began, sorted by kind and key.
func (e *Edit) net() []Change {
	n := len(e.changes)
	for i := range e.members.sets {
		n += len(e.members.sets[i].moves)
	}
	if n == 0 || e.untracked {
		return nil
	}
	changes := make([]Change, 0, n)
	for _, c := range e.changes {
		if c.Before != c.After {
			changes = append(changes, c)
		}
	}
	changes = e.members.net(changes)
	slices.SortFunc(changes, Change.Compare)
	return changes
}

// Commit returns the next snapshot and the net changes, sorted by kind and
// key. Without any change it returns the snapshot the edit started from. The
// next snapshot's number is one higher and at is its time in milliseconds.
func (e *Edit) Commit(at int64) (*Snapshot, []Change) {
	changes := e.net()
	if len(changes) == 0 && !e.untracked && e.gathering == nil {
		return e.base, nil
	}
	next := *e.base
	next.seq, next.at = e.base.seq+1, at
	next.digest, next.sum = e.digest, e.sum
	if e.gathering != nil {
		changes = e.gathering.seal(&next, changes)
		for _, c := range changes {
			if e.gathered(c.Kind.slot()) != nil {
				e.ties.move(c.Kind, c.Key, "", c.After)
			}
		}
	}
	if len(changes) == 0 && !e.untracked && !e.AllMembers() {
		return e.base, nil // nothing was gathered
	}
	for slot := range bitsOf(e.begun.tables) {
		next.tables.put(slot, e.tables[slot].Map())
	}
	for place := range bitsOf(e.begun.listed) {
		l := e.listed[place].Table()
		next.listed[place] = &l
	}
	for ix := range bitsOf(e.begun.index) {
		next.index = next.index.with(index(ix), e.index[ix].Index())
	}
	if e.begun.members {
		next.members = e.members.seal()
	}
	if e.begun.timelines {
		next.timelines = e.timelines.seal()
	}
	next.ties = e.ties.seal()
	return &next, changes
}
