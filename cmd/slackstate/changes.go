package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
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
	seen := look(*path)
	db, err := openToRead(e, *path)
	if err != nil {
		return err
	}
	h := &historian{out: json.NewEncoder(e.stdout), after: api.Seq(*from)}
	h.out.SetEscapeHTML(false)
	if err := h.print(db); err != nil || !*follow {
		return err
	}
	return h.follow(ctx, *path, seen)
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
	s, err := db.Load()
	if err != nil {
		return err
	}
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
		c := api.NewCommit(row.Seq, row.At, row.Type, api.Of(s), row.Changes)
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

// follow prints what is added to a file or its copy, since it was seen, until ctx
// ends.
func (h *historian) follow(ctx context.Context, path string, seen sight) error {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now := look(path)
		if now == seen && now.settled() {
			continue
		}
		db, _, err := persist.OpenReader(path, persist.Options{})
		if errors.As(err, new(*api.LockedError)) {
			continue // a writer that publishes nothing, or has not yet
		}
		if err != nil {
			return err
		}
		if db.Durable() < h.after { // a copy that is older than the file was
			if err := db.Close(); err != nil {
				return err
			}
			continue
		}
		if err := h.print(db); err != nil {
			return err
		}
		seen = now
	}
}

// A sight is what a change to a file or its copy would change.
type sight [2]struct {
	at   time.Time
	size int64
}

// settled reports whether another change would show: the time of a file is no
// finer than some milliseconds.
func (s sight) settled() bool {
	return time.Since(s[0].at) > 2*followEvery && time.Since(s[1].at) > 2*followEvery
}

func look(path string) (s sight) {
	for i, p := range []string{path, persist.Published(path)} {
		if info, err := os.Stat(p); err == nil {
			s[i].at, s[i].size = info.ModTime(), info.Size()
		}
	}
	return s
}
