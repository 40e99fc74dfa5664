package fuzz

import (
	"maps"
	"slices"
)

// leftToRead returns the counters if self's place is at ts, nil if they are not
// known. They are if nothing is after it, or all that is, is kept.
func (n *naive) leftToRead(id, ts string, ev object) object {
	r := n.reads[id]
	latest := text(part(r, "latest"), "ts")
	switch outside := n.convs[id]["is_member"] == false && n.convs[id]["is_im"] != true; {
	case outside:
		return nil
	case latest != "" && ts >= latest && comparable(ts):
		return n.unreadAfter(id, "9999999999.999999")
	case len(n.lines[id]) == 0:
		return nil
	}
	oldest := slices.Min(slices.Collect(maps.Keys(n.lines[id])))
	asOf, listed := n.whole[id]
	whole := listed && asOf >= n.lost && ts >= oldest
	from, counted := text(r, "last_read"), has(r, "unread_count")
	if !whole && !(counted && from != "" && ts >= from && n.unreadAfter(id, from)["unread_count"] == r["unread_count"]) {
		return nil
	}
	left := n.unreadAfter(id, ts)
	if said, ok := number(ev["unread_count"]); ok && said != left["unread_count"] {
		return nil // some are missing, then
	}
	for key := range n.lines[id] {
		if key > ts {
			delete(n.overdue, id+" "+key) // it is counted now
		}
	}
	return left
}

// unreadAfter counts the messages after ts that are kept and not self's.
func (n *naive) unreadAfter(id, ts string) object {
	var all, displayed, mentions float64
	edited := false
	for key, m := range n.lines[id] {
		if key <= ts || !visible(m) || text(m, "user") == text(n.self, "id") {
			continue
		}
		all++
		if !slices.Contains(notices, text(m, "subtype")) {
			displayed++
		}
		if n.mentions(text(m, "text")) {
			mentions++
		}
		edited = edited || has(m, "edited")
	}
	left := object{"unread_count": all, "unread_count_display": displayed, "dm_count": displayed, "has_unreads": all > 0,
		"mention_count": mentions, "mention_count_display": mentions}
	if edited { // whether a mention in an edit counts is not documented
		delete(left, "mention_count")
		delete(left, "mention_count_display")
	}
	return left
}
