package slackstate

import (
	"cmp"
	"slices"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/reducer"
	"github.com/slackstate/slackstate/snapshot"
	slacksync "github.com/slackstate/slackstate/sync"
)

// coreLists are the methods that list what a workspace has one of.
var coreLists = map[string]string{
	snapshot.CollectionTeam: "team.info", snapshot.CollectionProfileFields: "team.profile.get", snapshot.CollectionUsers: "users.list",
	snapshot.CollectionConversations: "conversations.list", snapshot.CollectionUsergroups: "usergroups.list", snapshot.CollectionEmoji: "emoji.list",
}

// wanting reports whether something is not fresh. What Slack has refused to tell
// is wanted still: on the next connection it may not refuse any more.
func wanting(f api.Freshness) bool { return f.Known != api.Complete }

// pending plans what to ask for beyond the lists: what the options select and
// what was known before events were missed, if it is not fresh, and what was
// met by its id only. What takes the fewest calls comes first.
func (s *State) pending() []slacksync.Want {
	snap := s.Snapshot()
	members, reads := s.opts.Members, s.opts.ReadState
	if members == nil {
		members = Joined
	}
	if reads == nil {
		reads = None
	}
	var wants []slacksync.Want
	want := func(method, id string) { wants = append(wants, slacksync.Want{Method: method, ID: id}) }
	for collection, method := range coreLists {
		if wanting(snap.Freshness(collection)) {
			want(method, "")
		}
	}
	for c := range snap.Channels() {
		known := c.MembersKnown()
		if c.Kind() != api.DM && (members(c) || known.Known == api.Stale) && wanting(known) {
			want("conversations.members", string(c.ID()))
		}
		known = c.ReadKnown()
		if (reads(c) || known.Known == api.Stale) && wanting(known) {
			want("conversations.info", string(c.ID()))
		}
	}
	for u := range snap.Users() {
		if id := u.BotID(); id != "" {
			if b, _ := snap.Bot(id); !b.Valid() {
				want("bots.info", string(id))
			}
		}
	}
	state := s.current.Load()
	for key := range state.All(snapshot.KindStub) {
		kind, id := snapshot.Unpair(key)
		switch kind {
		case snapshot.KindUser.String():
			want("users.info", id)
		case snapshot.KindConversation.String():
			want("conversations.info", id)
		case snapshot.KindFile.String():
			want("files.info", id)
		}
	}
	for id, r := range state.All(snapshot.KindFile) {
		if !r.Has(snapshot.FileName) {
			want("files.info", id)
		}
	}
	for id, r := range state.All(snapshot.KindUsergroup) {
		if deleted, _ := r.Int(snapshot.UsergroupDateDelete); deleted == 0 && !r.Has(snapshot.UsergroupUsers) {
			want("usergroups.users.list", id)
		}
	}
	slices.SortFunc(wants, func(a, b slacksync.Want) int {
		return cmp.Or(cmp.Compare(s.size(a), s.size(b)), cmp.Compare(a.Method, b.Method), cmp.Compare(a.ID, b.ID))
	})
	return slices.Compact(wants)
}

// size returns how many entities a listing is likely to have: as many as are
// known or, of users, as Slack says are in the channel that everybody is in. It
// is 0 if that is not known.
func (s *State) size(w slacksync.Want) int {
	state := s.current.Load()
	switch w.Method {
	case "users.list":
		n := state.Len(snapshot.KindUser)
		for _, r := range state.All(snapshot.KindConversation) {
			if r.Is(snapshot.ConvIsGeneral) {
				members, _ := r.Int(snapshot.ConvNumMembers)
				return max(n, int(members))
			}
		}
		return n
	case "conversations.list":
		return state.Len(snapshot.KindConversation)
	case "conversations.members":
		n, _ := state.Get(snapshot.KindConversation, w.ID).Int(snapshot.ConvNumMembers)
		return max(int(n), state.NumMembers(snapshot.ChannelID(w.ID)))
	}
	return 0
}

// cursors names the listings that the end of the last connection cut off.
func (s *State) cursors() (all []slacksync.Cursor) {
	for id, r := range s.current.Load().All(snapshot.KindCall) {
		if r.Is(snapshot.CallBroken) {
			w := slacksync.Want{Method: r.Str(snapshot.CallMethod)}
			all = append(all, slacksync.Cursor{Want: w, Call: id, Next: r.Str(snapshot.CallNext)})
		}
	}
	return all
}

// doubtful reports whether changes leave something stale, or partial, that was
// fresh, while Slack tells of what changes: then nothing else has it asked for.
func doubtful(changes []snapshot.Change) bool {
	return slices.ContainsFunc(changes, func(c snapshot.Change) bool {
		switch c.Kind {
		case snapshot.KindFreshness:
			kind, _ := snapshot.Unpair(c.Key)
			return kind != "messages" && c.Before.Str(snapshot.FreshHow) == "complete" && c.After.Str(snapshot.FreshHow) == "partial"
		case snapshot.KindLink:
			before, _ := c.Before.Int(snapshot.LinkLostAt)
			after, _ := c.After.Int(snapshot.LinkLostAt)
			return c.After.Is(snapshot.LinkUp) && before != after
		case snapshot.KindStub:
			kind, _ := snapshot.Unpair(c.Key)
			return kind == snapshot.KindFile.String() && c.After != ""
		case snapshot.KindUsergroup:
			return c.Before.Has(snapshot.UsergroupUsers) && c.After != "" && !c.After.Has(snapshot.UsergroupUsers)
		}
		return false
	})
}

// hint has Slack asked for what an event has changed without saying how.
func (s *State) hint(hints []reducer.Hint) {
	for _, h := range hints {
		if w, ok := s.wantFor(h); ok {
			s.queue.Hint(w)
		}
	}
}

// wantFor returns how to ask for what a hint names. Of what a conversation has
// been in bulk there is no telling without its id.
func (s *State) wantFor(h reducer.Hint) (w slacksync.Want, ok bool) {
	one := map[snapshot.Kind]string{
		snapshot.KindUser: "users.info", snapshot.KindBot: "bots.info",
		snapshot.KindConversation: "conversations.info", snapshot.KindRead: "conversations.info",
		snapshot.KindUsergroup: "usergroups.users.list", snapshot.KindFile: "files.info",
	}
	all := map[snapshot.Kind]string{
		snapshot.KindUser: "users.list", snapshot.KindConversation: "conversations.list",
		snapshot.KindUsergroup: "usergroups.list", snapshot.KindEmoji: "emoji.list",
		snapshot.KindSelf: "team.info", // the least that tells whether the token is still good
	}
	w = slacksync.Want{Method: one[h.Kind], ID: h.ID}
	unknown := h.Kind == snapshot.KindUsergroup && s.current.Load().Get(h.Kind, h.ID) == ""
	if h.ID == "" || unknown { // there is no method that tells of one user group
		w = slacksync.Want{Method: all[h.Kind]}
	}
	return w, w.Method != ""
}
