package fuzz

import "fmt"

// keeping makes a history one of a state that keeps messages and files, with more
// about those.
func (h *history) keeping() *history {
	var all []func(*history) string
	for range 4 {
		all = append(all, (*history).talk, (*history).talk, (*history).talk, (*history).thread, (*history).thread, (*history).reactions,
			(*history).reactions, (*history).files, (*history).hanging, (*history).oldMessages, (*history).argument, (*history).catchingUp)
	}
	h.makers = append(all, (*history).bounds, (*history).membership, (*history).lifecycle, (*history).notices, (*history).items,
		(*history).people, (*history).lists)
	return h
}

// keptFirst is what a state that keeps messages and files begins with.
const keptFirst = `{"type":"local.config","history":true,"files":true,"per_channel":12}`

// slot is a ts among the few of the last while, in a conversation of few, so that events
// meet messages. A later one is when something happens to them.
func (h *history) slot() string  { return fmt.Sprintf("%d.000100", 1700000600+h.made/12+h.pick(5)) }
func (h *history) later() string { return fmt.Sprintf("%d.000100", 1700000600+h.made/12+h.pick(12)) }
func (h *history) line() string  { return h.of("C1 C1 C1 C1 D1 G1") }
func (h *history) told() string  { return h.maybe(`,"event_ts":"%s"`, h.later()) }

func (h *history) body() string {
	return fmt.Sprintf(`"user":"%s","text":"%s"%s%s%s`, h.user(), h.text(),
		h.seldom(`,"reactions":[{"name":"eyes","users":["U3"],"count":%d,"url":"u"}]`, 1+h.pick(3)),
		h.seldom(`,"files":[{"id":"%s","name":"n%d"}]`, h.of("F1 F2"), h.pick(2)), h.seldom(`,"edited":{"user":"U2","ts":"1700000610.000100"}`))
}

// counters of a thread, as Slack tells them.
func (h *history) counters() string {
	return fmt.Sprintf(`"reply_count":%s%s%s`, h.of(`1 2 "3"`), h.maybe(`,"reply_users":["U2"],"reply_users_count":%d`, 1+h.pick(3)),
		h.maybe(`,"latest_reply":"%s"`, h.slot()))
}

func (h *history) talk() string {
	id, ts := h.line(), h.slot()
	switch h.pick(10) {
	case 0, 1:
		return fmt.Sprintf(`{"type":"message","subtype":"message_changed","hidden":true,"channel":"%s","ts":"%s","message":{"type":"message",%s,"ts":"%s"%s}}`,
			id, h.later(), h.body(), ts, h.seldom(`,"thread_ts":"%s",%s`, ts, h.counters()))
	case 2:
		return fmt.Sprintf(`{"type":"message","subtype":"message_changed","hidden":true,"channel":"%s","ts":"%s","message":{"type":"message","subtype":"tombstone","hidden":true,"user":"USLACKBOT","text":"gone","ts":"%s","thread_ts":"%s",%s}}`,
			id, h.later(), ts, ts, h.counters())
	case 3:
		return fmt.Sprintf(`{"type":"message","subtype":"message_deleted","hidden":true,"channel":"%s","ts":"%s","deleted_ts":"%s"}`, id, h.later(), ts)
	case 4:
		return fmt.Sprintf(`{"type":"%s_marked","channel":"%s","ts":"%s"%s}`, h.of("channel group im"), id, ts, h.seldom(`,"unread_count":%d`, h.pick(3)))
	}
	unwanted := ""
	if h.pick(12) == 0 {
		unwanted = `"local.keep":false,`
	}
	return fmt.Sprintf(`{%s"type":"message","channel":"%s",%s,"ts":"%s"%s}`, unwanted, id, h.body(), ts, h.seldom(`,"subtype":"%s"`, h.of("channel_topic bot_message")))
}

func (h *history) thread() string {
	id, first := h.line(), h.slot()
	switch h.pick(6) {
	case 0:
		return fmt.Sprintf(`{"type":"message"%s,"hidden":true,"channel":"%s","ts":"%s","message":{"type":"message","user":"U2","text":"x","ts":"%s","thread_ts":"%s",%s}}`,
			h.maybe(`,"subtype":"message_replied"`), id, h.later(), first, first, h.counters())
	case 1:
		return fmt.Sprintf(`{"type":"message","subtype":"thread_broadcast","channel":"%s",%s,"ts":"%s","thread_ts":"%s"%s}`,
			id, h.body(), h.later(), first, h.maybe(`,"root":{"ts":"%s","thread_ts":"%s",%s}`, first, first, h.counters()))
	case 2:
		return fmt.Sprintf(`{"type":"%s","subscription":{"type":"thread","channel":"%s","thread_ts":"%s","last_read":"%s"%s}%s}`,
			h.of("thread_marked thread_subscribed thread_unsubscribed"), id, first, h.slot(), h.maybe(`,"active":%s`, h.yes()), h.told())
	}
	return fmt.Sprintf(`{"type":"message","channel":"%s",%s,"ts":"%s","thread_ts":"%s"}`, id, h.body(), h.later(), first)
}

func (h *history) reactions() string {
	return fmt.Sprintf(`{"type":"%s","user":"%s","reaction":"%s","item":{"type":"message","channel":"%s","ts":"%s"}%s}`,
		h.of("reaction_added reaction_removed"), h.user(), h.of("eyes eyes tada"), h.line(), h.slot(), h.told())
}

// argument is somebody who cannot decide on a reaction to a message that has more
// than Slack lists.
func (h *history) argument() string {
	id, ts, user := h.line(), h.slot(), h.of("U2 W9")
	for range 2 + h.pick(3) {
		h.due = append(h.due, fmt.Sprintf(`{"type":"%s","user":"%s","reaction":"eyes","item":{"type":"message","channel":"%s","ts":"%s"}%s}`,
			h.of("reaction_added reaction_removed"), user, id, ts, h.told()))
	}
	return fmt.Sprintf(`{"type":"message","subtype":"message_changed","hidden":true,"channel":"%s","ts":"%s","message":{"type":"message","user":"U2","text":"!","ts":"%s","reactions":[{"name":"eyes","users":["U3"],"count":%d}]}}`,
		id, h.later(), ts, 2+h.pick(3))
}

// catchingUp is self reading on from a place, or from the end of a list of all there is.
func (h *history) catchingUp() string {
	id := h.line()
	if h.pick(4) == 0 {
		h.due = append(h.due, h.bounds())
	}
	for range 1 + h.pick(2) {
		h.due = append(h.due, fmt.Sprintf(`{"type":"message","channel":"%s",%s,"ts":"%s"}`, id, h.body(), h.later()))
	}
	h.due = append(h.due, fmt.Sprintf(`{"type":"channel_marked","channel":"%s","ts":"%s"%s}`, id, h.slot(), h.seldom(`,"unread_count":1`)))
	if h.pick(2) == 0 {
		return fmt.Sprintf(`{"type":"local.listed","method":"conversations.history","args":{"channel":"%s"%s},"seen":[]}`, id, h.seldom(`,"oldest":"%s"`, h.slot()))
	}
	return fmt.Sprintf(`{"type":"channel_marked","channel":"%s","ts":"%s","unread_count":%d,"mention_count":0,"unread_count_display":1}`, id, h.slot(), h.pick(3))
}

// hanging is what hangs on messages.
func (h *history) hanging() string {
	id, ts := h.line(), h.slot()
	switch h.pick(5) {
	case 0:
		return fmt.Sprintf(`{"type":"pin_removed","user":"U2","channel_id":"%s","item":{"type":"message","channel":"%s","message":{"ts":"%s"}}%s%s}`, id, id, ts, h.maybe(`,"has_pins":%s`, h.yes()), h.told())
	case 1, 2:
		return fmt.Sprintf(`{"type":"pin_added","user":"U2","channel_id":"%s","item":{"type":"message","channel":"%s","message":{"ts":"%s"}}%s}`, id, id, ts, h.told())
	case 3:
		return fmt.Sprintf(`{"type":"%s","user":"U1","item":{"type":"message","channel":"%s","message":{"ts":"%s"}}%s}`, h.of("star_added star_removed"), id, ts, h.told())
	}
	return fmt.Sprintf(`{"type":"message_metadata_%s","channel_id":"%s","message_ts":"%s","metadata":{"n":%d}%s}`, h.of("posted updated deleted"), id, ts, h.pick(3), h.told())
}

func (h *history) files() string {
	f := h.of("F1 F2 F3")
	switch h.pick(7) {
	case 0:
		return fmt.Sprintf(`{"type":"file_created","file_id":"%s","file":{"id":"%s"%s},"user_id":"U2"%s}`, f, f, h.maybe(`,"name":"n%d","size":"7"`, h.pick(2)), h.told())
	case 1:
		return fmt.Sprintf(`{"type":"%s","file_id":"%s","file":{"id":"%s"}%s}`, h.of("file_public file_private"), f, f, h.told())
	case 2:
		return fmt.Sprintf(`{"type":"file_change","file_id":"%s","file":{"id":"%s"%s}%s}`, f, f, h.maybe(`,"title":"t%d"`, h.pick(3)), h.told())
	case 3:
		return fmt.Sprintf(`{"type":"file_deleted","file_id":"%s"%s}`, f, h.told())
	case 4:
		return fmt.Sprintf(`{"type":"local.page","method":"files.info","response":{"ok":true,"file":{"id":"%s","name":"p%d","is_public":%s%s}}}`, f, h.pick(2), h.yes(), h.maybe(`,"channels":["%s"]`, h.of("C1 C2 G1")))
	}
	return fmt.Sprintf(`{"type":"%s","file_id":"%s","file":{"id":"%s"},"channel_id":"%s"%s}`, h.of("file_shared file_shared file_unshared"), f, f, h.of("C1 G1 G2 D1 C9"), h.told())
}

// oldMessages are pages of messages, the end of a list of them, and word that old ones are not
// what they were.
func (h *history) oldMessages() string {
	id, ts := h.line(), h.slot()
	switch h.pick(6) {
	case 0:
		return fmt.Sprintf(`{"type":"local.listed","method":"conversations.history","args":{"channel":"%s"%s},"seen":["%s","%s","%s"]}`, id, h.maybe(`,"oldest":"%s"`, h.slot()), ts, h.slot(), h.slot())
	case 1:
		return fmt.Sprintf(`{"type":"channel_history_changed","channel":"%s","latest":"%s","ts":"%s"}`, id, ts, h.slot())
	case 2:
		return fmt.Sprintf(`{"type":"local.page"%s,"method":"conversations.replies","args":{"channel":"%s"},"response":{"ok":true,"messages":[{"type":"message",%s,"ts":"%s","thread_ts":"%s","subscribed":%s,"last_read":"%s",%s}]}}`,
			h.maybe(`,"call":"%d"`, h.call), id, h.body(), ts, ts, h.yes(), h.slot(), h.counters())
	}
	return fmt.Sprintf(`{"type":"local.page"%s,"method":"conversations.history","args":{"channel":"%s"},"response":{"ok":true,"messages":[{"type":"message",%s,"ts":"%s"},{"type":"message",%s,"ts":"%s"%s}]}}`,
		h.maybe(`,"call":"%d"`, h.call), id, h.body(), h.later(), h.body(), ts, h.maybe(`,"thread_ts":"%s",%s`, ts, h.counters()))
}

// bounds are other bounds than before, and the time at which old messages go.
func (h *history) bounds() string {
	switch h.pick(6) {
	case 0, 1:
		return fmt.Sprintf(`{"type":"local.config","history":true%s%s%s}`, h.maybe(`,"files":true`), h.maybe(`,"per_channel":%d`, 2+h.pick(10)), h.maybe(`,"max_age":%d`, 1000*h.pick(1500)))
	case 2, 3:
		return `{"type":"local.expire","before":0}`
	case 4:
		return `{"type":"local.offline"}`
	}
	return `{"type":"hello"}`
}
