package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/reducer"
	"github.com/slackstate/slackstate/snapshot"
)

// inFile opens the file for as long as fn runs.
func (b *benchmark) inFile(fn func(*persist.DB) error) error {
	db, err := persist.Open(b.file, persist.Options{})
	if err != nil {
		return err
	}
	if _, err = db.Load(); err == nil {
		err = fn(db)
	}
	return errors.Join(err, db.Close())
}

func row(s *snapshot.Snapshot, at int64, res reducer.Result, bulk bool) persist.Row {
	return persist.Row{Seq: s.Seq(), At: at, Type: "bench", Changes: res.Changes, Digest: s.Digest(), Sum: s.Sum(), Bulk: bulk, AllMembers: res.AllMembers}
}

// checkpoints is how many times what the events changed is written to the tables.
const checkpoints = 10

// journal writes all events and, ten times, the records that they changed.
func (b *benchmark) journal() error {
	b.Events = len(b.lines)
	return b.inFile(func(db *persist.DB) error {
		s := b.loaded
		var appending, checkpointing time.Duration
		var rows []persist.Row
		for i, raw := range b.lines {
			next, res, err := b.reduce(s, raw, int64(i))
			if err != nil {
				return fmt.Errorf("event %d: %w", i+1, err)
			}
			if s = next; res.Outcome != reducer.Ignored {
				r := row(s, int64(i), res, false)
				r.Event = raw
				rows = append(rows, r)
			}
			due := (i+1)*checkpoints/b.Events > i*checkpoints/b.Events
			if len(rows) == 1000 || due && len(rows) > 0 {
				began := time.Now()
				if err := db.Append(rows, s); err != nil {
					return err
				}
				appending += time.Since(began)
				rows = rows[:0]
			}
			if due {
				began := time.Now()
				for done := false; !done; {
					if done, err = db.Checkpoint(2000); err != nil {
						return err
					}
				}
				checkpointing += time.Since(began)
			}
		}
		b.JournalNSEvent = float64(appending) / float64(b.Events)
		b.CheckpointMS = milliseconds(checkpointing)
		return b.measureFile(db)
	})
}

// measureFile notes how large the file is, and where its bytes are.
func (b *benchmark) measureFile(db *persist.DB) error {
	info, err := os.Stat(b.file)
	if err != nil {
		return err
	}
	sizes, err := db.Sizes()
	if err != nil {
		return err
	}
	b.FileBytes, b.Buckets = info.Size(), map[string]int64{}
	for _, s := range sizes {
		b.Buckets[s.Name] = s.Bytes
	}
	b.FileByUser = float64(b.FileBytes-b.Buckets["journal"]) / float64(b.Users)
	return nil
}
