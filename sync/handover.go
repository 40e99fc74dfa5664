package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	// overlap is how long the old socket is still read after the new one has
	// said hello: what was under way to it arrives.
	overlap = 2 * time.Second

	// renewEvery is how often a socket may be replaced without a gap. One that
	// is dismissed sooner is lost like any other, so that a server that says
	// goodbye every time is not asked in a tight loop.
	renewEvery = goodStretch
)

// A handover is one attempt at a planned change from a socket to the next.
//
//  1. The new socket is asked for, opened and greeted while the old one is read,
//     and it brings whatever happens from the asking on. So nothing is missed,
//     and nothing about the change goes up.
//  2. What the old socket brings goes up at once, and what the new one brings
//     after all of that, less what both have brought: one order, in which nothing
//     is undone. If the new one is behind the old one, it is left out of what the
//     new one brings next.
//  3. If the old socket ends before the new one has said hello, or the new one
//     before the old one is let go, the connection is lost like any other.
type handover struct {
	self string   // the user
	old  []string // events that the old socket brought since the new one was asked for

	sock    *socket // nil until it is open
	hangUp  func()
	greeted bool
	hello   chan struct{} // closed when it is greeted
	lost    chan struct{} // closed if it ends before
	held    []frame
	size    int // bytes in held
}

// renew begins a planned change, unless there was one a moment ago.
func (s *session) renew(ctx context.Context) error {
	switch {
	case s.renewing:
		return nil
	case !s.greeted, !s.r.renewed.IsZero() && time.Since(s.r.renewed) < renewEvery:
		return errGoodbye
	}
	s.renewing = true
	s.r.log.Info("slack said goodbye, another socket takes over")
	s.wg.Go(func() {
		// As long as this does not work out the old socket serves. When that ends,
		// so does the session.
		for wait := hurried(); s.handOver(ctx) != nil; {
			if sleep(ctx, wait.next()) != nil {
				return
			}
		}
	})
	return nil
}

// handOver opens a new socket and lets the old one go. Its error is already
// told.
func (s *session) handOver(ctx context.Context) (err error) {
	defer func() {
		if err != nil && ctx.Err() == nil {
			s.r.log.Warn("no socket to take over", "error", err.Error())
		}
	}()
	h := &handover{self: s.opening.user, hello: make(chan struct{}), lost: make(chan struct{})}
	err = s.do(ctx, func(context.Context) error {
		s.next = h // what comes from now on may come twice
		return nil
	})
	if err != nil {
		return err
	}
	o, err := s.r.ask(ctx, methodConnect, s.r.cfg.Args.connect())
	if err != nil {
		return err
	}
	if o.team != s.opening.team || o.user != s.opening.user {
		return errors.New("the token is for another user now")
	}
	sock, err := dial(ctx, s.r.cfg, s.r.web.keys, o.url, s.r.out.nextID)
	if err != nil {
		return err
	}
	err = s.do(ctx, func(context.Context) error {
		h.sock, h.hangUp = sock, s.listen(ctx, sock)
		return nil
	})
	if err != nil {
		sock.conn.Close()
		return err
	}
	late := time.NewTimer(helloTimeout)
	defer late.Stop()
	select {
	case <-h.hello:
	case <-h.lost:
		return errors.New("it ended before hello")
	case <-late.C:
		h.hangUp()
		<-h.lost
		return fmt.Errorf("no hello within %s", helloTimeout)
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := sleep(ctx, overlap); err != nil {
		return err
	}
	s.hangUp()
	return nil
}

// arrived takes a frame of the new socket.
func (s *session) arrived(ctx context.Context, f frame) error {
	h := s.next
	if f.meaning == greeting && !h.greeted {
		h.greeted = true
		close(h.hello)
		s.connected(ctx, h.sock)
		return nil
	}
	if len(h.held) == heldFrames || h.size+len(f.raw) > heldBytes {
		return fmt.Errorf("more came than can wait for the old socket: %d frames of %d bytes", len(h.held), h.size)
	}
	h.held = append(h.held, f)
	h.size += len(f.raw)
	return nil
}

// over takes note that something has ended, and returns an error if the session
// ends with it.
func (s *session) over(ctx, inner context.Context, e ending) error {
	h := s.next
	switch {
	case h == nil || e.of == nil || e.of == s.sock && !h.greeted, e.of != s.sock && h.greeted:
		return e.why
	case e.of != s.sock:
		close(h.lost)
		s.next = nil
		return nil
	}
	s.sock, s.hangUp, s.next = h.sock, h.hangUp, nil
	s.renewing, s.r.renewed = false, time.Now()
	rest, owed := h.rest()
	for _, f := range rest {
		if err := s.take(ctx, inner, f); err != nil {
			return err
		}
	}
	s.owed, s.owedUntil = owed, time.Now().Add(overlap)
	return nil
}

// told notes what the old socket has brought.
func (h *handover) told(f frame) {
	if !twice(f, h.self) {
		return
	}
	if len(h.old) == heldFrames {
		h.old = h.old[1:]
	}
	h.old = append(h.old, string(f.raw))
}

// rest returns what the new socket brought beyond what the old one did, and what
// the old one brought that the new one has still to bring. What the old one brought
// last is what the new one brought first or, if the new one is behind, what it
// brought is somewhere in what the old one did.
func (h *handover) rest() (rest []frame, owed []string) {
	var both []int // those in held that the old one may have brought
	for i, f := range h.held {
		if twice(f, h.self) {
			both = append(both, i)
		}
	}
	same := func(n, from int) bool {
		for i, at := range both[:n] {
			if string(h.held[at].raw) != h.old[from+i] {
				return false
			}
		}
		return true
	}
	n := min(len(both), len(h.old))
	for !same(n, len(h.old)-n) {
		n--
	}
	if len(both) == 0 {
		owed = h.old
	}
	for from := len(h.old) - len(both) - 1; n == 0 && len(both) > 0 && from >= 0; from-- {
		if same(len(both), from) {
			n, owed = len(both), h.old[from+len(both):]
		}
	}
	rest = make([]frame, 0, len(h.held)-n)
	for i, f := range h.held {
		if n > 0 && i == both[0] {
			both, n = both[1:], n-1
			continue
		}
		rest = append(rest, f)
	}
	return rest, owed
}

// repeats reports whether a frame of the socket that has taken over was brought by
// the old one. What the new one never got, it passes over.
func (s *session) repeats(f frame) bool {
	if len(s.owed) == 0 || !twice(f, s.opening.user) {
		return false
	}
	at := slices.Index(s.owed, string(f.raw))
	if at < 0 || f.at.After(s.owedUntil) {
		s.owed = nil // it has caught up
		return false
	}
	s.owed = s.owed[at+1:]
	return true
}

// twice reports whether a frame comes on every socket that is open. Presence
// comes on those that have asked for it, and what self says not on the one that it
// was sent over, which has the acknowledgement. To hear that again does no harm.
func twice(f frame, self string) bool {
	if f.meaning != event {
		return false
	}
	_, v := meaningOf(f.raw)
	switch typ, _ := v.Get("type").Str(); typ {
	case "presence_change":
		return false
	case "message":
		user, _ := v.Get("user").Str()
		return user != self || user == ""
	}
	return true
}
