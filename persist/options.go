package persist

import (
	"time"

	"github.com/slackstate/slackstate/api"
)

// Options configures Open. The zero value is usable.
type Options struct {
	// LockTimeout is how long Open waits for another process to close the
	// file. Zero means one second.
	LockTimeout time.Duration

	// Retention bounds the journal.
	Retention Retention

	// ReadOnly leaves the file as it is, and lets other processes read it too.
	// As long as one does, none can write to it.
	ReadOnly bool
}

// Retention says which journal rows Checkpoint keeps once the tables contain
// them: the newest ones, as many as all three bounds allow. Rows that the
// tables do not contain yet are always kept. In each field zero means the
// default and less than zero means no bound.
type Retention struct {
	// MaxAge is measured from the time of the newest row, not from the clock:
	// a cache that was closed for a month can still tell its last week. The
	// default is seven days.
	MaxAge time.Duration

	// MaxEvents is a number of rows. The default is a million.
	MaxEvents int

	// MaxBytes is the size of the rows, without what the file needs to find
	// them. The default is 256 MiB.
	MaxBytes int64
}

func (o Options) withDefaults() Options {
	if o.LockTimeout <= 0 {
		o.LockTimeout = time.Second
	}
	r := &o.Retention
	if r.MaxAge == 0 {
		r.MaxAge = 7 * 24 * time.Hour
	}
	if r.MaxEvents == 0 {
		r.MaxEvents = 1_000_000
	}
	if r.MaxBytes == 0 {
		r.MaxBytes = 256 << 20
	}
	return o
}

// exceeded reports whether the oldest row has to go: it was received at the
// given time, and the journal is as h says.
func (r Retention) exceeded(h head, at int64) bool {
	return r.MaxEvents > 0 && h.Seq-h.Oldest > api.Seq(r.MaxEvents) ||
		r.MaxBytes > 0 && h.Bytes > r.MaxBytes ||
		r.MaxAge > 0 && at < h.At-r.MaxAge.Milliseconds()
}
