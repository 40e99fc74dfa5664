package reducer

import (
	"slices"
	"strconv"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// reactionAdded and reactionRemoved are the events of those names, about messages
// in timelines. Slack lists only some of the users of a reaction that many have,
// so a repeated event is known by its clock. Clock: event_ts for each message,
// emoji and user.
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
	if !st.newer(facetReaction, of, st.ev.Time) {
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
	at := slices.Index(r.users, user)
	switch {
	case by > 0 && at < 0:
		r.users = append(r.users, user)
	case by < 0 && at >= 0:
		r.users = slices.Delete(r.users, at, at+1)
	case by > 0, int64(len(r.users)) == r.count: // it was so, and nobody is unlisted
		return
	}
	if r.count += by; r.count <= 0 {
		all = slices.Delete(all, i, i+1)
	}
	st.set(key, m, snapshot.MessageReactions.Raw(appendReactions(all)))
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
