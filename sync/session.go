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

	greeted bool
	holding bool // frames wait for the first listing
	held    []frame
	size    int       // bytes in held
	live    time.Time // when it became live; zero until then

	tried map[string]bool // what Pending has named and was tried
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

// run works until the connection ends, joins what it started, and returns why
// it ended.
func (s *session) run(ctx context.Context) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	frames := make(chan frame)
	ended := make(chan error, 2) // one from each goroutine
	wg.Go(func() { ended <- s.sock.read(inner, frames) })

	why := s.work(ctx, frames, ended, func() {
		wg.Go(func() { ended <- s.load(inner) })
	})
	cancel()
	wg.Wait()
	return s.leave(ctx, why)
}

// work is the life of a session. After hello it calls list, once.
func (s *session) work(ctx context.Context, frames <-chan frame, ended <-chan error, list func()) error {
	s.holding = true // until hello, and longer if this is the first listing
	late := time.NewTimer(helloTimeout)
	defer late.Stop()
	for {
		var err error
		select {
		case f := <-frames:
			if f.hello && !s.greeted {
				late.Stop()
				if err = s.hello(ctx, f); err == nil {
					list()
				}
			} else {
				err = s.frame(ctx, f)
			}
		case st := <-s.steps:
			err = st.run(ctx)
			st.done <- err
		case err = <-ended:
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

// hello begins the session proper. The answer that gave the socket goes up
// before it, as it came: what hello lets nobody rely on any longer is what was
// known before that answer was asked for.
func (s *session) hello(ctx context.Context, f frame) error {
	o := s.opening
	for _, e := range []frame{
		{raw: o.call.began(), at: o.asked},
		{raw: o.call.page("", "", o.body, "url"), at: o.at},
		{raw: o.call.listed(nil), at: o.at},
		f,
	} {
		if err := s.r.apply(ctx, e.raw, e.at); err != nil {
			return err
		}
	}
	s.greeted = true
	s.opening.answer = answer{whole: o.whole} // it may be large
	if s.r.resumed {
		s.r.phase(api.CatchingUp, 0, nil)
		return s.fold(ctx)
	}
	s.r.phase(api.Bootstrapping, 0, nil)
	return nil
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
	if err := s.r.apply(ctx, offline(text), time.Now()); err != nil {
		return err
	}
	return why
}
