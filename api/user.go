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

// IsGuest reports whether the user is a guest, of one channel or of several.
func (u User) IsGuest() bool { return u.r.Is(snapshot.UserIsRestricted) }

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
func (u User) Avatar() string { return u.profile().Str(snapshot.ProfileImage192) }

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
func (u User) Channels() iter.Seq[Channel] {
	return func(yield func(Channel) bool) {
		for id := range u.s.data().ConversationsOf(u.id) {
			if !yield(u.s.channel(id)) {
				return
			}
		}
	}
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
