package api

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/slackstate/slackstate/snapshot"
)

// Self is the user the token belongs to.
type Self struct {
	s Snapshot
	r snapshot.Record
}

// Valid reports whether it is known who self is. The zero Self is not.
func (s Self) Valid() bool { return s.r != "" }

// ID returns self's user id.
func (s Self) ID() UserID { return UserID(s.r.Str(snapshot.SelfID)) }

// Name returns self's handle.
func (s Self) Name() string { return s.r.Str(snapshot.SelfName) }

// Created returns when self joined the workspace.
func (s Self) Created() time.Time { return seconds(s.r, snapshot.SelfCreated) }

// User returns self as a user.
func (s Self) User() (User, bool) { return s.s.User(s.ID()) }

// ManualPresence returns the presence self has chosen, which is not what
// others see.
func (s Self) ManualPresence() Presence {
	switch s.r.Str(snapshot.SelfManualPresence) {
	case "active":
		return Active
	case "away":
		return Away
	}
	return PresenceUnknown
}

// Pref returns one of self's preferences as JSON.
func (s Self) Pref(name string) (json.RawMessage, bool) {
	return pref(s.s.data().Get(snapshot.KindSelfPref, name).Str(snapshot.SelfPrefValue))
}

// JSON returns the record as Slack sends it, without preferences.
func (s Self) JSON() []byte { return entityJSON(snapshot.KindSelf, "", s.r) }

// Team is the workspace itself.
type Team struct {
	s Snapshot
	r snapshot.Record
}

// Valid reports whether the workspace is known. The zero Team is not.
func (t Team) Valid() bool { return t.r != "" }

// ID returns the workspace's id.
func (t Team) ID() string { return t.r.Str(snapshot.TeamID) }

// Name returns its name.
func (t Team) Name() string { return t.r.Str(snapshot.TeamName) }

// Domain returns the part of its address before ".slack.com".
func (t Team) Domain() string { return t.r.Str(snapshot.TeamDomain) }

// EmailDomain returns the domains whose addresses may join, as Slack sends
// them.
func (t Team) EmailDomain() string { return t.r.Str(snapshot.TeamEmailDomain) }

// Plan returns what the workspace pays for, "" if it is free or not known.
func (t Team) Plan() string { return t.r.Str(snapshot.TeamPlan) }

// URL returns its address.
func (t Team) URL() string { return t.r.Str(snapshot.TeamURL) }

// Icon returns its icon as JSON: the URLs of its sizes. It is nil if there is
// none.
func (t Team) Icon() []byte { return rawBytes(t.r.Raw(snapshot.TeamIcon)) }

// EnterpriseID returns the id of the organization it belongs to, "" if none.
func (t Team) EnterpriseID() string { return t.r.Str(snapshot.TeamEnterpriseID) }

// EnterpriseName returns the name of that organization.
func (t Team) EnterpriseName() string { return t.r.Str(snapshot.TeamEnterpriseName) }

// Pref returns one of the workspace's preferences as JSON.
func (t Team) Pref(name string) (json.RawMessage, bool) {
	return pref(t.s.data().Get(snapshot.KindTeamPref, name).Str(snapshot.TeamPrefValue))
}

// pref returns a copy of a preference; nil if there is none, since an empty one
// would not marshal.
func pref(value string) (json.RawMessage, bool) {
	if value == "" {
		return nil, false
	}
	return json.RawMessage(value), true
}

// JSON returns the record as Slack sends it, without preferences.
func (t Team) JSON() []byte { return entityJSON(snapshot.KindTeam, "", t.r) }

// A Bot is a bot integration.
type Bot struct {
	s  Snapshot
	id BotID
	r  snapshot.Record
}

// Valid reports whether there is such a bot. The zero Bot is none.
func (b Bot) Valid() bool { return b.r != "" }

// ID returns the bot's id.
func (b Bot) ID() BotID { return b.id }

// Name returns its name.
func (b Bot) Name() string { return b.r.Str(snapshot.BotName) }

// Deleted reports whether it was removed.
func (b Bot) Deleted() bool { return b.r.Is(snapshot.BotDeleted) }

// AppID returns the id of the app it belongs to.
func (b Bot) AppID() string { return b.r.Str(snapshot.BotAppID) }

// Icons returns its pictures as JSON, nil if there are none.
func (b Bot) Icons() []byte { return rawBytes(b.r.Raw(snapshot.BotIcons)) }

// Updated returns when Slack last changed the record.
func (b Bot) Updated() time.Time { return seconds(b.r, snapshot.BotUpdated) }

// User returns the user that stands for the bot.
func (b Bot) User() (User, bool) {
	if u, ok := b.s.User(UserID(b.r.Str(snapshot.BotUserID))); ok {
		return u, true
	}
	for id := range b.s.data().UsersByBot(b.id).All() {
		return b.s.User(id)
	}
	return User{}, false
}

// JSON returns the record as Slack sends it.
func (b Bot) JSON() []byte { return entityJSON(snapshot.KindBot, string(b.id), b.r) }

// A Usergroup is a user group, such as @designers.
type Usergroup struct {
	s  Snapshot
	id UsergroupID
	r  snapshot.Record
}

// Valid reports whether there is such a user group. The zero one is not.
func (g Usergroup) Valid() bool { return g.r != "" }

// ID returns the user group's id.
func (g Usergroup) ID() UsergroupID { return g.id }

// Handle returns what it is mentioned by, without @.
func (g Usergroup) Handle() string { return g.r.Str(snapshot.UsergroupHandle) }

// Name returns its name.
func (g Usergroup) Name() string { return g.r.Str(snapshot.UsergroupName) }

// Description returns what it is for.
func (g Usergroup) Description() string { return g.r.Str(snapshot.UsergroupDescription) }

// Disabled reports whether it is disabled.
func (g Usergroup) Disabled() bool {
	n, _ := g.r.Int(snapshot.UsergroupDateDelete)
	return n != 0
}

// External reports whether it is another workspace's.
func (g Usergroup) External() bool { return g.r.Is(snapshot.UsergroupIsExternal) }

// Creator returns who made it.
func (g Usergroup) Creator() UserID { return UserID(g.r.Str(snapshot.UsergroupCreatedBy)) }

// Created returns when it was made.
func (g Usergroup) Created() time.Time { return seconds(g.r, snapshot.UsergroupDateCreate) }

// Updated returns when Slack last changed the record.
func (g Usergroup) Updated() time.Time { return seconds(g.r, snapshot.UsergroupDateUpdate) }

// Prefs returns the conversations its members come into by themselves as JSON,
// nil if Slack has not said.
func (g Usergroup) Prefs() []byte { return rawBytes(g.r.Raw(snapshot.UsergroupPrefs)) }

// Members returns the ids of its users. known is false if Slack has not listed
// them, or not all of them.
func (g Usergroup) Members() (ids []UserID, known bool) {
	for id := range g.r.List(snapshot.UsergroupUsers) {
		ids = append(ids, UserID(id))
	}
	return ids, g.r.Has(snapshot.UsergroupUsers)
}

// HasSelf reports whether self is in it.
func (g Usergroup) HasSelf() bool {
	return g.s.data().Get(snapshot.KindMyUsergroup, string(g.id)) != ""
}

// JSON returns the record as Slack sends it.
func (g Usergroup) JSON() []byte { return entityJSON(snapshot.KindUsergroup, string(g.id), g.r) }

// An Emoji is a custom emoji.
type Emoji struct {
	name string
	r    snapshot.Record
}

// Valid reports whether there is such an emoji. The zero one is not.
func (e Emoji) Valid() bool { return e.r != "" }

// Name returns its name without colons.
func (e Emoji) Name() string { return e.name }

// URL returns where its image is, "" for an alias.
func (e Emoji) URL() string {
	if _, alias := e.Alias(); alias {
		return ""
	}
	return e.r.Str(snapshot.EmojiValue)
}

// Alias returns the name of the emoji it stands for, and whether it does.
func (e Emoji) Alias() (name string, ok bool) {
	return strings.CutPrefix(e.r.Str(snapshot.EmojiValue), "alias:")
}

// DND is a user's do-not-disturb state.
type DND struct {
	user UserID
	r    snapshot.Record
}

// DND returns a user's do-not-disturb state.
func (s Snapshot) DND(user UserID) (DND, bool) {
	r := s.data().Get(snapshot.KindDND, string(user))
	return DND{user, r}, r != ""
}

// Valid reports whether anything is known. The zero DND is not.
func (d DND) Valid() bool { return d.r != "" }

// UserID returns whose state it is.
func (d DND) UserID() UserID { return d.user }

// Enabled reports whether the user has a schedule at all.
func (d DND) Enabled() bool { return d.r.Is(snapshot.DNDEnabled) }

// Next returns when the user will next not be disturbed; both are zero if that
// is not known.
func (d DND) Next() (start, end time.Time) {
	return seconds(d.r, snapshot.DNDNextStart), seconds(d.r, snapshot.DNDNextEnd)
}

// Snooze returns until when self has paused notifications, and whether it has.
// The time is zero if it is for good.
func (d DND) Snooze() (until time.Time, ok bool) {
	if d.r.Is(snapshot.DNDSnoozeForever) {
		return time.Time{}, d.r.Is(snapshot.DNDSnooze)
	}
	return seconds(d.r, snapshot.DNDSnoozeEnd), d.r.Is(snapshot.DNDSnooze)
}

// UserPresence is one user's presence as an entity of its own.
type UserPresence struct {
	user UserID
	r    snapshot.Record
}

// Valid reports whether the presence is known. The zero UserPresence is not.
func (p UserPresence) Valid() bool { return p.r != "" }

// UserID returns whose presence it is.
func (p UserPresence) UserID() UserID { return p.user }

// Presence returns whether the user is there.
func (p UserPresence) Presence() Presence { return presence(p.r) }
