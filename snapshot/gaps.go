package snapshot

import (
	"cmp"
	"slices"
	"strconv"
)

// A Gap is a time in which events may have been missed, and what that has left
// in doubt.
type Gap struct {
	From, Until   int64 // milliseconds; Until is 0 while it lasts
	Why           string
	Exposes       []string // collections that have not been listed since
	Conversations int      // whose members or read state have not
	BeyondRepair  []string // what no method of Slack's tells again
}

// Gaps returns the gaps that are not repaired, or cannot be wholly, the oldest
// first.
func (s *Snapshot) Gaps() (all []Gap) {
	for key, r := range s.All(KindGap) {
		g := Gap{Why: r.Str(GapWhy)}
		g.From, _ = strconv.ParseInt(key, 10, 64)
		g.Until, _ = r.Int(GapUntil)
		g.Exposes = slices.Collect(r.List(GapOpen))
		n, _ := r.Int(GapOnes)
		g.Conversations = int(n)
		g.BeyondRepair = slices.Collect(r.List(GapLost))
		all = append(all, g)
	}
	slices.SortFunc(all, func(a, b Gap) int { return cmp.Compare(a.From, b.From) })
	return all
}
