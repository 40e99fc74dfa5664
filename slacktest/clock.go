package slacktest

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// epoch is when generation ends and life begins, unless the real clock is
// already past it. Generated stamps all lie before it.
var epoch = time.Date(2023, time.November, 14, 22, 13, 20, 0, time.UTC)

// stamp is a Slack timestamp in microseconds. The zero stamp is "never".
type stamp int64

// String returns the form Slack sends: ten digits, a dot, six digits.
func (t stamp) String() string {
	return fmt.Sprintf("%010d.%06d", int64(t)/1e6, int64(t)%1e6)
}

func (t stamp) seconds() int64 { return int64(t) / 1e6 }
func (t stamp) millis() int64  { return int64(t) / 1e3 }

// parseStamp reads what String wrote. Anything else is not a stamp of ours.
func parseStamp(s string) (stamp, bool) {
	whole, frac, ok := strings.Cut(s, ".")
	if !ok || len(frac) != 6 {
		return 0, false
	}
	sec, err1 := strconv.ParseInt(whole, 10, 64)
	usec, err2 := strconv.ParseInt(frac, 10, 64)
	if err1 != nil || err2 != nil || sec < 0 || usec < 0 {
		return 0, false
	}
	return stamp(sec*1e6 + usec), true
}

// clock gives every event its own stamp: wall time where possible, and always
// later than the stamp before.
type clock struct {
	now  func() time.Time
	last stamp
}

// wallClock runs at the speed of the real clock but never before epoch, so that
// it also ticks inside testing/synctest, whose clock starts in the year 2000.
func wallClock() clock {
	start := time.Now()
	base := start
	if base.Before(epoch) {
		base = epoch
	}
	return clock{now: func() time.Time { return base.Add(time.Since(start)) }}
}

func (c *clock) tick() stamp {
	c.last = max(c.last+1, stamp(c.now().UnixMicro()))
	return c.last
}
