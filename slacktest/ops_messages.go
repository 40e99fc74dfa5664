package slacktest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxText is how many characters a message may have.
const maxText = 4000

// Post writes a message as a user and returns its ts. Errors: no_text,
// msg_too_long, is_archived, not_in_channel, channel_not_found, user_not_found.
func (w *Workspace) Post(user, channel, text string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m, err := w.say(user, channel, text, nil)
	if err != nil {
		return "", fmt.Errorf("post to %s: %w", channel, err)
	}
	return m.ts.String(), nil
}

// PostAsBot writes a bot_message: from an integration, with no user. Errors as
// for Post, and bot_not_found.
func (w *Workspace) PostAsBot(bot, channel, text string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.botByID[bot]
	c, err := w.findConv(channel)
	switch {
	case err != nil:
	case b == nil:
		err = Error("bot_not_found")
	case c.archived:
		err = errArchived
	default:
		err = checkText(text)
	}
	if err != nil {
		return "", fmt.Errorf("post to %s as %s: %w", channel, bot, err)
	}
	m := &message{bot: b, subtype: "bot_message", text: escape(text)}
	w.post(c, m, nil)
	return m.ts.String(), nil
}

// PostThreadReply answers the message thread, and with broadcast also shows the
// reply in the channel. Errors as for Post, and thread_not_found.
func (w *Workspace) PostThreadReply(user, channel, thread, text string, broadcast bool) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m, err := w.reply(user, channel, thread, text, broadcast, nil)
	if err != nil {
		return "", fmt.Errorf("reply in %s to %s: %w", channel, thread, err)
	}
	return m.ts.String(), nil
}

// EditMessage changes a user's own message. Errors: message_not_found,
// cant_update_message, no_text, msg_too_long.
func (w *Workspace) EditMessage(user, channel, ts, text string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, m, err := w.ownMessage(user, channel, ts, "cant_update_message")
	if err == nil {
		err = checkText(text)
	}
	if err != nil {
		return fmt.Errorf("edit message: %w", err)
	}
	before := w.messageJSON(c, m)
	m.text, m.edited = escape(text), w.clock.tick()
	w.emitHidden(c, "message_changed", object{"message": w.messageJSON(c, m), "previous_message": before})
	return nil
}

// DeleteMessage removes a user's own message. A parent whose replies remain
// becomes a tombstone, which Slack sends as an edit. Errors: message_not_found,
// cant_delete_message.
func (w *Workspace) DeleteMessage(user, channel, ts string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, m, err := w.ownMessage(user, channel, ts, "cant_delete_message")
	if err != nil {
		return fmt.Errorf("delete message: %w", err)
	}
	before := w.messageJSON(c, m)
	unread := m.ts > c.lastRead
	all, display := m.counts(w.self)
	if unread && c.has(w.self) {
		c.unread -= btoi(all)
		c.unreadDisplay -= btoi(display)
	}
	if len(m.replies) > 0 {
		m.dead, m.pinned, m.reactions = true, false, nil
	} else {
		c.history = slices.DeleteFunc(c.history, func(other *message) bool { return other == m })
	}
	c.pins = slices.DeleteFunc(c.pins, func(p pin) bool { return p.message == m })
	if m == c.latest {
		c.refreshLatest()
	}
	if m.dead {
		w.emitHidden(c, "message_changed", object{"message": w.messageJSON(c, m), "previous_message": before})
		return nil
	}
	w.emitHidden(c, "message_deleted", object{"deleted_ts": ts, "previous_message": before})
	if parent, err := c.find(m.thread.String()); err == nil {
		parent.replies = slices.DeleteFunc(parent.replies, func(r reply) bool { return r.TS == ts })
		w.emitHidden(c, "message_replied", object{"message": w.messageJSON(c, parent)})
	}
	return nil
}

// Typing shows the typing indicator of a user. Errors: not_in_channel,
// channel_not_found, user_not_found.
func (w *Workspace) Typing(user, channel string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, u, err := w.talker(user, channel)
	if err != nil {
		return fmt.Errorf("type in %s: %w", channel, err)
	}
	if c.has(w.self) && u != w.self {
		w.emit("user_typing", object{"channel": c.id, "user": u.id})
	}
	return nil
}

// say checks and posts a message of a user.
func (w *Workspace) say(user, channel, text string, origin any) (*message, error) {
	c, u, err := w.talker(user, channel)
	if err == nil {
		err = checkText(text)
	}
	if err != nil {
		return nil, err
	}
	if c.kind == im && !c.open {
		w.setOpen(c, true)
	}
	m := &message{user: u, bot: w.botByID[u.botID], text: escape(text)}
	w.post(c, m, origin)
	return m, nil
}

// reply checks and posts an answer in a thread.
func (w *Workspace) reply(user, channel, thread, text string, broadcast bool, origin any) (*message, error) {
	c, u, err := w.talker(user, channel)
	if err == nil {
		err = checkText(text)
	}
	if err != nil {
		return nil, err
	}
	parent, err := c.find(thread)
	if err != nil || parent.thread != 0 && parent.thread != parent.ts {
		return nil, Error("thread_not_found")
	}
	m := &message{user: u, bot: w.botByID[u.botID], text: escape(text), thread: parent.ts, broadcast: broadcast}
	if broadcast {
		m.subtype = "thread_broadcast"
	}
	parent.thread = parent.ts
	m.ts = w.clock.tick()
	parent.replies = append(parent.replies, reply{User: u.id, TS: m.ts.String()})
	w.insert(c, m)
	w.emitMessage(c, m, origin)
	w.emitHidden(c, "message_replied", object{"message": w.messageJSON(c, parent)})
	return m, nil
}

// post stamps, keeps and sends a message.
func (w *Workspace) post(c *conv, m *message, origin any) {
	m.ts = w.clock.tick()
	w.insert(c, m)
	w.emitMessage(c, m, origin)
}

// talker finds a conversation and somebody who may write in it.
func (w *Workspace) talker(user, channel string) (*conv, *account, error) {
	c, err := w.findConv(channel)
	if err != nil {
		return nil, nil, err
	}
	u, err := w.findActive(user)
	switch {
	case err != nil:
	case c.archived:
		err = errArchived
	case c.kind == im && u != w.self && u != c.peer, c.kind != im && !c.has(u):
		err = errMember
	}
	return c, u, err
}

func (w *Workspace) ownMessage(user, channel, ts string, refusal Error) (*conv, *message, error) {
	c, err := w.findConv(channel)
	if err != nil {
		return nil, nil, err
	}
	m, err := c.find(ts)
	if err != nil {
		return nil, nil, err
	}
	if m.user == nil || m.user.id != user || m.dead || m.subtype != "" && m.subtype != "thread_broadcast" {
		return nil, nil, fmt.Errorf("message %s of another: %w", ts, refusal)
	}
	return c, m, nil
}

func checkText(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return Error("no_text")
	case utf8.RuneCountInString(text) > maxText:
		return Error("msg_too_long")
	}
	return nil
}
