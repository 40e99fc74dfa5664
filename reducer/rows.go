package reducer

import (
	"cmp"
	"slices"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// A userRow is what a list says of one user.
type userRow struct {
	key      string
	patch    snapshot.Record
	presence string
}

func readUser(enc *snapshot.Encoder, v rawjson.Value) userRow {
	patch, rest := enc.Split(user.Schema(), v)
	presence, _ := rest.Get("presence").Str()
	return userRow{asID(rest.Get("id")), patch, presence}
}

// userRow lays one user of a list over what is known.
func (p *page) userRow(row userRow) {
	key := row.key
	if key == "" {
		p.unsound("a user has no id")
		return
	}
	known, _ := p.Get(user, key).Int(snapshot.UserUpdated)
	updated, _ := row.patch.Int(snapshot.UserUpdated)
	if p.behind(facetUser, key, known, updated) {
		return
	}
	p.putUser(key, row.patch)
	if p.method != "rtm.start" { // whose own word for it is self
		p.renameSelf(key, row.patch)
	}
	if row.presence != "" && p.Get(snapshot.KindPresence, key) == "" && !p.Get(user, key).Is(snapshot.UserDeleted) {
		p.assign(snapshot.KindPresence, key, snapshot.PresenceValue.Str(row.presence))
	}
}

// behind reports whether a row is older than what is known: by the versions
// inside the objects where both have one, else if an event changed the facet
// too late to be shown.
func (p *page) behind(facet, key string, known, updated int64) bool {
	if known > 0 && updated > 0 && updated != known {
		return updated < known
	}
	return p.touched(facet, key)
}

// A convFacet is a part of a conversation that has a clock.
type convFacet struct {
	facet  string
	fields []*snapshot.Field
}

// unknown returns what makes the facet unknown in a record.
func (f convFacet) unknown() (as []snapshot.Assignment) {
	for _, field := range f.fields {
		as = append(as, field.Unknown())
	}
	return as
}

// convFacets are the fields of a conversation that events change, by the clock
// that guards them.
var convFacets = []convFacet{
	{facetName, []*snapshot.Field{snapshot.ConvName, snapshot.ConvNameNormalized, snapshot.ConvPreviousNames}},
	{facetArchived, []*snapshot.Field{snapshot.ConvIsArchived}},
	{facetTopic, []*snapshot.Field{snapshot.ConvTopic}},
	{facetPurpose, []*snapshot.Field{snapshot.ConvPurpose}},
	{facetPrivacy, []*snapshot.Field{snapshot.ConvIsPrivate, snapshot.ConvIsMPIM, snapshot.ConvIsChannel, snapshot.ConvIsGroup}},
	{facetOpen, []*snapshot.Field{snapshot.ConvIsOpen}},
	{facetProperties, []*snapshot.Field{snapshot.ConvProperties}},
}

// convTouched reports whether there is more to a conversation than a list asked
// for at the call's start may show: an event changed it or a message came, or
// it is not known well enough to say that the list should have it.
func (p *page) convTouched(key string) bool {
	return p.eventful(key) || p.Get(snapshot.KindStub, hiddenKey(conv, key)) != ""
}

// nowhere reports whether an event has named a conversation and nothing has told
// of it, neither then nor lately.
func (p *page) nowhere(key string) bool {
	at, stub := p.Get(snapshot.KindStub, hiddenKey(conv, key)).Int(snapshot.StubAt)
	return stub && at < p.start-p.cfg.ListLag.Milliseconds() && !p.eventful(key)
}

// eventful reports whether an event changed a conversation, or a message came, so
// late that a list asked for at the call's start may not show it.
func (p *page) eventful(key string) bool {
	for _, f := range convFacets {
		if p.touched(f.facet, key) {
			return true
		}
	}
	return p.touched(facetExists, key) ||
		p.touched(facetMember, snapshot.Pair(key, string(p.self))) ||
		p.recent(latestTS(p.Get(read, key)))
}

// recent reports whether a message came so late that a list may not show it,
// with rule 4.
func (p *page) recent(ts snapshot.TS) bool {
	if ts == "" || ts.Time().UnixMilli() < p.start-p.cfg.ListLag.Milliseconds() {
		return false
	}
	if lost, ok := p.Get(link, "").Int(snapshot.LinkLostAt); ok && ts.Time().UnixMilli() < lost {
		p.overruled = true // rule 4
	}
	return true
}

// ahead reports whether a facet was changed by an event that a row with this
// version, in milliseconds, may not show. One of the event's very millisecond may be
// from before it.
func (p *page) ahead(facet, key string, updated int64) bool {
	if !p.clocks || !p.step.touched(facet, key, p.start) {
		return false
	}
	version := p.Get(snapshot.KindClock, snapshot.Pair(facet, key)).Str(snapshot.ClockVersion)
	if updated > 0 && version != "" && updated > snapshot.TS(version).Time().UnixMilli() {
		return false
	}
	p.overrule(facet, key)
	return true
}

// A convRow is what an object, as lists and events have it, says of one conversation.
type convRow struct {
	key     string
	patch   snapshot.Record
	read    snapshot.Record
	members []string // ids
	listed  int      // length of the member list, -1 if there is none
}

// readConv reads a conversation's object. implied is what being on a list says.
func readConv(enc *snapshot.Encoder, v rawjson.Value, implied ...snapshot.Assignment) convRow {
	patch, rest := enc.Split(conv.Schema(), v)
	row := convRow{key: asID(rest.Get("id")), listed: -1}
	row.members, row.listed = readIDs(rest.Get("members"))
	row.read = enc.Of(read.Schema(), rest)
	row.patch = patch
	if len(implied) > 0 {
		row.patch = enc.With(conv.Schema(), patch, implied...)
	}
	return row
}

// readIDs returns the ids in a list, and how long it is; -1 if it is none.
func readIDs(list rawjson.Value) (ids []string, n int) {
	r := list.Reader()
	if !r.Enter(rawjson.Array) {
		return nil, -1
	}
	ids = make([]string, 0, len(list)/13) // "U0123456789",
	for ; r.Next(); n++ {
		s, ok := r.Str()
		if !ok {
			r.Value()
		}
		if s = validID(s); s != "" {
			ids = append(ids, s)
		}
	}
	return ids, n
}

// convRow lays one conversation of a list over what is known, and returns its
// id, "" if it may not be touched.
func (p *page) convRow(row convRow) string {
	if row.key == "" {
		p.unsound("a conversation has no id")
		return ""
	}
	key, ok := p.alive(row.key)
	if !ok {
		return ""
	}
	patch := row.patch
	updated, _ := patch.Int(snapshot.ConvUpdated)
	member := snapshot.Pair(key, string(p.self))
	if p.left(key) && (p.ahead(facetMember, member, updated) || p.ahead(facetPrivacy, key, updated)) {
		return ""
	}
	p.reveal(conv, key)
	known := p.Get(conv, key)
	if was, _ := known.Int(snapshot.ConvUpdated); updated > 0 && updated < was {
		patch = p.Merge(conv.Schema(), patch, known) // the row only fills in
	}
	var drop []snapshot.Assignment
	for _, f := range convFacets {
		later := p.setLater(f.facet, key, patch)
		if later > 0 || later == 0 && p.ahead(f.facet, key, updated) {
			drop = append(drop, f.unknown()...)
		}
	}
	if p.ahead(facetMember, member, updated) {
		drop = append(drop, snapshot.ConvIsMember.Unknown())
	}
	p.merge(conv, key, p.With(conv.Schema(), patch, drop...))
	p.Delete(snapshot.KindStub, hiddenKey(conv, key))
	p.reindexSelf(key)
	if known.Is(snapshot.ConvIsMember) && !p.Get(conv, key).Is(snapshot.ConvIsMember) {
		p.stopCounting(key)
	}
	p.readPart(key, row.read)
	return key
}

// setLater compares when the topic or the purpose that is known was set with
// what an object says: more than 0 is later, less is earlier, and 0 is that
// nobody can tell, as for all other facets.
func (st *step) setLater(facet, key string, object snapshot.Record) int {
	f := snapshot.ConvTopic
	switch facet {
	case facetPurpose:
		f = snapshot.ConvPurpose
	case facetTopic:
	default:
		return 0
	}
	known, dated := st.Get(conv, key).Sub(f).Int(snapshot.TopicLastSet)
	set, ok := object.Sub(f).Int(snapshot.TopicLastSet)
	if !ok || !dated {
		return 0
	}
	return cmp.Compare(known, set)
}

// readPart lays a row's read state over what events have told. Its newest
// message and its counters are only good if no message came since nor was it
// edited, its counters and marker if the marker was not moved.
func (p *page) readPart(key string, row snapshot.Record) {
	row = p.soundRead(key, row)
	if row == snapshot.Exists {
		return
	}
	newest := p.newest(key)
	asOf := latestTS(row)
	older := (asOf == "" || asOf < newest) && p.recent(newest)
	marked := p.touched(facetRead, key)
	var drop []snapshot.Assignment
	if older || asOf != "" && p.touched(facetMessage, snapshot.Pair(key, string(asOf))) {
		drop = append(drop, snapshot.ReadLatest.Unknown())
	}
	if marked {
		drop = append(drop, snapshot.ReadLastRead.Unknown())
	}
	if older || marked {
		row = p.uncounted(row)
	}
	p.mergeRead(key, p.With(read.Schema(), row, drop...))
}

// membersRow takes a list of members, which is only a part of them unless it is
// whole.
func (p *page) membersRow(key string, ids []string, whole bool) {
	members := ids
	if p.clocks {
		members = slices.DeleteFunc(slices.Clone(ids), func(u string) bool { return p.touchedPair(facetMember, key, u) })
	}
	known := p.others(key)
	if slices.Contains(members, string(p.self)) {
		p.addMember(key, string(p.self))
	}
	p.AddMembers(snapshot.ChannelID(key), members)
	switch name := snapshot.MembersOf(snapshot.ChannelID(key)); {
	case whole:
		p.membersWhole(key, known, ids)
	case p.Get(snapshot.KindFreshness, name) == "":
		p.fresh(name, "partial")
	}
}

// others returns the members of a conversation, without self.
func (p *page) others(key string) []snapshot.UserID {
	return slices.DeleteFunc(p.Members(snapshot.ChannelID(key)), func(u snapshot.UserID) bool { return u == p.self })
}

// membersWhole removes those of the members known before that a complete list
// left out.
func (p *page) membersWhole(key string, known []snapshot.UserID, ids []string) {
	if len(known) > 0 {
		listed := make(map[string]bool, len(ids))
		for _, u := range ids {
			listed[u] = true
		}
		for _, u := range known {
			if !listed[string(u)] && !p.touchedPair(facetMember, key, string(u)) {
				p.Delete(snapshot.KindMember, snapshot.Pair(key, string(u)))
			}
		}
	}
	p.fresh(snapshot.MembersOf(snapshot.ChannelID(key)), "complete")
}

func (p *page) botRow(v rawjson.Value) {
	key := id(v, "id")
	if key == "" {
		p.unsound("a bot has no id")
		return
	}
	patch := p.record(snapshot.KindBot, v)
	known, _ := p.Get(snapshot.KindBot, key).Int(snapshot.BotUpdated)
	updated, _ := patch.Int(snapshot.BotUpdated)
	if !p.behind(facetBot, key, known, updated) {
		p.merge(snapshot.KindBot, key, patch)
	}
}
