package sync

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slackstate/slackstate/api"
)

// How many things to ask for at a time.
const (
	// Slack advises no more than 200 users: records are large, and large pages
	// are what makes users.list fail on big workspaces.
	usersLimit = 200
	// Conversations are small and members are bare ids, so the most that Slack
	// allows spends the fewest calls.
	conversationsLimit = 999
	membersLimit       = 999
)

// probeEvery is how long a live connection waits before it asks again for what
// failed, and for what has come to be wanted since.
const probeEvery = 10 * time.Minute

// core returns what to list after a connect.
func (s *session) core() []listing {
	users := listing{method: "users.list", limit: usersLimit, ids: objects("members"),
		args: map[string]string{"include_locale": strconv.FormatBool(s.r.cfg.Args.IncludeLocale)}}
	emoji := listing{method: "emoji.list", ids: keys("emoji")}
	profile := listing{method: "team.profile.get", ids: objects("profile", "fields")}
	if s.opening.whole {
		// rtm.start leaves users out of large workspaces without saying so, and
		// never held the other two.
		return []listing{users, emoji, profile}
	}
	return []listing{
		{method: "team.info"},
		users,
		{method: "conversations.list", limit: conversationsLimit, ids: objects("channels"),
			args: map[string]string{"types": "public_channel,private_channel,mpim,im"}},
		{method: "usergroups.list", ids: objects("usergroups"), args: map[string]string{
			"include_users": "true", "include_count": "true", "include_disabled": "true"}},
		emoji,
		profile,
		{method: "dnd.info"},
	}
}

// load lists the workspace, tells when that is done, and goes on asking for
// what is missing. It returns only when the connection ends, or has to, and why.
func (s *session) load(ctx context.Context) error {
	missing, err := s.all(ctx, s.core())
	if err != nil {
		return err
	}
	err = s.do(ctx, func(ctx context.Context) error {
		s.r.resumed = true
		return s.fold(ctx)
	})
	if err != nil {
		return err
	}
	more, err := s.pending(ctx)
	if err != nil {
		return err
	}
	missing = append(missing, more...)
	err = s.do(ctx, func(ctx context.Context) error {
		if err := s.r.apply(ctx, ready(), time.Now()); err != nil {
			return err
		}
		s.live = time.Now()
		s.r.phase(api.Live, 0, nil)
		return nil
	})
	if err == nil && s.r.cfg.Recheck > 0 {
		if err := sleep(ctx, s.r.cfg.Recheck); err != nil {
			return err
		}
		missing, err = s.recheck(ctx, missing)
	}
	for err == nil {
		// Up to a tenth more, so that many clients do not probe in step.
		if err := sleep(ctx, probeEvery+rand.N(probeEvery/10)); err != nil {
			return err
		}
		missing, err = s.again(ctx, missing)
	}
	return err
}

// recheck asks again for what is not fresh although it was listed: what is
// missing and the core lists that Pending names, and everything else it wants as
// if it had not been tried.
func (s *session) recheck(ctx context.Context, missing []listing) ([]listing, error) {
	err := s.do(ctx, func(context.Context) error {
		clear(s.tried)
		if s.r.cfg.Pending == nil {
			return nil
		}
		lists := s.r.cfg.Pending().Lists
		for _, l := range s.core() {
			failed := slices.ContainsFunc(missing, func(m listing) bool { return m.method == l.method })
			if slices.Contains(lists, l.method) && !failed {
				missing = append(missing, l)
			}
		}
		return nil
	})
	if err != nil {
		return missing, err
	}
	return s.again(ctx, missing)
}

// again asks for what is missing, and for what has come to be wanted since. It
// returns what is still worth another try.
func (s *session) again(ctx context.Context, missing []listing) ([]listing, error) {
	missing, err := s.all(ctx, missing)
	if err != nil {
		return missing, err
	}
	more, err := s.pending(ctx)
	return append(missing, more...), err
}

// pending lists what is wanted beyond the core, until nothing new is. It
// returns what is worth another try.
func (s *session) pending(ctx context.Context) (missing []listing, err error) {
	for {
		var wanted []listing
		err := s.do(ctx, func(context.Context) error {
			wanted = s.wanted()
			return nil
		})
		if err != nil || len(wanted) == 0 {
			return missing, err
		}
		more, err := s.all(ctx, wanted)
		if err != nil {
			return missing, err
		}
		missing = append(missing, more...)
	}
}

// wanted returns the listings for what Pending names and was not yet tried on
// this connection.
func (s *session) wanted() (all []listing) {
	if s.r.cfg.Pending == nil {
		return nil
	}
	add := func(l listing, name, id string) {
		if key := l.method + " " + id; !s.tried[key] {
			s.tried[key] = true
			l.args[name] = id
			all = append(all, l)
		}
	}
	p := s.r.cfg.Pending()
	for _, id := range p.Members {
		add(listing{method: "conversations.members", limit: membersLimit, ids: texts("members"),
			args: map[string]string{}}, "channel", string(id))
	}
	for _, id := range p.Info {
		add(listing{method: "conversations.info", args: map[string]string{
			"include_locale": strconv.FormatBool(s.r.cfg.Args.IncludeLocale)}}, "channel", string(id))
	}
	for _, id := range p.Bots {
		add(listing{method: "bots.info", args: map[string]string{}}, "bot", string(id))
	}
	return all
}

// all lists everything in todo and returns what failed but is worth another
// try. Methods do not wait for each other: each has workers of its own, so that
// one that has to rest holds up only itself. The first error that ends the
// connection ends the other listings too.
func (s *session) all(ctx context.Context, todo []listing) (missing []listing, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	byMethod := map[string][]listing{}
	for _, l := range todo {
		byMethod[l.method] = append(byMethod[l.method], l)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex // guards missing
	for _, queue := range byMethod {
		var taken atomic.Int64
		for range min(parallel, len(queue)) {
			wg.Go(func() {
				for i := taken.Add(1); i <= int64(len(queue)); i = taken.Add(1) {
					worthAnother, err := s.list(ctx, queue[i-1])
					if err != nil {
						cancel(err)
						return
					}
					if worthAnother {
						mu.Lock()
						missing = append(missing, queue[i-1])
						mu.Unlock()
					}
				}
			})
		}
	}
	wg.Wait()
	return missing, context.Cause(ctx)
}
