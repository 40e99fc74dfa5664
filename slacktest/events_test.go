package slacktest_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slackstate/slackstate/slacktest"
)

// openApp opens a Socket Mode connection and reads its hello.
func (c *caller) openApp() (*socket, obj) {
	c.t.Helper()
	req := must(http.NewRequest("POST", c.s.URL()+"apps.connections.open", nil))
	req.Header.Set("Authorization", "Bearer "+c.s.AppToken())
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	sock := c.open(decodeBody(c.t, resp)["url"].(string))
	return sock, sock.read()
}

func (s *socket) ack(envelope obj) {
	s.t.Helper()
	s.send(fmt.Sprintf(`{"envelope_id":%q}`, envelope["envelope_id"]))
}

// inner is the event in an envelope or callback.
func inner(of obj) obj {
	if payload, is := of["payload"].(obj); is {
		of = payload
	}
	return of["event"].(obj)
}

// Socket Mode: hello, then each event in an envelope to one of the sockets, each
// in its turn.
func TestSocketMode(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, c *caller) {
		s := c.s
		team := truth(t, s)["team"].(obj)["id"]
		one, hello := c.openApp()
		two, second := c.openApp()
		if diff := cmp.Diff([]any{"hello", 1.0, 2.0}, []any{hello["type"], hello["num_connections"], second["num_connections"]}); diff != "" {
			t.Errorf("hello (-want +got):\n%s", diff)
		}
		ok(t, s.RenameTeam("A"), s.RenameTeam("B"))
		names := map[any]bool{}
		for _, sock := range []*socket{one, two} {
			envelope := sock.read()
			names[inner(envelope)["name"]] = true
			payload := envelope["payload"].(obj)
			want := []any{"events_api", false, 0.0, "event_callback", team}
			got := []any{envelope["type"], envelope["accepts_response_payload"], envelope["retry_attempt"], payload["type"], payload["team_id"]}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("envelope (-want +got):\n%s", diff)
			}
			if inner(envelope)["event_ts"] == nil || payload["event_id"] == nil {
				t.Errorf("no event_ts or event_id: %v", payload)
			}
			sock.ack(envelope)
		}
		if diff := cmp.Diff(map[any]bool{"A": true, "B": true}, names); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		synctest.Wait()
		if n := s.Unacknowledged(); n != 0 {
			t.Errorf("%d envelopes still wait", n)
		}
		s.AppDisconnect("refresh_requested")
		if got := one.read(); got["type"] != "disconnect" || got["reason"] != "refresh_requested" {
			t.Errorf("got %v", got)
		}
	})
}

// Only the app-level token opens Socket Mode.
func TestSocketModeNeedsTheAppToken(t *testing.T) {
	s := newServer(t, slacktest.Options{})
	if got := newCaller(t, s).try("apps.connections.open")["error"]; got != "not_allowed_token_type" {
		t.Errorf("got %v", got)
	}
}

// Messages name their channel's type; message_replied lacks its subtype; what is
// only for RTM does not come at all.
func TestEventsDifferFromFrames(t *testing.T) {
	sc := newScene(t)
	app, _ := sc.openApp()
	ok(t, sc.Typing(sc.ann, sc.room), sc.MarkRead(sc.room, ""), sc.SetPref("x", 1), sc.SetPresence(sc.self, "away"))
	must(sc.PostThreadReply(sc.bob, sc.room, sc.ts, "answer", false))
	must(sc.Post(sc.ann, sc.priv, "hush"))
	var got []string
	for range 3 {
		envelope := app.read()
		event := inner(envelope)
		got = append(got, fmt.Sprint(summary(event), " ", event["channel_type"], " ", event["hidden"]))
		app.ack(envelope)
	}
	want := []string{"message+ channel <nil>", "message+ channel true", "message+ group <nil>"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	sc.sock.drain()
	ok(t, sc.RenameChannel(sc.ann, sc.priv, "murmur"))
	frame, event := sc.sock.drain()[0], inner(app.read())
	_, quoted := frame["channel"].(obj)["created"].(string)
	_, plain := event["channel"].(obj)["created"].(float64)
	if !quoted || !plain {
		t.Errorf("created of a renamed group: %v over RTM, %v over the Events API", frame["channel"], event["channel"])
	}
}

// An envelope that is not acknowledged within three seconds comes again: at
// once, after a minute, after five; then it is given up.
func TestSocketModeRetries(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, c *caller) {
		app, _ := c.openApp()
		ok(t, c.s.RenameTeam("A"))
		start := time.Now()
		var got []string
		for range 4 {
			if err := app.conn.SetReadDeadline(time.Time{}); err != nil {
				t.Fatal(err)
			}
			_, data, err := app.conn.ReadMessage()
			if err != nil {
				t.Fatal(err)
			}
			envelope := decode(t, data)
			got = append(got, fmt.Sprint(time.Since(start), " ", envelope["retry_attempt"], " ", envelope["retry_reason"]))
		}
		want := []string{"0s 0 ", "3s 1 timeout", "1m6s 2 timeout", "6m9s 3 timeout"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("tries (-want +got):\n%s", diff)
		}
		time.Sleep(time.Minute)
		if n := c.s.Unacknowledged(); n != 0 {
			t.Errorf("%d envelopes not given up", n)
		}
	})
}

// What happens while no socket is open comes once one is.
func TestSocketModeWithoutASocket(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, c *caller) {
		c.openApp()
		c.s.Disconnect()
		synctest.Wait()
		ok(t, c.s.RenameTeam("A"))
		app, _ := c.openApp()
		envelope := app.read()
		if got := inner(envelope)["name"]; got != "A" {
			t.Errorf("got %v", envelope)
		}
		app.ack(envelope)
		synctest.Wait()
		if n := c.s.Unacknowledged(); n != 0 {
			t.Errorf("%d envelopes still wait", n)
		}
	})
}

// An app has ten sockets at most.
func TestTooManyAppSockets(t *testing.T) {
	c := newCaller(t, newServer(t, slacktest.Options{}))
	for range 10 {
		c.openApp()
	}
	_, refused := c.openApp()
	if refused["type"] != "disconnect" || refused["reason"] != "too_many_websockets" {
		t.Errorf("the eleventh got %v", refused)
	}
}

// receiver is an app's request URL. It answers as it is told.
type receiver struct {
	mu       sync.Mutex
	requests []received
	answer   func(received) int
}

type received struct {
	at          time.Duration
	num, reason string
	signed      bool
	body        obj
}

// inbox serves a receiver in memory and returns the client that reaches it.
func inbox(t *testing.T, secret string, answer func(received) int) (*receiver, *http.Client) {
	t.Helper()
	r := &receiver{answer: answer}
	l, dial := slacktest.Pipe()
	start := time.Now()
	var handlers sync.WaitGroup
	srv := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		handlers.Add(1)
		defer handlers.Done()
		raw, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte("v0:" + req.Header.Get("X-Slack-Request-Timestamp") + ":" + string(raw)))
		got := received{
			at: time.Since(start), num: req.Header.Get("X-Slack-Retry-Num"), reason: req.Header.Get("X-Slack-Retry-Reason"),
			signed: req.Header.Get("X-Slack-Signature") == "v0="+hex.EncodeToString(mac.Sum(nil)),
			body:   decode(t, raw),
		}
		if got.body["type"] == "url_verification" {
			fmt.Fprint(rw, got.body["challenge"])
			return
		}
		r.mu.Lock()
		r.requests = append(r.requests, got)
		r.mu.Unlock()
		switch status := r.answer(got); status {
		case 0:
			<-req.Context().Done() // never answers
		case -1:
			rw.Header().Set("X-Slack-No-Retry", "1")
			rw.WriteHeader(http.StatusInternalServerError)
		default:
			rw.WriteHeader(status)
		}
	})}
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	transport := &http.Transport{DialContext: dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		serving.Wait()
		handlers.Wait()
	})
	return r, &http.Client{Transport: transport}
}

// Events are posted signed, and tried again on Slack's schedule until they are
// taken.
func TestDeliver(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer func(received) int
		want   []string
	}{
		{"taken", func(received) int { return 200 }, []string{"A 0s   true"}},
		{"refused once", func(r received) int {
			if r.num == "" {
				return 500
			}
			return 204
		}, []string{"A 0s   true", "A 0s 1 http_error true"}},
		{"always refused", func(received) int { return 404 },
			[]string{"A 0s   true", "A 0s 1 http_error true", "A 1m0s 2 http_error true", "A 6m0s 3 http_error true"}},
		{"refused for good", func(received) int { return -1 }, []string{"A 0s   true"}},
		{"too slow once", func(r received) int {
			if r.num == "" {
				return 0
			}
			return 200
		}, []string{"A 0s   true", "A 3s 1 http_timeout true"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const secret = "0123456789abcdef"
				box, client := inbox(t, secret, tt.answer)
				l, _ := slacktest.Pipe()
				s := newServer(t, slacktest.Options{Listener: l, HTTPClient: client, SigningSecret: secret})
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error)
				go func() { done <- s.Deliver(ctx, "http://app.test/events") }()
				synctest.Wait()
				ok(t, s.RenameTeam("A"))
				time.Sleep(time.Hour)
				cancel()
				if err := <-done; !errors.Is(err, context.Canceled) {
					t.Errorf("Deliver returned %v", err)
				}
				var got []string
				for _, r := range box.requests {
					got = append(got, strings.Join([]string{
						inner(r.body)["name"].(string), r.at.String(), r.num, r.reason, fmt.Sprint(r.signed),
					}, " "))
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A failing event does not hold up the next one, and Deliver ends with the
// server.
func TestDeliverGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box, client := inbox(t, "s", func(r received) int {
			if inner(r.body)["name"] == "A" {
				return 500
			}
			return 200
		})
		l, _ := slacktest.Pipe()
		s := newServer(t, slacktest.Options{Listener: l, HTTPClient: client, SigningSecret: "s"})
		done := make(chan error)
		go func() { done <- s.Deliver(t.Context(), "http://app.test/") }()
		synctest.Wait()
		ok(t, s.RenameTeam("A"), s.RenameTeam("B"))
		time.Sleep(time.Second)
		s.Close()
		if err := <-done; err != nil {
			t.Errorf("Deliver returned %v", err)
		}
		taken := 0
		for _, r := range box.requests {
			if inner(r.body)["name"] == "B" && r.at < time.Second {
				taken++
			}
		}
		if taken != 1 {
			t.Errorf("the second event came %d times in the first second", taken)
		}
	})
}

// A URL that does not repeat the challenge gets nothing.
func TestDeliverVerifiesTheURL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, dial := slacktest.Pipe()
		s := newServer(t, slacktest.Options{Listener: l, HTTPClient: &http.Client{Transport: &http.Transport{DialContext: dial}}})
		if err := s.Deliver(t.Context(), s.URL()+"api.test"); err == nil {
			t.Error("a URL that answers anything was accepted")
		}
	})
}

// An app that is too slow by far is told that events were dropped.
func TestDeliverRateLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := make(chan struct{})
		box, client := inbox(t, "s", func(received) int { <-first; return 200 })
		l, _ := slacktest.Pipe()
		s := newServer(t, slacktest.Options{Listener: l, HTTPClient: client, SigningSecret: "s", MaxQueue: 5})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Deliver(ctx, "http://app.test/") }()
		synctest.Wait()
		for range 20 {
			ok(t, s.RenameTeam("A"))
			synctest.Wait()
		}
		close(first)
		synctest.Wait()
		cancel()
		<-done
		var kinds []any
		for _, r := range box.requests {
			kinds = append(kinds, r.body["type"])
		}
		want := []any{"event_callback", "event_callback", "event_callback", "event_callback", "event_callback", "event_callback", "app_rate_limited"}
		if diff := cmp.Diff(want, kinds); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
}
