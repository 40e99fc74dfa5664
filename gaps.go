package slackstate

import (
	"slices"
	"strconv"
	"time"

	"github.com/slackstate/slackstate/snapshot"
)

// tellGaps logs what changes have done to the gaps.
func (s *State) tellGaps(changes []snapshot.Change) {
	for _, c := range changes {
		if c.Kind != snapshot.KindGap {
			continue
		}
		open := func(r snapshot.Record) bool { return r.Has(snapshot.GapOpen) || r.Has(snapshot.GapOnes) }
		ones, _ := c.After.Int(snapshot.GapOnes)
		lost := slices.Collect(c.After.List(snapshot.GapLost))
		ms, _ := strconv.ParseInt(c.Key, 10, 64)
		from := time.UnixMilli(ms)
		switch {
		case c.Before == "":
			s.log.Info("gap opened", "from", from, "why", c.After.Str(snapshot.GapWhy),
				"exposes", slices.Collect(c.After.List(snapshot.GapOpen)), "conversations", ones, "beyond_repair", lost)
		case c.After == "" && open(c.Before):
			s.log.Info("gap closed", "from", from)
		case open(c.Before) && !open(c.After):
			s.log.Info("gap closed", "from", from, "beyond_repair", lost)
		}
	}
}
