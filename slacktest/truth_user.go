package slacktest

import (
	"fmt"
	"strings"
)

// account is a user of any sort: a person, a guest, a bot user, or Slackbot.
type account struct {
	id, handle               string
	home                     string // the workspace, if it is another one
	first, last, realName    string
	displayName              string
	title, phone, email      string
	pronouns                 string
	color, locale            string
	statusText, statusEmoji  string
	statusExpires            int64
	fields                   map[string]string // custom profile fields by id
	zone                     *zone
	avatar                   uint64 // names the picture; 0 is the default one
	botID, appID             string
	admin, owner, firstOwner bool
	guest, singleGuest       bool
	isBot                    bool
	deleted                  bool
	// husk marks accounts that were deactivated before generation ended: Slack
	// lists those without time zone and roles.
	husk    bool
	updated int64
	active  bool // presence
	dnd     *dnd // nil is "no schedule"
}

// dnd is a do-not-disturb schedule; only its owner sees the snooze.
type dnd struct {
	enabled     bool
	start, end  int64
	snoozeUntil int64
}

type zone struct {
	name, label string
	offset      int
}

type userJSON struct {
	ID       string `json:"id"`
	TeamID   string `json:"team_id"`
	Name     string `json:"name"`
	Deleted  bool   `json:"deleted"`
	Color    string `json:"color,omitempty"`
	RealName string `json:"real_name,omitempty"`
	*accountJSON
	Profile   profileJSON `json:"profile"`
	IsBot     bool        `json:"is_bot"`
	IsAppUser bool        `json:"is_app_user"`
	Updated   int64       `json:"updated"`
	Locale    string      `json:"locale,omitempty"`
	Presence  string      `json:"presence,omitempty"`
}

// accountJSON is what Slack shows of accounts that are alive.
type accountJSON struct {
	TZ                string `json:"tz"`
	TZLabel           string `json:"tz_label"`
	TZOffset          int    `json:"tz_offset"`
	IsAdmin           bool   `json:"is_admin"`
	IsOwner           bool   `json:"is_owner"`
	IsPrimaryOwner    bool   `json:"is_primary_owner"`
	IsRestricted      bool   `json:"is_restricted"`
	IsUltraRestricted bool   `json:"is_ultra_restricted"`
	IsEmailConfirmed  bool   `json:"is_email_confirmed"`
	ShareContactCard  string `json:"who_can_share_contact_card"`
}

type profileJSON struct {
	Title                 string                `json:"title"`
	Phone                 string                `json:"phone"`
	Skype                 string                `json:"skype"`
	RealName              string                `json:"real_name"`
	RealNameNormalized    string                `json:"real_name_normalized"`
	DisplayName           string                `json:"display_name"`
	DisplayNameNormalized string                `json:"display_name_normalized"`
	Fields                map[string]fieldValue `json:"fields,omitempty"`
	StatusText            string                `json:"status_text"`
	StatusEmoji           string                `json:"status_emoji"`
	StatusEmojiInfo       []object              `json:"status_emoji_display_info"`
	StatusExpiration      int64                 `json:"status_expiration"`
	StatusTextCanonical   string                `json:"status_text_canonical"`
	AvatarHash            string                `json:"avatar_hash"`
	Email                 string                `json:"email,omitempty"`
	Pronouns              string                `json:"pronouns,omitempty"`
	HuddleState           string                `json:"huddle_state"`
	HuddleExpires         int64                 `json:"huddle_state_expiration_ts"`
	FirstName             string                `json:"first_name"`
	LastName              string                `json:"last_name"`
	BotID                 string                `json:"bot_id,omitempty"`
	APIAppID              string                `json:"api_app_id,omitempty"`
	AlwaysActive          bool                  `json:"always_active,omitempty"`
	ImageOriginal         string                `json:"image_original,omitempty"`
	IsCustomImage         bool                  `json:"is_custom_image,omitempty"`
	Image24               string                `json:"image_24"`
	Image32               string                `json:"image_32"`
	Image48               string                `json:"image_48"`
	Image72               string                `json:"image_72"`
	Image192              string                `json:"image_192"`
	Image512              string                `json:"image_512"`
	Image1024             string                `json:"image_1024,omitempty"`
	Team                  string                `json:"team"`
}

type fieldValue struct {
	Value string `json:"value"`
	Alt   string `json:"alt"`
}

func (w *Workspace) userJSON(u *account) userJSON {
	j := userJSON{
		ID: u.id, TeamID: w.teamOf(u), Name: u.handle, Deleted: u.deleted,
		Color: u.color, RealName: u.realName,
		Profile: profileJSON{
			Title: u.title, Phone: u.phone,
			RealName: u.realName, RealNameNormalized: fold(u.realName),
			DisplayName: u.displayName, DisplayNameNormalized: fold(u.displayName),
			StatusText: u.statusText, StatusEmoji: u.statusEmoji, StatusExpiration: u.statusExpires,
			StatusEmojiInfo: []object{},
			Email:           u.email, Pronouns: u.pronouns, HuddleState: "default_unset",
			FirstName: u.first, LastName: u.last,
			BotID: u.botID, APIAppID: u.appID, AlwaysActive: u.isBot || u.id == slackbotID,
			Team: w.teamOf(u),
		},
		IsBot: u.isBot, Updated: u.updated,
	}
	if !u.husk {
		j.accountJSON = &accountJSON{
			TZ: u.zone.name, TZLabel: u.zone.label, TZOffset: u.zone.offset,
			IsAdmin: u.admin, IsOwner: u.owner, IsPrimaryOwner: u.firstOwner,
			IsRestricted: u.guest, IsUltraRestricted: u.singleGuest,
			IsEmailConfirmed: u.email != "", ShareContactCard: "EVERYONE",
		}
	} else {
		j.Color, j.RealName = "", ""
	}
	if len(u.fields) > 0 {
		j.Profile.Fields = make(map[string]fieldValue, len(u.fields))
		for id, v := range u.fields {
			j.Profile.Fields[id] = fieldValue{Value: v}
		}
	}
	if name := strings.Trim(u.statusEmoji, ":"); name != "" {
		if url := w.emoji[name]; strings.HasPrefix(url, "https:") {
			j.Profile.StatusEmojiInfo = append(j.Profile.StatusEmojiInfo, object{"emoji_name": name, "display_url": url})
		}
	}
	u.setImages(&j.Profile)
	return j
}

// userEverything is the user as the old rtm.start showed it, presence included.
func (w *Workspace) userEverything(u *account) userJSON {
	j := w.userJSON(u)
	if !u.deleted {
		j.Presence = u.presence()
	}
	return j
}

func (u *account) presence() string {
	if u.active {
		return "active"
	}
	return "away"
}

// setImages fills in the eight avatar sizes. They differ only in their ending,
// so the account keeps one number for all of them.
func (u *account) setImages(p *profileJSON) {
	if u.avatar == 0 {
		const fallback = "https://a.slack-edge.com/80588/img/avatars-default/ava_0007-"
		p.AvatarHash = "g" + strings.ToLower(u.id)
		p.Image24, p.Image32, p.Image48 = fallback+"24.png", fallback+"32.png", fallback+"48.png"
		p.Image72, p.Image192, p.Image512 = fallback+"72.png", fallback+"192.png", fallback+"512.png"
		return
	}
	p.AvatarHash = fmt.Sprintf("%012x", u.avatar&(1<<48-1))
	base := fmt.Sprintf("https://avatars.slack-edge.com/2023-%02d-%02d/%013d_%016x%04x_",
		1+u.avatar%10, 1+u.avatar%28, 5_000_000_000_000+u.avatar%1_000_000_000_000, u.avatar, u.avatar>>48)
	p.IsCustomImage = true
	p.ImageOriginal = base + "original.jpg"
	p.Image24, p.Image32, p.Image48, p.Image72 = base+"24.jpg", base+"32.jpg", base+"48.jpg", base+"72.jpg"
	p.Image192, p.Image512, p.Image1024 = base+"192.jpg", base+"512.jpg", base+"1024.jpg"
}

// statusJSON is the schedule as everybody sees it.
func (d *dnd) statusJSON() object {
	if d == nil {
		return object{"dnd_enabled": false, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}
	}
	return object{"dnd_enabled": d.enabled, "next_dnd_start_ts": d.start, "next_dnd_end_ts": d.end}
}

// ownStatusJSON adds the snooze, which only its owner sees.
func (d *dnd) ownStatusJSON(now stamp) object {
	j := d.statusJSON()
	snoozing := d != nil && d.snoozeUntil > now.seconds()
	j["snooze_enabled"] = snoozing
	if snoozing {
		j["snooze_endtime"] = d.snoozeUntil
		j["snooze_remaining"] = d.snoozeUntil - now.seconds()
		j["snooze_is_indefinite"] = false
	}
	return j
}

const slackbotID = "USLACKBOT"
