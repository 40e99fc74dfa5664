package fuzz

import (
	"maps"
	"slices"
	"strings"
)

// user takes a user's record. The version in it decides, and among equal ones
// the event's time.
func (n *naive) user(o object, ts string) {
	id := text(o, "id")
	if id == "" {
		return
	}
	u := n.users[id]
	is, ok := number(o["updated"])
	was, known := number(u["updated"])
	switch {
	case ok && known && is < was:
		return
	case ok && known && is > was:
		n.clocks["user "+id] = clock{ts, n.at}
	case !n.take("user "+id, ts):
		return
	}
	n.putUser(id, o)
}

func (n *naive) putUser(id string, o object) {
	u := n.users[id]
	if u == nil {
		u = object{}
		n.users[id] = u
	}
	before := u["deleted"] == true
	o = without(plain(o), "presence")
	if p := part(o, "profile"); p != nil {
		if f, ok := p["fields"].(object); !ok || len(f) == 0 {
			delete(p, "fields") // no fields are shown, which does not mean there are none
		}
	}
	merge(u, o)
	if u["deleted"] != nil && before != (u["deleted"] == true) {
		for _, c := range n.convs {
			if c["is_im"] == true && text(c, "user") == id {
				c["is_user_deleted"] = u["deleted"]
			}
		}
	}
	if u["deleted"] == true && !before {
		delete(n.presence, id)
	}
	if name := text(o, "name"); name != "" && id == text(n.self, "id") {
		n.self["name"] = name
	}
}

func (n *naive) presenceChange(ev object) {
	ids := names(list(ev, "users"))
	if u := text(ev, "user"); u != "" {
		ids = append(ids, u)
	}
	for _, id := range ids {
		if p := text(ev, "presence"); p != "" && id != "" && n.take("presence "+id, "") {
			n.presence[id] = p
		}
	}
}

// doNotDisturb takes a user's status: all of self's, or what others may see.
func (n *naive) doNotDisturb(all bool, ts string, ev object) {
	id, status := text(ev, "user"), part(ev, "dnd_status")
	if id == "" {
		id = text(n.self, "id")
	}
	if id == "" || status == nil || !n.take("dnd "+id, ts) {
		return
	}
	d := object{}
	if !all && n.dnd[id] != nil {
		d = maps.Clone(n.dnd[id])
	}
	maps.Copy(d, without(plain(status), "snooze_remaining"))
	if d["snooze_enabled"] == false {
		delete(d, "snooze_endtime")
	}
	n.dnd[id] = d
}

func (n *naive) pref(prefs object, facet, ts string, ev object) {
	name := text(ev, "name")
	v, sent := ev["value"]
	if name == "" || !sent || !n.take(facet+name, ts) {
		return
	}
	if v == nil {
		delete(prefs, name)
		return
	}
	prefs[name] = v
}

func (n *naive) bot(o object, ts string) {
	id := text(o, "id")
	if id == "" {
		return
	}
	b := n.bots[id]
	is, ok := number(o["updated"])
	was, known := number(b["updated"])
	switch {
	case ok && known && is < was:
		return
	case ok && known && is > was:
		n.clocks["bot "+id] = clock{ts, n.at}
	case !n.take("bot "+id, ts):
		return
	}
	if b == nil {
		b = object{}
		n.bots[id] = b
	}
	merge(b, plain(o))
}

// usergroup takes a user group's record. Slack cuts its users at 500, and
// leaves them out where nobody asked.
func (n *naive) usergroup(o object, ts string) {
	id := text(o, "id")
	if id == "" {
		return
	}
	n.foundGroup(id)
	g := n.groups[id]
	is, ok := number(o["date_update"])
	was, known := number(g["date_update"])
	newer := ok && is > was
	switch {
	case ok && known && is < was:
		return
	case newer && known:
		n.clocks["group "+id] = clock{ts, n.at}
	case !n.take("group "+id, ts):
		return
	}
	if g == nil {
		g = object{}
		n.groups[id] = g
	}
	mine := n.mine[id]
	n.putUsergroup(id, o, newer)
	n.keepMine(id, mine, is)
}

// keepMine puts self back where a newer event about self alone left it.
func (n *naive) keepMine(id string, mine bool, version float64) {
	if told := n.clocks["own group "+id].version; comparable(told) && seconds(told) > version {
		n.moveSelf(id, mine)
	}
}

func (n *naive) putUsergroup(id string, o object, newer bool) {
	g := n.groups[id]
	o = plain(o)
	users, sent := o["users"].([]any)
	count, counted := o["user_count"].(float64)
	old, had := g["user_count"].(float64)
	merge(g, without(o, "users", "user_count"))
	switch {
	case sent && (!counted || int(count) == len(users)):
		g["users"], g["user_count"] = users, float64(len(users))
	case sent || newer || counted && !(had && count == old):
		delete(g, "users")
		delete(g, "user_count")
		if counted {
			g["user_count"] = count
		}
	}
	if g["users"] != nil || number0(g["date_delete"]) != 0 {
		n.mine[id] = slices.Contains(list(g, "users"), any(text(n.self, "id"))) && number0(g["date_delete"]) == 0
	}
}

func seconds(ts string) float64 { f, _ := number(strings.Split(ts, ".")[0]); return f }
func number0(v any) float64     { f, _ := number(v); return f }

// usergroupMembers takes a difference, which only makes sense on top of the
// version that it was made from.
func (n *naive) usergroupMembers(ev object) {
	id := text(ev, "subteam_id")
	g := n.groups[id]
	from, _ := number(ev["date_previous_update"])
	to, ok := number(ev["date_update"])
	was, known := number(g["date_update"])
	if g == nil || !ok || known && was >= to {
		return
	}
	added, removed := list(ev, "added_users"), list(ev, "removed_users")
	if known && was < to {
		n.clocks["group "+id] = clock{text(ev, "event_ts"), n.at}
	} else if !n.take("group "+id, text(ev, "event_ts")) {
		return
	}
	mine := n.mine[id]
	g["date_update"] = to
	if known && was == from && g["users"] != nil {
		users := slices.DeleteFunc(slices.Clone(list(g, "users")), func(u any) bool { return slices.Contains(removed, u) })
		for _, u := range added {
			if !slices.Contains(users, u) {
				users = append(users, u)
			}
		}
		g["users"], g["user_count"] = users, float64(len(users))
	} else {
		delete(g, "users")
		delete(g, "user_count")
	}
	self := any(text(n.self, "id"))
	if slices.Contains(added, self) {
		n.mine[id] = true
	} else if slices.Contains(removed, self) {
		n.mine[id] = false
	}
	n.mine[id] = n.mine[id] && number0(g["date_delete"]) == 0
	n.keepMine(id, mine, to)
}

func (n *naive) usergroupSelf(in bool, ts, id string) {
	g := n.groups[id]
	if id == "" || g["users"] != nil && comparable(ts) && seconds(ts) < number0(g["date_update"]) || !n.take("own group "+id, ts) {
		return
	}
	n.moveSelf(id, in)
}

// moveSelf puts self into a user group or takes it out.
func (n *naive) moveSelf(id string, in bool) {
	g, self := n.groups[id], any(text(n.self, "id"))
	n.mine[id] = in && number0(g["date_delete"]) == 0 // nobody is in a disabled one
	users, known := g["users"].([]any)
	if known && slices.Contains(users, self) != in && number0(g["date_delete"]) == 0 {
		if in {
			users = append(slices.Clone(users), self)
		} else {
			users = slices.DeleteFunc(slices.Clone(users), func(u any) bool { return u == self })
		}
		g["users"], g["user_count"] = users, float64(len(users))
	}
}

// emojiChanged adds, removes or renames custom emoji; each name has a clock.
func (n *naive) emojiChanged(ts string, ev object) {
	switch text(ev, "subtype") {
	case "add":
		name, v := text(ev, "name"), text(ev, "value")
		if of, ok := strings.CutPrefix(v, "alias:"); ok && n.emoji[of] == "" && n.late("emoji "+of, ts) {
			return // it was removed with what it stood for
		}
		if name != "" && v != "" && n.take("emoji "+name, ts) {
			n.emoji[name] = v
		}
	case "remove":
		for _, name := range names(list(ev, "names")) {
			if n.take("emoji "+name, ts) {
				delete(n.emoji, name)
			}
			for a, v := range n.emoji {
				if v == "alias:"+name && n.take("emoji "+a, ts) {
					delete(n.emoji, a)
				}
			}
		}
	case "rename":
		from, to, v := text(ev, "old_name"), text(ev, "new_name"), text(ev, "value")
		if from == "" || to == "" {
			return
		}
		comes := n.take("emoji "+to, ts)
		if n.take("emoji "+from, ts) {
			if v == "" {
				v = n.emoji[from]
			}
			delete(n.emoji, from)
		}
		if comes && v != "" {
			n.emoji[to] = v
		}
	}
}

func (n *naive) setTeam(name, ts string, ev object) {
	v := ev[name]
	if v != nil && n.take("team "+name, ts) {
		n.team[name] = v
	}
}

func (n *naive) profileFields(verb, ts string, fields []any) {
	for _, f := range fields {
		o, _ := f.(object)
		id, _ := f.(string)
		if o != nil {
			id = text(o, "id")
		}
		if id == "" || verb != "reorder" && !n.take("field "+id, ts) {
			continue
		}
		switch verb {
		case "delete":
			delete(n.fields, id)
		case "reorder":
			if v, ok := number(o["ordering"]); ok && n.fields[id] != nil && n.take("ordering "+id, ts) {
				n.fields[id]["ordering"] = v
			}
		case "change":
			if n.fields[id] == nil {
				n.fields[id] = object{}
			}
			o = plain(o)
			if has(o, "ordering") && !n.take("ordering "+id, ts) {
				o = without(o, "ordering")
			}
			merge(n.fields[id], o)
		}
	}
}
