package api

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/slackstate/slackstate/snapshot"
)

// A Kind says what sort of conversation a Channel is.
type Kind uint8

const (
	// Public: a channel everybody can see.
	Public Kind = iota
	// Private: a channel its members can see.
	Private
	// GroupDM: direct messages among several.
	GroupDM
	// DM: direct messages with one user.
	DM
)

func (k Kind) String() string {
	names := [...]string{"public", "private", "group DM", "DM"}
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// A Channel is a conversation of any kind. It follows
// https://docs.slack.dev/reference/objects/conversation-object. What Slack has
// not said reads as "", false or zero; where that matters, a second result
// tells.
type Channel struct {
	s  Snapshot
	id ChannelID
	r  snapshot.Record
}

// Valid reports whether there is such a conversation. The zero Channel is not.
func (c Channel) Valid() bool { return c.r != "" }

// ID returns the conversation's id.
func (c Channel) ID() ChannelID { return c.id }

// Kind returns what sort of conversation it is, which neither the letter of
// its id nor the family of an event tells.
func (c Channel) Kind() Kind {
	switch {
	case c.r.Is(snapshot.ConvIsIM):
		return DM
	case c.r.Is(snapshot.ConvIsMPIM):
		return GroupDM
	case c.r.Is(snapshot.ConvIsPrivate):
		return Private
	}
	return Public
}

// Name returns the name without #; a DM has none.
func (c Channel) Name() string { return c.r.Str(snapshot.ConvName) }

// PreviousNames returns the names the channel had before, the latest last.
func (c Channel) PreviousNames() []string {
	return slices.Collect(c.r.List(snapshot.ConvPreviousNames))
}

// A Topic is a channel's topic or its purpose.
type Topic struct {
	Text    string
	Creator UserID
	SetAt   time.Time
}

func topic(r snapshot.Record) Topic {
	return Topic{r.Str(snapshot.TopicValue), UserID(r.Str(snapshot.TopicCreator)), seconds(r, snapshot.TopicLastSet)}
}

// Topic returns the topic, the zero one if none is set.
func (c Channel) Topic() Topic { return topic(c.r.Sub(snapshot.ConvTopic)) }

// Purpose returns the description, the zero one if none is set.
func (c Channel) Purpose() Topic { return topic(c.r.Sub(snapshot.ConvPurpose)) }

// Created returns when the conversation was made.
func (c Channel) Created() time.Time { return seconds(c.r, snapshot.ConvCreated) }

// Creator returns who made it.
func (c Channel) Creator() UserID { return UserID(c.r.Str(snapshot.ConvCreator)) }

// Archived reports whether it is archived.
func (c Channel) Archived() bool { return c.r.Is(snapshot.ConvIsArchived) }

// General reports whether it is the workspace's general channel.
func (c Channel) General() bool { return c.r.Is(snapshot.ConvIsGeneral) }

// Joined reports whether self is a member.
func (c Channel) Joined() bool {
	return c.r.Is(snapshot.ConvIsMember) || c.Kind() == DM && c.Valid()
}

// Open reports whether a DM or group DM is in self's sidebar. No list of
// conversations tells, so it is as well known as Read is.
func (c Channel) Open() bool { return c.r.Is(snapshot.ConvIsOpen) }

// Muted reports whether self has muted it, and whether that is known: only where
// self's preferences are. It follows the preference muted_channels, so it is up
// to date with [Self.Pref] and is no change of the channel.
func (c Channel) Muted() (muted, known bool) {
	raw, ok := c.s.Self().Pref("muted_channels")
	var list string // of ids, joined by commas
	if !ok || json.Unmarshal(raw, &list) != nil {
		return false, false
	}
	for id := range strings.SplitSeq(list, ",") {
		if c.Valid() && c.s.data().Resolve(ChannelID(id)) == c.id {
			return true, true
		}
	}
	return false, true
}

// Shared reports whether another workspace takes part in it.
func (c Channel) Shared() bool {
	return c.r.Is(snapshot.ConvIsShared) || c.r.Is(snapshot.ConvIsExtShared) || c.r.Is(snapshot.ConvIsOrgShared)
}

// SharedTeams returns the ids of the workspaces that take part in it, as far as
// Slack says.
func (c Channel) SharedTeams() []string { return slices.Collect(c.r.List(snapshot.ConvSharedTeams)) }

// ConnectedTeams returns the ids of those that are of other organizations.
func (c Channel) ConnectedTeams() []string {
	return slices.Collect(c.r.List(snapshot.ConvConnectedTeams))
}

// PendingTeams returns the ids of the workspaces that are invited to it.
func (c Channel) PendingTeams() []string {
	return slices.Collect(c.r.List(snapshot.ConvPendingTeams))
}

// Host returns the id of the workspace that a shared conversation was made in.
func (c Channel) Host() string { return c.r.Str(snapshot.ConvConversationHst) }

// Frozen reports whether nobody can write in it because another conversation has
// taken its place.
func (c Channel) Frozen() bool { return c.r.Is(snapshot.ConvIsFrozen) }

// ReadOnly reports whether self may only read it.
func (c Channel) ReadOnly() bool { return c.r.Is(snapshot.ConvIsReadOnly) }

// ThreadOnly reports whether self may only reply in threads.
func (c Channel) ThreadOnly() bool { return c.r.Is(snapshot.ConvIsThreadOnly) }

// Locale returns its language, such as "en-GB", if locales were asked for.
func (c Channel) Locale() string { return c.r.Str(snapshot.ConvLocale) }

// Properties returns its canvas, its tabs and the like as JSON, nil if Slack has
// not said.
func (c Channel) Properties() []byte { return rawBytes(c.r.Raw(snapshot.ConvProperties)) }

// Starred reports whether self has starred it.
func (c Channel) Starred() bool { return c.r.Is(snapshot.ConvIsStarred) }

// Updated returns when Slack last changed the record.
func (c Channel) Updated() time.Time {
	ms, _ := c.r.Int(snapshot.ConvUpdated)
	return millis(ms)
}

// With returns the other side of a DM.
func (c Channel) With() (User, bool) { return c.s.User(UserID(c.r.Str(snapshot.ConvUser))) }

// Members returns the members that are known, those without a record of their
// own left out. MembersKnown tells whether these are all. Those of a DM are not
// listed: they are self and With.
func (c Channel) Members() iter.Seq[User] { return c.s.users(c.MemberIDs()) }

// MemberIDs returns the ids of all known members.
func (c Channel) MemberIDs() iter.Seq[UserID] { return c.s.data().Members(c.id) }

// HasMember reports whether a user is known to be a member.
func (c Channel) HasMember(id UserID) bool { return c.s.data().IsMember(c.id, id) }

// MembersAlsoIn returns the members that are known to be in another conversation,
// too.
func (c Channel) MembersAlsoIn(other ChannelID) iter.Seq[User] {
	s := c.s.data()
	return c.s.users(s.MembersOfBoth(c.id, s.Resolve(other)))
}

// ActiveMembers returns the members whose presence is known to be Active.
func (c Channel) ActiveMembers() iter.Seq[User] { return c.s.users(c.s.data().ActiveMembers(c.id)) }

// MembersKnown tells how well the membership is known.
func (c Channel) MembersKnown() Freshness {
	return freshness(c.s.data().Freshness(snapshot.MembersOf(c.id)))
}

// NumMembers returns how many members there are: as many as are listed if the
// list is complete, else what Slack counts. known is false if neither is there.
func (c Channel) NumMembers() (n int, known bool) {
	if c.MembersKnown().Known >= Stale {
		return c.s.data().NumMembers(c.id), true
	}
	count, known := c.r.Int(snapshot.ConvNumMembers)
	return int(count), known
}

// Read returns self's place in the conversation.
func (c Channel) Read() ReadState {
	return ReadState{c.s, c.id, c.s.data().Get(snapshot.KindRead, string(c.id))}
}

// ReadKnown tells how well Read is known.
func (c Channel) ReadKnown() Freshness {
	return freshness(c.s.data().Freshness(snapshot.ReadOf(c.id)))
}

// Latest returns the newest message.
func (c Channel) Latest() (Message, bool) {
	m := latest(c.s, c.id, c.s.data().Get(snapshot.KindRead, string(c.id)))
	return m, m.Valid()
}

// JSON returns the record as Slack sends it, with every field it has sent, but
// for members and read state.
func (c Channel) JSON() []byte { return entityJSON(snapshot.KindConversation, string(c.id), c.r) }

// A ReadState is self's place in a conversation. A counter that is not known
// is not 0.
type ReadState struct {
	s  Snapshot
	id ChannelID
	r  snapshot.Record
}

// Valid reports whether anything is known. The zero ReadState is not.
func (r ReadState) Valid() bool { return r.r != "" }

// Channel returns the conversation.
func (r ReadState) Channel() Channel { return r.s.channel(r.id) }

// LastRead returns the newest message self has read, "0000000000.000000" if
// none. It also moves back, when self marks messages as unread.
func (r ReadState) LastRead() (ts TS, known bool) {
	return TS(r.r.Str(snapshot.ReadLastRead)), r.r.Has(snapshot.ReadLastRead)
}

// Unread returns how many messages came after LastRead, but for notices such
// as that somebody joined: what Slack's own clients show.
func (r ReadState) Unread() (n int, known bool) { return r.counter(snapshot.ReadUnreadDisplay) }

// UnreadAll returns how many messages came after LastRead, notices included.
func (r ReadState) UnreadAll() (n int, known bool) { return r.counter(snapshot.ReadUnread) }

// Mentions returns how many unread messages mention self.
func (r ReadState) Mentions() (n int, known bool) { return r.counter(snapshot.ReadMentions) }

func (r ReadState) counter(f *snapshot.Field) (int, bool) {
	n, known := r.r.Int(f)
	return int(n), known
}

// JSON returns the fields as Slack sends them.
func (r ReadState) JSON() []byte { return entityJSON(snapshot.KindRead, "", r.r) }

// A Membership is that a user is in a conversation.
type Membership struct {
	s     Snapshot
	conv  ChannelID
	user  UserID
	valid bool
}

// Valid reports whether the user is a member. The zero Membership is not.
func (m Membership) Valid() bool { return m.valid }

// ChannelID returns the id of the conversation.
func (m Membership) ChannelID() ChannelID { return m.conv }

// UserID returns the id of the member.
func (m Membership) UserID() UserID { return m.user }

// Channel returns the conversation.
func (m Membership) Channel() Channel { return m.s.channel(m.conv) }

// User returns the member.
func (m Membership) User() (User, bool) { return m.s.User(m.user) }
