package api_test

import (
	"fmt"
	"testing"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/reducer"
	"github.com/slackstate/slackstate/snapshot"
)

// world is a small workspace with something of everything in it.
const world = `{"type":"local.page","method":"rtm.start","response":{"ok":true,
"self":{"id":"U1","name":"ada","created":1500000000,"manual_presence":"away","prefs":{"theme":"dark","highlight_words":"engine","muted_channels":"C9,C2"}},
"team":{"id":"T1","name":"Engines","domain":"engines","email_domain":"engines.example","plan":"plus","enterprise_id":"E1",
	"enterprise_name":"Difference Inc","url":"https://engines.slack.example/",
	"icon":{"image_34":"https://img.example/34.png"},"prefs":{"who_can_at_channel":"admin"},
	"profile":{"fields":[{"id":"Xf1","ordering":1,"label":"Pet","hint":"the furry one","type":"text","is_hidden":true}]}},
"users":[
	{"id":"U1","team_id":"T1","name":"ada","deleted":false,"is_admin":true,"is_owner":true,"is_primary_owner":true,"has_2fa":true,
		"color":"9f69e7","is_app_user":true,"enterprise_user":{"id":"U1"},"tz":"Europe/London","tz_offset":3600,
		"locale":"en-GB","updated":1600000000,"real_name":"Ada Lovelace","profile":{"display_name":"Countess","real_name":"Ada Lovelace",
		"email":"ada@engines.example","title":"Analyst","phone":"123","status_text":"thinking","status_emoji":":cog:",
		"status_expiration":1700003600,"image_192":"https://img.example/ada_192.png","skype":"ada.l","pronouns":"she/her","start_date":"2019-05-28","fields":{"Xf1":{"value":"cat"}}}},
	{"id":"U2","team_id":"T2","name":"charles","is_restricted":true,"is_ultra_restricted":true,"is_stranger":true,"is_invited_user":true,
		"profile":{"real_name":"Charles Babbage"}},
	{"id":"U3","name":"difference","is_bot":true,"deleted":true,"profile":{"bot_id":"B1","real_name":"ADA"}},
	{"id":"U4","name":"mary"}],
"channels":[
	{"id":"C1","name":"general","is_channel":true,"is_general":true,"is_member":true,"created":1500000001,"creator":"U1",
		"members":["U1","U2","U3","U9"],"num_members":4,"is_ext_shared":true,
		"shared_team_ids":["T1","T2"],"connected_team_ids":["T2"],"pending_connected_team_ids":["T3"],"conversation_host_id":"T1",
		"properties":{"tabs":[{"type":"files"}]},"locale":"en-GB","updated":1600000000123,"is_read_only":true,"is_thread_only":true,
		"topic":{"value":"gears","creator":"U2","last_set":1500000002},"purpose":{"value":"to compute","creator":"U1","last_set":1500000003},
		"previous_names":["lobby","hall"],"last_read":"1600000000.000100","unread_count":3,"unread_count_display":2,"mention_count":1,
		"latest":{"type":"message","subtype":"thread_broadcast","ts":"1600000000.000400","user":"U2","text":"it <@U1> turns",
			"thread_ts":"1600000000.000200","reactions":[{"name":"cog","users":["U1"],"count":1}]}},
	{"id":"C2","name":"hall","is_channel":true,"is_member":false,"num_members":7,"is_archived":true,"is_frozen":true},
	{"id":"C3","name":"robots","is_channel":true,"is_member":true,"last_read":"0000000000.000000","latest":"1600000000.000500"}],
"groups":[{"id":"G1","name":"secret","is_group":true,"is_private":true,"is_member":true,"members":["U1"]}],
"mpims":[{"id":"G2","name":"mpdm-ada--charles--mary-1","is_mpim":true,"is_private":true,"is_member":true,"is_open":true,"members":["U1","U2","U4"]}],
"ims":[{"id":"D1","is_im":true,"user":"U2","is_open":true,"latest":{"type":"message","ts":"1600000000.000600","bot_id":"B1","text":"beep"}}],
"bots":[{"id":"B1","name":"Difference","app_id":"A1","updated":1600000001,"icons":{"image_36":"https://img.example/b.png"}},
	{"id":"B2","name":"Analytical","user_id":"U4","deleted":true}],
"subteams":{"self":["S1"],"all":[
	{"id":"S1","handle":"mathematicians","name":"Mathematicians","description":"They add","date_create":1500000000,"date_update":1600000000,
		"date_delete":0,"users":["U1","U2"],"user_count":2,"created_by":"U1","is_external":true,"prefs":{"channels":["C1"],"groups":[]}},
	{"id":"S2","handle":"poets","name":"Poets","date_delete":1600000002}]},
"emoji":{"cog":"https://img.example/cog.png","gear":"alias:cog","wheel":"alias:gear","smile2":"alias:smile","loop":"alias:pool","pool":"alias:loop"},
"dnd":{"U1":{"dnd_enabled":true,"next_dnd_start_ts":1700000000,"next_dnd_end_ts":1700003600,"snooze_enabled":true,"snooze_endtime":1700001800}},
"presence":{"U1":"active","U2":"away"}}}`

// later is what happened since.
var later = []string{
	`{"type":"pin_added","user":"U2","channel_id":"C1","item":{"type":"message","channel":"C1","message":{"ts":"1600000000.000400"}}}`,
	`{"type":"pin_added","user":"U2","channel_id":"C1","item":{"type":"file","file":{"id":"F7","name":"gear.png"}},"pin_count":2}`,
	`{"type":"star_added","user":"U1","item":{"type":"channel","channel":"C1"}}`,
	`{"type":"star_added","user":"U1","item":{"type":"message","channel":"C1","message":{"ts":"1600000000.000400","text":"turns"}}}`,
	`{"type":"star_added","user":"U1","item":{"type":"file","file":{"id":"F7","name":"gear.png"}}}`,
	`{"type":"channel_id_changed","old_channel_id":"G1","new_channel_id":"C9","event_ts":"1600000001.000100"}`,
	`{"type":"local.page","method":"users.list","response":{"ok":true,"members":[]}}`,
	`{"type":"local.listed","method":"users.list","seen":[]}`,
	`{"type":"local.page","method":"conversations.info","args":{"channel":"C1"},"response":{"ok":true,"channel":{"id":"C1",
		"last_read":"1600000000.000100","unread_count":3,"unread_count_display":2}}}`,
	`{"type":"local.ready"}`,
	`{"type":"user_invalidated","user":{"id":"U4"}}`,
}

// kept are messages, threads and files.
var kept = []string{
	`{"type":"local.config","history":true,"files":true}`,
	`{"type":"message","channel":"C1","user":"U2","text":"parts","ts":"1600000000.000700","edited":{"user":"U2","ts":"1600000000.000701"},
		"username":"babbage","is_starred":true,"pinned_to":["C1"],"blocks":[{"type":"rich_text"}],"attachments":[{"fallback":"x"}],
		"metadata":{"event_type":"e","event_payload":{}},"reactions":[{"name":"cog","users":["U1"],"count":30}],
		"files":[{"id":"F1","name":"plan.pdf","title":"The plan","mimetype":"application/pdf","user":"U2","created":1600000000,"size":9,
			"is_public":true,"permalink":"https://slack.example/F1","url_private":"https://files.example/F1"}]}`,
	`{"type":"message","channel":"C1","user":"U1","text":"more","ts":"1600000000.000800","thread_ts":"1600000000.000700"}`,
	`{"type":"message","channel":"C1","user":"U2","text":"no","ts":"1600000000.000850"}`,
	`{"type":"message","subtype":"message_changed","channel":"C1","ts":"1600000000.000860",
		"message":{"subtype":"tombstone","hidden":true,"user":"USLACKBOT","ts":"1600000000.000850","reply_count":1}}`,
	`{"type":"thread_subscribed","subscription":{"channel":"C1","thread_ts":"1600000000.000700","last_read":"1600000000.000700"}}`,
	`{"type":"local.listed","method":"conversations.history","args":{"channel":"C1"},"seen":["1600000000.000700","1600000000.000850"]}`,
	`{"type":"file_change","file_id":"F1","file":{"id":"F1"}}`,
}

// Events are received a second apart.
const began = 1_700_000_000_000

// reduce applies frames to a snapshot and returns the next one, and the commit
// of the last frame.
func reduce(t testing.TB, s *snapshot.Snapshot, frames ...string) (*snapshot.Snapshot, api.Commit) {
	t.Helper()
	var c api.Commit
	for _, f := range frames {
		ev, err := reducer.Decode([]byte(f), began+1000*int64(s.Seq()))
		if err != nil {
			t.Fatalf("%v in %s", err, f)
		}
		next, res := reducer.Reduce(reducer.Config{}, s, ev)
		s, c = next, api.NewCommit(next.Seq(), ev.At, ev.Type, api.Of(next), res.Changes)
	}
	return s, c
}

// start returns the snapshot after an answer of rtm.start with some members.
func start(t testing.TB, members string) api.Snapshot {
	t.Helper()
	s, _ := reduce(t, &snapshot.Snapshot{},
		fmt.Sprintf(`{"type":"local.page","method":"rtm.start","response":{"ok":true,"ims":[],"channels":[],%s}}`, members))
	return api.Of(s)
}

// whole returns the world as of now.
func whole(t testing.TB) api.Snapshot {
	t.Helper()
	s, _ := reduce(t, &snapshot.Snapshot{}, append([]string{world}, later...)...)
	return api.Of(s)
}
