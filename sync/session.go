package sync

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/slackstate/slackstate/api"
)

const (
	// helloTimeout is how long an open socket may keep silent before hello.
	helloTimeout = 15 * time.Second

	// How much may wait for a first listing. More means that listing does not
	// keep up with the workspace, so starting over is as good.
	heldFrames = 100_000
	heldBytes  = 256 << 20

	// offlineTimeout bounds the last event of a Run whose context has ended.
	offlineTimeout = 5 * time.Second
)

// A session is one connection from the open socket to its end. It belongs to
// the goroutine of Run. Readers and listings run beside it, and have it do
// whatever concerns the callbacks.
type session struct {
	r       *runner
	opening opening
	sock    *socket
	steps   chan step
	frames  chan frame  // from every socket
	ended   chan ending // takes that of every socket, and of load
	wg      sync.WaitGroup
	hangUp  func() // ends sock

	greeted bool
	holding bool // frames wait for the first listing
	held    []frame
	size    int       // bytes in held
	live    time.Time // when it became live; zero until then

	renewing bool      // sock is to be let go
	next     *handover // the attempt under way

	owed      []string  // what the last socket brought and this one has yet to
	owedUntil time.Time // when it has, at the latest

	tried    map[Want]asking         // read from the beginning on this connection
	refused  map[Want]*api.CallError // those of them that cannot be had, and why
	cursors  map[Want]Cursor         // where to go on instead; nil before they are asked for
	progress api.Progress
}

// A step is something to do on the goroutine of Run.
type step struct {
	run  func(context.Context) error
	done chan error
}

// do has run done on the goroutine of Run and returns its error, or that of ctx
// if the session ends first. An error of run also ends the session.
func (s *session) do(ctx context.Context, run func(context.Context) error) error {
	st := step{run, make(chan error, 1)}
	select {
	case s.steps <- st:
		return <-st.done
	case <-ctx.Done():
		return ctx.Err()
	}
}

// up hands one event up from a listing.
func (s *session) up(ctx context.Context, raw []byte, at time.Time) error {
	return s.do(ctx, func(ctx context.Context) error { return s.r.apply(ctx, raw, at) })
}

// An ending says why a socket ended, or the listing if it is of none.
type ending struct {
	of  *socket
	why error
}

// newSession returns a session on an open socket.
func newSession(r *runner, o opening, sock *socket) *session {
	return &session{
		r: r, opening: o, sock: sock,
		steps: make(chan step), frames: make(chan frame), ended: make(chan ending),
		holding: true, // until hello, and longer if this is the first listing
		tried:   map[Want]asking{},
		refused: map[Want]*api.CallError{},
	}
}

// run works until the connection ends, joins what it started, and returns why
// it ended.
func (s *session) run(ctx context.Context) error {
	inner, cancel := context.WithCancel(ctx)
	s.hangUp = s.listen(inner, s.sock)
	why := s.work(ctx, inner)
	cancel()
	s.wg.Wait()
	s.r.out.disconnect(s.sock)
	if s.next != nil {
		s.r.out.disconnect(s.next.sock)
	}
	return s.leave(ctx, why)
}

// listen begins to read a socket. Whoever waits for the session must cancel ctx.
func (s *session) listen(ctx context.Context, sock *socket) (hangUp func()) {
	reading, cancel := context.WithCancel(ctx)
	s.wg.Go(func() { s.end(ctx, sock, sock.read(reading, s.frames)) })
	return cancel
}

// end tells how something ended that ran beside the session.
func (s *session) end(ctx context.Context, of *socket, why error) {
	select {
	case s.ended <- ending{of, why}:
	case <-ctx.Done():
	}
}

// work is the life of a session. What it starts ends with inner.
func (s *session) work(ctx, inner context.Context) error {
	late := time.NewTimer(helloTimeout)
	defer late.Stop()
	for {
		var err error
		select {
		case f := <-s.frames:
			if s.next != nil && f.from == s.next.sock {
				err = s.arrived(inner, f)
			} else {
				err = s.take(ctx, inner, f)
			}
			if s.greeted {
				late.Stop()
			}
		case st := <-s.steps:
			err = st.run(ctx)
			st.done <- err
		case e := <-s.ended:
			err = s.over(ctx, inner, e)
		case <-late.C:
			err = fmt.Errorf("no hello within %s", helloTimeout)
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// take does what a frame of the socket means.
func (s *session) take(ctx, inner context.Context, f frame) error {
	switch {
	case f.meaning == greeting && !s.greeted:
		if err := s.hello(ctx, f); err != nil {
			return err
		}
		s.connected(inner, s.sock)
		s.wg.Go(func() { s.end(inner, nil, s.load(inner)) })
		return nil
	case f.meaning == farewell:
		return s.renew(inner)
	}
	return s.heard(ctx, f)
}

// connected lets what is sent go out over a socket that has said hello.
func (s *session) connected(ctx context.Context, sock *socket) {
	s.r.out.connect(sock)
	s.wg.Go(func() { s.r.out.follow(ctx, sock) })
}

// hello begins the session proper. The answer that gave the socket goes up
// before it, as it came: what hello lets nobody rely on any longer is what was
// known before that answer was asked for.
func (s *session) hello(ctx context.Context, f frame) error {
	o := s.opening
	for _, e := range []frame{
		{raw: o.call.began(""), at: o.asked},
		{raw: o.call.page("", "", o.body, "url"), at: o.at},
		{raw: o.call.listed(nil), at: o.at},
		f,
	} {
		if err := s.r.apply(ctx, e.raw, e.at); err != nil {
			return err
		}
	}
	s.greeted = true
	s.opening.body = "" // it may be large
	if s.r.resumed {
		s.r.phase(api.CatchingUp, 0, nil)
		return s.fold(ctx)
	}
	s.r.phase(api.Bootstrapping, 0, nil)
	return nil
}

// heard takes one frame that is no more than that, and what it settles.
func (s *session) heard(ctx context.Context, f frame) error {
	if s.repeats(f) {
		return nil
	}
	if s.next != nil {
		s.next.told(f)
	}
	event, settle := s.r.out.settle(f, s.opening.user)
	var err error
	if event != nil {
		err = s.frame(ctx, frame{raw: event, at: f.at})
	}
	if err == nil {
		settle()
	}
	return err
}

// frame hands a frame up, or keeps it until the lists are in.
func (s *session) frame(ctx context.Context, f frame) error {
	if !s.holding {
		return s.r.apply(ctx, f.raw, f.at)
	}
	if len(s.held) == heldFrames || s.size+len(f.raw) > heldBytes {
		return fmt.Errorf("more came than can wait for the first listing: %d frames of %d bytes", len(s.held), s.size)
	}
	s.held = append(s.held, f)
	s.size += len(f.raw)
	return nil
}

// fold hands the waiting frames up. From then on none waits.
func (s *session) fold(ctx context.Context) error {
	for ; len(s.held) > 0; s.held = s.held[1:] {
		if err := s.r.apply(ctx, s.held[0].raw, s.held[0].at); err != nil {
			return err
		}
	}
	s.holding, s.held, s.size = false, nil, 0
	return nil
}

// leave tells that the connection is gone, if it ever said hello. Frames that
// still wait go up first: what they tell may be in no list.
func (s *session) leave(ctx context.Context, why error) error {
	var end final
	if !s.greeted || errors.As(why, &end) && end.storage && !stopped(ctx, why) {
		return why
	}
	text := why.Error()
	if ctx.Err() != nil {
		text = "stopped"
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), offlineTimeout)
		defer cancel()
		ctx = stopping
	}
	if err := s.fold(ctx); err != nil {
		return err
	}
	if err := s.r.apply(ctx, offline(text, s.sock.heardAt()), time.Now()); err != nil {
		return err
	}
	return why
}
