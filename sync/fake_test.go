package sync

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/slackstate/slackstate/api"
)

const (
	token  = "xoxb-the-token"
	ticket = "the-ticket"
)

// A request is one Web API call that the fake got.
type request struct {
	method string
	form   url.Values
	header http.Header
	at     time.Time
}

// A reply is what the fake answers: a status (200 if 0), headers, and a body.
type reply struct {
	status int
	header map[string]string
	body   string
}

func body(s string) func(request) reply {
	return func(request) reply { return reply{body: s} }
}

// script answers with one body after the other, and the last one from then on.
func script(bodies ...string) func(request) reply {
	replies := make([]reply, len(bodies))
	for i, b := range bodies {
		replies[i].body = b
	}
	return replay(replies...)
}

// replay does the same with whole replies.
func replay(replies ...reply) func(request) reply {
	var n atomic.Int64
	return func(request) reply { return replies[min(int(n.Add(1)), len(replies))-1] }
}

// limited is the reply that makes a method rest.
func limited(seconds string) reply {
	return reply{status: http.StatusTooManyRequests, header: map[string]string{"Retry-After": seconds}}
}

// A slack is a Slack of which a test decides every answer. It is served over
// pipes, so that it works inside a synctest bubble.
type slack struct {
	conns   chan net.Conn
	sockets chan *websocket.Conn // opened by the client, for the test to play

	mu      sync.Mutex
	answers map[string]func(request) reply
	asked   []request
	opened  int
}

// newSlack returns a fake whose every method works and whose workspace is empty.
func newSlack(t *testing.T) *slack {
	s := &slack{
		conns:   make(chan net.Conn),
		sockets: make(chan *websocket.Conn, 16),
		answers: map[string]func(request) reply{
			"users.list":         body(`{"ok":true,"members":[]}`),
			"conversations.list": body(`{"ok":true,"channels":[]}`),
			"usergroups.list":    body(`{"ok":true,"usergroups":[]}`),
			"emoji.list":         body(`{"ok":true,"emoji":{}}`),
			"team.profile.get":   body(`{"ok":true,"profile":{"fields":[]}}`),
			"team.info":          body(`{"ok":true,"team":{"id":"T1"}}`),
			"dnd.info":           body(`{"ok":true,"dnd_enabled":false}`),
		},
	}
	s.answer("rtm.connect", func(request) reply { return reply{body: s.connected()} })
	s.answer("rtm.start", func(request) reply { return reply{body: s.connected()} })

	srv := &http.Server{Handler: s, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	l := pipes{s.conns, make(chan struct{}), new(sync.Once)}
	var wg sync.WaitGroup
	wg.Go(func() { srv.Serve(l) })
	t.Cleanup(func() {
		srv.Close()
		wg.Wait()
		for {
			select {
			case c := <-s.sockets:
				c.Close()
			default:
				return
			}
		}
	})
	return s
}

// connected returns the body of rtm.connect with a new socket URL.
func (s *slack) connected() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened++
	return fmt.Sprintf(`{"ok":true,"url":"ws://slack.test/%s/%d","team":{"id":"T1"},"self":{"id":"U0"}}`, ticket, s.opened)
}

// answer sets what a method answers.
func (s *slack) answer(method string, f func(request) reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[method] = f
}

// requests returns the calls of a method so far, or of all methods if "".
func (s *slack) requests(method string) (all []request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.asked {
		if method == "" || r.method == method {
			all = append(all, r)
		}
	}
	return all
}

func (s *slack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method, isCall := strings.CutPrefix(r.URL.Path, "/api/")
	if !isCall {
		up := websocket.Upgrader{}
		if c, err := up.Upgrade(w, r, nil); err == nil {
			s.sockets <- c
		}
		return
	}
	r.ParseForm()
	req := request{method, r.PostForm, r.Header.Clone(), time.Now()}
	s.mu.Lock()
	s.asked = append(s.asked, req)
	f := s.answers[method]
	s.mu.Unlock()
	if f == nil {
		http.NotFound(w, r)
		return
	}
	rep := f(req)
	for k, v := range rep.header {
		w.Header().Set(k, v)
	}
	if rep.status != 0 {
		w.WriteHeader(rep.status)
	}
	io.WriteString(w, rep.body)
}

func (s *slack) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case s.conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// pipes is a listener for the ends of pipes.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   *sync.Once
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// A watch is a Run under test and all it did.
type watch struct {
	t      *testing.T
	slack  *slack
	cfg    Config
	began  time.Time
	cancel context.CancelFunc
	done   chan error

	mu     sync.Mutex
	busy   bool
	events []heard
	phases []string
	idents []string
	errs   []error
	log    bytes.Buffer
}

// heard is one event that went up.
type heard struct {
	raw string
	at  time.Duration // since the test began
}

// config returns a configuration for s that records what Run does.
func config(t *testing.T, s *slack) *watch {
	w := observe(t, s.dial)
	w.slack = s
	return w
}

// observe does the same for whatever answers at the other end of dial.
func observe(t *testing.T, dial func(context.Context, string, string) (net.Conn, error)) *watch {
	w := &watch{t: t, began: time.Now(), done: make(chan error, 1)}
	transport := &http.Transport{DialContext: dial}
	t.Cleanup(transport.CloseIdleConnections)
	w.cfg = Config{
		Token:       token,
		APIURL:      "http://slack.test/api",
		HTTPClient:  &http.Client{Transport: transport},
		DialContext: dial,
		Logger:      slog.New(slog.NewTextHandler(writer(w.write), &slog.HandlerOptions{Level: slog.LevelDebug})),
		Bootstrap:   Connect,
		Apply: func(_ context.Context, raw []byte, at time.Time) error {
			defer w.enter()()
			w.events = append(w.events, heard{string(raw), at.Sub(w.began)})
			return nil
		},
		Identify: func(team, user string) error {
			defer w.enter()()
			w.idents = append(w.idents, team+" "+user)
			return nil
		},
		Phase: func(p api.Phase, attempt int, err error) {
			defer w.enter()()
			w.phases = append(w.phases, fmt.Sprintf("%v %d", p, attempt))
			w.errs = append(w.errs, err)
		},
	}
	return w
}

// enter proves that callbacks do not run concurrently.
func (w *watch) enter() (leave func()) {
	w.mu.Lock()
	if w.busy {
		w.t.Error("two callbacks at once")
	}
	w.busy = true
	return func() {
		w.busy = false
		w.mu.Unlock()
	}
}

func (w *watch) write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(p)
}

type writer func([]byte) (int, error)

func (f writer) Write(p []byte) (int, error) { return f(p) }

// start begins the Run.
func (w *watch) start() {
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	go func() { w.done <- Run(ctx, w.cfg) }()
	w.t.Cleanup(cancel)
	synctest.Wait()
}

// stop ends the Run and returns its error.
func (w *watch) stop() error {
	w.cancel()
	return w.end()
}

// end waits for the Run to end by itself and returns its error.
func (w *watch) end() error {
	w.t.Helper()
	select {
	case err := <-w.done:
		return err
	case <-time.After(24 * time.Hour):
		w.t.Fatal("Run does not return")
		return nil
	}
}

// accept returns the next socket, on which it has said hello if greet is set.
// Whatever the client writes goes to the channel, which is closed at the end.
func (w *watch) accept(greet bool) (*websocket.Conn, <-chan string) {
	w.t.Helper()
	var c *websocket.Conn
	select {
	case c = <-w.slack.sockets:
	case <-time.After(time.Hour):
		w.t.Fatal("no socket was opened")
	}
	w.t.Cleanup(func() { c.Close() })
	written := make(chan string, 1000)
	go func() {
		defer close(written)
		for {
			_, b, err := c.ReadMessage()
			if err != nil {
				return
			}
			written <- string(b)
		}
	}()
	if greet {
		send(w.t, c, `{"type":"hello"}`)
	}
	return c, written
}

// send writes frames and waits until all is quiet.
func send(t *testing.T, c *websocket.Conn, frames ...string) {
	t.Helper()
	for _, f := range frames {
		if err := c.WriteMessage(websocket.TextMessage, []byte(f)); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Wait()
}

// pass lets time pass in the bubble until all is quiet again.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// all returns the events so far.
func (w *watch) all() []heard {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.events)
}

// identities returns the calls of Identify so far.
func (w *watch) identities() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.idents)
}

// lastError returns the error of the last change of phase.
func (w *watch) lastError() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return fmt.Sprint(w.errs[len(w.errs)-1])
}

// told returns the events so far in short: frames as they are, events of our
// own as their kind and what they are about.
func (w *watch) told() (all []string) {
	for _, e := range w.all() {
		all = append(all, short(e.raw))
	}
	return all
}

// toldOf returns those that begin with one of the prefixes.
func (w *watch) toldOf(prefixes ...string) (all []string) {
	for _, s := range w.told() {
		for _, p := range prefixes {
			if strings.HasPrefix(s, p) {
				all = append(all, s)
			}
		}
	}
	return all
}

func short(raw string) string {
	var e struct {
		Type, Method, Cursor, Next, Error, Why string
		Args                                   map[string]string
		Seen                                   []string
	}
	if json.Unmarshal([]byte(raw), &e) != nil || !strings.HasPrefix(e.Type, "local.") {
		return raw
	}
	s := strings.TrimPrefix(e.Type, "local.")
	for _, part := range []string{e.Method, e.Args["channel"], e.Args["bot"], e.Error, e.Why} {
		if part != "" {
			s += " " + part
		}
	}
	if e.Cursor+e.Next != "" {
		s += " " + e.Cursor + ">" + e.Next
	}
	if len(e.Seen) > 0 {
		s += " " + strings.Join(e.Seen, ",")
	}
	return s
}

// history returns the phases so far.
func (w *watch) history() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.phases)
}

// everything returns all text that Run let out: events, logs, errors.
func (w *watch) everything(final error) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var b strings.Builder
	for _, e := range w.events {
		fmt.Fprintln(&b, e.raw)
	}
	for _, err := range append(w.errs, final) {
		for ; err != nil; err = errors.Unwrap(err) {
			fmt.Fprintln(&b, err)
		}
	}
	b.Write(w.log.Bytes())
	return b.String()
}
