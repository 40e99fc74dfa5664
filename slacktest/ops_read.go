package slacktest

import "fmt"

// MarkRead moves self's read marker of a conversation to a message it still
// remembers, forwards or backwards, and recounts what is unread after it. An
// empty ts is the newest message. Errors: message_not_found, not_in_channel.
func (w *Workspace) MarkRead(channel, ts string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.findConv(channel)
	if err == nil && !c.has(w.self) {
		err = errMember
	}
	if err != nil {
		return fmt.Errorf("mark %s: %w", channel, err)
	}
	at := c.lastRead
	if ts != "" {
		m, err := c.find(ts)
		if err != nil {
			return fmt.Errorf("mark %s: %w", channel, err)
		}
		at = m.ts
	} else if c.latest != nil {
		at = max(at, c.latest.ts)
	}
	c.lastRead = at
	w.recount(c)
	fields := object{"channel": c.id, "ts": at.String()}
	switch {
	case w.plainMarks:
	case c.kind == im:
		fields["dm_count"] = c.unread
	default:
		fields["unread_count"], fields["num_mentions"], fields["mention_count"] = c.unread, 0, 0
	}
	if !w.plainMarks {
		fields["unread_count_display"], fields["num_mentions_display"], fields["mention_count_display"] = c.unreadDisplay, 0, 0
	}
	w.emit(c.verb("marked"), fields)
	return nil
}
