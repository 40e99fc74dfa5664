package reducer

import (
	"errors"
	"fmt"
	"strings"
	"unsafe"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// An Event is one decoded frame. Decode makes them. It shares the frame's memory,
// which must stay as it is until the event is reduced; what Reduce returns keeps
// none of it.
type Event struct {
	Type    string        // "" for an acknowledgement, which has none
	Subtype string        // of a message
	Time    snapshot.TS   // event_ts, "" where Slack sends none that can be compared
	At      int64         // when it was received, in milliseconds
	Body    rawjson.Value // the frame, or what an Events API envelope wraps
	ID      string        // event_id of such an envelope, the same in each delivery; "" without one

	Unkept bool // nothing is to be put into a timeline

	fields rawjson.Fields // of Body
}

// ErrNotObject says that a frame is JSON but no object.
var ErrNotObject = errors.New("not a JSON object")

// Decode reads a frame that was received at the given time, in milliseconds.
// Envelopes of the Events API and of Socket Mode are unwrapped. The error is a
// *rawjson.SyntaxError or ErrNotObject; any object decodes.
func Decode(frame []byte, at int64) (ev Event, err error) {
	// To copy the frame would be a good part of what an event costs that changes
	// nothing.
	text, unkept := cutUnkept(unsafe.String(unsafe.SliceData(frame), len(frame)))
	if ev.Body, err = rawjson.ParseFields(text, &ev.fields); err != nil {
		return Event{}, fmt.Errorf("not JSON: %w", err)
	}
	if ev.Body.Kind() != rawjson.Object {
		return Event{}, ErrNotObject
	}
	ev.At, ev.Unkept = at, unkept
	ev.unwrap()
	if ev.Type == "message" {
		ev.Subtype = ev.str("subtype")
		// Over the Events API message_replied has lost its subtype.
		if ev.Subtype == "" && ev.get("message").Kind() == rawjson.Object {
			if hidden, _ := ev.get("hidden").Bool(); hidden {
				ev.Subtype = "message_replied"
			}
		}
	}
	if ts := snapshot.TS(ev.str("event_ts")); ts.Comparable() {
		ev.Time = ts
	}
	return ev, nil
}

// unkeptMark begins a frame about a conversation of which the embedder keeps no
// messages. The answer of its callback is a part of the event, so that replaying
// need not ask again.
const unkeptMark = `{"local.keep":false,`

// Frame returns a frame that decodes to the event, but for the envelope.
func (ev *Event) Frame() []byte {
	if ev.Unkept {
		return append([]byte(unkeptMark), ev.Body[len("{"):]...)
	}
	return []byte(ev.Body)
}

// cutUnkept takes the mark off.
func cutUnkept(text string) (frame string, unkept bool) {
	if members, ok := strings.CutPrefix(text, unkeptMark); ok {
		return "{" + members, true
	}
	return text, false
}

// Timeline returns the conversation into whose timeline an event may put
// something, "" if it cannot.
func (ev *Event) Timeline() snapshot.ChannelID {
	switch {
	case ev.Type == "message":
		return snapshot.ChannelID(ev.channel())
	case ev.Type == "local.page":
		return snapshot.ChannelID(id(ev.get("args"), "channel"))
	case strings.HasPrefix(ev.Type, "thread_"):
		return snapshot.ChannelID(id(ev.get("subscription"), "channel"))
	}
	return ""
}

// unwrap takes an event out of the envelopes of Socket Mode and the Events API,
// and reads its type.
func (ev *Event) unwrap() {
	ev.Type = ev.str("type")
	if ev.Type == "events_api" {
		if p := ev.get("payload"); p.Kind() == rawjson.Object {
			ev.be(p)
		}
	}
	if ev.Type == "event_callback" {
		// Our own events come in no envelope.
		if e := ev.get("event"); e.Kind() == rawjson.Object && !strings.HasPrefix(str(e, "type"), "local.") {
			ev.ID = strings.Clone(ev.id("event_id")) // it outlives the frame
			ev.be(e)
		}
	}
}

// be makes ev the event that an envelope wraps.
func (ev *Event) be(body rawjson.Value) {
	ev.Body, ev.fields = body, body.Fields()
	ev.Type = ev.str("type")
}

// get, str and id read a member of the event, as Body.Get and the functions of
// those names do, without walking Body.
func (ev *Event) get(key string) rawjson.Value { return ev.fields.Get(key) }
func (ev *Event) id(key string) string         { return asID(ev.get(key)) }
func (ev *Event) str(key string) string {
	s, _ := ev.get(key).Str()
	return s
}

// acknowledges reports whether an event without a type is the reply to a frame
// that was sent.
func (ev *Event) acknowledges() bool { return ev.get("reply_to") != "" }

// channel returns the conversation an event names, as an id or an object.
func (ev *Event) channel() string {
	c := ev.get("channel")
	if c.Kind() == rawjson.Object {
		return id(c, "id")
	}
	return asID(c)
}

// filter returns an object with those members of v that keep wants.
func filter(v rawjson.Value, keep func(name string) bool) rawjson.Value {
	b := []byte{'{'}
	for name, val := range v.Members() {
		if !keep(name) {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(rawjson.AppendString(b, name), ':')
		b = append(b, val...)
	}
	return rawjson.Value(append(b, '}'))
}

func str(v rawjson.Value, key string) string {
	s, _ := v.Get(key).Str()
	return s
}

// id returns a member that can serve as a key, "" if it cannot: keys of two
// parts are joined by a slash, and lists of them by a zero byte.
func id(v rawjson.Value, key string) string { return asID(v.Get(key)) }

func asID(v rawjson.Value) string {
	s, _ := v.Str()
	return validID(s)
}

// validID returns s if it can serve as a key, else "".
func validID(s string) string {
	if len(s) > 64 {
		return ""
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == '/' {
			return ""
		}
	}
	return s
}
