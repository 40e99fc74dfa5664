package slackstate

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/reducer"
	"github.com/slackstate/slackstate/snapshot"
)

// clockWindow is how late an event may come: Slack delivers delayed ones for a
// day. What orders older ones is dropped, every expireEvery at most.
const (
	clockWindow = 25 * time.Hour
	expireEvery = time.Hour
)

// apply takes one event, received at a time in milliseconds.
func (s *State) apply(ctx context.Context, raw []byte, at int64) (api.Seq, error) {
	raw = s.redact.Redact(raw)
	ev, err := s.decode(raw, at)
	if err != nil {
		return 0, err
	}
	return s.commit(ctx, &ev)
}

// decode reads an event, and counts it if it is none.
func (s *State) decode(raw []byte, at int64) (ev reducer.Event, err error) {
	if ev, err = reducer.Decode(raw, at); err != nil {
		s.connection.countBad()
		s.odd.add("", "", "is no JSON object", string(raw[:min(len(raw), maxOddFrame+1)]), at)
		s.feed.published.broadcast()
		return ev, fmt.Errorf("event of %d bytes: %w", len(raw), err)
	}
	return ev, nil
}

// commit is the one place where events change the state: reduce, publish, queue for
// the file. Decoding and waiting for room in the queue come before the lock, so
// that the lock is held for microseconds.
func (s *State) commit(ctx context.Context, ev *reducer.Event) (api.Seq, error) {
	s.ask(ev)
	if s.flusher != nil {
		if err := s.flusher.reserve(ctx); err != nil {
			return 0, err
		}
	}
	var began time.Time
	if s.opts.Metrics.Event != nil {
		began = time.Now()
	}
	s.writer.Lock()
	seq, row, err := s.reduce(ev)
	if row != nil && s.flusher != nil {
		s.flusher.push(*row, s.current.Load())
	}
	s.writer.Unlock()
	if row == nil && s.flusher != nil {
		s.flusher.release(1)
	}
	s.feed.published.broadcast()
	if s.opts.Metrics.Event != nil && err == nil {
		s.opts.Metrics.Event(ev.Type, row != nil, time.Since(began))
	}
	if row != nil {
		s.tellGaps(row.Changes)
	}
	return seq, err
}

// ask asks History.Keep about an event that may put something into a timeline, and
// makes the answer a part of it.
func (s *State) ask(ev *reducer.Event) {
	if s.opts.History.Keep == nil {
		return
	}
	if id := ev.Timeline(); id != "" {
		c, _ := s.Snapshot().Channel(id)
		ev.Unkept = ev.Unkept || !s.opts.History.Keep(c)
	}
}

// reduce applies one event and publishes the result. The row is nil if nothing
// changed. The caller holds the writer lock.
func (s *State) reduce(ev *reducer.Event) (api.Seq, *persist.Row, error) {
	before := s.current.Load()
	if err := s.feed.err(); err != nil {
		return 0, nil, err
	}
	if s.delivered.has(ev.ID) {
		return before.Seq(), nil, nil
	}
	next, res := s.reducer.Reduce(before, ev)
	for _, what := range res.Unsound {
		s.log.Warn("part of a page passed over", "what", what)
	}
	if res.Odd != "" {
		s.odd.add(ev.Type, ev.Subtype, res.Odd, string(ev.Body), ev.At)
	}
	s.hint(res.Hints)
	if doubtful(res.Changes) {
		s.queue.Doubt()
	}
	if res.Outcome == reducer.Ignored {
		return before.Seq(), nil, nil
	}
	s.current.Store(next)
	row := &persist.Row{
		Seq: next.Seq(), At: ev.At, Type: strings.Clone(ev.Type), // the frame is the caller's
		Changes: res.Changes, Digest: next.Digest(), Sum: next.Sum(),
		EventID: ev.ID, Reducer: reducer.Version,
	}
	s.delivered.add(ev.ID)
	switch {
	case isPage(ev.Type):
		row.Bulk, row.AllMembers = !before.Ready(), res.AllMembers
	case s.flusher != nil:
		row.Event = ev.Frame() // not the envelope: it has tokens in it, and nothing to reduce
	}
	s.feed.add(row, next, res.Outcome == reducer.Changed)
	return next.Seq(), row, nil
}

// follow publishes what another process has written: a row, and the state it led to.
func (s *State) follow(row *persist.Row, next *snapshot.Snapshot) {
	s.writer.Lock()
	if s.feed.err() == nil {
		s.current.Store(next)
		s.feed.add(row, next, entities(row.Changes))
	}
	s.writer.Unlock()
	s.feed.published.broadcast()
}

// jump publishes a state that another process has written, without what led to it.
func (s *State) jump(next *snapshot.Snapshot) {
	s.writer.Lock()
	if s.feed.err() == nil {
		s.current.Store(next)
		s.feed.jump(next.Seq())
	}
	s.writer.Unlock()
	s.feed.published.broadcast()
}

// isPage reports whether an event is part of a list, of which only what it
// changed is kept. Those of the first bootstrap make up the workspace, and go
// straight to the tables.
func isPage(typ string) bool {
	return typ == "local.page" || typ == "local.listed"
}

// expire drops what orders events that can no longer come. Events call it, since
// nothing piles up without them.
func (s *State) expire(ctx context.Context, now int64) error {
	last := s.expired.Load()
	if now-last < expireEvery.Milliseconds() || !s.expired.CompareAndSwap(last, now) {
		return nil
	}
	ev := fmt.Appendf(nil, `{"type":"local.expire","before":%d}`, now-clockWindow.Milliseconds())
	_, err := s.apply(ctx, ev, now)
	return err
}
