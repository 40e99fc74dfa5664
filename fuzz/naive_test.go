package fuzz

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A naive is a second reducer: slow, obvious, and made of plain maps of decoded
// JSON. It shares nothing with the first, so that the two are wrong about the
// same event only if Slack's description was read wrongly twice. It knows no
// changes, no freshness and no hints: only what a dump shows of entities.
type naive struct {
	self, team       object
	prefs, teamPrefs object
	fields           map[string]object // custom profile fields
	users, bots      map[string]object
	convs, reads     map[string]object
	members          map[string]map[string]bool   // by conversation
	pins             map[string]map[string]object // by conversation and item
	stars            map[string]object
	groups           map[string]object
	mine             map[string]bool // the user groups that self is in
	emoji            map[string]string
	dnd              map[string]object
	presence         map[string]string

	alias  map[string]string // former ids of conversations
	dead   map[string]bool   // deleted conversations
	stub   map[string]bool   // conversations that were met before their object was seen
	left   map[string]object // private ones that self is not in, as far as they show
	lacked map[string]object // those that a list which should have them had not
	unseen map[string]object // user groups, likewise
	gone   map[string]bool   // deleted messages, as conversation and ts
	newest map[string]string // the newest ts that was seen of a conversation
	floor  map[string]string // the newest of those that were taken back
	clocks map[string]clock  // by facet
	at     int64             // when the present event was received, in milliseconds
	calls  map[string]int64  // when listings began

	kept
	connection
}

type object = map[string]any

// A clock says when a facet was last changed: by Slack's account, if the event
// said so, and by ours.
type clock struct {
	version string
	arrival int64
}

func newNaive() *naive {
	return &naive{
		self: object{}, team: object{}, prefs: object{}, teamPrefs: object{},
		fields: map[string]object{}, users: map[string]object{}, bots: map[string]object{},
		convs: map[string]object{}, reads: map[string]object{}, members: map[string]map[string]bool{},
		pins: map[string]map[string]object{}, stars: map[string]object{},
		groups: map[string]object{}, mine: map[string]bool{}, emoji: map[string]string{},
		dnd: map[string]object{}, presence: map[string]string{},
		alias: map[string]string{}, stub: map[string]bool{}, dead: map[string]bool{}, left: map[string]object{}, lacked: map[string]object{}, unseen: map[string]object{}, gone: map[string]bool{},
		newest: map[string]string{}, floor: map[string]string{}, clocks: map[string]clock{}, calls: map[string]int64{},
		kept: newKept(),
	}
}

// late reports whether an event of some version is older than what is known of
// a facet. Versions are compared where both are known; else the order is that
// of arrival, in which no event is late.
func (n *naive) late(facet, version string) bool {
	return comparable(version) && comparable(n.clocks[facet].version) && version < n.clocks[facet].version
}

// take reports whether an event is to change a facet, and if so winds its
// clock. An event without a version comes after all that has arrived.
func (n *naive) take(facet, version string) bool {
	if n.late(facet, version) {
		return false
	}
	switch last, known := n.clocks[facet]; {
	case !comparable(version):
		n.clocks[facet] = clock{last.version, n.at}
	case !known || version != last.version: // else it is the same event again
		n.clocks[facet] = clock{version, n.at}
	}
	return true
}

// comparable reports whether a timestamp is ten digits, a dot and digits.
func comparable(ts string) bool {
	sec, frac, ok := strings.Cut(ts, ".")
	_, err := strconv.ParseUint(sec, 10, 64)
	_, err2 := strconv.ParseUint(frac, 10, 64)
	return ok && err == nil && err2 == nil && len(sec) == 10
}

// apply changes the state by one event.
func (n *naive) apply(t testing.TB, frame string, at int64) {
	t.Helper()
	var ev object
	if err := json.Unmarshal([]byte(frame), &ev); err != nil {
		t.Fatalf("%s: %v", frame, err)
	}
	if ev["type"] == "event_callback" {
		ev = part(ev, "event")
	}
	n.at = at
	typ, ts := text(ev, "type"), text(ev, "event_ts")
	if typ == "message" {
		n.message(ev)
		return
	}
	if family, verb, ok := strings.Cut(typ, "_"); ok && slices.Contains([]string{"channel", "group", "im", "mpim"}, family) {
		n.conversationEvent(family, verb, ts, ev)
		return
	}
	switch typ {
	case "member_joined_channel", "member_left_channel":
		n.memberEvent(typ == "member_joined_channel", ts, ev)
	case "pin_added", "pin_removed":
		n.pin(typ == "pin_added", ts, ev)
	case "star_added", "star_removed":
		n.star(typ == "star_added", ts, ev)
	case "file_deleted":
		n.fileDeleted(text(ev, "file_id"))
	case "file_created", "file_shared", "file_unshared", "file_public", "file_private", "file_change":
		n.fileEvent(typ, ts, ev)
	case "reaction_added", "reaction_removed":
		n.react(map[string]float64{"reaction_added": 1, "reaction_removed": -1}[typ], ts, ev)
	case "message_metadata_posted", "message_metadata_updated", "message_metadata_deleted":
		n.metadata(n.named(ev["channel_id"]), ts, ev)
	case "thread_marked", "thread_subscribed", "thread_unsubscribed":
		n.follow(typ, ts, part(ev, "subscription"))
	case "team_join", "user_change", "user_profile_changed", "user_status_changed", "user_huddle_changed":
		n.user(part(ev, "user"), ts)
	case "presence_change":
		n.presenceChange(ev)
	case "manual_presence_change":
		if p := text(ev, "presence"); p != "" && n.take("manual presence", ts) {
			n.self["manual_presence"] = p
		}
	case "dnd_updated", "dnd_updated_user":
		n.doNotDisturb(typ == "dnd_updated", ts, ev)
	case "pref_change":
		n.pref(n.prefs, "pref ", ts, ev)
	case "team_pref_change":
		n.pref(n.teamPrefs, "team pref ", ts, ev)
	case "subteam_created", "subteam_updated":
		n.usergroup(part(ev, "subteam"), ts)
	case "subteam_members_changed":
		n.usergroupMembers(ev)
	case "subteam_self_added", "subteam_self_removed":
		n.usergroupSelf(typ == "subteam_self_added", ts, text(ev, "subteam_id"))
	case "bot_added", "bot_changed":
		n.bot(part(ev, "bot"), ts)
	case "emoji_changed":
		n.emojiChanged(ts, ev)
	case "team_rename":
		n.setTeam("name", ts, ev)
	case "team_domain_change":
		if (has(ev, "domain") || has(ev, "url")) && n.take("team domain", ts) {
			n.setTeam("domain", "", ev)
			n.setTeam("url", "", ev)
		}
	case "email_domain_changed":
		n.setTeam("email_domain", ts, ev)
	case "team_plan_change":
		for _, name := range []string{"plan", "can_add_ura", "paid_features"} {
			n.setTeam(name, ts, ev)
		}
	case "grid_migration_finished":
		n.setTeam("enterprise_id", ts, ev)
	case "team_profile_change", "team_profile_reorder", "team_profile_delete":
		n.profileFields(strings.TrimPrefix(typ, "team_profile_"), ts, list(part(ev, "profile"), "fields"))
	case "local.call":
		n.calls[text(ev, "call")] = at
	case "local.page":
		n.page(ev)
	case "local.listed":
		n.listed(ev)
	case "local.config":
		n.configure(ev)
	case "local.expire":
		n.cut()
	case "hello":
		n.hello()
	case "local.offline":
		n.offline()
	}
}

// dump returns what the state shows, in the shape of a dump's entities.
func (n *naive) dump() object {
	self, team := maps.Clone(n.self), maps.Clone(n.team)
	if len(n.prefs) > 0 {
		self["prefs"] = n.prefs
	}
	if len(n.teamPrefs) > 0 {
		team["prefs"] = n.teamPrefs
	}
	team["profile"] = object{"fields": entities(n.fields)}
	users := map[string]object{}
	for id, u := range n.users {
		if users[id] = maps.Clone(u); n.presence[id] != "" {
			users[id]["presence"] = n.presence[id]
		}
		if len(u) == 0 {
			delete(users, id) // nothing but its id is known
		}
	}
	out := object{"self": self, "team": team, "users": entities(users), "bots": entities(n.bots),
		"subteams": object{"self": keys(n.mine), "all": entities(n.groups)},
		"emoji":    n.emoji, "dnd": n.dnd, "presence": n.presence, "pins": object{}, "stars": []object{}}
	kinds := map[string]map[string]object{"channels": {}, "groups": {}, "mpims": {}, "ims": {}}
	for id, c := range n.convs {
		all := maps.Clone(c)
		maps.Copy(all, n.reads[id])
		if len(n.members[id]) > 0 {
			all["members"] = keys(n.members[id])
		}
		switch {
		case len(all) == 0:
		case c["is_im"] == true:
			kinds["ims"][id] = all
		case c["is_mpim"] == true:
			kinds["mpims"][id] = all
		case c["is_private"] == true:
			kinds["groups"][id] = all
		default:
			kinds["channels"][id] = all
		}
	}
	for name, list := range kinds {
		out[name] = entities(list)
	}
	for id, pins := range n.pins {
		if len(pins) > 0 {
			out["pins"].(object)[id] = sorted(pins)
		}
	}
	out["stars"] = sorted(n.stars)
	out["files"] = entities(n.file)
	out["messages"], out["threads"] = byConversation(n.lines), byConversation(n.threads)
	return out
}

func byConversation(m map[string]map[string]object) object {
	out := object{}
	for id, all := range m {
		if len(all) > 0 {
			out[id] = sorted(all)
		}
	}
	return out
}

// entities returns objects sorted by id, each with its id in it.
func entities(m map[string]object) []object {
	out := []object{}
	for _, id := range slices.Sorted(maps.Keys(m)) {
		o := object{"id": id}
		maps.Copy(o, m[id])
		out = append(out, o)
	}
	return out
}

func sorted(m map[string]object) []object {
	out := []object{}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, m[key])
	}
	return out
}

func keys(m map[string]bool) []string {
	out := []string{}
	for k, ok := range m {
		if ok {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}
