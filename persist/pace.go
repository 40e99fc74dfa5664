package persist

import "time"

// A Pace chooses how many records a slice of a checkpoint writes, from how long
// writing takes at present. An event that comes while a slice is being written waits
// for the rest of it, which shall be no longer than what the event takes by itself.
// The zero value is ready.
type Pace struct {
	event time.Duration // what an Append takes when it takes little
	limit int
}

const (
	smallestSlice = 50 // or there are more transactions than records
	largestSlice  = 2000
)

// Appended notes how long an Append took.
func (p *Pace) Appended(took time.Duration) {
	if p.event == 0 {
		p.event = took
	}
	if took < p.event {
		p.event -= (p.event - took) / 4
	} else { // now and then a disk takes very long
		p.event += (min(took, 2*p.event) - p.event) / 32
	}
}

// Slice returns the limit for the next call of Checkpoint.
func (p *Pace) Slice() int { return max(p.limit, smallestSlice) }

// Sliced notes how long a call of Checkpoint took that wrote as much as it might.
func (p *Pace) Sliced(limit int, took time.Duration) {
	// Both end with waiting for the disk, so half of what an Append takes is left
	// for records. Half a slice is what an event waits for on average.
	want := max(p.event, time.Microsecond) * 3 / 2
	next := time.Duration(limit) * want / max(took, time.Microsecond)
	p.limit = min(max(int(next), smallestSlice), 2*limit, largestSlice)
}
