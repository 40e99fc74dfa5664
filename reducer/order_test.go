package reducer

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// orders are those in which two events may arrive, some of them repeatedly.
var orders = strings.Fields("ba aab aba abb baa bab bba abab baba abba")

// An orderCase is two events, and what leads up to them.
type orderCase struct {
	name, first, second string
	setup               []string
}

// keptOrders are about what is only kept if it is asked for.
var keptOrders = []orderCase{
	{"a reaction, and taken back", reacts("reaction_added", "U3", "601"), reacts("reaction_removed", "U3", "602"), keeping},
	{"a reaction taken back, and again", reacts("reaction_removed", "U2", "601"), reacts("reaction_added", "U2", "602"), keeping},
	{"a reaction, and taken back, where not all are listed", reacts("reaction_added", "U4", "601"), reacts("reaction_removed", "U4", "602"), crowded},
	{"a reaction taken back, and again, where not all are listed", reacts("reaction_removed", "U4", "601"), reacts("reaction_added", "U4", "602"), crowded},
	{"two who react", reacts("reaction_added", "U3", "601"), reacts("reaction_removed", "U2", "602"), keeping},
	{"an edit and a reaction", `{"type":"message","subtype":"message_changed","channel":"C1","ts":"1700000601.000100","message":{"ts":"1700000600.000100","user":"U2","text":"b"}}`,
		reacts("reaction_added", "U3", "602"), keeping},
	{"edited twice, and kept", `{"type":"message","subtype":"message_changed","channel":"C1","ts":"1700000601.000100","message":{"ts":"1700000600.000100","user":"U2","text":"b"}}`,
		`{"type":"message","subtype":"message_changed","channel":"C1","ts":"1700000602.000100","message":{"ts":"1700000600.000100","user":"U2","text":"c"}}`, keeping},
	{"sent and deleted, and kept", `{"type":"message","channel":"C1","user":"U2","text":"b","ts":"1700000601.000100"}`,
		`{"type":"message","subtype":"message_deleted","channel":"C1","deleted_ts":"1700000601.000100","ts":"1700000602.000100"}`, keeping},
	{"two messages, and kept", `{"type":"message","channel":"C2","user":"U2","text":"b","ts":"1700000601.000100"}`,
		`{"type":"message","channel":"C2","user":"U1","text":"c","ts":"1700000602.000100"}`, keeping[:1]},
	{"a reply, deleted", `{"type":"message","channel":"C1","user":"U3","text":"r","ts":"1700000601.500100","thread_ts":"1700000600.000100"}`,
		`{"type":"message","subtype":"message_deleted","channel":"C1","deleted_ts":"1700000601.500100","ts":"1700000602.000100"}`, keeping},
	{"two replies", `{"type":"message","channel":"C2","user":"U3","text":"r","ts":"1700000601.000100","thread_ts":"1700000600.000100"}`,
		`{"type":"message","channel":"C2","user":"U2","text":"s","ts":"1700000602.000100","thread_ts":"1700000600.000100"}`,
		[]string{keeping[0], `{"type":"message","channel":"C2","user":"U2","text":"a","ts":"1700000600.000100"}`}},
	{"a message and a reply to it", `{"type":"message","channel":"C1","user":"U3","text":"a","ts":"1700000601.000100"}`,
		`{"type":"message","channel":"C1","user":"U2","text":"r","ts":"1700000602.000100","thread_ts":"1700000601.000100"}`,
		[]string{keeping[0], `{"type":"hello"}`}},
	{"a reply, and what Slack counts with it", `{"type":"message","channel":"C1","user":"U3","text":"r","ts":"1700000601.500100","thread_ts":"1700000600.000100"}`,
		`{"type":"message","subtype":"message_replied","channel":"C1","ts":"1700000602.000100","message":{"ts":"1700000600.000100","thread_ts":"1700000600.000100",
			"reply_count":3,"reply_users":["U2","U3"],"reply_users_count":2,"latest_reply":"1700000601.500100"}}`, keeping},
	{"a message, pinned", `{"type":"message","channel":"C1","user":"U2","text":"b","ts":"1700000601.500100"}`,
		`{"type":"pin_added","channel_id":"C1","item":{"type":"message","message":{"ts":"1700000601.500100"}},"event_ts":"1700000602.000100"}`, keeping},
	{"a message pinned and unpinned", `{"type":"pin_added","channel_id":"C1","item":{"type":"message","message":{"ts":"1700000600.000100"}},"event_ts":"1700000601.000100"}`,
		`{"type":"pin_removed","channel_id":"C1","item":{"type":"message","message":{"ts":"1700000600.000100"}},"has_pins":false,"event_ts":"1700000602.000100"}`, keeping},
	{"a message starred and not", `{"type":"star_added","user":"U1","item":{"type":"message","channel":"C1","message":{"ts":"1700000600.000100"}},"event_ts":"1700000601.000100"}`,
		`{"type":"star_removed","user":"U1","item":{"type":"message","channel":"C1","message":{"ts":"1700000600.000100"}},"event_ts":"1700000602.000100"}`,
		append(slices.Clone(keeping), `{"type":"star_removed","user":"U1","item":{"type":"message","channel":"C1","message":{"ts":"1700000600.000100"}}}`)},
	{"metadata, and none", `{"type":"message_metadata_updated","channel_id":"C1","message_ts":"1700000600.000100","metadata":{"n":2},"event_ts":"1700000601.000100"}`,
		`{"type":"message_metadata_deleted","channel_id":"C1","message_ts":"1700000600.000100","event_ts":"1700000602.000100"}`, keeping},
	{"a thread followed and not", `{"type":"thread_subscribed","subscription":{"channel":"C1","thread_ts":"1700000600.000100","last_read":"1700000600.000100"},"event_ts":"1700000601.000100"}`,
		`{"type":"thread_unsubscribed","subscription":{"channel":"C1","thread_ts":"1700000600.000100","last_read":"1700000600.000100"},"event_ts":"1700000602.000100"}`, keeping},
	{"a file shared and unshared", `{"type":"file_shared","file_id":"F2","channel_id":"C2","event_ts":"1700000601.000100"}`,
		`{"type":"file_unshared","file_id":"F2","channel_id":"C2","event_ts":"1700000602.000100"}`,
		append(slices.Clone(keeping), `{"type":"file_shared","file_id":"F2","channel_id":"C2"}`, `{"type":"file_unshared","file_id":"F2","channel_id":"C2"}`)},
	{"a file public and private", `{"type":"file_private","file":"F2","event_ts":"1700000601.000100"}`,
		`{"type":"file_public","file_id":"F2","event_ts":"1700000602.000100"}`, keeping},
	{"a file shared and deleted", `{"type":"file_shared","file_id":"F2","channel_id":"C2","event_ts":"1700000601.000100"}`,
		`{"type":"file_deleted","file_id":"F2","event_ts":"1700000602.000100"}`, keeping},
}

// crowded is keeping, with more reactions than Slack lists.
var crowded = append(slices.Clone(keeping), `{"type":"message","subtype":"message_changed","channel":"C1","ts":"1700000600.500100",
	"message":{"ts":"1700000600.000100","user":"U2","text":"a","reactions":[{"name":"eyes","users":["U2"],"count":40}]}}`)

func reacts(typ, user, second string) string {
	return `{"type":"` + typ + `","user":"` + user + `","reaction":"eyes","item":{"type":"message","channel":"C1","ts":"1700000600.000100"},"event_ts":"1700000` + second + `.000100"}`
}

// TestOrderOfArrival: events that say when they happened lead to the same
// workspace, in whatever order they arrive and however often. Only the former names of a
// conversation lack one that came late: it is not known where it belongs.
func TestOrderOfArrival(t *testing.T) {
	for _, c := range slices.Concat(keptOrders, []orderCase{
		{"renamed twice", `{"type":"channel_rename","channel":{"id":"C1","name":"a"},"event_ts":"1700000601.000100"}`,
			`{"type":"channel_rename","channel":{"id":"C1","name":"b"},"event_ts":"1700000602.000100"}`, nil},
		{"renamed, and by a notice", `{"type":"channel_rename","channel":{"id":"C2","name":"a"},"event_ts":"1700000601.000100"}`,
			`{"type":"message","subtype":"channel_name","channel":"C2","name":"b","user":"U2","ts":"1700000602.000100"}`, nil},
		{"archived and unarchived", `{"type":"channel_archive","channel":"C1","event_ts":"1700000601.000100"}`,
			`{"type":"channel_unarchive","channel":"C1","event_ts":"1700000602.000100"}`, nil},
		{"unarchived and archived", `{"type":"channel_unarchive","channel":"C3","event_ts":"1700000601.000100"}`,
			`{"type":"channel_archive","channel":"C3","event_ts":"1700000602.000100"}`, nil},
		{"renamed and archived", `{"type":"channel_rename","channel":{"id":"C1","name":"a"},"event_ts":"1700000601.000100"}`,
			`{"type":"channel_archive","channel":"C1","event_ts":"1700000602.000100"}`, nil},
		{"renamed and deleted", `{"type":"channel_rename","channel":{"id":"C1","name":"a"},"event_ts":"1700000601.000100"}`,
			`{"type":"channel_deleted","channel":"C1","event_ts":"1700000602.000100"}`, nil},
		{"created and deleted", `{"type":"channel_created","channel":{"id":"C9","name":"a"},"event_ts":"1700000601.000100"}`,
			`{"type":"channel_deleted","channel":"C9","event_ts":"1700000602.000100"}`, nil},
		{"renamed under an id that goes out of use", `{"type":"group_rename","channel":{"id":"G1","name":"a"},"event_ts":"1700000601.000100"}`,
			`{"type":"channel_id_changed","old_channel_id":"G1","new_channel_id":"C9","event_ts":"1700000602.000100"}`, nil},
		{"joined and left", `{"type":"member_joined_channel","user":"U3","channel":"C2","event_ts":"1700000601.000100"}`,
			`{"type":"member_left_channel","user":"U3","channel":"C2","event_ts":"1700000602.000100"}`, nil},
		{"left and joined", `{"type":"member_left_channel","user":"U2","channel":"C1","event_ts":"1700000601.000100"}`,
			`{"type":"member_joined_channel","user":"U2","channel":"C1","event_ts":"1700000602.000100"}`, nil},
		{"two who join", `{"type":"member_joined_channel","user":"U3","channel":"C2","event_ts":"1700000601.000100"}`,
			`{"type":"member_joined_channel","user":"U4","channel":"C2","event_ts":"1700000602.000100"}`, nil},
		{"self leaves, and is heard of as opening", `{"type":"group_open","user":"U1","channel":"G1","event_ts":"1700000601.000100"}`,
			`{"type":"group_left","channel":"G1","event_ts":"1700000602.000100"}`, nil},
		{"opened and closed", `{"type":"im_open","user":"U1","channel":"D1","event_ts":"1700000601.000100"}`,
			`{"type":"im_close","user":"U1","channel":"D1","event_ts":"1700000602.000100"}`, nil},
		{"shared and unshared", `{"type":"channel_shared","channel":"C1","connected_team_id":"T9","event_ts":"1700000601.000100"}`,
			`{"type":"channel_unshared","channel":"C1","previously_connected_team_id":"T9","is_ext_shared":false,"event_ts":"1700000602.000100"}`, nil},
		{"pinned and unpinned", `{"type":"pin_added","channel_id":"C1","item":{"file":{"id":"F2"}},"event_ts":"1700000601.000100"}`,
			`{"type":"pin_removed","channel_id":"C1","item":{"file":{"id":"F2"}},"has_pins":false,"event_ts":"1700000602.000100"}`, nil},
		{"unpinned, and another pinned", `{"type":"pin_removed","channel_id":"C1","item":{"file":{"id":"F2"}},"has_pins":false,"event_ts":"1700000601.000100"}`,
			`{"type":"pin_added","channel_id":"C1","item":{"file":{"id":"F3"}},"event_ts":"1700000602.000100"}`, nil},
		{"starred and not", `{"type":"star_added","user":"U1","item":{"type":"channel","channel":"C2"},"event_ts":"1700000601.000100"}`,
			`{"type":"star_removed","user":"U1","item":{"type":"channel","channel":"C2"},"event_ts":"1700000602.000100"}`, nil},
		{"two who star", `{"type":"star_added","user":"U1","item":{"type":"channel","channel":"C2"},"event_ts":"1700000601.000100"}`,
			`{"type":"star_added","user":"U1","item":{"type":"im","channel":"D1"},"event_ts":"1700000602.000100"}`, nil},
		{"shared with one team and unshared with another", `{"type":"channel_unshared","channel":"C1","previously_connected_team_id":"T8","is_ext_shared":false,"event_ts":"1700000601.000100"}`,
			`{"type":"channel_shared","channel":"C1","connected_team_id":"T9","event_ts":"1700000602.000100"}`, nil},
		{"properties", `{"type":"channel_updated","channel":"C1","updates":{"properties":{"n":1}},"event_ts":"1700000601.000100"}`,
			`{"type":"channel_updated","channel":"C1","updates":{"properties":{"n":2}},"event_ts":"1700000602.000100"}`, nil},
		{"an object and a rename", `{"type":"channel_joined","channel":{"id":"C2","name":"a","is_archived":true},"event_ts":"1700000601.000100"}`,
			`{"type":"channel_rename","channel":{"id":"C2","name":"b"},"event_ts":"1700000602.000100"}`, nil},
		{"marked, and self leaves", `{"type":"channel_marked","channel":"C1","ts":"1700000000.000100","event_ts":"1700000601.000100"}`,
			`{"type":"channel_left","channel":"C1","event_ts":"1700000602.000100"}`, nil},
		{"two topics", `{"type":"message","subtype":"channel_topic","channel":"C2","user":"U2","topic":"a","hidden":true,"ts":"1700000601.000100"}`,
			`{"type":"message","subtype":"channel_topic","channel":"C2","user":"U3","topic":"b","hidden":true,"ts":"1700000602.000100"}`, nil},
		{"made private and public", `{"type":"message","subtype":"channel_convert_to_private","channel":"C1","user":"U2","hidden":true,"ts":"1700000601.000100"}`,
			`{"type":"message","subtype":"channel_convert_to_public","channel":"C1","user":"U2","hidden":true,"ts":"1700000602.000100"}`, nil},
		{"sent and deleted", `{"type":"message","channel":"C2","user":"U2","text":"<@U1>","ts":"1700000601.000100"}`,
			`{"type":"message","subtype":"message_deleted","channel":"C2","deleted_ts":"1700000601.000100","ts":"1700000602.000100"}`, nil},
		{"edited twice", `{"type":"message","subtype":"message_changed","channel":"D1","ts":"1700000601.000100","message":{"ts":"1700000000.000100","user":"U2","text":"a"}}`,
			`{"type":"message","subtype":"message_changed","channel":"D1","ts":"1700000602.000100","message":{"ts":"1700000000.000100","user":"U2","text":"b"}}`, nil},
		{"a user changed twice", `{"type":"user_change","user":{"id":"U2","name":"a","updated":1700000601}}`,
			`{"type":"user_change","user":{"id":"U2","name":"b","updated":1700000602}}`, nil},
		{"a user deactivated and back", `{"type":"user_change","user":{"id":"U3","deleted":true,"updated":1700000601}}`,
			`{"type":"user_change","user":{"id":"U3","deleted":false,"updated":1700000602}}`, nil},
		{"a user heard of by joining", `{"type":"team_join","user":{"id":"U9","name":"a","team_id":"T1"},"event_ts":"1700000601.000100"}`,
			`{"type":"member_joined_channel","user":"U9","channel":"C1","team":"T1","event_ts":"1700000602.000100"}`, nil},
		{"manual presence", `{"type":"manual_presence_change","presence":"away","event_ts":"1700000601.000100"}`,
			`{"type":"manual_presence_change","presence":"active","event_ts":"1700000602.000100"}`, nil},
		{"do not disturb", `{"type":"dnd_updated","user":"U1","dnd_status":{"dnd_enabled":false},"event_ts":"1700000601.000100"}`,
			`{"type":"dnd_updated","user":"U1","dnd_status":{"dnd_enabled":true},"event_ts":"1700000602.000100"}`, nil},
		{"a preference", `{"type":"pref_change","name":"p","value":1,"event_ts":"1700000601.000100"}`,
			`{"type":"pref_change","name":"p","value":2,"event_ts":"1700000602.000100"}`, nil},
		{"a user group changed twice", `{"type":"subteam_updated","subteam":{"id":"S1","name":"a","date_update":1700000601,"users":["U1"],"user_count":1}}`,
			`{"type":"subteam_updated","subteam":{"id":"S1","name":"b","date_update":1700000602,"users":["U2"],"user_count":1}}`, nil},
		{"in a user group and out of it", `{"type":"subteam_self_added","subteam_id":"S2","event_ts":"1700000601.000100"}`,
			`{"type":"subteam_self_removed","subteam_id":"S2","event_ts":"1700000602.000100"}`, nil},
		{"in a user group by its list, and out of it", `{"type":"subteam_updated","subteam":{"id":"S2","date_update":1700000601,"users":["U1","U2"],"user_count":2}}`,
			`{"type":"subteam_self_removed","subteam_id":"S2","event_ts":"1700000602.000100"}`, nil},
		{"out of a user group, and in it by its list", `{"type":"subteam_self_removed","subteam_id":"S1","event_ts":"1700000601.000100"}`,
			`{"type":"subteam_updated","subteam":{"id":"S1","date_update":1700000602,"users":["U1","U3"],"user_count":2}}`, nil},
		{"two changes of do not disturb", `{"type":"dnd_updated_user","user":"U2","dnd_status":{"dnd_enabled":false},"event_ts":"1700000601.000100"}`,
			`{"type":"dnd_updated_user","user":"U2","dnd_status":{"dnd_enabled":true},"event_ts":"1700000602.000100"}`, nil},
		{"a bot changed twice", `{"type":"bot_changed","bot":{"id":"B1","name":"a"},"event_ts":"1700000601.000100"}`,
			`{"type":"bot_changed","bot":{"id":"B1","name":"b"},"event_ts":"1700000602.000100"}`, nil},
		{"an emoji added and removed", `{"type":"emoji_changed","subtype":"add","name":"e","value":"v","event_ts":"1700000601.000100"}`,
			`{"type":"emoji_changed","subtype":"remove","names":["e"],"event_ts":"1700000602.000100"}`, nil},
		{"an alias added, and what it stands for removed", `{"type":"emoji_changed","subtype":"add","name":"e","value":"alias:fish","event_ts":"1700000601.000100"}`,
			`{"type":"emoji_changed","subtype":"remove","names":["fish"],"event_ts":"1700000602.000100"}`, nil},
		{"an emoji removed, and added again", `{"type":"emoji_changed","subtype":"remove","names":["boat"],"event_ts":"1700000601.000100"}`,
			`{"type":"emoji_changed","subtype":"add","name":"boat","value":"v","event_ts":"1700000602.000100"}`, nil},
		{"an emoji renamed and removed", `{"type":"emoji_changed","subtype":"rename","old_name":"fish","new_name":"cod","event_ts":"1700000601.000100"}`,
			`{"type":"emoji_changed","subtype":"remove","names":["cod"],"event_ts":"1700000602.000100"}`, nil},
		{"the team renamed twice", `{"type":"team_rename","name":"a","event_ts":"1700000601.000100"}`,
			`{"type":"team_rename","name":"b","event_ts":"1700000602.000100"}`, nil},
		{"the team's domain changed twice", `{"type":"team_domain_change","domain":"a","event_ts":"1700000601.000100"}`,
			`{"type":"team_domain_change","domain":"b","event_ts":"1700000602.000100"}`, nil},
	}) {
		t.Run(c.name, func(t *testing.T) {
			start := workspace(t)
			for _, frame := range c.setup {
				start, _ = reduce(t, start, frame, epoch+601_000)
			}
			play := func(order string) (dump map[string]any) {
				s := start
				for i, which := range order {
					frame := c.first
					if which == 'b' {
						frame = c.second
					}
					s, _ = reduce(t, s, frame, epoch+610_000+int64(i)*1000)
				}
				consistent(t, s)
				dump = object(t, s.AppendDump(nil))
				dump["threads"] = dump["slackstate"].(map[string]any)["threads"]
				for _, name := range []string{"seq", "digest", "slackstate"} {
					delete(dump, name)
				}
				for _, list := range []string{"channels", "groups"} {
					for _, c := range dump[list].([]any) {
						delete(c.(map[string]any), "previous_names")
					}
				}
				return dump
			}
			want := play("ab")
			for _, order := range orders {
				if diff := cmp.Diff(want, play(order)); diff != "" {
					t.Errorf("(-in order +as %s):\n%s", order, diff)
				}
			}
		})
	}
}
