package slackstate

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/snapshot"
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
// it; ErrRunning while another Run has not returned, ErrNoToken without a token,
// api.ErrReadOnly with Options.ReadOnly; or what went wrong with the file. After Run has returned it may be called
// again.
func (s *State) Run(ctx context.Context) error {
	if s.opts.ReadOnly {
		return api.ErrReadOnly
	}
	if s.opts.Token == "" {
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
		APIURL:      s.opts.APIURL,
		HTTPClient:  s.opts.HTTPClient,
		DialContext: s.opts.DialContext,
		Logger:      s.log,
		Bootstrap:   slacksync.Bootstrap(s.opts.Bootstrap),
		Args:        slacksync.Args(args),
		Outbox:      s.outbox,
		Apply:       s.receive,
		Identify:    s.identify,
		Resumed:     s.current.Load().Ready(),
		Pending:     s.pending,
		Recheck:     recheck(s.cfg.ListLag),
		Phase:       s.setPhase,
	})
	if err == nil && ctx.Err() == nil {
		err = context.Cause(running)
	}
	s.setPhase(api.Offline, s.connection.status().Attempt, err)
	return err
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
	_, err = s.commit(ctx, ev, raw)
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

// coreLists are the methods that list what a workspace has one of.
var coreLists = map[string]string{
	snapshot.CollectionTeam: "team.info", snapshot.CollectionProfileFields: "team.profile.get", snapshot.CollectionUsers: "users.list",
	snapshot.CollectionConversations: "conversations.list", snapshot.CollectionUsergroups: "usergroups.list", snapshot.CollectionEmoji: "emoji.list",
}

// wanting reports whether something is not fresh, and Slack does not refuse to
// tell.
func wanting(f api.Freshness) bool { return f.Known != api.Complete && f.Reason == "" }

// recheck is when lists have caught up with the events that stood against
// them, given how far they lag.
func recheck(lag time.Duration) time.Duration {
	if lag == 0 {
		return 0 // no event ever stands against a list
	}
	return lag + 5*time.Second
}

// pending names what the options ask for beyond the lists, and is not known or
// not fresh.
func (s *State) pending() slacksync.Pending {
	snap := s.Snapshot()
	members, reads := s.opts.Members, s.opts.ReadState
	if members == nil {
		members = Joined
	}
	if reads == nil {
		reads = None
	}
	var p slacksync.Pending
	for collection, method := range coreLists {
		if wanting(snap.Freshness(collection)) {
			p.Lists = append(p.Lists, method)
		}
	}
	for c := range snap.Channels() {
		if c.Kind() != api.DM && members(c) && wanting(c.MembersKnown()) {
			p.Members = append(p.Members, c.ID())
		}
		if reads(c) && wanting(c.ReadKnown()) {
			p.Info = append(p.Info, c.ID())
		}
	}
	for u := range snap.Users() {
		if id := u.BotID(); id != "" {
			if b, _ := snap.Bot(id); !b.Valid() {
				p.Bots = append(p.Bots, id)
			}
		}
	}
	slices.Sort(p.Members)
	slices.Sort(p.Info)
	slices.Sort(p.Bots)
	return p
}

func (s *State) setPhase(p api.Phase, attempt int, err error) {
	if s.connection.set(p, attempt, err) {
		s.log.Info("phase", "phase", p, "seq", s.current.Load().Seq())
	}
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

func (c *connection) set(p api.Phase, attempt int, err error) (changed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed = c.phase != p
	if changed {
		c.phase, c.since = p, time.Now()
	}
	c.attempt, c.err = attempt, err
	return changed
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
	return api.Status{Phase: c.phase, Since: c.since, LastFrame: c.lastFrame, Attempt: c.attempt, Err: c.err, Bad: c.bad}
}
