package slackstate

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// While the disk does not keep up, an event waits for room in the queue: until
// there is some, or its context ends, or the disk has failed.
func TestFlusherReserve(t *testing.T) {
	broken := errors.New("the disk is on fire")
	for _, tt := range []struct {
		name string
		then func(fl *flusher, cancel func())
		want error
	}{
		{"a row is written", func(fl *flusher, cancel func()) { fl.release(1) }, nil},
		{"the context ends", func(fl *flusher, cancel func()) { cancel() }, context.Canceled},
		{"the disk fails", func(fl *flusher, cancel func()) { fl.failed(broken); close(fl.done) }, broken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				fl := newFlusher(nil, newFeed(), nil)
				for range queueRows {
					if err := fl.reserve(ctx); err != nil {
						t.Fatal(err)
					}
				}
				got := make(chan error, 1)
				go func() { got <- fl.reserve(ctx) }()
				synctest.Wait()
				select {
				case err := <-got:
					t.Fatalf("there is no room, and reserve returned %v", err)
				default:
				}
				tt.then(fl, cancel)
				if err := <-got; !errors.Is(err, tt.want) {
					t.Errorf("reserve: %v, want %v", err, tt.want)
				}
			})
		})
	}
}
