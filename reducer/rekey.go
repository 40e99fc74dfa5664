package reducer

import "github.com/slackstate/slackstate/snapshot"

// conversationIDChanged is channel_id_changed: a private channel goes on under
// another id, for good. Everything moves, and the alias leads late events that
// name the former id to the new one, which makes the event safe to repeat.
// Clock: none, but what the new id has already is newer.
func conversationIDChanged(st *step) {
	from, to := st.ev.id("old_channel_id"), st.ev.id("new_channel_id")
	to = string(st.resolve(to))
	if from == "" || to == "" || from == to {
		st.lack("does not lead from one id to another")
		return
	}
	if st.Get(snapshot.KindTombstone, to) != "" {
		st.remove(from)
	}
	stub := st.unmet(from) && st.unmet(to)
	if st.Get(read, from) != "" && st.Get(read, to) != "" {
		st.stopCounting(from) // its counters are of another time than what is known under the new id
	}
	for _, k := range []snapshot.Kind{conv, read} {
		if old := st.Get(k, from); old != "" {
			st.Put(k, to, st.Merge(k.Schema(), old, st.Get(k, to)))
			st.Delete(k, from)
		}
	}
	for _, u := range st.Members(snapshot.ChannelID(from)) {
		st.Delete(snapshot.KindMember, snapshot.Pair(from, string(u)))
		st.Put(snapshot.KindMember, snapshot.Pair(to, string(u)), snapshot.Exists)
	}
	st.reindexSelf(to)
	if st.Get(conv, to) != "" {
		st.Delete(snapshot.KindHidden, hiddenKey(conv, from))
		st.Delete(snapshot.KindHidden, hiddenKey(conv, to))
		st.newer(facetExists, to, st.ev.Time)
	}
	st.moveTimeline(from, to)
	st.moveShares(from, to)
	for _, k := range []snapshot.Kind{snapshot.KindPin, snapshot.KindStar, snapshot.KindThread, snapshot.KindClock, snapshot.KindTombstone,
		snapshot.KindFreshness, snapshot.KindHidden, snapshot.KindStub} {
		st.rekey(k, from, to)
	}
	if !stub {
		st.Delete(snapshot.KindStub, hiddenKey(conv, to))
	}
	alias := snapshot.KindAlias
	st.Put(alias, from, st.With(alias.Schema(), "", snapshot.AliasTo.Str(to)))
}

// unmet reports whether no more than the id of a conversation is known, if that.
func (st *step) unmet(key string) bool {
	return st.Get(conv, key) == "" || st.Get(snapshot.KindStub, hiddenKey(conv, key)) != ""
}

// conversationFields are the fields that name the conversation a record belongs
// to beside its key.
var conversationFields = map[snapshot.Kind][]*snapshot.Field{
	snapshot.KindPin:  {snapshot.PinChannel},
	snapshot.KindStar: {snapshot.StarChannel, snapshot.StarGroup},
}

// rekey moves the records of a table that have the former id as a part of
// their key. What is there under the new id stays.
func (st *step) rekey(k snapshot.Kind, from, to string) {
	for key := range st.Base().All(k) {
		moved := replacePart(key, from, to)
		r := st.Get(k, key)
		if moved == key || r == "" {
			continue
		}
		for _, f := range conversationFields[k] {
			if r.Str(f) == from {
				r = st.With(k.Schema(), r, f.Str(to))
			}
		}
		if st.Get(k, moved) == "" {
			st.Put(k, moved, r)
		}
		st.Delete(k, key)
	}
}

func replacePart(key, from, to string) string {
	a, b := snapshot.Unpair(key)
	switch {
	case a == from && b != "":
		return snapshot.Pair(to, b)
	case b == from:
		return snapshot.Pair(a, to)
	case b != "":
		if c, d := snapshot.Unpair(b); d != "" && c == from {
			return snapshot.Pair(a, snapshot.Pair(to, d))
		}
	}
	return key
}
