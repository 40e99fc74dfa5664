package snapshot

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// AppendDump appends the whole workspace as one JSON object shaped like the
// answer of rtm.start, with Slack's own names: every collection is there, sorted
// by id, and what is not known is left out. A dump can be loaded like that
// answer and then gives the same digest.
func (s *Snapshot) AppendDump(dst []byte) []byte {
	d := dumper{s: s, dst: dst}
	d.dst = append(d.dst, `{"ok":true,"self":`...)
	d.selfOrTeam(KindSelf, KindSelfPref)
	d.dst = append(d.dst, `,"team":`...)
	d.selfOrTeam(KindTeam, KindTeamPref)
	d.users()
	d.conversations()
	d.list("bots", KindBot)
	d.usergroups()
	d.emoji()
	d.object("dnd", KindDND)
	d.presence()
	d.byConversation("pins", KindPin)
	d.list("stars", KindStar)
	d.list("files", KindFile)
	d.byConversation("messages", KindMessage)
	d.bookkeeping()
	d.dst = append(d.dst, `,"seq":`...)
	d.dst = strconv.AppendUint(d.dst, uint64(s.seq), 10)
	return fmt.Appendf(d.dst, `,"digest":"%016x"}`, s.digest)
}

type dumper struct {
	s   *Snapshot
	dst []byte
}

// sorted returns the keys of a table in ascending order.
func (d *dumper) sorted(k Kind) []string {
	keys := make([]string, 0, d.s.Len(k))
	for key := range d.s.All(k) {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// open begins a member of the top object.
func (d *dumper) open(name, bracket string) {
	d.dst = append(d.dst, `,"`+name+`":`+bracket...)
}

// comma separates elements: it writes one unless nothing was written since
// first.
func (d *dumper) comma(first int) {
	if len(d.dst) > first {
		d.dst = append(d.dst, ',')
	}
}

func (d *dumper) name(first int, name string) { d.dst = appendName(d.dst, first, name) }

// selfOrTeam writes the one record of a table with its preferences.
func (d *dumper) selfOrTeam(k, prefs Kind) {
	d.dst = append(d.dst, '{')
	first := len(d.dst)
	d.dst = k.Schema().appendMembers(d.dst, "", d.s.Get(k, ""))
	if names := d.sorted(prefs); len(names) > 0 {
		d.name(first, "prefs")
		d.dst = append(d.dst, '{')
		start := len(d.dst)
		for _, name := range names {
			d.name(start, name)
			d.dst = append(d.dst, d.s.Get(prefs, name).Raw(SelfPrefValue)...)
		}
		d.dst = append(d.dst, '}')
	}
	if k == KindTeam {
		d.name(first, "profile")
		d.dst = append(d.dst, `{"fields":[`...)
		d.elements(KindProfileField)
		d.dst = append(d.dst, "]}"...)
	}
	d.dst = append(d.dst, '}')
}

func (d *dumper) list(name string, k Kind) {
	d.open(name, "[")
	d.elements(k)
	d.dst = append(d.dst, ']')
}

func (d *dumper) elements(k Kind) {
	first := len(d.dst)
	for _, key := range d.sorted(k) {
		d.comma(first)
		d.dst = k.Schema().AppendJSON(d.dst, key, d.s.Get(k, key))
	}
}

// object writes a table as an object with a member per record.
func (d *dumper) object(name string, k Kind) {
	d.open(name, "{")
	first := len(d.dst)
	for _, key := range d.sorted(k) {
		d.name(first, key)
		d.dst = k.Schema().AppendJSON(d.dst, "", d.s.Get(k, key))
	}
	d.dst = append(d.dst, '}')
}

func (d *dumper) users() {
	d.open("users", "[")
	first := len(d.dst)
	for _, id := range d.sorted(KindUser) {
		r := d.s.Get(KindUser, id)
		if KindUser.hollow(r) {
			continue
		}
		d.comma(first)
		d.dst = append(d.dst, '{')
		start := len(d.dst)
		d.dst = userSchema.appendMembers(d.dst, id, r)
		if p := d.s.Get(KindPresence, id); p != "" {
			d.name(start, "presence")
			d.dst = rawjson.AppendString(d.dst, p.Str(PresenceValue))
		}
		d.dst = append(d.dst, '}')
	}
	d.dst = append(d.dst, ']')
}

func (d *dumper) conversations() {
	groups := [...]struct {
		name string
		ids  []string
	}{{name: "channels"}, {name: "groups"}, {name: "mpims"}, {name: "ims"}}
	for _, id := range d.sorted(KindConversation) {
		r := d.s.Get(KindConversation, id)
		if KindConversation.hollow(r) && KindRead.hollow(d.s.Get(KindRead, id)) && d.s.NumMembers(ChannelID(id)) == 0 {
			continue
		}
		i := 0
		switch {
		case r.Is(ConvIsIM):
			i = 3
		case r.Is(ConvIsMPIM):
			i = 2
		case r.Is(ConvIsPrivate):
			i = 1
		}
		groups[i].ids = append(groups[i].ids, id)
	}
	for _, g := range groups {
		d.open(g.name, "[")
		first := len(d.dst)
		for _, id := range g.ids {
			d.comma(first)
			d.conversation(id)
		}
		d.dst = append(d.dst, ']')
	}
}

func (d *dumper) conversation(id string) {
	d.dst = append(d.dst, '{')
	first := len(d.dst)
	d.dst = conversationSchema.appendMembers(d.dst, id, d.s.Get(KindConversation, id))
	if r := d.s.Get(KindRead, id); !KindRead.hollow(r) {
		d.dst = append(d.dst, ',')
		d.dst = readSchema.appendMembers(d.dst, "", r)
	}
	members := make([]string, 0, d.s.NumMembers(ChannelID(id)))
	for u := range d.s.Members(ChannelID(id)) {
		members = append(members, string(u))
	}
	if len(members) > 0 || d.membersComplete(id) {
		slices.Sort(members)
		d.name(first, "members")
		d.strings(members)
	}
	d.dst = append(d.dst, '}')
}

func (d *dumper) membersComplete(id string) bool {
	return d.s.Freshness(MembersOf(ChannelID(id))).State >= Stale
}

func (d *dumper) strings(list []string) {
	d.dst = append(d.dst, '[')
	first := len(d.dst)
	for _, s := range list {
		d.comma(first)
		d.dst = rawjson.AppendString(d.dst, s)
	}
	d.dst = append(d.dst, ']')
}

func (d *dumper) usergroups() {
	d.open("subteams", `{"self":`)
	d.strings(d.sorted(KindMyUsergroup))
	d.dst = append(d.dst, `,"all":[`...)
	d.elements(KindUsergroup)
	d.dst = append(d.dst, "]}"...)
}

func (d *dumper) emoji() {
	d.open("emoji", "{")
	first := len(d.dst)
	for _, name := range d.sorted(KindEmoji) {
		d.name(first, name)
		d.dst = rawjson.AppendString(d.dst, d.s.Get(KindEmoji, name).Str(EmojiValue))
	}
	d.dst = append(d.dst, '}')
}

func (d *dumper) presence() {
	d.open("presence", "{")
	first := len(d.dst)
	for _, id := range d.sorted(KindPresence) {
		d.name(first, id)
		d.dst = rawjson.AppendString(d.dst, d.s.Get(KindPresence, id).Str(PresenceValue))
	}
	d.dst = append(d.dst, '}')
}

// byConversation writes the records of each conversation, whose keys sort
// together, as a list.
func (d *dumper) byConversation(name string, k Kind) {
	d.open(name, "{")
	first, last := len(d.dst), ""
	for _, key := range d.sorted(k) {
		conv, _ := Unpair(key)
		if conv == last {
			d.dst = append(d.dst, ',')
		} else {
			if last != "" {
				d.dst = append(d.dst, ']')
			}
			d.name(first, conv)
			d.dst = append(d.dst, '[')
			last = conv
		}
		d.dst = k.Schema().AppendJSON(d.dst, "", d.s.Get(k, key))
	}
	if last != "" {
		d.dst = append(d.dst, ']')
	}
	d.dst = append(d.dst, '}')
}

// bookkeeping writes what a program should know about the data: how fresh it
// is, under which ids conversations were known before, whose member lists are not
// whole, and which threads self follows, for which Slack's answer has no place.
func (d *dumper) bookkeeping() {
	d.open("slackstate", `{"freshness":{`)
	first := len(d.dst)
	stale := false
	for _, name := range d.sorted(KindFreshness) {
		if _, one := Unpair(name); one != "" {
			continue // members and read states are many
		}
		f := d.s.Freshness(name)
		stale = stale || f.State == Stale
		d.name(first, name)
		d.dst = fmt.Appendf(d.dst, `{"state":"%v","as_of":%d,"source":`, f.State, f.AsOf)
		d.dst = rawjson.AppendString(d.dst, f.Source)
		if f.Reason != "" {
			d.dst = append(d.dst, `,"reason":`...)
			d.dst = rawjson.AppendString(d.dst, f.Reason)
		}
		d.dst = append(d.dst, '}')
	}
	d.dst = append(d.dst, `},"aliases":{`...)
	first = len(d.dst)
	for _, id := range d.sorted(KindAlias) {
		d.name(first, id)
		d.dst = rawjson.AppendString(d.dst, d.s.Get(KindAlias, id).Str(AliasTo))
	}
	d.dst = append(d.dst, `},"partial_members":`...)
	var partial []string
	for _, id := range d.sorted(KindConversation) {
		if d.s.NumMembers(ChannelID(id)) > 0 && !d.membersComplete(id) {
			partial = append(partial, id)
		}
	}
	d.strings(partial)
	d.gaps(stale)
	if d.s.Len(KindThread) > 0 {
		d.byConversation("threads", KindThread)
	}
	d.dst = append(d.dst, '}')
}

// gaps writes the gaps and, if something is stale for which there is none, as
// in a recording, since when.
func (d *dumper) gaps(stale bool) {
	d.dst = append(d.dst, `,"gaps":[`...)
	first := len(d.dst)
	lost, known := d.s.Get(KindLink, "").Int(LinkLostAt)
	for _, key := range d.sorted(KindGap) {
		d.comma(first)
		r := d.s.Get(KindGap, key)
		until, ended := r.Int(GapUntil)
		known = known && (ended && until != lost)
		d.dst = fmt.Appendf(d.dst, `{"from":%s`, key)
		if members := gapSchema.appendMembers(nil, "", r); len(members) > 0 {
			d.dst = append(append(d.dst, ','), members...)
		}
		d.dst = append(d.dst, '}')
	}
	if known && stale {
		d.comma(first)
		d.dst = fmt.Appendf(d.dst, `{"lost_at":%d}`, lost)
	}
	d.dst = append(d.dst, ']')
}
