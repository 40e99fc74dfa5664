package sync

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// Each wait lies under a ceiling that doubles up to the cap, and the waits
// fill the room below it.
func TestBackoffFullJitter(t *testing.T) {
	ceilings := []time.Duration{1, 2, 4, 8, 16, 30, 30}
	longest := make([]time.Duration, len(ceilings))
	for range 1000 {
		b := hurried()
		for i := range ceilings {
			longest[i] = max(longest[i], b.next())
		}
	}
	for i, c := range ceilings {
		if c *= time.Second; longest[i] >= c || longest[i] < c*9/10 {
			t.Errorf("wait %d: the longest of 1000 was %v, want nearly %v", i, longest[i], c)
		}
	}
}

func TestBackoffReset(t *testing.T) {
	b := hurried()
	for range 10 {
		b.next()
	}
	b.reset()
	if d := b.next(); d >= time.Second {
		t.Errorf("first wait after reset is %v, want less than 1s", d)
	}
}

func TestSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		if err := sleep(ctx, 3*time.Second); err != nil || time.Since(began) != 3*time.Second {
			t.Errorf("slept %v, error %v, want 3s", time.Since(began), err)
		}
		if err := sleep(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 5*time.Second {
			t.Errorf("woke after %v, error %v, want at the deadline", time.Since(began), err)
		}
	})
}
