package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/slackstate/slackstate/reducer"
	"github.com/slackstate/slackstate/snapshot"
)

// newReducer returns a reducer as a State has it.
func newReducer() *reducer.Reducer {
	return reducer.New(reducer.Config{ListLag: reducer.DefaultListLag})
}

// reduce applies one event.
func (b *benchmark) reduce(s *snapshot.Snapshot, raw []byte, at int64) (*snapshot.Snapshot, reducer.Result, error) {
	ev, err := reducer.Decode(raw, at)
	if err != nil {
		return s, reducer.Result{}, err
	}
	next, res := b.reducer.Reduce(s, &ev)
	return next, res, nil
}

// apply reduces and publishes all events, and measures what the state takes in
// the end. It takes turns with encoding/json, which decodes the same events into
// maps, so that what else the machine does slows both.
func (b *benchmark) apply() error {
	const turn = 1000
	var published atomic.Pointer[snapshot.Snapshot]
	published.Store(b.loaded)
	b.loaded = nil
	var took, std time.Duration
	var allocs uint64
	i := int64(0)
	for lines := range slices.Chunk(b.lines, turn) {
		var from, to runtime.MemStats
		runtime.ReadMemStats(&from)
		began := time.Now()
		for _, raw := range lines {
			next, _, err := b.reduce(published.Load(), raw, i)
			if err != nil {
				return fmt.Errorf("event %d: %w", i+1, err)
			}
			published.Store(next)
			i++
		}
		took += time.Since(began)
		runtime.ReadMemStats(&to)
		allocs += to.Mallocs - from.Mallocs
		began = time.Now()
		for _, raw := range lines {
			var v map[string]any
			if err := json.Unmarshal(raw, &v); err != nil {
				return err
			}
		}
		std += time.Since(began)
	}
	b.ApplyNS = float64(took) / float64(b.Events)
	b.ApplyAllocs = float64(allocs) / float64(b.Events)
	b.ApplyJSON = float64(std) / float64(took)
	b.state, b.lines = published.Load(), nil // what the state still holds of the events counts
	b.HeapBytes = heap() - b.base
	b.HeapByUser = float64(b.HeapBytes) / float64(b.Users)
	b.components()
	return nil
}
