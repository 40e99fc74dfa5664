package sync

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A method is called as often as its tier says, after a burst of a minute's
// worth; one that was told to wait has no burst any more.
func TestBudgetPaces(t *testing.T) {
	for _, tt := range []struct {
		method string
		hold   time.Duration
		calls  int
		want   time.Duration // from the first call to the last
	}{
		{"users.list", 0, 20, 0},
		{"users.list", 0, 21, 3 * time.Second},
		{"users.list", 0, 40, time.Minute},
		{"conversations.members", 0, 200, time.Minute},
		{"users.list", 10 * time.Second, 21, 70 * time.Second},
		{"rtm.connect", 0, 50, 0},
		{"rtm.connect", 30 * time.Second, 2, 30 * time.Second},
	} {
		t.Run(fmt.Sprint(tt.method, " ", tt.hold, " ", tt.calls), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBudget(perMinute)
				if tt.hold > 0 {
					b.hold(tt.method, tt.hold)
				}
				began := time.Now()
				for range tt.calls {
					if err := b.enter(t.Context(), tt.method, rest); err != nil {
						t.Fatal(err)
					}
					b.leave()
				}
				if took := time.Since(began).Round(time.Millisecond); took != tt.want {
					t.Errorf("%d calls took %v, want %v", tt.calls, took, tt.want)
				}
			})
		})
	}
}

// Without tiers only what the server says counts.
func TestBudgetUnpaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(nil)
		b.hold("users.list", 10*time.Second)
		began := time.Now()
		for range 1000 {
			if err := b.enter(t.Context(), "users.list", rest); err != nil {
				t.Fatal(err)
			}
			b.leave()
		}
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("a thousand calls took %v, want only the 10s that were asked for", took)
		}
	})
}

// Who waits for an answer goes before who came earlier, and who gives up is out
// of the way.
func TestBudgetRanks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(perMinute)
		b.hold("users.info", time.Minute)
		ctx, giveUp := context.WithCancel(t.Context())
		went := make(chan string, 8)
		gave := make(chan error)
		wait := func(name string, r rank) {
			go func() {
				if b.enter(t.Context(), "users.info", r) == nil {
					went <- name
					b.leave()
				}
			}()
			synctest.Wait()
		}
		wait("rest 1", rest)
		go func() { gave <- b.enter(ctx, "users.info", awaited) }()
		synctest.Wait()
		wait("rest 2", rest)
		wait("stale", stale)
		wait("awaited", awaited)
		giveUp()
		if err := <-gave; !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want that of ctx", err)
		}
		var got []string
		for range 4 {
			got = append(got, <-went)
		}
		if diff := cmp.Diff([]string{"awaited", "stale", "rest 1", "rest 2"}, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}
