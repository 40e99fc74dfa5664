package slacktest

import (
	"slices"
	"strconv"
	"strings"
)

// team is the workspace's own record.
type team struct {
	id, name, domain, emailDomain, plan string
	prefs                               object
	fields                              []profileField
}

// profileField defines a custom field of every user's profile.
type profileField struct {
	ID       string   `json:"id"`
	Ordering int      `json:"ordering"`
	Label    string   `json:"label"`
	Hint     string   `json:"hint"`
	Type     string   `json:"type"`
	Values   []string `json:"possible_values"`
	Options  object   `json:"options"`
	IsHidden bool     `json:"is_hidden"`
}

func (t *team) url() string { return "https://" + t.domain + ".slack.com/" }

// icon is the default one: Slack then says image_default.
func (t *team) icon() object {
	icon := object{"image_default": true}
	for _, size := range []int{34, 44, 68, 88, 102, 132, 230} {
		icon["image_"+strconv.Itoa(size)] = "https://a.slack-edge.com/80588/img/avatars-teams/ava_0012-" + strconv.Itoa(size) + ".png"
	}
	return icon
}

// infoJSON is what team.info shows.
func (t *team) infoJSON() object {
	return object{
		"id": t.id, "name": t.name, "domain": t.domain, "url": t.url(),
		"email_domain": t.emailDomain, "icon": t.icon(), "is_verified": false,
	}
}

// fullJSON is what rtm.start showed.
func (t *team) fullJSON() object {
	j := t.infoJSON()
	j["plan"] = t.plan
	j["prefs"] = t.prefs
	j["msg_edit_window_mins"] = -1
	j["over_storage_limit"] = false
	return j
}

// bot is an integration; the account it posts from, if any, is a user.
type bot struct {
	id, appID, name string
	user            *account
	deleted         bool
	updated         int64
}

type botJSON struct {
	ID      string   `json:"id"`
	Deleted bool     `json:"deleted"`
	Name    string   `json:"name"`
	Updated int64    `json:"updated"`
	AppID   string   `json:"app_id"`
	UserID  string   `json:"user_id,omitempty"`
	Icons   botIcons `json:"icons"`
	TeamID  string   `json:"team_id,omitempty"`
}

type botIcons struct {
	Image36 string `json:"image_36"`
	Image48 string `json:"image_48"`
	Image72 string `json:"image_72"`
}

// json shows the bot; teamID is set only inside messages.
func (b *bot) json(teamID string) botJSON {
	base := "https://a.slack-edge.com/80588/img/services/" + strings.ToLower(b.appID) + "_"
	j := botJSON{
		ID: b.id, Deleted: b.deleted, Name: b.name, Updated: b.updated, AppID: b.appID, TeamID: teamID,
		Icons: botIcons{base + "36.png", base + "48.png", base + "72.png"},
	}
	if b.user != nil && teamID == "" {
		j.UserID = b.user.id
	}
	return j
}

// subteam is a user group.
type subteam struct {
	id, name, handle, description string
	created, updated, disabled    int64
	createdBy, updatedBy          string
	deletedBy                     string
	users                         []*account // sorted by id
	channels                      []string
}

type subteamJSON struct {
	ID          string       `json:"id"`
	TeamID      string       `json:"team_id"`
	IsUsergroup bool         `json:"is_usergroup"`
	IsSubteam   bool         `json:"is_subteam"`
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Handle      string       `json:"handle"`
	IsExternal  bool         `json:"is_external"`
	DateCreate  int64        `json:"date_create"`
	DateUpdate  int64        `json:"date_update"`
	DateDelete  int64        `json:"date_delete"`
	AutoType    *string      `json:"auto_type"`
	CreatedBy   string       `json:"created_by"`
	UpdatedBy   string       `json:"updated_by"`
	DeletedBy   *string      `json:"deleted_by"`
	Prefs       subteamPrefs `json:"prefs"`
	Users       []string     `json:"users,omitzero"`
	UserCount   *int         `json:"user_count,omitempty"`
}

type subteamPrefs struct {
	Channels []string `json:"channels"`
	Groups   []string `json:"groups"`
}

// subteamUsersShown is where Slack cuts the users of a user group in events.
const subteamUsersShown = 500

func (w *Workspace) subteamJSON(s *subteam) subteamJSON {
	j := subteamJSON{
		ID: s.id, TeamID: w.team.id, IsUsergroup: true, IsSubteam: true,
		Name: s.name, Description: s.description, Handle: s.handle,
		DateCreate: s.created, DateUpdate: s.updated, DateDelete: s.disabled,
		CreatedBy: s.createdBy, UpdatedBy: s.updatedBy,
		Prefs: subteamPrefs{Channels: append([]string{}, s.channels...), Groups: []string{}},
	}
	if s.deletedBy != "" {
		j.DeletedBy = &s.deletedBy
	}
	return j
}

// subteamFull adds the members.
func (w *Workspace) subteamFull(s *subteam) subteamJSON {
	j := w.subteamJSON(s)
	j.Users, j.UserCount = userIDs(s.users), ptr(len(s.users))
	return j
}

func (s *subteam) has(u *account) bool {
	_, ok := slices.BinarySearchFunc(s.users, u, byUserID)
	return ok
}

func userIDs(users []*account) []string {
	ids := make([]string, len(users))
	for i, u := range users {
		ids[i] = u.id
	}
	return ids
}
