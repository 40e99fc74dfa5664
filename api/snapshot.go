package api

import (
	"iter"
	"time"

	"github.com/slackstate/slackstate/snapshot"
)

// A Snapshot is the workspace as of one event.
//
//  1. It never changes, and reading it never waits for anybody.
//  2. Everything reached from it is as of the same event.
//  3. Sequences come in no particular order, except where one is named.
//
// The zero Snapshot is an empty workspace.
type Snapshot struct{ s *snapshot.Snapshot }

// Of returns the view of a snapshot. It is for the packages of this module.
func Of(s *snapshot.Snapshot) Snapshot { return Snapshot{s} }

var empty snapshot.Snapshot

func (s Snapshot) data() *snapshot.Snapshot {
	if s.s == nil {
		return &empty
	}
	return s.s
}

// Seq returns the number of the event the snapshot is as of; 0 before the
// first.
func (s Snapshot) Seq() Seq { return s.data().Seq() }

// AsOf returns when that event was received.
func (s Snapshot) AsOf() time.Time { return millis(s.data().At()) }

// Ready reports whether a first bootstrap has been read to its end: before, what
// is missing may just not have been listed yet.
func (s Snapshot) Ready() bool { return s.data().Ready() }

// Partial reports whether this is only the first part of a file that is being
// loaded: self, the workspace, and users and conversations by their ids. Nothing
// is found by name, nobody is a member of anything, every collection reads as
// unknown, and Digest is 0.
func (s Snapshot) Partial() bool { return s.data().Partial() }

// Digest returns a hash of all that the workspace shows. Equal workspaces have
// equal digests, on any machine.
func (s Snapshot) Digest() uint64 { return s.data().Digest() }

// JSON returns the whole workspace as one JSON object in the shape of the
// answer of rtm.start, with Slack's own names and every list sorted by id. What
// is not known is left out.
func (s Snapshot) JSON() []byte { return s.data().AppendDump(nil) }

// Check verifies the snapshot's own consistency. It reads everything and is
// meant for tests; an error is a defect of this module.
func (s Snapshot) Check() error { return s.data().Check() }

// Self returns the user the token belongs to.
func (s Snapshot) Self() Self { return Self{s, s.data().Get(snapshot.KindSelf, "")} }

// Team returns the workspace itself.
func (s Snapshot) Team() Team { return Team{s, s.data().Get(snapshot.KindTeam, "")} }

// User returns a user by id.
func (s Snapshot) User(id UserID) (User, bool) {
	r := s.data().Get(snapshot.KindUser, string(id))
	return User{s, id, r}, r != ""
}

// Users returns all users, deactivated ones and bots included.
func (s Snapshot) Users() iter.Seq[User] {
	return func(yield func(User) bool) {
		for id, r := range s.data().All(snapshot.KindUser) {
			if !yield(User{s, UserID(id), r}) {
				return
			}
		}
	}
}

// UsersNamed returns the users whose handle, display name or real name is
// name, by ascending id. Case makes no difference, nor does how Unicode writes
// accents. Names are not unique. To look one up and range over its users takes no
// memory, unless there are more than 32.
func (s Snapshot) UsersNamed(name string) iter.Seq[User] {
	return func(yield func(User) bool) { s.eachNamed(name, yield) }
}

// UsersByEmail returns the users with an email address, by ascending id. Slack
// shows addresses only to tokens with the scope for them.
func (s Snapshot) UsersByEmail(email string) iter.Seq[User] {
	return func(yield func(User) bool) { s.eachByEmail(email, yield) }
}

// The bodies of the sequences are apart so that callers have the rest inlined, and
// range over users without allocating.
func (s Snapshot) eachNamed(name string, yield func(User) bool) {
	s.each(s.data().UsersNamed(name), yield)
}

func (s Snapshot) eachByEmail(email string, yield func(User) bool) {
	s.each(s.data().UsersByEmail(email), yield)
}

func (s Snapshot) each(ids snapshot.Keys[UserID], yield func(User) bool) {
	for id, r := range ids.Records() {
		if !yield(User{s, id, r}) {
			return
		}
	}
}

func (s Snapshot) users(ids iter.Seq[UserID]) iter.Seq[User] {
	return func(yield func(User) bool) {
		for id := range ids {
			if u, ok := s.User(id); ok && !yield(u) {
				return
			}
		}
	}
}

// NumUsers returns how many users are known.
func (s Snapshot) NumUsers() int { return s.data().Len(snapshot.KindUser) }

// Channel returns a conversation of any kind by its id, or by a former id.
func (s Snapshot) Channel(id ChannelID) (Channel, bool) {
	id = s.data().Resolve(id)
	c := s.channel(id)
	return c, c.r != ""
}

func (s Snapshot) channel(id ChannelID) Channel {
	return Channel{s, id, s.data().Get(snapshot.KindConversation, string(id))}
}

// Channels returns all conversations of all kinds.
func (s Snapshot) Channels() iter.Seq[Channel] {
	return func(yield func(Channel) bool) {
		for id, r := range s.data().All(snapshot.KindConversation) {
			if !yield(Channel{s, ChannelID(id), r}) {
				return
			}
		}
	}
}

// NumChannels returns how many conversations are known.
func (s Snapshot) NumChannels() int { return s.data().Len(snapshot.KindConversation) }

// ChannelNamed returns the conversation with a name, without the leading #, or
// else one that had it once; Name tells which. Names compare as those of users do.
func (s Snapshot) ChannelNamed(name string) (Channel, bool) {
	for _, ids := range []snapshot.Keys[ChannelID]{s.data().ConversationsNamed(name), s.data().ConversationsFormerlyNamed(name)} {
		for id := range ids.All() {
			return s.channel(id), true
		}
	}
	return Channel{}, false
}

// ChannelsNamed returns the conversations that have a name, by ascending id.
func (s Snapshot) ChannelsNamed(name string) iter.Seq[Channel] {
	return s.channels(s.data().ConversationsNamed(name).All())
}

// ChannelsFormerlyNamed returns the conversations that had a name before the one
// they have, by ascending id.
func (s Snapshot) ChannelsFormerlyNamed(name string) iter.Seq[Channel] {
	return s.channels(s.data().ConversationsFormerlyNamed(name).All())
}

func (s Snapshot) channels(ids iter.Seq[ChannelID]) iter.Seq[Channel] {
	return func(yield func(Channel) bool) {
		for id := range ids {
			if !yield(s.channel(id)) {
				return
			}
		}
	}
}

// GroupDM returns the group DM that is known to have exactly these members, self
// named like the others.
func (s Snapshot) GroupDM(members []UserID) (Channel, bool) {
	for id := range s.data().GroupDMs(members) {
		return s.channel(id), true
	}
	return Channel{}, false
}

// DirectMessage returns the DM with a user.
func (s Snapshot) DirectMessage(user UserID) (Channel, bool) {
	for id := range s.data().IMs(user) {
		return s.channel(id), true
	}
	return Channel{}, false
}

// Bot returns a bot integration by its id, B…; the bot's user is a User.
func (s Snapshot) Bot(id BotID) (Bot, bool) {
	r := s.data().Get(snapshot.KindBot, string(id))
	return Bot{s, id, r}, r != ""
}

// Bots returns all bots that have been heard of. Slack has no list of them.
func (s Snapshot) Bots() iter.Seq[Bot] {
	return func(yield func(Bot) bool) {
		for id, r := range s.data().All(snapshot.KindBot) {
			if !yield(Bot{s, BotID(id), r}) {
				return
			}
		}
	}
}

// Usergroup returns a user group by id, enabled or not.
func (s Snapshot) Usergroup(id UsergroupID) (Usergroup, bool) {
	r := s.data().Get(snapshot.KindUsergroup, string(id))
	return Usergroup{s, id, r}, r != ""
}

// Usergroups returns all user groups, disabled ones included.
func (s Snapshot) Usergroups() iter.Seq[Usergroup] {
	return func(yield func(Usergroup) bool) {
		for id, r := range s.data().All(snapshot.KindUsergroup) {
			if !yield(Usergroup{s, UsergroupID(id), r}) {
				return
			}
		}
	}
}

// UsergroupNamed returns the enabled user group with a handle, without the
// leading @.
func (s Snapshot) UsergroupNamed(handle string) (Usergroup, bool) {
	for id := range s.data().UsergroupsByHandle(handle) {
		return s.Usergroup(id)
	}
	return Usergroup{}, false
}

// Emoji returns a custom emoji by name, without colons. An alias gives the
// emoji it stands for, if that one is custom.
func (s Snapshot) Emoji(name string) (Emoji, bool) {
	for range 8 { // aliases of aliases end; a ring of them must not hang us
		r := s.data().Get(snapshot.KindEmoji, name)
		e := Emoji{name, r}
		to, alias := e.Alias()
		if r == "" || !alias {
			return e, r != ""
		}
		if s.data().Get(snapshot.KindEmoji, to) == "" {
			return e, true // an alias of one of Unicode's
		}
		name = to
	}
	return Emoji{}, false
}

// CustomEmoji returns all custom emoji, aliases included.
func (s Snapshot) CustomEmoji() iter.Seq[Emoji] {
	return func(yield func(Emoji) bool) {
		for name, r := range s.data().All(snapshot.KindEmoji) {
			if !yield(Emoji{name, r}) {
				return
			}
		}
	}
}

// Freshness says how well a collection is known. Collections returns the
// names; of what is known for each conversation by itself, Channel tells.
func (s Snapshot) Freshness(collection string) Freshness {
	return freshness(s.data().Freshness(collection))
}

// Collections returns the names of the collections that Freshness knows.
func Collections() []string { return snapshot.Collections() }

func millis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// seconds returns the time a field names, zero if it is unknown or 0.
func seconds(r snapshot.Record, f *snapshot.Field) time.Time {
	if n, _ := r.Int(f); n != 0 {
		return time.Unix(n, 0)
	}
	return time.Time{}
}
