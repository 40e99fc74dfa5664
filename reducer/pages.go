package reducer

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// A page is one response of a Web API method, laid over what events have told.
//
//  1. A row never undoes what an event changed after the call began, nor, since
//     Slack's lists lag behind its events, what one changed up to ListLag
//     earlier, unless the row's own version shows that it is newer.
//  2. A row is merged: what it does not mention stays.
//  3. That something is not on a page means nothing. Only the end of a listing
//     that was read from its first page to its last tells what is gone.
//  4. Where an event from before a lost connection stood against a list asked
//     for after it, nobody can tell which is newer. The event's word stays, and
//     the listing makes nothing fresh: asked for again after ListLag, it decides.
type page struct {
	*step
	method string
	args   rawjson.Value
	body   rawjson.Value
	start  int64 // when the call began, in milliseconds
	asOf   int64 // when the call began that it goes on from, if it goes on from one

	members map[string]rawjson.Reader // of body, which may be too long to walk for each

	clocks    bool // there are any
	resumed   bool // it goes on from another call, so what was on earlier pages is not known
	overruled bool // rule 4 applied, on this page or on one before it
}

// pages has a line for every method whose responses are understood.
var pages = map[string]func(*page){
	"rtm.start":             (*page).rtmStart,
	"rtm.connect":           (*page).rtmConnect,
	"auth.test":             (*page).authTest,
	"team.info":             (*page).teamInfo,
	"team.profile.get":      (*page).profileFields,
	"users.list":            (*page).usersList,
	"users.info":            (*page).userInfo,
	"users.lookupByEmail":   (*page).userInfo,
	"users.profile.get":     (*page).profile,
	"users.getPresence":     (*page).userPresence,
	"conversations.list":    (*page).conversationsList,
	"users.conversations":   (*page).conversationsList,
	"conversations.info":    (*page).conversationInfo,
	"conversations.members": (*page).conversationMembers,
	"conversations.history": (*page).conversationHistory,
	"conversations.replies": (*page).conversationReplies,
	"files.info":            (*page).fileInfo,
	"bots.info":             (*page).botInfo,
	"usergroups.list":       (*page).usergroupsList,
	"usergroups.users.list": (*page).usergroupUsers,
	"emoji.list":            (*page).emojiList,
	"dnd.info":              (*page).dndInfo,
	"dnd.teamInfo":          (*page).dndTeamInfo,
}

func (st *step) page() *page {
	ev := &st.ev
	p := &page{step: st, method: ev.str("method"), args: ev.get("args"), body: ev.get("response"), start: st.ev.At,
		clocks: st.Base().Len(snapshot.KindClock) > 0}
	call := st.Get(snapshot.KindCall, ev.id("call"))
	if start, ok := call.Int(snapshot.CallStart); ok && !call.Is(snapshot.CallBroken) {
		p.start = start
	} else if began, ok := ev.get("began").Int(); ok {
		p.start = began
	}
	p.asOf = p.start
	if since, ok := call.Int(snapshot.CallSince); ok {
		p.asOf, p.resumed = since, true
	}
	p.overruled = call.Is(snapshot.CallOverruled)
	return p
}

// get returns a member of the response, the last one of that name.
func (p *page) get(name string) rawjson.Value {
	r := p.reader(name)
	return r.Value()
}

// reader returns a Reader of a member of the response, the last one of that name.
func (p *page) reader(name string) rawjson.Reader {
	if p.members == nil {
		p.members = map[string]rawjson.Reader{}
		r := p.ev.fields.Reader("response")
		if r.Enter(rawjson.Object) {
			for key, ok := r.Key(); ok; key, ok = r.Key() {
				p.members[key] = r
				r.Value()
			}
		}
	}
	return p.members[name]
}

// str returns a member that is a string.
func (p *page) str(name string) string {
	s, _ := p.get(name).Str()
	return s
}

// touched is that of step, with rule 4.
func (p *page) touched(facet, key string) bool {
	if !p.clocks || !p.step.touched(facet, key, p.start) {
		return false
	}
	p.overrule(facet, key)
	return true
}

// touchedPair is touched for the clock of a pair.
func (p *page) touchedPair(facet, a, b string) bool {
	return p.clocks && p.touched(facet, snapshot.Pair(a, b))
}

// twice notes an id that a list has more than once. The later row is laid over the
// earlier one.
func (p *page) twice(seen map[string]bool, key string) {
	if seen[key] && key != "" {
		p.unsound("%s is listed twice", key)
	}
	seen[key] = true
}

// overrule notes that an event's word is kept against the list's.
func (p *page) overrule(facet, key string) {
	arrival, _ := p.Get(snapshot.KindClock, snapshot.Pair(facet, key)).Int(snapshot.ClockArrival)
	if lost, ok := p.Get(link, "").Int(snapshot.LinkLostAt); ok && arrival < lost {
		p.overruled = true
	}
}

// fresh is that of step, with rule 4.
func (p *page) fresh(collection, how string) {
	if how == "complete" && p.overruled {
		if p.Get(snapshot.KindFreshness, collection) != "" {
			return // and it stays as stale as it was
		}
		how = "partial"
	}
	p.step.fresh(collection, how, p.asOf, p.method, "")
}

// pageArrived is local.page: a page of a call that local.call began, or the
// response to one that somebody else made and that began at the time it says.
// Clock: the call's start, and each row's version.
func pageArrived(st *step) {
	p := st.page()
	take, known := pages[p.method]
	if write, is := writes[p.method]; is {
		take, known = write, true
		// It does not lag, and an event of the same millisecond is from before it.
		p.start += p.cfg.ListLag.Milliseconds() + 1
	}
	ok, told := p.get("ok").Bool()
	switch {
	case !known:
		st.skip("the method is not understood")
	case p.body.Kind() != rawjson.Object:
		st.lack("has no response")
	case told && !ok:
		st.skip("Slack refused")
	default:
		take(p)
		call := st.ev.id("call")
		if known := st.Get(snapshot.KindCall, call); known == "" || known.Is(snapshot.CallBroken) {
			return
		}
		if p.overruled {
			st.assign(snapshot.KindCall, call, snapshot.CallOverruled.Bool(true))
		}
		if next := st.ev.str("next"); next != "" && p.worthResuming() {
			st.assign(snapshot.KindCall, call, snapshot.CallNext.Str(next))
		}
	}
}

// worthResuming reports whether the listing that a page belongs to is to go on
// from it if it is cut off: if it is long, and what it lists was never known
// whole. One that was is listed anew, for what its first pages told may have
// changed unseen since.
func (p *page) worthResuming() bool {
	switch p.method {
	case "users.list", "conversations.list":
		return p.Get(snapshot.KindFreshness, p.collection()).Str(snapshot.FreshHow) != "complete"
	}
	return false
}

// listingEnded is local.listed: a listing was read from its first page to its
// last, and these ids were on it. What they leave out is gone, unless an event
// touched it meanwhile. Users are never gone: Slack deactivates them. A call
// that a lost connection has ended tells nothing. Clock: the call's start.
func listingEnded(st *step) {
	p := st.page()
	call := st.ev.id("call")
	if known := st.Get(snapshot.KindCall, call); call != "" && (known == "" || known.Is(snapshot.CallBroken)) {
		st.skip("the call is not under way")
		return
	}
	seen := map[string]bool{}
	for v := range st.ev.get("seen").Elems() {
		seen[string(st.resolve(asID(v)))] = true
	}
	switch p.method {
	case "users.list":
		before := p.usersListed()
		if p.fresh(snapshot.CollectionUsers, "complete"); !before && p.usersListed() {
			for u := range p.Base().EveryMember() { // whose lists may have come first
				p.meet(string(u))
			}
		}
	case "conversations.list":
		p.conversationsListed(seen)
	case "conversations.members":
		if key, ok := p.known(id(p.args, "channel")); ok {
			p.membersWhole(key, p.others(key), slices.Collect(maps.Keys(seen)))
			for v := range st.ev.get("seen").Elems() {
				st.meet(asID(v))
			}
		}
	case "conversations.history":
		if key, ok := p.known(id(p.args, "channel")); ok {
			p.historyListed(key, seen)
		}
	}
	st.Delete(snapshot.KindCall, call)
}

// conversationsListed hides what a complete listing of its types left out.
func (p *page) conversationsListed(seen map[string]bool) {
	types := "," + cmp.Or(str(p.args, "types"), "public_channel") + ","
	archived, _ := p.args.Get("exclude_archived").Bool()
	how := "complete"
	for _, t := range []string{"public_channel", "private_channel", "mpim", "im"} {
		if !strings.Contains(types, ","+t+",") || archived {
			how = "partial"
		}
	}
	// Of a listing that goes on, seen are only those on the later pages.
	for key, r := range p.Base().All(conv) {
		if p.resumed || seen[key] || !strings.Contains(types, ","+listType(r)+",") ||
			archived && r.Is(snapshot.ConvIsArchived) || p.convTouched(key) {
			continue
		}
		p.dropContents(key)
		p.hide(conv, key, r)
	}
	p.fresh(snapshot.CollectionConversations, how)
}

// listType is the name by which conversations.list selects a conversation.
func listType(r snapshot.Record) string {
	switch family := familyOf(r); family {
	case "channel":
		return "public_channel"
	case "group":
		return "private_channel"
	default:
		return family
	}
}

// listingFailed is local.failed: Slack refuses a listing. What is known of it
// stays, and how well. Only a conversation that an event has named, and nothing
// has told of, goes if Slack says that self cannot see it: no list would say so.
// Clock: the call's start.
func listingFailed(st *step) {
	p := st.page()
	reason := st.ev.str("error")
	if d := st.ev.str("detail"); d != "" {
		reason += ": " + d
	}
	switch c := p.collection(); {
	case c == "":
		st.skip("is about nothing that is kept")
	case p.method == "conversations.info" && reason == "channel_not_found" && p.nowhere(string(p.resolve(id(p.args, "channel")))):
		p.remove(string(p.resolve(id(p.args, "channel"))))
	case p.method == "bots.info" && reason == "bot_not_found": // says nothing about the others
	default:
		known := st.Get(snapshot.KindFreshness, c)
		asOf, _ := known.Int(snapshot.FreshAsOf)
		st.fresh(c, known.Str(snapshot.FreshHow), asOf, p.method, reason)
	}
	st.Delete(snapshot.KindCall, st.ev.id("call"))
}

// collection is what a method's listing makes known.
func (p *page) collection() string {
	channel := p.resolve(id(p.args, "channel"))
	switch p.method {
	case "conversations.members", "conversations.info", "conversations.history":
		if channel == "" {
			return ""
		}
	}
	switch p.method {
	case "users.list":
		return snapshot.CollectionUsers
	case "conversations.list":
		return snapshot.CollectionConversations
	case "conversations.members":
		return snapshot.MembersOf(channel)
	case "conversations.info":
		return snapshot.ReadOf(channel)
	case "conversations.history":
		return snapshot.MessagesOf(channel)
	case "team.info":
		return snapshot.CollectionTeam
	case "team.profile.get":
		return snapshot.CollectionProfileFields
	case "usergroups.list":
		return snapshot.CollectionUsergroups
	case "emoji.list":
		return snapshot.CollectionEmoji
	case "dnd.info", "dnd.teamInfo":
		return snapshot.CollectionDND
	case "bots.info":
		return snapshot.CollectionBots
	}
	return ""
}
