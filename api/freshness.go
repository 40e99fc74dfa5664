package api

import (
	"fmt"
	"time"

	"github.com/slackstate/slackstate/snapshot"
)

// A Known says how well something is known.
type Known uint8

const (
	// Unknown: never listed, or Slack refuses to.
	Unknown Known = iota
	// Partial: some of it is known.
	Partial
	// Stale: it was complete, and changes may have been missed since.
	Stale
	// Complete: all of it is known.
	Complete
)

func (k Known) String() string {
	if k <= Complete {
		return snapshot.FreshState(k).String()
	}
	return fmt.Sprintf("Known(%d)", uint8(k))
}

// A Freshness is how well a collection is known, and how that is known.
type Freshness struct {
	Known  Known
	AsOf   time.Time // when Slack was asked; zero if never
	Source string    // the method that told, or refused to, such as "users.list"
	Reason string    // why Slack does not tell, such as "missing_scope"; "" if it does
}

func freshness(f snapshot.Freshness) Freshness {
	return Freshness{Known(f.State), millis(f.AsOf), f.Source, f.Reason}
}
