package api

import "time"

// An Oddity is a kind of frame that arrived and was not understood, or only in
// part: its type or subtype is not known, it lacks what all of its type have, or
// it is no JSON object. None of them does any harm; they tell that Slack sends
// something new.
type Oddity struct {
	Type    string // "" if the frame has none
	Subtype string // of a message
	Reason  string
	Count   uint64
	At      time.Time // when the last one was received

	// Frame is the last one as it was received, without an envelope. It is nil if
	// it was long or looked as if it had a secret in it.
	Frame []byte
}
