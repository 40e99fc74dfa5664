package sync

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/slackstate/slackstate/api"
)

const (
	// A URL is good for 30 seconds, so a longer handshake leads nowhere.
	dialTimeout = 30 * time.Second

	// We ping after pingEvery without a frame, and give a peer up after deadAfter
	// without one.
	pingEvery = 10 * time.Second
	deadAfter = 2 * pingEvery

	// Slack bounds messages at tens of kilobytes. The largest frames repeat a
	// conversation with all its members: 16 MB is room for a million of them.
	frameLimit = 16 << 20
)

// Two ways to lose a connection that say nothing against the next one.
var (
	errGoodbye = errors.New("slack said goodbye")
	errExpired = errors.New("the socket URL had expired")
)

// errMigrating ends a connection that is not to be had back soon.
var errMigrating = errors.New("slack is migrating the workspace")

// errUnsent says that not a byte of a frame was written.
var errUnsent = errors.New("not written")

// A socket is one open RTM connection.
type socket struct {
	conn   *websocket.Conn
	log    *slog.Logger
	keys   *keyring
	urls   []string // secrets, too
	nextID func() int64
	last   atomic.Int64  // when a frame came, in milliseconds
	heard  chan struct{} // holds one when something came since the keeper looked
	out    chan writing  // taken by the keeper
	follow chan struct{} // holds one when other users are to be followed
	gone   chan struct{} // closed when the keeper takes no more
}

// A writing is a frame to be written.
type writing struct {
	raw  []byte
	done chan error // takes one
}

// dial opens the socket at a URL. Errors do not name the URL.
func dial(ctx context.Context, cfg Config, keys *keyring, rawURL string, nextID func() int64) (*socket, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Scheme != "wss" && u.Scheme != "ws" {
		return nil, errors.New("open socket: slack gave no websocket URL")
	}
	s := &socket{
		log:    cfg.Logger,
		keys:   keys,
		urls:   []string{rawURL, u.RequestURI()},
		nextID: nextID,
		heard:  make(chan struct{}, 1),
		out:    make(chan writing),
		follow: make(chan struct{}, 1),
		gone:   make(chan struct{}),
	}
	if len(u.RequestURI()) < len("/ticket") {
		s.urls = s.urls[:1] // too short to be secret, and found everywhere
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()

	var d websocket.Dialer
	open := cfg.DialContext
	if open == nil {
		open = new(net.Dialer).DialContext
		d.Proxy = http.ProxyFromEnvironment
	}
	// The handshake does not watch ctx, so we close the connection under it.
	undo := func() bool { return true }
	d.NetDialContext = func(_ context.Context, network, addr string) (net.Conn, error) {
		c, err := open(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		closed := make(chan struct{})
		stop := context.AfterFunc(ctx, func() {
			defer close(closed)
			c.Close()
		})
		undo = func() bool {
			if stop() {
				return true
			}
			<-closed
			return false
		}
		return c, nil
	}
	conn, resp, err := d.DialContext(ctx, rawURL, nil)
	if open := undo(); !open {
		return nil, fmt.Errorf("open socket: %w", ctx.Err())
	}
	if err != nil {
		if resp != nil {
			err = fmt.Errorf("%w: http status %d", err, resp.StatusCode)
		}
		return nil, fmt.Errorf("open socket: %w", hushError(err, s.secrets()...))
	}
	conn.SetReadLimit(frameLimit)
	pong := conn.PingHandler()
	conn.SetPingHandler(func(data string) error {
		s.alive()
		return pong(data)
	})
	s.conn = conn
	s.last.Store(time.Now().UnixMilli())
	return s, nil
}

// secrets returns what the socket must not tell.
func (s *socket) secrets() []string { return s.keys.secrets(s.urls...) }

// read passes frames on until the socket or ctx ends, closes the socket, and
// returns why it ended. No frame that was received before is left behind unless
// ctx ended.
func (s *socket) read(ctx context.Context, frames chan<- frame) error {
	reading, cancel := context.WithCancel(ctx)
	defer cancel()
	kept := make(chan error, 1)
	go func() { kept <- s.keep(reading) }()

	err := s.receive(reading, frames)
	cancel()
	// The keeper closes the socket under the reader, which then sees only that.
	if pinging := <-kept; pinging != nil {
		err = pinging
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return hushError(err, s.secrets()...)
}

// receive is the reading half of read.
func (s *socket) receive(ctx context.Context, frames chan<- frame) error {
	greeted, dismissed := false, false
	for {
		s.alive()
		_, raw, err := s.conn.ReadMessage()
		at := time.Now()
		if err == nil {
			s.last.Store(at.UnixMilli())
		}
		switch {
		case err != nil && dismissed:
			return errGoodbye
		case err != nil:
			return lost(err)
		}
		m, v := meaningOf(raw)
		switch m {
		case noise, forged:
			continue
		case complaint:
			code, msg := errorOf(v)
			if rule(fmt.Sprintf("%s%d", socketError, code)).connect == atOnce {
				return errExpired
			}
			if !greeted {
				return &api.SocketError{Code: code, Msg: hush(msg, s.secrets()...)}
			}
			s.log.Warn("slack sent an error", "code", code, "msg", hush(msg, s.secrets()...))
			continue
		case greeting:
			greeted = true
		case farewell:
			dismissed = true
		}
		select {
		case frames <- frame{raw: raw, at: at, meaning: m, from: s}:
		case <-ctx.Done():
			return ctx.Err()
		}
		if m == migration {
			return errMigrating
		}
	}
}

// keep writes what is to be written, pings while nothing is heard, and closes
// the socket when ctx ends or something cannot be written, which is the error it
// returns.
func (s *socket) keep(ctx context.Context) error {
	defer close(s.gone)
	defer s.conn.Close()
	idle := time.NewTimer(pingEvery)
	defer idle.Stop()
	for {
		select {
		case <-s.heard:
			idle.Reset(pingEvery)
		case <-idle.C:
			ping := fmt.Appendf(nil, `{"id":%d,"type":"ping","time":%d}`, s.nextID(), time.Now().UnixMilli())
			if err := s.put(ping); err != nil {
				return err
			}
			idle.Reset(pingEvery)
		case w := <-s.out:
			err := s.put(w.raw)
			w.done <- err
			if err != nil {
				return err
			}
		case <-ctx.Done():
			bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
			// Only a courtesy: it may not even be read.
			_ = s.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
			return nil
		}
	}
}

// put writes a frame. After an error the socket is of no use.
func (s *socket) put(raw []byte) error {
	s.conn.SetWriteDeadline(time.Now().Add(pingEvery))
	if err := s.conn.WriteMessage(websocket.TextMessage, raw); err != nil {
		return fmt.Errorf("write socket: %w", hushError(err, s.secrets()...))
	}
	return nil
}

// write has a frame written. The error is errUnsent if ctx or the socket ended
// before that began; after any other the frame may have been written.
func (s *socket) write(ctx context.Context, raw []byte) error {
	w := writing{raw, make(chan error, 1)}
	select {
	case s.out <- w:
	case <-s.gone:
		return errUnsent
	case <-ctx.Done():
		return errUnsent
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// refollow says that other users are to be followed.
func (s *socket) refollow() {
	select {
	case s.follow <- struct{}{}:
	default:
	}
}

// heardAt returns when the last frame came, or when the socket was opened.
func (s *socket) heardAt() time.Time { return time.UnixMilli(s.last.Load()) }

// alive notes that the peer lives: only from here on is silence counted. The
// time it takes us to pass a frame on is not held against it.
func (s *socket) alive() {
	s.conn.SetReadDeadline(time.Now().Add(deadAfter))
	select {
	case s.heard <- struct{}{}:
	default:
	}
}

// lost says why reading ended.
func lost(err error) error {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Errorf("nothing heard for %s", deadAfter)
	}
	return fmt.Errorf("read socket: %w", err)
}
