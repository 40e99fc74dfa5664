package snapshot

import (
	"strconv"
	"strings"
	"time"
)

// Identifiers are types of their own, so that one can never stand where
// another belongs. They are opaque: the first letter of a conversation's id
// says nothing about its kind.
type (
	UserID      string // U… or W…
	ChannelID   string // any conversation: C…, G… or D…
	BotID       string // B…, a bot integration; its user has a UserID of its own
	UsergroupID string // S…
	FileID      string // F…

	ProfileFieldID string // Xf…, of a custom profile field
)

// A Seq counts the events that changed a workspace. Zero is the empty one.
type Seq uint64

// A TS is Slack's message timestamp, "seconds.microseconds". It identifies a
// message within its conversation and is compared as text.
type TS string

// Comparable reports whether ts has the form "digits.digits", the only one
// whose order as text is its order in time. Slack's own samples hold others.
func (ts TS) Comparable() bool {
	sec, frac, ok := strings.Cut(string(ts), ".")
	return ok && digits(sec) && digits(frac) && len(sec) == 10
}

// Time returns the instant ts names, or the zero Time if it names none.
func (ts TS) Time() time.Time {
	sec, frac, _ := strings.Cut(string(ts), ".")
	s, err := strconv.ParseInt(sec, 10, 64)
	if err != nil || s <= 0 {
		return time.Time{}
	}
	us, err := strconv.ParseInt((frac + "000000")[:6], 10, 64)
	if err != nil {
		us = 0
	}
	return time.Unix(s, us*1000)
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
