package reducer

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/snapshot"
)

// TestFreshness follows a program's life, and after each event asks how well
// the workspace is known.
func TestFreshness(t *testing.T) {
	const partial, stale, complete = snapshot.Partial, snapshot.Stale, snapshot.Complete
	type states struct{ Users, Conversations, Emoji, Members snapshot.FreshState }
	all := `{"types":"public_channel,private_channel,mpim,im"}`
	s, at := &snapshot.Snapshot{}, int64(epoch)
	for _, step := range []struct {
		what   string
		frames []string
		want   states
	}{
		{"nothing has happened", nil, states{}},
		{"a socket was asked for, and is there", []string{
			`{"type":"local.page","method":"rtm.connect","response":{"ok":true,"self":{"id":"U1","name":"me"}}}`, `{"type":"hello"}`,
		}, states{}},
		{"listing has begun", []string{
			`{"type":"local.call","call":"1","method":"users.list"}`,
			`{"type":"local.call","call":"2","method":"conversations.list"}`,
			`{"type":"local.page","call":"1","method":"users.list","response":{"ok":true,"members":[{"id":"U1"}]}}`,
			`{"type":"local.page","call":"2","method":"conversations.list","args":` + all + `,"response":{"ok":true,"channels":[{"id":"C1","name":"a"}]}}`,
		}, states{Users: partial, Conversations: partial}},
		{"one list was read to its end", []string{`{"type":"local.listed","call":"1","method":"users.list","seen":["U1"]}`},
			states{Users: complete, Conversations: partial}},
		{"and the other; one is refused", []string{
			`{"type":"local.listed","call":"2","method":"conversations.list","args":` + all + `,"seen":["C1"]}`,
			`{"type":"local.failed","method":"emoji.list","error":"missing_scope"}`,
		}, states{Users: complete, Conversations: complete}},
		{"the members of one conversation", []string{
			`{"type":"local.call","call":"3","method":"conversations.members"}`,
			`{"type":"local.page","call":"3","method":"conversations.members","args":{"channel":"C1"},"response":{"ok":true,"members":["U1"]}}`,
		}, states{Users: complete, Conversations: complete, Members: partial}},
		{"all of them", []string{`{"type":"local.listed","call":"3","method":"conversations.members","args":{"channel":"C1"},"seen":["U1"]}`},
			states{Users: complete, Conversations: complete, Members: complete}},
		{"events keep it so", []string{`{"type":"member_joined_channel","user":"U2","channel":"C1","team":"T1"}`, `{"type":"team_join","user":{"id":"U2"}}`},
			states{Users: complete, Conversations: complete, Members: complete}},
		{"archiving may move members", []string{`{"type":"channel_archive","channel":"C1"}`},
			states{Users: complete, Conversations: complete, Members: partial}},
		{"a listing is under way as the connection goes", []string{
			`{"type":"local.call","call":"4","method":"users.list"}`, `{"type":"local.offline"}`,
			`{"type":"local.listed","call":"4","method":"users.list","seen":["U1"]}`,
		}, states{Users: stale, Conversations: stale, Members: partial}},
		{"the next socket was asked for later", []string{
			`{"type":"local.page","method":"rtm.connect","response":{"ok":true,"self":{"id":"U1","name":"me"}}}`, `{"type":"hello"}`,
		}, states{Users: stale, Conversations: stale, Members: partial}},
		{"what is listed anew is fresh again", []string{
			`{"type":"local.call","call":"5","method":"users.list"}`,
			`{"type":"local.page","call":"5","method":"users.list","response":{"ok":true,"members":[{"id":"U1"},{"id":"U2"}]}}`,
			`{"type":"local.listed","call":"5","method":"users.list","seen":["U1","U2"]}`,
			`{"type":"local.page","method":"emoji.list","response":{"ok":true,"emoji":{}}}`,
		}, states{Users: complete, Conversations: stale, Emoji: complete, Members: partial}},
		{"a hello out of nowhere, as in a recording", []string{`{"type":"hello"}`},
			states{Users: stale, Conversations: stale, Emoji: stale, Members: partial}},
		{"the whole workspace at once, but for users", []string{
			`{"type":"local.page","method":"rtm.start","response":{"ok":true,"self":{"id":"U1"},"users":[],"channels":[{"id":"C1","members":["U1"]}],"groups":[],"ims":[],"emoji":{}}}`,
		}, states{Users: stale, Conversations: complete, Emoji: complete, Members: complete}},
		{"Slack dropped events", []string{`{"type":"app_rate_limited","minute_rate_limited":1700000580}`},
			states{Users: stale, Conversations: stale, Emoji: stale, Members: stale}},
		{"an emoji changed, but how?", []string{
			`{"type":"local.page","method":"emoji.list","response":{"ok":true,"emoji":{}}}`, `{"type":"emoji_changed"}`,
		}, states{Users: stale, Conversations: stale, Emoji: partial, Members: stale}},
	} {
		for _, frame := range step.frames {
			at += 60_000
			s, _ = reduce(t, s, frame, at)
			consistent(t, s)
		}
		got := states{s.Freshness(snapshot.CollectionUsers).State, s.Freshness(snapshot.CollectionConversations).State,
			s.Freshness(snapshot.CollectionEmoji).State, s.Freshness(snapshot.MembersOf("C1")).State}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.what, diff)
		}
	}
}

// A list that shows self outside of a conversation stops its counters, as the
// event would have: nothing tells of them any more.
func TestListShowsThatSelfLeft(t *testing.T) {
	s := &snapshot.Snapshot{}
	for _, frame := range []string{
		`{"type":"local.page","method":"rtm.start","response":{"ok":true,"self":{"id":"U1"},"users":[],
			"channels":[{"id":"C1","name":"a","is_member":true,"last_read":"1000000000.000100","unread_count":2,"unread_count_display":1}]}}`,
		`{"type":"local.page","method":"conversations.list","response":{"ok":true,"channels":[{"id":"C1","name":"a","is_member":false}]}}`,
	} {
		ev, err := Decode([]byte(frame), 1_000_000_000_000)
		if err != nil {
			t.Fatal(err)
		}
		s, _ = Reduce(Config{ListLag: DefaultListLag}, s, ev)
	}
	r := s.Get(snapshot.KindRead, "C1")
	if r.Has(snapshot.ReadUnread) || r.Has(snapshot.ReadUnreadDisplay) || r.Str(snapshot.ReadLastRead) == "" {
		t.Errorf("read state is %s, want the marker alone", snapshot.KindRead.Schema().AppendJSON(nil, "", r))
	}
	if s.IsMember("C1", "U1") {
		t.Error("self is still among the members")
	}
}

// A conversation that an event named, and that self is told it cannot see, was one
// for a while: it goes, unless the answer may only be too early.
func TestNowhere(t *testing.T) {
	const named = `{"type":"message","channel":"C9","user":"U2","text":"hi","ts":"1000000000.000100"}`
	refused := func(code string) string {
		return `{"type":"local.failed","method":"conversations.info","args":{"channel":"C9"},"error":"` + code + `"}`
	}
	lag := DefaultListLag.Milliseconds()
	type event struct {
		frame string
		after int64 // milliseconds
	}
	for _, tt := range []struct {
		name   string
		events []event
		there  bool
	}{
		{"named long ago", []event{{named, 0}, {refused("channel_not_found"), lag + 1}}, false},
		{"named just now", []event{{named, 0}, {refused("channel_not_found"), lag}}, true},
		{"refused for another reason", []event{{named, 0}, {refused("missing_scope"), lag + 1}}, true},
		{"told of", []event{{named, 0},
			{`{"type":"local.page","method":"conversations.info","args":{"channel":"C9"},"response":{"ok":true,"channel":{"id":"C9","name":"a"}}}`, 1},
			{refused("channel_not_found"), lag + 1}}, true},
		{"something happened there just now", []event{{named, 0},
			{`{"type":"member_joined_channel","user":"U1","channel":"C9"}`, lag}, {refused("channel_not_found"), lag + 1}}, true},
		{"named again later", []event{{named, 0}, {refused("channel_not_found"), lag + 1}, {named, lag + 2}}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &snapshot.Snapshot{}
			for _, ev := range append([]event{{`{"type":"local.page","method":"rtm.connect","response":{"ok":true,"self":{"id":"U1"}}}`, 0}}, tt.events...) {
				e, err := Decode([]byte(ev.frame), 1_000_000_000_000+ev.after)
				if err != nil {
					t.Fatal(err)
				}
				s, _ = Reduce(Config{ListLag: DefaultListLag}, s, e)
				consistent(t, s)
			}
			there := s.Get(snapshot.KindConversation, "C9") != ""
			stub := s.Get(snapshot.KindStub, snapshot.Pair("conversations", "C9")) != ""
			if there != tt.there || stub && !there {
				t.Errorf("there: %t, a stub: %t; want there: %t", there, stub, tt.there)
			}
		})
	}
}
