package reducer

import (
	"slices"
	"strconv"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// reactionAdded and reactionRemoved are the events of those names, about messages
// in timelines. Slack lists only some of the users of a reaction that many have,
// so a repeated event is known by its clock, and one that was overtaken by what
// the first one that came says. Clock: event_ts for each message, emoji and user.
func reactionAdded(st *step)   { st.react(+1) }
func reactionRemoved(st *step) { st.react(-1) }

func (st *step) react(by int64) {
	item := st.ev.get("item")
	user, name := st.ev.id("user"), st.ev.id("reaction")
	key, ok := st.alive(id(item, "channel"))
	if !ok {
		return
	}
	pair, m := st.cached(key, snapshot.TS(str(item, "ts")))
	switch {
	case m == "":
		st.skip("the message is not kept")
		return
	case user == "" || name == "":
		st.skip("names no user or no emoji")
		return
	}
	of := snapshot.Pair(pair, snapshot.Pair(name, user))
	last := st.Get(snapshot.KindClock, snapshot.Pair(facetReaction, of)).Str(snapshot.ClockVersion)
	if st.ev.Time != "" && string(st.ev.Time) == last {
		st.skip("the event is a repeated one")
		return
	}
	late := !st.newer(facetReaction, of, st.ev.Time)
	if late && !st.overtaken(of, by) {
		return
	}
	all := reactionsOf(m)
	i := slices.IndexFunc(all, func(r reaction) bool { return r.name == name })
	if i < 0 {
		if by < 0 {
			return
		}
		i, all = len(all), append(all, reaction{name: name})
	}
	r := &all[i]
	at, cut := slices.Index(r.users, user), int64(len(r.users)) < r.count
	switch {
	case late:
	case by > 0 && at < 0:
		r.users = append(r.users, user)
	case by < 0 && at >= 0:
		r.users = slices.Delete(r.users, at, at+1)
	case by > 0, !cut, st.hasFirst(of): // it was so, and nobody else is meant
		return
	}
	if !late && cut && at < 0 && !st.hasFirst(of) {
		st.noteFirst(of, by)
	}
	if r.count += by; r.count <= 0 {
		all = slices.Delete(all, i, i+1)
	}
	st.set(key, m, snapshot.MessageReactions.Raw(appendReactions(all)))
}

// firstKey is the key of the clock of the first event, so far, about a reaction
// of a user whom a cut list does not show: of one that adds it, or takes it back.
// From which it is follows whether Slack's count had the user in it before.
func firstKey(of string, by int64) string {
	word := "first added"
	if by < 0 {
		word = "first removed"
	}
	return snapshot.Pair(facetReaction, snapshot.Pair(of, word))
}

func (st *step) noteFirst(of string, by int64) {
	clock := snapshot.KindClock
	as := []snapshot.Assignment{snapshot.ClockArrival.Int(st.ev.At)}
	if st.ev.Time != "" {
		as = append(as, snapshot.ClockVersion.Str(string(st.ev.Time)))
	}
	st.Put(clock, firstKey(of, by), st.With(clock.Schema(), "", as...))
}

func (st *step) hasFirst(of string) bool {
	return st.Get(snapshot.KindClock, firstKey(of, +1)) != "" || st.Get(snapshot.KindClock, firstKey(of, -1)) != ""
}

// overtaken reports whether a late event is from before the first one that came,
// and its opposite. Then it is the first, and counts.
func (st *step) overtaken(of string, by int64) bool {
	first := firstKey(of, -by)
	version := st.Get(snapshot.KindClock, first).Str(snapshot.ClockVersion)
	if st.ev.Time == "" || string(st.ev.Time) >= version {
		return false
	}
	st.Delete(snapshot.KindClock, first)
	st.noteFirst(of, by)
	return true
}

// A reaction is one emoji on a message.
type reaction struct {
	name  string
	users []string // some of those who used it
	count int64    // how many did
	rest  rawjson.Value
}

func reactionsOf(m snapshot.Record) (all []reaction) {
	for v := range m.Raw(snapshot.MessageReactions).Elems() {
		r := reaction{name: str(v, "name"), rest: v}
		for u := range v.Get("users").Elems() {
			if s, ok := u.Str(); ok {
				r.users = append(r.users, s)
			}
		}
		r.count, _ = v.Get("count").Int()
		r.count = max(r.count, int64(len(r.users)))
		all = append(all, r)
	}
	return all
}

// appendReactions writes reactions as Slack does, absent if there are none.
func appendReactions(all []reaction) rawjson.Value {
	if len(all) == 0 {
		return ""
	}
	b := []byte{'['}
	for i, r := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"name":`...)
		b = rawjson.AppendString(b, r.name)
		b = append(b, `,"users":[`...)
		for i, u := range r.users {
			if i > 0 {
				b = append(b, ',')
			}
			b = rawjson.AppendString(b, u)
		}
		b = append(b, `],"count":`...)
		b = strconv.AppendInt(b, r.count, 10)
		for name, v := range r.rest.Members() {
			switch name {
			case "name", "users", "count":
			default:
				b = append(b, ',')
				b = append(rawjson.AppendString(b, name), ':')
				b = append(b, v...)
			}
		}
		b = append(b, '}')
	}
	return rawjson.Value(append(b, ']'))
}
