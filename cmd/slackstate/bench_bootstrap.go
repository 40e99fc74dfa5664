package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/reducer"
	"github.com/slackstate/slackstate/snapshot"
)

// bootstrap reduces the start, and writes the file it leads to.
func (b *benchmark) bootstrap() error {
	var rows []persist.Row
	s := &snapshot.Snapshot{}
	began := time.Now()
	for _, raw := range b.start {
		next, res, err := b.reduce(s, raw, b.at)
		if err != nil {
			return fmt.Errorf("bootstrap: %w", err)
		}
		if s = next; res.Outcome != reducer.Ignored {
			rows = append(rows, row(s, b.at, res, true))
		}
	}
	b.BootstrapMS = milliseconds(time.Since(began))
	b.loaded = s
	b.Users, b.Conversations, b.Memberships = s.Len(snapshot.KindUser), s.Len(snapshot.KindConversation), s.Len(snapshot.KindMember)
	if b.Users == 0 || len(b.lines) == 0 {
		return errors.New("there are no users, or no events")
	}
	b.start = nil
	return b.inFile(func(db *persist.DB) error { return db.Append(rows, s) })
}
