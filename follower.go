package slackstate

import (
	"errors"
	"iter"
	"sync"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/snapshot"
)

// followEvery is how often a ReadOnly state looks for something new to read.
const followEvery = time.Second

// A follower keeps a ReadOnly state up to date with what another process writes to
// the file, or publishes of it. What it finds is published as events are, row by
// row.
type follower struct {
	state *State
	files *persist.Follower
	read  *snapshot.Snapshot // what was read last

	mu     sync.Mutex
	copied time.Time // when that was published, zero if it is the file itself

	stop chan struct{}
	done chan struct{}
}

func newFollower(s *State) *follower {
	return &follower{
		state: s, files: persist.NewFollower(s.path, persist.Options{}),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
}

// open reads for the first time.
func (f *follower) open() (*snapshot.Snapshot, error) {
	db, copied, err := f.files.Next()
	if err != nil {
		return nil, err
	}
	f.copied = copied
	f.read, err = db.LoadEarly(f.state.early())
	return f.read, errors.Join(err, db.Close())
}

// run looks for something new until close. What cannot be read is told by Status,
// and tried again.
func (f *follower) run() {
	defer close(f.done)
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	failed := false
	for {
		select {
		case <-tick.C:
		case <-f.stop:
			return
		}
		err := f.look()
		if err != nil && !failed {
			f.state.log.Warn("what was written to the file could not be read", "error", err)
		}
		if err != nil || failed {
			f.state.setPhase(api.Offline, 0, err)
		}
		failed = err != nil
	}
}

// close ends run, and waits for what it reads.
func (f *follower) close() {
	close(f.stop)
	<-f.done
}

// look reads what is new, if anything is.
func (f *follower) look() error {
	db, copied, err := f.files.Next()
	switch {
	case errors.As(err, new(*api.LockedError)):
		return nil // by a process that has yet to publish something
	case db == nil:
		return err
	}
	return errors.Join(f.catchUp(db, copied), db.Close())
}

func (f *follower) catchUp(db *persist.DB, copied time.Time) error {
	s := f.state
	step := s.current.Load() == f.read // or it has an event of its own
	next, err := db.LoadAfter(f.read, func(row *persist.Row, next *snapshot.Snapshot) {
		if step {
			s.follow(row, next)
		}
	})
	if err != nil { // too much has happened, or this is another file
		step = false
		if next, err = db.Load(); err != nil {
			return err
		}
	}
	if !step && next != f.read {
		s.jump(next)
	}
	f.read = next
	f.mu.Lock()
	f.copied = copied
	f.mu.Unlock()
	return s.interrupted()
}

// copiedAt returns when what is read was published, zero if that is the file itself.
func (f *follower) copiedAt() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.copied
}

// rows is persist.DB.Rows for files that are not held open: not even by a slow
// consumer.
func (f *follower) rows(after api.Seq) iter.Seq2[persist.Row, error] {
	return func(yield func(persist.Row, error) bool) {
		for {
			rows, err := f.someRows(after)
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
				after = row.Seq
			}
			if err != nil {
				yield(persist.Row{}, err)
			}
			if err != nil || len(rows) == 0 {
				return
			}
		}
	}
}

func (f *follower) someRows(after api.Seq) (rows []persist.Row, err error) {
	const enough = 1000
	db, _, err := persist.OpenReader(f.state.path, persist.Options{LockTimeout: time.Nanosecond})
	if errors.As(err, new(*api.LockedError)) {
		return nil, nil // likewise: it will come
	}
	if err != nil {
		return nil, err
	}
	for row, e := range db.Rows(after) {
		if err = e; err != nil {
			break
		}
		if rows = append(rows, row); len(rows) == enough {
			break
		}
	}
	return rows, errors.Join(err, db.Close())
}
