package api

import (
	"iter"
	"strings"

	"github.com/slackstate/slackstate/snapshot"
)

// A Pin is that something is pinned to a conversation: a message, a file, or a
// comment on one. It follows https://docs.slack.dev/reference/events/pin_added.
type Pin struct {
	s    Snapshot
	conv ChannelID
	name string // "m:" and a ts, "f:" or "c:" and an id
	r    snapshot.Record
}

// Pins returns what is known to be pinned to the conversation. Slack tells of
// pins in rtm.start as it was, in pins.list, and as they come and go.
func (c Channel) Pins() iter.Seq[Pin] {
	return func(yield func(Pin) bool) {
		for key := range c.s.data().Tied(snapshot.PinsIn, string(c.id)) {
			_, name := snapshot.Unpair(key)
			if !yield(Pin{c.s, c.id, name, c.s.data().Get(snapshot.KindPin, key)}) {
				return
			}
		}
	}
}

// NumPins returns how many pins there are, which may be more than Pins knows:
// as many as Slack said with the newest one that came or went. known is false if
// it has not said.
func (c Channel) NumPins() (n int, known bool) {
	count, known := c.r.Int(snapshot.ConvPinCount)
	return int(count), known
}

// Valid reports whether it is pinned. The zero Pin is not.
func (p Pin) Valid() bool { return p.r != "" }

// ChannelID returns the id of the conversation.
func (p Pin) ChannelID() ChannelID { return p.conv }

// Channel returns the conversation.
func (p Pin) Channel() Channel { return p.s.channel(p.conv) }

// Message returns the message that is pinned, if it is one: as it is now if it is
// kept, or else as it was then.
func (p Pin) Message() (Message, bool) { return p.s.itemMessage(p.conv, p.name, p.r) }

// File returns the file that is pinned, or has a comment that is, if it is one: as
// it is now if files are kept, or else as it was then.
func (p Pin) File() (File, bool) { return p.s.itemFile(p.r) }

// JSON returns the item as Slack sends it.
func (p Pin) JSON() []byte {
	return entityJSON(snapshot.KindPin, snapshot.Pair(string(p.conv), p.name), p.r)
}

// A Star is something that self has starred, or saved for later: a conversation, a
// message, a file, or a comment on one. It follows
// https://docs.slack.dev/reference/events/star_added.
type Star struct {
	s    Snapshot
	key  string
	r    snapshot.Record
	conv ChannelID // "" of a file that is in none
	name string    // "channel", or as in a Pin
}

func newStar(s Snapshot, key string, r snapshot.Record) Star {
	name, conv := snapshot.Unpair(key)
	return Star{s, key, r, ChannelID(conv), name}
}

// Stars returns what self is known to have starred.
func (s Snapshot) Stars() iter.Seq[Star] {
	return func(yield func(Star) bool) {
		for key, r := range s.data().All(snapshot.KindStar) {
			if !yield(newStar(s, key, r)) {
				return
			}
		}
	}
}

// Valid reports whether it is starred. The zero Star is not.
func (s Star) Valid() bool { return s.r != "" }

// Channel returns the conversation that is starred, or that the message is in.
func (s Star) Channel() (Channel, bool) {
	c := s.s.channel(s.conv)
	return c, c.Valid()
}

// Message returns the message that is starred, if it is one: as it is now if it
// is kept, or else as it was then.
func (s Star) Message() (Message, bool) { return s.s.itemMessage(s.conv, s.name, s.r) }

// File returns the file that is starred, or has a comment that is, if it is one:
// as it is now if files are kept, or else as it was then.
func (s Star) File() (File, bool) { return s.s.itemFile(s.r) }

// JSON returns the item as Slack sends it.
func (s Star) JSON() []byte { return entityJSON(snapshot.KindStar, s.key, s.r) }

func (s Snapshot) itemMessage(conv ChannelID, name string, r snapshot.Record) (Message, bool) {
	ts, ok := strings.CutPrefix(name, "m:")
	if !ok {
		return Message{}, false
	}
	if m, ok := s.Message(conv, TS(ts)); ok {
		return m, true
	}
	m := Message{s, conv, r.Quoted("message", snapshot.MessageSchema)}
	return m, m.Valid()
}

func (s Snapshot) itemFile(r snapshot.Record) (File, bool) {
	id, _ := r.Tail().Get("file").Get("id").Str()
	if f, ok := s.File(FileID(id)); ok {
		return f, true
	}
	f := File{s, FileID(id), r.Quoted("file", snapshot.KindFile.Schema())}
	return f, f.Valid()
}
