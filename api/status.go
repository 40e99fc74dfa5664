package api

import (
	"fmt"
	"time"

	"github.com/slackstate/slackstate/snapshot"
)

// A Phase says what the connection to Slack is doing.
type Phase uint8

const (
	// Offline: no connection. What is known came from the file.
	Offline Phase = iota
	// Connecting: asking for a socket, or waiting to try again.
	Connecting
	// Bootstrapping: connected for the first time, listing the workspace.
	// Frames are kept until the lists are in.
	Bootstrapping
	// CatchingUp: connected, events are applied as they arrive, and what may
	// have been missed is being listed again.
	CatchingUp
	// Live: connected, and nothing that was planned is left to load.
	Live
)

var phaseNames = [...]string{"offline", "connecting", "bootstrapping", "catching up", "live"}

func (p Phase) String() string {
	if int(p) < len(phaseNames) {
		return phaseNames[p]
	}
	return fmt.Sprintf("Phase(%d)", uint8(p))
}

// Status is what can be said of a State apart from its data.
type Status struct {
	Phase     Phase
	Since     time.Time // when Phase began
	LastFrame time.Time // when the last frame was received; zero if none was
	Seq       Seq       // published: readers see it
	Durable   Seq       // on disk; equal to Seq when the State has no file
	Attempt   int       // failed connection attempts in a row
	Err       error     // why the last attempt failed, or why storage stopped, or a ReadOnly state does not follow; nil when all is well
	Bad       uint64    // frames that were no JSON object since Open
	Odd       uint64    // frames that were not understood since Open, or only in part: the Oddities, bad ones among them
	Copied    time.Time // when the copy was published that a ReadOnly state is as of; zero if it is as of the file itself
	Recovered string    // where Open has set a corrupt file aside, "" if it has not
	Progress  Progress  // of the listing since the last connect
	Gaps      []Gap     // that are not repaired, or cannot be, the oldest first
}

// A Gap is a time in which events may have been missed. What it exposes reads
// as stale until Slack has been asked for it again.
type Gap struct {
	From, Until   time.Time // Until is zero while it lasts
	Why           string
	Exposes       []string // collections that have not been listed since, by name
	Conversations int      // whose members or read state have not
	BeyondRepair  []string // what may be out of date for good: no method tells it again
}

// GapsOf returns the gaps of a snapshot, for use by the root package.
func GapsOf(s *snapshot.Snapshot) (all []Gap) {
	for _, g := range s.Gaps() {
		all = append(all, Gap{millis(g.From), millis(g.Until), g.Why, g.Exposes, g.Conversations, g.BeyondRepair})
	}
	return all
}

// Progress says how far the listing of a workspace has come. It is about the
// present connection, or the last one.
type Progress struct {
	Pages    int // answers of the Web API so far
	Entities int // on them
	Left     int // answers to come, estimated; 0 when nothing is being asked for
}
