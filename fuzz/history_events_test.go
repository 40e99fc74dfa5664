package fuzz

import "fmt"

func (h *history) messages() string {
	id := h.conv()
	switch h.pick(8) {
	case 0:
		return fmt.Sprintf(`{"type":"message","subtype":"message_changed","hidden":true,"channel":"%s","ts":"%s","message":{"type":"message","user":"%s","text":"%s","ts":"%s"}%s}`,
			id, h.ts(), h.user(), h.text(), h.ts(), h.maybe(`,"previous_message":[]`))
	case 1:
		ts := h.ts()
		return fmt.Sprintf(`{"type":"message","subtype":"message_deleted","hidden":true,"channel":"%s","ts":"%s","deleted_ts":"%s"%s}`,
			id, h.ts(), ts, h.maybe(`,"previous_message":{"type":"message","user":"%s","text":"%s","ts":"%s"}`, h.user(), h.text(), ts))
	case 2:
		return fmt.Sprintf(`{"type":"message","channel":"%s","user":"%s","text":"%s","ts":"%s","thread_ts":"%s"}`, id, h.user(), h.text(), h.ts(), h.ts())
	case 3:
		return fmt.Sprintf(`{"type":"message","subtype":"%s","channel":"%s","user":"%s","text":"%s","ts":"%s"}`, h.of("bot_message me_message pinned_item hologram"), id, h.user(), h.text(), h.ts())
	}
	return fmt.Sprintf(`{"type":"message","channel":"%s","user":"%s","text":"%s","ts":"%s"%s%s}`, id, h.user(), h.text(), h.ts(), h.maybe(`,"user_team":"%s"`, h.of("T1 T9")), h.seldom(`,"hidden":%s`, h.of(`1 true "true"`)))
}

func (h *history) text() string {
	return []string{"hello", "<@U1>", "<@U1|me> hi", "<!here>", "<!subteam^S1|@crew>", "<!subteam^S2>", "<@U2>"}[h.pick(7)]
}

// notices are messages that tell of changes.
func (h *history) notices() string {
	verb := h.of("topic purpose name archive unarchive join leave")
	return fmt.Sprintf(`{"type":"message","subtype":"%s","channel":"%s","user":"%s","topic":"%s","purpose":"p","name":"%s","ts":"%s"}`,
		h.of("channel group")+"_"+verb, h.of("C1 C2 G1 C9"), h.user(), h.of("x y"), h.of("a b c"), h.ts())
}

func (h *history) items() string {
	id := h.conv()
	item := h.of(`{"type":"file","file":{"id":"F1"}} {"type":"file","file":{"id":"F2"}} {"type":"message","message":{"ts":"1700000000.000100"}} {}`)
	switch h.pick(6) {
	case 0:
		return fmt.Sprintf(`{"type":"pin_removed","user":"U2","channel_id":"%s","item":%s%s%s%s}`, id, item, h.maybe(`,"has_pins":%s`, h.yes()), h.maybe(`,"pin_count":%d`, h.pick(3)), h.when())
	case 1, 2:
		return fmt.Sprintf(`{"type":"pin_added","user":"U2","channel_id":"%s","item":%s%s%s}`, id, item, h.maybe(`,"pin_count":"%d"`, 1+h.pick(3)), h.when())
	case 3:
		return fmt.Sprintf(`{"type":"file_deleted","file_id":"%s"%s}`, h.of("F1 F2 F3"), h.when())
	}
	item = fmt.Sprintf(h.of(`{"type":"channel","channel":"%s"} {"type":"group","group":"%s"} {"type":"message","channel":"%s","message":{"ts":"1700000000.000100"}}`), id)
	return fmt.Sprintf(`{"type":"%s","user":"%s","item":%s%s}`, h.of("star_added star_removed"), h.of("U1 U1 U2"), item, h.when())
}

func (h *history) people() string {
	switch h.pick(6) {
	case 0:
		return fmt.Sprintf(`{"type":"presence_change","presence":"%s",%s}`, h.of("active away"), h.of(`"user":"U2" "users":["U1","U3","W9"]`))
	case 1:
		return fmt.Sprintf(`{"type":"%s","user":"%s","dnd_status":{"dnd_enabled":%s,"next_dnd_start_ts":%s,"next_dnd_end_ts":2%s}%s}`,
			h.of("dnd_updated dnd_updated_user"), h.of("U1 U2"), h.yes(), h.of(`1 "1"`), h.maybe(`,"snooze_enabled":%s,"snooze_endtime":%d,"snooze_remaining":60`, h.yes(), h.pick(3)), h.when())
	case 2:
		return fmt.Sprintf(`{"type":"%s","bot":{"id":"%s","name":"%s"%s%s}%s}`, h.of("bot_added bot_changed"), h.of("B1 B2"), h.of("a b"),
			h.maybe(`,"updated":%s`, h.version()), h.maybe(`,"deleted":%s`, h.yes()), h.when())
	}
	return fmt.Sprintf(`{"type":"%s","user":{"id":"%s"%s%s%s%s}%s}`, h.of("user_change user_change team_join user_status_changed user_huddle_changed"), h.user(),
		h.maybe(`,"name":"%s"`, h.of("a b c")), h.maybe(`,"updated":%s`, h.version()), h.maybe(`,"deleted":%s`, h.yes()),
		h.maybe(`,"presence":"away","profile":{"status_text":"%s","fields":%s}`, h.of("x y"), h.of(`{} [] null {"Xf2":{"value":"1"}}`)), h.when())
}

func (h *history) own() string {
	switch h.pick(3) {
	case 0:
		return fmt.Sprintf(`{"type":"manual_presence_change","presence":"%s"%s}`, h.of("active away"), h.when())
	case 1:
		return fmt.Sprintf(`{"type":"team_pref_change","name":"p","value":%s%s}`, h.of(`1 "x" ["C1"] {"b":1,"a":null} null`), h.when())
	}
	return fmt.Sprintf(`{"type":"pref_change","name":"%s","value":%s%s}`, h.of("muted_channels p"), h.of(`"C1" "C1,C2" "" null true`), h.when())
}

func (h *history) groups() string {
	id := h.of("S1 S1 S2 S9")
	switch h.pick(4) {
	case 0:
		return fmt.Sprintf(`{"type":"%s","subteam_id":"%s"%s}`, h.of("subteam_self_added subteam_self_removed"), id, h.when())
	case 1:
		return fmt.Sprintf(`{"type":"subteam_members_changed","subteam_id":"%s","date_previous_update":%s,"date_update":%s,"%s":["%s"]%s}`,
			id, h.of("1600000000 1700000601 1700000605"), h.version(), h.of("added_users removed_users"), h.user(), h.when())
	}
	return fmt.Sprintf(`{"type":"%s","subteam":{"id":"%s"%s%s%s%s}%s}`, h.of("subteam_created subteam_updated"), id,
		h.maybe(`,"handle":"%s"`, h.of("a b")), h.maybe(`,"date_update":%s`, h.version()), h.maybe(`,"date_delete":%s`, h.of(`0 0 "0" 5`)),
		h.maybe(`,"users":["%s"],"user_count":%s`, h.user(), h.of(`1 "1" 700`)), h.when())
}

func (h *history) emoji() string {
	switch h.pick(4) {
	case 0:
		return fmt.Sprintf(`{"type":"emoji_changed","subtype":"remove","names":["%s","%s"]%s}`, h.of("boat ship fish"), h.of("fish gone"), h.when())
	case 1:
		return fmt.Sprintf(`{"type":"emoji_changed","subtype":"rename","old_name":"%s","new_name":"%s"%s%s}`, h.of("boat ship fish"), h.of("cod fish yacht"),
			h.maybe(`,"value":"https://example.com/new"`), h.when())
	}
	return fmt.Sprintf(`{"type":"emoji_changed","subtype":"add","name":"%s","value":"%s"%s}`, h.of("boat ship fish cod"), h.of("https://example.com/1 https://example.com/2 alias:boat alias:ship"), h.when())
}

func (h *history) team() string {
	switch h.pick(6) {
	case 0:
		return fmt.Sprintf(`{"type":"team_rename","name":"%s"%s}`, h.of("a b"), h.when())
	case 1:
		return fmt.Sprintf(`{"type":"team_domain_change","domain":"%s"%s%s}`, h.of("a b"), h.maybe(`,"url":"https://%s"`, h.of("a b")), h.when())
	case 2:
		return fmt.Sprintf(`{"type":"email_domain_changed","email_domain":"%s"%s}`, h.of("a b"), h.when())
	case 3:
		return fmt.Sprintf(`{"type":"team_plan_change","plan":"%s"%s%s}`, h.of("std plus"), h.maybe(`,"can_add_ura":%s`, h.of("true false")), h.maybe(`,"paid_features":["x"]`))
	case 4:
		return fmt.Sprintf(`{"type":"team_profile_delete","profile":{"fields":[%s]}%s}`, h.of(`"Xf1" {"id":"Xf2"}`), h.when())
	}
	return fmt.Sprintf(`{"type":"%s","profile":{"fields":[{"id":"%s","label":"%s","ordering":%s}]}%s}`, h.of("team_profile_change team_profile_reorder"),
		h.of("Xf1 Xf2"), h.of("a b"), h.of(`1 2 "3"`), h.when())
}

// lists are pages of listings, of which some began a while ago.
func (h *history) lists() string {
	if h.pick(3) == 0 {
		h.call++
		return fmt.Sprintf(`{"type":"local.call","call":"%d","method":"x"}`, h.call)
	}
	call := h.maybe(`,"call":"%d"`, h.call)
	switch h.pick(9) {
	case 4:
		return fmt.Sprintf(`{"type":"local.page"%s,"method":"conversations.info","response":{"ok":true,"channel":{"id":"%s"%s%s%s%s}}}`, call, h.conv(),
			h.maybe(`,"is_member":%s`, h.yes()), h.maybe(`,"last_read":"%s"`, h.ts()), h.maybe(`,"unread_count":%d,"unread_count_display":"%d"`, h.pick(3), h.pick(3)),
			h.maybe(`,"latest":{"type":"message","user":"U2","text":"%s","ts":"%s"}`, h.text(), h.ts()))
	case 5:
		return fmt.Sprintf(`{"type":"local.page"%s,"method":"usergroups.list"%s,"response":{"ok":true,"usergroups":[{"id":"%s","handle":"l"%s%s%s}]}}`, call,
			h.maybe(`,"args":{"include_disabled":true}`), h.of("S1 S2 S9"), h.maybe(`,"date_update":%s`, h.version()), h.maybe(`,"date_delete":%s`, h.of("0 5")),
			h.maybe(`,"users":["%s"],"user_count":%s`, h.user(), h.of(`1 700`)))
	case 6:
		h.call++
		h.due = append(h.due, fmt.Sprintf(`{"type":"presence_change","presence":"%s","users":["U1","U2","U3"]}`, h.of("active away")),
			fmt.Sprintf(`{"type":"local.page","call":"%d","method":"users.getPresence","args":{"user":"%s"},"response":{"ok":true,"presence":"%s"}}`, h.call, h.user(), h.of("active away")))
		return fmt.Sprintf(`{"type":"local.call","call":"%d","method":"users.getPresence"}`, h.call)
	case 7:
		return fmt.Sprintf(`{"type":"local.listed"%s,"method":"conversations.list","args":{"types":"%s"%s},"seen":["%s","%s","%s","%s"]}`, call,
			h.of("public_channel public_channel,private_channel private_channel,mpim,im im"), h.maybe(`,"exclude_archived":true`), h.conv(), h.conv(), h.conv(), h.conv())
	case 8:
		return fmt.Sprintf(`{"type":"local.listed"%s,"method":"conversations.members","args":{"channel":"%s"},"seen":["%s","%s"]}`, call, h.conv(), h.user(), h.user())
	case 0:
		return fmt.Sprintf(`{"type":"local.page"%s,"method":"users.list","response":{"ok":%s,"members":[{"id":"%s","name":"%s"%s%s%s}]}}`, call, h.of("true true true false"),
			h.user(), h.of("a b"), h.maybe(`,"updated":%s`, h.version()), h.maybe(`,"deleted":%s`, h.yes()), h.maybe(`,"presence":"away"`))
	case 1:
		return fmt.Sprintf(`{"type":"local.page"%s,"method":"conversations.list","response":{"ok":true,"channels":[{"id":"%s","name":"%s"%s%s%s%s}]}}`, call,
			h.conv(), h.of("a b"), h.maybe(`,"is_member":%s`, h.yes()), h.maybe(`,"is_archived":%s`, h.yes()), h.maybe(`,"num_members":%s`, h.of(`4 "5"`)),
			h.maybe(`,"topic":{"value":"z","creator":"U2","last_set":%s}`, h.version()))
	case 2:
		return fmt.Sprintf(`{"type":"local.page"%s,"method":"conversations.members","args":{"channel":"%s"},"response":{"ok":true,"members":["%s","%s"]}}`, call,
			h.of("C1 C2 G1 C9"), h.user(), h.user())
	}
	return fmt.Sprintf(`{"type":"local.page"%s,"method":"emoji.list","response":{"ok":true,"emoji":{"boat":"https://example.com/boat"%s}}}`, call, h.maybe(`,"fish":"https://example.com/fish"`))
}
