package slackstate

import (
	"context"
	"errors"
	"iter"
	"os"
	"slices"
	"sort"
	"sync"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/snapshot"
)

// recentCommits is how many commits are kept in memory, where a reader of
// changes that keeps up finds them.
const recentCommits = 1024

// A feed holds the recent commits and says how far the disk has come.
//
//	base < commits in the ring <= published; those up to durable are delivered
type feed struct {
	published signal // a snapshot or the status changed
	flushed   signal // durable moved, or failure was set

	mu      sync.Mutex
	base    api.Seq // all commits after this one are in the ring
	ring    []api.Commit
	onDisk  api.Seq // durable
	disk    bool    // onDisk is moved by reached; else by add
	failure error

	ended chan struct{} // closed when failure is set
}

func newFeed() *feed { return &feed{ended: make(chan struct{})} }

// start begins behind the event that the loaded state is as of. With disk set,
// commits are held back until reached says that they are on it.
func (f *feed) start(seq api.Seq, disk bool) {
	f.base, f.onDisk, f.disk = seq, seq, disk
}

// add takes the row of an event. Bulk ones make up the first workspace: they
// are too large to keep, and the ring begins anew behind them.
func (f *feed) add(row *persist.Row, s *snapshot.Snapshot, changed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case row.Bulk:
		f.base, f.ring = row.Seq, nil
	case changed:
		if len(f.ring) == recentCommits {
			f.base = f.ring[0].Seq()
			f.ring[0] = api.Commit{} // let go of its snapshot
			f.ring = f.ring[1:]
		}
		f.ring = append(f.ring, api.NewCommit(row.Seq, row.At, row.Type, api.Of(s), row.Changes))
	}
	if !f.disk {
		f.onDisk = row.Seq
		f.flushed.broadcast()
	}
}

// jump begins anew behind an event. How the workspace got there is on disk, as far
// as it is told at all.
func (f *feed) jump(seq api.Seq) {
	f.mu.Lock()
	f.base, f.ring, f.onDisk = seq, nil, seq
	f.mu.Unlock()
	f.flushed.broadcast()
}

// reached says that everything up to seq is on disk.
func (f *feed) reached(seq api.Seq) {
	f.mu.Lock()
	f.onDisk = seq
	f.mu.Unlock()
	f.flushed.broadcast()
	f.published.broadcast()
}

// fail ends the feed. The first reason is the one that stays.
func (f *feed) fail(err error) {
	f.mu.Lock()
	if f.failure == nil {
		f.failure = err
		close(f.ended)
	}
	f.mu.Unlock()
	f.flushed.broadcast()
	f.published.broadcast()
}

func (f *feed) err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failure
}

func (f *feed) durable() api.Seq {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.onDisk
}

// waitFor returns nil once seq is durable.
func (f *feed) waitFor(ctx context.Context, seq api.Seq) error {
	for {
		woken := f.flushed.wait()
		if f.durable() >= seq {
			return nil
		}
		if err := f.err(); err != nil {
			return err
		}
		select {
		case <-woken:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// after returns the commits behind seq that may be delivered. ok is false if
// the ring does not go back that far.
func (f *feed) after(seq api.Seq) (commits []api.Commit, ok bool, failure error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if seq < f.base {
		return nil, false, f.failure
	}
	from, to := f.place(seq), f.place(f.onDisk)
	return slices.Clone(f.ring[from:max(from, to)]), true, f.failure
}

// place returns where the commits behind seq begin in the ring.
func (f *feed) place(seq api.Seq) int {
	return sort.Search(len(f.ring), func(i int) bool { return f.ring[i].Seq() > seq })
}

// changes delivers from the ring where it can, and from the file what is
// older.
func (f *feed) changes(ctx context.Context, s *State, after api.Seq) iter.Seq2[api.Commit, error] {
	return func(yield func(api.Commit, error) bool) {
		after := after
		for {
			woken := f.flushed.wait()
			if now := s.Snapshot().Seq(); after > now {
				yield(api.Commit{}, &api.GapError{Asked: after, Oldest: now})
				return
			}
			commits, inRing, failure := f.after(after)
			if !inRing {
				last, ok := f.fromDisk(ctx, s, after, yield)
				if !ok {
					return
				}
				if last > after {
					after = last
					continue
				}
			}
			for _, c := range commits {
				if err := ctx.Err(); err != nil {
					yield(api.Commit{}, err)
					return
				}
				if !yield(c, nil) {
					return
				}
				after = c.Seq()
			}
			if len(commits) > 0 {
				continue
			}
			if failure != nil {
				yield(api.Commit{}, failure)
				return
			}
			select {
			case <-woken:
			case <-ctx.Done():
				yield(api.Commit{}, ctx.Err())
				return
			}
		}
	}
}

// fromDisk delivers what the journal has after seq, as far as Status says that
// it is durable. ok is false if the sequence has ended.
func (f *feed) fromDisk(ctx context.Context, s *State, seq api.Seq, yield func(api.Commit, error) bool) (last api.Seq, ok bool) {
	if s.path == "" {
		f.mu.Lock()
		gap := &api.GapError{Asked: seq, Oldest: f.base}
		f.mu.Unlock()
		yield(api.Commit{}, gap)
		return seq, false
	}
	durable := f.durable()
	for row, err := range s.rows(seq) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			if errors.Is(err, os.ErrClosed) {
				err = ErrClosed
			}
			yield(api.Commit{}, err)
			return seq, false
		}
		if row.Seq > durable {
			break
		}
		seq = row.Seq
		if !entities(row.Changes) {
			continue
		}
		if !yield(api.NewCommit(row.Seq, row.At, row.Type, s.Snapshot(), row.Changes), nil) {
			return seq, false
		}
	}
	return seq, true
}

// rows returns the rows of the file after a number.
func (s *State) rows(after api.Seq) iter.Seq2[persist.Row, error] {
	if s.follower != nil {
		return s.follower.rows(after)
	}
	return s.db.Rows(after)
}

// entities reports whether a row is a commit: whether anything that readers
// see changed.
func entities(changes []snapshot.Change) bool {
	for _, c := range changes {
		if c.Kind.Entity() {
			return true
		}
	}
	return false
}
