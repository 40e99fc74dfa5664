package fuzz

import "slices"

// named returns the id of the conversation that a member names, as a string or
// an object, under the name it goes by now.
func (n *naive) named(v any) string {
	id, _ := v.(string)
	if o, ok := v.(object); ok {
		id = text(o, "id")
	}
	for n.alias[id] != "" {
		id = n.alias[id]
	}
	return id
}

// conversationEvent takes events whose type is a verb behind a kind of
// conversation. The kind in the name says little: one conversation gets events
// of more than one.
func (n *naive) conversationEvent(family, verb, ts string, ev object) {
	v := ev["channel"]
	o, _ := v.(object)
	id := n.named(v)
	if verb == "id_changed" {
		n.rekey(text(ev, "old_channel_id"), text(ev, "new_channel_id"), ts)
		return
	}
	if id == "" || n.dead[id] {
		return
	}
	if verb != "joined" && verb != "deleted" {
		n.found(id)
	}
	c := n.convs[id]
	switch verb {
	case "created":
		n.created(id, family, ts, o, text(ev, "user"))
	case "joined":
		n.joined(id, family, ts, o)
	case "left":
		n.leave(id, text(n.self, "id"), ts)
	case "deleted":
		n.forget(id)
		n.dead[id] = true
	case "archive", "unarchive":
		n.archived(id, verb == "archive", ts)
	case "rename":
		n.rename(id, ts, o)
	case "open":
		n.open(id, family, ts, o, text(ev, "user"))
	case "close":
		if c != nil && n.take("open "+id, ts) {
			c["is_open"] = false
		}
	case "marked":
		if c != nil && n.take("marker "+id, ts) {
			n.marked(id, ev)
		}
	case "shared":
		n.shared(id, text(ev, "connected_team_id"), ts)
	case "unshared":
		n.unshared(id, text(ev, "previously_connected_team_id"), ts, ev)
	case "history_changed":
		n.flushed(id, text(ev, "latest"))
	case "updated":
		n.updated(id, ts, part(ev, "updates"))
	}
}

// forget drops a conversation and all that hangs on it.
func (n *naive) forget(id string) {
	delete(n.convs, id)
	delete(n.left, id)
	delete(n.lacked, id)
	n.dropContent(id)
	for key, star := range n.stars {
		if n.starOf(star) == id {
			delete(n.stars, key)
		}
	}
}

// dropContent drops what is within a conversation.
func (n *naive) dropContent(id string) {
	delete(n.reads, id)
	delete(n.members, id)
	delete(n.pins, id)
	n.newest[id] = n.floor[id]
	n.dropMessages(id)
	for key, star := range n.stars {
		if n.starOf(star) == id && text(star, "type") == "message" {
			delete(n.stars, key)
		}
	}
}

// hide leaves a private conversation that self is not in with its name alone.
func (n *naive) hide(id string) {
	husk := object{"is_private": true}
	for _, name := range []string{"name", "is_mpim"} {
		if v, ok := n.convs[id][name]; ok {
			husk[name] = v
		}
	}
	delete(n.convs, id)
	n.stub[id] = false
	n.dropContent(id)
	n.left[id] = husk
}

// found brings back what a list had not, now that something tells of it. Only what
// was within is lost.
func (n *naive) found(id string) {
	if c := n.lacked[id]; c != nil {
		n.convs[id] = c
		delete(n.lacked, id)
		if c["is_member"] == true && c["is_im"] != true {
			n.putMember(id, text(n.self, "id"))
		}
	}
}

// seen returns a conversation, and makes one of which only the id is known if
// there is none. It returns nil for one that is deleted or out of sight.
func (n *naive) seen(id string) object {
	if id == "" || n.dead[id] || n.left[id] != nil {
		return nil
	}
	if n.convs[id] == nil {
		n.convs[id] = object{}
		n.stub[id] = true
	}
	return n.convs[id]
}

// revive brings back what self had left.
func (n *naive) revive(id string) {
	if husk := n.left[id]; husk != nil {
		n.convs[id] = husk
		delete(n.left, id)
	}
	n.found(id)
}

// created takes what is not known yet from a new conversation.
func (n *naive) created(id, family, ts string, o object, user string) {
	c := n.seen(id)
	if c == nil || o == nil {
		return
	}
	o = plain(o)
	if family == "im" {
		if o["is_im"] = true; o["user"] == nil && user != "" && user != n.self["id"] {
			o["user"] = user
		}
	}
	member := o["is_member"] == true && !has(c, "is_member")
	for name, v := range without(o, append(readFields, "members")...) {
		if !has(c, name) {
			c[name] = v
		}
	}
	if member {
		n.putMember(id, text(n.self, "id"))
	}
	n.stub[id] = false
	if n.reads[id] == nil {
		n.readState(id, o)
	}
	n.take("exists "+id, ts)
}

func (n *naive) read(id string) object {
	if r := n.reads[id]; r != nil {
		return r
	}
	return object{}
}

// joined takes the whole of a conversation that self is in now.
func (n *naive) joined(id, family, ts string, o object) {
	self := text(n.self, "id")
	if !n.take("member "+id+" "+self, ts) {
		return
	}
	n.revive(id)
	c := n.seen(id)
	was := c["is_member"] == true
	o = plain(o)
	o["is_member"] = true
	n.facets(id, o, ts)
	if family == "group" && !has(c, "is_private") {
		c["is_private"] = true
	}
	if family == "mpim" && !has(c, "is_mpim") {
		c["is_mpim"] = true
	}
	n.stub[id] = false
	n.putMember(id, self)
	if count, ok := c["num_members"].(float64); ok && !has(o, "num_members") && !was {
		c["num_members"] = count + 1
	}
	for _, u := range names(list(o, "members")) {
		if u != self && !n.late("member "+id+" "+u, ts) {
			n.putMember(id, u)
		}
	}
	n.readState(id, o)
}

// facets lays a conversation's object over what is known of it, but for the
// facets that a newer event has changed.
func (n *naive) facets(id string, o object, ts string) {
	o = without(o, append(readFields, "members")...)
	for name, facet := range map[string]string{"name": "name ", "is_archived": "archived ", "is_open": "open ", "is_private": "private "} {
		if has(o, name) && !n.take(facet+id, ts) {
			o = without(o, name, name+"_normalized")
		}
	}
	for _, name := range []string{"topic", "purpose"} {
		set, _ := part(o, name)["last_set"].(float64)
		known, ok := part(n.convs[id], name)["last_set"].(float64)
		_, dated := part(o, name)["last_set"]
		if len(part(o, name)) > 0 && (dated && ok && set < known || !n.take(name+" "+id, ts)) {
			o = without(o, name)
		}
	}
	merge(n.convs[id], o)
}

func (n *naive) putMember(id, user string) {
	if user == "" {
		return
	}
	if n.members[id] == nil {
		n.members[id] = map[string]bool{}
	}
	n.members[id][user] = true
}

func (n *naive) archived(id string, is bool, ts string) {
	if c := n.convs[id]; c != nil && n.take("archived "+id, ts) {
		c["is_archived"] = is
	}
}

func (n *naive) rename(id, ts string, o object) {
	name := text(o, "name")
	c := n.seen(id)
	if name == "" || c == nil {
		return
	}
	if created, ok := number(o["created"]); ok && n.stub[id] && !has(c, "created") {
		c["created"] = created
	}
	if !n.take("name "+id, ts) {
		return
	}
	if old := text(c, "name"); old != "" && old != name {
		var former []any
		former = append(former, list(c, "previous_names")...)
		if !slices.Contains(former, any(old)) {
			former = append(former, old)
		}
		c["previous_names"] = former
	}
	c["name"] = name
	switch norm := text(o, "name_normalized"); {
	case norm != "":
		c["name_normalized"] = norm
	case has(c, "name_normalized"):
		c["name_normalized"] = name
	}
}

// open puts a conversation into self's sidebar, and one that self had left back
// in sight.
func (n *naive) open(id, family, ts string, o object, user string) {
	if n.left[id] != nil && n.late("member "+id+" "+text(n.self, "id"), ts) || !n.take("open "+id, ts) {
		return
	}
	n.revive(id)
	c := n.seen(id)
	if n.stub[id] && family == "im" && !has(c, "is_im") {
		c["is_im"] = true
	}
	if n.stub[id] && family == "im" && !has(c, "user") && user != n.self["id"] && user != "" {
		c["user"] = user
	}
	if n.stub[id] && family == "mpim" && !has(c, "is_mpim") {
		c["is_mpim"] = true
	}
	if o != nil {
		n.stub[id] = false
		merge(c, without(plain(o), append(readFields, "members")...))
		n.readState(id, plain(o))
	}
	c["is_open"] = true
}

// outOfSight hides a private conversation that self is known not to be in.
func (n *naive) outOfSight(id string) {
	if c := n.convs[id]; c["is_private"] == true && c["is_member"] == false {
		n.hide(id)
	}
}
