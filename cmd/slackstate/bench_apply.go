package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/slackstate/slackstate/reducer"
	"github.com/slackstate/slackstate/snapshot"
)

// reduce applies one event.
func (b *benchmark) reduce(s *snapshot.Snapshot, raw []byte, at int64) (*snapshot.Snapshot, reducer.Result, error) {
	ev, err := reducer.Decode(raw, at)
	if err != nil {
		return s, reducer.Result{}, err
	}
	next, res := reducer.Reduce(reducer.Config{ListLag: reducer.DefaultListLag}, s, ev)
	return next, res, nil
}

// apply reduces all events, and measures what the state takes in the end.
func (b *benchmark) apply() error {
	s := b.loaded
	b.loaded = nil
	var from, to runtime.MemStats
	runtime.ReadMemStats(&from)
	began := time.Now()
	for i, raw := range b.lines {
		var err error
		if s, _, err = b.reduce(s, raw, int64(i)); err != nil {
			return fmt.Errorf("event %d: %w", i+1, err)
		}
	}
	took := time.Since(began)
	runtime.ReadMemStats(&to)
	b.ApplyNS = float64(took) / float64(b.Events)
	b.ApplyAllocs = float64(to.Mallocs-from.Mallocs) / float64(b.Events)
	b.state, b.lines = s, nil // what the state still holds of the events counts
	b.HeapBytes = heap() - b.base
	b.HeapByUser = float64(b.HeapBytes) / float64(b.Users)
	return nil
}
