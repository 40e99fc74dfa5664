package slacktest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// Truth returns everything the authed user may see, as one JSON object shaped
// like an rtm.start response: self, team, users, channels (public), groups
// (private), mpims, ims, bots, subteams, emoji, dnd, presence and messages, with
// Slack's field names and each list sorted by id.
//
//  1. Channels, groups and mpims have their full sorted members and is_member.
//  2. Conversations self is in, and only those, have last_read, unread_count,
//     unread_count_display and latest (null when there is no message).
//  3. dnd has an entry for everyone with a schedule or a snooze, and for self.
//  4. users has people of other workspaces while a conversation has them.
//  5. presence has an entry for every account that is not deactivated.
//  6. messages has what is remembered of each conversation self is in, replies and
//     the tombstones of deleted parents included, oldest first.
func (w *Workspace) Truth() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	truth := w.startLists(startArgs{mpimAware: true})
	truth["ok"] = true
	truth["self"] = w.selfJSON()
	full := w.team.fullJSON()
	full["profile"] = object{"fields": append([]profileField{}, w.team.fields...)}
	truth["team"] = full
	truth["emoji"] = w.emoji
	dnd, presence := object{}, make(map[string]string, len(w.users))
	for _, u := range w.users {
		switch {
		case u == w.self:
			status := u.dnd.ownStatusJSON(w.clock.last)
			delete(status, "snooze_remaining") // true only for the second it was said in
			dnd[u.id] = status
		case u.dnd != nil:
			dnd[u.id] = u.dnd.statusJSON()
		}
		if !u.deleted {
			presence[u.id] = u.presence()
		}
	}
	truth["dnd"], truth["presence"] = dnd, presence
	messages := make(map[string][]messageJSON, len(w.convs))
	for _, c := range w.convs {
		if !c.has(w.self) {
			continue
		}
		for _, m := range c.history {
			messages[c.id] = append(messages[c.id], w.messageJSON(c, m))
		}
	}
	truth["messages"] = messages
	truth["users"] = sorted(append(w.foreigners(), truth["users"].([]userJSON)...),
		func(a, b userJSON) int { return cmp.Compare(a.ID, b.ID) })
	return marshal(truth)
}

// StartJSON returns the complete response of the old rtm.start: the body a
// client got with mpim_aware set and nothing left out. Its url is a placeholder;
// call rtm.start over HTTP for one that opens.
func (w *Workspace) StartJSON() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	body := w.startJSON(startArgs{mpimAware: true, locale: true})
	body["url"] = "wss://wss-primary.slack.com/websocket/placeholder"
	return marshal(body)
}

// startArgs are the arguments of rtm.start.
type startArgs struct {
	mpimAware, noLatest, noUnreads, simpleLatest, locale bool
	// trimmed applies what Slack left out of rtm.start over the years.
	trimmed bool
}

// trimmedMembers is where the last full rtm.start cut member lists.
const trimmedMembers = 500

func (w *Workspace) startJSON(args startArgs) object {
	body := w.startLists(args)
	body["ok"] = true
	body["self"] = w.selfJSON()
	body["team"] = w.team.fullJSON()
	body["dnd"] = w.self.dnd.ownStatusJSON(w.clock.last)
	body["latest_event_ts"] = fmt.Sprintf("%d.000000", w.clock.last.seconds())
	body["cache_ts"] = w.clock.last.seconds()
	body["cache_ts_version"] = "v2-bunny"
	body["cache_version"] = "v21-nomad"
	body["accept_tos_url"] = nil
	body["is_europe"] = false
	body["can_manage_shared_channels"] = false
	body["mobile_app_requires_upgrade"] = false
	for _, list := range []string{"read_only_channels", "non_threadable_channels", "thread_only_channels"} {
		body[list] = []string{}
	}
	return body
}

// startLists are the lists that rtm.start and the truth have in common.
func (w *Workspace) startLists(args startArgs) object {
	users := make([]userJSON, 0, len(w.users))
	for _, u := range sorted(w.users, byUserID) {
		j := w.userEverything(u)
		if args.trimmed {
			j.Presence = ""
		}
		if args.locale {
			j.Locale = u.locale
		}
		users = append(users, j)
	}
	lists := map[kind][]any{public: {}, private: {}, mpim: {}, im: {}}
	truncated := false
	for _, c := range sorted(w.convs, func(a, b *conv) int { return cmp.Compare(a.id, b.id) }) {
		if !w.visible(c) {
			continue
		}
		j, cut := w.startConv(c, args)
		truncated = truncated || cut
		list := c.kind
		if list == mpim && !args.mpimAware {
			list = private // clients that know nothing of MPIMs see a group
		}
		lists[list] = append(lists[list], j)
	}
	bots := make([]botJSON, 0, len(w.bots))
	for _, b := range sorted(w.bots, func(a, b *bot) int { return cmp.Compare(a.id, b.id) }) {
		bots = append(bots, b.json(""))
	}
	body := object{
		"users": users, "bots": bots, "subteams": w.subteamLists(),
		"channels": lists[public], "groups": lists[private], "mpims": lists[mpim], "ims": lists[im],
	}
	if !args.mpimAware {
		delete(body, "mpims")
	}
	if truncated {
		warn(body, "member_list_truncated")
	}
	return body
}

func (w *Workspace) subteamLists() object {
	self, all := []string{}, make([]subteamJSON, 0, len(w.subteams))
	for _, s := range sorted(w.subteams, func(a, b *subteam) int { return cmp.Compare(a.id, b.id) }) {
		all = append(all, w.subteamFull(s))
		if s.has(w.self) && s.disabled == 0 {
			self = append(self, s.id)
		}
	}
	return object{"self": self, "all": all}
}

// startConv is a conversation as rtm.start showed it, and whether its member
// list was cut.
func (w *Workspace) startConv(c *conv, args startArgs) (any, bool) {
	read := w.readJSON(c, args)
	if c.kind == im {
		j := w.imRow(c)
		j.IsOpen, j.readJSON = &c.open, read
		return j, false
	}
	j := w.convRow(c)
	j.IsMember, j.Members, j.readJSON = ptr(c.has(w.self)), c.memberIDs(), read
	if args.trimmed && len(j.Members) > trimmedMembers {
		j.Members = j.Members[:trimmedMembers]
		return j, true
	}
	return j, false
}

// readJSON is the read state of self, or nil where self is not a member.
func (w *Workspace) readJSON(c *conv, args startArgs) *readJSON {
	if !c.has(w.self) {
		return nil
	}
	j := &readJSON{LastRead: c.lastRead.String()}
	slim := args.trimmed && c.kind == public
	if !args.noLatest && !slim {
		switch {
		case c.latest == nil:
			j.Latest = nothing{}
		case args.simpleLatest:
			j.Latest = c.latest.ts.String()
		default:
			j.Latest = w.messageJSON(c, c.latest)
		}
	}
	if !args.noLatest && !args.noUnreads && !slim {
		j.UnreadCount, j.UnreadDisplay = ptr(c.unread), ptr(c.unreadDisplay)
	}
	return j
}

func (w *Workspace) selfJSON() object {
	return object{
		"id": w.self.id, "name": w.self.handle, "created": w.selfBorn,
		"manual_presence": w.manual, "prefs": w.prefs,
	}
}

func sorted[T any](list []T, compare func(a, b T) int) []T {
	return slices.SortedFunc(slices.Values(list), compare)
}

func ptr[T any](v T) *T { return &v }

// marshal encodes what this package built itself, which always encodes. It
// leaves <, > and & as they are, as Slack does. Values made from the truth must
// be encoded before its lock is released.
func marshal(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("slacktest: encode %T: %v", v, err))
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}
