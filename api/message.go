package api

import (
	"time"

	"github.com/slackstate/slackstate/snapshot"
)

// A Message is the newest message of a conversation.
type Message struct {
	s    Snapshot
	conv ChannelID
	r    snapshot.Record
}

// latest returns the newest message of a read state's record; one that is not
// Valid if there is none. Slack may have sent no more of it than its ts.
func latest(s Snapshot, conv ChannelID, read snapshot.Record) Message {
	if m := read.Sub(snapshot.ReadLatest); m != "" {
		return Message{s, conv, m}
	}
	if ts := read.Str(snapshot.ReadLatestTS); ts != "" {
		var enc snapshot.Encoder
		return Message{s, conv, enc.With(snapshot.MessageSchema, "", snapshot.MessageTS.Str(ts))}
	}
	return Message{s, conv, ""}
}

// Valid reports whether there is a message. The zero Message is none.
func (m Message) Valid() bool { return m.r != "" }

// TS returns the timestamp that identifies the message in its conversation.
func (m Message) TS() TS { return TS(m.r.Str(snapshot.MessageTS)) }

// Time returns when it was sent.
func (m Message) Time() time.Time { return m.TS().Time() }

// Text returns its text in Slack's markup.
func (m Message) Text() string { return m.r.Str(snapshot.MessageText) }

// Subtype returns its subtype, "" for a plain message.
func (m Message) Subtype() string { return m.r.Str(snapshot.MessageSubtype) }

// ChannelID returns the id of its conversation.
func (m Message) ChannelID() ChannelID { return m.conv }

// Channel returns its conversation.
func (m Message) Channel() Channel { return m.s.channel(m.conv) }

// AuthorID returns the id of the user who sent it, "" if a bot without a user
// did.
func (m Message) AuthorID() UserID { return UserID(m.r.Str(snapshot.MessageUser)) }

// Author returns the user who sent it.
func (m Message) Author() (User, bool) { return m.s.User(m.AuthorID()) }

// BotID returns the bot that sent it, "" if none did.
func (m Message) BotID() BotID { return BotID(m.r.Str(snapshot.MessageBotID)) }

// Thread returns the ts of the thread's first message, "" outside of threads.
func (m Message) Thread() TS { return TS(m.r.Str(snapshot.MessageThreadTS)) }

// JSON returns the message as Slack sends it.
func (m Message) JSON() []byte {
	if m.r == "" {
		return nil
	}
	return snapshot.MessageSchema.AppendJSON(nil, "", m.r)
}
