package reducer

import (
	"slices"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// conversationHistory is a page of conversations.history: messages of one
// conversation without the replies in its threads, newest first. One that is newer
// than the newest that is known takes its place; how many of them are unread is
// not told.
func (p *page) conversationHistory() {
	key, ok := p.known(id(p.args, "channel"))
	if !ok || p.missing(p.get("messages")) {
		return
	}
	for v := range p.get("messages").Elems() {
		m := p.Record(snapshot.MessageSchema, v)
		ts := snapshot.TS(m.Str(snapshot.MessageTS))
		p.messageRow(key, m)
		if ts.Comparable() && ts > p.newest(key) && !m.Is(snapshot.MessageHidden) && !isReply(m) && !p.takenBack(key, ts) {
			p.mergeRead(key, p.With(read.Schema(), "", snapshot.ReadLatest.Sub(m)))
		}
	}
}

// conversationReplies is a page of conversations.replies: the first message of a
// thread, which also says whether self follows it, and its replies.
func (p *page) conversationReplies() {
	key, ok := p.known(id(p.args, "channel"))
	if !ok || p.missing(p.get("messages")) {
		return
	}
	for v := range p.get("messages").Elems() {
		p.messageRow(key, p.Record(snapshot.MessageSchema, v))
		ts := str(v, "ts")
		pair := snapshot.Pair(key, ts)
		subscribed, told := v.Get("subscribed").Bool()
		if !told || ts != str(v, "thread_ts") || !snapshot.TS(ts).Comparable() || !p.keeps() || p.touched(facetFollowed, pair) {
			continue
		}
		as := []snapshot.Assignment{snapshot.ThreadTS.Str(ts), snapshot.ThreadSubscribed.Bool(subscribed)}
		if last := str(v, "last_read"); last != "" {
			as = append(as, snapshot.ThreadLastRead.Str(last))
		}
		p.assign(snapshot.KindThread, pair, as...)
	}
}

// messageRow lays a message over what is kept of it. It is whole: what it lacks
// is gone, but for what an event changed too late for the page to show.
func (p *page) messageRow(key string, m snapshot.Record) {
	pair, known := p.cached(key, snapshot.TS(m.Str(snapshot.MessageTS)))
	if known == "" {
		known = p.insert(key, m)
	}
	if known == "" {
		return
	}
	if p.touched(facetMessage, pair) {
		told := m
		m = known
		for _, f := range threadCounters {
			m = p.copied(m, told, f)
		}
		m = p.copied(m, told, snapshot.MessageReactions)
	}
	if p.touched(facetThread, pair) || m.Str(snapshot.MessageLatestReply) < known.Str(snapshot.MessageLatestReply) &&
		p.recent(snapshot.TS(known.Str(snapshot.MessageLatestReply))) {
		for _, f := range threadCounters {
			m = p.copied(m, known, f)
		}
	}
	if p.reactionsTouched(pair, m, known) {
		m = p.copied(m, known, snapshot.MessageReactions)
	}
	if p.touched(facetMetadata, pair) {
		m = p.copied(m, known, snapshot.MessageMetadata)
	}
	if p.touched(facetPin, snapshot.Pair(key, "m:"+m.Str(snapshot.MessageTS))) {
		m = p.copied(m, known, snapshot.MessagePinnedTo)
	}
	if p.touched(facetStar, snapshot.Pair("m:"+m.Str(snapshot.MessageTS), key)) {
		m = p.copied(m, known, snapshot.MessageIsStarred)
	}
	p.amend(key, m)
}

// copied returns a message with a field as another has it.
func (p *page) copied(to, from snapshot.Record, f *snapshot.Field) snapshot.Record {
	return p.With(snapshot.MessageSchema, to, f.Of(from))
}

// reactionsTouched reports whether the page and what is known differ in a
// reaction that an event changed too late for the page to show.
func (p *page) reactionsTouched(pair string, row, known snapshot.Record) bool {
	in := func(m snapshot.Record) (pairs []string) {
		for _, r := range reactionsOf(m) {
			for _, u := range r.users {
				pairs = append(pairs, snapshot.Pair(r.name, u))
			}
		}
		return pairs
	}
	a, b := in(row), in(known)
	for _, one := range slices.Concat(a, b) {
		if slices.Contains(a, one) != slices.Contains(b, one) && p.touched(facetReaction, snapshot.Pair(pair, one)) {
			return true
		}
	}
	return false
}

// historyListed ends a listing of the messages between its arguments oldest and
// latest. Those that were not on it are gone.
func (p *page) historyListed(key string, seen map[string]bool) {
	oldest, latest := snapshot.TS(str(p.args, "oldest")), snapshot.TS(str(p.args, "latest"))
	for ts, m := range p.Timeline(snapshot.ChannelID(key)).After(oldest) {
		if latest != "" && ts >= latest {
			break
		}
		if pair := snapshot.Pair(key, string(ts)); !seen[string(ts)] && !isReply(m) && !m.Is(snapshot.MessageHidden) && !p.recent(ts) && !p.touched(facetMessage, pair) {
			p.Delete(kept, pair)
			p.bury(key, ts)
		}
	}
	if latest == "" && p.keeps() && p.reaches(key, oldest) {
		p.fresh(snapshot.MessagesOf(snapshot.ChannelID(key)), "complete")
	}
}

// reaches reports whether a listing that goes back to a time leaves no hole in a
// timeline: if it goes back to its beginning, or to what was whole when it was
// listed last.
func (p *page) reaches(key string, oldest snapshot.TS) bool {
	f := p.Get(snapshot.KindFreshness, snapshot.MessagesOf(snapshot.ChannelID(key)))
	asOf, _ := f.Int(snapshot.FreshAsOf)
	return oldest <= p.Timeline(snapshot.ChannelID(key)).Oldest() ||
		f.Str(snapshot.FreshHow) == "complete" && oldest.Time().UnixMilli() <= asOf
}

// fileInfo is the answer of files.info. It is nearly always asked for because an
// event named the file, so it may well lag behind that: what events have told
// stays, be it no more than that the file is shared somewhere.
func (p *page) fileInfo() {
	v := p.get("file")
	key := id(v, "id")
	switch {
	case key == "":
		p.skip("names no file")
	case p.Get(snapshot.KindTombstone, fileTombstone(key)) != "":
		p.skip("the file is deleted")
	case p.Get(file, key) == "" && !p.keepsFiles():
		p.skip("files are not kept")
	default:
		known, r := p.Get(file, key), p.shared(key, p.record(file, v))
		if p.touched(facetPublic, key) {
			r = p.With(file.Schema(), r, snapshot.FileIsPublic.Unknown())
		}
		if p.touched(facetFile, key) {
			known, r = r, known
		}
		p.Put(file, key, p.Merge(file.Schema(), known, r))
		doubt := hiddenKey(file, key)
		if at, _ := p.Get(snapshot.KindStub, doubt).Int(snapshot.StubAt); at < p.start-p.cfg.ListLag.Milliseconds() {
			p.Delete(snapshot.KindStub, doubt)
		}
	}
}

// shared returns a file's record with the conversations that it is shared in, of
// which events may have told otherwise.
func (p *page) shared(key string, r snapshot.Record) snapshot.Record {
	for _, f := range shareFields {
		if !r.Has(f) {
			continue
		}
		known, listed := slices.Collect(p.Get(file, key).List(f)), slices.Collect(r.List(f))
		listed = slices.DeleteFunc(listed, func(in string) bool {
			return !slices.Contains(known, in) && p.touchedPair(facetShare, in, key)
		})
		for _, in := range known {
			if !slices.Contains(listed, in) && p.touchedPair(facetShare, in, key) {
				listed = append(listed, in)
			}
		}
		r = p.With(file.Schema(), r, f.List(listed))
	}
	return r
}

// startTimelines reads the messages and threads of a dump. What a dump has is
// taken over whether the configuration asks for it or not.
func (p *page) startTimelines() {
	each := func(lists rawjson.Value, k snapshot.Kind, name string) {
		for c, all := range lists.Members() {
			key, ok := p.alive(validID(c))
			if !ok {
				continue
			}
			for v := range all.Elems() {
				if ts := snapshot.TS(str(v, name)); ts.Comparable() && !p.takenBack(key, ts) {
					p.Put(k, snapshot.Pair(key, string(ts)), p.record(k, v))
				}
			}
		}
	}
	each(p.get("messages"), kept, "ts")
	each(p.get("slackstate").Get("threads"), snapshot.KindThread, "thread_ts")
}
