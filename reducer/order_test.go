package reducer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// orders are those in which two events may arrive, some of them repeatedly.
var orders = strings.Fields("ba aab aba abb baa bab bba abab baba abba")

// TestOrderOfArrival: events that say when they happened lead to the same
// workspace, in whatever order they arrive and however often. Only the former names of a
// conversation lack one that came late: it is not known where it belongs.
func TestOrderOfArrival(t *testing.T) {
	for _, c := range []struct{ name, first, second string }{
		{"renamed twice", `{"type":"channel_rename","channel":{"id":"C1","name":"a"},"event_ts":"1700000601.000100"}`,
			`{"type":"channel_rename","channel":{"id":"C1","name":"b"},"event_ts":"1700000602.000100"}`},
		{"renamed, and by a notice", `{"type":"channel_rename","channel":{"id":"C2","name":"a"},"event_ts":"1700000601.000100"}`,
			`{"type":"message","subtype":"channel_name","channel":"C2","name":"b","user":"U2","ts":"1700000602.000100"}`},
		{"archived and unarchived", `{"type":"channel_archive","channel":"C1","event_ts":"1700000601.000100"}`,
			`{"type":"channel_unarchive","channel":"C1","event_ts":"1700000602.000100"}`},
		{"unarchived and archived", `{"type":"channel_unarchive","channel":"C3","event_ts":"1700000601.000100"}`,
			`{"type":"channel_archive","channel":"C3","event_ts":"1700000602.000100"}`},
		{"renamed and archived", `{"type":"channel_rename","channel":{"id":"C1","name":"a"},"event_ts":"1700000601.000100"}`,
			`{"type":"channel_archive","channel":"C1","event_ts":"1700000602.000100"}`},
		{"renamed and deleted", `{"type":"channel_rename","channel":{"id":"C1","name":"a"},"event_ts":"1700000601.000100"}`,
			`{"type":"channel_deleted","channel":"C1","event_ts":"1700000602.000100"}`},
		{"created and deleted", `{"type":"channel_created","channel":{"id":"C9","name":"a"},"event_ts":"1700000601.000100"}`,
			`{"type":"channel_deleted","channel":"C9","event_ts":"1700000602.000100"}`},
		{"renamed under an id that goes out of use", `{"type":"group_rename","channel":{"id":"G1","name":"a"},"event_ts":"1700000601.000100"}`,
			`{"type":"channel_id_changed","old_channel_id":"G1","new_channel_id":"C9","event_ts":"1700000602.000100"}`},
		{"joined and left", `{"type":"member_joined_channel","user":"U3","channel":"C2","event_ts":"1700000601.000100"}`,
			`{"type":"member_left_channel","user":"U3","channel":"C2","event_ts":"1700000602.000100"}`},
		{"left and joined", `{"type":"member_left_channel","user":"U2","channel":"C1","event_ts":"1700000601.000100"}`,
			`{"type":"member_joined_channel","user":"U2","channel":"C1","event_ts":"1700000602.000100"}`},
		{"two who join", `{"type":"member_joined_channel","user":"U3","channel":"C2","event_ts":"1700000601.000100"}`,
			`{"type":"member_joined_channel","user":"U4","channel":"C2","event_ts":"1700000602.000100"}`},
		{"self leaves, and is heard of as opening", `{"type":"group_open","user":"U1","channel":"G1","event_ts":"1700000601.000100"}`,
			`{"type":"group_left","channel":"G1","event_ts":"1700000602.000100"}`},
		{"opened and closed", `{"type":"im_open","user":"U1","channel":"D1","event_ts":"1700000601.000100"}`,
			`{"type":"im_close","user":"U1","channel":"D1","event_ts":"1700000602.000100"}`},
		{"shared and unshared", `{"type":"channel_shared","channel":"C1","connected_team_id":"T9","event_ts":"1700000601.000100"}`,
			`{"type":"channel_unshared","channel":"C1","previously_connected_team_id":"T9","is_ext_shared":false,"event_ts":"1700000602.000100"}`},
		{"pinned and unpinned", `{"type":"pin_added","channel_id":"C1","item":{"file":{"id":"F2"}},"event_ts":"1700000601.000100"}`,
			`{"type":"pin_removed","channel_id":"C1","item":{"file":{"id":"F2"}},"has_pins":false,"event_ts":"1700000602.000100"}`},
		{"unpinned, and another pinned", `{"type":"pin_removed","channel_id":"C1","item":{"file":{"id":"F2"}},"has_pins":false,"event_ts":"1700000601.000100"}`,
			`{"type":"pin_added","channel_id":"C1","item":{"file":{"id":"F3"}},"event_ts":"1700000602.000100"}`},
		{"starred and not", `{"type":"star_added","user":"U1","item":{"type":"channel","channel":"C2"},"event_ts":"1700000601.000100"}`,
			`{"type":"star_removed","user":"U1","item":{"type":"channel","channel":"C2"},"event_ts":"1700000602.000100"}`},
		{"two who star", `{"type":"star_added","user":"U1","item":{"type":"channel","channel":"C2"},"event_ts":"1700000601.000100"}`,
			`{"type":"star_added","user":"U1","item":{"type":"im","channel":"D1"},"event_ts":"1700000602.000100"}`},
		{"shared with one team and unshared with another", `{"type":"channel_unshared","channel":"C1","previously_connected_team_id":"T8","is_ext_shared":false,"event_ts":"1700000601.000100"}`,
			`{"type":"channel_shared","channel":"C1","connected_team_id":"T9","event_ts":"1700000602.000100"}`},
		{"properties", `{"type":"channel_updated","channel":"C1","updates":{"properties":{"n":1}},"event_ts":"1700000601.000100"}`,
			`{"type":"channel_updated","channel":"C1","updates":{"properties":{"n":2}},"event_ts":"1700000602.000100"}`},
		{"an object and a rename", `{"type":"channel_joined","channel":{"id":"C2","name":"a","is_archived":true},"event_ts":"1700000601.000100"}`,
			`{"type":"channel_rename","channel":{"id":"C2","name":"b"},"event_ts":"1700000602.000100"}`},
		{"marked, and self leaves", `{"type":"channel_marked","channel":"C1","ts":"1700000000.000100","event_ts":"1700000601.000100"}`,
			`{"type":"channel_left","channel":"C1","event_ts":"1700000602.000100"}`},
		{"two topics", `{"type":"message","subtype":"channel_topic","channel":"C2","user":"U2","topic":"a","hidden":true,"ts":"1700000601.000100"}`,
			`{"type":"message","subtype":"channel_topic","channel":"C2","user":"U3","topic":"b","hidden":true,"ts":"1700000602.000100"}`},
		{"made private and public", `{"type":"message","subtype":"channel_convert_to_private","channel":"C1","user":"U2","hidden":true,"ts":"1700000601.000100"}`,
			`{"type":"message","subtype":"channel_convert_to_public","channel":"C1","user":"U2","hidden":true,"ts":"1700000602.000100"}`},
		{"sent and deleted", `{"type":"message","channel":"C2","user":"U2","text":"<@U1>","ts":"1700000601.000100"}`,
			`{"type":"message","subtype":"message_deleted","channel":"C2","deleted_ts":"1700000601.000100","ts":"1700000602.000100"}`},
		{"edited twice", `{"type":"message","subtype":"message_changed","channel":"D1","ts":"1700000601.000100","message":{"ts":"1700000000.000100","user":"U2","text":"a"}}`,
			`{"type":"message","subtype":"message_changed","channel":"D1","ts":"1700000602.000100","message":{"ts":"1700000000.000100","user":"U2","text":"b"}}`},
		{"a user changed twice", `{"type":"user_change","user":{"id":"U2","name":"a","updated":1700000601}}`,
			`{"type":"user_change","user":{"id":"U2","name":"b","updated":1700000602}}`},
		{"a user deactivated and back", `{"type":"user_change","user":{"id":"U3","deleted":true,"updated":1700000601}}`,
			`{"type":"user_change","user":{"id":"U3","deleted":false,"updated":1700000602}}`},
		{"a user heard of by joining", `{"type":"team_join","user":{"id":"U9","name":"a","team_id":"T1"},"event_ts":"1700000601.000100"}`,
			`{"type":"member_joined_channel","user":"U9","channel":"C1","team":"T1","event_ts":"1700000602.000100"}`},
		{"manual presence", `{"type":"manual_presence_change","presence":"away","event_ts":"1700000601.000100"}`,
			`{"type":"manual_presence_change","presence":"active","event_ts":"1700000602.000100"}`},
		{"do not disturb", `{"type":"dnd_updated","user":"U1","dnd_status":{"dnd_enabled":false},"event_ts":"1700000601.000100"}`,
			`{"type":"dnd_updated","user":"U1","dnd_status":{"dnd_enabled":true},"event_ts":"1700000602.000100"}`},
		{"a preference", `{"type":"pref_change","name":"p","value":1,"event_ts":"1700000601.000100"}`,
			`{"type":"pref_change","name":"p","value":2,"event_ts":"1700000602.000100"}`},
		{"a user group changed twice", `{"type":"subteam_updated","subteam":{"id":"S1","name":"a","date_update":1700000601,"users":["U1"],"user_count":1}}`,
			`{"type":"subteam_updated","subteam":{"id":"S1","name":"b","date_update":1700000602,"users":["U2"],"user_count":1}}`},
		{"in a user group and out of it", `{"type":"subteam_self_added","subteam_id":"S2","event_ts":"1700000601.000100"}`,
			`{"type":"subteam_self_removed","subteam_id":"S2","event_ts":"1700000602.000100"}`},
		{"in a user group by its list, and out of it", `{"type":"subteam_updated","subteam":{"id":"S2","date_update":1700000601,"users":["U1","U2"],"user_count":2}}`,
			`{"type":"subteam_self_removed","subteam_id":"S2","event_ts":"1700000602.000100"}`},
		{"out of a user group, and in it by its list", `{"type":"subteam_self_removed","subteam_id":"S1","event_ts":"1700000601.000100"}`,
			`{"type":"subteam_updated","subteam":{"id":"S1","date_update":1700000602,"users":["U1","U3"],"user_count":2}}`},
		{"two changes of do not disturb", `{"type":"dnd_updated_user","user":"U2","dnd_status":{"dnd_enabled":false},"event_ts":"1700000601.000100"}`,
			`{"type":"dnd_updated_user","user":"U2","dnd_status":{"dnd_enabled":true},"event_ts":"1700000602.000100"}`},
		{"a bot changed twice", `{"type":"bot_changed","bot":{"id":"B1","name":"a"},"event_ts":"1700000601.000100"}`,
			`{"type":"bot_changed","bot":{"id":"B1","name":"b"},"event_ts":"1700000602.000100"}`},
		{"an emoji added and removed", `{"type":"emoji_changed","subtype":"add","name":"e","value":"v","event_ts":"1700000601.000100"}`,
			`{"type":"emoji_changed","subtype":"remove","names":["e"],"event_ts":"1700000602.000100"}`},
		{"an alias added, and what it stands for removed", `{"type":"emoji_changed","subtype":"add","name":"e","value":"alias:fish","event_ts":"1700000601.000100"}`,
			`{"type":"emoji_changed","subtype":"remove","names":["fish"],"event_ts":"1700000602.000100"}`},
		{"an emoji removed, and added again", `{"type":"emoji_changed","subtype":"remove","names":["boat"],"event_ts":"1700000601.000100"}`,
			`{"type":"emoji_changed","subtype":"add","name":"boat","value":"v","event_ts":"1700000602.000100"}`},
		{"an emoji renamed and removed", `{"type":"emoji_changed","subtype":"rename","old_name":"fish","new_name":"cod","event_ts":"1700000601.000100"}`,
			`{"type":"emoji_changed","subtype":"remove","names":["cod"],"event_ts":"1700000602.000100"}`},
		{"the team renamed twice", `{"type":"team_rename","name":"a","event_ts":"1700000601.000100"}`,
			`{"type":"team_rename","name":"b","event_ts":"1700000602.000100"}`},
		{"the team's domain changed twice", `{"type":"team_domain_change","domain":"a","event_ts":"1700000601.000100"}`,
			`{"type":"team_domain_change","domain":"b","event_ts":"1700000602.000100"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := workspace(t)
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
