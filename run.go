package slackstate

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/slackstate/slackstate/api"
	slacksync "github.com/slackstate/slackstate/sync"
)

// An outbox is what goes out over the connections of Run, and outlives them.
type outbox = slacksync.Outbox

func newOutbox() *outbox { return slacksync.NewOutbox() }

// Run connects to Slack and keeps the state up to date until ctx ends, when it
// returns nil, or until going on is pointless. It connects again, with growing
// pauses, for as long as that may help. Meanwhile reads go on, and read as
// stale.
//
// The error matches [api.ErrAuth] if Slack refuses the token. It is an
// [*api.IdentityError] if the token is for another workspace or user than the
// file, and nothing has been written then; ErrClosed after Close, or because of
// it; ErrRunning while another Run has not returned, ErrNoToken without any token,
// api.ErrReadOnly with Options.ReadOnly; or what went wrong with the file. After Run has returned it may be called
// again.
func (s *State) Run(ctx context.Context) error {
	if s.opts.ReadOnly {
		return api.ErrReadOnly
	}
	if s.opts.Token == "" && s.opts.TokenSource == nil {
		return ErrNoToken
	}
	if !s.running.CompareAndSwap(false, true) {
		return ErrRunning
	}
	defer s.running.Store(false)
	if !s.connection.join(s.closing) {
		return ErrClosed
	}
	defer s.connection.joined.Done()

	running, cancel := context.WithCancelCause(ctx)
	var watch sync.WaitGroup
	defer watch.Wait()
	defer cancel(nil)
	watch.Go(func() {
		select {
		case <-s.closing:
			cancel(ErrClosed)
		case <-s.feed.ended:
			cancel(s.feed.err())
		case <-running.Done():
		}
	})

	args := RTMArgs{MPIMAware: true, BatchPresenceAware: true, PresenceSub: true}
	if s.opts.RTM != nil {
		args = *s.opts.RTM
	}
	err := slacksync.Run(running, slacksync.Config{
		Token:       s.opts.Token,
		TokenSource: s.tokenSource(),
		APIURL:      s.opts.APIURL,
		HTTPClient:  s.opts.HTTPClient,
		DialContext: s.opts.DialContext,
		Unpaced:     s.opts.Unpaced,
		Logger:      s.log,
		Bootstrap:   slacksync.Bootstrap(s.opts.Bootstrap),
		Args:        slacksync.Args(args),
		Outbox:      s.outbox,
		Apply:       s.receive,
		Identify:    s.identify,
		Resumed:     s.current.Load().Ready(),
		Queue:       s.queue,
		Pending:     s.pending,
		Cursors:     s.cursors,
		Size:        s.size,
		Progress:    s.setProgress,
		Recheck:     recheck(s.cfg.ListLag),
		Phase:       s.setPhase,
		Called:      s.opts.Metrics.Call,
	})
	if err == nil && ctx.Err() == nil {
		err = context.Cause(running)
	}
	s.setPhase(api.Offline, s.connection.status().Attempt, err)
	return err
}

// tokenSource is Options.TokenSource, whose tokens become that of this state.
func (s *State) tokenSource() func(context.Context) (string, error) {
	if s.opts.TokenSource == nil {
		return nil
	}
	return func(ctx context.Context) (string, error) {
		token, err := s.opts.TokenSource(ctx)
		if err == nil {
			s.token.Store(&token)
		}
		return token, err
	}
}

// receive is apply for what comes from Slack, where one bad frame among good
// ones is counted and passed over. An error is the storage's.
func (s *State) receive(ctx context.Context, raw []byte, at time.Time) error {
	s.connection.received(at)
	ms := at.UnixMilli()
	if err := s.expire(ctx, ms); err != nil {
		return err
	}
	raw = s.redact.Redact(raw)
	ev, err := s.decode(raw, ms)
	if err != nil {
		s.log.Warn("frame passed over", "error", err)
		return nil
	}
	_, err = s.commit(ctx, &ev)
	return err
}

// identify refuses a token for another workspace or user than the state's. A
// state that was made by events alone is whose they say it is.
func (s *State) identify(team, user string) error {
	id := api.Identity{Team: team, User: api.UserID(user)}
	snap := s.Snapshot()
	have := api.Identity{Team: snap.Team().ID(), User: snap.Self().ID()}
	known := snap.Team().Valid() && snap.Self().Valid()
	if s.db != nil {
		if of, ok := s.db.Identity(); ok {
			have, known = of, true
		}
	}
	switch {
	case known && have != id:
		return &api.IdentityError{Path: cmp.Or(s.path, "the state in memory"), Have: have, Token: id}
	case s.db == nil:
		s.identified.Store(true)
		return nil
	}
	err := s.db.SetIdentity(id)
	if err != nil {
		s.feed.fail(err) // the file takes nothing more
	}
	s.identified.Store(err == nil)
	return err
}

// recheck is when lists have caught up with the events that stood against
// them, given how far they lag.
func recheck(lag time.Duration) time.Duration {
	if lag == 0 {
		return 0 // no event ever stands against a list
	}
	return lag + 5*time.Second
}

func (s *State) setPhase(p api.Phase, attempt int, err error) {
	if from := s.connection.set(p, attempt, err); from != p {
		s.log.Info("phase", "phase", p, "seq", s.current.Load().Seq())
		if s.opts.Metrics.Phase != nil {
			s.opts.Metrics.Phase(from, p)
		}
	}
	s.feed.published.broadcast()
}

func (s *State) setProgress(p api.Progress) {
	s.connection.mu.Lock()
	s.connection.progress = p
	s.connection.mu.Unlock()
	s.feed.published.broadcast()
}

// A connection is what Status tells of the one to Slack.
type connection struct {
	joined sync.WaitGroup // the call of Run

	mu        sync.Mutex
	phase     api.Phase
	since     time.Time
	lastFrame time.Time
	attempt   int
	err       error
	bad       uint64
	progress  api.Progress
}

// join counts a call of Run in, unless the State is closing.
func (c *connection) join(closing <-chan struct{}) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-closing:
		return false
	default:
		c.joined.Add(1)
		return true
	}
}

// close closes the channel that join looks at.
func (c *connection) close(closing chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(closing)
}

// set notes a phase and returns the one before.
func (c *connection) set(p api.Phase, attempt int, err error) (from api.Phase) {
	c.mu.Lock()
	defer c.mu.Unlock()
	from = c.phase
	if from != p {
		c.phase, c.since = p, time.Now()
	}
	c.attempt, c.err = attempt, err
	return from
}

func (c *connection) received(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastFrame = at
}

func (c *connection) countBad() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bad++
}

func (c *connection) status() api.Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	return api.Status{Phase: c.phase, Since: c.since, LastFrame: c.lastFrame, Attempt: c.attempt, Err: c.err, Bad: c.bad, Progress: c.progress}
}
