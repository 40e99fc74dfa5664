package sync

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"github.com/slackstate/slackstate/api"
)

// keepAlive has a socket answer like one that lives, for as long as the test.
func keepAlive(t *testing.T, c *websocket.Conn) {
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(pingEvery / 2)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if c.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)) != nil {
					return
				}
			case <-stop:
				return
			}
		}
	}()
	t.Cleanup(func() {
		close(stop)
		<-done
	})
}

// slowUsers has users.list answer only when released.
func slowUsers(s *slack) (release chan struct{}) {
	release = make(chan struct{})
	s.answer("users.list", func(request) reply {
		<-release
		return reply{body: `{"ok":true,"members":[]}`}
	})
	return release
}

// On the first connection frames wait for the lists, and go up in their order
// and with their own times.
func TestFramesWaitForTheFirstListing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlack(t)
		release := slowUsers(s)
		w := config(t, s)
		w.start()
		c, _ := w.accept(false)
		send(t, c, `{"type":"early"}`, `{"type":"hello"}`)
		for i := range 3 {
			pass(time.Second)
			send(t, c, fmt.Sprintf(`{"type":"f","n":%d}`, i))
		}
		if got := w.toldOf(`{"type":"f"`, `{"type":"early"`); len(got) != 0 {
			t.Errorf("%v went up before the lists", got)
		}
		pass(time.Second)
		close(release)
		pass(time.Second)
		send(t, c, `{"type":"f","n":3}`)

		var got []heard
		for _, e := range w.all() {
			if s := short(e.raw); strings.HasPrefix(s, "{") || s == "ready" || s == "listed users.list" {
				got = append(got, heard{s, e.at})
			}
		}
		want := []heard{
			{`{"type":"hello"}`, 0},
			{"listed users.list", 4 * time.Second},
			{`{"type":"early"}`, 0},
			{`{"type":"f","n":0}`, 1 * time.Second},
			{`{"type":"f","n":1}`, 2 * time.Second},
			{`{"type":"f","n":2}`, 3 * time.Second},
			{"ready", 4 * time.Second},
			{`{"type":"f","n":3}`, 5 * time.Second},
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(heard{})); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// Later, and with Resumed from the beginning, they do not wait.
func TestFramesDoNotWaitWhenResumed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlack(t)
		release := slowUsers(s)
		w := config(t, s)
		w.cfg.Resumed = true
		w.start()
		c, _ := w.accept(false)
		send(t, c, `{"type":"early"}`, `{"type":"hello"}`, `{"type":"f"}`)
		if diff := cmp.Diff([]string{`{"type":"hello"}`, `{"type":"early"}`, `{"type":"f"}`}, w.toldOf("{")); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if got := w.toldOf("ready"); len(got) != 0 {
			t.Errorf("ready before the lists")
		}
		close(release)
		pass(time.Second)
		if diff := cmp.Diff([]string{"connecting 0", "catching up 0", "live 0"}, w.history()); diff != "" {
			t.Errorf("phases (-want +got)\n%s", diff)
		}
	})
}

// A first listing that is cut off loses no frame, and the next connection is
// again a first one.
func TestLostDuringFirstListing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlack(t)
		release := slowUsers(s)
		w := config(t, s)
		w.start()
		c, _ := w.accept(true)
		send(t, c, `{"type":"f"}`)
		closeWith(c, 1001, "")
		synctest.Wait()
		got := w.told()
		if diff := cmp.Diff([]string{`{"type":"f"}`, "offline read socket: websocket: close 1001 (going away)"}, got[len(got)-2:]); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		close(release)
		w.accept(true)
		pass(time.Second)
		if diff := cmp.Diff([]string{"connecting 0", "bootstrapping 0", "connecting 1", "bootstrapping 0", "live 0"}, w.history()); diff != "" {
			t.Errorf("phases (-want +got)\n%s", diff)
		}
	})
}

// What waits is bounded in number and in bytes.
func TestTooMuchWaits(t *testing.T) {
	for _, tt := range []struct {
		name  string
		raw   []byte
		frame int // how many fit
	}{
		{"frames", []byte(`{}`), heldFrames},
		{"bytes", make([]byte, heldBytes/8), 8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := session{holding: true}
			n := 0
			for s.frame(t.Context(), frame{raw: tt.raw}) == nil {
				n++
			}
			if n != tt.frame || len(s.held) != tt.frame {
				t.Errorf("%d frames taken, %d held, want %d", n, len(s.held), tt.frame)
			}
		})
	}
}

// A lost connection is told once, and everything is listed again.
func TestReconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlack(t)
		w := config(t, s)
		w.start()
		c, _ := w.accept(true)
		pass(time.Second)
		c.Close()
		c, _ = w.accept(true)
		pass(time.Second)
		send(t, c, `{"type":"f"}`)
		err := w.stop()
		if diff := cmp.Diff([]string{
			`{"type":"hello"}`, "listed users.list", "ready",
			"offline read socket: websocket: close 1006 (abnormal closure): unexpected EOF",
			`{"type":"hello"}`, "listed users.list", "ready", `{"type":"f"}`,
			"offline stopped",
		}, w.toldOf("{", "listed users.list", "ready", "offline")); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if diff := cmp.Diff([]string{
			"connecting 0", "bootstrapping 0", "live 0", "connecting 1", "catching up 0", "live 0", "offline 0",
		}, w.history()); diff != "" {
			t.Errorf("phases (-want +got)\n%s", diff)
		}
		if err != nil {
			t.Errorf("stopped with %v, want nil", err)
		}
	})
}

// An expired URL is no reason to wait, but only once in a row.
func TestReconnectAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const expired = `{"type":"error","error":{"code":1,"msg":"Socket URL has expired"}}`
		s := newSlack(t)
		w := config(t, s)
		w.start()
		c, _ := w.accept(false)
		send(t, c, expired)
		if n := len(s.requests(methodConnect)); n != 2 {
			t.Fatalf("rtm.connect was called %d times, want again at once", n)
		}
		c, _ = w.accept(false)
		send(t, c, expired)
		if n := len(s.requests(methodConnect)); n != 2 {
			t.Errorf("rtm.connect was called %d times, want a wait before the third", n)
		}
		pass(2 * time.Second)
		if n := len(s.requests(methodConnect)); n != 3 {
			t.Errorf("rtm.connect was called %d times, want 3", n)
		}
		if got := w.told(); len(got) != 0 {
			t.Errorf("told %v of connections that never were", got)
		}
	})
}

// An error that comes in the place of hello is told with its code.
func TestSocketRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := config(t, newSlack(t))
		w.start()
		c, _ := w.accept(false)
		send(t, c, `{"type":"error","error":{"code":7,"msg":"no `+token+`"}}`)
		var refused *api.SocketError
		if err := w.errs[len(w.errs)-1]; !errors.As(err, &refused) || refused.Code != 7 || refused.Msg != "no [secret]" {
			t.Errorf("error %v, want code 7", err)
		}
		w.accept(true)
	})
}

// A migration is waited out slowly, and everything is listed again after it.
func TestMigration(t *testing.T) {
	r := runner{quick: hurried(), slow: patient()}
	if r.next(time.Hour, errMigrating); r.slow.ceiling == 0 || r.quick.ceiling != 0 {
		t.Errorf("after the notice the next wait is up to %v, want a slow one", r.quick.ceiling)
	}
	synctest.Test(t, func(t *testing.T) {
		s := newSlack(t)
		w := config(t, s)
		w.start()
		c, _ := w.accept(true)
		pass(time.Second)
		s.answer(methodConnect, body(`{"ok":false,"error":"migration_in_progress"}`))
		send(t, c, `{"type":"team_migration_started"}`)
		pass(10 * time.Minute)
		if n := len(s.requests(methodConnect)); n < 3 || n > 20 {
			t.Errorf("rtm.connect was called %d times in ten minutes, want a few", n)
		}
		s.answer(methodConnect, func(request) reply { return reply{body: s.connected()} })
		w.accept(true)
		pass(time.Second)
		if diff := cmp.Diff([]string{
			"listed users.list", "ready", `{"type":"team_migration_started"}`, "offline slack is migrating the workspace",
			"listed users.list", "ready",
		}, w.toldOf(`{"type":"team`, "listed users.list", "ready", "offline")); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// The waits grow until a connection was live for a good stretch.
func TestAttemptsCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlack(t)
		w := config(t, s)
		w.start()
		for _, stay := range []time.Duration{0, goodStretch - time.Second, goodStretch, 0} {
			c, _ := w.accept(true)
			keepAlive(t, c)
			pass(stay)
			c.Close()
			synctest.Wait()
		}
		var got []string
		for _, p := range w.history() {
			if strings.HasPrefix(p, "connecting") {
				got = append(got, p)
			}
		}
		if diff := cmp.Diff([]string{"connecting 0", "connecting 1", "connecting 2", "connecting 0", "connecting 1"}, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

func TestDeadPeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := config(t, newSlack(t))
		w.start()
		w.accept(true)
		pass(deadAfter)
		if diff := cmp.Diff([]string{"offline nothing heard for 20s"}, w.toldOf("offline")); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		w.accept(true)
	})
}

func TestNoHello(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := config(t, newSlack(t))
		w.start()
		c, _ := w.accept(false)
		keepAlive(t, c)
		pass(helloTimeout)
		if len(w.told()) != 0 {
			t.Errorf("told %v of a connection that never was", w.told())
		}
		if err := w.lastError(); err != "no hello within 15s" {
			t.Errorf("error %v, want no hello", err)
		}
		w.accept(true)
	})
}

// A server out of reach is tried for as long as the caller wants, at a
// decent distance.
func TestUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := config(t, newSlack(t))
		var tried atomic.Int64
		w.cfg.HTTPClient.Transport = transport(func(*http.Request) (*http.Response, error) {
			tried.Add(1)
			return nil, errors.New("connection refused")
		})
		w.start()
		pass(24 * time.Hour)
		if n := tried.Load(); n < 24*60*2 || n > 24*60*10 {
			t.Errorf("%d attempts in a day, want one every 15 seconds or so", n)
		}
		if err := w.lastError(); err != "rtm.connect: connection refused" {
			t.Errorf("error %v", err)
		}
		if err := w.stop(); err != nil {
			t.Errorf("stopped with %v, want nil", err)
		}
		if len(w.told()) != 0 {
			t.Errorf("told %v without a connection", w.told())
		}
	})
}

// How the calls that open a connection decide over Run.
func TestConnectErrors(t *testing.T) {
	failing := func(code string) func(request) reply { return body(`{"ok":false,"error":"` + code + `"}`) }
	for _, tt := range []struct {
		name   string
		start  bool
		answer func(request) reply
		calls  int    // before Run ends, 0 if it goes on
		err    string // what it ends with
		auth   bool
	}{
		{"wrong token", false, failing("invalid_auth"), 1, "rtm.connect: invalid_auth", true},
		{"wrong token at rtm.start", true, failing("token_revoked"), 1, "rtm.start: token_revoked", true},
		{"RTM is closed", false, failing("not_allowed_token_type"), 1,
			"RTM is not open to this token, Socket Mode is the way for new apps: rtm.connect: not_allowed_token_type", false},
		{"our mistake", false, failing("invalid_arguments"), 1, "rtm.connect: invalid_arguments", false},
		{"nobody knows", false, failing("whats_this"), puzzlesAllowed, "rtm.connect: whats_this", false},
		{"not there", false, func(request) reply { return reply{status: 404} }, puzzlesAllowed, "rtm.connect: http_404", false},
		{"no socket", false, body(`{"ok":true,"team":{"id":"T1"},"self":{"id":"U0"}}`), 0, "", false},
		{"down", false, func(request) reply { return reply{status: 500} }, 0, "", false},
		{"rate limited", false, func(request) reply { return reply{status: 429} }, 0, "", false},
		{"migration", false, failing("migration_in_progress"), 0, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSlack(t)
				w := config(t, s)
				method := methodConnect
				if tt.start {
					w.cfg.Bootstrap, method = Start, methodStart
				}
				s.answer(method, tt.answer)
				w.start()
				if tt.calls == 0 {
					pass(time.Hour)
					if n := len(s.requests(method)); n < 10 {
						t.Errorf("%d calls in an hour, want it to go on", n)
					}
					if err := w.stop(); err != nil {
						t.Errorf("stopped with %v, want nil", err)
					}
					return
				}
				err := w.end()
				if err == nil || err.Error() != tt.err || errors.Is(err, api.ErrAuth) != tt.auth {
					t.Errorf("ended with %v (ErrAuth: %v), want %q", err, errors.Is(err, api.ErrAuth), tt.err)
				}
				if n := len(s.requests("")); n != tt.calls {
					t.Errorf("%d calls, want %d", n, tt.calls)
				}
				if got := w.history(); !strings.HasPrefix(got[len(got)-1], "offline") {
					t.Errorf("phases %v, want offline in the end", got)
				}
			})
		})
	}
}

// A rate limit on connecting is waited out to the second.
func TestConnectRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlack(t)
		s.answer(methodConnect, replay(limited("61"), reply{body: s.connected()}))
		w := config(t, s)
		w.start()
		w.accept(true)
		calls := s.requests(methodConnect)
		if got := calls[1].at.Sub(calls[0].at); got != 61*time.Second {
			t.Errorf("called again after %v, want 61s", got)
		}
	})
}

func TestTokenRevokedWhileListing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlack(t)
		s.answer("users.list", body(`{"ok":false,"error":"token_revoked"}`))
		w := config(t, s)
		w.start()
		w.accept(true)
		if err := w.end(); !errors.Is(err, api.ErrAuth) {
			t.Errorf("ended with %v, want ErrAuth", err)
		}
		if diff := cmp.Diff([]string{"offline users.list: token_revoked"}, w.toldOf("offline", "ready", "failed")); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

func TestNoToken(t *testing.T) {
	if err := Run(t.Context(), Config{}); !errors.Is(err, api.ErrAuth) {
		t.Errorf("ended with %v, want ErrAuth", err)
	}
}

func TestIdentifyRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := config(t, newSlack(t))
		refused := &api.IdentityError{Path: "f"}
		w.cfg.Identify = func(string, string) error { return refused }
		w.start()
		if err := w.end(); !errors.Is(err, refused) {
			t.Errorf("ended with %v, want %v", err, refused)
		}
		if len(w.told()) != 0 {
			t.Errorf("told %v", w.told())
		}
	})
}

// An event that cannot be stored ends Run, wherever it came from, and nothing
// goes up after it.
func TestApplyFails(t *testing.T) {
	full := errors.New("disk full")
	for _, at := range []string{
		`{"type":"hello"}`, "page rtm.connect", "call users.list", "page emoji.list", "listed team.info", `{"type":"f"}`, "ready",
	} {
		t.Run(at, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := config(t, newSlack(t))
				failed := 0
				apply := w.cfg.Apply
				w.cfg.Apply = func(ctx context.Context, raw []byte, when time.Time) error {
					if failed > 0 || short(string(raw)) == at {
						failed++
						return full
					}
					return apply(ctx, raw, when)
				}
				w.start()
				c, _ := w.accept(false)
				c.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello"}`))
				c.WriteMessage(websocket.TextMessage, []byte(`{"type":"f"}`)) // may come too late
				if err := w.end(); !errors.Is(err, full) {
					t.Errorf("ended with %v, want %v", err, full)
				}
				if failed != 1 {
					t.Errorf("%d events after the one that failed", failed-1)
				}
			})
		})
	}
}

// A storage error is not lost because ctx ends at the same moment, and the end
// of ctx is not taken for a storage error.
func TestApplyFailsAtTheEnd(t *testing.T) {
	full := errors.New("disk full")
	for _, tt := range []struct {
		name string
		err  func(context.Context) error
		want error
	}{
		{"stored", func(context.Context) error { return nil }, nil},
		{"disk", func(context.Context) error { return full }, full},
		{"ctx", func(ctx context.Context) error { return ctx.Err() }, nil},
		{"stuck", func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := config(t, newSlack(t))
				apply := w.cfg.Apply
				w.cfg.Apply = func(ctx context.Context, raw []byte, at time.Time) error {
					if err := apply(ctx, raw, at); err != nil {
						return err
					}
					if string(raw) == `{"type":"last"}` {
						w.cancel()
						return tt.err(ctx)
					}
					if strings.HasPrefix(short(string(raw)), "offline") {
						return tt.err(ctx)
					}
					return nil
				}
				w.start()
				c, _ := w.accept(true)
				pass(time.Second)
				send(t, c, `{"type":"last"}`)
				if err := w.end(); !errors.Is(err, tt.want) {
					t.Errorf("ended with %v, want %v", err, tt.want)
				}
			})
		})
	}
}
