package reducer

import "github.com/slackstate/slackstate/snapshot"

// conversationMarked is channel_marked, group_marked, im_marked and
// mpim_marked: self's read marker, which also moves back. Slack sends no
// version with it, and its ts is none. What it does not say of the counters is
// known only if nothing is left to read, or the timeline shows all that is.
// Clock: arrival.
func conversationMarked(st *step) {
	key, ok := st.known(st.ev.channel())
	if !ok {
		return
	}
	ts := snapshot.TS(st.ev.str("ts"))
	if ts == "" {
		st.lack("has no ts")
		return
	}
	if !st.newer(facetRead, key, st.ev.Time) {
		return
	}
	known, rest := st.Get(read, key), st.restAfter(key, ts)
	var few [8]snapshot.Assignment
	as := append(few[:0], snapshot.ReadLastRead.Str(string(ts)))
	for _, f := range counters {
		v := st.ev.get(f.Name())
		n, isInt := v.Int()
		yes, isBool := v.Bool()
		switch flag := f == snapshot.ReadHasUnreads; {
		case flag && isBool:
			as = append(as, f.Bool(yes))
		case !flag && isInt:
			as = append(as, f.Int(n))
		case known.Has(f), f == snapshot.ReadUnread, f == snapshot.ReadUnreadDisplay:
			as = append(as, rest.counter(f))
		default:
			as = append(as, f.Unknown())
		}
	}
	st.assign(read, key, as...)
}

// A rest is what there is to read after a marker, if that is known.
type rest struct {
	known                       bool
	unread, displayed, mentions int64
	edited                      bool // whether an edit's mentions count is not documented
}

// counter sets one of the counters of a read state.
func (r rest) counter(f *snapshot.Field) snapshot.Assignment {
	switch {
	case !r.known:
	case f == snapshot.ReadUnread:
		return f.Int(r.unread)
	case f == snapshot.ReadUnreadDisplay, f == snapshot.ReadDMs:
		return f.Int(r.displayed)
	case f == snapshot.ReadHasUnreads:
		return f.Bool(r.unread > 0)
	case !r.edited:
		return f.Int(r.mentions)
	}
	return f.Unknown()
}

// restAfter returns what there is to read after a marker.
func (st *step) restAfter(key string, ts snapshot.TS) rest {
	latest := latestTS(st.Get(read, key))
	line := st.Timeline(snapshot.ChannelID(key))
	switch {
	case st.outside(key):
		return rest{}
	case latest != "" && ts >= latest && ts.Comparable():
		return rest{known: true}
	case line.Len() == 0 || !st.shows(key, line, ts):
		return rest{}
	}
	r := st.count(key, line, ts)
	if told, is := st.ev.get(snapshot.ReadUnread.Name()).Int(); is && told != r.unread {
		return rest{}
	}
	for late := range line.After(ts) { // it is counted now
		st.Delete(snapshot.KindClock, snapshot.Pair(facetLate, snapshot.Pair(key, string(late))))
	}
	return r
}

// shows reports whether a timeline lacks no message after a marker: if it was
// listed and events have told of all since, or if it has as many after an earlier
// marker as Slack counted there.
func (st *step) shows(key string, line snapshot.Timeline, ts snapshot.TS) bool {
	f := st.Get(snapshot.KindFreshness, snapshot.MessagesOf(snapshot.ChannelID(key)))
	asOf, _ := f.Int(snapshot.FreshAsOf)
	lost, _ := st.Get(link, "").Int(snapshot.LinkLostAt)
	if f.Str(snapshot.FreshHow) == "complete" && asOf >= lost && ts >= line.Oldest() {
		return true
	}
	r := st.Get(read, key)
	n, known := r.Int(snapshot.ReadUnread)
	from := snapshot.TS(r.Str(snapshot.ReadLastRead))
	return known && from != "" && ts >= from && st.count(key, line, from).unread == n
}

// count counts the messages of a timeline that are unread if the marker is at ts.
func (st *step) count(key string, line snapshot.Timeline, ts snapshot.TS) rest {
	r := rest{known: true}
	for _, m := range line.After(ts) {
		if isReply(m) || m.Is(snapshot.MessageHidden) || st.bySelf(m) {
			continue
		}
		r.unread++
		if subtypes[m.Str(snapshot.MessageSubtype)].counts != notice {
			r.displayed++
		}
		if st.mentionsSelf(m.Str(snapshot.MessageText)) {
			r.mentions++
		}
		r.edited = r.edited || m.Has(snapshot.MessageEdited)
	}
	return r
}
