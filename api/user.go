package api

import (
	"fmt"
	"iter"
	"time"

	"github.com/slackstate/slackstate/snapshot"
)

// A User is a member of the workspace, a guest, a bot's user, or somebody from
// another workspace met in a shared conversation. It follows
// https://docs.slack.dev/reference/objects/user-object.
//
// A question that Slack has not answered for this user reads as "", false or
// zero; JSON tells what it has said.
type User struct {
	s  Snapshot
	id UserID
	r  snapshot.Record
}

// Valid reports whether there is such a user. The zero User is not.
func (u User) Valid() bool { return u.r != "" }

// ID returns the user's id.
func (u User) ID() UserID { return u.id }

func (u User) profile() snapshot.Record { return u.r.Sub(snapshot.UserProfile) }

// DisplayName returns what Slack's own clients show: the display name, or else
// the real name, or else the handle.
func (u User) DisplayName() string {
	p := u.profile()
	for _, name := range []string{p.Str(snapshot.ProfileDisplayName), p.Str(snapshot.ProfileRealName),
		u.r.Str(snapshot.UserRealName), u.r.Str(snapshot.UserName)} {
		if name != "" {
			return name
		}
	}
	return ""
}

// Handle returns the legacy user name, which is not what people call a user.
func (u User) Handle() string { return u.r.Str(snapshot.UserName) }

// RealName returns the full name.
func (u User) RealName() string {
	if name := u.profile().Str(snapshot.ProfileRealName); name != "" {
		return name
	}
	return u.r.Str(snapshot.UserRealName)
}

// Email returns the address, "" if the token may not see it.
func (u User) Email() string { return u.profile().Str(snapshot.ProfileEmail) }

// Title returns what the user does.
func (u User) Title() string { return u.profile().Str(snapshot.ProfileTitle) }

// Phone returns the phone number.
func (u User) Phone() string { return u.profile().Str(snapshot.ProfilePhone) }

// Skype returns the Skype name.
func (u User) Skype() string { return u.profile().Str(snapshot.ProfileSkype) }

// Pronouns returns how the user wants to be spoken of.
func (u User) Pronouns() string { return u.profile().Str(snapshot.ProfilePronouns) }

// StartDate returns when the user began to work here, such as "2019-05-28".
func (u User) StartDate() string { return u.profile().Str(snapshot.ProfileStartDate) }

// Team returns the id of the workspace the user belongs to, which is another
// one for people met in shared conversations.
func (u User) Team() string { return u.r.Str(snapshot.UserTeamID) }

// Deleted reports whether the user is deactivated. Slack never removes one.
func (u User) Deleted() bool { return u.r.Is(snapshot.UserDeleted) }

// IsBot reports whether the user is a bot's.
func (u User) IsBot() bool { return u.r.Is(snapshot.UserIsBot) }

// IsAdmin reports whether the user is an administrator of the workspace.
func (u User) IsAdmin() bool { return u.r.Is(snapshot.UserIsAdmin) }

// IsOwner reports whether the user is an owner of the workspace.
func (u User) IsOwner() bool { return u.r.Is(snapshot.UserIsOwner) }

// IsPrimaryOwner reports whether the user is the one owner who can do everything.
func (u User) IsPrimaryOwner() bool { return u.r.Is(snapshot.UserIsPrimaryOwner) }

// IsGuest reports whether the user is a guest, of one channel or of several.
func (u User) IsGuest() bool { return u.r.Is(snapshot.UserIsRestricted) }

// IsSingleChannelGuest reports whether the user is a guest of one channel.
func (u User) IsSingleChannelGuest() bool { return u.r.Is(snapshot.UserIsUltraRestricted) }

// IsStranger reports whether the user is from a workspace that shares no
// conversation with self.
func (u User) IsStranger() bool { return u.r.Is(snapshot.UserIsStranger) }

// IsInvited reports whether the user has not accepted the invitation yet.
func (u User) IsInvited() bool { return u.r.Is(snapshot.UserIsInvitedUser) }

// IsAppUser reports whether the user has authorized the app that the token
// belongs to.
func (u User) IsAppUser() bool { return u.r.Is(snapshot.UserIsAppUser) }

// Has2FA reports whether the user signs in with a second factor. Known is false
// if Slack does not tell, as of others than self for most tokens.
func (u User) Has2FA() (has, known bool) { return u.r.Bool(snapshot.UserHas2FA) }

// EnterpriseUser returns what the user is in an Enterprise organization as JSON,
// nil if nothing.
func (u User) EnterpriseUser() []byte { return rawBytes(u.r.Raw(snapshot.UserEnterprise)) }

// Zone returns the name of the user's time zone, such as "Europe/Berlin".
func (u User) Zone() string { return u.r.Str(snapshot.UserTZ) }

// ZoneOffset returns how far the user's clock is ahead of UTC.
func (u User) ZoneOffset() time.Duration {
	n, _ := u.r.Int(snapshot.UserTZOffset)
	return time.Duration(n) * time.Second
}

// Locale returns the user's language, such as "en-GB", if locales were asked
// for.
func (u User) Locale() string { return u.r.Str(snapshot.UserLocale) }

// Updated returns when Slack last changed the record.
func (u User) Updated() time.Time { return seconds(u.r, snapshot.UserUpdated) }

// BotID returns the bot that this user stands for.
func (u User) BotID() BotID { return BotID(u.profile().Str(snapshot.ProfileBotID)) }

// Avatar returns the URL of the user's picture at 192 pixels.
func (u User) Avatar() string { return u.Image(192) }

// images are the sizes that Slack has of a user's picture.
var images = [...]struct {
	px  int
	url *snapshot.Field
}{
	{24, snapshot.ProfileImage24}, {32, snapshot.ProfileImage32}, {48, snapshot.ProfileImage48}, {72, snapshot.ProfileImage72},
	{192, snapshot.ProfileImage192}, {512, snapshot.ProfileImage512}, {1024, snapshot.ProfileImage1024},
}

// Image returns the URL of the user's picture in the smallest size that is at
// least so many pixels wide, or else in the largest there is; "" if there is
// none.
func (u User) Image(px int) (url string) {
	p := u.profile()
	for _, img := range images {
		if p.Has(img.url) {
			if url = p.Str(img.url); img.px >= px {
				return url
			}
		}
	}
	return url
}

// InDoubt reports whether Slack has said that nothing that is known of the user
// can be relied on, or nobody has told more than that there is such a user. A
// State asks for it by itself.
func (u User) InDoubt() bool {
	return u.r != "" && u.s.data().Get(snapshot.KindStub, snapshot.Pair(snapshot.KindUser.String(), string(u.id))) != ""
}

// Color returns the color Slack shows the name in, six hexadecimal digits.
func (u User) Color() string { return u.r.Str(snapshot.UserColor) }

// A FieldValue is what a user has filled into a field of the profile that the
// workspace has defined.
type FieldValue struct {
	Value string
	Alt   string // shown in the place of a link
}

// Field returns what the user has filled into a field, and whether that is
// known. Slack shows these only to who asks for the user's profile.
func (u User) Field(id ProfileFieldID) (FieldValue, bool) {
	v := u.profile().Raw(snapshot.ProfileFields).Get(string(id))
	value, ok := v.Get("value").Str()
	alt, _ := v.Get("alt").Str()
	return FieldValue{value, alt}, ok
}

// A CustomStatus is the status a user has written.
type CustomStatus struct {
	Text  string
	Emoji string    // with colons
	Until time.Time // zero if it does not end
}

// Status returns the user's custom status, the zero one if there is none.
func (u User) Status() CustomStatus {
	p := u.profile()
	return CustomStatus{p.Str(snapshot.ProfileStatusText), p.Str(snapshot.ProfileStatusEmoji),
		seconds(p, snapshot.ProfileStatusExpiration)}
}

// A Presence says whether a user is there.
type Presence uint8

const (
	// PresenceUnknown: not subscribed to, or there is no connection.
	PresenceUnknown Presence = iota
	// Away: not there.
	Away
	// Active: there.
	Active
)

func (p Presence) String() string {
	names := [...]string{"unknown", "away", "active"}
	if int(p) < len(names) {
		return names[p]
	}
	return fmt.Sprintf("Presence(%d)", uint8(p))
}

func presence(r snapshot.Record) Presence {
	switch r.Str(snapshot.PresenceValue) {
	case "active":
		return Active
	case "away":
		return Away
	}
	return PresenceUnknown
}

// Presence returns whether the user is there.
func (u User) Presence() Presence {
	return presence(u.s.data().Get(snapshot.KindPresence, string(u.id)))
}

// Channels returns the conversations the user is known to be in.
func (u User) Channels() iter.Seq[Channel] { return u.s.channels(u.s.data().ConversationsOf(u.id)) }

// ChannelsWith returns the conversations that another user is known to be in, too.
func (u User) ChannelsWith(other UserID) iter.Seq[Channel] {
	return u.s.channels(u.s.data().ConversationsOfBoth(u.id, other))
}

// DirectMessage returns self's DM with the user.
func (u User) DirectMessage() (Channel, bool) { return u.s.DirectMessage(u.id) }

// JSON returns the record as Slack sends it, with every field it has sent.
func (u User) JSON() []byte { return entityJSON(snapshot.KindUser, string(u.id), u.r) }

func entityJSON(k snapshot.Kind, key string, r snapshot.Record) []byte {
	if r == "" {
		return nil
	}
	return k.Schema().AppendJSON(nil, key, r)
}

// rawBytes copies JSON that a record keeps as it is, nil if there is none.
func rawBytes[V ~string](v V) []byte {
	if v == "" {
		return nil
	}
	return []byte(v)
}
