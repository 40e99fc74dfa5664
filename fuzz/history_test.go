package fuzz

import (
	"fmt"
	"strings"
)

// smallWorkspace is one in which chance meets the same few things often.
const smallWorkspace = `{"type":"local.page","method":"rtm.start","response":{"ok":true,
	"self":{"id":"U1","name":"me","manual_presence":"active","prefs":{"muted_channels":"C2"}},
	"team":{"id":"T1","name":"Fjord","domain":"fjord","prefs":{"p":1},"profile":{"fields":[{"id":"Xf1","label":"Desk","ordering":0}]}},
	"users":[{"id":"U1","team_id":"T1","name":"me","updated":1600000000,"profile":{"display_name":"Me"}},
		{"id":"U2","team_id":"T1","name":"ann","updated":1600000000,"deleted":false,"presence":"active","profile":{"display_name":"Ann","fields":{"Xf1":{"value":"12"}}}},
		{"id":"U3","team_id":"T1","name":"bob","updated":1600000000}],
	"channels":[{"id":"C1","name":"general","name_normalized":"general","is_channel":true,"is_private":false,"is_member":true,"is_archived":false,
			"num_members":3,"members":["U1","U2","U3"],"topic":{"value":"weather","creator":"U2","last_set":1600000000},
			"last_read":"1700000000.000100","unread_count":0,"unread_count_display":0,"mention_count":0,
			"latest":{"type":"message","user":"U1","text":"first","ts":"1700000000.000100"}},
		{"id":"C2","name":"random","is_channel":true,"is_private":false,"is_member":false,"num_members":1,"members":["U2"]}],
	"groups":[{"id":"G1","name":"secret","is_group":true,"is_private":true,"is_member":true,"num_members":2,"members":["U1","U2"],
		"last_read":"1700000000.000100","unread_count":1,"unread_count_display":1}],
	"mpims":[{"id":"G2","name":"mpdm-me--ann--bob-1","is_mpim":true,"is_private":true,"is_member":true,"is_open":false,"members":["U1","U2","U3"]}],
	"ims":[{"id":"D1","is_im":true,"user":"U2","is_open":true,"last_read":"1700000000.000100","unread_count":0,"unread_count_display":0,"dm_count":0,"has_unreads":false,
		"latest":{"type":"message","user":"U2","text":"hi","ts":"1700000000.000100"}}],
	"bots":[{"id":"B1","name":"gull","updated":1600000000,"deleted":false}],
	"subteams":{"self":["S1"],"all":[{"id":"S1","handle":"crew","date_update":1600000000,"date_delete":0,"users":["U1","U2"],"user_count":2},
		{"id":"S2","handle":"cooks","date_update":1600000000,"date_delete":0,"user_count":40}]},
	"emoji":{"boat":"https://example.com/boat","ship":"alias:boat","fish":"https://example.com/fish"},
	"dnd":{"U1":{"dnd_enabled":true,"next_dnd_start_ts":1700100000,"next_dnd_end_ts":1700130000,"snooze_enabled":true,"snooze_endtime":1700003600}},
	"pins":{},"stars":[]}}`

// A history is a sequence of events that chance makes of bytes: of all
// families, repeated, late, in the wrong order, about what is not known, with
// members left out or of another type than they should be.
type history struct {
	data []byte
	old  []string // what may come again
	call int
	made int      // how many events
	due  []string // what is to come soon

	makers []func(*history) string
}

func newHistory(data []byte) *history {
	return &history{data: data, makers: []func(*history) string{
		(*history).membership, (*history).membership, (*history).lifecycle, (*history).lifecycle,
		(*history).whole, (*history).sharing, (*history).marks, (*history).messages, (*history).messages, (*history).messages,
		(*history).notices, (*history).items, (*history).people, (*history).people, (*history).own, (*history).groups,
		(*history).emoji, (*history).team, (*history).lists, (*history).lists, (*history).connection}}
}

// pick returns a number below n, and 0 at the end of the bytes.
func (h *history) pick(n int) int {
	if len(h.data) == 0 {
		return 0
	}
	c := int(h.data[0]) % n
	h.data = h.data[1:]
	return c
}

func (h *history) of(words string) string {
	list := strings.Fields(words)
	return list[h.pick(len(list))]
}

// maybe returns a member, or nothing.
func (h *history) maybe(format string, args ...any) string {
	if h.pick(3) == 0 {
		return ""
	}
	return fmt.Sprintf(format, args...)
}

func (h *history) seldom(format string, args ...any) string {
	if h.pick(6) > 0 {
		return ""
	}
	return fmt.Sprintf(format, args...)
}

// ts returns a timestamp within a few seconds, so that events are often in the
// wrong order.
func (h *history) ts() string { return fmt.Sprintf("17000006%02d.000100", h.pick(20)) }

func (h *history) version() string {
	if h.pick(8) == 0 {
		return fmt.Sprintf(`"17000006%02d"`, h.pick(20))
	}
	return fmt.Sprintf("17000006%02d", h.pick(20))
}

// when returns the member event_ts, without which some events come.
func (h *history) when() string {
	switch h.pick(8) {
	case 0:
		return ""
	case 1:
		return `,"event_ts":"1700000601000100"` // cannot be compared
	}
	return `,"event_ts":"` + h.ts() + `"`
}

func (h *history) conv() string { return h.of("C1 C1 C2 C2 G1 G2 D1 C9 G8") }
func (h *history) room() string { return h.of("C1 C1 C2 C2 G1 G2 C9 G8") } // anything but a DM
func (h *history) user() string { return h.of("U1 U1 U2 U3 W9") }
func (h *history) yes() string  { return h.of(`true true "true" 1 false false "false" 0`) }

// next returns the next event, which may be one that has been.
func (h *history) next() (frame string, ok bool) {
	if len(h.data) == 0 {
		return "", false
	}
	if len(h.due) > 0 && h.pick(2) == 0 {
		frame, h.due = h.due[0], h.due[1:]
		return frame, true
	}
	if len(h.old) > 0 && h.pick(5) == 0 {
		return h.old[h.pick(len(h.old))], true
	}
	h.made++
	frame = h.makers[h.pick(len(h.makers))](h)
	if h.pick(6) == 0 && !strings.Contains(frame, `"local.`) && !strings.Contains(frame, `"hello"`) {
		frame = `{"type":"event_callback","team_id":"T1","event_id":"Ev1","event":` + frame + `}`
	}
	h.old = append(h.old, frame)
	return frame, true
}

// connection is what the connection itself tells.
func (h *history) connection() string { return h.of(`{"type":"hello"} {"type":"local.offline"}`) }

func (h *history) membership() string {
	switch h.pick(8) {
	case 0:
		return fmt.Sprintf(`{"type":"%s","channel":"%s"%s}`, h.of("channel_left group_left"), h.room(), h.when())
	case 1:
		return fmt.Sprintf(`{"type":"%s","channel":{"id":"%s","is_member":true}%s}`, h.of("channel_joined group_joined mpim_joined"), h.room(), h.when())
	}
	return fmt.Sprintf(`{"type":"%s","user":"%s","channel":"%s","channel_type":"%s"%s%s}`, h.of("member_joined_channel member_left_channel"),
		h.user(), h.room(), h.of("C G"), h.maybe(`,"team":"%s"`, h.of("T1 T9")), h.when())
}

func (h *history) lifecycle() string {
	family := h.of("channel group")
	switch h.pick(12) {
	case 0, 1, 2:
		return fmt.Sprintf(`{"type":"%s_%s","channel":"%s","user":"U2"%s}`, family, h.of("archive unarchive"), h.room(), h.when())
	case 3, 4, 5:
		return fmt.Sprintf(`{"type":"%s_rename","channel":{"id":"%s","name":"%s"%s%s,"is_channel":true}%s}`, family, h.room(), h.of("a b c general"),
			h.maybe(`,"created":%s`, h.of(`15 "16"`)), h.maybe(`,"name_normalized":"%s"`, h.of("a b")), h.when())
	case 6, 7, 8:
		verb := h.of("open close")
		if h.pick(3) == 0 {
			return fmt.Sprintf(`{"type":"im_%s","user":"%s","channel":"%s"%s}`, verb, h.user(), h.of("D1 D8 D9"), h.when())
		}
		return fmt.Sprintf(`{"type":"%s_%s","user":"%s","channel":"%s"%s}`, h.of("group mpim"), verb, h.user(), h.room(), h.when())
	case 9:
		if h.pick(4) > 0 {
			return h.lifecycle()
		}
		return fmt.Sprintf(`{"type":"%s_deleted","channel":"%s"%s}`, family, h.room(), h.when())
	case 10:
		if h.pick(4) > 0 {
			return h.lifecycle()
		}
		return fmt.Sprintf(`{"type":"channel_id_changed",%s%s}`, h.of(`"old_channel_id":"G1","new_channel_id":"C7" "old_channel_id":"C2","new_channel_id":"C8"`), h.when())
	}
	return fmt.Sprintf(`{"type":"channel_updated","channel":"%s","updates":{%s"is_private":%s}%s}`, h.room(),
		h.maybe(`"properties":{"n":%d},`, h.pick(3)), h.yes(), h.when())
}

// whole are events that carry a conversation.
func (h *history) whole() string {
	object := fmt.Sprintf(`{"id":"%s","name":"%s"%s%s%s%s%s%s%s%s}`, h.room(), h.of("a b c general"),
		h.maybe(`,"name_normalized":"%s"`, h.of("a b")), h.maybe(`,"is_private":%s`, h.yes()), h.maybe(`,"is_archived":%s`, h.yes()),
		h.maybe(`,"members":["%s","%s"]`, h.user(), h.of("U3 W9")), h.maybe(`,"num_members":%s`, h.of(`2 "3"`)),
		h.maybe(`,"topic":{"value":"%s","creator":"U3","last_set":%s}`, h.of("x y"), h.version()),
		h.maybe(`,"last_read":"%s","latest":{"type":"message","user":"U2","text":"hey","ts":"%s"},"unread_count":%d`, h.ts(), h.ts(), h.pick(3)), h.maybe(`,"extra":null,"purpose":[]`))
	switch h.pick(3) {
	case 0:
		return fmt.Sprintf(`{"type":"channel_created","channel":%s%s}`, object, h.when())
	case 1:
		return fmt.Sprintf(`{"type":"im_created","user":"%s","channel":{"id":"%s"%s,"is_im":true%s}%s}`, h.user(), h.of("D1 D8 D9"),
			h.maybe(`,"user":"%s"`, h.of("U2 U3 W9")), h.maybe(`,"is_open":%s`, h.yes()), h.when())
	}
	return fmt.Sprintf(`{"type":"%s_joined","channel":%s%s}`, h.of("channel group mpim"), object, h.when())
}

func (h *history) sharing() string {
	if h.pick(2) == 0 {
		return fmt.Sprintf(`{"type":"channel_shared","connected_team_id":"%s","channel":"%s"%s}`, h.of("T8 T9"), h.of("C1 C2 G1"), h.when())
	}
	return fmt.Sprintf(`{"type":"channel_unshared","previously_connected_team_id":"%s","channel":"%s"%s%s}`, h.of("T8 T9"), h.of("C1 C2 G1"),
		h.maybe(`,"is_ext_shared":%s`, h.yes()), h.when())
}

func (h *history) marks() string {
	return fmt.Sprintf(`{"type":"%s_marked","channel":"%s","ts":"%s"%s%s}`, h.of("channel group im mpim"), h.conv(), h.ts(),
		h.maybe(`,"unread_count":%d,"unread_count_display":"%d"`, h.pick(3), h.pick(3)), h.when())
}
