package slacktest

import (
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Options say what to make. The zero value is a workspace of 100 users on a
// loopback port.
type Options struct {
	// Users is the number of accounts, Slackbot and self included; 0 is 100. The
	// rest of the workspace grows with it.
	Users int
	// Seed decides everything generated, tokens included.
	Seed uint64
	// Listener takes the connections; nil listens on 127.0.0.1. Any listener
	// does, so a test may use in-memory pipes.
	Listener net.Listener
	// RTMStart is what rtm.start answers; "" is what Slack answers today.
	RTMStart RTMStartForm
	// TrimStart leaves out of a full rtm.start what Slack left out in its last
	// years: latest and counters of channels, members beyond 500, presence.
	TrimStart bool
	// PageSize is how many rows a page of a list has at most, however many are asked
	// for; 0 is 1,000. Slack promises no more than that there may be fewer.
	PageSize int
	// PlainMarks sends read markers as they are documented: conversation and ts.
	// Real connections have been seen to carry the counters too, which is what
	// happens without it.
	PlainMarks bool
	// Token is the bot token; "" makes one up.
	Token string
	// AppToken is the app-level token; "" makes one up.
	AppToken string
	// SigningSecret signs Events API deliveries; "" makes one up.
	SigningSecret string
	// HTTPClient posts Events API deliveries; nil is a client of the server's own.
	HTTPClient *http.Client
	// MaxQueue is how many frames may wait for a client before it is cut off, and
	// how many events for an app before some are dropped; 0 is 20,000.
	MaxQueue int
	// Logger hears of calls and connections; nil discards.
	Logger *slog.Logger
}

// RTMStartForm is how rtm.start answers: RTMStartConnect, RTMStartFull, or any
// error code to fail with, such as "method_deprecated".
type RTMStartForm string

const (
	// RTMStartConnect answers with the body of rtm.connect, as Slack has since
	// September 2022.
	RTMStartConnect RTMStartForm = ""
	// RTMStartFull answers with the whole workspace, as Slack did before.
	RTMStartFull RTMStartForm = "full"
)

// minUsers is the smallest workspace: Slackbot, self, the owner, two more.
const minUsers = 5

// A Server is a Slack: a [Workspace] with the Web API and RTM in front of it.
type Server struct {
	*Workspace
	opts     Options
	log      *slog.Logger
	faults   *Faults
	hub      *hub
	events   *events
	methods  map[string]method
	upgrader websocket.Upgrader
	http     *http.Server
	base     string // of the URLs, without a scheme
	done     chan struct{}
	running  sync.WaitGroup // connections and sockets
	serving  sync.WaitGroup // the accept loop
	closing  sync.Once
	startMu  sync.Mutex // guards start, opts.Token and expired
	start    RTMStartForm
	expired  []string // tokens
	record   record
	cursors  int    // that were given out, under the workspace's lock
	past     []look // oldest first, under the workspace's lock
	callsMu  sync.Mutex
	calls    map[string]int // by method
}

// New generates a workspace and serves it until Close. It returns an error if it
// cannot listen or the options make no sense.
func New(opts Options) (*Server, error) {
	if opts.Users == 0 {
		opts.Users = 100
	}
	if opts.Users < minUsers {
		return nil, fmt.Errorf("make a workspace of %d users: at least %d", opts.Users, minUsers)
	}
	if opts.MaxQueue == 0 {
		opts.MaxQueue = defaultQueue
	}
	if opts.HTTPClient == nil {
		opts.HTTPClient = &http.Client{Transport: &http.Transport{}}
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Listener == nil {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("listen for slacktest: %w", err)
		}
		opts.Listener = l
	}
	opts.setSecrets()
	faults := newFaults(opts.Seed)
	s := &Server{
		Workspace: generate(opts.Seed, opts.Users, wallClock()),
		opts:      opts, log: opts.Logger, faults: faults, start: opts.RTMStart,
		hub:      &hub{faults: faults, limit: opts.MaxQueue},
		methods:  methods(),
		upgrader: websocket.Upgrader{HandshakeTimeout: writeTime, CheckOrigin: func(*http.Request) bool { return true }},
		base:     opts.Listener.Addr().String(),
		done:     make(chan struct{}),
		calls:    map[string]int{},
	}
	if _, _, err := net.SplitHostPort(s.base); err != nil {
		s.base = "slack.test" // a pipe has no address; its dialer needs none
	}
	s.plainMarks = opts.PlainMarks
	s.events = newEvents(s)
	s.send = func(f frame) {
		s.remember()
		s.hub.push(f)
		s.events.push(f)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("/websocket/{ticket}", s.serveRTM)
	mux.HandleFunc("/link/", s.serveSocketMode)
	s.http = &http.Server{Handler: s.counted(mux), ConnState: s.connState, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)}
	s.serving.Go(func() {
		if err := s.http.Serve(opts.Listener); err != http.ErrServerClosed {
			s.log.Error("accept connections", "err", err)
		}
	})
	return s, nil
}

// URL is the base of the Web API, such as "http://127.0.0.1:4711/api/".
func (s *Server) URL() string { return "http://" + s.base + "/api/" }

// Token is the bot token (xoxb-…) of self.
func (s *Server) Token() string {
	s.startMu.Lock()
	defer s.startMu.Unlock()
	return s.opts.Token
}

// RotateToken replaces the bot token and returns the new one. Calls with one from
// before fail with token_expired.
func (s *Server) RotateToken() string {
	s.startMu.Lock()
	defer s.startMu.Unlock()
	s.expired = append(s.expired, s.opts.Token)
	s.opts.Token = fmt.Sprintf("%s-%d", s.expired[0], len(s.expired))
	return s.opts.Token
}

// AppToken is the app-level token (xapp-…).
func (s *Server) AppToken() string { return s.opts.AppToken }

// SigningSecret is what Events API deliveries are signed with.
func (s *Server) SigningSecret() string { return s.opts.SigningSecret }

// Faults is where the server is made to misbehave.
func (s *Server) Faults() *Faults { return s.faults }

// Calls returns how often each Web API method has been called so far, failed
// calls included.
func (s *Server) Calls() map[string]int {
	s.callsMu.Lock()
	defer s.callsMu.Unlock()
	return maps.Clone(s.calls)
}

func (s *Server) countCall(method string) {
	s.callsMu.Lock()
	defer s.callsMu.Unlock()
	s.calls[method]++
}

// Sockets is the number of RTM sockets that are open now.
func (s *Server) Sockets() int { return s.hub.open(false) }

// AppSockets is the number of Socket Mode sockets that are open now.
func (s *Server) AppSockets() int { return s.hub.open(true) }

// SetRTMStart changes what rtm.start answers from the next call on.
func (s *Server) SetRTMStart(form RTMStartForm) {
	s.startMu.Lock()
	defer s.startMu.Unlock()
	s.start = form
}

func (s *Server) rtmStart() RTMStartForm {
	s.startMu.Lock()
	defer s.startMu.Unlock()
	return s.start
}

// Disconnect cuts every open socket without a close frame, as a dying network
// does, and returns how many there were.
func (s *Server) Disconnect() int {
	s.faults.count(faultDisconnect)
	return s.hub.disconnect()
}

// Stall makes every socket half-open, as when the other end of a network is gone:
// it stays open, nothing comes over it any more, and what the client sends is
// lost. It returns how many sockets there were.
func (s *Server) Stall() int {
	s.faults.count(faultHalfOpen)
	return s.hub.stall()
}

// Goodbye tells every RTM socket that it will be closed soon. It does not close
// them: follow it with Disconnect.
func (s *Server) Goodbye() {
	s.faults.count(faultGoodbye)
	s.hub.announce(false, marshal(object{"type": "goodbye"}))
}

// Close stops the server and returns when none of its goroutines is left. It may
// be called more than once.
func (s *Server) Close() {
	s.closing.Do(func() {
		close(s.done)
		s.events.close()
		s.hub.close()
		s.closeHTTP()
		s.serving.Wait()
		// A connection accepted while the first close ran is known only now.
		s.closeHTTP()
		s.opts.HTTPClient.CloseIdleConnections()
	})
	s.running.Wait()
}

func (s *Server) closeHTTP() {
	if err := s.http.Close(); err != nil {
		s.log.Debug("close listener", "err", err)
	}
}

// connState counts connections until they are closed, or taken over by a socket,
// which counted itself before.
func (s *Server) connState(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.running.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.running.Done()
	}
}

func (s *Server) counted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		s.running.Add(1)
		defer s.running.Done()
		h.ServeHTTP(rw, r)
	})
}

// setSecrets makes up the secrets that were not given. They have the shape of
// Slack's and the word "test" in them, so that no scanner takes them for real.
func (o *Options) setSecrets() {
	word := func(n int, salt uint64) string {
		const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
		var b strings.Builder
		x := o.Seed ^ salt
		for range n {
			x = x*6364136223846793005 + 1442695040888963407
			b.WriteByte(letters[x>>33%uint64(len(letters))])
		}
		return b.String()
	}
	if o.Token == "" {
		o.Token = "xoxb-0000000001-0000000002-test" + word(20, 1)
	}
	if o.AppToken == "" {
		o.AppToken = "xapp-1-A0TEST-0000000003-test" + word(60, 2)
	}
	if o.SigningSecret == "" {
		o.SigningSecret = "test" + strings.ToLower(word(28, 3))
	}
}

// pause waits for d, or less if the call or the server ends before.
func (s *Server) pause(r *http.Request, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	case <-s.done:
	}
}
