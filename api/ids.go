package api

import "github.com/slackstate/slackstate/snapshot"

// Identifiers, as in Slack's documentation. They are opaque: a conversation's
// kind is what Channel.Kind says, not the first letter of its id.
type (
	UserID      = snapshot.UserID
	ChannelID   = snapshot.ChannelID
	BotID       = snapshot.BotID
	UsergroupID = snapshot.UsergroupID
	FileID      = snapshot.FileID
	TS          = snapshot.TS

	ProfileFieldID = snapshot.ProfileFieldID
)

// A Seq numbers the events that changed a state. It is only good for the file it
// came from: keep the two together.
type Seq = snapshot.Seq
