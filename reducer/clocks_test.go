package reducer

import (
	"slices"
	"strings"
	"testing"
)

// A clockCase is about what orders the events of a type: given what leads up to
// it, last says what is the case already, and late, which came about before it
// but arrives after it, says otherwise.
type clockCase struct {
	given, last, late string
	setup             []string // of the workspace, before all that
}

// clockCases has one for every type, and every subtype of messages, whose
// events have a clock of their own.
var clockCases = map[string]clockCase{
	"channel_joined": {last: `{"type":"channel_joined","channel":{"id":"C1"},"event_ts":"1700000605.000100"}`,
		late: `{"type":"channel_left","channel":"C1","event_ts":"1700000601.000100"}`},
	"group_joined": {last: `{"type":"group_joined","channel":{"id":"G1"},"event_ts":"1700000605.000100"}`,
		late: `{"type":"group_left","channel":"G1","event_ts":"1700000601.000100"}`},
	"mpim_joined": {last: `{"type":"mpim_joined","channel":{"id":"G2"},"event_ts":"1700000605.000100"}`,
		late: `{"type":"group_left","channel":"G2","event_ts":"1700000601.000100"}`},
	"channel_left": {last: `{"type":"channel_left","channel":"C2","event_ts":"1700000605.000100"}`,
		late: `{"type":"channel_joined","channel":{"id":"C2"},"event_ts":"1700000601.000100"}`},
	"group_left": {last: `{"type":"group_left","channel":"C2","event_ts":"1700000605.000100"}`,
		late: `{"type":"group_joined","channel":{"id":"C2"},"event_ts":"1700000601.000100"}`},
	"channel_archive": {last: `{"type":"channel_archive","channel":"C3","event_ts":"1700000605.000100"}`,
		late: `{"type":"channel_unarchive","channel":"C3","event_ts":"1700000601.000100"}`},
	"group_archive": {last: `{"type":"group_archive","channel":"C3","event_ts":"1700000605.000100"}`,
		late: `{"type":"group_unarchive","channel":"C3","event_ts":"1700000601.000100"}`},
	"channel_unarchive": {last: `{"type":"channel_unarchive","channel":"C1","event_ts":"1700000605.000100"}`,
		late: `{"type":"channel_archive","channel":"C1","event_ts":"1700000601.000100"}`},
	"group_unarchive": {last: `{"type":"group_unarchive","channel":"C1","event_ts":"1700000605.000100"}`,
		late: `{"type":"group_archive","channel":"C1","event_ts":"1700000601.000100"}`},
	"channel_rename": {last: `{"type":"channel_rename","channel":{"id":"C1","name":"general"},"event_ts":"1700000605.000100"}`,
		late: `{"type":"channel_rename","channel":{"id":"C1","name":"fjord"},"event_ts":"1700000601.000100"}`},
	"group_rename": {last: `{"type":"group_rename","channel":{"id":"G1","name":"secret"},"event_ts":"1700000605.000100"}`,
		late: `{"type":"group_rename","channel":{"id":"G1","name":"fjord"},"event_ts":"1700000601.000100"}`},
	"group_open": {last: `{"type":"group_open","user":"U1","channel":"D1","event_ts":"1700000605.000100"}`,
		late: `{"type":"group_close","user":"U1","channel":"D1","event_ts":"1700000601.000100"}`},
	"im_open": {last: `{"type":"im_open","user":"U1","channel":"D1","event_ts":"1700000605.000100"}`,
		late: `{"type":"im_close","user":"U1","channel":"D1","event_ts":"1700000601.000100"}`},
	"mpim_open": {last: `{"type":"mpim_open","user":"U1","channel":"D1","event_ts":"1700000605.000100"}`,
		late: `{"type":"mpim_close","user":"U1","channel":"D1","event_ts":"1700000601.000100"}`},
	"group_close": {last: `{"type":"group_close","user":"U1","channel":"G2","event_ts":"1700000605.000100"}`,
		late: `{"type":"group_open","user":"U1","channel":"G2","event_ts":"1700000601.000100"}`},
	"im_close": {last: `{"type":"im_close","user":"U1","channel":"G2","event_ts":"1700000605.000100"}`,
		late: `{"type":"im_open","user":"U1","channel":"G2","event_ts":"1700000601.000100"}`},
	"mpim_close": {last: `{"type":"mpim_close","user":"U1","channel":"G2","event_ts":"1700000605.000100"}`,
		late: `{"type":"mpim_open","user":"U1","channel":"G2","event_ts":"1700000601.000100"}`},
	"channel_marked": {last: `{"type":"channel_marked","channel":"C1","ts":"1700000000.000100","event_ts":"1700000605.000100"}`,
		late: `{"type":"channel_marked","channel":"C1","ts":"1700000590.000100","event_ts":"1700000601.000100"}`},
	"group_marked": {last: `{"type":"group_marked","channel":"C1","ts":"1700000000.000100","event_ts":"1700000605.000100"}`,
		late: `{"type":"group_marked","channel":"C1","ts":"1700000590.000100","event_ts":"1700000601.000100"}`},
	"im_marked": {last: `{"type":"im_marked","channel":"D1","ts":"1700000000.000100","event_ts":"1700000605.000100"}`,
		late: `{"type":"im_marked","channel":"D1","ts":"1700000590.000100","event_ts":"1700000601.000100"}`},
	"mpim_marked": {last: `{"type":"mpim_marked","channel":"C1","ts":"1700000000.000100","event_ts":"1700000605.000100"}`,
		late: `{"type":"mpim_marked","channel":"C1","ts":"1700000590.000100","event_ts":"1700000601.000100"}`},
	"member_joined_channel": {last: `{"type":"member_joined_channel","user":"U2","channel":"C1","event_ts":"1700000605.000100"}`,
		late: `{"type":"member_left_channel","user":"U2","channel":"C1","event_ts":"1700000601.000100"}`},
	"member_left_channel": {last: `{"type":"member_left_channel","user":"U3","channel":"C2","event_ts":"1700000605.000100"}`,
		late: `{"type":"member_joined_channel","user":"U3","channel":"C2","event_ts":"1700000601.000100"}`},
	"channel_shared": {given: `{"type":"channel_shared","channel":"C1","connected_team_id":"T9"}`,
		last: `{"type":"channel_shared","channel":"C1","connected_team_id":"T9","event_ts":"1700000605.000100"}`,
		late: `{"type":"channel_unshared","channel":"C1","previously_connected_team_id":"T9","is_ext_shared":false,"event_ts":"1700000601.000100"}`},
	"channel_unshared": {given: `{"type":"channel_unshared","channel":"C1","previously_connected_team_id":"T9","is_ext_shared":false}`,
		last: `{"type":"channel_unshared","channel":"C1","previously_connected_team_id":"T9","is_ext_shared":false,"event_ts":"1700000605.000100"}`,
		late: `{"type":"channel_shared","channel":"C1","connected_team_id":"T9","event_ts":"1700000601.000100"}`},
	"channel_updated": {last: `{"type":"channel_updated","channel":"C1","updates":{"is_private":false},"event_ts":"1700000605.000100"}`,
		late: `{"type":"channel_updated","channel":"C1","updates":{"is_private":true},"event_ts":"1700000601.000100"}`},
	"message": {given: `{"type":"message","channel":"C1","user":"U2","text":"x","ts":"1700000605.000100"}`,
		last: `{"type":"message","channel":"C1","user":"U2","text":"x","ts":"1700000605.000100"}`,
		late: `{"type":"message","channel":"C1","user":"U2","text":"y","ts":"1700000601.000100"}`},
	"pin_added": {given: `{"type":"pin_added","channel_id":"C1","item":{"file":{"id":"F1"}}}`,
		last: `{"type":"pin_added","channel_id":"C1","item":{"file":{"id":"F1"}},"event_ts":"1700000605.000100"}`,
		late: `{"type":"pin_removed","channel_id":"C1","item":{"file":{"id":"F1"}},"has_pins":false,"event_ts":"1700000601.000100"}`},
	"pin_removed": {given: `{"type":"pin_removed","channel_id":"C1","item":{"file":{"id":"F1"}},"has_pins":false}`,
		last: `{"type":"pin_removed","channel_id":"C1","item":{"file":{"id":"F1"}},"has_pins":false,"event_ts":"1700000605.000100"}`,
		late: `{"type":"pin_added","channel_id":"C1","item":{"file":{"id":"F1"}},"event_ts":"1700000601.000100"}`},
	"star_added": {given: `{"type":"star_added","user":"U1","item":{"type":"channel","channel":"C1"}}`,
		last: `{"type":"star_added","user":"U1","item":{"type":"channel","channel":"C1"},"event_ts":"1700000605.000100"}`,
		late: `{"type":"star_removed","user":"U1","item":{"type":"channel","channel":"C1"},"event_ts":"1700000601.000100"}`},
	"star_removed": {given: `{"type":"star_removed","user":"U1","item":{"type":"channel","channel":"C2"}}`,
		last: `{"type":"star_removed","user":"U1","item":{"type":"channel","channel":"C2"},"event_ts":"1700000605.000100"}`,
		late: `{"type":"star_added","user":"U1","item":{"type":"channel","channel":"C2"},"event_ts":"1700000601.000100"}`},
	"manual_presence_change": {last: `{"type":"manual_presence_change","presence":"active","event_ts":"1700000605.000100"}`,
		late: `{"type":"manual_presence_change","presence":"away","event_ts":"1700000601.000100"}`},
	"dnd_updated": {given: `{"type":"dnd_updated","user":"U1","dnd_status":{"dnd_enabled":true}}`,
		last: `{"type":"dnd_updated","user":"U1","dnd_status":{"dnd_enabled":true},"event_ts":"1700000605.000100"}`,
		late: `{"type":"dnd_updated","user":"U1","dnd_status":{"dnd_enabled":false},"event_ts":"1700000601.000100"}`},
	"dnd_updated_user": {last: `{"type":"dnd_updated_user","user":"U1","dnd_status":{"dnd_enabled":true},"event_ts":"1700000605.000100"}`,
		late: `{"type":"dnd_updated_user","user":"U1","dnd_status":{"dnd_enabled":false},"event_ts":"1700000601.000100"}`},
	"pref_change": {last: `{"type":"pref_change","name":"tz","value":"Europe/Oslo","event_ts":"1700000605.000100"}`,
		late: `{"type":"pref_change","name":"tz","value":"UTC","event_ts":"1700000601.000100"}`},
	"subteam_created": {last: `{"type":"subteam_created","subteam":{"id":"S1","date_update":1600000000},"event_ts":"1700000605.000100"}`,
		late: `{"type":"subteam_created","subteam":{"id":"S1","name":"x","date_update":1600000000},"event_ts":"1700000601.000100"}`},
	"subteam_updated": {given: `{"type":"subteam_updated","subteam":{"id":"S1","date_update":1700000605,"users":["U1"],"user_count":1}}`,
		last: `{"type":"subteam_updated","subteam":{"id":"S1","date_update":1700000605,"users":["U1"],"user_count":1}}`,
		late: `{"type":"subteam_updated","subteam":{"id":"S1","name":"x","date_update":1700000601},"event_ts":"1700000609.000100"}`},
	"subteam_members_changed": {given: `{"type":"subteam_members_changed","subteam_id":"S1","date_previous_update":1600000000,"date_update":1700000605,"added_users":["U3"]}`,
		last: `{"type":"subteam_members_changed","subteam_id":"S1","date_previous_update":1600000000,"date_update":1700000605,"added_users":["U3"]}`,
		late: `{"type":"subteam_members_changed","subteam_id":"S1","date_previous_update":1600000000,"date_update":1700000601,"removed_users":["U1"]}`},
	"subteam_self_added": {last: `{"type":"subteam_self_added","subteam_id":"S1","event_ts":"1700000605.000100"}`,
		late: `{"type":"subteam_self_removed","subteam_id":"S1","event_ts":"1700000601.000100"}`},
	"subteam_self_removed": {last: `{"type":"subteam_self_removed","subteam_id":"S2","event_ts":"1700000605.000100"}`,
		late: `{"type":"subteam_self_added","subteam_id":"S2","event_ts":"1700000601.000100"}`},
	"emoji_changed": {last: `{"type":"emoji_changed","subtype":"add","name":"boat","value":"https://emoji.example.com/boat.png","event_ts":"1700000605.000100"}`,
		late: `{"type":"emoji_changed","subtype":"add","name":"boat","value":"https://emoji.example.com/raft.png","event_ts":"1700000601.000100"}`},
	"team_rename": {last: `{"type":"team_rename","name":"Fjord","event_ts":"1700000605.000100"}`,
		late: `{"type":"team_rename","name":"Bay","event_ts":"1700000601.000100"}`},
	"team_domain_change": {last: `{"type":"team_domain_change","domain":"fjord","event_ts":"1700000605.000100"}`,
		late: `{"type":"team_domain_change","domain":"bay","event_ts":"1700000601.000100"}`},
	"email_domain_changed": {last: `{"type":"email_domain_changed","email_domain":"example.com","event_ts":"1700000605.000100"}`,
		late: `{"type":"email_domain_changed","email_domain":"","event_ts":"1700000601.000100"}`},
	"team_pref_change": {last: `{"type":"team_pref_change","name":"default_channels","value":["C1"],"event_ts":"1700000605.000100"}`,
		late: `{"type":"team_pref_change","name":"default_channels","value":[],"event_ts":"1700000601.000100"}`},
	"team_profile_change": {last: `{"type":"team_profile_change","profile":{"fields":[{"id":"Xf1","label":"Desk"}]},"event_ts":"1700000605.000100"}`,
		late: `{"type":"team_profile_change","profile":{"fields":[{"id":"Xf1","label":"Berth"}]},"event_ts":"1700000601.000100"}`},
	"team_profile_delete": {last: `{"type":"team_profile_delete","profile":{"fields":["Xf9"]},"event_ts":"1700000605.000100"}`,
		late: `{"type":"team_profile_change","profile":{"fields":[{"id":"Xf9","label":"Oar"}]},"event_ts":"1700000601.000100"}`},
	"team_profile_reorder": {last: `{"type":"team_profile_reorder","profile":{"fields":[{"id":"Xf1","ordering":0}]},"event_ts":"1700000605.000100"}`,
		late: `{"type":"team_profile_reorder","profile":{"fields":[{"id":"Xf1","ordering":5}]},"event_ts":"1700000601.000100"}`},

	"message/channel_topic":   noticeCase("channel_topic", `"channel":"C1","topic":"weather"`, `"channel":"C1","topic":"fog"`),
	"message/group_topic":     noticeCase("group_topic", `"channel":"G1","topic":"weather"`, `"channel":"G1","topic":"fog"`),
	"message/channel_purpose": noticeCase("channel_purpose", `"channel":"C1","purpose":"talk"`, `"channel":"C1","purpose":"listen"`),
	"message/group_purpose":   noticeCase("group_purpose", `"channel":"G1","purpose":"talk"`, `"channel":"G1","purpose":"listen"`),
	"message/channel_name":    noticeCase("channel_name", `"channel":"C1","name":"general"`, `"channel":"C1","name":"fjord"`),
	"message/group_name":      noticeCase("group_name", `"channel":"G1","name":"secret"`, `"channel":"G1","name":"fjord"`),

	"message/channel_archive":   oppositeCase("channel_archive", "channel_unarchive", `"channel":"C3"`),
	"message/group_archive":     oppositeCase("group_archive", "group_unarchive", `"channel":"C3"`),
	"message/channel_unarchive": oppositeCase("channel_unarchive", "channel_archive", `"channel":"C1"`),
	"message/group_unarchive":   oppositeCase("group_unarchive", "group_archive", `"channel":"C1"`),
	"message/channel_join":      oppositeCase("channel_join", "channel_leave", `"channel":"C1"`),
	"message/group_join":        oppositeCase("group_join", "group_leave", `"channel":"G1"`),
	"message/channel_leave":     oppositeCase("channel_leave", "channel_join", `"channel":"C3"`),
	"message/group_leave":       oppositeCase("group_leave", "group_join", `"channel":"C3"`),

	"message/channel_convert_to_private": oppositeCase("channel_convert_to_private", "channel_convert_to_public", `"channel":"G1"`),
	"message/channel_convert_to_public":  oppositeCase("channel_convert_to_public", "channel_convert_to_private", `"channel":"C1"`),

	"message/message_changed": {given: `{"type":"message","subtype":"message_changed","channel":"C1","ts":"1700000605.000100","message":{"ts":"1700000000.000100","user":"U1","text":"b"}}`,
		last: `{"type":"message","subtype":"message_changed","channel":"C1","ts":"1700000605.000100","message":{"ts":"1700000000.000100","user":"U1","text":"b"}}`,
		late: `{"type":"message","subtype":"message_changed","channel":"C1","ts":"1700000601.000100","message":{"ts":"1700000000.000100","user":"U1","text":"a"}}`},
	"message/message_replied": {given: `{"type":"message","subtype":"message_replied","channel":"C1","ts":"1700000605.000100","message":{"ts":"1700000000.000100","reply_count":2}}`,
		last: `{"type":"message","subtype":"message_replied","channel":"C1","ts":"1700000605.000100","message":{"ts":"1700000000.000100","reply_count":2}}`,
		late: `{"type":"message","subtype":"message_replied","channel":"C1","ts":"1700000601.000100","message":{"ts":"1700000000.000100","reply_count":1}}`},
	"message/message_deleted": {given: `{"type":"message","subtype":"message_deleted","channel":"C1","ts":"1700000605.000100","deleted_ts":"1700000601.000100"}`,
		last: `{"type":"message","subtype":"message_deleted","channel":"C1","ts":"1700000605.000100","deleted_ts":"1700000601.000100"}`,
		late: `{"type":"message","channel":"C1","user":"U2","text":"x","ts":"1700000601.000100"}`},
}

// keeping makes the workspace one of which messages and files are kept.
var keeping = []string{
	`{"type":"local.config","history":true,"files":true}`,
	`{"type":"message","channel":"C1","user":"U2","text":"a","ts":"1700000600.000100","metadata":{"n":1},"reactions":[{"name":"eyes","users":["U2"],"count":1}]}`,
	`{"type":"message","subtype":"thread_broadcast","channel":"C1","user":"U2","text":"b","ts":"1700000601.000100","thread_ts":"1700000600.000100"}`,
	`{"type":"message","subtype":"reply_broadcast","channel":"C1","user":"U2","text":"b","ts":"1700000601.000200","thread_ts":"1700000600.000100"}`,
	`{"type":"file_created","file":{"id":"F2","name":"map.png","is_public":true,"channels":["C1"]}}`,
	`{"type":"thread_marked","subscription":{"channel":"C1","thread_ts":"1700000600.000100","last_read":"1700000600.000100","active":true}}`,
}

func init() {
	late := func(typ, last, other, late string) {
		clockCases[typ] = clockCase{setup: keeping, last: `{"type":"` + typ + `",` + last + `,"event_ts":"1700000605.000100"}`,
			late: `{"type":"` + other + `",` + late + `,"event_ts":"1700000601.000100"}`}
	}
	reaction := func(user string) string {
		return `"user":"` + user + `","reaction":"eyes","item":{"channel":"C1","ts":"1700000600.000100"}`
	}
	late("reaction_added", reaction("U2"), "reaction_removed", reaction("U2"))
	late("reaction_removed", reaction("U3"), "reaction_added", reaction("U3"))
	metadata := func(n string) string {
		return `"channel_id":"C1","message_ts":"1700000600.000100","metadata":{"n":` + n + `}`
	}
	late("message_metadata_posted", metadata("1"), "message_metadata_posted", metadata("2"))
	late("message_metadata_updated", metadata("1"), "message_metadata_updated", metadata("2"))
	late("message_metadata_deleted", metadata("1"), "message_metadata_posted", metadata("2"))
	gone := clockCases["message_metadata_deleted"]
	gone.given = gone.last
	clockCases["message_metadata_deleted"] = gone
	thread := func(last string) string {
		return `"subscription":{"channel":"C1","thread_ts":"1700000600.000100","last_read":"` + last + `"}`
	}
	late("thread_marked", thread("1700000600.000100"), "thread_marked", thread("1700000590.000100"))
	late("thread_subscribed", thread("1700000600.000100"), "thread_unsubscribed", thread("1700000600.000100"))
	late("thread_unsubscribed", thread("1700000600.000100"), "thread_marked", thread("1700000590.000100"))
	off := clockCases["thread_unsubscribed"]
	off.given = off.last
	clockCases["thread_unsubscribed"] = off
	const in, out = `"file_id":"F2","channel_id":"C1"`, `"file_id":"F2","channel_id":"C2"`
	late("file_shared", in, "file_unshared", in)
	late("file_unshared", out, "file_shared", out)
	late("file_public", in, "file_private", in)
	late("file_private", in, "file_public", in)
	private := clockCases["file_private"]
	private.setup = append(slices.Clone(keeping), `{"type":"file_private","file":"F2"}`)
	clockCases["file_private"] = private
	late("file_change", `"file":{"id":"F2","name":"map.png"}`, "file_change", `"file":{"id":"F2","name":"x.png"}`)
	for sub, ts := range map[string]string{"thread_broadcast": "1700000601.000100", "reply_broadcast": "1700000601.000200"} {
		clockCases["message/"+sub] = clockCase{setup: keeping,
			last: `{"type":"message","subtype":"message_replied","channel":"C1","ts":"1700000605.000100","message":{"ts":"1700000600.000100","reply_count":2}}`,
			late: `{"type":"message","subtype":"` + sub + `","channel":"C1","user":"U2","text":"b","ts":"` + ts + `","thread_ts":"1700000600.000100",
				"root":{"ts":"1700000600.000100","reply_count":9}}`}
	}
	for _, typ := range []string{"team_join", "user_change", "user_profile_changed", "user_status_changed", "user_huddle_changed"} {
		clockCases[typ] = clockCase{last: `{"type":"` + typ + `","user":{"id":"U2","updated":1600000000},"event_ts":"1700000605.000100"}`,
			late: `{"type":"` + typ + `","user":{"id":"U2","name":"x","updated":1600000000},"event_ts":"1700000601.000100"}`}
	}
	for _, typ := range []string{"bot_added", "bot_changed"} {
		clockCases[typ] = clockCase{last: `{"type":"` + typ + `","bot":{"id":"B1","updated":1600000000},"event_ts":"1700000605.000100"}`,
			late: `{"type":"` + typ + `","bot":{"id":"B1","name":"x","updated":1600000000},"event_ts":"1700000601.000100"}`}
	}
}

// noticeFrame is a hidden notice, which changes no counters.
func noticeFrame(sub, members, ts string) string {
	return `{"type":"message","subtype":"` + sub + `",` + members + `,"user":"U2","hidden":true,"ts":"` + ts + `"}`
}

func noticeCase(sub, last, late string) clockCase {
	now := noticeFrame(sub, last, "1700000605.000100")
	return clockCase{given: now, last: now, late: noticeFrame(sub, late, "1700000601.000100")}
}

func oppositeCase(last, late, members string) clockCase {
	return clockCase{last: noticeFrame(last, members, "1700000605.000100"), late: noticeFrame(late, members, "1700000601.000100")}
}

// TestClocks: what only confirms what is known winds the clock all the same, so
// that an event from before it, which arrives after it, changes nothing.
func TestClocks(t *testing.T) {
	for name, c := range clockCases {
		t.Run(name, func(t *testing.T) {
			start, at := workspace(t), int64(epoch+601_000)
			for _, frame := range c.setup {
				start, _ = reduce(t, start, frame, at)
			}
			fresh := start
			if c.given != "" {
				start, _ = reduce(t, start, c.given, at)
			}
			if _, res := reduce(t, fresh, c.late, at); res.Outcome != Changed {
				t.Fatalf("by itself, %s is %v: %s", c.late, res.Outcome, res.Why)
			}
			confirmed, res := reduce(t, start, c.last, at+1000)
			if res.Outcome == Changed {
				t.Fatalf("%s confirms nothing:\n%s", c.last, strings.Join(describe(t, confirmed, res), "\n"))
			}
			after, res := reduce(t, confirmed, c.late, at+2000)
			if after.Digest() != start.Digest() {
				t.Errorf("%s came after %s, and changed:\n%s", c.late, c.last, strings.Join(describe(t, after, res), "\n"))
			}
		})
	}
}

// TestEveryClockHasACase: whatever the tables say is ordered is put to the test.
func TestEveryClockHasACase(t *testing.T) {
	for typ, r := range table {
		switch _, has := clockCases[typ]; r.clock {
		case "", noClock, final, arrival:
			if has {
				t.Errorf("%s has a case, and no clock", typ)
			}
		default:
			if !has {
				t.Errorf("%s is ordered by %s, and has no case", typ, r.clock)
			}
		}
	}
	for sub, r := range subtypes {
		if _, has := clockCases["message/"+sub]; !has && r.fn != nil && sub != "channel_posting_permissions" {
			t.Errorf("message %s has no case", sub)
		}
	}
}

// TestArrival: of what has no other clock the last to arrive stays.
func TestArrival(t *testing.T) {
	for typ, pair := range map[string][2]string{
		"presence_change":       {`{"type":"presence_change","user":"U3","presence":"active"}`, `{"type":"presence_change","user":"U3","presence":"away"}`},
		"presence_change_batch": {`{"type":"presence_change_batch","users":["U3"],"presence":"active"}`, `{"type":"presence_change_batch","users":["U3"],"presence":"away"}`},
		"team_plan_change":      {`{"type":"team_plan_change","plan":"plus"}`, `{"type":"team_plan_change","plan":""}`},
		"a rename":              {`{"type":"team_rename","name":"a"}`, `{"type":"team_rename","name":"b"}`},
	} {
		t.Run(typ, func(t *testing.T) {
			for i := range pair {
				only, _ := reduce(t, workspace(t), pair[i], epoch+602_000)
				s, _ := reduce(t, workspace(t), pair[1-i], epoch+601_000)
				if s, _ = reduce(t, s, pair[i], epoch+602_000); s.Digest() != only.Digest() {
					t.Errorf("%s does not stay when it comes last", pair[i])
				}
			}
		})
	}
}

// TestFinal: after what is final nothing comes back.
func TestFinal(t *testing.T) {
	for typ, c := range map[string]clockCase{
		"channel_deleted":    {last: `{"type":"channel_deleted","channel":"C1"}`, late: `{"type":"channel_joined","channel":{"id":"C1","name":"x"}}`},
		"group_deleted":      {last: `{"type":"group_deleted","channel":"G1"}`, late: `{"type":"group_open","channel":"G1"}`},
		"channel_id_changed": {last: `{"type":"channel_id_changed","old_channel_id":"G1","new_channel_id":"C9"}`, late: `{"type":"channel_id_changed","old_channel_id":"C9","new_channel_id":"G1"}`},
		"file_deleted":       {last: `{"type":"file_deleted","file_id":"F1"}`, late: `{"type":"file_deleted","file_id":"F1"}`},
	} {
		t.Run(typ, func(t *testing.T) {
			s, _ := reduce(t, workspace(t), c.last, epoch+601_000)
			if after, res := reduce(t, s, c.late, epoch+602_000); after.Digest() != s.Digest() {
				t.Errorf("%s came after it, and changed:\n%s", c.late, strings.Join(describe(t, after, res), "\n"))
			}
		})
	}
}
