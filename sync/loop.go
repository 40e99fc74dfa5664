package sync

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/slackstate/slackstate/api"
)

const (
	// A connection that was live for this long was a good one: the next loss
	// starts counting anew.
	goodStretch = 30 * time.Second

	// puzzlesAllowed is how many attempts in a row may fail with an error that
	// nobody has described before it is taken to be final.
	puzzlesAllowed = 5
)

// Run keeps a connection to Slack and hands up what it hears, until ctx ends or
// retrying is pointless.
//
// It returns nil when ctx ended: the caller wanted that, and nothing is wrong.
// Otherwise it returns an error that matches [api.ErrAuth] if Slack refuses the
// token, a [*api.CallError] if it refuses the connection for good, or what Apply
// or Identify returned, with what was being done in front of it. An error of
// Apply is returned even if ctx has ended, unless it is that ending.
func Run(ctx context.Context, cfg Config) error {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Token == "" && cfg.TokenSource == nil {
		return fmt.Errorf("no token given: %w", api.ErrAuth)
	}
	web, err := newWebAPI(cfg)
	if err != nil {
		return err
	}
	defer web.close(cfg)
	r := &runner{
		cfg:     cfg,
		log:     cfg.Logger,
		web:     web,
		out:     cfg.Outbox,
		queue:   cfg.Queue,
		resumed: cfg.Resumed,
		quick:   hurried(),
		slow:    patient(),
		prefix:  rand.Uint64(),
	}
	if r.out == nil {
		r.out = NewOutbox()
	}
	defer r.out.stop()
	if r.queue == nil {
		r.queue = NewQueue()
	}
	r.queue.serve(true)
	defer r.queue.serve(false)
	return r.run(ctx)
}

// A runner is what a Run keeps from one connection to the next.
type runner struct {
	cfg Config
	log *slog.Logger
	web *webAPI
	out *Outbox

	queue *Queue

	resumed     bool // a first listing is complete
	connectOnly bool // rtm.start is of no use here

	// Since the last connection that was live for a good stretch:
	failed      int     // attempts, lost connections included
	puzzles     int     // the latest of them that nobody can explain
	quick, slow backoff // between attempts
	rushed      bool    // the latest attempt was made without waiting

	renewed time.Time // when a socket last took over from another; zero if none did

	prefix uint64       // of call ids, so that a restart does not repeat them
	calls  atomic.Int64 // call ids given out
}

// A final error ends Run.
type final struct {
	error
	storage bool // Apply returned it
}

func (f final) Unwrap() error { return f.error }

// run makes connection after connection.
func (r *runner) run(ctx context.Context) error {
	r.phase(api.Connecting, 0, nil)
	for {
		live, why := r.connection(ctx)
		wait, end := r.next(live, why)
		switch {
		case ctx.Err() != nil && (end == nil || stopped(ctx, end)):
			r.phase(api.Offline, 0, nil)
			return nil
		case end != nil:
			r.phase(api.Offline, r.failed, end)
			return end
		}
		r.log.Warn("not connected", "error", why.Error(), "attempt", r.failed, "wait", wait)
		r.phase(api.Connecting, r.failed, why)
		if sleep(ctx, wait) != nil {
			r.phase(api.Offline, 0, nil)
			return nil
		}
	}
}

// connection works through one connection. It returns how long that was live,
// and why it ended or never came about.
func (r *runner) connection(ctx context.Context) (live time.Duration, why error) {
	o, err := r.open(ctx)
	if err != nil {
		return 0, err
	}
	if err := r.identify(o); err != nil {
		return 0, err
	}
	sock, err := dial(ctx, r.cfg, r.web.keys, o.url, r.out.nextID)
	if err != nil {
		return 0, err
	}
	s := newSession(r, o, sock)
	why = s.run(ctx)
	if !s.live.IsZero() {
		live = time.Since(s.live)
	}
	return live, why
}

// next returns how long to wait after a connection, or the error of Run if
// another attempt is pointless.
func (r *runner) next(live time.Duration, why error) (wait time.Duration, end error) {
	var f final
	if errors.As(why, &f) {
		return 0, f.error
	}
	r.failed++
	if live >= goodStretch {
		r.failed, r.rushed = 0, false
		r.quick.reset()
		r.slow.reset()
	}
	v := again
	if errors.Is(why, errMigrating) {
		v = patience
	}
	var failed *api.CallError
	if errors.As(why, &failed) {
		v = judge(failed)
	}
	if v != few {
		r.puzzles = 0
	}
	switch v {
	case fatal:
		return 0, why
	case closed:
		return 0, fmt.Errorf("RTM is not open to this token, Socket Mode is the way for new apps: %w", why)
	case few:
		if r.puzzles++; r.puzzles == puzzlesAllowed {
			return 0, why
		}
	case later:
		return 0, nil // the call itself waits, exactly as long as it has to
	case patience:
		return r.slow.next(), nil
	}
	// Two reasons say nothing against reconnecting at once, but a server that
	// gives one every time must not be asked in a tight loop.
	r.rushed = !r.rushed && (errors.Is(why, errGoodbye) || errors.Is(why, errExpired))
	if r.rushed {
		return 0, nil
	}
	return r.quick.next(), nil
}

// stopped reports whether err is how the end of ctx shows. The last event of a
// Run goes up under a deadline, so that counts too.
func stopped(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded))
}

// apply hands one event up. Its errors are final.
func (r *runner) apply(ctx context.Context, raw []byte, at time.Time) error {
	if err := r.cfg.Apply(ctx, raw, at); err != nil {
		return final{error: fmt.Errorf("store an event: %w", err), storage: true}
	}
	return nil
}

// phase tells a change of phase.
func (r *runner) phase(p api.Phase, attempt int, err error) {
	if r.cfg.Phase != nil {
		r.cfg.Phase(p, attempt, err)
	}
}

// callID returns an id for a call that no other call has, in this process or
// an earlier one.
func (r *runner) callID() string {
	return fmt.Sprintf("%016x-%d", r.prefix, r.calls.Add(1))
}

// argNames returns the names of arguments, for log lines.
func argNames(args map[string]string) []string { return slices.Sorted(maps.Keys(args)) }
