package reducer

import (
	"errors"
	"fmt"
	"strings"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// An Event is one decoded frame.
type Event struct {
	Type    string        // "" for an acknowledgement, which has none
	Subtype string        // of a message
	Time    snapshot.TS   // event_ts, "" where Slack sends none that can be compared
	At      int64         // when it was received, in milliseconds
	Body    rawjson.Value // the frame, or what an Events API envelope wraps
}

// ErrNotObject says that a frame is JSON but no object.
var ErrNotObject = errors.New("not a JSON object")

// Decode reads a frame that was received at the given time, in milliseconds.
// Envelopes of the Events API and of Socket Mode are unwrapped. The error is a
// *rawjson.SyntaxError or ErrNotObject; any object decodes.
func Decode(frame []byte, at int64) (Event, error) {
	v, err := rawjson.Parse(string(frame))
	if err != nil {
		return Event{}, fmt.Errorf("not JSON: %w", err)
	}
	if v.Kind() != rawjson.Object {
		return Event{}, ErrNotObject
	}
	v = unwrap(v)
	ev := Event{Type: str(v, "type"), At: at, Body: v}
	if ev.Type == "message" {
		ev.Subtype = str(v, "subtype")
		// Over the Events API message_replied has lost its subtype.
		if ev.Subtype == "" && v.Get("message").Kind() == rawjson.Object {
			if hidden, _ := v.Get("hidden").Bool(); hidden {
				ev.Subtype = "message_replied"
			}
		}
	}
	if ts := snapshot.TS(str(v, "event_ts")); ts.Comparable() {
		ev.Time = ts
	}
	return ev, nil
}

// unwrap takes an event out of the envelopes of Socket Mode and the Events API.
func unwrap(v rawjson.Value) rawjson.Value {
	if str(v, "type") == "events_api" {
		if p := v.Get("payload"); p.Kind() == rawjson.Object {
			v = p
		}
	}
	if str(v, "type") == "event_callback" {
		// Our own events come in no envelope.
		if e := v.Get("event"); e.Kind() == rawjson.Object && !strings.HasPrefix(str(e, "type"), "local.") {
			v = e
		}
	}
	return v
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
