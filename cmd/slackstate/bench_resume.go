package main

import (
	"errors"
	"runtime"
	"runtime/metrics"
	"slices"
	"time"

	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/snapshot"
)

// resume opens the file as the next process would, five times, and reports the
// median: the file is in the page cache, but whatever else the machine does is not
// the same each time.
func (b *benchmark) resume() error {
	id := ""
	for key := range b.state.All(snapshot.KindUser) {
		id = key
		break
	}
	digest := b.state.Digest()
	b.state = nil
	var first, full, peak []float64
	for range 5 {
		base := heap()
		memory := watchHeap()
		began := time.Now()
		db, err := persist.Open(b.file, persist.Options{})
		if err != nil {
			return err
		}
		found := false
		s, err := db.LoadEarly(func(s *snapshot.Snapshot) {
			found = s.Get(snapshot.KindUser, id) != ""
			first = append(first, milliseconds(time.Since(began)))
		})
		full = append(full, milliseconds(time.Since(began)))
		most := memory()
		switch {
		case err != nil:
		case !found || s.Get(snapshot.KindUser, id) == "" || s.Digest() != digest:
			err = errors.New("the file holds another state than was written")
		default:
			peak = append(peak, float64(most-base)/float64(heap()-base))
		}
		runtime.KeepAlive(s)
		if err = errors.Join(err, db.Close()); err != nil {
			return err
		}
	}
	b.ResumeMS, b.ResumeFullMS, b.ResumePeak = median(first), median(full), median(peak)
	return nil
}

// watchHeap returns a function that ends watching and returns how large the heap
// has been meanwhile, garbage included.
func watchHeap() (end func() int64) {
	stop, peak := make(chan struct{}), make(chan int64)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		most := int64(0)
		for tick := time.NewTicker(time.Millisecond); ; {
			metrics.Read(sample)
			most = max(most, int64(sample[0].Value.Uint64()))
			select {
			case <-tick.C:
			case <-stop:
				tick.Stop()
				peak <- most
				return
			}
		}
	}()
	return func() int64 {
		close(stop)
		return <-peak
	}
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}
