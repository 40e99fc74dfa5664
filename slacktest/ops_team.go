package slacktest

import (
	"encoding/json"
	"fmt"
)

// RenameTeam gives the workspace another name. Errors: invalid_name.
func (w *Workspace) RenameTeam(name string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if name == "" {
		return fmt.Errorf("rename team: %w", Error("invalid_name"))
	}
	w.team.name = name
	w.emit("team_rename", object{"name": name})
	return nil
}

// ChangeDomain moves the workspace to another subdomain. Errors: invalid_name.
func (w *Workspace) ChangeDomain(domain string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if domain != latin(domain) {
		return fmt.Errorf("change domain: %w", Error("invalid_name"))
	}
	w.team.domain = domain
	w.emit("team_domain_change", object{"domain": domain, "url": w.team.url()})
	return nil
}

// ChangeEmailDomain sets whose e-mail addresses may sign up; it may be empty.
func (w *Workspace) ChangeEmailDomain(domain string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.team.emailDomain = domain
	w.emitTimed("email_domain_changed", object{"email_domain": domain})
}

// SetPref sets a preference of self to any JSON value.
func (w *Workspace) SetPref(name string, value any) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("set preference %s: %w", name, err)
	}
	w.prefs[name] = json.RawMessage(data)
	w.emit("pref_change", object{"name": name, "value": json.RawMessage(data)})
	return nil
}

// SetTeamPref sets a preference of the workspace to any JSON value.
func (w *Workspace) SetTeamPref(name string, value any) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("set team preference %s: %w", name, err)
	}
	w.team.prefs[name] = json.RawMessage(data)
	w.emit("team_pref_change", object{"name": name, "value": json.RawMessage(data)})
	return nil
}

// AddBot installs an integration with a bot user, and returns both ids.
func (w *Workspace) AddBot(name string) (botID, userID string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if name == "" {
		return "", "", fmt.Errorf("add bot: %w", Error("invalid_name"))
	}
	at := w.clock.tick()
	u := &account{
		id: w.ids.next("U"), handle: w.freeHandle(latin(name)), realName: name, first: name,
		color: colors[0], locale: locales[0], zone: zones[0], isBot: true,
		botID: w.ids.next("B"), appID: w.ids.next("A"), updated: at.seconds(),
	}
	w.addUser(u)
	b := &bot{id: u.botID, appID: u.appID, name: name, user: u, updated: at.seconds()}
	w.addBot(b)
	w.emitTimed("bot_added", object{"bot": b.json(""), "cache_ts": at.seconds()})
	w.emitTimed("team_join", object{"user": w.userJSON(u), "cache_ts": at.seconds()})
	return b.id, u.id, nil
}

// ChangeBot renames an integration, or with deleted switches it off: there is no
// other sign of a removal. Errors: bot_not_found.
func (w *Workspace) ChangeBot(bot, name string, deleted bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.botByID[bot]
	if b == nil {
		return fmt.Errorf("change bot %q: %w", bot, Error("bot_not_found"))
	}
	at := w.clock.tick()
	b.name, b.deleted, b.updated = name, deleted, at.seconds()
	w.emitTimed("bot_changed", object{"bot": b.json(""), "cache_ts": at.seconds()})
	return nil
}
