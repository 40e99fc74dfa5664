package sync

import (
	"context"
	"math/rand/v2"
	"time"
)

// A backoff spaces attempts with full jitter: the nth wait is anywhere between
// nothing and base times 2 to the n, or cap if that is less. Many clients that
// lost the same server at the same moment then do not come back together.
type backoff struct {
	base, cap time.Duration
	ceiling   time.Duration // of the next wait; 0 before the first
}

// next returns how long to wait, and makes the following wait longer.
func (b *backoff) next() time.Duration {
	if b.ceiling == 0 {
		b.ceiling = b.base
	}
	d := rand.N(b.ceiling)
	b.ceiling = min(2*b.ceiling, b.cap)
	return d
}

// reset makes the next wait a first one.
func (b *backoff) reset() { b.ceiling = 0 }

// hurried is for what usually passes in seconds.
func hurried() backoff { return backoff{base: time.Second, cap: 30 * time.Second} }

// patient is for what an administrator or a migration has to end.
func patient() backoff { return backoff{base: 15 * time.Second, cap: 5 * time.Minute} }

// sleep waits for d, or returns the error of ctx if that ends first.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
