package slackstate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/reducer"
	"github.com/slackstate/slackstate/snapshot"
	slacksync "github.com/slackstate/slackstate/sync"
)

// A State is a live copy of a workspace. Open returns one.
//
//  1. Snapshot, Status and Wait answer at any time, also while Run is not
//     running, and after Close.
//  2. Everything is applied in one order, by one writer, and published before
//     it is written; Changes delivers it once it is on disk.
//  3. After the file could not be written no further event is accepted: Apply
//     and Run return an [*api.WriteError], Status shows it, Changes ends with it, and
//     reads go on.
//  4. Close leaves no goroutine behind.
type State struct {
	opts   Options
	log    *slog.Logger
	cfg    reducer.Config
	path   string
	db     *persist.DB // nil without a file to write to
	redact reducer.Redactor

	writer    sync.Mutex       // held while an event is reduced and published; never across I/O
	reducer   *reducer.Reducer // used under writer
	delivered deliveries       // used under writer
	current   atomic.Pointer[snapshot.Snapshot]
	feed      *feed
	flusher   *flusher   // nil if there is no file to write to
	publisher *publisher // nil without Options.Publish
	follower  *follower  // nil without Options.ReadOnly
	recovered string     // where a corrupt file is

	queue      *slacksync.Queue // what to ask Slack for
	connection connection
	odd        oddities
	outbox     *outbox
	token      atomic.Pointer[string] // that Run uses
	identified atomic.Bool            // it is known to be for this state
	running    atomic.Bool
	expired    atomic.Int64 // when expire last did something, in milliseconds
	closing    chan struct{}
	closeOnce  sync.Once
	closeErr   error
}

// Open returns the state that a file holds, without asking Slack. The file is
// created, readable by its owner only, if it does not exist; path "" keeps the
// state in memory. Opts may be nil.
//
// If there is an error the file is left as it was, and the error is
//
//   - an [*api.LockedError] if another process has the file open;
//   - an [*api.CorruptError] if it does not hold what was written to it, which
//     matches [api.ErrEmptyFile] if there is nothing in it, and [api.ErrTruncated] if
//     its end is missing; Options.RecoverCorrupt is for all of these, and for no other;
//   - an [*api.SchemaError] if a newer program wrote it, or an older one and it is
//     only to be read; a file that an older program wrote is else brought up to date;
//   - an [*api.WriteError] if the disk takes nothing, which matches
//     [api.ErrReadOnlyDisk], [api.ErrDiskFull] or [api.ErrNotSynced];
//   - else one of the operating system, such as [io/fs.ErrPermission].
//
// Whose file it is comes out in Run, with an [*api.IdentityError].
//
// Everything is loaded and verified when Open returns. Options.Early is for those
// who cannot wait for that.
func Open(path string, opts *Options) (*State, error) {
	s := &State{path: path, closing: make(chan struct{}), feed: newFeed(), outbox: newOutbox(), queue: slacksync.NewQueue()}
	if opts != nil {
		s.opts = *opts
	}
	s.token.Store(&s.opts.Token)
	s.log = cmp.Or(s.opts.Logger, slog.New(slog.DiscardHandler))
	s.cfg.ListLag = max(0, cmp.Or(s.opts.ListLag, reducer.DefaultListLag))
	s.cfg.History = reducer.History{PerChannel: s.opts.History.PerChannel, MaxAge: s.opts.History.MaxAge}
	s.cfg.Files = s.opts.Files
	s.reducer = reducer.New(s.cfg)
	var err error
	if s.redact, err = reducer.NewRedactor(s.opts.Redact); err != nil {
		return nil, err
	}
	s.connection.since = time.Now()
	loaded := &snapshot.Snapshot{}
	if path != "" {
		if loaded, err = s.openFile(); err != nil {
			return nil, err
		}
	}
	s.current.Store(loaded)
	s.feed.start(loaded.Seq(), s.flusher != nil)
	if s.flusher != nil {
		go s.flusher.run()
	}
	if s.publisher != nil {
		go s.publisher.run()
	}
	err = s.interrupted()
	if s.follower != nil {
		go s.follower.run()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), s.Close())
	}
	if ev := s.cfg.Event(s.current.Load()); ev != nil && !s.opts.ReadOnly {
		if _, err := s.apply(context.Background(), ev, time.Now().UnixMilli()); err != nil {
			return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), s.Close())
		}
	}
	return s, nil
}

// interrupted notes that a connection which was up when the last process ended is
// down now, unless that has not ended yet.
func (s *State) interrupted() error {
	now := s.current.Load()
	if !now.Get(snapshot.KindLink, "").Is(snapshot.LinkUp) || s.follower != nil && !s.follower.copiedAt().IsZero() {
		return nil
	}
	_, err := s.apply(context.Background(), []byte(`{"type":"local.offline","why":"restart"}`), now.At())
	return err
}

// early returns what shows Options.Early a snapshot.
func (s *State) early() func(*snapshot.Snapshot) {
	if s.opts.Early == nil {
		return nil
	}
	return func(part *snapshot.Snapshot) { s.opts.Early(api.Of(part)) }
}

// Snapshot returns the workspace as of the last event. It never waits.
func (s *State) Snapshot() api.Snapshot { return api.Of(s.current.Load()) }

// Status returns how the connection and the file are doing. After Close its Err
// is ErrClosed, unless something was wrong with the file before.
func (s *State) Status() api.Status {
	st := s.connection.status()
	current := s.current.Load()
	st.Seq, st.Gaps = current.Seq(), api.GapsOf(current)
	st.Durable = min(s.feed.durable(), st.Seq)
	if err := s.feed.err(); err != nil {
		st.Err = err
	}
	st.Odd = s.odd.total()
	st.Recovered = s.recovered
	if s.follower != nil {
		st.Copied = s.follower.copiedAt()
	}
	return st
}

// Wait returns the first snapshot for which cond holds. Cond is called at once,
// and again after events and changes of Status, in the calling goroutine; of
// several that come close together it may see only the last. The error is ctx's
// or ErrClosed, with the last snapshot cond was asked about.
func (s *State) Wait(ctx context.Context, cond func(api.Snapshot, api.Status) bool) (api.Snapshot, error) {
	for {
		changed := s.feed.published.wait()
		snap := s.Snapshot()
		if cond(snap, s.Status()) {
			return snap, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return snap, ctx.Err()
		case <-s.closing:
			return snap, ErrClosed
		}
	}
}

// Ready is a condition for Wait: the workspace has been listed, now or in an
// earlier process.
func Ready(snap api.Snapshot, _ api.Status) bool { return snap.Ready() }

// Live is a condition for Wait: the workspace is connected, and what may have
// been missed has been listed again.
func Live(_ api.Snapshot, st api.Status) bool { return st.Phase == api.Live }

// Changes returns every change after a sequence number, in order, and goes on
// with what happens until ctx or the State ends. Start from the Seq of the last
// commit that was handled, by this process or an earlier one, or of a snapshot
// of this process that is Ready.
//
// The sequence ends with an error: ctx's, ErrClosed, the storage's, or an
// [*api.GapError] if changes after that number are not kept: no longer, or
// because it belongs to another file; the first bootstrap, too, can only be seen
// as a snapshot.
func (s *State) Changes(ctx context.Context, after api.Seq) iter.Seq2[api.Commit, error] {
	return s.feed.changes(ctx, s, after)
}

// Apply takes one event that the program received itself: a frame of RTM, a
// payload of the Events API or an envelope of Socket Mode. Our own events, whose
// types begin with "local.", are believed as well, so it must come from Slack or
// from the program itself. It is published when
// Apply returns, and on disk once Durable says so of the returned number.
// An event that changes nothing returns the number of the last one that did; so
// does one of the Events API whose event_id was applied before, by this process
// or an earlier one: Slack delivers an event again if it was not acknowledged.
//
// What is no JSON object is an error, and is counted in Status().Bad. Unknown
// events are not; they are among Oddities. While the disk is slow Apply waits, as long as ctx lets it.
func (s *State) Apply(ctx context.Context, raw []byte) (api.Seq, error) {
	if s.opts.ReadOnly {
		return 0, api.ErrReadOnly
	}
	now := time.Now().UnixMilli()
	if err := s.expire(ctx, now); err != nil {
		return 0, err
	}
	return s.apply(ctx, raw, now)
}

// ApplyDurable is Apply, and returns once the event is on disk: what it has
// acknowledged is there after a crash. An event that changes nothing is as
// durable as what it repeats, so it waits for everything before it.
//
// If the file fails, or ctx ends meanwhile, the error comes with the number of
// the event, which has been published and may or may not be on disk.
func (s *State) ApplyDurable(ctx context.Context, raw []byte) (api.Seq, error) {
	seq, err := s.Apply(ctx, raw)
	if err != nil {
		return seq, err
	}
	return seq, s.Durable(ctx, seq)
}

// Durable returns nil once the event with a number, and every one before it, is
// on disk; without a file, once it has been published. Else the error is ctx's,
// ErrClosed or the storage's.
func (s *State) Durable(ctx context.Context, seq api.Seq) error { return s.feed.waitFor(ctx, seq) }

// Close stops Run, writes what is not written yet and lets go of the file. It
// returns what went wrong with the file since Open, and the same again if it is
// called again.
func (s *State) Close() error {
	s.closeOnce.Do(func() {
		s.connection.close(s.closing)
		s.connection.joined.Wait()
		s.writer.Lock() // no event is being published now, and none will be
		wrong := s.feed.err()
		s.feed.fail(ErrClosed)
		s.writer.Unlock()
		if s.flusher != nil {
			if err := s.flusher.close(); wrong == nil {
				wrong = err
			}
		}
		if s.publisher != nil {
			s.publisher.close()
		}
		if s.follower != nil {
			s.follower.close()
		}
		if s.db != nil {
			s.closeErr = errors.Join(wrong, s.db.Close())
		}
	})
	return s.closeErr
}
