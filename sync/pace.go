package sync

import (
	"context"
	"sync"
	"time"
)

// parallel is how many requests may be under way at once. More would only
// reach the rate limits sooner.
const parallel = 4

// A pace keeps requests within what Slack allows: a bounded number at a time,
// and none to a method that was told to wait. Other methods go on meanwhile, so
// a place is held only while a request is under way.
type pace struct {
	places chan struct{}

	mu    sync.Mutex
	until map[string]time.Time // when a method may be called again
}

func newPace() *pace {
	return &pace{places: make(chan struct{}, parallel), until: map[string]time.Time{}}
}

// enter waits until method may be called and there is a place for the request.
// Unless it returns the error of ctx, leave has to follow.
func (p *pace) enter(ctx context.Context, method string) error {
	for {
		if err := sleep(ctx, p.rest(method)); err != nil {
			return err
		}
		select {
		case p.places <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		// The method may have been told to wait while we waited for the place.
		if p.rest(method) <= 0 {
			return nil
		}
		p.leave()
	}
}

// leave gives the place back.
func (p *pace) leave() { <-p.places }

// hold keeps method from being called for d from now.
func (p *pace) hold(method string, d time.Duration) {
	until := time.Now().Add(d)
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.until[method]) {
		p.until[method] = until
	}
}

// rest returns how long method still has to wait.
func (p *pace) rest(method string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.until[method])
}
