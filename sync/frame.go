package sync

import (
	"strings"
	"time"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// A frame is one message from the socket.
type frame struct {
	raw   []byte
	at    time.Time // when it was received
	hello bool
}

// A meaning is what a frame means to the connection.
type meaning uint8

const (
	event     meaning = iota // nothing: it goes up
	greeting                 // hello: the connection works, and goes up
	answered                 // pong, acknowledgement or reconnect_url: ends here
	forged                   // passes for one of our own events: ends here
	farewell                 // goodbye: Slack is about to close
	complaint                // error
	migration                // goes up, and Slack closes
)

// ours is what the types of our own events begin with. They are believed, so
// the socket must not bring any.
const ours = "local."

// meaningOf returns what a frame means to the connection, and the object it
// is. What is not a JSON object is an event: the receiver counts such frames.
func meaningOf(raw []byte) (meaning, rawjson.Value) {
	v, err := rawjson.Parse(string(raw))
	if err != nil {
		return event, ""
	}
	typ, _ := v.Get("type").Str()
	switch typ {
	case "hello":
		return greeting, v
	case "pong", "reconnect_url":
		return answered, v
	case "goodbye":
		return farewell, v
	case "error":
		return complaint, v
	case "team_migration_started":
		return migration, v
	case "":
		if v.Get("type") == "" && v.Get("reply_to") != "" {
			return answered, v
		}
	}
	if strings.HasPrefix(typ, ours) {
		return forged, v
	}
	return event, v
}
