package slacktest

import (
	"fmt"
	"strings"
)

// abroad is the workspace that people of other workspaces are of.
const abroad = "T0ABROAD01"

// InviteForeigner brings a person of another workspace into a channel that is
// shared with it, and returns their id. No list has such people: they are met as
// members and authors, and users.info tells who they are. Errors: those of
// Invite, and invalid_name for an empty name.
func (w *Workspace) InviteForeigner(by, channel, realName string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, inviter, err := w.memberAct(by, channel)
	switch {
	case err != nil:
	case !c.has(inviter):
		err = errMember
	case strings.TrimSpace(realName) == "":
		err = Error("invalid_name")
	}
	if err != nil {
		return "", fmt.Errorf("invite a foreigner to %s: %w", channel, err)
	}
	at := w.clock.tick()
	u := &account{
		id: w.ids.next("U"), home: abroad, realName: realName, displayName: realName,
		color: colors[int(at)%len(colors)], locale: locales[0], zone: zones[1],
		avatar: uint64(at)*0x9e3779b97f4a7c15 | 1, updated: at.seconds(),
	}
	u.first, u.last, _ = strings.Cut(realName, " ")
	u.handle = w.freeHandle(latin(realName))
	w.foreign = append(w.foreign, u)
	w.userByID[u.id] = u
	w.handles[u.handle] = true
	w.join(c, u, inviter)
	return u.id, nil
}

// teamOf is the workspace that a user is of.
func (w *Workspace) teamOf(u *account) string {
	if u.home != "" {
		return u.home
	}
	return w.team.id
}

// foreigners shows the people of other workspaces that self can meet.
func (w *Workspace) foreigners() (all []userJSON) {
	for _, u := range sorted(w.foreign, byUserID) {
		for _, c := range w.convs {
			if c.kind != im && w.visible(c) && c.has(u) {
				all = append(all, w.userJSON(u))
				break
			}
		}
	}
	return all
}
