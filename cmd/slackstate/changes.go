package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
)

// changes prints what a file tells of the past, one event a line.
func changes(ctx context.Context, e env, args []string) error {
	fs := flag.NewFlagSet("changes", flag.ContinueOnError)
	path := fs.String("db", "", "the `file` to read")
	from := fs.Uint64("from", 0, "print what came after event `SEQ`; 0 is all that is kept")
	follow := fs.Bool("follow", false, "go on with what is written to the file, or published beside it, until interrupted")
	if err := parse(e, fs, args, "db"); err != nil {
		return err
	}
	h := &historian{out: json.NewEncoder(e.stdout), after: api.Seq(*from)}
	h.out.SetEscapeHTML(false)
	files := persist.NewFollower(*path, persist.Options{})
	db, copied, err := files.Next()
	if err != nil {
		return err
	}
	tellCopied(e, *path, copied)
	if err := h.print(db); err != nil || !*follow {
		return err
	}
	return h.follow(ctx, files)
}

// A historian prints the journals of files that follow each other.
type historian struct {
	out   *json.Encoder
	after api.Seq // the last event that was printed or passed over
}

// A commitLine is how an event is printed.
type commitLine struct {
	Seq     api.Seq      `json:"seq"`
	At      time.Time    `json:"at"`
	Type    string       `json:"type"`
	Changes []recordLine `json:"changes"`
}

// A recordLine is how a change is printed; null is no record.
type recordLine struct {
	Table  string          `json:"table"`
	Key    string          `json:"key"`
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// print prints what a file has and closes it.
func (h *historian) print(db *persist.DB) (err error) {
	defer func() { err = errors.Join(err, db.Close()) }()
	if h.after == 0 {
		h.after = db.Oldest()
	}
	if h.after > db.Durable() {
		return &api.GapError{Asked: h.after, Oldest: db.Durable()}
	}
	for row, err := range db.Rows(h.after) {
		if err != nil {
			return err
		}
		c := api.NewCommit(row.Seq, row.At, row.Type, api.Snapshot{}, row.Changes)
		line := commitLine{Seq: c.Seq(), At: c.At().UTC(), Type: c.Event()}
		for ch := range c.Changes() {
			line.Changes = append(line.Changes, recordLine{ch.Table, ch.Key, ch.Before, ch.After})
		}
		if line.Changes != nil { // or else only bookkeeping changed
			if err := h.out.Encode(line); err != nil {
				return fmt.Errorf("print event %d: %w", row.Seq, err)
			}
		}
		h.after = row.Seq
	}
	return nil
}

// followEvery is how often a file is looked at.
const followEvery = time.Second

// follow prints what is added to a file or its copy until ctx ends.
func (h *historian) follow(ctx context.Context, files *persist.Follower) error {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		db, _, err := files.Next()
		switch {
		case errors.As(err, new(*api.LockedError)):
			continue // a writer that publishes nothing, or has not yet
		case err != nil:
			return err
		case db == nil:
			continue // nothing is new
		}
		if err := h.print(db); err != nil {
			return err
		}
	}
}
