package api

import (
	"iter"

	"github.com/slackstate/slackstate/snapshot"
)

// Message returns a message that is kept, in the conversation or in a thread of
// it.
func (s Snapshot) Message(ch ChannelID, ts TS) (Message, bool) {
	ch = s.data().Resolve(ch)
	r := s.data().Timeline(ch).Get(ts)
	return Message{s, ch, r}, r != ""
}

// Messages returns the messages of the conversation that are kept, oldest first.
// Replies that stand only in a thread are not among them, see Thread. Messages
// are kept if the program asks for it, from then on.
func (c Channel) Messages() iter.Seq[Message] { return c.MessagesAfter("") }

// MessagesAfter is Messages for those that came after ts, "" for all.
func (c Channel) MessagesAfter(ts TS) iter.Seq[Message] {
	return c.visible(c.s.data().Timeline(c.id).After(ts))
}

// MessagesBefore returns the messages that came before ts, "" for all, newest
// first.
func (c Channel) MessagesBefore(ts TS) iter.Seq[Message] {
	return c.visible(c.s.data().Timeline(c.id).Before(ts))
}

// MessagesKnown tells how well the messages are known. Complete is from the oldest
// that is kept on.
func (c Channel) MessagesKnown() Freshness {
	return freshness(c.s.data().Freshness(snapshot.MessagesOf(c.id)))
}

// visible are the messages that stand in the conversation.
func (c Channel) visible(all iter.Seq2[TS, snapshot.Record]) iter.Seq[Message] {
	return func(yield func(Message) bool) {
		for _, r := range all {
			if m := (Message{c.s, c.id, r}); !m.Reply() && !yield(m) {
				return
			}
		}
	}
}
