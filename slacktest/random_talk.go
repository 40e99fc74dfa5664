package slacktest

import (
	"fmt"
	"time"
)

// What people and bots say, read and show.

func (l life) doPost() (string, error) {
	channel, user, err := l.anywhere()
	if err != nil {
		return "", err
	}
	if l.rng.IntN(25) == 0 {
		user = l.self.id // from elsewhere: what a socket of self sends is not echoed to it
	}
	ts, err := l.Post(user, channel, l.talk())
	return fmt.Sprintf("%s posts %s in %s", user, ts, channel), err
}

func (l life) doBotPost() (string, error) {
	channel, _, err := l.somewhere(named)
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	bot := pick(l.rng, l.bots).id
	l.mu.Unlock()
	ts, err := l.PostAsBot(bot, channel, l.talk())
	return fmt.Sprintf("bot %s posts %s in %s", bot, ts, channel), err
}

func (l life) doReply() (string, error) {
	channel, _, parent, err := l.aMessage(func(m *message) bool { return m.thread == 0 || m.thread == m.ts })
	if err != nil {
		return "", err
	}
	user, err := l.memberOf(channel)
	if err != nil {
		return "", err
	}
	broadcast := l.rng.IntN(5) == 0
	ts, err := l.PostThreadReply(user, channel, parent, l.talk(), broadcast)
	return fmt.Sprintf("%s replies %s to %s in %s (broadcast %t)", user, ts, parent, channel, broadcast), err
}

func (l life) doEdit() (string, error) {
	channel, author, ts, err := l.aMessage(func(m *message) bool { return m.subtype == "" })
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s edits %s in %s", author, ts, channel), l.EditMessage(author, channel, ts, l.talk())
}

func (l life) doDelete() (string, error) {
	channel, author, ts, err := l.aMessage(func(m *message) bool { return m.subtype == "" })
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s deletes %s in %s", author, ts, channel), l.DeleteMessage(author, channel, ts)
}

func (l life) doNote() (string, error) {
	channel, user, err := l.somewhere(named)
	if err != nil {
		return "", err
	}
	if l.rng.IntN(3) == 0 {
		return fmt.Sprintf("%s sets the purpose of %s", user, channel), l.SetPurpose(user, channel, pick(l.rng, phrases))
	}
	return fmt.Sprintf("%s sets the topic of %s", user, channel), l.SetTopic(user, channel, pick(l.rng, phrases))
}

func (l life) doType() (string, error) {
	channel, user, err := l.anywhere()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s types in %s", user, channel), l.Typing(user, channel)
}

func (l life) doPresence() (string, error) {
	user := l.someone()
	l.mu.Lock()
	presence := "active"
	if l.userByID[user].active {
		presence = "away"
	}
	l.mu.Unlock()
	return fmt.Sprintf("%s is %s", user, presence), l.SetPresence(user, presence)
}

func (l life) doMark() (string, error) {
	channel, _, err := l.anywhere()
	if err != nil {
		return "", err
	}
	ts := ""
	if l.rng.IntN(5) == 0 {
		l.mu.Lock()
		if c := l.convByID[channel]; c != nil && len(c.history) > 0 {
			ts = pick(l.rng, c.history).ts.String()
		}
		l.mu.Unlock()
	}
	return fmt.Sprintf("self reads %s up to %q", channel, ts), l.MarkRead(channel, ts)
}

func (l life) doProfile() (string, error) {
	user := l.someone()
	field, value := "title", pick(l.rng, titles)
	switch l.rng.IntN(3) {
	case 0:
		field, value = "display_name", pick(l.rng, firstNames)
	case 1:
		field, value = "real_name", pick(l.rng, firstNames)+" "+pick(l.rng, lastNames)
	}
	return fmt.Sprintf("%s has %s %q", user, field, value), l.UpdateProfile(user, map[string]string{field: value})
}

func (l life) doStatus() (string, error) {
	user, s := l.someone(), pick(l.rng, statuses)
	if l.rng.IntN(3) == 0 {
		s.text, s.emoji = "", ""
	}
	return fmt.Sprintf("%s has status %q", user, s.text), l.SetStatus(user, s.text, s.emoji, time.Time{})
}

func (l life) doReact() (string, error) {
	channel, _, ts, err := l.aMessage(func(*message) bool { return true })
	if err != nil {
		return "", err
	}
	user, err := l.memberOf(channel)
	if err != nil {
		return "", err
	}
	emoji := pick(l.rng, reactionNames)
	return fmt.Sprintf("%s reacts with %s to %s in %s", user, emoji, ts, channel), l.AddReaction(user, channel, ts, emoji)
}

func (l life) doUnreact() (string, error) {
	channel, _, ts, err := l.aMessage(func(m *message) bool { return len(m.reactions) > 0 })
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	var user, emoji string
	if c := l.convByID[channel]; c != nil {
		if m, err := c.find(ts); err == nil && len(m.reactions) > 0 {
			r := pick(l.rng, m.reactions)
			user, emoji = pick(l.rng, r.Users), r.Name
		}
	}
	l.mu.Unlock()
	return fmt.Sprintf("%s takes %s back from %s in %s", user, emoji, ts, channel), l.RemoveReaction(user, channel, ts, emoji)
}

func (l life) doPin() (string, error) {
	channel, _, ts, err := l.aMessage(func(m *message) bool { return m.inChannel() })
	if err != nil {
		return "", err
	}
	user, err := l.memberOf(channel)
	if err != nil {
		return "", err
	}
	if err := l.Unpin(user, channel, ts); err == nil {
		return fmt.Sprintf("%s unpins %s in %s", user, ts, channel), nil
	}
	return fmt.Sprintf("%s pins %s in %s", user, ts, channel), l.Pin(user, channel, ts)
}
