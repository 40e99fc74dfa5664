package api

import (
	"iter"
	"time"

	"github.com/slackstate/slackstate/snapshot"
)

// A Message is one message of a conversation. It follows
// https://docs.slack.dev/reference/events/message.
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

// Username returns the name a bot gave itself for this message, "" if it did not.
func (m Message) Username() string { return m.r.Str(snapshot.MessageUsername) }

// Edited returns who changed the message last and when, and whether anybody did.
func (m Message) Edited() (by UserID, at TS, ok bool) {
	e := m.r.Raw(snapshot.MessageEdited)
	user, _ := e.Get("user").Str()
	ts, ok := e.Get("ts").Str()
	return UserID(user), TS(ts), ok
}

// Deleted reports whether the message was deleted and only stands for the replies
// in its thread, which remain. One without replies is gone altogether.
func (m Message) Deleted() bool { return m.Subtype() == "tombstone" }

// Thread returns the ts of the thread's first message, "" outside of threads.
func (m Message) Thread() TS { return TS(m.r.Str(snapshot.MessageThreadTS)) }

// Reply reports whether the message stands only in its thread, and not in the
// conversation.
func (m Message) Reply() bool {
	switch m.Subtype() {
	case "thread_broadcast", "reply_broadcast":
		return false
	}
	return m.Thread() != "" && m.Thread() != m.TS()
}

// Replies returns the replies to the message that are kept, oldest first.
func (m Message) Replies() iter.Seq[Message] {
	if m.r == "" {
		return func(func(Message) bool) {}
	}
	return m.s.Thread(m.conv, m.TS()).Replies()
}

// ReplyCount returns how many replies there are, kept or not, and the newest one's
// ts. Known is false if Slack has not said, as of a message without a thread.
func (m Message) ReplyCount() (n int, latest TS, known bool) {
	count, known := m.r.Int(snapshot.MessageReplyCount)
	return int(count), TS(m.r.Str(snapshot.MessageLatestReply)), known
}

// ReplyUsers returns the first few of those who replied, and how many did.
func (m Message) ReplyUsers() (users []UserID, n int) {
	for u := range m.r.List(snapshot.MessageReplyUsers) {
		users = append(users, UserID(u))
	}
	count, _ := m.r.Int(snapshot.MessageReplyUsersCount)
	return users, max(len(users), int(count))
}

// A Reaction is one emoji on a message.
type Reaction struct {
	Name  string   // without colons
	Users []UserID // Slack names only some where there are many
	Count int      // how many users
}

// Reactions returns the reactions to the message, in Slack's order.
func (m Message) Reactions() []Reaction {
	var all []Reaction
	for v := range m.r.Raw(snapshot.MessageReactions).Elems() {
		var r Reaction
		r.Name, _ = v.Get("name").Str()
		for u := range v.Get("users").Elems() {
			if id, ok := u.Str(); ok {
				r.Users = append(r.Users, UserID(id))
			}
		}
		n, _ := v.Get("count").Int()
		r.Count = max(len(r.Users), int(n))
		all = append(all, r)
	}
	return all
}

// Files returns the files of the message: as they are now if files are kept, or
// else as the message told of them. A deleted one is not Valid.
func (m Message) Files() iter.Seq[File] {
	return func(yield func(File) bool) {
		for v := range m.r.Raw(snapshot.MessageFiles).Elems() {
			id, _ := v.Get("id").Str()
			f, ok := m.s.File(FileID(id))
			if mode, _ := v.Get("mode").Str(); !ok && mode != "tombstone" {
				f.r = new(snapshot.Encoder).Record(snapshot.KindFile.Schema(), v)
			}
			if !yield(f) {
				return
			}
		}
	}
}

// Pinned reports whether the message is pinned to its conversation. It is known
// of messages that are kept.
func (m Message) Pinned() bool {
	for conv := range m.r.List(snapshot.MessagePinnedTo) {
		if ChannelID(conv) == m.conv {
			return true
		}
	}
	return false
}

// Starred reports whether self has starred the message.
func (m Message) Starred() bool { return m.r.Is(snapshot.MessageIsStarred) }

// Blocks returns the layout blocks as JSON, nil if there are none.
func (m Message) Blocks() []byte { return rawBytes(m.r.Raw(snapshot.MessageBlocks)) }

// Attachments returns the legacy attachments as JSON, nil if there are none.
func (m Message) Attachments() []byte { return rawBytes(m.r.Raw(snapshot.MessageAttachments)) }

// Metadata returns what an app attached to the message as JSON, nil if nothing.
func (m Message) Metadata() []byte { return rawBytes(m.r.Raw(snapshot.MessageMetadata)) }

// JSON returns the message as Slack sends it.
func (m Message) JSON() []byte {
	if m.r == "" {
		return nil
	}
	return snapshot.MessageSchema.AppendJSON(nil, "", m.r)
}
