package fuzz

import (
	"maps"
	"slices"
)

// react adds somebody to a reaction, or takes somebody off, if the message is
// kept. Slack lists some of the users and counts them all.
func (n *naive) react(by float64, ts string, ev object) {
	on := part(ev, "item")
	id, user, name := n.named(on["channel"]), text(ev, "user"), text(ev, "reaction")
	m := n.lines[id][text(on, "ts")]
	if m == nil || n.dead[id] || user == "" || name == "" {
		return
	}
	key := "reaction " + id + " " + text(on, "ts") + " " + name + " " + user
	first, begun := n.first[key]
	switch last := n.clocks[key].version; {
	case comparable(ts) && ts == last:
		return // the same event again
	case comparable(ts) && last != "" && ts < last:
		// It is older than what was heard of this user since. The first event
		// decides whether the count had the user in it: if this one is the first,
		// and the opposite of the one that was taken for it, the count was wrong.
		if begun && first.version != "" && ts < first.version && by == -first.by {
			n.first[key] = move{by, ts}
			n.recounted(id, m, name, nil, by)
		}
		return
	}
	n.take(key, ts)
	r := reactionNamed(m, name)
	users := list(r, "users")
	listed := slices.Contains(users, any(user))
	cut := number0(r["count"]) > float64(len(users))
	switch {
	case by > 0 && listed, by < 0 && !listed && (!cut || begun):
		return // it was so
	case !listed && cut && !begun:
		first = move{by: by}
		if comparable(ts) {
			first.version = ts
		}
		n.first[key] = first
	}
	if by > 0 {
		users = with(users, user)
	} else {
		users = less(users, user)
	}
	n.recounted(id, m, name, users, by)
}

func reactionNamed(m object, name string) object {
	for _, v := range list(m, "reactions") {
		if r, _ := v.(object); text(r, "name") == name {
			return r
		}
	}
	return nil
}

// recounted gives a reaction other users, nil for the same, and another count.
func (n *naive) recounted(id string, m object, name string, users []any, by float64) {
	was := reactionNamed(m, name)
	if was == nil && by < 0 {
		return
	}
	r := object{"name": name}
	maps.Copy(r, was)
	if users == nil {
		users = list(r, "users")
	}
	r["users"] = users
	if r["users"] == nil || users == nil {
		r["users"] = []any{}
	}
	r["count"] = number0(r["count"]) + by
	all := []any{}
	for _, v := range list(m, "reactions") {
		if o, _ := v.(object); text(o, "name") != name {
			all = append(all, v)
		}
	}
	if number0(r["count"]) > 0 {
		all = append(all, r)
	}
	m = maps.Clone(m)
	if m["reactions"] = all; len(all) == 0 {
		delete(m, "reactions")
	}
	n.amend(id, m)
}
