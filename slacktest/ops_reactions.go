package slacktest

import (
	"fmt"
	"slices"
)

// pin is a message pinned to its conversation.
type pin struct {
	message *message
	by      *account
	at      int64
}

// AddReaction lets a user react to a message. Errors: already_reacted,
// message_not_found, not_in_channel.
func (w *Workspace) AddReaction(user, channel, ts, emoji string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, u, m, err := w.messageAct(user, channel, ts)
	if err == nil && m.reacted(emoji, user) {
		err = Error("already_reacted")
	}
	if err != nil {
		return fmt.Errorf("react: %w", err)
	}
	i := slices.IndexFunc(m.reactions, func(r reaction) bool { return r.Name == emoji })
	if i < 0 {
		m.reactions, i = append(m.reactions, reaction{Name: emoji}), len(m.reactions)
	}
	r := &m.reactions[i]
	r.Users = append(r.Users, u.id)
	r.Count++
	w.reactionEvent("reaction_added", c, u, m, emoji)
	return nil
}

// RemoveReaction takes a reaction back. Errors: no_reaction, message_not_found.
func (w *Workspace) RemoveReaction(user, channel, ts, emoji string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, u, m, err := w.messageAct(user, channel, ts)
	if err == nil && !m.reacted(emoji, user) {
		err = Error("no_reaction")
	}
	if err != nil {
		return fmt.Errorf("take reaction back: %w", err)
	}
	for i := range m.reactions {
		if r := &m.reactions[i]; r.Name == emoji {
			r.Users = slices.DeleteFunc(r.Users, func(id string) bool { return id == user })
			r.Count--
		}
	}
	m.reactions = slices.DeleteFunc(m.reactions, func(r reaction) bool { return r.Count == 0 })
	w.reactionEvent("reaction_removed", c, u, m, emoji)
	return nil
}

func (m *message) reacted(emoji, user string) bool {
	return slices.ContainsFunc(m.reactions, func(r reaction) bool {
		return r.Name == emoji && slices.Contains(r.Users, user)
	})
}

func (w *Workspace) reactionEvent(kind string, c *conv, u *account, m *message, emoji string) {
	if !c.has(w.self) {
		return
	}
	fields := object{
		"user": u.id, "reaction": emoji,
		"item": object{"type": "message", "channel": c.id, "ts": m.ts.String()},
	}
	if m.user != nil { // webhooks have no author to name
		fields["item_user"] = m.user.id
	}
	w.emitTimed(kind, fields)
}

// Pin pins a message to its conversation. Errors: already_pinned,
// message_not_found.
func (w *Workspace) Pin(user, channel, ts string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, u, m, err := w.messageAct(user, channel, ts)
	if err == nil && m.pinned {
		err = Error("already_pinned")
	}
	if err != nil {
		return fmt.Errorf("pin: %w", err)
	}
	p := pin{message: m, by: u, at: w.clock.tick().seconds()}
	m.pinned = true
	c.pins = append(c.pins, p)
	w.pinEvent("pin_added", c, u, p, object{
		"pinned_info": object{"channel": c.id, "pinned_by": u.id, "pinned_ts": p.at},
	})
	return nil
}

// Unpin removes a pin. Errors: no_pin, message_not_found.
func (w *Workspace) Unpin(user, channel, ts string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, u, m, err := w.messageAct(user, channel, ts)
	if err == nil && !m.pinned {
		err = Error("no_pin")
	}
	if err != nil {
		return fmt.Errorf("unpin: %w", err)
	}
	i := slices.IndexFunc(c.pins, func(p pin) bool { return p.message == m })
	p := c.pins[i]
	c.pins = slices.Delete(c.pins, i, i+1)
	m.pinned = false
	w.pinEvent("pin_removed", c, u, p, object{"has_pins": len(c.pins) > 0})
	return nil
}

func (w *Workspace) pinEvent(kind string, c *conv, u *account, p pin, fields object) {
	if !c.has(w.self) {
		return
	}
	fields["user"], fields["channel_id"], fields["pin_count"] = u.id, c.id, len(c.pins)
	fields["item"] = w.pinJSON(c, p)
	if p.message.user != nil {
		fields["item_user"] = p.message.user.id
	}
	w.emitTimed(kind, fields)
}

func (w *Workspace) pinJSON(c *conv, p pin) object {
	return object{
		"type": "message", "channel": c.id, "created": p.at, "created_by": p.by.id,
		"message": w.messageJSON(c, p.message),
	}
}

func (w *Workspace) messageAct(user, channel, ts string) (*conv, *account, *message, error) {
	c, u, err := w.talker(user, channel)
	if err != nil {
		return nil, nil, nil, err
	}
	m, err := c.find(ts)
	if err == nil && m.dead {
		err = fmt.Errorf("message %s: %w", ts, errMessage)
	}
	return c, u, m, err
}
