package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/snapshot"
)

// commits measures how long an event waits for the disk, in two copies of the file: in
// one of them beside a bare append of the same bytes to a file, and then, while all its
// users are checkpointed, beside the other. What is compared is done in turn.
func (b *benchmark) commits() (err error) {
	var copies [2]*committer
	for i := range copies {
		path := fmt.Sprint(b.file, ".", i)
		if err := copyFile(path, b.file); err != nil {
			return err
		}
		defer os.Remove(path)
		db, e := persist.Open(path, persist.Options{})
		if e != nil {
			return e
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		s, e := db.Load()
		if e != nil {
			return e
		}
		copies[i] = &committer{db: db, state: s, rng: rand.New(rand.NewPCG(1, 1))}
	}
	if err := b.besideBare(copies[0]); err != nil {
		return err
	}
	return b.besideCheckpoint(copies[0], copies[1])
}

// besideBare measures transactions of 1, 100 and 1,000 events.
func (b *benchmark) besideBare(c *committer) error {
	f, err := os.Create(b.file + ".bare")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	for _, m := range []struct {
		events, rounds int
		to             *float64
	}{{1, 200, &b.Commit1}, {100, 50, &b.Commit100}, {1000, 15, &b.Commit1000}} {
		var bare, committed []time.Duration
		for range m.rounds {
			before := c.db.JournalBytes()
			took, err := c.commit(m.events)
			if err != nil {
				return err
			}
			committed = append(committed, took)
			began := time.Now()
			_, err = f.Write(make([]byte, c.db.JournalBytes()-before))
			if err := errors.Join(err, f.Sync()); err != nil {
				return err
			}
			bare = append(bare, time.Since(began))
		}
		*m.to = ratio(committed, bare, 0.5)
	}
	return nil
}

// besideCheckpoint measures events that come at a random moment of a slice, and wait
// for its end, beside events of a file that is not checkpointed.
func (b *benchmark) besideCheckpoint(c, other *committer) error {
	var during, usual []time.Duration
	if err := c.changeUsers(); err != nil {
		return err
	}
	for done := false; !done; {
		limit, began := c.pace.Slice(), time.Now()
		var err error
		if done, err = c.db.Checkpoint(limit); err != nil {
			return err
		}
		slice := time.Since(began)
		c.pace.Sliced(limit, slice)
		took, err := c.commit(1)
		if err != nil {
			return err
		}
		during = append(during, time.Duration(c.rng.Int64N(int64(slice)+1))+took)
		if took, err = other.commit(1); err != nil {
			return err
		}
		usual = append(usual, took)
	}
	b.InCheckpoint, b.InCheckpointP99 = ratio(during, usual, 0.5), ratio(during, usual, 0.99)
	return nil
}

// A committer makes events such as a message is and commits them.
type committer struct {
	db    *persist.DB
	state *snapshot.Snapshot
	pace  persist.Pace
	rng   *rand.Rand
}

// commit returns how long it took to commit n events in one transaction.
func (c *committer) commit(n int) (time.Duration, error) {
	rows := make([]persist.Row, 0, n)
	for range n {
		e := c.state.Edit()
		e.Put(snapshot.KindRead, fmt.Sprint("C", c.rng.IntN(1000)), e.With(snapshot.KindRead.Schema(), "",
			snapshot.ReadLatestTS.Str(fmt.Sprintf("17%08d.000100", c.state.Seq())), snapshot.ReadUnread.Int(3)))
		rows = append(rows, c.row(e))
		rows[len(rows)-1].Event = make([]byte, 466) // as long as events are on average
	}
	began := time.Now()
	err := c.db.Append(rows, c.state)
	took := time.Since(began)
	c.pace.Appended(took)
	return took, err
}

// changeUsers changes every user, each in an event of its own.
func (c *committer) changeUsers() error {
	all := slices.Collect(maps.Keys(maps.Collect(c.state.All(snapshot.KindUser))))
	for ids := range slices.Chunk(all, 1000) {
		var rows []persist.Row
		for _, id := range ids {
			e := c.state.Edit()
			e.Put(snapshot.KindUser, id, e.With(snapshot.KindUser.Schema(), e.Get(snapshot.KindUser, id), snapshot.UserName.Str("changed."+id)))
			rows = append(rows, c.row(e))
		}
		if err := c.db.Append(rows, c.state); err != nil {
			return err
		}
	}
	return nil
}

// row ends an edit as an event.
func (c *committer) row(e *snapshot.Edit) persist.Row {
	next, changes := e.Commit(c.state.At() + 1)
	c.state = next
	return persist.Row{Seq: next.Seq(), At: next.At(), Type: "bench", Changes: changes, Digest: next.Digest(), Sum: next.Sum()}
}

// ratio returns how many times as long one sort of thing takes as another, at a
// quantile of each.
func ratio(these, those []time.Duration, q float64) float64 {
	at := func(ds []time.Duration) float64 {
		slices.Sort(ds)
		return float64(ds[int(q*float64(len(ds)-1))])
	}
	return at(these) / at(those)
}

func copyFile(to, from string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Sync(), dst.Close()) // or the first commit syncs all of it
}
