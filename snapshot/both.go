package snapshot

import (
	"iter"

	"github.com/slackstate/slackstate/internal/idset"
)

// MembersOfBoth returns the users that are known to be in both conversations, in
// no particular order.
func (s *Snapshot) MembersOfBoth(a, b ChannelID) iter.Seq[UserID] {
	m := &s.members
	return typed[UserID](m.users.each(idset.Both(m.convs.of(string(a)), m.convs.of(string(b)))))
}

// ConversationsOfBoth returns the conversations that both users are known to be
// in, in no particular order.
func (s *Snapshot) ConversationsOfBoth(a, b UserID) iter.Seq[ChannelID] {
	m := &s.members
	return typed[ChannelID](m.convs.each(idset.Both(m.users.of(string(a)), m.users.of(string(b)))))
}

// EveryMember returns the users that are known to be in some conversation, in no
// particular order.
func (s *Snapshot) EveryMember() iter.Seq[UserID] {
	return func(yield func(UserID) bool) {
		for user, in := range s.members.users.all() {
			if in.with.Len() > 0 && !yield(UserID(user)) {
				return
			}
		}
	}
}

// ActiveMembers returns the known members of a conversation who are known to be
// there, in no particular order. Presence is followed of few users, as a rule, so
// it reads the shorter of the two lists.
func (s *Snapshot) ActiveMembers(conv ChannelID) iter.Seq[UserID] {
	return func(yield func(UserID) bool) {
		if s.Len(KindPresence) < s.NumMembers(conv) {
			for user, r := range s.All(KindPresence) {
				if r.Str(PresenceValue) == "active" && s.IsMember(conv, UserID(user)) && !yield(UserID(user)) {
					return
				}
			}
			return
		}
		for user := range s.Members(conv) {
			if s.Get(KindPresence, string(user)).Str(PresenceValue) == "active" && !yield(user) {
				return
			}
		}
	}
}
