package slacktest

import "fmt"

// crowd is the size from which Slack no longer posts join and leave messages.
const crowd = 1000

// Join lets a user enter a public channel by themselves. Errors: is_archived,
// method_not_supported_for_channel_type; joining twice is not an error and sends
// nothing.
func (w *Workspace) Join(user, channel string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, u, err := w.memberAct(user, channel)
	if err == nil && c.kind != public {
		err = errKind
	}
	if err != nil {
		return fmt.Errorf("join %s: %w", channel, err)
	}
	if !c.has(u) {
		w.join(c, u, nil)
	}
	return nil
}

// Invite brings a user into a public or private channel. Errors: already_in_channel,
// not_in_channel (the inviter), is_archived, method_not_supported_for_channel_type.
func (w *Workspace) Invite(by, channel, user string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, u, err := w.memberAct(user, channel)
	var inviter *account
	if err == nil {
		inviter, err = w.actor(by, w.usual(c))
	}
	switch {
	case err != nil:
	case c.has(u):
		err = Error("already_in_channel")
	case !c.has(inviter):
		err = errMember
	}
	if err != nil {
		return fmt.Errorf("invite %s to %s: %w", user, channel, err)
	}
	w.join(c, u, inviter)
	return nil
}

// Leave takes a user out of a channel. Errors: not_in_channel,
// cant_leave_general, is_archived, method_not_supported_for_channel_type.
func (w *Workspace) Leave(user, channel string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, u, err := w.memberAct(user, channel)
	switch {
	case err != nil:
	case !c.has(u):
		err = errMember
	case c.general:
		err = Error("cant_leave_general")
	}
	if err != nil {
		return fmt.Errorf("leave %s: %w", channel, err)
	}
	w.leave(c, u)
	return nil
}

func (w *Workspace) memberAct(user, channel string) (*conv, *account, error) {
	c, err := w.findNamed(channel)
	if err != nil {
		return nil, nil, err
	}
	u, err := w.findActive(user)
	if err == nil && c.archived {
		err = errArchived
	}
	return c, u, err
}

// join makes u a member and says so the three ways Slack does: the full object
// to u, the membership event to everyone, a message to the members.
func (w *Workspace) join(c *conv, u, inviter *account) {
	c.add(u)
	m := &message{user: u, inviter: inviter, subtype: "channel_join", text: "<@" + u.id + "> has joined the channel"}
	if c.oldGroup {
		m.subtype = "group_join"
	}
	talk := len(c.members) < crowd
	if u == w.self {
		c.lastRead = w.clock.tick()
		c.unread, c.unreadDisplay = 0, 0
		if talk { // posted before the object is made: it is the object's latest
			m.ts = c.lastRead
			w.insert(c, m)
		} else {
			c.refreshLatest()
		}
		fields := w.convRow(c)
		fields.IsMember, fields.Members, fields.readJSON = ptr(true), c.memberIDs(), w.readJSON(c, startArgs{})
		w.emit(c.verb("joined"), object{"channel": fields})
	}
	w.memberEvent("member_joined_channel", c, u, inviter)
	switch {
	case !talk:
	case u == w.self:
		w.emitMessage(c, m, nil)
	default:
		w.post(c, m, nil)
	}
}

func (w *Workspace) leave(c *conv, u *account) {
	m := &message{user: u, subtype: "channel_leave", text: "<@" + u.id + "> has left the channel"}
	if c.oldGroup {
		m.subtype = "group_leave"
	}
	saw := w.visible(c)
	c.remove(u)
	if u == w.self {
		c.lastRead, c.unread, c.unreadDisplay = 0, 0, 0
		w.emitTimed(c.verb("left"), object{"channel": c.id, "actor_id": u.id})
	}
	if saw {
		w.memberEvent("member_left_channel", c, u, nil)
	}
	if len(c.members) < crowd {
		w.post(c, m, nil)
	}
}

// memberEvent goes to every connection for public channels, else to members.
func (w *Workspace) memberEvent(kind string, c *conv, u, inviter *account) {
	if !w.visible(c) && u != w.self {
		return
	}
	at := w.clock.tick().String()
	fields := object{
		"user": u.id, "channel": c.id, "channel_type": c.idLetter(), "team": w.teamOf(u),
		"event_ts": at, "ts": at,
	}
	if inviter != nil {
		fields["inviter"] = inviter.id
	}
	w.emit(kind, fields)
}
