package reducer

import (
	"slices"
	"strings"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// conversationArchived and conversationUnarchived are the events and the
// message subtypes of those names. Slack does not say what becomes of the
// members. Clock: event_ts, or the message's ts, on the archived facet.
func conversationArchived(st *step)   { st.archive(true) }
func conversationUnarchived(st *step) { st.archive(false) }

func (st *step) archive(archived bool) {
	key, ok := st.known(st.ev.channel())
	if !ok || !st.newer(facetArchived, key, st.version()) {
		return
	}
	if st.Get(conv, key).Is(snapshot.ConvIsArchived) != archived {
		st.doubt(snapshot.MembersOf(snapshot.ChannelID(key)))
	}
	st.assign(conv, key, snapshot.ConvIsArchived.Bool(archived))
}

// conversationRenamed is channel_rename and group_rename, whose object is
// partial and whose is_channel says nothing. Clock: event_ts on the name.
func conversationRenamed(st *step) {
	v := st.ev.get("channel")
	key, ok := st.visible(id(v, "id"))
	if !ok {
		return
	}
	patch := st.record(conv, v)
	name := patch.Str(snapshot.ConvName)
	if name == "" {
		st.lack("has no name")
		return
	}
	var as []snapshot.Assignment
	if created, ok := patch.Int(snapshot.ConvCreated); ok {
		as = append(as, snapshot.ConvCreated.Int(created))
	}
	st.stub(conv, key, as...)
	st.rename(key, name, patch.Str(snapshot.ConvNameNormalized))
}

// rename gives a conversation its new name and remembers the former one.
func (st *step) rename(key, name, normalized string) {
	if !st.newer(facetName, key, st.version()) {
		return
	}
	r := st.Get(conv, key)
	as := []snapshot.Assignment{snapshot.ConvName.Str(name)}
	if normalized != "" {
		as = append(as, snapshot.ConvNameNormalized.Str(normalized))
	} else if r.Has(snapshot.ConvNameNormalized) {
		as = append(as, snapshot.ConvNameNormalized.Str(name))
	}
	if old := r.Str(snapshot.ConvName); old != "" && old != name {
		names := slices.Collect(r.List(snapshot.ConvPreviousNames))
		if !slices.Contains(names, old) {
			as = append(as, snapshot.ConvPreviousNames.List(append(names, old)))
		}
	}
	st.assign(conv, key, as...)
}

// conversationOpened is group_open, im_open and mpim_open: the conversation is
// in self's sidebar, which brings back one that self had left. Some clients
// have seen an object in the place of the id. Clock: event_ts on the open facet.
func conversationOpened(st *step) {
	v := st.ev.get("channel")
	key, ok := st.conversation(st.ev.channel())
	if !ok || !st.newer(facetOpen, key, st.ev.Time) {
		return
	}
	if st.older(facetMember, snapshot.Pair(key, string(st.self))) {
		if _, ok := st.visible(key); !ok {
			return
		}
	}
	var as []snapshot.Assignment
	if st.ev.Type == "im_open" {
		as = append(as, snapshot.ConvIsIM.Bool(true))
		// The documentation does not say whether user opened the DM or is its
		// other side, so it only helps with one that is new.
		if u := st.ev.id("user"); u != "" && u != string(st.self) {
			as = append(as, snapshot.ConvUser.Str(u))
		}
	}
	if mpim, _ := st.ev.get("is_mpim").Bool(); mpim || st.ev.Type == "mpim_open" {
		as = append(as, snapshot.ConvIsMPIM.Bool(true))
	}
	if v.Kind() == rawjson.Object {
		st.reveal(conv, key)
		row := readConv(&st.Encoder, v)
		st.takeObject(key, row.patch)
		st.readState(key, row.read)
		st.fillIn(key, st.With(conv.Schema(), "", as...), row.read)
	} else {
		st.revealPart(key)
		st.stub(conv, key, as...)
	}
	st.assign(conv, key, snapshot.ConvIsOpen.Bool(true))
}

// conversationClosed is group_close, im_close and mpim_close. Nothing else is
// lost by it. Clock: event_ts on the open facet.
func conversationClosed(st *step) {
	key, ok := st.known(st.ev.channel())
	if ok && st.newer(facetOpen, key, st.ev.Time) {
		st.assign(conv, key, snapshot.ConvIsOpen.Bool(false))
	}
}

// historyChanged is *_history_changed: messages in bulk, those before latest, are
// not what they were. Slack's own sample names no conversation: any of the
// family may be meant then. Clock: none needed.
func historyChanged(st *step) {
	if key := st.ev.channel(); key != "" {
		if key, ok := st.known(key); ok {
			st.flush(key, snapshot.TS(st.ev.str("latest")))
			st.hint(read, key)
		}
		return
	}
	family, _, _ := strings.Cut(st.ev.Type, "_")
	for key, r := range st.Base().All(conv) {
		if familyOf(r) == family {
			st.doubt(snapshot.MessagesOf(snapshot.ChannelID(key)))
		}
	}
	st.hint(read, "")
}

// familyOf is the word that the types of events about a conversation begin with.
func familyOf(r snapshot.Record) string {
	switch {
	case r.Is(snapshot.ConvIsIM):
		return "im"
	case r.Is(snapshot.ConvIsMPIM):
		return "mpim"
	case r.Is(snapshot.ConvIsPrivate):
		return "group"
	}
	return "channel"
}

// conversationShared and conversationUnshared are channel_shared and
// channel_unshared. Clock: event_ts for each connected team, and for whether
// there is any.
func conversationShared(st *step) {
	team := st.ev.id("connected_team_id")
	key, ok := st.shared(team)
	if !ok {
		return
	}
	teams := slices.Collect(st.Get(conv, key).List(snapshot.ConvConnectedTeams))
	if !slices.Contains(teams, team) {
		teams = append(teams, team)
	}
	st.assign(conv, key, snapshot.ConvConnectedTeams.List(teams))
	st.setShared(key, true)
}

func conversationUnshared(st *step) {
	team := st.ev.id("previously_connected_team_id")
	key, ok := st.shared(team)
	if !ok {
		return
	}
	teams := slices.DeleteFunc(slices.Collect(st.Get(conv, key).List(snapshot.ConvConnectedTeams)),
		func(t string) bool { return t == team })
	st.assign(conv, key, snapshot.ConvConnectedTeams.List(teams))
	if ext, told := st.ev.get("is_ext_shared").Bool(); told {
		st.setShared(key, ext)
	}
}

// setShared notes whether any other team is connected, unless a newer event
// about another of them told.
func (st *step) setShared(key string, ext bool) {
	if st.newer(facetShared, key, st.ev.Time) {
		st.assign(conv, key, snapshot.ConvIsExtShared.Bool(ext),
			snapshot.ConvIsShared.Bool(ext || st.Get(conv, key).Is(snapshot.ConvIsOrgShared)))
	}
}

func (st *step) shared(team string) (key string, ok bool) {
	if team == "" {
		st.lack("names no team")
		return "", false
	}
	key, ok = st.known(st.ev.channel())
	return key, ok && st.newer(facetShared, snapshot.Pair(key, team), st.ev.Time)
}

// conversationUpdated is channel_updated, undocumented: some fields of a
// conversation, among them what makes it private. Only those that are known to
// come this way are taken. Clock: event_ts on the properties and on the privacy
// facet.
func conversationUpdated(st *step) {
	key, ok := st.known(st.ev.channel())
	if !ok {
		return
	}
	all := st.record(conv, st.ev.get("updates"))
	var as []snapshot.Assignment
	if p := all.Raw(snapshot.ConvProperties); p != "" && st.newer(facetProperties, key, st.ev.Time) {
		as = append(as, snapshot.ConvProperties.Raw(p))
	}
	private, isPrivate := all.Bool(snapshot.ConvIsPrivate)
	mpim, isMPIM := all.Bool(snapshot.ConvIsMPIM)
	privacy := (isPrivate || isMPIM) && st.newer(facetPrivacy, key, st.ev.Time)
	if privacy {
		if isPrivate {
			as = append(as, snapshot.ConvIsPrivate.Bool(private))
		}
		if isMPIM {
			as = append(as, snapshot.ConvIsMPIM.Bool(mpim))
		}
	}
	if len(as) == 0 {
		st.skip("has nothing that is taken from it")
		return
	}
	st.assign(conv, key, as...)
	if privacy {
		st.lookAway(key)
	}
}

// setPrivate is channel_convert_to_private and _to_public. The id stays. Clock:
// the message's ts on the privacy facet.
func (st *step) setPrivate(key string, private bool) {
	if st.newer(facetPrivacy, key, st.version()) {
		st.assign(conv, key, snapshot.ConvIsPrivate.Bool(private))
		st.lookAway(key)
	}
}

// lookAway takes a private conversation out of sight if self is known not to be
// in it.
func (st *step) lookAway(key string) {
	r := st.Get(conv, key)
	if member, known := r.Bool(snapshot.ConvIsMember); known && !member && r.Is(snapshot.ConvIsPrivate) {
		st.leave(key)
	}
}
