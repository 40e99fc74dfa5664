package reducer

import (
	"slices"
	"strings"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

const kept = snapshot.KindMessage

// keeps reports whether messages are put into timelines. Those that are there
// already are kept right in any case.
func (st *step) keeps() bool {
	return !st.ev.Unkept && st.Base().Len(snapshot.KindConfig) > 0 && st.Get(snapshot.KindConfig, "").Is(snapshot.ConfigHistory)
}

// cached returns the key of a message among those of all conversations and its
// record, "" if it is not in a timeline.
func (st *step) cached(key string, ts snapshot.TS) (pair string, m snapshot.Record) {
	if st.Base().Len(kept) == 0 && !st.keeps() {
		return "", ""
	}
	pair = snapshot.Pair(key, string(ts))
	return pair, st.Get(kept, pair)
}

// insert puts a copy of a message into its place in the timeline and returns it
// as it is there, unless it is there already, or deleted, or older than all that
// there is room for. What hangs on it may have come before it.
func (st *step) insert(key string, m snapshot.Record) snapshot.Record {
	keeps := st.keeps()
	if !keeps && !st.ev.Unkept {
		return ""
	}
	ts := snapshot.TS(m.Str(snapshot.MessageTS))
	if m.Is(snapshot.MessageHidden) || !ts.Comparable() {
		return ""
	}
	if !keeps {
		st.doubt(snapshot.MessagesOf(snapshot.ChannelID(key)))
		return ""
	}
	pair, old := st.cached(key, ts)
	if old != "" || st.takenBack(key, ts) {
		return ""
	}
	if line := st.Timeline(snapshot.ChannelID(key)); ts < line.Oldest() {
		most, bounded := st.Get(snapshot.KindConfig, "").Int(snapshot.ConfigPerChannel)
		if bounded && int64(line.Len()) >= most {
			return ""
		}
		st.doubt(snapshot.MessagesOf(snapshot.ChannelID(key))) // of what is between the two nothing is known
	}
	// The newest message may be known already, and better: by now it is edited.
	if r := st.Get(read, key).Sub(snapshot.ReadLatest); r.Str(snapshot.MessageTS) == string(ts) && r.Has(snapshot.MessageText) {
		m = r
	}
	m = st.preceded(key, m)
	if st.Base().Len(snapshot.KindPin) > 0 && st.Get(snapshot.KindPin, snapshot.Pair(key, "m:"+string(ts))) != "" {
		m = st.pinned(key, m, true)
	}
	if st.Base().Len(snapshot.KindStar) > 0 && st.Get(snapshot.KindStar, snapshot.Pair("m:"+string(ts), key)) != "" {
		m = st.With(snapshot.MessageSchema, m, snapshot.MessageIsStarred.Bool(true))
	}
	m = snapshot.Record(strings.Clone(string(m))) // it may be a passing one
	st.Put(kept, pair, m)
	st.trim(key)
	return m
}

// trim drops the oldest messages of a timeline that is too long. Why they go is
// nobody's news: they are not deleted.
func (st *step) trim(key string) {
	most, bounded := st.Get(snapshot.KindConfig, "").Int(snapshot.ConfigPerChannel)
	if !bounded {
		return
	}
	line := st.Timeline(snapshot.ChannelID(key))
	over := int64(line.Len()) - most
	for ts := range line.After("") {
		if over <= 0 {
			break
		}
		st.Delete(kept, snapshot.Pair(key, string(ts)))
		over--
	}
}

// amend puts another record in the place of a message, wherever it is held.
func (st *step) amend(key string, m snapshot.Record) {
	ts := m.Str(snapshot.MessageTS)
	if pair, old := st.cached(key, snapshot.TS(ts)); old != "" {
		st.Put(kept, pair, m)
	}
	if r := st.Get(read, key); ts != "" && ts == string(latestTS(r)) {
		st.Put(read, key, st.With(read.Schema(), r, snapshot.ReadLatest.Sub(m)))
	}
}

// set assigns fields of a message in a timeline.
func (st *step) set(key string, m snapshot.Record, as ...snapshot.Assignment) {
	st.amend(key, st.With(snapshot.MessageSchema, m, as...))
}

// flush drops the messages from before ts, which are not what they were.
func (st *step) flush(key string, ts snapshot.TS) {
	if ts == "" {
		return
	}
	for old := range st.Timeline(snapshot.ChannelID(key)).Before(ts) {
		st.Delete(kept, snapshot.Pair(key, string(old)))
	}
	st.doubt(snapshot.MessagesOf(snapshot.ChannelID(key)))
}

// dropTimeline leaves nothing of a conversation's messages, nor of what orders
// their changes.
func (st *step) dropTimeline(key string) {
	for ts := range st.Timeline(snapshot.ChannelID(key)).After("") {
		st.Delete(kept, snapshot.Pair(key, string(ts)))
	}
	for thread := range st.Base().Tied(snapshot.ThreadsIn, key) {
		st.Delete(snapshot.KindThread, thread)
	}
	for clock := range st.Base().Tied(snapshot.MessageClocksIn, key) {
		st.Delete(snapshot.KindClock, clock)
	}
	st.Delete(snapshot.KindFreshness, snapshot.MessagesOf(snapshot.ChannelID(key)))
}

// moveTimeline is for a conversation that gets another id. What is there under
// the new one is newer.
func (st *step) moveTimeline(from, to string) {
	if st.Timeline(snapshot.ChannelID(to)).Len() > 0 { // between the two there may be others
		st.Delete(snapshot.KindFreshness, snapshot.MessagesOf(snapshot.ChannelID(from)))
		st.Delete(snapshot.KindFreshness, snapshot.MessagesOf(snapshot.ChannelID(to)))
	}
	for ts, m := range st.Timeline(snapshot.ChannelID(from)).After("") {
		if pair := snapshot.Pair(to, string(ts)); st.Get(kept, pair) == "" && !st.takenBack(to, ts) {
			st.Put(kept, pair, m)
		}
		st.Delete(kept, snapshot.Pair(from, string(ts)))
	}
	repin := func(m snapshot.Record) {
		pins := slices.Collect(m.List(snapshot.MessagePinnedTo))
		if i := slices.Index(pins, from); i >= 0 {
			pins[i] = to
			st.set(to, m, snapshot.MessagePinnedTo.List(pins))
		}
	}
	for _, m := range st.Timeline(snapshot.ChannelID(to)).After("") {
		repin(m)
	}
	repin(st.Get(read, to).Sub(snapshot.ReadLatest)) // which need not be in it
	st.trim(to)
}

// cutTimelines drops the messages that are too old at the time of the event.
func (st *step) cutTimelines() {
	age, bounded := st.Get(snapshot.KindConfig, "").Int(snapshot.ConfigMaxAge)
	if !bounded {
		return
	}
	for pair := range st.Base().All(kept) {
		if _, ts := snapshot.Unpair(pair); snapshot.TS(ts).Time().UnixMilli() < st.ev.At-age {
			st.Delete(kept, pair)
		}
	}
}

// showPin makes a message in a timeline say whether it is pinned.
func (st *step) showPin(pin string) {
	key, name := snapshot.Unpair(pin)
	if m := st.itemMessage(key, name); m != "" {
		st.amend(key, st.pinned(key, m, st.Get(snapshot.KindPin, pin) != ""))
	}
}

// pinned returns a message that says whether it is pinned to a conversation.
func (st *step) pinned(key string, m snapshot.Record, is bool) snapshot.Record {
	pins := slices.DeleteFunc(slices.Collect(m.List(snapshot.MessagePinnedTo)), func(c string) bool { return c == key })
	if is {
		pins = append(pins, key)
	}
	if len(pins) == 0 {
		return st.With(snapshot.MessageSchema, m, snapshot.MessagePinnedTo.Unknown())
	}
	return st.With(snapshot.MessageSchema, m, snapshot.MessagePinnedTo.List(pins))
}

// itemMessage returns the message of a timeline that a pin or star is on, "" if
// it is on none.
func (st *step) itemMessage(key, name string) snapshot.Record {
	if len(name) < 2 || name[:2] != "m:" {
		return ""
	}
	_, m := st.cached(key, snapshot.TS(name[2:]))
	return m
}

// metadataSet is message_metadata_posted, _updated and _deleted. Clock: event_ts
// for each message.
func metadataSet(st *step) {
	key, ok := st.alive(st.ev.id("channel_id"))
	if !ok {
		return
	}
	pair, m := st.cached(key, snapshot.TS(st.ev.str("message_ts")))
	if m == "" {
		st.skip("the message is not kept")
		return
	}
	if !st.newer(facetMetadata, pair, st.ev.Time) {
		return
	}
	var metadata rawjson.Value
	if st.ev.Type != "message_metadata_deleted" {
		metadata = st.ev.get("metadata")
	}
	st.set(key, m, snapshot.MessageMetadata.Raw(metadata))
}
