package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/reducer"
	"github.com/slackstate/slackstate/snapshot"
)

// replay builds a workspace from recorded responses and events. It knows no
// clock: times come from the recordings, so the same ones always give the same
// dump.
func replay(ctx context.Context, e env, args []string) (err error) {
	fs := flag.NewFlagSet("replay", flag.ContinueOnError)
	start := fs.String("start", "", "the `path` of an rtm.start response, or of a directory of method.json files")
	var events files
	fs.Var(&events, "events", "a `file` with one event a line, - for standard input; may be repeated")
	db := fs.String("db", "", "the `file` to keep the state in; in memory without it")
	history := fs.Int("history", 0, "keep that `number` of messages of each conversation; 0 keeps none, but those of a dump")
	keepFiles := fs.Bool("files", false, "keep files")
	strict := fs.Bool("strict", false, "stop at the first line that is no JSON object")
	dumped := fs.Bool("dump", false, "print the workspace as JSON in the end")
	changes := fs.Bool("changes", false, "print each change, one JSON object a line")
	if err := parse(e, fs, args, "start"); err != nil {
		return err
	}
	out := bufio.NewWriter(e.stdout)
	r := &replayer{env: e, out: out, strict: *strict, changes: *changes, state: &snapshot.Snapshot{},
		cfg: reducer.Config{ListLag: reducer.DefaultListLag, History: reducer.History{PerChannel: *history}, Files: *keepFiles}}
	// All that is given is looked at before anything is written.
	rec, err := readStart(*start)
	if err != nil {
		return err
	}
	inputs, err := events.open(e.stdin)
	defer closeAll(inputs)
	if err != nil {
		return err
	}
	if *db != "" {
		if err := r.open(*db, *start, rec); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, r.close()) }()
	}
	if err := r.start(rec); err != nil {
		return fmt.Errorf("%s: %w", *start, err)
	}
	for _, in := range inputs {
		if err := r.lines(ctx, in); err != nil {
			return errors.Join(err, out.Flush())
		}
	}
	if *dumped {
		out.Write(append(r.state.AppendDump(nil), '\n'))
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	fmt.Fprintf(e.stderr, "%d applied, %d unchanged, %d ignored, %d bad\n", r.applied, r.unchanged, r.ignored, r.bad)
	return nil
}

// files is a flag that may be repeated.
type files []string

func (f *files) String() string     { return fmt.Sprint(*f) }
func (f *files) Set(s string) error { *f = append(*f, s); return nil }

// An input is an opened file of events, one a line.
type input struct {
	io.ReadCloser
	name string
	tag  string // goes before what is said of a line, to tell files apart
}

// open opens the files. What it returns beside an error is to be closed too.
func (f files) open(stdin io.Reader) (all []input, err error) {
	for _, name := range f {
		in := input{name: name, ReadCloser: io.NopCloser(stdin)}
		if name != "-" {
			if in.ReadCloser, err = os.Open(name); err != nil {
				return all, err
			}
		}
		if len(f) > 1 {
			in.tag = name + ": "
		}
		all = append(all, in)
	}
	return all, nil
}

func closeAll(inputs []input) {
	for _, in := range inputs {
		_ = in.Close() // they were only read
	}
}

// A replayer applies events in order, and journals them if it has a file.
type replayer struct {
	env             env
	out             io.Writer
	strict, changes bool
	cfg             reducer.Config
	state           *snapshot.Snapshot
	at              int64 // the time of the last event; it never goes back
	db              *persist.DB
	rows            []persist.Row // not written yet

	applied, unchanged, ignored, bad int
}

// open loads the file, after making sure that it is of the workspace whose
// recording is about to be applied.
func (r *replayer) open(path, start string, rec recording) error {
	db, err := persist.Open(path, persist.Options{})
	if err != nil {
		return err
	}
	state, err := db.Load()
	if err == nil {
		if id, ok := rec.identity(); ok {
			err = db.SetIdentity(id)
		}
	}
	if other := (*api.IdentityError)(nil); errors.As(err, &other) {
		err = fmt.Errorf("%s belongs to %v, %s to %v", other.Path, other.Have, start, other.Token)
	}
	if err != nil {
		return errors.Join(err, db.Close())
	}
	r.db, r.state, r.at = db, state, state.At()
	return nil
}

// start applies the recorded responses as one complete listing.
func (r *replayer) start(rec recording) error {
	// The connection of a file that was left with one is nobody's any more.
	if r.state.Get(snapshot.KindLink, "").Is(snapshot.LinkUp) {
		if err := r.apply([]byte(`{"type":"local.offline","why":"restart"}`), r.at, true); err != nil {
			return err
		}
	}
	// Without a flag it stays as the file has it.
	if ev := r.cfg.Event(r.state); ev != nil && (r.cfg.History.PerChannel > 0 || r.cfg.Files) {
		if err := r.apply(ev, r.at, true); err != nil {
			return err
		}
	}
	at := max(rec.at, r.at+1) // newer than all that the file has, a lost connection included
	for _, l := range rec.listings {
		for _, raw := range l.events() {
			if err := r.apply(raw, at, true); err != nil {
				return err
			}
		}
	}
	return r.apply([]byte(`{"type":"local.ready"}`), at, true)
}

// lines applies the events of a file.
func (r *replayer) lines(ctx context.Context, in input) error {
	lines := bufio.NewReaderSize(in, 1<<20)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return fmt.Errorf("read %s: %w", in.name, err)
		}
		done := err == io.EOF
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if err := r.line(in, n, line); err != nil {
				return err
			}
		}
		if done {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// line applies one line. One that is no JSON object is told and passed over.
func (r *replayer) line(in input, n int, line []byte) error {
	err := r.apply(line, 0, false)
	if bad := (*badLine)(nil); errors.As(err, &bad) {
		r.bad++
		fmt.Fprintf(r.env.stderr, "events:%d: %s%v\n", n, in.tag, bad.err)
		if r.strict {
			return fmt.Errorf("%s: line %d is no event", in.name, n)
		}
		return nil
	}
	return err
}

// A badLine is a line that is no JSON object.
type badLine struct{ err error }

func (b *badLine) Error() string { return b.err.Error() }

// apply reduces one event. With at 0 the time is the event's own, or that of
// the one before.
func (r *replayer) apply(raw []byte, at int64, listing bool) error {
	ev, err := reducer.Decode(raw, at)
	if err != nil {
		return &badLine{err}
	}
	if at == 0 {
		ev.At = max(r.at, eventTime(ev))
	}
	r.at = ev.At
	before := r.state
	next, res := reducer.Reduce(r.cfg, before, ev)
	for _, what := range res.Unsound {
		fmt.Fprintf(r.env.stderr, "start: %s\n", what)
	}
	r.state = next
	if !listing {
		switch {
		case res.Outcome == reducer.Changed:
			r.applied++
		case res.Outcome == reducer.Ignored && res.Why != "":
			r.ignored++
		default:
			r.unchanged++
		}
	}
	if res.Outcome == reducer.Ignored {
		return nil
	}
	if r.changes {
		c := api.NewCommit(next.Seq(), ev.At, ev.Type, api.Of(next), res.EveryChange(next))
		if err := printCommit(r.out, c); err != nil {
			return err
		}
	}
	if r.db == nil {
		return nil
	}
	row := persist.Row{Seq: next.Seq(), At: ev.At, Type: ev.Type, Event: []byte(ev.Body),
		Changes: res.Changes, Digest: next.Digest(), Sum: next.Sum(), EventID: ev.ID, Reducer: reducer.Version}
	// Of lists only what they changed is kept. Those of a first start make up the
	// workspace and go straight to the tables.
	if ev.Type == "local.page" || ev.Type == "local.listed" {
		row.Event, row.Bulk, row.AllMembers = nil, !before.Ready(), res.AllMembers
	}
	r.rows = append(r.rows, row)
	if len(r.rows) < 1000 {
		return nil
	}
	return r.flush()
}

// eventTime returns when an event happened, in milliseconds; 0 if it does not
// say.
func eventTime(ev reducer.Event) int64 {
	ts := ev.Time
	if ts == "" {
		s, _ := ev.Body.Get("ts").Str()
		ts = snapshot.TS(s)
	}
	if !ts.Comparable() || ts.Time().IsZero() {
		return 0
	}
	return ts.Time().UnixMilli()
}

func (r *replayer) flush() error {
	if len(r.rows) == 0 {
		return nil
	}
	err := r.db.Append(r.rows, r.state)
	r.rows = r.rows[:0]
	return err
}

// close writes what is left, brings the tables up to date and lets go of the
// file.
func (r *replayer) close() error {
	err := r.flush()
	for done := false; err == nil && !done; {
		done, err = r.db.Checkpoint(10_000)
	}
	return errors.Join(err, r.db.Close())
}
