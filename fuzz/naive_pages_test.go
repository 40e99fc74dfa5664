package fuzz

import (
	"slices"
	"strings"
)

// lag is how far Slack's lists may lag behind its events, in milliseconds.
const lag = 60_000

// touched reports whether an event has changed a facet too lately for the list
// of a page to show it.
func (n *naive) touched(facet string, began int64) bool {
	c, ok := n.clocks[facet]
	return ok && c.arrival >= began-lag
}

// page lays a page of one of Slack's lists over what is known. What an event
// has changed since the call began, or shortly before, is newer than the page.
func (n *naive) page(ev object) {
	body, args := part(ev, "response"), part(ev, "args")
	began, ok := n.calls[text(ev, "call")]
	if !ok {
		began = n.at
	}
	if body["ok"] != true {
		return
	}
	switch text(ev, "method") {
	case "rtm.start":
		n.start(body)
		n.asked = float64(began)
	case "users.list":
		for _, v := range list(body, "members") {
			if o, _ := v.(object); text(o, "id") != "" {
				n.listedUser(o, began)
			}
		}
	case "conversations.list":
		for _, v := range list(body, "channels") {
			if o, _ := v.(object); text(o, "id") != "" {
				n.listedConversation(o, began)
			}
		}
	case "conversations.info":
		if o := part(body, "channel"); text(o, "id") != "" {
			n.listedConversation(o, began)
			n.listedRead(n.named(o["id"]), plain(o), began)
		}
	case "users.getPresence":
		u, p := text(args, "user"), text(body, "presence")
		if u != "" && p != "" && n.clocks["presence "+u].arrival <= began { // it does not lag
			n.presence[u] = p
		}
	case "usergroups.list":
		n.listedGroups(list(body, "usergroups"), args["include_disabled"] == true, began)
	case "conversations.members":
		id := n.named(args["channel"])
		if !n.dead[id] {
			n.found(id)
		}
		for _, u := range names(list(body, "members")) {
			if n.convs[id] == nil || n.touched("member "+id+" "+u, began) {
				continue
			}
			n.putMember(id, u)
			if u == text(n.self, "id") {
				n.convs[id]["is_member"] = true
			}
		}
	case "conversations.history", "conversations.replies":
		n.historyPage(text(ev, "method"), n.named(args["channel"]), list(body, "messages"), began)
	case "files.info":
		o := part(body, "file")
		id := text(o, "id")
		if id != "" && !n.noFile[id] && (n.file[id] != nil || n.files) {
			n.told(id, o, began)
		}
	case "emoji.list":
		all := part(body, "emoji")
		if all == nil {
			return
		}
		for name := range n.emoji {
			if all[name] == nil && !n.touched("emoji "+name, began) {
				delete(n.emoji, name)
			}
		}
		for name := range all {
			if v := text(all, name); v != "" && !n.touched("emoji "+name, began) {
				n.emoji[name] = v
			}
		}
	}
}

// listedUser takes a row of users.list. Its version decides where it has one.
func (n *naive) listedUser(o object, began int64) {
	id := text(o, "id")
	is, ok := number(o["updated"])
	was, known := number(n.users[id]["updated"])
	if ok && known {
		if is < was || is == was && n.touched("user "+id, began) {
			return
		}
	} else if n.touched("user "+id, began) {
		return
	}
	n.putUser(id, o)
	if p := text(o, "presence"); p != "" && n.presence[id] == "" && n.users[id]["deleted"] != true {
		n.presence[id] = p
	}
}

func (n *naive) listedConversation(o object, began int64) {
	id := n.named(o["id"])
	self := "member " + id + " " + text(n.self, "id")
	in, told := truth(o["is_member"])
	if n.dead[id] {
		return
	}
	if n.left[id] != nil {
		if n.touched(self, began) || n.touched("private "+id, began) {
			return
		}
		n.revive(id)
	}
	n.found(id)
	c := n.seen(id)
	o = without(plain(o), append(readFields, "members", "id")...)
	for name, facet := range map[string]string{"name": "name ", "is_archived": "archived ", "is_open": "open ", "is_private": "private "} {
		if n.touched(facet+id, began) {
			o = without(o, name, name+"_normalized")
		}
	}
	for _, name := range []string{"topic", "purpose"} {
		set, ok := number(part(o, name)["last_set"])
		known, dated := number(part(c, name)["last_set"])
		if has(o, name) && (ok && dated && set < known || n.touched(name+" "+id, began) && !(ok && dated && set > known)) {
			o = without(o, name)
		}
	}
	if told && n.touched(self, began) {
		o, told = without(o, "is_member"), false
	}
	was := c["is_member"] == true
	merge(c, o)
	n.stub[id] = false
	if told && in && c["is_im"] != true {
		n.putMember(id, text(n.self, "id"))
	}
	if told && !in {
		delete(n.members[id], text(n.self, "id"))
		if was {
			n.uncounted(id)
		}
	}
}

// listedRead takes self's place from a page, unless self has moved since, or a
// message has come or was edited.
func (n *naive) listedRead(id string, o object, began int64) {
	if n.convs[id] == nil {
		return
	}
	latest := text(part(o, "latest"), "ts")
	if latest != "" && n.gone[id+" "+latest] {
		latest, o = "", without(o, append(counters, "latest")...)
	}
	newest := n.newest[id]
	older := latest < newest && recent(newest, began)
	marked := n.touched("marker "+id, began)
	if older || latest != "" && n.touched("edit "+id+" "+latest, began) {
		latest, o = "", without(o, "latest")
	}
	if marked {
		o = without(o, "last_read")
	}
	if older || marked {
		o = without(o, counters...)
	}
	r := n.read(id)
	if last := text(part(r, "latest"), "ts"); has(o, "last_read") && o["last_read"] != r["last_read"] || last != "" && latest > last {
		r = without(r, counters...)
	}
	for _, name := range readFields {
		if has(o, name) && name != "latest" {
			r[name] = o[name]
		}
	}
	if latest != "" {
		r["latest"], n.newest[id] = part(o, "latest"), max(latest, n.floor[id])
	}
	if len(r) > 0 {
		n.reads[id] = r
	}
}

// listedGroups takes a list of user groups. One that has the disabled ones too has
// all there are.
func (n *naive) listedGroups(rows []any, all bool, began int64) {
	seen := map[string]bool{}
	for _, v := range rows {
		o, _ := v.(object)
		id := text(o, "id")
		if id == "" {
			continue
		}
		seen[id] = true
		n.foundGroup(id)
		is, ok := number(o["date_update"])
		was, known := number(n.groups[id]["date_update"])
		if ok && is > 0 && known && was > 0 && is != was {
			if is < was {
				continue
			}
		} else if n.touched("group "+id, began) {
			continue
		}
		if n.groups[id] == nil {
			n.groups[id] = object{}
		}
		n.putUsergroup(id, o, is > was)
	}
	for id, g := range n.groups {
		if all && !seen[id] && !n.touched("group "+id, began) {
			n.unseen[id] = g
			delete(n.groups, id)
			delete(n.mine, id)
		}
	}
}

func (n *naive) foundGroup(id string) {
	if g := n.unseen[id]; g != nil {
		n.groups[id] = g
		delete(n.unseen, id)
	}
}

// listedAll ends a list of conversations of some types: what it lacks is out of
// sight, unless something told of it too lately for the list to have it.
func (n *naive) listedAll(types string, exceptArchived bool, seen map[string]bool, began int64) {
	if types == "" {
		types = "public_channel"
	}
	for id, c := range n.convs {
		typ := "public_channel"
		switch {
		case c["is_im"] == true:
			typ = "im"
		case c["is_mpim"] == true:
			typ = "mpim"
		case c["is_private"] == true:
			typ = "private_channel"
		}
		lately := n.stub[id] || recent(text(part(n.reads[id], "latest"), "ts"), began)
		for _, facet := range strings.Fields("name archived topic purpose private open properties exists") {
			lately = lately || n.touched(facet+" "+id, began)
		}
		lately = lately || n.touched("member "+id+" "+text(n.self, "id"), began)
		if seen[id] || lately || !slices.Contains(strings.Split(types, ","), typ) || exceptArchived && c["is_archived"] == true {
			continue
		}
		delete(n.convs, id)
		n.dropContent(id)
		n.lacked[id] = c
	}
}

// start takes a whole workspace at once, into an empty state.
func (n *naive) start(body object) {
	self, team := part(body, "self"), part(body, "team")
	n.self, n.team = without(self, "prefs"), without(team, "prefs", "profile")
	n.prefs, n.teamPrefs = object{}, object{}
	merge(n.prefs, part(self, "prefs"))
	merge(n.teamPrefs, part(team, "prefs"))
	rows := func(o object, name string, put func(id string, row object)) {
		for _, v := range list(o, name) {
			put(text(v.(object), "id"), v.(object))
		}
	}
	rows(part(team, "profile"), "fields", func(id string, o object) { n.fields[id] = plain(o) })
	rows(body, "users", func(id string, o object) {
		n.users[id] = without(plain(o), "presence")
		if p := text(o, "presence"); p != "" {
			n.presence[id] = p
		}
	})
	rows(body, "bots", func(id string, o object) { n.bots[id] = plain(o) })
	rows(part(body, "subteams"), "all", func(id string, o object) { n.groups[id] = plain(o) })
	for _, id := range names(list(part(body, "subteams"), "self")) {
		n.mine[id] = true
	}
	for id, v := range part(body, "dnd") {
		n.dnd[id] = plain(v.(object))
	}
	for name, v := range part(body, "emoji") {
		n.emoji[name] = v.(string)
	}
	for _, kind := range []string{"channels", "groups", "mpims", "ims"} {
		rows(body, kind, func(id string, o object) {
			n.convs[id] = without(plain(o), append(readFields, "members")...)
			for _, u := range names(list(o, "members")) {
				n.putMember(id, u)
			}
			if slices.Contains(names(list(o, "members")), text(n.self, "id")) {
				n.convs[id]["is_member"] = true
			}
			n.readState(id, plain(o))
		})
	}
}
