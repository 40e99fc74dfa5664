package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

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
	BootstrapMS    float64 `json:"bootstrap_ms"`               // the start's bytes to a snapshot
	BootstrapJSON  float64 `json:"bootstrap_vs_encoding_json"` // times as fast as encoding/json decodes them into structs
	ApplyNS        float64 `json:"apply_ns_per_event"`         // an event's bytes to the next snapshot
	ApplyAllocs    float64 `json:"apply_allocs_per_event"`     // heap allocations meanwhile
	ApplyJSON      float64 `json:"apply_vs_encoding_json"`     // times as fast as encoding/json decodes the events into maps
	LookupIDNS     float64 `json:"lookup_id_ns"`
	LookupIDMap    float64 `json:"lookup_id_vs_map"` // how many times what a Go map takes
	LookupNameNS   float64 `json:"lookup_name_ns"`
	LookupNameMap  float64 `json:"lookup_name_vs_map"`
	LookupAllocs   float64 `json:"lookup_allocs"` // a lookup, of either sort
	HeapBytes      int64   `json:"heap_bytes"`    // live, after the events
	HeapByUser     float64 `json:"heap_bytes_per_user"`
	CheckpointMS   float64 `json:"checkpoint_ms"`        // ten, of all that the events changed
	FileBytes      int64   `json:"file_bytes"`           // after them
	FileByUser     float64 `json:"file_bytes_per_user"`  // without the journal, which has a bound of its own
	ResumeMS       float64 `json:"resume_ms"`            // open the file to the first user found
	ResumeFullMS   float64 `json:"resume_full_ms"`       // to everything loaded and verified
	ResumePeak     float64 `json:"resume_peak_ratio"`    // the largest heap meanwhile, by the heap afterwards
	JournalNSEvent float64 `json:"journal_ns_per_event"` // durable, a thousand a transaction

	// How many times as long a transaction of so many events takes as a bare append
	// of the same bytes to a file, and fdatasync; and as usual, for an event that comes
	// while all users are checkpointed, in the middle and at its slowest.
	Commit1         float64 `json:"commit_1_vs_bare"`
	Commit100       float64 `json:"commit_100_vs_bare"`
	Commit1000      float64 `json:"commit_1000_vs_bare"`
	InCheckpoint    float64 `json:"commit_in_checkpoint_vs_usual"`
	InCheckpointP99 float64 `json:"commit_in_checkpoint_p99_vs_usual"`

	Components map[string]float64 `json:"heap_components_per_user"` // bytes
	Buckets    map[string]int64   `json:"file_bytes_by_bucket"`
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
	b := newBenchmark(filepath.Join(dir, "bench.db"))
	// What encoding/json keeps of the types it has met is not the state's.
	small := newBenchmark(filepath.Join(dir, "small.db"))
	if err := errors.Join(small.generate(5, 1), small.bootstrap()); err != nil {
		return err
	}
	b.base = heap()
	if *start != "" {
		err = b.read(*start, *events)
	} else {
		err = b.generate(*users, *count)
	}
	if err != nil {
		return err
	}
	for _, measure := range []func() error{b.bootstrap, b.journal, b.commits, b.apply, b.lookups, b.resume} {
		if err := errors.Join(measure(), ctx.Err()); err != nil {
			return err
		}
	}
	if *asJSON {
		return json.NewEncoder(e.stdout).Encode(b.figures)
	}
	b.print(e.stdout)
	return nil
}

// print writes the figures one a line.
func (b *benchmark) print(w io.Writer) {
	v := reflect.ValueOf(b.figures)
	for i := range v.NumField() {
		name := strings.ReplaceAll(v.Type().Field(i).Tag.Get("json"), "_", " ")
		switch f := v.Field(i); {
		case f.CanFloat():
			fmt.Fprintf(w, "%-34s %14.1f\n", name, f.Float())
		case f.CanInt():
			fmt.Fprintf(w, "%-34s %14d\n", name, f.Int())
		}
	}
	fmt.Fprintf(w, "\nfile, bytes\n")
	for _, name := range slices.Sorted(maps.Keys(b.Buckets)) {
		fmt.Fprintf(w, "  %-24s %14d\n", name, b.Buckets[name])
	}
	b.printComponents(w)
}

type benchmark struct {
	figures
	parts   []string // of Components, in order
	file    string
	reducer *reducer.Reducer
	base    int64    // the heap before there was anything
	start   [][]byte // the events that make up the start
	at      int64
	lines   [][]byte

	loaded *snapshot.Snapshot // after the start
	state  *snapshot.Snapshot // after the events
}

func newBenchmark(file string) *benchmark {
	return &benchmark{figures: figures{Components: map[string]float64{}}, file: file, reducer: newReducer()}
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

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
