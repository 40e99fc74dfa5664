package slacktest_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slackstate/slackstate/slacktest"
)

// What self does over the Web API is what it would be as an operation.
func TestWrites(t *testing.T) {
	sc := newScene(t)
	stranger, posted := sc.addUser(), ""
	sc.sock.drain()
	for _, step := range []struct {
		name, method string
		args         []string
		want         string
	}{
		{"post", "chat.postMessage", []string{"channel", sc.room, "text", "hi"}, "message+"},
		{"answer", "chat.postMessage", []string{"channel", sc.room, "text", "hi", "thread_ts", sc.ts}, "message+ message/message_replied+"},
		{"join", "conversations.join", []string{"channel", sc.away}, "channel_joined member_joined_channel+ message/channel_join+"},
		{"mark", "conversations.mark", []string{"channel", sc.room, "ts", sc.ts}, "channel_marked"},
		{"leave", "conversations.leave", []string{"channel", sc.away}, "channel_left+ member_left_channel+"},
		{"post for later", "chat.postMessage", []string{"channel", sc.room, "text", "hi"}, "message+"},
		{"edit", "chat.update", []string{"channel", sc.room, "ts", "", "text", "hello"}, "message/message_changed+"},
		{"delete", "chat.delete", []string{"channel", sc.room, "ts", ""}, "message/message_deleted+"},
		{"rename", "conversations.rename", []string{"channel", sc.room, "name", "parlour"}, "channel_rename+ message/channel_name+"},
		{"set a topic", "conversations.setTopic", []string{"channel", sc.room, "topic", "tea"}, "message/channel_topic+"},
		{"invite", "conversations.invite", []string{"channel", sc.room, "users", stranger}, "member_joined_channel+ message/channel_join+"},
		{"archive", "conversations.archive", []string{"channel", sc.room}, "message/channel_archive+ channel_archive+"},
		{"unarchive", "conversations.unarchive", []string{"channel", sc.room}, "channel_unarchive+ message/channel_unarchive+"},
		{"create", "conversations.create", []string{"name", "cellar"}, "channel_created+ channel_joined member_joined_channel+ message/channel_join+"},
		{"open an IM", "conversations.open", []string{"users", stranger}, "im_created+ im_open+"},
		{"open a group DM", "conversations.open", []string{"users", sc.ann + "," + sc.bob}, "mpim_joined group_joined mpim_open+"},
	} {
		t.Run(step.name, func(t *testing.T) {
			if at := slices.Index(step.args, "ts"); at >= 0 && step.args[at+1] == "" {
				step.args[at+1] = posted
			}
			if answer := sc.call(step.method, step.args...); step.method == "chat.postMessage" {
				posted = answer["ts"].(string)
			}
			if diff := cmp.Diff(step.want, summaries(sc.sock.drain())); diff != "" {
				t.Errorf("frames (-want +got):\n%s", diff)
			}
		})
	}
	for _, tt := range []struct {
		method, code string
		args         []string
	}{
		{"chat.postMessage", "channel_not_found", []string{"channel", "C0", "text", "hi"}},
		{"chat.postMessage", "no_text", []string{"channel", sc.room}},
		{"conversations.join", "method_not_supported_for_channel_type", []string{"channel", sc.priv}},
		{"conversations.leave", "not_in_channel", []string{"channel", sc.away}},
		{"conversations.mark", "message_not_found", []string{"channel", sc.room, "ts", "1.000000"}},
		{"conversations.open", "users_list_not_supplied", nil},
	} {
		if got := sc.try(tt.method, tt.args...)["error"]; got != tt.code {
			t.Errorf("%s %v: %v, want %s", tt.method, tt.args, got, tt.code)
		}
	}
}

// History pages from the newest message to the oldest and leaves replies out;
// replies have the parent first.
func TestHistory(t *testing.T) {
	sc := newScene(t)
	im := must(sc.OpenIM(sc.addUser()))
	var posted []string
	for i := range 7 {
		posted = append(posted, must(sc.Post(sc.self, im, fmt.Sprint("message ", i))))
	}
	child := must(sc.PostThreadReply(sc.self, im, posted[2], "reply", false))
	stamps := func(pages ...obj) (all []string) {
		for _, page := range pages {
			for _, m := range list(page, "messages") {
				all = append(all, m["ts"].(string))
			}
		}
		return all
	}
	backwards := []string{posted[6], posted[5], posted[4], posted[3], posted[2], posted[1], posted[0]}
	for _, tt := range []struct {
		name, method string
		args         []string
		want         []string
	}{
		{"all", "conversations.history", []string{"limit", "3"}, backwards},
		{"after", "conversations.history", []string{"oldest", posted[4]}, backwards[:2]},
		{"from", "conversations.history", []string{"oldest", posted[4], "inclusive", "1"}, backwards[:3]},
		{"before", "conversations.history", []string{"latest", posted[1]}, backwards[6:]},
		{"thread", "conversations.replies", []string{"ts", posted[2], "limit", "1"}, []string{posted[2], child}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pages := sc.pages(tt.method, "messages", append(tt.args, "channel", im)...)
			if diff := cmp.Diff(tt.want, stamps(pages...)); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
	if got := sc.try("conversations.history", "channel", sc.away)["error"]; got != "not_in_channel" {
		t.Errorf("history of a channel self is not in: %v", got)
	}
	// A cursor survives the deletion of the message it points at.
	cursor := nextCursor(sc.call("conversations.history", "channel", im, "limit", "3"))
	ok(t, sc.DeleteMessage(sc.self, im, posted[3]))
	rest := stamps(sc.call("conversations.history", "channel", im, "cursor", cursor))
	if diff := cmp.Diff(backwards[4:], rest); diff != "" {
		t.Errorf("after the deletion (-want +got):\n%s", diff)
	}
}

// Pins are listed as they were set.
func TestPinsList(t *testing.T) {
	sc := newScene(t)
	ok(t, sc.Pin(sc.bob, sc.room, sc.ts))
	items := list(sc.call("pins.list", "channel", sc.room), "items")
	if len(items) != 1 {
		t.Fatalf("%d pins", len(items))
	}
	m := items[0]["message"].(obj)
	want := []any{"message", sc.room, sc.bob, sc.ts, []any{sc.room}}
	if diff := cmp.Diff(want, []any{items[0]["type"], items[0]["channel"], items[0]["created_by"], m["ts"], m["pinned_to"]}); diff != "" {
		t.Errorf("pin (-want +got):\n%s", diff)
	}
	if sc.conv(sc.room)["has_pins"] != true {
		t.Error("the channel does not say has_pins")
	}
}

// With PlainMarks a read marker is as documented.
func TestPlainMarks(t *testing.T) {
	s := newServer(t, slacktest.Options{PlainMarks: true})
	sock := newCaller(t, s).connect()
	who := cast(t, s)
	im := must(s.OpenIM(who.ann))
	ts := must(s.Post(who.ann, im, "hello"))
	sock.drain()
	ok(t, s.MarkRead(im, ""))
	if diff := cmp.Diff([]obj{{"type": "im_marked", "channel": im, "ts": ts}}, sock.drain()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
