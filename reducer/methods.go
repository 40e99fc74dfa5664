package reducer

import (
	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// missing reports whether a response lacks a list. One that is always whole
// tells what is gone, so a list that is not there must not pass for an empty one.
func (p *page) missing(list rawjson.Value) bool {
	if list.Kind() == rawjson.Array || list.Kind() == rawjson.Object {
		return false
	}
	p.skip("the list is not in it")
	return true
}

// removeUnseen deletes what a list that is always whole left out.
func (p *page) removeUnseen(k snapshot.Kind, facet string, seen map[string]bool) {
	for key := range p.Base().All(k) {
		if !seen[key] && !p.touched(facet, key) {
			p.Delete(k, key)
		}
	}
}

func (p *page) usersList() {
	list := p.get("members")
	if p.missing(list) {
		return
	}
	readAll(p.elems("members"), readUser, p.userRow)
	p.begun(snapshot.CollectionUsers)
}

// begun notes that a collection is known in part.
func (p *page) begun(collection string) {
	if !p.Get(snapshot.KindFreshness, collection).Has(snapshot.FreshHow) {
		p.fresh(collection, "partial")
	}
}

func (p *page) userInfo() { p.userRow(readUser(&p.Encoder, p.get("user"))) }

func (p *page) userPresence() {
	u, v := id(p.args, "user"), p.str("presence")
	if u == "" || v == "" {
		p.skip("has no user or no presence")
		return
	}
	p.start += p.cfg.ListLag.Milliseconds() + 1 // it is no list, and does not lag
	if p.touched(facetPresence, u) {
		p.skip("an event has told of it")
		return
	}
	p.assign(snapshot.KindPresence, u, snapshot.PresenceValue.Str(v))
}

// conversationsList is a page of conversations.list, or of users.conversations,
// which lists only what self is in and does not say so.
func (p *page) conversationsList() {
	var also []snapshot.Assignment
	if p.method == "users.conversations" && (id(p.args, "user") == "" || id(p.args, "user") == string(p.self)) {
		also = append(also, snapshot.ConvIsMember.Bool(true))
	}
	list := p.get("channels")
	if p.missing(list) {
		return
	}
	readAll(p.elems("channels"), func(enc *snapshot.Encoder, v rawjson.Value) convRow {
		if im, _ := v.Get("is_im").Bool(); im {
			return readConv(enc, v)
		}
		return readConv(enc, v, also...)
	}, func(row convRow) { p.convRow(row) })
	p.begun(snapshot.CollectionConversations)
}

func (p *page) conversationInfo() {
	key := p.convRow(readConv(&p.Encoder, p.get("channel")))
	if key == "" {
		return
	}
	how := "complete"
	for _, r := range []snapshot.Record{p.record(read, p.get("channel")), p.Get(read, key)} {
		if !r.Has(snapshot.ReadUnread) || !r.Has(snapshot.ReadLastRead) {
			how = "partial" // not told, or told too late
		}
	}
	p.fresh(snapshot.ReadOf(snapshot.ChannelID(key)), how)
}

func (p *page) conversationMembers() {
	list := p.get("members")
	if key, ok := p.known(id(p.args, "channel")); ok && !p.missing(list) {
		ids, _ := readIDs(list)
		p.membersRow(key, ids, false)
	}
}

func (p *page) botInfo() {
	p.botRow(p.get("bot"))
	p.begun(snapshot.CollectionBots)
}

func (p *page) usergroupsList() { p.usergroups(p.get("usergroups")) }

// usergroups reads every user group there is.
func (p *page) usergroups(v rawjson.Value) {
	if p.missing(v) {
		return
	}
	seen := map[string]bool{}
	for g := range v.Elems() {
		if key := id(g, "id"); key != "" {
			seen[key] = true
			p.usergroupRow(key, g)
		}
	}
	// A list without the disabled ones does not tell what is gone.
	disabled, _ := p.args.Get("include_disabled").Bool()
	if disabled || p.method == "rtm.start" {
		for key, r := range p.Base().All(group) {
			if !seen[key] && !p.touched(facetGroup, key) {
				p.hide(group, key, r)
				p.Delete(snapshot.KindMyUsergroup, key)
			}
		}
		p.fresh(snapshot.CollectionUsergroups, "complete")
		return
	}
	p.begun(snapshot.CollectionUsergroups)
}

func (p *page) usergroupRow(key string, v rawjson.Value) {
	p.reveal(group, key)
	patch := p.record(group, v)
	known, _ := p.Get(group, key).Int(snapshot.UsergroupDateUpdate)
	updated, _ := patch.Int(snapshot.UsergroupDateUpdate)
	if !p.behind(facetGroup, key, known, updated) {
		p.putUsergroup(key, patch)
	}
}

func (p *page) usergroupUsers() {
	key := id(p.args, "usergroup")
	if p.Get(group, key) == "" || p.touched(facetGroup, key) || p.touched(facetGroup, snapshot.Pair(key, "self")) {
		return
	}
	list := p.get("users")
	if p.missing(list) {
		return
	}
	var users []string
	for u := range list.Elems() {
		if s := asID(u); s != "" {
			users = append(users, s)
		}
	}
	p.assign(group, key, snapshot.UsergroupUsers.List(users), snapshot.UsergroupUserCount.Int(int64(len(users))))
	p.findMine(key)
}

func (p *page) emojiList() { p.emoji(p.get("emoji")) }

// emoji reads every custom emoji there is.
func (p *page) emoji(v rawjson.Value) {
	if p.missing(v) {
		return
	}
	const k = snapshot.KindEmoji
	seen := map[string]bool{}
	for name, val := range v.Members() {
		s, ok := val.Str()
		if !ok || !validName(name) {
			continue
		}
		seen[name] = true
		if !p.touched(facetEmoji, name) {
			p.Put(k, name, p.With(k.Schema(), "", snapshot.EmojiValue.Str(s)))
		}
	}
	p.removeUnseen(k, facetEmoji, seen)
	p.fresh(snapshot.CollectionEmoji, "complete")
}

// dndInfo is the answer of dnd.info, whose fields lie beside ok.
func (p *page) dndInfo() {
	key := id(p.args, "user")
	if key == "" {
		key = string(p.self)
	}
	p.dndRow(key, filter(p.body, func(name string) bool {
		return name != "ok" && name != "response_metadata" && name != "warning" && name != "cache_ts"
	}), true)
	p.begun(snapshot.CollectionDND)
}

func (p *page) dndTeamInfo() {
	for key, v := range p.get("users").Members() {
		p.dndRow(key, v, false)
	}
	p.begun(snapshot.CollectionDND)
}

func (p *page) dndRow(key string, v rawjson.Value, whole bool) {
	if key = validID(key); key != "" && v.Kind() == rawjson.Object && !p.touched(facetDND, key) {
		p.putDND(key, v, whole)
	}
}
