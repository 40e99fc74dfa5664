package fuzz

import (
	"maps"
	"slices"
	"strings"
)

func (n *naive) shared(id, team, ts string) {
	c := n.convs[id]
	if c == nil || team == "" || !n.take("shared "+id+" "+team, ts) {
		return
	}
	teams := list(c, "connected_team_ids")
	if !slices.Contains(teams, any(team)) {
		teams = append(slices.Clone(teams), team)
	}
	c["connected_team_ids"] = teams
	if n.take("is shared "+id, ts) {
		c["is_shared"], c["is_ext_shared"] = true, true
	}
}

func (n *naive) unshared(id, team, ts string, ev object) {
	c := n.convs[id]
	if c == nil || team == "" || !n.take("shared "+id+" "+team, ts) {
		return
	}
	c["connected_team_ids"] = slices.DeleteFunc(append([]any{}, list(c, "connected_team_ids")...), func(v any) bool { return v == team })
	if ext, ok := truth(ev["is_ext_shared"]); ok && n.take("is shared "+id, ts) {
		c["is_ext_shared"] = ext
		c["is_shared"] = ext || c["is_org_shared"] == true
	}
}

// updated takes those fields that are known to come this way.
func (n *naive) updated(id, ts string, updates object) {
	c, o := n.convs[id], plain(updates)
	if c == nil {
		return
	}
	if has(o, "properties") && n.take("properties "+id, ts) {
		c["properties"] = o["properties"]
	}
	if (has(o, "is_private") || has(o, "is_mpim")) && n.take("private "+id, ts) {
		for _, name := range []string{"is_private", "is_mpim"} {
			if has(o, name) {
				c[name] = o[name]
			}
		}
		n.outOfSight(id)
	}
}

// rekey moves a conversation to its new id. What came under the new id first
// is newer.
func (n *naive) rekey(from, to, ts string) {
	to = n.named(to)
	if from == to || from == "" || to == "" {
		return
	}
	n.alias[from] = to
	old, was, lacked := n.convs[from], n.left[from], n.lacked[from]
	if !n.dead[to] && (old != nil || n.convs[to] != nil) {
		n.take("exists "+to, ts)
	}
	for key, c := range n.clocks {
		if renamed := strings.Replace(key+" ", " "+from+" ", " "+to+" ", 1); renamed != key+" " {
			renamed = strings.TrimSuffix(renamed, " ")
			if later, ok := n.clocks[renamed]; !ok || later.arrival < c.arrival {
				n.clocks[renamed] = c
			}
			if first, ok := n.first[key]; ok {
				if _, ok := n.first[renamed]; !ok {
					n.first[renamed] = first
				}
				delete(n.first, key)
			}
			delete(n.clocks, key)
		}
	}
	for key := range n.gone {
		if ts, ok := strings.CutPrefix(key, from+" "); ok {
			n.gone[to+" "+ts] = true
		}
	}
	for key := range n.overdue {
		if ts, ok := strings.CutPrefix(key, from+" "); ok {
			n.overdue[to+" "+ts] = true
		}
	}
	reads, members, pins := n.reads[from], n.members[from], n.pins[from]
	newest := n.newest[from]
	lines, threads, whole := n.lines[from], n.threads[from], n.whole[from]
	shares := map[string]string{}
	for f, o := range n.file {
		for _, name := range []string{"channels", "groups", "ims"} {
			if slices.Contains(list(o, name), any(from)) {
				shares[f] = name
			}
		}
	}
	stars := map[string]object{}
	for key, star := range n.stars {
		if n.starOf(star) == from {
			star = maps.Clone(star)
			for _, name := range []string{"channel", "group"} {
				if text(star, name) == from {
					star[name] = to
				}
			}
			stars[strings.Replace(key, from, to, 1)] = star
			delete(n.stars, key)
		}
	}
	n.forget(from)
	met := n.convs[to] != nil
	if n.dead[to] {
		return
	}
	switch hidden := n.left[to] != nil || n.lacked[to] != nil; {
	case old != nil:
		delete(n.left, to)
		delete(n.lacked, to)
	case n.convs[to] != nil || hidden:
	case was != nil:
		n.left[to] = was
	case lacked != nil:
		n.lacked[to] = lacked
	}
	maps.Copy(stars, n.stars)
	n.stars = stars
	if old == nil {
		return
	}
	all := maps.Clone(old)
	merge(all, n.convs[to])
	n.convs[to] = all
	if reads != nil {
		if n.reads[to] != nil {
			reads = without(reads, counters...)
			maps.Copy(reads, n.reads[to])
		}
		n.reads[to], n.newest[to] = reads, max(newest, n.newest[to])
	}
	n.moveMessages(from, to, lines, threads, whole)
	for f, name := range shares {
		n.file[f][name] = with(list(n.file[f], name), to)
	}
	n.stub[to] = n.stub[from] && (n.stub[to] || !met)
	for u := range members {
		n.putMember(to, u)
	}
	for key, pin := range pins {
		if n.pins[to] == nil {
			n.pins[to] = map[string]object{}
		}
		pin = maps.Clone(pin)
		if text(pin, "channel") == from {
			pin["channel"] = to
		}
		n.pins[to][key] = pin
	}
}
