package reducer

import (
	"strings"

	"github.com/slackstate/slackstate/snapshot"
)

// counters are the fields of a read state that follow from its marker and its
// messages. An unknown one stays unknown when a message comes: it is not 0.
var counters = []*snapshot.Field{snapshot.ReadUnread, snapshot.ReadUnreadDisplay,
	snapshot.ReadMentions, snapshot.ReadMentionsDisplay, snapshot.ReadDMs, snapshot.ReadHasUnreads}

// uncounted returns a read state without counters.
func (st *step) uncounted(r snapshot.Record) snapshot.Record {
	as := make([]snapshot.Assignment, len(counters))
	for i, f := range counters {
		as[i] = f.Unknown()
	}
	return st.With(read.Schema(), r, as...)
}

// latestTS returns the ts of the newest message of a read state, "" if it is
// not known.
func latestTS(r snapshot.Record) snapshot.TS {
	if m := r.Sub(snapshot.ReadLatest); m != "" {
		return snapshot.TS(m.Str(snapshot.MessageTS))
	}
	return snapshot.TS(r.Str(snapshot.ReadLatestTS))
}

// bySelf reports whether self sent a message.
func (st *step) bySelf(m snapshot.Record) bool {
	return st.self != "" && m.Str(snapshot.MessageUser) == string(st.self)
}

// unread reports whether a message is after self's marker and by somebody else.
func (st *step) unread(key string, m snapshot.Record) bool {
	return !st.bySelf(m) && m.Str(snapshot.MessageTS) > st.Get(read, key).Str(snapshot.ReadLastRead)
}

// tally adds to as what a message does to the counters: 1 more when it arrives,
// 1 less, by being -1, when it is taken back.
func (st *step) tally(as []snapshot.Assignment, key string, m snapshot.Record, by int64) []snapshot.Assignment {
	if !st.unread(key, m) {
		return as
	}
	r := st.Get(read, key)
	displayed := subtypes[m.Str(snapshot.MessageSubtype)].counts != notice
	as = append(as, snapshot.ReadUnread.Plus(by))
	if displayed {
		as = append(as, snapshot.ReadUnreadDisplay.Plus(by))
	}
	if st.mentionsSelf(m.Str(snapshot.MessageText)) {
		as = append(as, snapshot.ReadMentions.Plus(by), snapshot.ReadMentionsDisplay.Plus(by))
	}
	if displayed && r.Has(snapshot.ReadDMs) && st.Get(conv, key).Is(snapshot.ConvIsIM) {
		as = append(as, snapshot.ReadDMs.Plus(by))
	}
	switch n, known := r.Int(snapshot.ReadUnread); {
	case !r.Has(snapshot.ReadHasUnreads):
	case by > 0 || known:
		as = append(as, snapshot.ReadHasUnreads.Bool(by > 0 || n+by > 0))
	default:
		as = append(as, snapshot.ReadHasUnreads.Unknown())
	}
	return as
}

// mentionsSelf reports whether a text notifies self: by name, by a user group
// with self in it, or as part of everybody.
func (st *step) mentionsSelf(text string) bool {
	for {
		_, rest, ok := strings.Cut(text, "<")
		if !ok {
			return false
		}
		word, after, ok := strings.Cut(rest, ">")
		if !ok {
			return false
		}
		word, _, _ = strings.Cut(word, "|")
		switch {
		case word == "@"+string(st.self) && st.self != "",
			word == "!here", word == "!channel", word == "!everyone":
			return true
		}
		if group, ok := strings.CutPrefix(word, "!subteam^"); ok && st.Get(snapshot.KindMyUsergroup, group) != "" {
			return true
		}
		text = after
	}
}

// soundRead returns the read state that a conversation's object carries, as it
// can be taken. A newest message without a ts is none: Slack writes {} and "" too.
// If it is one that is deleted by now, the counters count it.
func (st *step) soundRead(key string, r snapshot.Record) snapshot.Record {
	if r == snapshot.Exists {
		return r
	}
	ts := latestTS(r)
	if ts != "" && st.takenBack(key, ts) {
		ts, r = "", st.uncounted(r)
	}
	if ts == "" && (r.Has(snapshot.ReadLatest) || r.Has(snapshot.ReadLatestTS) || r.Tail() != "") {
		r = st.With(read.Schema(), r, snapshot.ReadLatest.Unknown())
	}
	return r
}

// readState takes the read state of a conversation's object that an event
// brings. It may have been made before messages that have arrived already.
func (st *step) readState(key string, r snapshot.Record) {
	r = st.soundRead(key, r)
	if ts := latestTS(r); ts != "" && ts < st.newest(key) {
		r = st.With(read.Schema(), st.uncounted(r), snapshot.ReadLatest.Unknown())
	}
	st.mergeRead(key, r)
}

// mergeRead lays a read state over what is known. Where it moves the marker or
// brings a newer message, the counters it lacks are not what they were.
func (st *step) mergeRead(key string, r snapshot.Record) {
	if r == snapshot.Exists {
		return
	}
	known := st.Get(read, key)
	if r.Has(snapshot.ReadLatestTS) && known.Has(snapshot.ReadLatest) && latestTS(r) == latestTS(known) {
		r = st.With(read.Schema(), r, snapshot.ReadLatest.Unknown()) // all of it is known
	}
	marker := r.Str(snapshot.ReadLastRead)
	moved := marker != "" && marker != known.Str(snapshot.ReadLastRead)
	if last := latestTS(known); known != "" && (moved || last != "" && latestTS(r) > last) {
		known = st.uncounted(known)
	}
	st.Put(read, key, st.Merge(read.Schema(), known, r))
}

// outside reports whether self is known not to be in a channel, of whose counters
// nothing tells then.
func (st *step) outside(key string) bool {
	r := st.Get(conv, key)
	member, known := r.Bool(snapshot.ConvIsMember)
	return known && !member && !r.Is(snapshot.ConvIsIM)
}
