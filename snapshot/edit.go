package snapshot

import (
	"cmp"
	"slices"
	"strings"

	"github.com/slackstate/slackstate/internal/pmap"
)

// A Change is what one event did to one record in the end. Before or After is
// "" when there was or is none.
type Change struct {
	Kind          Kind
	Key           string
	Before, After Record
}

// An Edit makes the next snapshot out of one. Put and Delete are the only way
// anything changes, and they carry the indexes and digests along. An Edit
// belongs to one goroutine.
type Edit struct {
	Encoder // makes the records to put

	base    *Snapshot
	digest  uint64 // of base and what was put since
	sum     uint64
	tables  [numTables]*pmap.Edit[string, Record]
	index   [numIndexes]*pmap.Edit[string, idList]
	members membersEdit

	untracked bool
	changes   []Change
	at        map[changeKey]int // position in changes, once there are many
}

type changeKey struct {
	kind Kind
	key  string
}

// Edit starts an Edit from s.
func (s *Snapshot) Edit() *Edit {
	return &Edit{base: s, digest: s.digest, sum: s.sum, members: newMembersEdit(s.members)}
}

// Base returns the snapshot the edit started from.
func (e *Edit) Base() *Snapshot { return e.base }

// Get returns a record as the edit has it, "" if there is none.
func (e *Edit) Get(k Kind, key string) Record {
	if k == KindMember {
		if e.members.has(Unpair(key)) {
			return Exists
		}
		return ""
	}
	if t := e.tables[k.slot()]; t != nil {
		r, _ := t.Get(key)
		return r
	}
	return e.base.Get(k, key)
}

// Put stores a record; "" deletes it.
func (e *Edit) Put(k Kind, key string, r Record) {
	old := e.Get(k, key)
	if old == r {
		return
	}
	key = strings.Clone(key) // it may be cut out of a frame, which must not be kept alive
	e.track(k, key, old, r)
	e.account(k, key, old, r)
	if k == KindMember {
		conv, user := Unpair(key)
		e.members.set(conv, user, r != "")
		return
	}
	slot := k.slot()
	t := e.tables[slot]
	if t == nil {
		t = e.base.tables[slot].Edit()
		e.tables[slot] = t
	}
	if r == "" {
		t.Delete(key)
	} else {
		t.Set(key, r)
	}
	e.reindex(k, key, old, r)
}

// Delete removes a record, if it is there.
func (e *Edit) Delete(k Kind, key string) { e.Put(k, key, "") }

// Members returns the members of a conversation as the edit has them, sorted.
func (e *Edit) Members(conv ChannelID) []UserID {
	var ids []UserID
	for _, id := range e.members.of(string(conv)) {
		ids = append(ids, UserID(id))
	}
	slices.Sort(ids)
	return ids
}

// EmojiAliases returns the names that are aliases of an emoji, as the edit has
// them.
func (e *Edit) EmojiAliases(name string) []string {
	l, _ := e.indexEdit(emojiByTarget).Get(name)
	return slices.Collect(each[string](l))
}

// track notes what a record was when the edit began and what it is now.
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
	const few = 16
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

func (e *Edit) reindex(k Kind, key string, old, r Record) {
	type entry struct {
		ix  index
		key string
	}
	var before, after [16]entry
	b, a := before[:0], after[:0]
	indexKeys(k, old, func(ix index, key string) { b = append(b, entry{ix, key}) })
	indexKeys(k, r, func(ix index, key string) { a = append(a, entry{ix, key}) })
	for _, en := range b {
		if !slices.Contains(a, en) {
			e.unindex(en.ix, en.key, key)
		}
	}
	for _, en := range a {
		if !slices.Contains(b, en) {
			t := e.indexEdit(en.ix)
			l, _ := t.Get(en.key)
			// The entry is cut out of the record, which must not outlive its turn.
			t.Set(strings.Clone(en.key), l.with(key))
		}
	}
}

func (e *Edit) unindex(ix index, entry, key string) {
	t := e.indexEdit(ix)
	l, _ := t.Get(entry)
	if l = l.without(key); l == "" {
		t.Delete(entry)
	} else {
		t.Set(strings.Clone(entry), l)
	}
}

func (e *Edit) indexEdit(ix index) *pmap.Edit[string, idList] {
	if e.index[ix] == nil {
		e.index[ix] = e.base.index[ix].Edit()
	}
	return e.index[ix]
}

// Commit returns the next snapshot and the net changes, sorted by kind and
// key. Without any change it returns the snapshot the edit started from. The
// next snapshot's number is one higher and at is its time in milliseconds.
func (e *Edit) Commit(at int64) (*Snapshot, []Change) {
	changes := slices.DeleteFunc(e.changes, func(c Change) bool { return c.Before == c.After })
	if len(changes) == 0 && !e.untracked {
		return e.base, nil
	}
	slices.SortFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Key, b.Key))
	})
	next := *e.base
	next.seq, next.at = e.base.seq+1, at
	next.digest, next.sum = e.digest, e.sum
	for slot, t := range e.tables {
		if t != nil {
			next.tables[slot] = t.Map()
		}
	}
	for ix, t := range e.index {
		if t != nil {
			next.index[ix] = t.Map()
		}
	}
	next.members = e.members.seal()
	return &next, changes
}

// Load makes a snapshot out of stored records, without listing changes.
type Load struct{ e *Edit }

// NewLoad starts from the empty snapshot.
func NewLoad() *Load {
	e := (&Snapshot{}).Edit()
	e.untracked = true
	return &Load{e}
}

// Put stores a record; "" deletes it. The error says why the bytes cannot be
// what was stored.
func (l *Load) Put(k Kind, key string, r Record) error {
	if r != "" {
		if err := k.check(key, r); err != nil {
			return err
		}
	}
	l.e.Put(k, key, r)
	return nil
}

// Snapshot returns what was stored, as of the given event.
func (l *Load) Snapshot(seq Seq, at int64) *Snapshot {
	s, _ := l.e.Commit(at)
	s.seq = seq
	return s
}
