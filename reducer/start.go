package reducer

import (
	"strconv"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// rtmStart is the answer of rtm.start. Since 2022 it is that of rtm.connect;
// before, it was the whole workspace on one page, which is also the shape of a
// dump. Being whole, it tells what is gone as well. Users may be cut from it
// without a mark, so they are known in part until users.list was read.
//
// The first one is read with Gather: its parts are told apart, encoded, and built
// into tables on all processors. What comes of it is the same.
func (p *page) rtmStart() {
	if !p.Base().Ready() {
		p.Gather()
	}
	whole := p.get("channels").Kind() == rawjson.Array || p.get("users").Kind() == rawjson.Array
	p.connected(whole)
	if !whole {
		return
	}
	users := p.elems("users")
	p.Expect(user, len(users))
	seen := make(map[string]bool, len(users))
	readAll(users, readUser, func(row userRow) {
		p.twice(seen, row.key)
		p.userRow(row)
	})
	p.begun(snapshot.CollectionUsers)
	p.startConversations()
	if v := p.get("bots"); v.Kind() == rawjson.Array {
		for b := range v.Elems() {
			p.botRow(b)
		}
		p.fresh(snapshot.CollectionBots, "complete")
	}
	p.startUsergroups(p.get("subteams"))
	p.startDND(p.get("dnd"))
	if v := p.get("emoji"); v != "" {
		p.emoji(v)
	}
	if v := p.get("team").Get("profile").Get("fields"); v != "" {
		p.fieldDefinitions(v)
	}
	p.startExtras()
	p.retold()
	p.restore(p.get("slackstate"))
}

// startConversations reads the four lists. The list a conversation is in says
// what it is where the object does not, as those of private channels often did
// not, and that self is in it.
func (p *page) startConversations() {
	ours := p.get("slackstate") != "" // a dump says all it knows, and implies nothing
	partial := map[string]bool{}
	for v := range p.get("slackstate").Get("partial_members").Elems() {
		partial[asID(v)] = true
	}
	cut := p.warned("member_list_truncated")
	again := p.usersListed()
	seen := map[string]bool{}
	for _, list := range []string{"channels", "groups", "mpims", "ims"} {
		elems := p.elems(list)
		p.Expect(conv, len(elems))
		p.Expect(read, len(elems))
		readAll(elems, func(enc *snapshot.Encoder, v rawjson.Value) convRow {
			return readConv(enc, v, implied(list, v, ours)...)
		}, func(row convRow) {
			key := p.convRow(row)
			if key == "" {
				return
			}
			p.twice(seen, key)
			if row.listed >= 0 {
				if n := row.listed - len(row.members); n > 0 {
					p.unsound("%d members of %s have no id", n, key)
				}
				whole := ours && !partial[key] || !ours && !cut && !truncated(row)
				p.membersRow(key, row.members, whole)
				if again {
					for _, u := range row.members {
						p.meet(u)
					}
				}
			}
		})
	}
	how := "complete"
	for _, list := range []string{"channels", "groups", "ims"} {
		if p.get(list).Kind() != rawjson.Array {
			how = "partial"
		}
	}
	for key, r := range p.Base().All(conv) {
		if how == "complete" && !seen[key] && !p.convTouched(key) {
			p.dropContents(key)
			p.hide(conv, key, r)
		}
	}
	p.fresh(snapshot.CollectionConversations, how)
}

// startUsergroups reads all user groups, and those that self is in.
func (p *page) startUsergroups(v rawjson.Value) {
	if v == "" {
		return
	}
	p.usergroups(v.Get("all"))
	list := v.Get("self")
	if p.missing(list) {
		return
	}
	mine := map[string]bool{}
	set := func(key string, in bool) {
		if key != "" && !p.touched(facetGroup, snapshot.Pair(key, "self")) {
			p.setMine(key, in)
		}
	}
	for s := range list.Elems() {
		mine[asID(s)] = true
		set(asID(s), true)
	}
	for key := range p.Base().All(snapshot.KindMyUsergroup) {
		if !mine[key] {
			set(key, false)
		}
	}
}

// startDND reads do-not-disturb states: self's alone, as Slack sends it, or
// everybody's by user, as a dump has them.
func (p *page) startDND(v rawjson.Value) {
	if _, own := v.Get("dnd_enabled").Bool(); own {
		p.dndRow(string(p.self), v, true)
	} else {
		for key, one := range v.Members() {
			p.dndRow(key, one, true)
		}
	}
	if v != "" {
		p.begun(snapshot.CollectionDND)
	}
}

// implied is what being on a list of rtm.start says of a conversation whose
// object does not.
func implied(list string, v rawjson.Value, ours bool) (as []snapshot.Assignment) {
	unsaid := func(name string) bool { return v.Get(name) == "" && !ours }
	switch list {
	case "ims":
		if v.Get("is_im") == "" {
			as = append(as, snapshot.ConvIsIM.Bool(true))
		}
		return as
	case "mpims":
		if v.Get("is_mpim") == "" {
			as = append(as, snapshot.ConvIsMPIM.Bool(true))
		}
	case "groups":
		if mpim, _ := v.Get("is_mpim").Bool(); !mpim && unsaid("is_private") {
			as = append(as, snapshot.ConvIsPrivate.Bool(true))
		}
	default:
		return nil
	}
	if unsaid("is_member") {
		as = append(as, snapshot.ConvIsMember.Bool(true))
	}
	return as
}

// truncated reports whether a conversation's member list may have been cut: Slack did so
// at 1,500 and later at 500, or says that there are more.
func truncated(row convRow) bool {
	if count, ok := row.patch.Int(snapshot.ConvNumMembers); ok {
		return int64(row.listed) < count
	}
	return row.listed == 500 || row.listed == 1500
}

// warned reports whether a response carries a warning.
func (p *page) warned(warning string) bool {
	if p.str("warning") == warning {
		return true
	}
	for w := range p.get("response_metadata").Get("warnings").Elems() {
		if s, _ := w.Str(); s == warning {
			return true
		}
	}
	return false
}

// startExtras reads the lists of conversations with special rules, and what
// only a dump has.
func (p *page) startExtras() {
	flags := map[string]*snapshot.Field{
		"read_only_channels":   snapshot.ConvIsReadOnly,
		"thread_only_channels": snapshot.ConvIsThreadOnly,
	}
	for name, f := range flags {
		for c := range p.get(name).Elems() {
			p.update(conv, string(p.resolve(asID(c))), f.Bool(true))
		}
	}
	for u, v := range p.get("presence").Members() {
		if s, ok := v.Str(); ok && validID(u) != "" {
			p.assign(snapshot.KindPresence, u, snapshot.PresenceValue.Str(s))
		}
	}
	for c, list := range p.get("pins").Members() {
		key := string(p.resolve(validID(c)))
		for item := range list.Elems() {
			if name := itemKey(item); key != "" && name != "" {
				p.Put(snapshot.KindPin, snapshot.Pair(key, name), p.pinRecord(key, item))
			}
		}
	}
	for item := range p.get("stars").Elems() {
		if key, r := p.star(item); key != "" {
			p.Put(snapshot.KindStar, key, r)
		}
	}
	for f := range p.get("files").Elems() {
		if key := id(f, "id"); key != "" {
			p.merge(snapshot.KindFile, key, p.record(snapshot.KindFile, f))
		}
	}
	p.startTimelines()
}

// restore takes over what a dump says of its own freshness, in the place of
// what its lists, which are always all there, would say.
func (p *page) restore(v rawjson.Value) {
	if v == "" {
		return
	}
	for _, name := range snapshot.Collections() {
		p.Delete(snapshot.KindFreshness, name)
	}
	for name, f := range v.Get("freshness").Members() {
		how := str(f, "state")
		switch how {
		case "stale":
			how = "complete" // the gap says that it is stale
		case "unknown":
			how = ""
		}
		asOf, _ := f.Get("as_of").Int()
		p.step.fresh(name, how, asOf, str(f, "source"), str(f, "reason"))
	}
	for from, to := range v.Get("aliases").Members() {
		if s := asID(to); s != "" && validID(from) != "" {
			p.Put(snapshot.KindAlias, from, p.With(snapshot.KindAlias.Schema(), "", snapshot.AliasTo.Str(s)))
		}
	}
	for g := range v.Get("gaps").Elems() {
		if at, ok := g.Get("lost_at").Int(); ok {
			p.lost(at)
		}
		if from, ok := g.Get("from").Int(); ok {
			p.Put(gap, strconv.FormatInt(from, 10), p.record(gap, filter(g, func(name string) bool { return name != "from" })))
		}
	}
}
