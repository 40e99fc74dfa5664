package reducer

import "github.com/slackstate/slackstate/snapshot"

// memberJoined is member_joined_channel, for public and private channels and
// group DMs. Its channel_type is not to be trusted. Clock: event_ts for the
// conversation and the user.
func memberJoined(st *step) {
	user := st.ev.id("user")
	if user == "" {
		st.lack("names nobody")
		return
	}
	key, ok := st.conversation(st.ev.channel())
	if !ok || !st.newer(facetMember, snapshot.Pair(key, user), st.version()) {
		return
	}
	if user == string(st.self) {
		st.revealPart(key)
	} else if _, ok := st.visible(key); !ok {
		return
	}
	st.stub(conv, key)
	if team := st.ev.id("team"); team != "" {
		st.stub(snapshot.KindUser, user, snapshot.UserTeamID.Str(team))
	}
	st.meet(user)
	if st.addMember(key, user) {
		st.countMember(key, +1)
	}
}

// memberLeft is member_left_channel. Clock: event_ts for the conversation and
// the user.
func memberLeft(st *step) {
	user := st.ev.id("user")
	if user == "" {
		st.lack("names nobody")
		return
	}
	key, ok := st.known(st.ev.channel())
	if ok && st.newer(facetMember, snapshot.Pair(key, user), st.version()) {
		st.removeMember(key, user)
	}
}

// addMember puts a user into a conversation and reports whether that is news.
func (st *step) addMember(key, user string) bool {
	if user == "" || !st.Put(snapshot.KindMember, snapshot.Pair(key, user), snapshot.Exists) {
		return false
	}
	if user == string(st.self) && !st.Get(conv, key).Is(snapshot.ConvIsIM) {
		st.assign(conv, key, snapshot.ConvIsMember.Bool(true))
	}
	return true
}

// removeMember takes a user out of a conversation.
func (st *step) removeMember(key, user string) {
	if st.Put(snapshot.KindMember, snapshot.Pair(key, user), "") {
		st.countMember(key, -1)
	}
	if user == string(st.self) && st.Get(conv, key) != "" {
		st.leave(key)
	}
}

// countMember moves num_members where it is known.
func (st *step) countMember(key string, by int64) {
	if n, ok := st.Get(conv, key).Int(snapshot.ConvNumMembers); ok && n+by >= 0 {
		st.assign(conv, key, snapshot.ConvNumMembers.Int(n+by))
	}
}
