package reducer

import (
	"slices"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

const conv = snapshot.KindConversation

// conversationCreated is channel_created: a conversation that self has not
// joined. A late one must not undo what came after it, so it only fills in what
// is not known. Clock: none needed.
func conversationCreated(st *step) {
	row := readConv(&st.Encoder, st.ev.get("channel"))
	if key, ok := st.visible(row.key); ok {
		st.fillIn(key, row.patch, row.read)
	}
}

// imCreated is im_created: a DM exists now; whether it is open is as sent. Like
// channel_created it only fills in. Clock: none needed.
func imCreated(st *step) {
	v := st.ev.get("channel")
	row := readConv(&st.Encoder, v)
	key, ok := st.visible(row.key)
	if !ok {
		return
	}
	as := []snapshot.Assignment{snapshot.ConvIsIM.Bool(true)}
	if u := st.ev.id("user"); id(v, "user") == "" && u != "" && u != string(st.self) {
		as = append(as, snapshot.ConvUser.Str(u))
	}
	st.fillIn(key, st.With(conv.Schema(), row.patch, as...), row.read)
}

// fillIn adds to a conversation what is not known of it: of the record r, and
// of its read state.
func (st *step) fillIn(key string, r, readState snapshot.Record) {
	st.Put(conv, key, st.Merge(conv.Schema(), r, st.Get(conv, key)))
	st.Delete(snapshot.KindStub, hiddenKey(conv, key))
	st.reindexSelf(key)
	if st.Get(read, key) == "" {
		st.readState(key, readState)
	}
	st.newer(facetExists, key, st.ev.Time)
}

// reindexSelf keeps self in the member list of exactly the conversations that
// say is_member.
func (st *step) reindexSelf(key string) {
	r := st.Get(conv, key)
	if st.self == "" || r.Is(snapshot.ConvIsIM) {
		return
	}
	pair := snapshot.Pair(key, string(st.self))
	if r.Is(snapshot.ConvIsMember) {
		st.Put(snapshot.KindMember, pair, snapshot.Exists)
	} else {
		st.Delete(snapshot.KindMember, pair)
	}
}

// conversationJoined is channel_joined, group_joined and mpim_joined: self is a
// member now, and this is the whole object, but for members, which may be cut.
// One revision of Slack's pages shows only an id. Clock: event_ts on self's
// membership, else arrival.
func conversationJoined(st *step) {
	v := st.ev.get("channel")
	key, ok := st.alive(st.ev.channel())
	if !ok || !st.newer(facetMember, snapshot.Pair(key, string(st.self)), st.ev.Time) {
		return
	}
	st.reveal(conv, key)
	was := st.Get(conv, key).Is(snapshot.ConvIsMember)
	counted := false
	if v.Kind() == rawjson.Object {
		row := readConv(&st.Encoder, v)
		counted = st.takeObject(key, row.patch).Has(snapshot.ConvNumMembers)
		st.readState(key, row.read)
		for _, u := range row.members {
			if !st.older(facetMember, snapshot.Pair(key, u)) {
				st.addMember(key, u)
			}
		}
		st.Delete(snapshot.KindStub, hiddenKey(conv, key))
	} else {
		st.stub(conv, key)
	}
	as := []snapshot.Assignment{snapshot.ConvIsMember.Bool(true)}
	switch {
	case st.ev.Type == "mpim_joined" && !st.Get(conv, key).Has(snapshot.ConvIsMPIM):
		as = append(as, snapshot.ConvIsMPIM.Bool(true))
	case st.ev.Type == "group_joined" && !st.Get(conv, key).Has(snapshot.ConvIsPrivate):
		as = append(as, snapshot.ConvIsPrivate.Bool(true))
	}
	st.assign(conv, key, as...)
	st.reindexSelf(key)
	if !was && !counted {
		st.countMember(key, +1)
	}
}

// takeObject lays a conversation's object over what is known, but for the
// facets that a newer event has changed. It returns what it has taken.
func (st *step) takeObject(key string, patch snapshot.Record) snapshot.Record {
	var drop []snapshot.Assignment
	for _, f := range convFacets {
		if !slices.ContainsFunc(f.fields, func(f *snapshot.Field) bool { return patch.Has(f) && patch.Sub(f) != snapshot.Exists }) {
			continue
		}
		if st.setLater(f.facet, key, patch) > 0 || !st.newer(f.facet, key, st.ev.Time) {
			drop = append(drop, f.unknown()...)
		}
	}
	patch = st.With(conv.Schema(), patch, drop...)
	st.merge(conv, key, patch)
	return patch
}

// conversationLeft is channel_left and group_left. Clock: event_ts on self's
// membership, else arrival.
func conversationLeft(st *step) {
	key, ok := st.known(st.ev.channel())
	if !ok || !st.newer(facetMember, snapshot.Pair(key, string(st.self)), st.ev.Time) {
		return
	}
	if st.Get(conv, key).Is(snapshot.ConvIsMember) {
		st.countMember(key, -1)
	}
	st.leave(key)
}

// leave takes self out of a conversation. What is private is out of sight
// then: only its name stays behind, in case self comes back.
func (st *step) leave(key string) {
	r := st.Get(conv, key)
	if r.Is(snapshot.ConvIsPrivate) || r.Is(snapshot.ConvIsMPIM) {
		st.dropContents(key)
		st.hide(conv, key, st.With(conv.Schema(), "", husk(r)...), snapshot.HiddenLeft.Bool(true))
		return
	}
	st.assign(conv, key, snapshot.ConvIsMember.Bool(false))
	st.reindexSelf(key)
	st.stopCounting(key)
	st.doubt(snapshot.MessagesOf(snapshot.ChannelID(key)))
}

// stopCounting makes the counters of a conversation unknown that self is no
// longer in: nothing tells of them any more.
func (st *step) stopCounting(key string) {
	if known := st.Get(read, key); known != "" {
		st.Put(read, key, st.uncounted(known))
	}
}

// husk is what may be remembered of a conversation self cannot see.
func husk(r snapshot.Record) []snapshot.Assignment {
	as := []snapshot.Assignment{snapshot.ConvIsPrivate.Bool(true)}
	if r.Is(snapshot.ConvIsMPIM) {
		as = append(as, snapshot.ConvIsMPIM.Bool(true))
	}
	if name := r.Str(snapshot.ConvName); name != "" {
		as = append(as, snapshot.ConvName.Str(name))
	}
	return as
}

// dropContents removes everything that hangs on a conversation.
func (st *step) dropContents(key string) {
	st.DropMembers(snapshot.ChannelID(key))
	st.Delete(read, key)
	for pin := range st.Base().Tied(snapshot.PinsIn, key) {
		st.Delete(snapshot.KindPin, pin)
	}
	for star := range st.Base().Tied(snapshot.StarsIn, key) {
		if what, _ := snapshot.Unpair(star); what != "channel" {
			st.Delete(snapshot.KindStar, star) // it quotes what is within
		}
	}
	st.dropTimeline(key)
	st.dropShares(key)
	st.Delete(snapshot.KindStub, hiddenKey(conv, key))
	st.Delete(snapshot.KindFreshness, snapshot.MembersOf(snapshot.ChannelID(key)))
	st.Delete(snapshot.KindFreshness, snapshot.ReadOf(snapshot.ChannelID(key)))
}

// conversationDeleted is channel_deleted and group_deleted. The id stays dead:
// a late event must not bring it back. Clock: none, a deletion is final.
func conversationDeleted(st *step) {
	if key, ok := st.alive(st.ev.channel()); ok {
		st.remove(key)
		dead := snapshot.KindTombstone
		st.Put(dead, key, st.With(dead.Schema(), "", snapshot.TombstoneAt.Int(st.ev.At)))
	}
}

// remove leaves nothing of a conversation.
func (st *step) remove(key string) {
	st.dropContents(key)
	st.Delete(conv, key)
	st.Delete(snapshot.KindHidden, hiddenKey(conv, key))
	st.Delete(snapshot.KindStar, snapshot.Pair("channel", key))
}
