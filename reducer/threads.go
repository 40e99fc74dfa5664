package reducer

import (
	"slices"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// threadMarked is thread_marked, thread_subscribed and thread_unsubscribed, which
// are not documented: self's place in a thread, and whether self follows it, which
// Slack calls active. Clock: event_ts for each thread.
func threadMarked(st *step) {
	v := st.ev.get("subscription")
	key, ok := st.known(id(v, "channel"))
	if !ok {
		return
	}
	ts := snapshot.TS(str(v, "thread_ts"))
	pair := snapshot.Pair(key, string(ts))
	switch {
	case !st.keeps():
		st.skip("messages are not kept")
		return
	case !ts.Comparable():
		st.skip("names no thread")
		return
	case !st.newer(facetFollowed, pair, st.ev.Time):
		return
	}
	r := st.record(snapshot.KindThread, v)
	switch st.ev.Type {
	case "thread_subscribed":
		r = st.With(snapshot.KindThread.Schema(), r, snapshot.ThreadSubscribed.Bool(true))
	case "thread_unsubscribed":
		r = st.With(snapshot.KindThread.Schema(), r, snapshot.ThreadSubscribed.Bool(false))
	}
	st.merge(snapshot.KindThread, pair, r)
}

// threadCounters are the fields of a thread's first message that follow from its
// replies.
var threadCounters = []*snapshot.Field{snapshot.MessageReplyCount, snapshot.MessageReplyUsers,
	snapshot.MessageReplyUsersCount, snapshot.MessageLatestReply, snapshot.MessageReplies}

// repliesTold returns what a message says of its thread: a part of it.
func (st *step) repliesTold(v rawjson.Value) snapshot.Record {
	return st.Record(snapshot.MessageSchema, filter(v, func(name string) bool {
		switch name {
		case "thread_ts", "reply_count", "replies", "reply_users", "reply_users_count", "latest_reply", "subscribed", "is_locked":
			return true
		}
		return false
	}))
}

// counted reports whether the counters of a thread were told by Slack so late
// that they take account of something that happened at ts.
func (st *step) counted(parent string, ts snapshot.TS) bool {
	told := st.Get(snapshot.KindClock, snapshot.Pair(facetThread, parent)).Str(snapshot.ClockVersion)
	return told != "" && told >= string(ts)
}

// replied counts a reply that is new in its thread, if the first message is kept.
func (st *step) replied(key string, reply snapshot.Record) {
	thread := reply.Str(snapshot.MessageThreadTS)
	ts := reply.Str(snapshot.MessageTS)
	if thread == "" || thread == ts {
		return
	}
	pair, parent := st.cached(key, snapshot.TS(thread))
	if parent == "" || st.counted(pair, snapshot.TS(ts)) {
		return
	}
	n, known := parent.Int(snapshot.MessageReplyCount)
	if !known && parent.Has(snapshot.MessageThreadTS) {
		return // it has replies, and how many is not known
	}
	latest := parent.Str(snapshot.MessageLatestReply)
	as := []snapshot.Assignment{
		snapshot.MessageThreadTS.Str(thread),
		snapshot.MessageReplyCount.Int(n + 1),
		snapshot.MessageLatestReply.Str(max(ts, latest)),
		snapshot.MessageReplies.Unknown(), // no longer all of them
	}
	if ts < latest { // its author may not be the last who joined in
		if all := st.repliesKept(key, thread); all.n == n+1 {
			st.set(key, parent, append(as, all.authors()...)...)
			return
		}
	}
	users := slices.Collect(parent.List(snapshot.MessageReplyUsers))
	total, told := parent.Int(snapshot.MessageReplyUsersCount)
	if !told {
		total = int64(len(users))
	}
	// Where the list is cut, the user may be counted without being on it.
	if u := reply.Str(snapshot.MessageUser); u != "" && !slices.Contains(users, u) && total == int64(len(users)) {
		users = append(users, u)
		as = append(as, snapshot.MessageReplyUsers.List(users), snapshot.MessageReplyUsersCount.Int(total+1))
	}
	st.set(key, parent, as...)
}

// unreplied takes a deleted reply off the counters of its thread. What they are
// without it follows from the replies that are kept, if those are all.
func (st *step) unreplied(key string, reply snapshot.Record) {
	thread := reply.Str(snapshot.MessageThreadTS)
	pair, parent := st.cached(key, snapshot.TS(thread))
	n, known := parent.Int(snapshot.MessageReplyCount)
	if thread == reply.Str(snapshot.MessageTS) || !known || n == 0 || st.counted(pair, st.version()) {
		return
	}
	var as []snapshot.Assignment
	for _, f := range threadCounters {
		as = append(as, f.Unknown())
	}
	if n--; n == 0 {
		st.set(key, parent, append(as, snapshot.MessageThreadTS.Unknown())...)
		return
	}
	left := st.repliesKept(key, thread)
	as = append(as, snapshot.MessageReplyCount.Int(n))
	switch was := parent.Str(snapshot.MessageLatestReply); {
	case was != "" && was != reply.Str(snapshot.MessageTS):
		as = append(as, snapshot.MessageLatestReply.Str(was))
	case left.latest != "":
		as = append(as, snapshot.MessageLatestReply.Str(left.latest))
	}
	if left.n == n {
		as = append(as, left.authors()...)
	}
	st.set(key, parent, as...)
}

// replies are those to one message that are kept.
type replies struct {
	n      int64
	latest string
	users  []string
}

func (st *step) repliesKept(key, thread string) (r replies) {
	for ts, m := range st.Timeline(snapshot.ChannelID(key)).After(snapshot.TS(thread)) {
		if m.Str(snapshot.MessageThreadTS) != thread {
			continue
		}
		r.n++
		r.latest = string(ts)
		if u := m.Str(snapshot.MessageUser); u != "" && !slices.Contains(r.users, u) {
			r.users = append(r.users, u)
		}
	}
	return r
}

func (r replies) authors() []snapshot.Assignment {
	return []snapshot.Assignment{snapshot.MessageReplyUsers.List(r.users), snapshot.MessageReplyUsersCount.Int(int64(len(r.users)))}
}

// preceded returns a message with the replies that came before it. How many there
// are is known if events have told of everything since it was sent.
func (st *step) preceded(key string, m snapshot.Record) snapshot.Record {
	ts := m.Str(snapshot.MessageTS)
	if m.Has(snapshot.MessageReplyCount) || m.Has(snapshot.MessageThreadTS) {
		return m
	}
	r := st.repliesKept(key, ts)
	if r.n == 0 {
		return m
	}
	as := []snapshot.Assignment{snapshot.MessageThreadTS.Str(ts)}
	lost, _ := st.Get(link, "").Int(snapshot.LinkLostAt)
	if st.Get(link, "").Is(snapshot.LinkUp) && lost <= snapshot.TS(ts).Time().UnixMilli() {
		as = append(as, snapshot.MessageReplyCount.Int(r.n), snapshot.MessageLatestReply.Str(r.latest))
		as = append(as, r.authors()...)
	}
	return st.With(snapshot.MessageSchema, m, as...)
}

// broadcast is a reply that is shown in the conversation as well. It brings the
// first message of its thread, whose counters are those after it. Clock: ts on
// the thread.
func broadcast(st *step, key string) {
	root := st.ev.get("root")
	pair, parent := st.cached(key, snapshot.TS(str(root, "ts")))
	told := st.repliesTold(root)
	if parent != "" && told.Has(snapshot.MessageReplyCount) && st.newer(facetThread, pair, st.version()) {
		st.amend(key, st.Merge(snapshot.MessageSchema, parent, told))
	}
}
