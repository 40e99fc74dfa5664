package slacktest_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/slackstate/slackstate/slacktest"
)

// A client that misses nothing can follow everything Random does: folding the
// frames over the first truth gives the last one.
func TestFramesTellTheWholeTruth(t *testing.T) {
	for seed := range uint64(4) {
		s := newServer(t, slacktest.Options{Users: 120, Seed: seed})
		c := newCaller(t, s)
		sock := c.connect()
		f := newFollower(truth(t, s))
		f.subscribe(sock)
		rng := rand.New(rand.NewPCG(seed, 1))
		var story []string
		for range 60 {
			for range 50 {
				story = append(story, s.Random(rng))
			}
			for _, frame := range sock.drain() {
				f.fold(frame)
				if frame["type"] == "team_join" {
					f.subscribe(sock)
				}
			}
		}
		for _, frame := range sock.drain() { // the presence last asked for
			f.fold(frame)
		}
		want := newFollower(truth(t, s))
		for id, r := range f.rooms {
			if r.Latest == unknown && want.rooms[id] != nil {
				r.Latest = want.rooms[id].Latest
			}
			if r.HasPins == unknown && want.rooms[id] != nil {
				r.HasPins = want.rooms[id].HasPins
			}
		}
		seen := cmpopts.IgnoreFields(room{}, "Seen")
		if diff := cmp.Diff(want, f, cmp.AllowUnexported(follower{}), seen); diff != "" {
			t.Fatalf("seed %d after %d operations, last %q (-truth +follower):\n%s", seed, len(story), story[len(story)-1], diff)
		}
	}
}

// follower is the least a client can know, kept the simplest way.
type follower struct {
	self     string
	users    map[string]obj
	rooms    map[string]*room
	bots     map[string]obj
	groups   map[string]obj
	mine     map[string]bool // user groups
	emoji    obj
	team     obj
	prefs    obj
	dnd      obj
	presence obj
	manual   any
}

// room is a conversation.
type room struct {
	Name, Topic, Purpose any
	Private, Archived    any
	Open                 any
	Previous             []string
	Members              map[string]bool
	LastRead, Latest     any
	Unread, Display      float64
	HasPins              any
	// Seen are the messages that could be the latest.
	Seen map[string]bool
}

func newFollower(all obj) *follower {
	f := &follower{
		self: all["self"].(obj)["id"].(string), users: map[string]obj{}, rooms: map[string]*room{},
		bots: map[string]obj{}, groups: map[string]obj{}, mine: map[string]bool{},
		emoji: all["emoji"].(obj), prefs: all["self"].(obj)["prefs"].(obj), manual: all["self"].(obj)["manual_presence"],
		dnd: all["dnd"].(obj), presence: all["presence"].(obj),
	}
	f.team = obj{}
	for _, field := range []string{"name", "domain", "url", "email_domain", "prefs"} {
		f.team[field] = all["team"].(obj)[field]
	}
	for _, u := range list(all, "users") {
		f.putUser(u)
	}
	for _, name := range []string{"channels", "groups", "mpims", "ims"} {
		for _, c := range list(all, name) {
			f.putRoom(c)
		}
	}
	for _, b := range list(all, "bots") {
		f.bots[b["id"].(string)] = b
	}
	for _, g := range list(all["subteams"].(obj), "all") {
		f.groups[g["id"].(string)] = g
	}
	for _, id := range strs(all["subteams"].(obj), "self") {
		f.mine[id] = true
	}
	return f
}

func (f *follower) subscribe(sock *socket) {
	ids := slices.Sorted(maps.Keys(f.users))
	quoted := `"` + strings.Join(ids, `","`) + `"`
	sock.send(`{"type":"presence_sub","ids":[` + quoted + `]}`)
	sock.send(`{"type":"presence_query","ids":[` + quoted + `]}`)
}

func (f *follower) putUser(u obj) {
	delete(u, "presence") // kept apart
	id := u["id"].(string)
	f.users[id] = u
	if u["deleted"] == true {
		delete(f.presence, id)
	}
}

func (f *follower) putRoom(c obj) *room {
	id := c["id"].(string)
	r := &room{Open: c["is_open"], Archived: c["is_archived"], Seen: map[string]bool{}}
	if c["is_im"] != true {
		r.Name, r.Private = c["name"], c["is_private"]
		r.Topic, r.Purpose = c["topic"].(obj)["value"], c["purpose"].(obj)["value"]
		r.Previous = strs(c, "previous_names")
		r.Members = map[string]bool{}
		for _, m := range strs(c, "members") {
			r.Members[m] = true
		}
	}
	r.LastRead = c["last_read"]
	if latest, has := c["latest"].(obj); has {
		r.Latest = latest["ts"]
		r.Seen[latest["ts"].(string)] = true
	}
	r.Unread, _ = c["unread_count"].(float64)
	r.Display, _ = c["unread_count_display"].(float64)
	r.HasPins = c["has_pins"] == true
	f.rooms[id] = r
	return r
}

// fold applies one frame.
func (f *follower) fold(frame obj) {
	kind := frame["type"].(string)
	id, _ := frame["channel"].(string)
	full, _ := frame["channel"].(obj)
	family, verb, _ := strings.Cut(kind, "_")
	switch family {
	case "channel", "group", "mpim", "im":
		f.foldRoom(verb, id, full, frame)
		return
	}
	switch kind {
	case "message":
		f.message(f.rooms[id], frame)
	case "member_joined_channel":
		if r := f.rooms[id]; r != nil {
			r.Members[frame["user"].(string)] = true
		}
	case "member_left_channel":
		if r := f.rooms[id]; r != nil {
			delete(r.Members, frame["user"].(string))
		}
	case "user_change", "team_join":
		f.putUser(frame["user"].(obj))
	case "presence_change":
		f.presence[frame["user"].(string)] = frame["presence"]
	case "manual_presence_change":
		f.manual = frame["presence"]
	case "dnd_updated":
		status := frame["dnd_status"].(obj)
		delete(status, "snooze_remaining")
		f.dnd[f.self] = status
	case "dnd_updated_user":
		if frame["user"] != f.self {
			f.dnd[frame["user"].(string)] = frame["dnd_status"]
		}
	case "bot_added", "bot_changed":
		b := frame["bot"].(obj)
		f.bots[b["id"].(string)] = b
	case "subteam_created", "subteam_updated":
		g := frame["subteam"].(obj)
		f.groups[g["id"].(string)] = g
	case "subteam_self_added":
		f.mine[frame["subteam_id"].(string)] = true
	case "subteam_self_removed":
		delete(f.mine, frame["subteam_id"].(string))
	case "emoji_changed":
		f.foldEmoji(frame)
	case "team_rename":
		f.team["name"] = frame["name"]
	case "team_domain_change":
		f.team["domain"], f.team["url"] = frame["domain"], frame["url"]
	case "email_domain_changed":
		f.team["email_domain"] = frame["email_domain"]
	case "team_pref_change":
		f.team["prefs"].(obj)[frame["name"].(string)] = frame["value"]
	case "pref_change":
		f.prefs[frame["name"].(string)] = frame["value"]
	case "pin_added":
		f.rooms[frame["channel_id"].(string)].HasPins = true
	case "pin_removed":
		f.rooms[frame["channel_id"].(string)].HasPins = frame["has_pins"]
	}
}

func (f *follower) foldRoom(verb, id string, full, frame obj) {
	switch verb {
	case "created": // also im_created
		id = full["id"].(string)
		if frame["user"] != nil {
			f.putRoom(with(full, "is_im", true))
			return
		}
		f.putRoom(obj{
			"id": id, "name": full["name"], "is_private": false, "is_archived": false,
			"topic": obj{"value": ""}, "purpose": obj{"value": ""},
		})
	case "joined":
		f.putRoom(full)
	case "left":
		if r := f.rooms[id]; r.Private == true {
			delete(f.rooms, id)
		} else {
			delete(r.Members, f.self)
			r.LastRead, r.Latest, r.Unread, r.Display = nil, nil, 0, 0
		}
	case "deleted":
		delete(f.rooms, id)
	case "archive":
		f.rooms[id].Archived = true
	case "unarchive":
		f.rooms[id].Archived = false
	case "rename":
		r := f.rooms[full["id"].(string)]
		r.Previous = append(r.Previous, r.Name.(string))
		r.Name = full["name"]
	case "open":
		f.rooms[id].Open = true
	case "close":
		f.rooms[id].Open = false
	case "marked":
		r := f.rooms[id]
		r.LastRead = frame["ts"]
		r.Display = frame["unread_count_display"].(float64)
		if n, has := frame["dm_count"].(float64); has {
			r.Unread = n
		} else {
			r.Unread = frame["unread_count"].(float64)
		}
	}
}

func with(o obj, key string, value any) obj {
	o = maps.Clone(o)
	o[key] = value
	return o
}

func (f *follower) foldEmoji(frame obj) {
	switch frame["subtype"] {
	case "add":
		f.emoji[frame["name"].(string)] = frame["value"]
	case "remove":
		for _, name := range strs(frame, "names") {
			delete(f.emoji, name)
		}
	case "rename":
		delete(f.emoji, frame["old_name"].(string))
		f.emoji[frame["new_name"].(string)] = frame["value"]
	}
}

// message keeps latest, the counters and what only messages tell.
func (f *follower) message(r *room, frame obj) {
	subtype, _ := frame["subtype"].(string)
	switch _, what, _ := strings.Cut(subtype, "_"); {
	case subtype == "channel_convert_to_private":
		r.Private = true
	case subtype == "channel_convert_to_public":
		r.Private = false
	case what == "topic":
		r.Topic = frame["topic"]
	case what == "purpose":
		r.Purpose = frame["purpose"]
	case subtype == "message_deleted" || subtype == "message_changed" || subtype == "message_replied":
		f.hidden(r, frame)
		return
	}
	reply := frame["thread_ts"] != nil && frame["thread_ts"] != frame["ts"] && subtype != "thread_broadcast"
	if reply {
		return
	}
	if r.Latest == nil || frame["ts"].(string) > r.Latest.(string) {
		r.Latest = frame["ts"]
	}
	r.Seen[frame["ts"].(string)] = true
	if frame["user"] == f.self || frame["ts"].(string) <= r.LastRead.(string) {
		return
	}
	r.Unread++
	if !strings.HasPrefix(subtype, "channel_") && !strings.HasPrefix(subtype, "group_") {
		r.Display++
	}
}

// hidden takes a deleted message off. Which one was before it the frame does not
// say: that is known only of messages that came while following.
func (f *follower) hidden(r *room, frame obj) {
	previous, _ := frame["previous_message"].(obj)
	inner, _ := frame["message"].(obj)
	gone := frame["subtype"] == "message_deleted" || inner["subtype"] == "tombstone"
	reply := previous["thread_ts"] != nil && previous["thread_ts"] != previous["ts"] && previous["subtype"] != "thread_broadcast"
	if gone && previous["pinned_to"] != nil {
		r.HasPins = unknown // there may be others
	}
	if !gone || reply {
		return
	}
	if ts := previous["ts"].(string); previous["user"] != f.self && ts > r.LastRead.(string) {
		r.Unread--
		r.Display--
	}
	delete(r.Seen, previous["ts"].(string))
	if r.Latest == previous["ts"] {
		r.Latest = unknown
		for ts := range r.Seen {
			r.Latest = max(r.Latest.(string), ts)
		}
	}
}

// unknown is what frames alone do not tell: the latest message of a room all of
// whose known ones were deleted, and whether a deleted pin was the last one.
const unknown = ""
