package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/reducer"
	"github.com/slackstate/slackstate/slacktest"
	"github.com/slackstate/slackstate/snapshot"
)

// figures are what bench measures. Times are of this machine at this moment.
type figures struct {
	Users          int     `json:"users"`
	Conversations  int     `json:"conversations"`
	Memberships    int     `json:"memberships"`
	Events         int     `json:"events"`
	BootstrapMS    float64 `json:"bootstrap_ms"`           // the start's bytes to a snapshot
	ApplyNS        float64 `json:"apply_ns_per_event"`     // an event's bytes to the next snapshot
	ApplyAllocs    float64 `json:"apply_allocs_per_event"` // heap allocations meanwhile
	LookupIDNS     float64 `json:"lookup_id_ns"`
	LookupNameNS   float64 `json:"lookup_name_ns"`
	HeapBytes      int64   `json:"heap_bytes"` // live, after the events
	HeapByUser     float64 `json:"heap_bytes_per_user"`
	CheckpointMS   float64 `json:"checkpoint_ms"`        // all that the events changed
	FileBytes      int64   `json:"file_bytes"`           // after the checkpoint
	ResumeMS       float64 `json:"resume_ms"`            // open the file to the first user found
	ResumeFullMS   float64 `json:"resume_full_ms"`       // to everything loaded and verified
	JournalNSEvent float64 `json:"journal_ns_per_event"` // durable, a thousand a transaction
}

// bench measures a recorded workspace, or a generated one.
func bench(ctx context.Context, e env, args []string) error {
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	start := fs.String("start", "", "an rtm.start response, or a `directory` of method.json files")
	events := fs.String("events", "", "a `file` with one event a line")
	users := fs.Int("users", 10_000, "without --start: how many `users` to generate a workspace of")
	count := fs.Int("count", 200_000, "without --events: how many `events` to generate")
	asJSON := fs.Bool("json", false, "print one JSON object")
	if err := parse(e, fs, args); err != nil {
		return err
	}
	if (*start == "") != (*events == "") {
		return misused(e, fs, "--start and --events go together")
	}
	if *users < 5 || *count < 1 {
		return misused(e, fs, "--users is 5 at least, --count 1")
	}
	dir, err := os.MkdirTemp("", "slackstate-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &benchmark{file: filepath.Join(dir, "bench.db"), base: heap()}
	if *start != "" {
		err = b.read(*start, *events)
	} else {
		err = b.generate(*users, *count)
	}
	if err != nil {
		return err
	}
	for _, measure := range []func() error{b.bootstrap, b.journal, b.apply, b.lookups, b.resume} {
		if err := errors.Join(measure(), ctx.Err()); err != nil {
			return err
		}
	}
	if *asJSON {
		return json.NewEncoder(e.stdout).Encode(b.figures)
	}
	v := reflect.ValueOf(b.figures)
	for i := range v.NumField() {
		name := strings.ReplaceAll(v.Type().Field(i).Tag.Get("json"), "_", " ")
		if v.Field(i).CanFloat() {
			fmt.Fprintf(e.stdout, "%-24s %14.1f\n", name, v.Field(i).Float())
		} else {
			fmt.Fprintf(e.stdout, "%-24s %14d\n", name, v.Field(i).Int())
		}
	}
	return nil
}

type benchmark struct {
	figures
	file  string
	base  int64    // the heap before there was anything
	start [][]byte // the events that make up the start
	at    int64
	lines [][]byte

	loaded *snapshot.Snapshot // after the start
	state  *snapshot.Snapshot // after the events
}

func (b *benchmark) read(start, events string) (err error) {
	if err = b.record(start); err != nil {
		return err
	}
	data, err := os.ReadFile(events)
	if err != nil {
		return err
	}
	for line := range bytes.Lines(data) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			b.lines = append(b.lines, bytes.Clone(line))
		}
	}
	return nil
}

// record reads the start.
func (b *benchmark) record(path string) error {
	rec, err := readStart(path)
	if err != nil {
		return err
	}
	for _, l := range rec.listings {
		b.start = append(b.start, l.events()...)
	}
	b.at = max(rec.at, 1)
	return nil
}

func (b *benchmark) generate(users, count int) error {
	srv, err := slacktest.New(slacktest.Options{Users: users})
	if err != nil {
		return err
	}
	defer srv.Close()
	path := b.file + ".start"
	if err := os.WriteFile(path, srv.StartJSON(), 0o600); err != nil {
		return err
	}
	if err := b.record(path); err != nil {
		return err
	}
	b.lines = slices.Collect(srv.Workload(1, count))
	return nil
}

// heap returns the live heap in bytes.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// reduce applies one event.
func (b *benchmark) reduce(s *snapshot.Snapshot, raw []byte, at int64) (*snapshot.Snapshot, reducer.Result, error) {
	ev, err := reducer.Decode(raw, at)
	if err != nil {
		return s, reducer.Result{}, err
	}
	next, res := reducer.Reduce(reducer.Config{ListLag: reducer.DefaultListLag}, s, ev)
	return next, res, nil
}

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

func row(s *snapshot.Snapshot, at int64, res reducer.Result, bulk bool) persist.Row {
	return persist.Row{Seq: s.Seq(), At: at, Type: "bench", Changes: res.Changes, Digest: s.Digest(), Sum: s.Sum(), Bulk: bulk}
}

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

// apply reduces all events, and measures what the state takes in the end.
func (b *benchmark) apply() error {
	s := b.loaded
	b.loaded = nil
	var from, to runtime.MemStats
	runtime.ReadMemStats(&from)
	began := time.Now()
	for i, raw := range b.lines {
		var err error
		if s, _, err = b.reduce(s, raw, int64(i)); err != nil {
			return fmt.Errorf("event %d: %w", i+1, err)
		}
	}
	took := time.Since(began)
	runtime.ReadMemStats(&to)
	b.ApplyNS = float64(took) / float64(b.Events)
	b.ApplyAllocs = float64(to.Mallocs-from.Mallocs) / float64(b.Events)
	b.state, b.lines = s, nil // what the state still holds of the events counts
	b.HeapBytes = heap() - b.base
	b.HeapByUser = float64(b.HeapBytes) / float64(b.Users)
	return nil
}

// lookups finds users by id and by name, in random order.
func (b *benchmark) lookups() error {
	snap := api.Of(b.state)
	var ids []api.UserID
	var names []string
	for u := range snap.Users() { // in the order of a hash
		ids = append(ids, u.ID())
		names = append(names, u.Handle())
	}
	const rounds = 1_000_000
	began := time.Now()
	for i := range rounds {
		if _, ok := snap.User(ids[i%len(ids)]); !ok {
			return fmt.Errorf("user %s is not found", ids[i%len(ids)])
		}
	}
	b.LookupIDNS = float64(time.Since(began)) / rounds
	began = time.Now()
	for i := range rounds {
		found := false
		for range snap.UsersNamed(names[i%len(names)]) {
			found = true
			break
		}
		if !found {
			return fmt.Errorf("user %q is not found", names[i%len(names)])
		}
	}
	b.LookupNameNS = float64(time.Since(began)) / rounds
	return nil
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

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
