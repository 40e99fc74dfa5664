package persist_test

import (
	"testing"
	"time"

	"github.com/slackstate/slackstate/persist"
)

// A disk is how long it takes to write: something for each transaction, and for each
// record.
type disk struct{ transaction, record time.Duration }

func (d disk) write(records int) time.Duration {
	return d.transaction + time.Duration(records)*d.record
}

// Whatever the disk is like, slices come to take half as long again as an event
// does, as long as that is neither next to nothing nor more than is good for memory.
func TestPace(t *testing.T) {
	for name, test := range map[string]struct {
		disk disk
		want int
	}{
		"a fast disk":                    {disk{400 * time.Microsecond, 1 * time.Microsecond}, 200},
		"records on pages of their own":  {disk{3 * time.Millisecond, 20 * time.Microsecond}, 76},
		"a slow disk":                    {disk{20 * time.Millisecond, 50 * time.Microsecond}, 201},
		"no time at all, as in a bubble": {disk{0, 0}, 2000},
		"a disk that never waits":        {disk{0, time.Microsecond}, 50},
		"a disk that waits for ever":     {disk{time.Second, time.Microsecond}, 2000},
	} {
		t.Run(name, func(t *testing.T) {
			var p persist.Pace
			diff(t, 50, p.Slice())
			settle := func() {
				for range 40 {
					p.Appended(test.disk.write(1))
					limit := p.Slice()
					p.Sliced(limit, test.disk.write(limit))
				}
			}
			settle()
			if got := p.Slice(); got < test.want*9/10 || got > test.want*11/10 {
				t.Errorf("slices of %d, want %d", got, test.want)
			}
			p.Appended(time.Minute) // for once
			p.Sliced(p.Slice(), time.Minute)
			settle()
			if got := p.Slice(); got < test.want*9/10 || got > test.want*11/10 {
				t.Errorf("after a pause slices of %d, want %d", got, test.want)
			}
		})
	}
}
