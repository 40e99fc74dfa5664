package reducer

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// documented are the types of events that Slack's pages list, those that are
// known from the wire only, and names that stand for others.
var documented = strings.Fields(`
	hello goodbye reconnect_url team_migration_started accounts_changed commands_changed presence_sub presence_query user_typing

	channel_created channel_deleted channel_archive channel_unarchive channel_rename channel_joined channel_left channel_marked
	channel_history_changed member_joined_channel member_left_channel

	group_archive group_unarchive group_close group_open group_deleted group_history_changed group_joined group_left group_marked group_rename

	im_created im_open im_close im_marked im_history_changed

	message reaction_added reaction_removed pin_added pin_removed star_added star_removed

	file_created file_shared file_unshared file_public file_change file_deleted file_comment_added file_comment_edited file_comment_deleted

	team_join user_change presence_change manual_presence_change dnd_updated dnd_updated_user pref_change

	subteam_created subteam_updated subteam_members_changed subteam_self_added subteam_self_removed bot_added bot_changed emoji_changed

	team_rename team_domain_change email_domain_changed team_pref_change team_plan_change team_profile_change team_profile_delete
	team_profile_reorder external_org_migration_started external_org_migration_finished shared_channel_invite_received

	channel_id_changed channel_shared channel_unshared shared_channel_invite_accepted shared_channel_invite_approved
	shared_channel_invite_declined shared_channel_invite_requested user_profile_changed user_status_changed user_huddle_changed
	team_access_granted team_access_revoked grid_migration_started grid_migration_finished app_uninstalled tokens_revoked app_rate_limited
	resources_added resources_removed scope_granted scope_denied user_resource_granted user_resource_denied user_resource_removed
	message.channels message.groups message.im message.mpim message.app_home
	message_metadata_posted message_metadata_updated message_metadata_deleted

	app_deleted app_home_opened app_installed app_uninstalled_team app_mention app_requested app_context_changed
	assistant_thread_started assistant_thread_context_changed agent_session_created agent_session_updated agent_session_deleted
	call_rejected entity_details_requested function_executed invite_requested link_shared url_verification
	workflow_deleted workflow_published workflow_unpublished workflow_step_deleted workflow_step_execute

	mpim_joined mpim_open mpim_close mpim_history_changed mpim_marked thread_marked thread_subscribed thread_unsubscribed
	update_thread_state user_invalidated channel_updated badge_counts_updated activity apps_changed apps_installed apps_uninstalled
	app_actions_updated desktop_notification mobile_in_app_notification sh_room_join sh_room_leave sh_room_update
	channel_section_upserted channel_section_deleted channel_sections_channels_upserted channel_sections_channels_removed
	file_private ai_assistant_status user_connection presence_change_batch

	error pong disconnect interactive slash_commands`)

// documentedSubtypes are those of messages, and how each counts: as shown, as a
// notice that is unread but not displayed, or not as a message.
var documentedSubtypes = map[counting][]string{
	shown: strings.Fields(`bot_message me_message thread_broadcast reply_broadcast file_share file_comment file_mention unpinned_item
		document_mention assistant_app_thread tombstone sh_room_created slackbot_response joiner_notification share_shortcut
		app_conversation_leave channel_canvas_updated tabbed_canvas_updated`),
	notice: strings.Fields(`channel_topic channel_purpose channel_name channel_archive channel_unarchive channel_join channel_leave
		group_topic group_purpose group_name group_archive group_unarchive group_join group_leave
		channel_convert_to_private channel_convert_to_public channel_posting_permissions
		pinned_item bot_add bot_remove bot_enable bot_disable ekm_access_denied reminder_add huddle_thread`),
	never: {"message_changed", "message_replied", "message_deleted"},
}

// TestTableIsComplete: every type is in the table with a handler or a reason,
// and nothing else is.
func TestTableIsComplete(t *testing.T) {
	own := strings.Fields(`local.call local.page local.listed local.failed local.offline local.ready local.repaired local.expire local.config`)
	also := []string{"", "typing", "ping"} // acknowledgements, and what clients send
	want := slices.Sorted(slices.Values(slices.Concat(documented, own, also)))
	got := slices.Sorted(maps.Keys(table))
	for _, typ := range want {
		if !slices.Contains(got, typ) {
			t.Errorf("%s is not in the table", typ)
		}
	}
	for _, typ := range got {
		if !slices.Contains(want, typ) {
			t.Errorf("%s is in the table and in no list of types", typ)
		}
		if r := table[typ]; r.text == "" || r.via == "" || (r.fn == nil) != (r.clock == "") {
			t.Errorf("%s has a handler: %t, and comes from %q, is ordered by %q and does %q", typ, r.fn != nil, r.via, r.clock, r.text)
		}
	}
}

// TestSubtypesAreComplete: every subtype is in the table and counts as it should.
func TestSubtypesAreComplete(t *testing.T) {
	n := 1 // a message without one
	for counts, names := range documentedSubtypes {
		for _, name := range names {
			row, ok := subtypes[name]
			if !ok || row.counts != counts {
				t.Errorf("%s is in the table: %t, and counts as %d, not %d", name, ok, row.counts, counts)
			}
			n++
		}
	}
	if len(subtypes) != n {
		t.Errorf("%d subtypes in the table, %d in the lists", len(subtypes), n)
	}
}

// TestOdd: what is not understood, or only in part, is told apart from what is
// ignored.
func TestOdd(t *testing.T) {
	for _, c := range []struct {
		frame, odd string
		outcome    Outcome
	}{
		{`{"type":"channel_teleported","channel":"C1"}`, "unknown type", Ignored},
		{`{"type":"event_callback","event":{"type":"channel_teleported"}}`, "unknown type", Ignored},
		{`{"type":"event_callback"}`, "unknown type", Ignored},
		{`{"type":"local.joke"}`, "unknown type", Ignored},
		{`{"type":5}`, "has no type", Ignored},
		{`{}`, "has no type", Ignored},
		{`{"type":"message","subtype":"hologram","channel":"C1","user":"U2","text":"wow","ts":"1700000601.000100"}`, "unknown subtype", Changed},
		{`{"type":"message","channel":7,"text":"x","ts":"1700000601.000100"}`, "names no conversation", Ignored},
		{`{"type":"channel_rename","channel":{"id":"C1","name":["x"]}}`, "has no name", Ignored},
		{`{"type":"user_change","user":"U2"}`, "names no user", Ignored},

		{`{"type":"goodbye"}`, "", Ignored},
		{`{"ok":true,"reply_to":1,"ts":"1700000601.000100","text":"hi"}`, "", Ignored},
		{`{"ok":false,"reply_to":1,"error":{"code":2,"msg":"message text is missing"}}`, "", Ignored},
		{`{"type":"channel_archive","channel":"C9"}`, "", Ignored},
		{`{"type":"member_left_channel","user":"U2","channel":"C1"}`, "", Changed},
	} {
		_, res := reduce(t, workspace(t), c.frame, epoch+601_000)
		if res.Odd != c.odd || res.Outcome != c.outcome || res.Outcome == Ignored && res.Why == "" {
			t.Errorf("%s: %+v, want it %v, and odd for %q", c.frame, res, c.outcome, c.odd)
		}
	}
}

// TestEveryHandlerHasAFile: each type, subtype and method that does anything
// has a file of cases, in which it does something.
func TestEveryHandlerHasAFile(t *testing.T) {
	does := func(name string, match func(Event) bool) {
		file := filepath.Join("testdata", filepath.FromSlash(name)+".txt")
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
			return
		}
		cases, _ := goldenCases(t, file)
		for _, c := range cases {
			s := c.begin(t)
			for _, step := range c.steps {
				ev, err := Decode([]byte(step.frame), step.at)
				if err != nil {
					t.Fatalf("%s: %v", file, err)
				}
				next, res := Reduce(config, s, ev)
				if s = next; match(ev) && !step.given && (res.Outcome != Ignored || len(res.Hints) > 0) {
					return
				}
			}
		}
		t.Errorf("%s: in no case it does anything", file)
	}
	for typ, row := range table {
		if row.fn != nil {
			does(typ, func(ev Event) bool { return ev.Type == typ })
		}
	}
	for sub, row := range subtypes {
		if row.fn != nil {
			does("message/"+sub, func(ev Event) bool { return ev.Type == "message" && ev.Subtype == sub })
		}
	}
	for method := range pages {
		if writes[method] != nil {
			t.Errorf("%s is in both tables", method)
		}
	}
	for _, method := range slices.AppendSeq(slices.Collect(maps.Keys(pages)), maps.Keys(writes)) {
		does("page/"+method, func(ev Event) bool { return ev.Type == "local.page" && str(ev.Body, "method") == method })
	}
}

// TestEveryTypeHasACase: each type and each subtype in the tables is that of an
// event of some case that says what it does.
func TestEveryTypeHasACase(t *testing.T) {
	types, subs := map[string]bool{}, map[string]bool{"": true}
	for _, file := range goldenFiles(t) {
		cases, _ := goldenCases(t, file)
		for _, c := range cases {
			for _, step := range c.steps {
				ev, err := Decode([]byte(step.frame), step.at)
				if err != nil {
					t.Fatalf("%s: %v", file, err)
				}
				types[ev.Type] = types[ev.Type] || !step.given
				subs[ev.Subtype] = subs[ev.Subtype] || !step.given
			}
		}
	}
	for typ := range table {
		if !types[typ] {
			t.Errorf("%s is in no case", typ)
		}
	}
	for sub, r := range subtypes {
		if !subs[sub] {
			t.Errorf("message %s is in no case", sub)
		}
		if (r.fn == nil) != (r.does == "") {
			t.Errorf("message %s does something: %t, and what it does is %q", sub, r.fn != nil, r.does)
		}
	}
}

// TestIgnoredTypesChangeNothing, whatever they carry.
func TestIgnoredTypesChangeNothing(t *testing.T) {
	s := workspace(t)
	for typ, row := range table {
		if row.fn != nil {
			continue
		}
		frame, err := json.Marshal(map[string]any{"type": typ, "channel": "C1", "user": "U2", "ts": "1700000601.000100", "text": "x",
			"item": map[string]any{"channel": "C1"}, "file": map[string]any{"id": "F1"}, "enterprise_id": "E1"})
		if err != nil {
			t.Fatal(err)
		}
		next, res := reduce(t, s, string(frame), epoch)
		if next != s || res.Outcome != Ignored || res.Why != row.text || len(res.Hints) != 0 {
			t.Errorf("%s: %+v", frame, res)
		}
	}
}
