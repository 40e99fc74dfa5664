package sync

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// parallel is how many requests may be under way at once. More would only
// reach the rate limits sooner.
const parallel = 4

// A rank says who goes first when not everybody may.
type rank uint8

const (
	awaited rank = iota // a reader waits for the answer
	stale               // it was known, and may have changed unseen
	rest                // nothing reads as wrong without it
)

// perMinute is how many calls of a method Slack answers in a minute: its tier,
// after docs.slack.dev/apis/web-api/rate-limits. The two methods that open a
// connection are not here. Backoff spaces those, and a minute without a
// connection costs more than being told to wait.
var perMinute = map[string]int{
	"users.list": 20, "users.conversations": 20, "conversations.list": 20, "usergroups.list": 20,
	"usergroups.users.list": 20, "emoji.list": 20, "dnd.teamInfo": 20,
	"team.info": 50, "team.profile.get": 50, "conversations.info": 50, "conversations.history": 50, "bots.info": 50, "dnd.info": 50, "users.getPresence": 50,
	"users.info": 100, "conversations.members": 100, "files.info": 100,
}

// A budget keeps requests within what Slack allows, whoever makes them.
//
//  1. A method is called no more often than its tier says, after a first burst
//     of what that allows in a minute.
//  2. A method that was told to wait is not called before that is over, and from
//     then on without another burst. Other methods go on meanwhile.
//  3. No more than parallel requests are under way.
//  4. Of those that wait, whoever may go goes by rank, and then in turn.
type budget struct {
	tiers   map[string]int // calls a minute, by method
	mu      sync.Mutex
	places  int // free
	methods map[string]*allowance
	waiting []*waiter // by rank, then by arrival
}

// An allowance is what is left of a method's budget.
type allowance struct {
	tokens *rate.Limiter // nil for a method without a tier
	until  time.Time     // when it may be called again
}

// A waiter is a request that has not been made yet.
type waiter struct {
	method string
	rank   rank
	gone   chan struct{} // closed when it may be made
}

func newBudget(tiers map[string]int) *budget {
	return &budget{tiers: tiers, places: parallel, methods: map[string]*allowance{}}
}

// enter waits until method may be called. Unless it returns the error of ctx,
// leave has to follow.
func (b *budget) enter(ctx context.Context, method string, r rank) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &waiter{method, r, make(chan struct{})}
	b.mu.Lock()
	at, _ := slices.BinarySearchFunc(b.waiting, r+1, func(w *waiter, r rank) int { return cmp.Compare(w.rank, r) })
	b.waiting = slices.Insert(b.waiting, at, w)
	b.mu.Unlock()
	for {
		timer := time.NewTimer(b.admit(method))
		select {
		case <-w.gone:
			timer.Stop()
			return nil
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			if b.withdraw(w) {
				b.leave() // it was let in at the same moment
			}
			return ctx.Err()
		}
	}
}

// leave gives the place of a request back.
func (b *budget) leave() {
	b.mu.Lock()
	b.places++
	b.mu.Unlock()
	b.admit("")
}

// hold keeps method from being called for d from now.
func (b *budget) hold(method string, d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, until := b.allowance(method), time.Now().Add(d)
	if !until.After(a.until) {
		return
	}
	a.until = until
	if a.tokens != nil {
		a.tokens = b.limiter(method)
		a.tokens.AllowN(until, a.tokens.Burst()-1)
	}
}

// admit lets in whoever may go, and returns when to look again for the sake of
// method. Who only lacks a place is let in by the one that leaves.
func (b *budget) admit(method string) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.waiting = slices.DeleteFunc(b.waiting, func(w *waiter) bool {
		if b.places == 0 || !b.allowance(w.method).take(now) {
			return false
		}
		b.places--
		close(w.gone)
		return true
	})
	wait := b.allowance(method).wait(now)
	if b.places == 0 && wait <= 0 {
		return time.Minute
	}
	return max(wait, time.Millisecond)
}

// withdraw takes w out of the line and reports whether it had been let in.
func (b *budget) withdraw(w *waiter) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.Index(b.waiting, w)
	if i < 0 {
		return true
	}
	b.waiting = slices.Delete(b.waiting, i, i+1)
	return false
}

func (b *budget) allowance(method string) *allowance {
	a := b.methods[method]
	if a == nil {
		a = &allowance{tokens: b.limiter(method)}
		b.methods[method] = a
	}
	return a
}

// limiter returns a full budget for a method.
func (b *budget) limiter(method string) *rate.Limiter {
	n, tiered := b.tiers[method]
	if !tiered {
		return nil
	}
	return rate.NewLimiter(rate.Every(time.Minute/time.Duration(n)), n)
}

// take spends one call, if there is one.
func (a *allowance) take(now time.Time) bool {
	return !now.Before(a.until) && (a.tokens == nil || a.tokens.AllowN(now, 1))
}

// wait returns how long until there is one.
func (a *allowance) wait(now time.Time) time.Duration {
	if d := a.until.Sub(now); d > 0 || a.tokens == nil {
		return d // the limiter begins only then
	}
	r := a.tokens.ReserveN(now, 1)
	defer r.CancelAt(now)
	return r.DelayFrom(now)
}
