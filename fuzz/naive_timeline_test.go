package fuzz

import (
	"maps"
	"slices"
	"strings"
)

// kept is what the naive reducer keeps beyond the workspace, if it is asked to:
// messages by conversation and ts, what self follows, and files.
type kept struct {
	history, files     bool
	perChannel, maxAge float64 // 0 is no bound

	lines   map[string]map[string]object
	threads map[string]map[string]object
	file    map[string]object
	noFile  map[string]bool    // deleted files
	overdue map[string]bool    // messages that came too late to be counted, as conversation and ts
	whole   map[string]float64 // when a timeline was listed that has been whole since, by conversation
	first   map[string]move    // of somebody whom a cut list does not show, by the clock's name
}

// A move is the first known event about somebody's reaction.
type move struct {
	by      float64 // +1 or -1
	version string
}

func newKept() kept {
	return kept{lines: map[string]map[string]object{}, threads: map[string]map[string]object{}, file: map[string]object{},
		noFile: map[string]bool{}, overdue: map[string]bool{}, whole: map[string]float64{}, first: map[string]move{}}
}

// configure is what the program says it wants. What it does not want goes.
func (n *naive) configure(ev object) {
	n.history, n.files = ev["history"] == true, ev["files"] == true
	n.perChannel, n.maxAge = number0(ev["per_channel"]), number0(ev["max_age"])
	if !n.history {
		clear(n.lines)
		clear(n.threads)
		clear(n.whole)
	}
	if !n.files {
		clear(n.file)
	}
	for id := range n.lines {
		n.trim(id)
	}
}

// trim drops the oldest messages that there is no room for.
func (n *naive) trim(id string) {
	all := slices.Sorted(maps.Keys(n.lines[id]))
	for n.perChannel > 0 && len(all) > int(n.perChannel) {
		delete(n.lines[id], all[0])
		all = all[1:]
	}
}

// insert puts a message into its place, and returns it as it is there.
func (n *naive) insert(id string, m object, wanted bool) object {
	ts := text(m, "ts")
	if hidden, _ := truth(m["hidden"]); hidden || !comparable(ts) {
		return nil
	}
	if !n.history || !wanted {
		if !wanted {
			delete(n.whole, id)
		}
		return nil
	}
	all := slices.Sorted(maps.Keys(n.lines[id]))
	if n.lines[id][ts] != nil || n.gone[id+" "+ts] || n.floor[id] == ts {
		return nil
	}
	if len(all) > 0 && ts < all[0] {
		if n.perChannel > 0 && len(all) >= int(n.perChannel) {
			return nil
		}
		delete(n.whole, id)
	}
	m = asMessage(m)
	if latest := part(n.reads[id], "latest"); text(latest, "ts") == ts && has(latest, "text") {
		m = maps.Clone(latest) // it may be edited by now
	}
	if replies := n.repliesTo(id, ts); len(replies) > 0 && !has(m, "reply_count") && !has(m, "thread_ts") {
		m["thread_ts"] = ts
		if n.up && n.lost <= millis(ts) {
			m["reply_count"], m["latest_reply"] = float64(len(replies)), text(replies[len(replies)-1], "ts")
			m["reply_users"] = authors(replies)
			m["reply_users_count"] = float64(len(authors(replies)))
		}
	}
	if n.pins[id]["m:"+ts] != nil {
		m["pinned_to"] = with(list(m, "pinned_to"), id)
	}
	if n.stars["m:"+ts+"/"+id] != nil {
		m["is_starred"] = true
	}
	if n.lines[id] == nil {
		n.lines[id] = map[string]object{}
	}
	n.lines[id][ts] = m
	n.trim(id)
	return m
}

// asMessage returns a message as it is stored.
func asMessage(m object) object {
	m = without(plain(m), "channel", "event_ts", "channel_type", "local.keep")
	for _, name := range []string{"reply_count", "reply_users_count"} {
		if f, ok := number(m[name]); ok {
			m[name] = f
		}
	}
	for _, name := range []string{"hidden", "is_starred"} {
		if b, ok := truth(m[name]); ok {
			m[name] = b
		}
	}
	return m
}

func millis(ts string) float64 {
	sec, frac, _ := strings.Cut(ts, ".")
	ms, _ := number(frac)
	for range len(frac) - 3 {
		ms /= 10
	}
	return number0(sec)*1000 + float64(int64(ms))
}

func with(l []any, v any) []any {
	if slices.Contains(l, v) {
		return slices.Clone(l)
	}
	return append(slices.Clone(l), v)
}

func less(l []any, v any) []any {
	return slices.DeleteFunc(slices.Clone(l), func(e any) bool { return e == v })
}

// repliesTo returns the replies to a message that are kept, in order.
func (n *naive) repliesTo(id, thread string) (all []object) {
	for _, ts := range slices.Sorted(maps.Keys(n.lines[id])) {
		if m := n.lines[id][ts]; ts > thread && text(m, "thread_ts") == thread {
			all = append(all, m)
		}
	}
	return all
}

func authors(all []object) []any {
	users := []any{}
	for _, m := range all {
		if u := text(m, "user"); u != "" {
			users = with(users, u)
		}
	}
	return users
}

// amend puts another version in the place of a message, wherever it is.
func (n *naive) amend(id string, m object) {
	ts := text(m, "ts")
	if n.lines[id][ts] != nil {
		n.lines[id][ts] = m
	}
	if ts != "" && text(part(n.reads[id], "latest"), "ts") == ts {
		n.reads[id]["latest"] = m
	}
}

// held returns a message that is kept, or the newest of a conversation.
func (n *naive) held(id, ts string) object {
	if m := n.lines[id][ts]; m != nil {
		return m
	}
	if latest := part(n.reads[id], "latest"); ts != "" && text(latest, "ts") == ts {
		return latest
	}
	return nil
}

var ofThread = []string{"reply_count", "replies", "reply_users", "reply_users_count", "latest_reply"}

// replied counts a reply that was not there before.
func (n *naive) replied(id string, m object) {
	ts, thread := text(m, "ts"), text(m, "thread_ts")
	p := n.lines[id][thread]
	told := n.clocks["thread "+id+" "+thread].version
	switch {
	case thread == "" || thread == ts || p == nil:
		return
	case told != "" && told >= ts: // Slack has counted it
		return
	case !has(p, "reply_count") && has(p, "thread_ts"):
		return // how many there are is not known
	}
	p = without(p, "replies")
	p["thread_ts"] = thread
	p["reply_count"] = number0(p["reply_count"]) + 1
	if all := n.repliesTo(id, thread); ts < text(p, "latest_reply") && len(all) == int(number0(p["reply_count"])) {
		p["reply_users"], p["reply_users_count"] = authors(all), float64(len(authors(all)))
		n.amend(id, p)
		return
	}
	p["latest_reply"] = max(ts, text(p, "latest_reply"))
	users := list(p, "reply_users")
	count, known := number(p["reply_users_count"])
	if !known {
		count = float64(len(users))
	}
	if u := text(m, "user"); u != "" && !slices.Contains(users, any(u)) && int(count) == len(users) {
		p["reply_users"], p["reply_users_count"] = with(users, u), count+1
	}
	n.amend(id, p)
}

// unreplied takes back a reply that was there, because of an event at some time.
func (n *naive) unreplied(id, version string, m object) {
	ts, thread := text(m, "ts"), text(m, "thread_ts")
	p := n.lines[id][thread]
	told := n.clocks["thread "+id+" "+thread].version
	count, known := number(p["reply_count"])
	if thread == "" || thread == ts || p == nil || !known || count == 0 || told != "" && told >= version {
		return
	}
	latest := text(p, "latest_reply")
	p = without(p, ofThread...)
	if count--; count == 0 {
		n.amend(id, without(p, "thread_ts"))
		return
	}
	p["reply_count"] = count
	left := n.repliesTo(id, thread)
	switch {
	case latest != "" && latest != ts:
		p["latest_reply"] = latest
	case len(left) > 0:
		p["latest_reply"] = text(left[len(left)-1], "ts")
	}
	if len(left) == int(count) {
		p["reply_users"], p["reply_users_count"] = authors(left), float64(len(authors(left)))
	}
	n.amend(id, p)
}

// told returns what a message says of its thread.
func told(m object) object {
	out := object{}
	for name, v := range asMessage(m) {
		if slices.Contains(append(slices.Clone(ofThread), "thread_ts", "subscribed", "is_locked"), name) {
			out[name] = v
		}
	}
	return out
}

// counted takes what Slack says of a thread in message_replied.
func (n *naive) counted(id, ts string, m object) {
	old := n.held(id, text(m, "ts"))
	if old == nil || ts < text(old, "latest_reply") || !n.take("thread "+id+" "+text(m, "ts"), ts) {
		return
	}
	all := maps.Clone(old)
	merge(all, told(m))
	n.amend(id, all)
}

// broadcast takes what a reply that is shown to all says of its first message.
func (n *naive) broadcast(id, ts string, root object) {
	old := n.lines[id][text(root, "ts")]
	if old == nil || !has(root, "reply_count") || !n.take("thread "+id+" "+text(root, "ts"), ts) {
		return
	}
	all := maps.Clone(old)
	merge(all, told(root))
	n.amend(id, all)
}

// entombed leaves Slack's notice where a message was whose replies remain.
func (n *naive) entombed(id, ts string, ev object) {
	notice := part(ev, "message")
	key := text(notice, "ts")
	old := n.lines[id][key]
	n.deleted(id, key, ts, nil)
	if old == nil || !n.take("edit "+id+" "+key, ts) {
		return
	}
	all := told(old)
	merge(all, asMessage(notice))
	n.lines[id][key] = all
}

// pinShown makes a message say whether it is pinned where it is.
func (n *naive) pinShown(id, item string) {
	ts, ok := strings.CutPrefix(item, "m:")
	m := n.lines[id][ts]
	if !ok || m == nil {
		return
	}
	m = maps.Clone(m)
	pins := less(list(m, "pinned_to"), id)
	if n.pins[id][item] != nil {
		pins = append(pins, id)
	}
	if m["pinned_to"] = pins; len(pins) == 0 {
		delete(m, "pinned_to")
	}
	n.amend(id, m)
}

// metadata sets what an app has attached to a message.
func (n *naive) metadata(id, ts string, ev object) {
	key := text(ev, "message_ts")
	m := n.lines[id][key]
	if m == nil || n.dead[id] || !n.take("metadata "+id+" "+key, ts) {
		return
	}
	m = without(m, "metadata")
	if v := ev["metadata"]; v != nil && text(ev, "type") != "message_metadata_deleted" {
		m["metadata"] = v
	}
	n.amend(id, m)
}

// follow takes self's place in a thread.
func (n *naive) follow(typ, ts string, s object) {
	id, thread := n.named(s["channel"]), text(s, "thread_ts")
	n.found(id)
	if n.convs[id] == nil || !n.history || !comparable(thread) || !n.take("followed "+id+" "+thread, ts) {
		return
	}
	s = without(plain(s), "channel", "type")
	if b, ok := truth(s["active"]); ok {
		s["active"] = b
	}
	if typ != "thread_marked" {
		s["active"] = typ == "thread_subscribed"
	}
	if n.threads[id] == nil {
		n.threads[id] = map[string]object{}
	}
	all := object{}
	merge(all, n.threads[id][thread])
	merge(all, s)
	n.threads[id][thread] = all
}

// flushed drops what was before a time, because it is not what it was.
func (n *naive) flushed(id, before string) {
	if n.convs[id] == nil || before == "" {
		return
	}
	for ts := range n.lines[id] {
		if ts < before {
			delete(n.lines[id], ts)
		}
	}
	delete(n.whole, id)
}

// dropMessages drops what is known of a conversation's messages.
func (n *naive) dropMessages(id string) {
	delete(n.lines, id)
	delete(n.threads, id)
	delete(n.whole, id)
	for key := range n.clocks {
		for _, facet := range []string{"edit ", "thread ", "followed ", "reaction ", "metadata "} {
			if strings.HasPrefix(key, facet+id+" ") {
				delete(n.clocks, key)
				delete(n.first, key)
			}
		}
	}
	maps.DeleteFunc(n.overdue, func(key string, _ bool) bool { return strings.HasPrefix(key, id+" ") })
	for f := range n.file {
		n.unshare(f, id)
	}
}

// moveMessages gives the messages of a conversation its new id. What is there
// under that already is newer.
func (n *naive) moveMessages(from, to string, lines, threads map[string]object, whole float64) {
	if n.lines[to] == nil {
		n.lines[to] = map[string]object{}
	}
	if len(n.lines[to]) > 0 {
		delete(n.whole, to) // between the two there may be others
	} else if whole > 0 {
		n.whole[to] = whole
	}
	for ts, m := range lines {
		if n.lines[to][ts] == nil && !n.gone[to+" "+ts] {
			n.lines[to][ts] = m
		}
	}
	all := slices.Collect(maps.Values(n.lines[to]))
	for _, m := range append(all, part(n.reads[to], "latest")) {
		if pins := list(m, "pinned_to"); slices.Contains(pins, any(from)) {
			m = maps.Clone(m)
			m["pinned_to"] = with(less(pins, from), to)
			n.amend(to, m)
		}
	}
	n.trim(to)
	for ts, t := range threads {
		if n.threads[to] == nil {
			n.threads[to] = map[string]object{}
		}
		if n.threads[to][ts] == nil {
			n.threads[to][ts] = t
		}
	}
}

// cut drops what is too old by now.
func (n *naive) cut() {
	for _, line := range n.lines {
		for ts := range line {
			if n.maxAge > 0 && millis(ts) < float64(n.at)-n.maxAge {
				delete(line, ts)
			}
		}
	}
}
