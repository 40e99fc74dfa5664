package slackstate

import (
	"time"

	"github.com/slackstate/slackstate/api"
)

// Metrics is told what a State does, for counters and histograms of whatever
// kind. Each func may be nil, is called by whoever does the work and must return
// at once, and may be called concurrently.
type Metrics struct {
	// Event is told of each event of Slack's and each of our own (local.*): its
	// type, whether it told anything new, and how long it took from when it was
	// decoded until readers saw it.
	Event func(typ string, news bool, took time.Duration)

	// Flush is told of each time that events were written to the file: how many
	// at once, how long until they were on disk, and the error, if any.
	Flush func(events int, took time.Duration, err error)

	// Call is told of each request to a method of the Web API that Run makes:
	// how long until the answer was read, and what became of it, nil or a
	// [*api.CallError].
	Call func(method string, took time.Duration, err error)

	// Phase is told of each change of Status.Phase.
	Phase func(from, to api.Phase)
}
