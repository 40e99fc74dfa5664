package fuzz

import (
	"maps"
	"slices"
)

// history takes a page of a conversation's messages, and replies a page of a
// thread's.
func (n *naive) historyPage(method, id string, messages []any, began int64) {
	if !n.dead[id] {
		n.found(id)
	}
	if n.convs[id] == nil {
		return
	}
	for _, v := range messages {
		o, _ := v.(object)
		ts := text(o, "ts")
		n.listedMessage(id, o, began)
		if method == "conversations.replies" {
			n.listedThread(id, o, began)
			continue
		}
		if m := asMessage(o); visible(m) && ts > n.newest[id] && !n.gone[id+" "+ts] {
			r := n.read(id)
			if text(part(r, "latest"), "ts") != "" {
				r = without(r, counters...)
			}
			r["latest"], n.newest[id] = m, ts
			n.reads[id] = r
		}
	}
}

// listedMessage takes one message of a page, which is whole, but for what an event
// has changed too lately for the page to show.
func (n *naive) listedMessage(id string, o object, began int64) {
	m := asMessage(o)
	ts := text(m, "ts")
	known := n.lines[id][ts]
	if known == nil {
		known = n.insert(id, m, true)
	}
	if known == nil {
		return
	}
	take := func(from object, names ...string) {
		for _, name := range names {
			if m[name] = from[name]; from[name] == nil {
				delete(m, name)
			}
		}
	}
	if n.touched("edit "+id+" "+ts, began) {
		page := m
		m = maps.Clone(known)
		take(page, append(slices.Clone(ofThread), "reactions")...)
	}
	latest := text(known, "latest_reply")
	if n.touched("thread "+id+" "+ts, began) || text(m, "latest_reply") < latest && recent(latest, began) {
		take(known, ofThread...)
	}
	if n.reactedLately(id, m, known, began) {
		take(known, "reactions")
	}
	if n.touched("metadata "+id+" "+ts, began) {
		take(known, "metadata")
	}
	if n.touched("pin "+id+" m:"+ts, began) {
		take(known, "pinned_to")
	}
	if n.touched("star "+id+" m:"+ts, began) {
		take(known, "is_starred")
	}
	n.amend(id, m)
}

// recent reports whether a message came too lately for a list to show it.
func recent(ts string, began int64) bool { return ts != "" && millis(ts) >= float64(began-lag) }

// reactedLately reports whether a page differs from what is known in somebody's
// reaction that an event has changed too lately for the page to show.
func (n *naive) reactedLately(id string, page, known object, began int64) bool {
	who := func(m object) map[string]bool {
		all := map[string]bool{}
		for _, v := range list(m, "reactions") {
			for _, u := range list(v.(object), "users") {
				all[text(v.(object), "name")+" "+u.(string)] = true
			}
		}
		return all
	}
	a, b := who(page), who(known)
	for one := range a {
		if !b[one] && n.touched("reaction "+id+" "+text(known, "ts")+" "+one, began) {
			return true
		}
	}
	for one := range b {
		if !a[one] && n.touched("reaction "+id+" "+text(known, "ts")+" "+one, began) {
			return true
		}
	}
	return false
}

// listedThread takes from the first message of a thread whether self follows it.
func (n *naive) listedThread(id string, o object, began int64) {
	ts := text(o, "ts")
	on, said := truth(o["subscribed"])
	if !said || ts != text(o, "thread_ts") || !n.history || n.touched("followed "+id+" "+ts, began) {
		return
	}
	t := object{}
	merge(t, n.threads[id][ts])
	t["thread_ts"], t["active"] = ts, on
	if last := text(o, "last_read"); last != "" {
		t["last_read"] = last
	}
	if n.threads[id] == nil {
		n.threads[id] = map[string]object{}
	}
	n.threads[id][ts] = t
}

// listed ends a list that was read to its last page, and has everything that these
// are.
func (n *naive) listed(ev object) {
	call := text(ev, "call")
	began, under := n.calls[call]
	if call != "" && !under {
		return
	}
	if call == "" {
		began = n.at
	}
	delete(n.calls, call)
	args, seen := part(ev, "args"), map[string]bool{}
	for _, id := range names(list(ev, "seen")) {
		if to := n.named(id); to != "" {
			id = to
		}
		seen[id] = true
	}
	switch id := n.named(args["channel"]); text(ev, "method") {
	case "conversations.list":
		n.listedAll(text(args, "types"), args["exclude_archived"] == true, seen, began)
	case "conversations.members":
		if !n.dead[id] {
			n.found(id)
		}
		if n.convs[id] == nil {
			return
		}
		for u := range n.members[id] {
			if !seen[u] && u != text(n.self, "id") && !n.touched("member "+id+" "+u, began) {
				delete(n.members[id], u)
			}
		}
	case "conversations.history":
		if !n.dead[id] {
			n.found(id)
		}
		if n.convs[id] != nil {
			n.historyListed(id, text(args, "oldest"), text(args, "latest"), seen, began)
		}
	}
}

// historyListed takes away what is not among the messages of a time.
func (n *naive) historyListed(id, oldest, latest string, seen map[string]bool, began int64) {
	doubtful := false // an event from before a lost connection stands against the list
	for _, ts := range slices.Sorted(maps.Keys(n.lines[id])) {
		m := n.lines[id][ts]
		switch edited := n.clocks["edit "+id+" "+ts]; {
		case ts <= oldest || latest != "" && ts >= latest || seen[ts] || !visible(m):
		case recent(ts, began):
			doubtful = doubtful || millis(ts) < n.lost
		case n.touched("edit "+id+" "+ts, began):
			doubtful = doubtful || float64(edited.arrival) < n.lost
		default:
			delete(n.lines[id], ts)
			n.gone[id+" "+ts] = true
		}
	}
	if latest != "" || !n.history {
		return
	}
	first := ""
	if len(n.lines[id]) > 0 {
		first = slices.Min(slices.Collect(maps.Keys(n.lines[id])))
	}
	was, whole := n.whole[id]
	if (oldest <= first || whole && millis(oldest) <= was) && !doubtful {
		n.whole[id] = float64(began)
	}
}
