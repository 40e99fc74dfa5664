package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
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

// journal writes all events, and then the records they changed.
func (b *benchmark) journal() error {
	b.Events = len(b.lines)
	return b.inFile(func(db *persist.DB) error {
		s := b.loaded
		var took time.Duration
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
			if len(rows) == 1000 || i == len(b.lines)-1 && len(rows) > 0 {
				began := time.Now()
				if err := db.Append(rows, s); err != nil {
					return err
				}
				took += time.Since(began)
				rows = rows[:0]
			}
		}
		b.JournalNSEvent = float64(took) / float64(b.Events)
		began := time.Now()
		for done := false; !done; {
			var err error
			if done, err = db.Checkpoint(2000); err != nil {
				return err
			}
		}
		b.CheckpointMS = milliseconds(time.Since(began))
		info, err := os.Stat(b.file)
		if err != nil {
			return err
		}
		b.FileBytes = info.Size()
		return nil
	})
}

// resume opens the file as the next process would.
func (b *benchmark) resume() error {
	id := ""
	for key := range b.state.All(snapshot.KindUser) {
		id = key
		break
	}
	digest := b.state.Digest()
	b.state = nil
	runtime.GC()
	began := time.Now()
	db, err := persist.Open(b.file, persist.Options{})
	if err != nil {
		return err
	}
	s, err := db.Load()
	if err == nil {
		// Today everything is loaded before anything is answered.
		if s.Get(snapshot.KindUser, id) == "" || s.Digest() != digest {
			err = errors.New("the file holds another state than was written")
		}
		b.ResumeMS = milliseconds(time.Since(began))
		b.ResumeFullMS = b.ResumeMS
	}
	return errors.Join(err, db.Close())
}
