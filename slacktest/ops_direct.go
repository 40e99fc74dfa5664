package slacktest

import (
	"fmt"
	"slices"
	"strings"
)

// OpenIM opens the direct message between self and a user, making it if there
// was none, and returns its id. Opening an open one sends nothing.
func (w *Workspace) OpenIM(user string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.findActive(user)
	if err == nil && u == w.self {
		err = Error("cannot_dm_self")
	}
	if err != nil {
		return "", fmt.Errorf("open direct message: %w", err)
	}
	c := w.imWith[u]
	if c == nil {
		at := w.clock.tick()
		c = &conv{id: w.ids.next("D"), kind: im, peer: u, creator: w.self, created: at.seconds(), updated: at.millis()}
		w.addConv(c)
		w.imWith[u] = c
		fields := w.imRow(c)
		fields.IsOpen, fields.readJSON = ptr(false), w.readJSON(c, startArgs{})
		w.emitTimed("im_created", object{"user": u.id, "channel": fields})
	}
	if !c.open {
		w.setOpen(c, true)
	}
	return c.id, nil
}

// CloseIM closes a direct message or group DM for self; nothing is lost, and the
// next message in an IM opens it again. Closing a closed one sends nothing.
func (w *Workspace) CloseIM(channel string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.findConv(channel)
	if err == nil && (c.kind == public || c.kind == private) {
		err = errKind
	}
	if err == nil && !c.has(w.self) {
		err = errMember
	}
	if err != nil {
		return fmt.Errorf("close direct message: %w", err)
	}
	if c.open {
		w.setOpen(c, false)
	}
	return nil
}

// OpenMPIM opens the group DM of by and the given users, making it if there was
// none, and returns its id. It starts open only for who made it. Errors:
// not_enough_users, too_many_users (more than nine in all), user_not_found.
func (w *Workspace) OpenMPIM(by string, users ...string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	creator, err := w.findActive(by)
	var members []*account
	if err == nil {
		members, err = w.findUsers(append(slices.Clone(users), by))
	}
	switch {
	case err != nil:
	case len(members) < 3:
		err = Error("not_enough_users")
	case len(members) > 9:
		err = Error("too_many_users")
	}
	if err != nil {
		return "", fmt.Errorf("open group direct message: %w", err)
	}
	c := w.mpimOf(members)
	if c == nil {
		at := w.clock.tick()
		c = &conv{id: w.ids.next("G"), kind: mpim, creator: creator, created: at.seconds(), updated: at.millis(), members: members}
		w.nameGroupDM(c)
		w.addConv(c)
		if c.has(w.self) {
			fields := w.convRow(c)
			fields.IsMember, fields.Members, fields.readJSON = ptr(true), c.memberIDs(), w.readJSON(c, startArgs{})
			w.emit("mpim_joined", object{"channel": fields})
			w.emit("group_joined", object{"channel": fields}) // for clients that know no MPIMs
		}
	}
	if creator == w.self && !c.open {
		w.setOpen(c, true)
	}
	return c.id, nil
}

func (w *Workspace) mpimOf(members []*account) *conv {
	var handles []string
	for _, u := range members {
		handles = append(handles, u.handle)
	}
	if !w.convNames["mpdm-"+strings.Join(handles, "--")+"-1"] {
		return nil
	}
	for _, c := range w.convs {
		if c.kind == mpim && slices.Equal(c.members, members) {
			return c
		}
	}
	return nil
}

func (w *Workspace) setOpen(c *conv, open bool) {
	c.open = open
	verb := "close"
	if open {
		verb = "open"
	}
	fields := object{"channel": c.id, "user": w.self.id}
	if c.kind == im {
		fields["user"] = c.peer.id
	} else {
		fields["is_mpim"] = true
	}
	w.emitTimed(c.verb(verb), fields)
}
