package sync

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/slackstate/slackstate/api"
)

const (
	// rememberFor is how long it is remembered that Slack does not know an id.
	rememberFor = 10 * time.Minute

	// queueLimit bounds what nobody waits for. What is not asked for now is
	// still missing after the next connect, when it is planned.
	queueLimit = 10_000
)

// A Want names something to ask Slack for: a method, and the id it is asked
// about, "" for a method that lists everything of a kind.
type Want struct{ Method, ID string }

// A Queue holds what is to be asked for, from whomever it comes. It outlives
// connections, and calls of Run.
//
//  1. What is wanted several times at once is asked for once.
//  2. What somebody waits for goes first, then what may be stale, then the rest;
//     within these, what was wanted first.
//  3. What Slack has said it does not know is not asked for again for ten
//     minutes, nor is one thing that it has refused unless somebody waits for it.
//  4. A connection that ends takes along what nobody waits for: the next one
//     plans anew.
type Queue struct {
	mu      sync.Mutex
	open    bool // a Run serves it
	jobs    map[Want]*job
	line    []*job         // those not under way, by rank and then arrival
	busy    map[string]int // requests under way by method
	wake    chan struct{}  // holds one when there may be something to take
	doubted chan struct{}  // holds one when something is not fresh any more
	unknown map[Want]verdictUntil
	left    int // requests until the queue is empty, about
}

// A verdictUntil is what Slack said of an id it does not know, or tell of.
type verdictUntil struct {
	refused *api.CallError
	until   time.Time
}

// A job is a want that has not been answered.
type job struct {
	want    Want
	rank    rank
	readers int           // who wait for it, other than the plan
	done    chan struct{} // closed at the end
	refused *api.CallError
	err     error // why there was no answer

	pages int // that were read; of the goroutine of Run
	left  int // requests to come, about
}

// NewQueue returns an empty queue.
func NewQueue() *Queue {
	return &Queue{jobs: map[Want]*job{}, busy: map[string]int{}, unknown: map[Want]verdictUntil{},
		wake: make(chan struct{}, 1), doubted: make(chan struct{}, 1)}
}

// Ask has Slack asked for something and waits until the answer has been handed
// up. The error is a [*api.CallError] if Slack refuses, [api.ErrOffline] if no
// Run serves the queue, or that of ctx.
func (q *Queue) Ask(ctx context.Context, w Want) error {
	q.mu.Lock()
	if !q.open {
		q.mu.Unlock()
		return api.ErrOffline
	}
	if refused := q.refusal(w); refused != nil && refused.Is(api.ErrNotFound) {
		q.mu.Unlock()
		return refused
	}
	j := q.put(w, awaited)
	j.readers++
	q.mu.Unlock()
	q.ring()
	select {
	case <-j.done:
		if j.refused != nil {
			return j.refused
		}
		return j.err
	case <-ctx.Done():
		q.mu.Lock()
		j.readers--
		q.mu.Unlock()
		return ctx.Err()
	}
}

// Hint has Slack asked for something when there is nothing more urgent. It
// does not wait.
func (q *Queue) Hint(w Want) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.line) < queueLimit && q.refusal(w) == nil {
		q.put(w, rest)
		q.ring()
	}
}

// Doubt says that something which was fresh is so no more while the connection
// lives, so that what Pending names is to be asked for.
func (q *Queue) Doubt() {
	select {
	case q.doubted <- struct{}{}:
	default:
	}
}

// plan puts several wants in line.
func (q *Queue) plan(ws []Want, r rank) (jobs []*job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, w := range ws {
		jobs = append(jobs, q.put(w, r))
	}
	q.ring()
	return jobs
}

// put returns the job for w, which is of that rank at least.
func (q *Queue) put(w Want, r rank) *job {
	j := q.jobs[w]
	switch {
	case j == nil:
		j = &job{want: w, done: make(chan struct{}), left: 1}
		q.left++
		q.jobs[w] = j
	case r >= j.rank:
		return j
	default:
		i := slices.Index(q.line, j)
		if i < 0 {
			return j // it is under way
		}
		q.line = slices.Delete(q.line, i, i+1)
	}
	j.rank = r
	q.enqueue(j)
	return j
}

func (q *Queue) enqueue(j *job) {
	at, _ := slices.BinarySearchFunc(q.line, j.rank+1, func(j *job, r rank) int { return cmp.Compare(j.rank, r) })
	q.line = slices.Insert(q.line, at, j)
}

// take returns the next job, or nil. A method that has to rest keeps only
// itself waiting, so each has requests of its own.
func (q *Queue) take() *job {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, j := range q.line {
		if q.busy[j.want.Method] < parallel {
			q.line = slices.Delete(q.line, i, i+1)
			q.busy[j.want.Method]++
			return j
		}
	}
	return nil
}

// finish ends a job that was taken. One that a connection took along stays for
// as long as somebody waits.
func (q *Queue) finish(j *job, refused *api.CallError, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.ring()
	q.busy[j.want.Method]--
	if err != nil && j.readers > 0 {
		q.enqueue(j)
		return
	}
	j.refused, j.err = refused, err
	if refused != nil && j.want.ID != "" && judge(refused) == skip {
		q.forget()
		q.unknown[j.want] = verdictUntil{refused, time.Now().Add(rememberFor)}
	}
	q.end(j)
}

func (q *Queue) end(j *job) {
	delete(q.jobs, j.want)
	q.left -= j.left
	close(j.done)
}

// remain notes about how many requests of a job are to come, and returns how
// many of all.
func (q *Queue) remain(j *job, left int) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.left += left - j.left
	j.left = left
	return q.left
}

// refusal returns what Slack said of an id lately, if it does not tell of it.
func (q *Queue) refusal(w Want) *api.CallError {
	if u, ok := q.unknown[w]; ok && time.Now().Before(u.until) {
		return u.refused
	}
	return nil
}

// forget drops refusals that no longer count.
func (q *Queue) forget() {
	now := time.Now()
	for w, u := range q.unknown {
		if !now.Before(u.until) {
			delete(q.unknown, w)
		}
	}
}

// clear drops what nobody waits for.
func (q *Queue) clear() {
	q.drop(context.Canceled, func(j *job) bool { return j.readers == 0 })
}

// serve says that a Run serves the queue from now on, or no longer does.
func (q *Queue) serve(open bool) {
	q.mu.Lock()
	q.open = open
	q.mu.Unlock()
	if !open {
		q.drop(api.ErrOffline, func(*job) bool { return true })
	}
}

func (q *Queue) drop(err error, which func(*job) bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.line = slices.DeleteFunc(q.line, func(j *job) bool {
		if !which(j) {
			return false
		}
		j.err = err
		q.end(j)
		return true
	})
}

func (q *Queue) ring() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}
