package slackstate

import (
	"context"
	"sync"
	"time"

	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/snapshot"
)

const (
	// queueRows bounds how many events may wait for the disk. Behind it, the
	// disk slows the feed down.
	queueRows = 4096
	// checkpointAt is how many changed records start a checkpoint.
	checkpointAt = 10_000
	// checkpointAfter is how long changed records wait for one at most.
	checkpointAfter = time.Minute
)

// A flusher owns all writing to the file. Whatever was queued while one
// transaction ran makes up the next, so batches grow with the load, and an
// event that comes alone is written at once.
type flusher struct {
	db    *persist.DB
	feed  *feed
	slots chan struct{}                                   // one token for each row that is queued or being written
	told  func(events int, took time.Duration, err error) // Metrics.Flush
	pace  persist.Pace                                    // used by run

	mu    sync.Mutex
	queue []persist.Row
	head  *snapshot.Snapshot // after the last queued row
	wake  chan struct{}      // of size 1: something was queued, or closed is set
	stop  bool

	done chan struct{}
	err  error // why run ended; read after done
}

func newFlusher(db *persist.DB, f *feed, told func(int, time.Duration, error)) *flusher {
	return &flusher{
		db: db, feed: f, told: told,
		slots: make(chan struct{}, queueRows),
		wake:  make(chan struct{}, 1),
		done:  make(chan struct{}),
	}
}

// reserve waits for room for one row.
func (fl *flusher) reserve(ctx context.Context) error {
	select {
	case fl.slots <- struct{}{}:
		return nil
	default:
	}
	select {
	case fl.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-fl.done:
		return fl.feed.err()
	}
}

// release gives back room that was reserved and is not needed.
func (fl *flusher) release(n int) {
	for range n {
		<-fl.slots
	}
}

// push queues a row for which room was reserved. It does not wait.
func (fl *flusher) push(row persist.Row, state *snapshot.Snapshot) {
	fl.mu.Lock()
	fl.queue = append(fl.queue, row)
	fl.head = state
	fl.mu.Unlock()
	fl.ring()
}

func (fl *flusher) ring() {
	select {
	case fl.wake <- struct{}{}:
	default:
	}
}

func (fl *flusher) take() (rows []persist.Row, head *snapshot.Snapshot, stop bool) {
	fl.mu.Lock()
	defer fl.mu.Unlock()
	rows, fl.queue = fl.queue, nil
	return rows, fl.head, fl.stop
}

// run writes until close, or until the first error.
func (fl *flusher) run() {
	defer close(fl.done)
	tick := time.NewTicker(checkpointAfter)
	defer tick.Stop()
	checkpointing := false
	for {
		rows, head, stop := fl.take()
		if len(rows) > 0 {
			began := time.Now()
			err := fl.db.Append(rows, head)
			took := time.Since(began)
			if fl.told != nil {
				fl.told(len(rows), took, err)
			}
			if fl.failed(err) {
				return
			}
			fl.pace.Appended(took)
			fl.release(len(rows))
			fl.feed.reached(rows[len(rows)-1].Seq)
		}
		if fl.db.Dirty() >= checkpointAt || stop {
			checkpointing = fl.db.Dirty() > 0
		}
		if checkpointing {
			finished, err := fl.checkpoint(len(rows))
			if fl.failed(err) {
				return
			}
			checkpointing = !finished
			continue
		}
		if stop {
			return
		}
		if len(rows) > 0 {
			continue // more may have come meanwhile
		}
		select {
		case <-fl.wake:
		case <-tick.C:
			checkpointing = fl.db.Dirty() > 0
		}
	}
}

// checkpoint writes a slice, after which an event has not waited long, but never so
// little that new rows make up for it.
func (fl *flusher) checkpoint(rows int) (finished bool, err error) {
	limit := max(fl.pace.Slice(), 4*rows)
	began := time.Now()
	finished, err = fl.db.Checkpoint(limit)
	if !finished && err == nil {
		fl.pace.Sliced(limit, time.Since(began))
	}
	return finished, err
}

func (fl *flusher) failed(err error) bool {
	if err == nil {
		return false
	}
	fl.err = err
	fl.feed.fail(err)
	return true
}

// close writes what is queued and ends run.
func (fl *flusher) close() error {
	fl.mu.Lock()
	fl.stop = true
	fl.mu.Unlock()
	fl.ring()
	<-fl.done
	return fl.err
}
