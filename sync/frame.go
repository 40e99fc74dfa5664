package sync

import (
	"strings"
	"time"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// A frame is one message from the socket.
type frame struct {
	raw     []byte
	at      time.Time // when it was received
	meaning meaning
	from    *socket
}

// A meaning is what a frame means to the connection.
type meaning uint8

const (
	event     meaning = iota // nothing: it goes up
	greeting                 // hello: the connection works, and goes up
	receipt                  // to a message of ours: it becomes an event
	echo                     // an event, and the reply that the last connection owed us
	noise                    // pong or reconnect_url: ends here
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
		return noise, v
	case "goodbye":
		return farewell, v
	case "error":
		if v.Get("reply_to") != "" {
			return receipt, v
		}
		return complaint, v
	case "message":
		if v.Get("reply_to") != "" {
			return echo, v
		}
	case "team_migration_started":
		return migration, v
	case "":
		if v.Get("type") == "" && v.Get("reply_to") != "" {
			return receipt, v
		}
	}
	if strings.HasPrefix(typ, ours) {
		return forged, v
	}
	return event, v
}

// errorOf returns what an error frame, or a reply that is one, complains of.
func errorOf(v rawjson.Value) (code int, msg string) {
	n, _ := v.Get("error").Get("code").Int()
	msg, _ = v.Get("error").Get("msg").Str()
	return int(n), msg
}
