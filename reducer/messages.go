package reducer

import (
	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

const read = snapshot.KindRead

// message is every message frame. The subtype's row does what concerns the
// conversation, then the message itself counts. Clock: its ts, which also
// tells a repeated message from a new one.
func message(st *step) {
	key, ok := st.visible(st.ev.channel())
	if !ok {
		return
	}
	st.stub(conv, key)
	sub, known := subtypes[st.ev.Subtype]
	if !known {
		sub = subtypes[""] // a subtype nobody knows is still a message
		st.odd = "unknown subtype"
	}
	if sub.fn != nil {
		sub.fn(st, key)
	}
	st.stranger()
	st.meet(st.ev.id("user"))
	if p := st.ev.get("bot_profile"); p != "" {
		st.botProfile(p)
	} else if bot := st.ev.id("bot_id"); bot != "" && st.Get(snapshot.KindBot, bot) == "" {
		st.hint(snapshot.KindBot, bot)
	}
	if sub.counts != never && st.Get(conv, key) != "" {
		st.arrived(key)
	}
}

// arrived makes a message the newest of its conversation and counts it as
// unread, if it is both new and visible there.
func (st *step) arrived(key string) {
	ev := &st.ev
	ts, newest := snapshot.TS(ev.str("ts")), st.newest(key)
	m := st.Passing(snapshot.MessageSchema, &ev.fields)
	st.attached(key, m)
	if in := st.insert(key, m); in != "" {
		m = in
		st.replied(key, m)
		if ts <= newest && st.unread(key, m) && !isReply(m) {
			st.newer(facetLate, snapshot.Pair(key, string(ts)), ts)
		}
	}
	switch hidden, _ := ev.get("hidden").Bool(); {
	case hidden, !ts.Comparable(), isReply(m):
		st.skip("is not visible in the conversation")
	case ts <= newest:
		st.skip("is not newer than the newest message")
	case st.buried(key, ts):
		st.skip("the message is deleted")
	default:
		var few [8]snapshot.Assignment
		st.assign(read, key, append(st.tally(few[:0], key, m, +1), snapshot.ReadLatest.Sub(m))...)
	}
}

// isReply reports whether a message shows only in its thread.
func isReply(m snapshot.Record) bool {
	switch m.Str(snapshot.MessageSubtype) {
	case "thread_broadcast", "reply_broadcast":
		return false
	}
	thread := m.Str(snapshot.MessageThreadTS)
	return thread != "" && thread != m.Str(snapshot.MessageTS)
}

// newest returns the ts up to which messages have been counted.
func (st *step) newest(key string) snapshot.TS {
	return max(latestTS(st.Get(read, key)), st.seen(key))
}

// seen returns the ts of the last newest message that was taken back.
func (st *step) seen(key string) snapshot.TS {
	return snapshot.TS(st.Get(snapshot.KindClock, snapshot.Pair(facetSeen, key)).Str(snapshot.ClockVersion))
}

// takenBack reports whether a message is known to be deleted.
func (st *step) takenBack(key string, ts snapshot.TS) bool {
	return ts == st.seen(key) || st.buried(key, ts)
}

// buried is takenBack for all but one that was the newest.
func (st *step) buried(key string, ts snapshot.TS) bool {
	return st.Get(snapshot.KindTombstone, snapshot.Pair(key, string(ts))) != ""
}

// messageChanged replaces a message if it is kept. The outer ts is not a
// message's: it orders edits. A deleted message that has replies is told this
// way too: what remains of it is hidden. Clock: outer ts on the message.
func messageChanged(st *step, key string) {
	v := st.ev.get("message")
	m := st.Record(snapshot.MessageSchema, v)
	if hidden, _ := v.Get("hidden").Bool(); hidden || m.Str(snapshot.MessageSubtype) == "tombstone" {
		st.entomb(key, m)
		return
	}
	old, ok := st.held(key, v)
	if !ok || !st.newer(facetMessage, snapshot.Pair(key, old.Str(snapshot.MessageTS)), st.version()) {
		return
	}
	st.amend(key, st.edited(old, m))
	text := m.Str(snapshot.MessageText)
	if st.unread(key, m) && !isReply(old) && st.mentionsSelf(text) != st.mentionsSelf(old.Str(snapshot.MessageText)) {
		// Whether Slack counts a mention that an edit made is not documented.
		st.assign(read, key, snapshot.ReadMentions.Unknown(), snapshot.ReadMentionsDisplay.Unknown())
	}
}

// entomb takes back a message whose replies remain. In a timeline Slack's notice
// stands in its place.
func (st *step) entomb(key string, notice snapshot.Record) {
	ts := snapshot.TS(notice.Str(snapshot.MessageTS))
	pair, m := st.cached(key, ts)
	st.takeBack(key, ts)
	if m == "" || !st.newer(facetMessage, pair, st.version()) {
		return
	}
	thread := st.repliesTold(rawjson.Value(snapshot.MessageSchema.AppendJSON(nil, "", m)))
	st.Put(kept, pair, st.Merge(snapshot.MessageSchema, thread, notice))
}

// edited returns a message as an edit shows it. Its content is replaced; what
// hangs on it, such as reactions, an edit may leave out.
func (st *step) edited(old, m snapshot.Record) snapshot.Record {
	s := snapshot.MessageSchema
	kept := filter(rawjson.Value(s.AppendJSON(nil, "", old)), func(name string) bool {
		switch name {
		case "text", "blocks", "attachments", "files", "edited", "subtype":
			return false
		}
		return true
	})
	return st.Merge(s, st.Record(s, kept), m)
}

// messageReplied updates what a message tells of its thread if it is kept, and
// nothing else of it. Clock: outer ts on the message's thread, and the ts of the
// newest reply that was counted.
func messageReplied(st *step, key string) {
	v := st.ev.get("message")
	old, ok := st.held(key, v)
	switch {
	case !ok:
	case string(st.version()) < old.Str(snapshot.MessageLatestReply):
		st.skip("older than the newest reply")
	case st.newer(facetThread, snapshot.Pair(key, old.Str(snapshot.MessageTS)), st.version()):
		st.amend(key, st.Merge(snapshot.MessageSchema, old, st.repliesTold(v)))
	}
}

// held returns the message that v is about, if it is in the timeline or the newest
// of its conversation. If only the ts of the newest is known, that is all there
// is in it.
func (st *step) held(key string, v rawjson.Value) (m snapshot.Record, ok bool) {
	ts := str(v, "ts")
	if _, m = st.cached(key, snapshot.TS(ts)); m != "" {
		return m, true
	}
	r := st.Get(read, key)
	if ts == "" || ts != string(latestTS(r)) {
		st.skip("the message is not kept")
		return "", false
	}
	if m = r.Sub(snapshot.ReadLatest); m == "" {
		m = st.With(snapshot.MessageSchema, "", snapshot.MessageTS.Str(ts))
	}
	return m, true
}

// messageDeleted is about one message, whose counting it takes back. Clock:
// none, a deletion is final.
func messageDeleted(st *step, key string) {
	st.takeBack(key, snapshot.TS(st.ev.str("deleted_ts")))
}

// takeBack forgets a deleted message with its pin and its star, and counts it
// back if it was counted. If it was the newest, which one is that now is not
// known, only that no older one is new. One that has not arrived yet must not
// count when it does.
func (st *step) takeBack(key string, ts snapshot.TS) {
	if !ts.Comparable() {
		st.lack("names no message")
		return
	}
	if st.takenBack(key, ts) {
		st.skip("the message is deleted already")
		return
	}
	st.unpin(snapshot.Pair(key, "m:"+string(ts)))
	st.Delete(snapshot.KindStar, snapshot.Pair("m:"+string(ts), key))
	m := st.deleted(key, ts)
	pair, inTimeline := st.cached(key, ts)
	if inTimeline != "" {
		st.Delete(kept, pair)
		st.unreplied(key, m)
	}
	if inTimeline != "" || st.keeps() {
		st.bury(key, ts)
	}
	late := snapshot.Pair(facetLate, pair)
	switch {
	case ts > st.newest(key):
		st.bury(key, ts)
	case ts == latestTS(st.Get(read, key)):
		st.newer(facetSeen, key, ts)
		st.Put(read, key, st.With(read.Schema(), st.discounted(key, m), snapshot.ReadLatest.Unknown()))
	case st.Get(snapshot.KindClock, late) != "": // it was not counted
		st.Delete(snapshot.KindClock, late)
	case st.unread(key, m) && !isReply(m):
		st.bury(key, ts)
		st.Put(read, key, st.discounted(key, m))
	default:
		st.skip("the message is not kept")
	}
}

// bury remembers a message that is deleted.
func (st *step) bury(key string, ts snapshot.TS) {
	dead := snapshot.KindTombstone
	st.Put(dead, snapshot.Pair(key, string(ts)), st.With(dead.Schema(), "", snapshot.TombstoneAt.Int(st.ev.At)))
}

// deleted returns what is known of a deleted message: what is kept of it, or what
// the event says it was, or no more than its ts.
func (st *step) deleted(key string, ts snapshot.TS) snapshot.Record {
	if _, m := st.cached(key, ts); m != "" {
		return m
	}
	m := st.Get(read, key).Sub(snapshot.ReadLatest)
	if m.Str(snapshot.MessageTS) != string(ts) {
		m = st.Record(snapshot.MessageSchema, st.ev.get("previous_message"))
	}
	if m.Str(snapshot.MessageTS) != string(ts) {
		m = snapshot.Exists
	}
	return st.With(snapshot.MessageSchema, m, snapshot.MessageTS.Str(string(ts)))
}

// discounted returns a conversation's read state without one of its messages.
// If only its ts is known it may have been self's, so no counter is known then.
func (st *step) discounted(key string, m snapshot.Record) snapshot.Record {
	r := st.Get(read, key)
	if st.unread(key, m) && !m.Has(snapshot.MessageUser) && !m.Has(snapshot.MessageText) {
		return st.uncounted(r)
	}
	return st.With(read.Schema(), r, st.tally(nil, key, m, -1)...)
}
