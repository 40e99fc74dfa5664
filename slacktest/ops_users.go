package slacktest

import (
	"fmt"
	"strings"
	"time"
)

// UpdateProfile sets profile fields by Slack's names: real_name, display_name,
// first_name, last_name, title, phone, email, pronouns, and the ids of the team's
// custom fields. Errors: user_not_found, invalid_profile for a name Slack has not.
func (w *Workspace) UpdateProfile(user string, fields map[string]string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.findActive(user)
	if err == nil {
		err = w.checkProfile(fields)
	}
	if err != nil {
		return fmt.Errorf("update profile: %w", err)
	}
	for name, value := range fields {
		if at := u.field(name); at != nil {
			*at = value
			continue
		}
		custom := map[string]string{name: value} // never change a map a reader may hold
		for id, old := range u.fields {
			if id != name {
				custom[id] = old
			}
		}
		u.fields = custom
	}
	if _, named := fields["real_name"]; named {
		u.first, u.last, _ = strings.Cut(u.realName, " ")
	} else if fields["first_name"] != "" || fields["last_name"] != "" {
		u.realName = strings.TrimSpace(u.first + " " + u.last)
	}
	w.userChanged(u, "user_profile_changed")
	return nil
}

// SetStatus sets a user's status; two empty strings clear it, a zero time means
// that it does not expire. Errors: user_not_found, account_inactive.
func (w *Workspace) SetStatus(user, text, emoji string, until time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.findActive(user)
	if err != nil {
		return fmt.Errorf("set status: %w", err)
	}
	u.statusText, u.statusEmoji, u.statusExpires = text, emoji, 0
	if !until.IsZero() {
		u.statusExpires = until.Unix()
	}
	w.userChanged(u, "user_profile_changed", "user_status_changed")
	return nil
}

// DeactivateUser closes an account. It stays in every list and every member
// list. Errors: cant_deactivate for self and Slackbot.
func (w *Workspace) DeactivateUser(user string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.findActive(user)
	if err == nil && (u == w.self || u == w.owner() || u.id == slackbotID) {
		err = Error("cant_deactivate")
	}
	if err != nil {
		return fmt.Errorf("deactivate user %s: %w", user, err)
	}
	u.deleted, u.active = true, false
	u.admin, u.owner = false, false
	w.userChanged(u)
	return nil
}

// AddUser lets a new person join the workspace and #general, and returns their
// id. Errors: invalid_name for an empty name.
func (w *Workspace) AddUser(realName string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if strings.TrimSpace(realName) == "" {
		return "", fmt.Errorf("add user: %w", Error("invalid_name"))
	}
	first, last, _ := strings.Cut(realName, " ")
	at := w.clock.tick()
	u := &account{
		id: w.ids.next("U"), realName: realName, first: first, last: last,
		color: colors[int(at)%len(colors)], locale: locales[0], zone: zones[3],
		avatar: uint64(at)*0x9e3779b97f4a7c15 | 1, updated: at.seconds(),
	}
	u.handle = w.freeHandle(latin(first) + "." + latin(last))
	u.email = u.handle + "@" + w.team.emailDomain
	w.addUser(u)
	w.emitTimed("team_join", object{"user": w.userJSON(u), "cache_ts": at.seconds()})
	w.join(w.convs[0], u, nil)
	return u.id, nil
}

// SetPresence makes a user "active" or "away". Only sockets that subscribed to
// the user hear of it; self's own change also tells self that it was made by
// hand. Errors: invalid_presence.
func (w *Workspace) SetPresence(user, presence string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.findActive(user)
	if err == nil && presence != "active" && presence != "away" {
		err = Error("invalid_presence")
	}
	if err != nil {
		return fmt.Errorf("set presence: %w", err)
	}
	if u == w.self && w.manual != presence {
		w.manual = presence
		w.emit("manual_presence_change", object{"presence": presence})
	}
	if u.active == (presence == "active") {
		return nil
	}
	u.active = presence == "active"
	w.send(frame{kind: "presence_change", presence: &presenceFrame{u.id, presence}})
	return nil
}

// SetDND gives a user a do-not-disturb schedule; two zero times end it.
func (w *Workspace) SetDND(user string, start, end time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.findActive(user)
	if err != nil {
		return fmt.Errorf("set do not disturb: %w", err)
	}
	next := &dnd{enabled: !start.IsZero(), start: 1, end: 1}
	if next.enabled {
		next.start, next.end = start.Unix(), end.Unix()
	}
	if u.dnd != nil {
		next.snoozeUntil = u.dnd.snoozeUntil
	}
	u.dnd = next
	w.dndChanged(u)
	return nil
}

// Snooze silences self for a while; zero ends the snooze. Errors: snooze_not_active.
func (w *Workspace) Snooze(d time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.clock.tick()
	next := dnd{start: 1, end: 1}
	if w.self.dnd != nil {
		next = *w.self.dnd
	}
	if d == 0 && next.snoozeUntil <= now.seconds() {
		return fmt.Errorf("end snooze: %w", Error("snooze_not_active"))
	}
	next.snoozeUntil = 0
	if d > 0 {
		next.snoozeUntil = now.seconds() + int64(d/time.Second)
	}
	w.self.dnd = &next
	w.dndChanged(w.self)
	return nil
}

// dndChanged tells self about itself with the snooze, about others without.
func (w *Workspace) dndChanged(u *account) {
	if u == w.self {
		w.emitTimed("dnd_updated", object{"user": u.id, "dnd_status": u.dnd.ownStatusJSON(w.clock.last)})
	}
	w.emitTimed("dnd_updated_user", object{"user": u.id, "dnd_status": u.dnd.statusJSON()})
}

// userChanged sends user_change and its twins, which have the same body.
func (w *Workspace) userChanged(u *account, twins ...string) {
	at := w.clock.tick()
	u.updated = at.seconds()
	body := w.userJSON(u)
	for _, kind := range append([]string{"user_change"}, twins...) {
		w.emit(kind, object{"user": body, "cache_ts": at.seconds(), "event_ts": at.String()})
	}
}

func (u *account) field(name string) *string {
	switch name {
	case "real_name":
		return &u.realName
	case "display_name":
		return &u.displayName
	case "first_name":
		return &u.first
	case "last_name":
		return &u.last
	case "title":
		return &u.title
	case "phone":
		return &u.phone
	case "email":
		return &u.email
	case "pronouns":
		return &u.pronouns
	}
	return nil
}

func (w *Workspace) checkProfile(fields map[string]string) error {
	for name := range fields {
		known := (&account{}).field(name) != nil
		for _, def := range w.team.fields {
			known = known || def.ID == name
		}
		if !known {
			return fmt.Errorf("field %q: %w", name, Error("invalid_profile"))
		}
	}
	return nil
}
