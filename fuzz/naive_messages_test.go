package fuzz

import (
	"slices"
	"strings"
)

// Notices are messages that make a conversation unread, but are not displayed
// as unread.
var notices = strings.Fields(`channel_topic channel_purpose channel_name channel_archive channel_unarchive channel_join channel_leave
	group_topic group_purpose group_name group_archive group_unarchive group_join group_leave
	channel_convert_to_private channel_convert_to_public channel_posting_permissions pinned_item
	bot_add bot_remove bot_enable bot_disable ekm_access_denied reminder_add huddle_thread`)

func (n *naive) message(ev object) {
	id, sub, ts := n.named(ev["channel"]), text(ev, "subtype"), text(ev, "ts")
	if id == "" || n.dead[id] {
		return
	}
	n.found(id)
	if n.seen(id) == nil {
		return
	}
	switch sub {
	case "message_changed":
		if hidden, _ := truth(part(ev, "message")["hidden"]); hidden || text(part(ev, "message"), "subtype") == "tombstone" {
			n.entombed(id, ts, ev)
		} else {
			n.edited(id, ts, part(ev, "message"))
		}
		return
	case "message_deleted":
		n.deleted(id, text(ev, "deleted_ts"), ts, part(ev, "previous_message"))
		return
	case "message_replied":
		n.counted(id, ts, part(ev, "message"))
		return
	case "":
		if hidden, _ := truth(ev["hidden"]); hidden && part(ev, "message") != nil { // over the Events API the subtype is missing
			n.counted(id, ts, part(ev, "message"))
			return
		}
	case "thread_broadcast", "reply_broadcast":
		n.broadcast(id, ts, part(ev, "root"))
	}
	home := text(ev, "user_team")
	if u := text(ev, "user"); home != "" && home != n.team["id"] && u != "" && n.users[u] == nil {
		n.users[u] = object{"team_id": home}
	}
	n.arrived(id, ev)
	n.notice(id, ts, ev)
}

// notice does what some messages tell besides being one.
func (n *naive) notice(id, ts string, ev object) {
	user := text(ev, "user")
	family, verb, _ := strings.Cut(text(ev, "subtype"), "_")
	if family != "channel" && family != "group" {
		return
	}
	switch c := n.convs[id]; verb {
	case "topic", "purpose":
		value, ok := ev[verb].(string)
		set, _ := number(strings.Split(ts, ".")[0])
		known, dated := part(c, verb)["last_set"].(float64)
		if !ok || dated && set < known || !n.take(verb+" "+id, ts) {
			return
		}
		t := object{"value": value, "last_set": set}
		if user != "" {
			t["creator"] = user
		}
		merge(c, object{verb: t})
	case "name":
		n.rename(id, ts, ev)
	case "archive", "unarchive":
		n.archived(id, verb == "archive", ts)
	case "join":
		if user != "" {
			n.join(id, user, ts)
		}
	case "leave":
		n.leave(id, user, ts)
	case "convert_to_private", "convert_to_public":
		if n.take("private "+id, ts) {
			c["is_private"] = verb == "convert_to_private"
			n.outOfSight(id)
		}
	}
}

// visible reports whether a message shows in its conversation.
func visible(m object) bool {
	hidden, _ := truth(m["hidden"])
	thread, sub := text(m, "thread_ts"), text(m, "subtype")
	reply := thread != "" && thread != text(m, "ts") && sub != "thread_broadcast" && sub != "reply_broadcast"
	return !hidden && !reply && comparable(text(m, "ts"))
}

// arrived puts a message into its place and counts it, if it is newer than all
// before it.
func (n *naive) arrived(id string, m object) {
	ts, wanted := text(m, "ts"), m["local.keep"] != false
	m = asMessage(m)
	n.attached(id, ts, m)
	if in := n.insert(id, m, wanted); in != nil {
		m = in
		n.replied(id, m)
		if visible(m) && ts <= n.newest[id] && n.unread(n.reads[id], m) {
			n.overdue[id+" "+ts] = true
		}
	}
	if !visible(m) || ts <= n.newest[id] || n.gone[id+" "+ts] {
		return
	}
	n.newest[id] = ts
	if n.reads[id] == nil {
		n.reads[id] = object{}
	}
	r := n.reads[id]
	if n.unread(r, m) {
		n.count(r, m, 1)
	}
	r["latest"] = m
}

// unread reports whether a message is one that self has not read.
func (n *naive) unread(r, m object) bool {
	return text(m, "user") != text(n.self, "id") && text(m, "ts") > text(r, "last_read")
}

// count adds a message to the counters that are known.
func (n *naive) count(r, m object, by float64) {
	add := func(name string) {
		if c, ok := r[name].(float64); ok {
			r[name] = max(c+by, 0)
		}
	}
	add("unread_count")
	if !slices.Contains(notices, text(m, "subtype")) {
		add("unread_count_display")
		add("dm_count")
	}
	if n.mentions(text(m, "text")) {
		add("mention_count")
		add("mention_count_display")
	}
	unread, known := r["unread_count"].(float64)
	switch {
	case !has(r, "has_unreads"):
	case by > 0 || known:
		r["has_unreads"] = by > 0 || unread > 0
	default:
		delete(r, "has_unreads")
	}
}

// mentions reports whether a text mentions self.
func (n *naive) mentions(s string) bool {
	calls := []string{"<@" + text(n.self, "id"), "<!here", "<!channel", "<!everyone"}
	for group := range n.mine {
		if n.mine[group] {
			calls = append(calls, "<!subteam^"+group)
		}
	}
	for _, c := range calls {
		if strings.Contains(s, c+">") || strings.Contains(s, c+"|") {
			return true
		}
	}
	return false
}

// edited replaces a message that is kept, or the newest, by its new version.
func (n *naive) edited(id, ts string, m object) {
	key := text(m, "ts")
	old := n.held(id, key)
	if key == "" || old == nil || !n.take("edit "+id+" "+key, ts) {
		return
	}
	next := asMessage(m)
	for name, v := range old { // what hangs on it an edit may leave out, but not its content
		if !has(next, name) && !slices.Contains(strings.Fields("text blocks attachments files edited subtype"), name) {
			next[name] = v
		}
	}
	if r := n.reads[id]; visible(old) && n.unread(r, next) && n.mentions(text(old, "text")) != n.mentions(text(next, "text")) {
		delete(r, "mention_count")
		delete(r, "mention_count_display")
	}
	n.amend(id, next)
}

// removed takes the newest message away.
func (n *naive) removed(id string, m object) {
	r := n.reads[id]
	delete(r, "latest")
	n.floor[id] = text(m, "ts")
	if n.unread(r, m) {
		n.count(r, m, -1)
	}
}

// deleted takes a message away, be it before it has arrived, because of an event
// at some time.
func (n *naive) deleted(id, ts, version string, was object) {
	if ts == "" || n.gone[id+" "+ts] {
		return
	}
	n.gone[id+" "+ts] = true
	n.unpinned(id, "m:"+ts)
	delete(n.stars, "m:"+ts+"/"+id)
	r := n.reads[id]
	latest := part(r, "latest")
	m := n.held(id, ts)
	if m == nil && text(was, "ts") == ts {
		m = asMessage(was)
	}
	if n.lines[id][ts] != nil {
		delete(n.lines[id], ts)
		n.unreplied(id, version, m)
	}
	switch {
	case latest != nil && text(latest, "ts") == ts:
		n.removed(id, latest)
	case ts > n.newest[id]:
		// It was not counted.
	case n.overdue[id+" "+ts]:
		delete(n.overdue, id+" "+ts)
	case r == nil || ts <= text(r, "last_read"):
	case m != nil:
		if visible(m) && n.unread(r, m) {
			n.count(r, m, -1)
		}
	default:
		n.uncounted(id)
	}
}

// marked moves self's place in a conversation, also backwards.
func (n *naive) marked(id string, ev object) {
	ts := text(ev, "ts")
	if ts == "" {
		return
	}
	r := n.read(id)
	n.reads[id] = r
	left := n.leftToRead(id, ts, ev)
	r["last_read"] = ts
	for _, name := range counters {
		if has(r, name) || left != nil && (name == "unread_count" || name == "unread_count_display") {
			if r[name] = left[name]; left[name] == nil {
				delete(r, name)
			}
		}
	}
	for _, name := range counters {
		if has(ev, name) {
			r[name] = plain(ev)[name]
		}
	}
}

// readState takes self's place from a conversation's object, unless a message
// has come since.
func (n *naive) readState(id string, o object) {
	r := n.read(id)
	latest := text(part(o, "latest"), "ts")
	if latest != "" && n.gone[id+" "+latest] {
		latest, o = "", without(o, append(counters, "latest")...)
	}
	moved := has(o, "last_read") && o["last_read"] != r["last_read"]
	if last := text(part(r, "latest"), "ts"); moved || last != "" && latest > last {
		r = without(r, counters...)
	}
	if has(o, "last_read") {
		r["last_read"] = o["last_read"]
	}
	if latest >= n.newest[id] || !has(o, "latest") && n.newest[id] == "" {
		if latest != "" {
			r["latest"] = part(o, "latest")
			n.newest[id] = latest
		}
		for _, name := range counters {
			if has(o, name) {
				r[name] = o[name]
			}
		}
	}
	if len(r) > 0 {
		n.reads[id] = r
	}
}
