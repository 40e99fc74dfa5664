package api

import (
	"iter"

	"github.com/slackstate/slackstate/snapshot"
)

// A Thread is a message with its replies, and self's place in it.
type Thread struct {
	s    Snapshot
	conv ChannelID
	ts   TS
	r    snapshot.Record // of self's place
}

// Thread returns the thread that begins with a message.
func (s Snapshot) Thread(ch ChannelID, ts TS) Thread {
	ch = s.data().Resolve(ch)
	return Thread{s, ch, ts, s.data().Get(snapshot.KindThread, snapshot.Pair(string(ch), string(ts)))}
}

// Valid reports whether anything is known of self's place. The zero Thread is not.
func (t Thread) Valid() bool { return t.r != "" }

// TS returns the ts of its first message.
func (t Thread) TS() TS { return t.ts }

// ChannelID returns the id of its conversation.
func (t Thread) ChannelID() ChannelID { return t.conv }

// Channel returns its conversation.
func (t Thread) Channel() Channel { return t.s.channel(t.conv) }

// First returns its first message, if that is kept.
func (t Thread) First() (Message, bool) { return t.s.Message(t.conv, t.ts) }

// Replies returns the replies that are kept, oldest first.
func (t Thread) Replies() iter.Seq[Message] {
	return func(yield func(Message) bool) {
		if t.ts == "" {
			return
		}
		for _, r := range t.s.data().Timeline(t.conv).After(t.ts) {
			if r.Str(snapshot.MessageThreadTS) == string(t.ts) && !yield(Message{t.s, t.conv, r}) {
				return
			}
		}
	}
}

// Following reports whether self follows the thread. Known is false if Slack has
// not said.
func (t Thread) Following() (on, known bool) { return t.r.Bool(snapshot.ThreadSubscribed) }

// LastRead returns the newest reply self has read.
func (t Thread) LastRead() (ts TS, known bool) {
	return TS(t.r.Str(snapshot.ThreadLastRead)), t.r.Has(snapshot.ThreadLastRead)
}

// JSON returns what Slack calls the subscription.
func (t Thread) JSON() []byte { return entityJSON(snapshot.KindThread, string(t.ts), t.r) }
