package slacktest

import (
	"fmt"
	"slices"
)

// CreateSubteam makes a user group with members and returns its id. Errors:
// name_already_exists, user_not_found.
func (w *Workspace) CreateSubteam(name, handle string, users ...string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	members, err := w.findUsers(users)
	if err == nil {
		err = w.checkHandle(nil, name, handle)
	}
	if err != nil {
		return "", fmt.Errorf("create user group %s: %w", handle, err)
	}
	at := w.clock.tick().seconds()
	s := &subteam{
		id: w.ids.next("S"), name: name, handle: handle, created: at, updated: at,
		createdBy: w.owner().id, updatedBy: w.owner().id,
	}
	w.subteams = append(w.subteams, s)
	fields := w.subteamJSON(s)
	fields.Users, fields.UserCount = []string{}, ptr(0)
	w.emit("subteam_created", object{"subteam": fields})
	if len(members) > 0 {
		w.setMembers(s, members)
	}
	return s.id, nil
}

// UpdateSubteam changes name, handle and description of a user group. Errors:
// no_such_subteam, name_already_exists.
func (w *Workspace) UpdateSubteam(id, name, handle, description string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, err := w.findSubteam(id)
	if err == nil {
		err = w.checkHandle(s, name, handle)
	}
	if err != nil {
		return fmt.Errorf("update user group: %w", err)
	}
	s.name, s.handle, s.description = name, handle, description
	w.touch(s)
	w.subteamUpdated(s)
	return nil
}

// EnableSubteam switches a user group on or off. A disabled one stays listed,
// with a date_delete. Errors: no_such_subteam, already_enabled, already_disabled.
func (w *Workspace) EnableSubteam(id string, on bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, err := w.findSubteam(id)
	switch {
	case err != nil:
	case on && s.disabled == 0:
		err = Error("already_enabled")
	case !on && s.disabled != 0:
		err = Error("already_disabled")
	}
	if err != nil {
		return fmt.Errorf("enable user group: %w", err)
	}
	w.touch(s)
	s.disabled, s.deletedBy = 0, ""
	if !on {
		s.disabled, s.deletedBy = s.updated, w.owner().id
	}
	w.subteamUpdated(s)
	if s.has(w.self) {
		w.selfInSubteam(s, on)
	}
	return nil
}

// SetSubteamUsers replaces the members of a user group. Errors:
// no_such_subteam, user_not_found, invalid_users for an empty list.
func (w *Workspace) SetSubteamUsers(id string, users ...string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, err := w.findSubteam(id)
	var members []*account
	if err == nil {
		members, err = w.findUsers(users)
	}
	if err == nil && len(members) == 0 {
		err = Error("invalid_users")
	}
	if err != nil {
		return fmt.Errorf("set users of user group: %w", err)
	}
	w.setMembers(s, members)
	return nil
}

func (w *Workspace) setMembers(s *subteam, members []*account) {
	var added, removed []string
	for _, u := range members {
		if !s.has(u) {
			added = append(added, u.id)
		}
	}
	for _, u := range s.users {
		if !slices.Contains(members, u) {
			removed = append(removed, u.id)
		}
	}
	if added == nil && removed == nil {
		return
	}
	was := s.has(w.self)
	s.users = members
	before := w.touch(s)
	fields := object{
		"subteam_id": s.id, "team_id": w.team.id, "date_previous_update": before, "date_update": s.updated,
		"added_users_count": len(added), "removed_users_count": len(removed),
	}
	if added != nil {
		fields["added_users"] = added
	}
	if removed != nil {
		fields["removed_users"] = removed
	}
	w.emit("subteam_members_changed", fields)
	w.subteamUpdated(s)
	if is := s.has(w.self); is != was && s.disabled == 0 {
		w.selfInSubteam(s, is)
	}
}

func (w *Workspace) selfInSubteam(s *subteam, in bool) {
	if in {
		w.emit("subteam_self_added", object{"subteam_id": s.id})
	} else {
		w.emit("subteam_self_removed", object{"subteam_id": s.id})
	}
}

// touch moves date_update, which orders the changes of a user group and so must
// grow even within one second. It returns the date before.
func (w *Workspace) touch(s *subteam) int64 {
	before := s.updated
	s.updated = max(before+1, w.clock.tick().seconds())
	s.updatedBy = w.owner().id
	return before
}

// subteamUpdated shows at most 500 users; the count stays exact.
func (w *Workspace) subteamUpdated(s *subteam) {
	fields := w.subteamFull(s)
	fields.Users = fields.Users[:min(len(fields.Users), subteamUsersShown)]
	w.emit("subteam_updated", object{"subteam": fields})
}

func (w *Workspace) findSubteam(id string) (*subteam, error) {
	for _, s := range w.subteams {
		if s.id == id {
			return s, nil
		}
	}
	return nil, fmt.Errorf("user group %q: %w", id, Error("no_such_subteam"))
}

func (w *Workspace) checkHandle(of *subteam, name, handle string) error {
	for _, s := range w.subteams {
		if s != of && (s.name == name || s.handle == handle) {
			return Error("name_already_exists")
		}
	}
	if name == "" || handle == "" {
		return Error("invalid_name")
	}
	return nil
}
