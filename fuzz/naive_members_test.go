package fuzz

import (
	"maps"
	"slices"
)

// memberEvent takes somebody into a conversation or out of it.
func (n *naive) memberEvent(in bool, ts string, ev object) {
	id, user := n.named(ev["channel"]), text(ev, "user")
	if id == "" || user == "" || n.dead[id] {
		return
	}
	n.found(id)
	if !in {
		n.leave(id, user, ts)
		return
	}
	if n.join(id, user, ts) && n.users[user] == nil && text(ev, "team") != "" {
		n.users[user] = object{"team_id": text(ev, "team")}
	}
}

func (n *naive) join(id, user, ts string) bool {
	self := user == text(n.self, "id")
	if !n.take("member "+id+" "+user, ts) {
		return false
	}
	if self {
		n.revive(id)
	}
	c := n.seen(id)
	if c == nil {
		return false
	}
	count, known := c["num_members"].(float64)
	if known && !n.members[id][user] && !(self && c["is_member"] == true) {
		c["num_members"] = count + 1
	}
	n.putMember(id, user)
	if self {
		c["is_member"] = true
	}
	return true
}

func (n *naive) leave(id, user, ts string) {
	c := n.convs[id]
	self := user == text(n.self, "id")
	if c == nil || !n.take("member "+id+" "+user, ts) {
		return
	}
	if self && (c["is_private"] == true || c["is_mpim"] == true) {
		n.hide(id)
		return
	}
	count, known := c["num_members"].(float64)
	if known && count > 0 && (n.members[id][user] || self && c["is_member"] == true) {
		c["num_members"] = count - 1
	}
	delete(n.members[id], user)
	if self {
		c["is_member"] = false
		n.uncounted(id)
		delete(n.whole, id)
	}
}

// uncounted makes the counters of a conversation unknown.
func (n *naive) uncounted(id string) {
	for _, name := range counters {
		delete(n.reads[id], name)
	}
}

// item returns the key of what was pinned or starred.
func item(o object) string {
	switch {
	case text(part(o, "message"), "ts") != "":
		return "m:" + text(part(o, "message"), "ts")
	case text(part(o, "comment"), "id") != "":
		return "c:" + text(part(o, "comment"), "id")
	case text(part(o, "file"), "id") != "":
		return "f:" + text(part(o, "file"), "id")
	}
	return ""
}

func (n *naive) pin(on bool, ts string, ev object) {
	o := part(ev, "item")
	id := n.named(ev["channel_id"])
	if id == "" {
		id = n.named(o["channel"])
	}
	n.found(id)
	c, key := n.convs[id], item(o)
	if c == nil || key == "" {
		return
	}
	flag := n.take("has pins "+id, ts)
	if !n.take("pin "+id+" "+key, ts) {
		return
	}
	if n.pins[id] == nil {
		n.pins[id] = map[string]object{}
	}
	delete(n.pins[id], key)
	defer func() { n.pinShown(id, key) }()
	if on {
		kept := plain(o)
		if text(kept, "channel") != "" {
			kept["channel"] = id
		}
		n.pins[id][key] = kept
	}
	more, said := truth(ev["has_pins"])
	if on {
		more, said = true, true
	}
	if !flag {
		return
	}
	delete(c, "pin_count")
	if count, ok := number(ev["pin_count"]); ok {
		c["pin_count"] = count
	}
	if !said {
		return
	}
	c["has_pins"] = more
	if !more {
		others := n.pins[id]
		delete(n.pins, id)
		for other := range others {
			n.pinShown(id, other)
		}
	}
}

func (n *naive) star(on bool, ts string, ev object) {
	o := part(ev, "item")
	if text(ev, "user") != text(n.self, "id") || o == nil {
		return
	}
	o = plain(o)
	for _, name := range []string{"channel", "group"} {
		if text(o, name) != "" {
			o[name] = n.named(o[name])
		}
	}
	of, key := n.starOf(o), item(o)
	whole := slices.Contains([]string{"channel", "group", "im"}, text(o, "type"))
	if whole {
		key = "channel"
	}
	if key == "" || whole && of == "" || !n.take("star "+of+" "+key, ts) {
		return
	}
	key += "/" + of
	if on {
		n.stars[key] = o
	} else {
		delete(n.stars, key)
	}
	if c := n.convs[of]; whole && c != nil {
		c["is_starred"] = on
	}
	if m := n.lines[of][text(part(o, "message"), "ts")]; !whole && m != nil {
		m = maps.Clone(m)
		m["is_starred"] = on
		n.amend(of, m)
	}
}

// starOf returns the conversation that a star is on or in.
func (n *naive) starOf(o object) string {
	if id := text(o, "channel"); id != "" {
		return id
	}
	return text(o, "group")
}

// fileDeleted takes a file's pins and stars with it.
func (n *naive) fileDeleted(file string) {
	if file == "" {
		return
	}
	for id := range n.pins {
		n.unpinned(id, "f:"+file)
	}
	for key, o := range n.stars {
		if item(o) == "f:"+file {
			delete(n.stars, key)
		}
	}
	n.buried(file)
}

// unpinned drops a pin whose item is gone. Whether others remain that were
// never heard of is not known then.
func (n *naive) unpinned(id, key string) {
	if n.pins[id][key] == nil {
		return
	}
	delete(n.pins[id], key)
	delete(n.convs[id], "pin_count")
	if len(n.pins[id]) == 0 {
		delete(n.convs[id], "has_pins")
	}
}
