package sync

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/internal/rawjson"
)

// How many things to ask for at a time.
const (
	// The most that Slack allows spends the fewest calls.
	mostRows = 999
	// Slack advises no more than 200 users, whose records are large: where more
	// are too many for it, as many are asked for.
	advisedRows = 200
)

const (
	// probeEvery is how long a live connection waits before it asks again for what
	// failed, and for what has come to be wanted since.
	probeEvery = 10 * time.Minute

	// doubtFor is how long what has become doubtful is gathered before it is asked
	// for: it seldom comes alone.
	doubtFor = 5 * time.Second
)

// A form is how a method is asked.
type form struct {
	id     string            // the argument that names what it is asked about
	args   map[string]string // the others, without limit
	locale bool              // takes include_locale, too
	limit  int               // see listing
	ids    func(page rawjson.Value) ([]string, bool)
}

// forms has a line for every method that may be wanted.
var forms = map[string]form{
	"team.info":        {},
	"team.profile.get": {ids: objects("profile", "fields")},
	"emoji.list":       {ids: keys("emoji")},
	"dnd.info":         {},
	"usergroups.list": {ids: objects("usergroups"), args: map[string]string{
		"include_users": "true", "include_count": "true", "include_disabled": "true"}},
	"conversations.list": {limit: mostRows, ids: objects("channels"), args: map[string]string{
		"types": "public_channel,private_channel,mpim,im"}},
	"users.list":            {limit: mostRows, ids: objects("members"), locale: true},
	"users.info":            {id: "user", locale: true},
	"bots.info":             {id: "bot"},
	"files.info":            {id: "file"},
	"conversations.info":    {id: "channel", locale: true},
	"conversations.members": {id: "channel", limit: mostRows, ids: texts("members")},
	"usergroups.users.list": {id: "usergroup", ids: texts("users")},
}

// listing returns how to read what is wanted.
func (s *session) listing(w Want) listing {
	f := forms[w.Method]
	l := listing{method: w.Method, args: map[string]string{}, limit: f.limit, ids: f.ids}
	maps.Copy(l.args, f.args)
	if f.id != "" {
		l.args[f.id] = w.ID
	}
	if f.locale {
		l.args["include_locale"] = strconv.FormatBool(s.r.cfg.Args.IncludeLocale)
	}
	return l
}

// core returns what to list after a connect, the fewest calls first.
func (s *session) core() []Want {
	methods := []string{"team.info", "team.profile.get", "emoji.list", "dnd.info", "usergroups.list", "conversations.list", "users.list"}
	if s.opening.whole {
		// rtm.start leaves users out of large workspaces without saying so, and
		// never held the other two.
		methods = []string{"team.profile.get", "emoji.list", "users.list"}
	}
	var all []Want
	for _, m := range methods {
		all = append(all, Want{Method: m})
	}
	return all
}

// load asks for what is wanted, until the connection ends or has to, and
// returns why.
func (s *session) load(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	wg.Go(func() { cancel(s.plan(ctx)) })
	for ctx.Err() == nil {
		j := s.r.queue.take()
		if j == nil {
			select {
			case <-s.r.queue.wake:
			case <-ctx.Done():
			}
			continue
		}
		wg.Go(func() {
			refused, err := s.list(ctx, j)
			if err != nil {
				cancel(err)
			}
			s.r.queue.finish(j, refused, err)
		})
	}
	wg.Wait()
	s.r.queue.clear()
	return context.Cause(ctx)
}

// plan lists the workspace, tells when that is done, and goes on wanting what
// is missing.
func (s *session) plan(ctx context.Context) error {
	select {
	case <-s.r.queue.doubted: // everything is asked for anyway
	default:
	}
	first := s.listFirst
	if s.r.resumed {
		first = s.listAgain
	}
	missing, err := first(ctx)
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
	if err != nil {
		return err
	}
	return s.repair(ctx, missing)
}

// listFirst lists the workspace for the first time, and lets the frames go up that
// wait for that.
func (s *session) listFirst(ctx context.Context) (missing []Want, err error) {
	missing, err = s.ask(ctx, rest, s.core())
	if err != nil {
		return nil, err
	}
	return missing, s.do(ctx, func(ctx context.Context) error {
		s.r.resumed = true
		return s.fold(ctx)
	})
}

// listAgain lists again what was known. Users, of whom there may be many more than
// of anything else, keep nothing else waiting.
func (s *session) listAgain(ctx context.Context) (missing []Want, err error) {
	var users, others []*job
	for _, j := range s.want(stale, s.core()) {
		if j.want.Method == "users.list" {
			users = append(users, j)
		} else {
			others = append(others, j)
		}
	}
	if missing, err = s.await(ctx, others); err != nil {
		return nil, err
	}
	more, err := s.pending(ctx)
	if err != nil {
		return nil, err
	}
	last, err := s.await(ctx, users)
	return slices.Concat(missing, more, last), err
}

// An asking is when something was last asked for on this connection, since it last
// became doubtful. What is not fresh although it was is asked for once more, when
// the answer has caught up with the events that stood against it, and not for ever:
// much Slack never tells.
type asking struct {
	at   time.Time
	last bool // that was once more
}

// asked notes that something is asked for now.
func (s *session) asked(w Want) {
	a, before := s.tried[w]
	s.tried[w] = asking{time.Now(), before && (a.last || s.caughtUp(a))}
}

// caughtUp reports whether an answer shows by now what it lagged behind on.
func (s *session) caughtUp(a asking) bool {
	return s.r.cfg.Recheck > 0 && time.Since(a.at) >= s.r.cfg.Recheck
}

// denied reports whether Slack has refused something, and not because it does not know
// it: that it may when it has caught up with the event that named it.
func (s *session) denied(w Want) bool {
	refused := s.refused[w]
	return refused != nil && !refused.Is(api.ErrNotFound)
}

// repair asks again, for as long as the connection lives, for what is missing and
// what is not fresh: every ten minutes, when something becomes doubtful, and once
// more when lists have caught up with the events that stood against them.
func (s *session) repair(ctx context.Context, missing []Want) error {
	recheck := time.NewTimer(s.r.cfg.Recheck)
	defer recheck.Stop()
	if s.r.cfg.Recheck <= 0 {
		recheck.Stop()
	}
	for {
		// Up to a tenth more, so that many clients do not probe in step.
		probe := time.NewTimer(probeEvery + rand.N(probeEvery/10))
		var err error
		select {
		case <-probe.C:
		case <-recheck.C:
		case <-s.r.queue.doubted:
			if err = sleep(ctx, doubtFor); err == nil {
				err = s.retry(ctx)
			}
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		probe.Stop()
		if err == nil {
			missing, err = s.again(ctx, missing)
		}
		early := false
		if err == nil && s.r.cfg.Recheck > 0 {
			err = s.do(ctx, func(context.Context) error {
				early = s.early()
				return nil
			})
		}
		if err != nil {
			return err
		}
		if early {
			recheck.Reset(s.r.cfg.Recheck)
		}
	}
}

// retry lets everything be asked for anew on this connection, but for what Slack
// has refused.
func (s *session) retry(ctx context.Context) error {
	return s.do(ctx, func(context.Context) error {
		maps.DeleteFunc(s.tried, func(w Want, _ asking) bool { return s.refused[w] == nil })
		return nil
	})
}

// early reports whether something is not fresh although it was asked for, and may be
// when it is asked for once more.
func (s *session) early() bool {
	return slices.ContainsFunc(s.unfresh(), func(w Want) bool {
		a, asked := s.tried[w]
		return asked && !a.last && !s.denied(w)
	})
}

// again asks for what is missing, and for what has come to be wanted since,
// and tells what that has repaired. It returns what is still worth another try.
func (s *session) again(ctx context.Context, missing []Want) ([]Want, error) {
	missing, err := s.ask(ctx, stale, missing)
	if err != nil {
		return missing, err
	}
	more, err := s.pending(ctx)
	if err != nil {
		return missing, err
	}
	return append(missing, more...), s.up(ctx, repaired(), time.Now())
}

// pending asks for what is wanted beyond the core, until nothing new is. It
// returns what is worth another try.
func (s *session) pending(ctx context.Context) (missing []Want, err error) {
	for {
		var wanted []Want
		err := s.do(ctx, func(context.Context) error {
			wanted = s.wanted()
			return nil
		})
		if err != nil || len(wanted) == 0 {
			return missing, err
		}
		more, err := s.ask(ctx, stale, wanted)
		if err != nil {
			return missing, err
		}
		missing = append(missing, more...)
	}
}

// wanted returns what is to be asked for of what is not fresh.
func (s *session) wanted() []Want {
	return slices.DeleteFunc(s.unfresh(), func(w Want) bool {
		a, asked := s.tried[w]
		return asked && (a.last || s.denied(w) || !s.caughtUp(a))
	})
}

// unfresh returns what Pending names.
func (s *session) unfresh() []Want {
	if s.r.cfg.Pending == nil {
		return nil
	}
	return slices.Clone(s.r.cfg.Pending())
}

// ask has everything in todo asked for and returns what failed but is worth
// another try.
func (s *session) ask(ctx context.Context, r rank, todo []Want) (missing []Want, err error) {
	if len(todo) == 0 {
		return nil, nil
	}
	return s.await(ctx, s.want(r, todo))
}

// want puts everything in todo in line.
func (s *session) want(r rank, todo []Want) []*job {
	s.r.log.Info("repair planned", "wants", len(todo))
	return s.r.queue.plan(todo, r)
}

// await waits for the answers, and returns what failed but is worth another try.
func (s *session) await(ctx context.Context, jobs []*job) (missing []Want, err error) {
	refused := 0
	for _, j := range jobs {
		select {
		case <-j.done:
		case <-ctx.Done():
			return missing, context.Cause(ctx)
		}
		if j.refused == nil {
			continue
		}
		refused++
		if judge(j.refused).passing() {
			missing = append(missing, j.want)
		}
	}
	s.r.log.Info("repair done", "wants", len(jobs), "refused", refused)
	return missing, nil
}
