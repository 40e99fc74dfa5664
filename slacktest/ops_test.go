package slacktest_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slackstate/slackstate/slacktest"
)

// scene is a workspace with a socket and some conversations to act in.
type scene struct {
	t *testing.T
	*slacktest.Server
	people
	*caller
	sock             *socket
	room, away, priv string // public with self, public without, private with self
	ts               string // a message of ann's in room
}

func newScene(t *testing.T) *scene {
	s := newServer(t, slacktest.Options{Users: 60, Seed: 3})
	sc := &scene{t: t, Server: s, people: cast(t, s), caller: newCaller(t, s)}
	sc.room = must(s.CreateChannel(slacktest.ChannelSpec{Name: "room", Creator: sc.ann, Members: []string{sc.self, sc.bob}}))
	sc.away = must(s.CreateChannel(slacktest.ChannelSpec{Name: "elsewhere", Creator: sc.ann, Members: []string{sc.bob}}))
	sc.priv = must(s.CreateChannel(slacktest.ChannelSpec{Name: "secret", Creator: sc.ann, Private: true, Members: []string{sc.self, sc.bob}}))
	sc.ts = must(s.Post(sc.ann, sc.room, "first"))
	sc.sock = sc.connect()
	return sc
}

// conv is a conversation as the truth has it, or nil.
func (sc *scene) conv(id string) obj {
	sc.t.Helper()
	all := truth(sc.t, sc.Server)
	for _, name := range []string{"channels", "groups", "mpims", "ims"} {
		if c := find(list(all, name), id); c != nil {
			return c
		}
	}
	return nil
}

// Every operation, and the frames self gets for it. "+" marks frames that carry
// an event_ts.
func TestOperationsSendTheFramesSlackSends(t *testing.T) {
	past := time.Unix(1_600_000_000, 0)
	steps := []struct {
		name string
		do   func(*scene) error
		want string
	}{
		{"a public channel is created by another", func(sc *scene) error {
			_, err := sc.CreateChannel(slacktest.ChannelSpec{Name: "a", Creator: sc.ann})
			return err
		}, "channel_created+ member_joined_channel+"},
		{"a public channel is created with self", func(sc *scene) error {
			_, err := sc.CreateChannel(slacktest.ChannelSpec{Name: "b", Creator: sc.ann, Members: []string{sc.self}})
			return err
		}, "channel_created+ member_joined_channel+ channel_joined member_joined_channel+ message/channel_join+"},
		{"a private channel is created without self", func(sc *scene) error {
			_, err := sc.CreateChannel(slacktest.ChannelSpec{Name: "c", Creator: sc.ann, Private: true})
			return err
		}, ""},
		{"a private channel is created with self", func(sc *scene) error {
			_, err := sc.CreateChannel(slacktest.ChannelSpec{Name: "d", Creator: sc.ann, Private: true, Members: []string{sc.self}})
			return err
		}, "group_joined member_joined_channel+ message/channel_join+"},
		{"a channel with self is renamed", func(sc *scene) error { return sc.RenameChannel(sc.ann, sc.room, "room2") },
			"channel_rename+ message/channel_name+"},
		{"a channel without self is renamed", func(sc *scene) error { return sc.RenameChannel(sc.ann, sc.away, "elsewhere2") },
			"channel_rename+"},
		{"a private channel is renamed", func(sc *scene) error { return sc.RenameChannel(sc.ann, sc.priv, "secret2") },
			"group_rename+ message/channel_name+"},
		{"a channel is archived", func(sc *scene) error { return sc.ArchiveChannel(sc.ann, sc.room) },
			"message/channel_archive+ channel_archive+"},
		{"a channel is unarchived", func(sc *scene) error { return sc.UnarchiveChannel(sc.ann, sc.room) },
			"channel_unarchive+ message/channel_unarchive+"},
		{"a private channel is archived", func(sc *scene) error { return sc.ArchiveChannel(sc.ann, sc.priv) },
			"message/channel_archive+ group_archive+"},
		{"a private channel is unarchived", func(sc *scene) error { return sc.UnarchiveChannel(sc.ann, sc.priv) },
			"group_unarchive+ message/channel_unarchive+"},
		{"the topic is set", func(sc *scene) error { return sc.SetTopic(sc.ann, sc.room, "T") }, "message/channel_topic+"},
		{"the topic is set where self is not", func(sc *scene) error { return sc.SetTopic(sc.ann, sc.away, "T") }, ""},
		{"the purpose is set", func(sc *scene) error { return sc.SetPurpose(sc.ann, sc.room, "P") }, "message/channel_purpose+"},
		{"another joins", func(sc *scene) error { return sc.Join(sc.owner, sc.room) }, "member_joined_channel+ message/channel_join+"},
		{"another joins where self is not", func(sc *scene) error { return sc.Join(sc.owner, sc.away) }, "member_joined_channel+"},
		{"another joins again", func(sc *scene) error { return sc.Join(sc.owner, sc.away) }, ""},
		{"another leaves", func(sc *scene) error { return sc.Leave(sc.owner, sc.room) }, "member_left_channel+ message/channel_leave+"},
		{"self joins", func(sc *scene) error { return sc.Join(sc.self, sc.away) },
			"channel_joined member_joined_channel+ message/channel_join+"},
		{"self leaves", func(sc *scene) error { return sc.Leave(sc.self, sc.away) }, "channel_left+ member_left_channel+"},
		{"self is invited", func(sc *scene) error { return sc.Invite(sc.ann, sc.away, sc.self) },
			"channel_joined member_joined_channel+ message/channel_join+"},
		{"another is invited to a private channel", func(sc *scene) error { return sc.Invite(sc.ann, sc.priv, sc.owner) },
			"member_joined_channel+ message/channel_join+"},
		{"self leaves a private channel", func(sc *scene) error { return sc.Leave(sc.self, sc.priv) },
			"group_left+ member_left_channel+"},
		{"the private channel goes on without self", func(sc *scene) error { return sc.Leave(sc.owner, sc.priv) }, ""},
		{"a channel becomes private", func(sc *scene) error { return sc.ConvertToPrivate(sc.ann, sc.room) },
			"message/channel_convert_to_private+"},
		{"a channel becomes public", func(sc *scene) error { return sc.ConvertToPublic(sc.ann, sc.room) },
			"message/channel_convert_to_public+"},
		{"a message", func(sc *scene) error { _, err := sc.Post(sc.ann, sc.room, "x"); return err }, "message+"},
		{"a message of self from elsewhere", func(sc *scene) error { _, err := sc.Post(sc.self, sc.room, "x"); return err }, "message+"},
		{"a reply", func(sc *scene) error { _, err := sc.PostThreadReply(sc.bob, sc.room, sc.ts, "x", false); return err },
			"message+ message/message_replied+"},
		{"a reply shown in the channel", func(sc *scene) error {
			_, err := sc.PostThreadReply(sc.bob, sc.room, sc.ts, "x", true)
			return err
		}, "message/thread_broadcast+ message/message_replied+"},
		{"a parent is deleted", func(sc *scene) error { return sc.DeleteMessage(sc.ann, sc.room, sc.ts) }, "message/message_changed+"},
		{"typing", func(sc *scene) error { return sc.Typing(sc.ann, sc.room) }, "user_typing"},
		{"self reads a channel", func(sc *scene) error { return sc.MarkRead(sc.room, "") }, "channel_marked"},
		{"an IM is made", func(sc *scene) error { _, err := sc.OpenIM(sc.addUser()); return err },
			"team_join+ member_joined_channel+ message/channel_join+ im_created+ im_open+"},
		{"a group DM is made by another", func(sc *scene) error { _, err := sc.OpenMPIM(sc.ann, sc.self, sc.bob); return err },
			"mpim_joined group_joined"},
		{"self opens the same group DM", func(sc *scene) error { _, err := sc.OpenMPIM(sc.self, sc.ann, sc.bob); return err },
			"mpim_open+"},
		{"a group DM without self", func(sc *scene) error { _, err := sc.OpenMPIM(sc.ann, sc.owner, sc.bob); return err }, ""},
		{"a profile changes", func(sc *scene) error { return sc.UpdateProfile(sc.ann, map[string]string{"title": "CTO"}) },
			"user_change+ user_profile_changed+"},
		{"a status changes", func(sc *scene) error { return sc.SetStatus(sc.ann, "away", ":bus:", time.Time{}) },
			"user_change+ user_profile_changed+ user_status_changed+"},
		{"an account is deactivated", func(sc *scene) error { return sc.DeactivateUser(sc.bob) }, "user_change+"},
		{"presence nobody subscribed to", func(sc *scene) error { return sc.SetPresence(sc.ann, "active") }, ""},
		{"own presence", func(sc *scene) error { return sc.SetPresence(sc.self, "away") }, "manual_presence_change"},
		{"another's schedule", func(sc *scene) error { return sc.SetDND(sc.ann, past, past.Add(time.Hour)) }, "dnd_updated_user+"},
		{"own schedule", func(sc *scene) error { return sc.SetDND(sc.self, past, past.Add(time.Hour)) }, "dnd_updated+ dnd_updated_user+"},
		{"snooze", func(sc *scene) error { return sc.Snooze(time.Hour) }, "dnd_updated+ dnd_updated_user+"},
		{"own preference", func(sc *scene) error { return sc.SetPref("time24", false) }, "pref_change"},
		{"team preference", func(sc *scene) error { return sc.SetTeamPref("x", []int{1}) }, "team_pref_change"},
		{"team name", func(sc *scene) error { return sc.RenameTeam("N") }, "team_rename"},
		{"team domain", func(sc *scene) error { return sc.ChangeDomain("n") }, "team_domain_change"},
		{"e-mail domain", func(sc *scene) error { sc.ChangeEmailDomain("n.example"); return nil }, "email_domain_changed+"},
		{"a bot is added", func(sc *scene) error { _, _, err := sc.AddBot("helper"); return err }, "bot_added+ team_join+"},
		{"an emoji is added", func(sc *scene) error { return sc.AddEmoji("e", "") }, "emoji_changed/add+"},
		{"an emoji is renamed", func(sc *scene) error { return sc.RenameEmoji("e", "f") }, "emoji_changed/rename+"},
		{"an emoji is removed", func(sc *scene) error { return sc.RemoveEmoji("f") }, "emoji_changed/remove+"},
		{"a user group with self", func(sc *scene) error { _, err := sc.CreateSubteam("G", "g", sc.self, sc.ann); return err },
			"subteam_created subteam_members_changed subteam_updated subteam_self_added"},
		{"a public channel is deleted", func(sc *scene) error { return sc.DeleteChannel(sc.ann, sc.room) }, "channel_deleted+"},
		{"a private channel self left is deleted", func(sc *scene) error { return sc.DeleteChannel(sc.ann, sc.priv) }, ""},
	}
	sc := newScene(t)
	sc.sock.drain()
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			ok(t, step.do(sc))
			if diff := cmp.Diff(step.want, summaries(sc.sock.drain())); diff != "" {
				t.Errorf("frames (-want +got):\n%s", diff)
			}
		})
	}
}

// addUser adds somebody self has no IM with.
func (sc *scene) addUser() string { return must(sc.AddUser("New Person")) }

// What Slack would refuse is refused with Slack's code, and nothing is sent.
func TestOperationsRefuse(t *testing.T) {
	sc := newScene(t)
	archived := must(sc.CreateChannel(slacktest.ChannelSpec{Name: "closed", Creator: sc.ann}))
	im := must(sc.OpenIM(sc.ann))
	ok(t, sc.ArchiveChannel(sc.ann, archived), sc.DeactivateUser(sc.bob))
	general := list(truth(t, sc.Server), "channels")
	var generalID string
	for _, c := range general {
		if c["is_general"] == true {
			generalID = c["id"].(string)
		}
	}
	sc.sock.drain()
	post := func(user, channel, text string) error { _, err := sc.Post(user, channel, text); return err }
	create := func(name string) error {
		_, err := sc.CreateChannel(slacktest.ChannelSpec{Name: name})
		return err
	}
	for _, tt := range []struct {
		name string
		err  error
		want slacktest.Error
	}{
		{"unknown user", post("U0NOBODY", sc.room, "x"), "user_not_found"},
		{"unknown channel", post(sc.ann, "C0NOWHERE", "x"), "channel_not_found"},
		{"deactivated author", post(sc.bob, sc.room, "x"), "account_inactive"},
		{"author outside", post(sc.owner, sc.room, "x"), "not_in_channel"},
		{"archived channel", post(sc.ann, archived, "x"), "is_archived"},
		{"empty text", post(sc.ann, sc.room, "  "), "no_text"},
		{"long text", post(sc.ann, sc.room, strings.Repeat("é", 4001)), "msg_too_long"},
		{"name in use", create("room"), "name_taken"},
		{"name with a space", create("a b"), "invalid_name_specials"},
		{"upper-case name", create("Room"), "invalid_name_specials"},
		{"long name", create(strings.Repeat("x", 81)), "invalid_name_maxlength"},
		{"no name", create(""), "invalid_name_required"},
		{"join a private channel", sc.Join(sc.owner, sc.priv), "method_not_supported_for_channel_type"},
		{"rename an IM", sc.RenameChannel("", im, "x"), "method_not_supported_for_channel_type"},
		{"leave #general", sc.Leave(sc.ann, generalID), "cant_leave_general"},
		{"archive #general", sc.ArchiveChannel("", generalID), "cant_archive_general"},
		{"archive twice", sc.ArchiveChannel("", archived), "already_archived"},
		{"unarchive what is open", sc.UnarchiveChannel("", sc.room), "not_archived"},
		{"mark a message that is none", sc.MarkRead(sc.room, "1.000001"), "message_not_found"},
		{"mark where self is not", sc.MarkRead(sc.away, ""), "not_in_channel"},
		{"edit another's message", sc.EditMessage(sc.owner, sc.room, sc.ts, "x"), "cant_update_message"},
		{"react to nothing", sc.AddReaction(sc.ann, sc.room, "1.000001", "eyes"), "message_not_found"},
		{"unpin what is not pinned", sc.Unpin(sc.ann, sc.room, sc.ts), "no_pin"},
		{"unknown profile field", sc.UpdateProfile(sc.ann, map[string]string{"shoe_size": "42"}), "invalid_profile"},
		{"deactivate self", sc.DeactivateUser(sc.self), "cant_deactivate"},
		{"presence there is not", sc.SetPresence(sc.ann, "asleep"), "invalid_presence"},
		{"emoji in use", sc.AddEmoji("party_parrot", ""), "error_name_taken"},
		{"emoji there is not", sc.RemoveEmoji("nope"), "emoji_not_found"},
		{"user group there is not", sc.EnableSubteam("S0", true), "no_such_subteam"},
		{"bot there is not", sc.ChangeBot("B0", "x", false), "bot_not_found"},
		{"snooze that is not on", sc.Snooze(0), "snooze_not_active"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !errors.Is(tt.err, tt.want) {
				t.Errorf("got %v, want %v", tt.err, tt.want)
			}
		})
	}
	if got := sc.sock.drain(); got != nil {
		t.Errorf("refusals sent %v", got)
	}
}

// scrub replaces what differs from run to run.
func scrub(v any, names map[string]string) any {
	switch v := v.(type) {
	case obj:
		out := obj{}
		for k, item := range v {
			out[k] = scrub(item, names)
		}
		return out
	case []any:
		out := []any{}
		for _, item := range v {
			out = append(out, scrub(item, names))
		}
		return out
	case string:
		if name, ok := names[v]; ok {
			return name
		}
		if len(v) == 17 && v[10] == '.' {
			return "TS"
		}
	}
	return v
}

// The small frames, whole.
func TestFrames(t *testing.T) {
	sc := newScene(t)
	team := truth(t, sc.Server)["team"].(obj)["id"].(string)
	names := map[string]string{
		sc.ann: "ANN", sc.bob: "BOB", sc.self: "SELF", sc.room: "ROOM", sc.priv: "PRIV", sc.away: "AWAY", team: "TEAM", sc.ts: "FIRST",
	}
	for _, tt := range []struct {
		name string
		do   func() error
		want string
	}{
		{"join", func() error { return sc.Join(sc.owner, sc.away) },
			`{"type":"member_joined_channel","user":"` + sc.owner + `","channel":"AWAY","channel_type":"C","team":"TEAM","event_ts":"TS","ts":"TS"}`},
		{"invited", func() error { return sc.Invite(sc.ann, sc.room, sc.owner) },
			`{"type":"member_joined_channel","user":"` + sc.owner + `","channel":"ROOM","channel_type":"C","team":"TEAM","inviter":"ANN","event_ts":"TS","ts":"TS"}`},
		{"archive", func() error { return sc.ArchiveChannel(sc.bob, sc.away) },
			`{"type":"channel_archive","channel":"AWAY","user":"BOB","is_moved":0,"event_ts":"TS"}`},
		{"delete", func() error { return sc.DeleteChannel(sc.bob, sc.away) },
			`{"type":"channel_deleted","channel":"AWAY","actor_id":"BOB","event_ts":"TS"}`},
		{"type", func() error { return sc.Typing(sc.ann, sc.room) }, `{"type":"user_typing","channel":"ROOM","user":"ANN"}`},
		{"react", func() error { return sc.AddReaction(sc.bob, sc.room, sc.ts, "eyes") },
			`{"type":"reaction_added","user":"BOB","reaction":"eyes","item_user":"ANN","item":{"type":"message","channel":"ROOM","ts":"FIRST"},"event_ts":"TS"}`},
		{"mark", func() error { return sc.MarkRead(sc.room, sc.ts) },
			`{"type":"channel_marked","channel":"ROOM","ts":"FIRST","unread_count":1,"unread_count_display":0,"num_mentions":0,"num_mentions_display":0,"mention_count":0,"mention_count_display":0}`},
		{"delete a message", func() error {
			ts := must(sc.Post(sc.ann, sc.room, "oops"))
			sc.sock.drain()
			names[ts] = "OOPS"
			return sc.DeleteMessage(sc.ann, sc.room, ts)
		}, `{"type":"message","subtype":"message_deleted","hidden":true,"channel":"ROOM","ts":"TS","deleted_ts":"OOPS","event_ts":"TS"}`},
		{"rename the team", func() error { return sc.RenameTeam("New & Co") }, `{"type":"team_rename","name":"New & Co"}`},
		{"change the domain", func() error { return sc.ChangeDomain("newco") },
			`{"type":"team_domain_change","domain":"newco","url":"https://newco.slack.com/"}`},
		{"preference", func() error { return sc.SetPref("muted_channels", "C1,C2") },
			`{"type":"pref_change","name":"muted_channels","value":"C1,C2"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sc.sock.drain()
			ok(t, tt.do())
			got := scrub(sc.sock.drain()[0], names).(obj)
			delete(got, "previous_message")
			if diff := cmp.Diff(decode(t, []byte(tt.want)), got); diff != "" {
				t.Errorf("frame (-want +got):\n%s", diff)
			}
		})
	}
}

// The rules of section "unread": visible messages of others after last_read
// count; notices count too, but not for display; replies do not.
func TestUnreadCounters(t *testing.T) {
	sc := newScene(t)
	ok(t, sc.MarkRead(sc.room, ""))
	var second string
	for _, step := range []struct {
		name         string
		do           func() error
		all, display float64
	}{
		{"nothing new", func() error { return nil }, 0, 0},
		{"a message", func() error { second = must(sc.Post(sc.ann, sc.room, "second")); return nil }, 1, 1},
		{"own message", func() error { _, err := sc.Post(sc.self, sc.room, "mine"); return err }, 1, 1},
		{"a join notice", func() error { return sc.Invite(sc.ann, sc.room, sc.owner) }, 2, 1},
		{"a topic notice", func() error { return sc.SetTopic(sc.ann, sc.room, "T") }, 3, 1},
		{"a reply", func() error { _, err := sc.PostThreadReply(sc.ann, sc.room, sc.ts, "r", false); return err }, 3, 1},
		{"a broadcast reply", func() error { _, err := sc.PostThreadReply(sc.ann, sc.room, sc.ts, "r", true); return err }, 4, 2},
		{"an edit", func() error { return sc.EditMessage(sc.ann, sc.room, second, "2nd") }, 4, 2},
		{"read up to the second", func() error { return sc.MarkRead(sc.room, second) }, 3, 1},
		{"unread again from the first", func() error { return sc.MarkRead(sc.room, sc.ts) }, 4, 2},
		{"the second is deleted", func() error { return sc.DeleteMessage(sc.ann, sc.room, second) }, 3, 1},
		{"all read", func() error { return sc.MarkRead(sc.room, "") }, 0, 0},
	} {
		ok(t, step.do())
		c := sc.conv(sc.room)
		want := []any{step.all, step.display}
		if diff := cmp.Diff(want, []any{c["unread_count"], c["unread_count_display"]}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
}

// A deleted parent with replies stays as a tombstone and is nobody's latest.
func TestTombstone(t *testing.T) {
	sc := newScene(t)
	parent := must(sc.Post(sc.ann, sc.room, "parent"))
	must(sc.PostThreadReply(sc.bob, sc.room, parent, "child", false))
	sc.sock.drain()
	ok(t, sc.DeleteMessage(sc.ann, sc.room, parent))
	frame := sc.sock.drain()[0]
	inner := frame["message"].(obj)
	want := obj{"subtype": "tombstone", "hidden": true, "user": "USLACKBOT", "reply_count": 1.0, "ts": parent}
	got := obj{}
	for k := range want {
		got[k] = inner[k]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tombstone (-want +got):\n%s", diff)
	}
	if latest := sc.conv(sc.room)["latest"].(obj)["ts"]; latest != sc.ts {
		t.Errorf("latest is %v, want %v", latest, sc.ts)
	}
}

// subteam_updated shows 500 users at most and an exact count.
func TestLargeSubteamIsCutInEvents(t *testing.T) {
	s := newServer(t, slacktest.Options{Users: 800})
	c := newCaller(t, s)
	var users []string
	for _, u := range list(truth(t, s), "users") {
		if u["deleted"] != true {
			users = append(users, u["id"].(string))
		}
	}
	sock := c.connect()
	id := must(s.CreateSubteam("All", "all", users...))
	for _, frame := range sock.drain() {
		if frame["type"] == "subteam_updated" {
			g := frame["subteam"].(obj)
			if diff := cmp.Diff([]any{500, float64(len(users))}, []any{len(strs(g, "users")), g["user_count"]}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
	}
	if got := strs(c.call("usergroups.users.list", "usergroup", id), "users"); len(got) != len(users) {
		t.Errorf("usergroups.users.list has %d users, want %d", len(got), len(users))
	}
}
