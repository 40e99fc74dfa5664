package sync

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestHush(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing to hide", "dial tcp: refused", "dial tcp: refused"},
		{"token", "bad header Bearer xoxb-1", "bad header Bearer [secret]"},
		{"twice", "xoxb-1 xoxb-1", "[secret] [secret]"},
		{"long", strings.Repeat("é", 300), strings.Repeat("é", 200) + "…"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := hush(tt.text, "", "xoxb-1"); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestHushError(t *testing.T) {
	deep := fmt.Errorf("open: %w", &url.Error{Op: "Get", URL: "wss://h/xoxb-1",
		Err: &url.Error{Op: "parse", URL: "wss://h/xoxb-1", Err: context.DeadlineExceeded}})
	if got := hushError(deep, "xoxb-1"); !errors.Is(got, context.DeadlineExceeded) || strings.Contains(got.Error(), "wss") {
		t.Errorf("got %v, want the deadline without the URL", got)
	}
	if got := hushError(errors.New("no xoxb-1"), "xoxb-1").Error(); got != "no [secret]" {
		t.Errorf("got %q", got)
	}
}

// TestNothingLeaks has everything go wrong that can quote a secret, and looks
// for the token and the socket URL in all that came out.
func TestNothingLeaks(t *testing.T) {
	echo := func(method, answer string) func(*watch) {
		return func(w *watch) {
			w.slack.answer(method, func(r request) reply {
				return reply{body: strings.ReplaceAll(answer, "TOKEN", r.header.Get("Authorization"))}
			})
		}
	}
	for _, tt := range []struct {
		name  string
		setup func(*watch)
		play  func(t *testing.T, w *watch)
	}{
		{"a whole life", func(*watch) {}, func(t *testing.T, w *watch) {
			c, _ := w.accept(true)
			send(t, c, `{"type":"reconnect_url","url":"wss://slack.test/`+ticket+`"}`, `{"type":"goodbye"}`)
			w.accept(true)
		}},
		{"connect echoes the token", echo(methodConnect, `{"ok":false,"error":"TOKEN","response_metadata":{"messages":["TOKEN"]}}`), nil},
		{"a list echoes the token", echo("users.list", `{"ok":false,"error":"x","needed":"TOKEN","warning":"TOKEN"}`), func(_ *testing.T, w *watch) {
			w.accept(true)
			pass(time.Minute)
		}},
		{"the transport quotes the request", func(w *watch) {
			w.cfg.HTTPClient = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
				return nil, fmt.Errorf("cannot send %v to %v", r.Header, r.URL)
			})}
		}, nil},
		{"the API URL holds the token", func(w *watch) { w.cfg.APIURL = "http://" + token + "@slack.test/api" }, nil},
		{"the API URL is none", func(w *watch) { w.cfg.APIURL = "http://" + token + "\x7f/" }, nil},
		{"the socket URL is none", echo(methodConnect,
			`{"ok":true,"url":"wss://slack.test:the-ticket/","team":{"id":"T1"},"self":{"id":"U0"}}`), nil},
		{"the socket URL is no websocket's", echo(methodConnect,
			`{"ok":true,"url":"https://slack.test/the-ticket","team":{"id":"T1"},"self":{"id":"U0"}}`), nil},
		{"the socket URL has a user", echo(methodConnect,
			`{"ok":true,"url":"wss://the-ticket@slack.test/","team":{"id":"T1"},"self":{"id":"U0"}}`), nil},
		{"the socket is refused", echo(methodConnect,
			`{"ok":true,"url":"ws://slack.test/api/the-ticket","team":{"id":"T1"},"self":{"id":"U0"}}`), nil},
		{"the socket complains", func(*watch) {}, func(t *testing.T, w *watch) {
			c, _ := w.accept(false)
			send(t, c, `{"type":"error","error":{"code":9,"msg":"bad ws://slack.test/`+ticket+`/1"}}`)
			c, _ = w.accept(true)
			send(t, c, `{"type":"error","error":{"code":9,"msg":"bad /`+ticket+`/2 of `+token+`"}}`)
		}},
		{"the socket closes with the URL", func(*watch) {}, func(_ *testing.T, w *watch) {
			c, _ := w.accept(true)
			closeWith(c, 1008, "ws://slack.test/"+ticket+"/1")
			pass(time.Minute)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := config(t, newSlack(t))
				tt.setup(w)
				w.start()
				if tt.play != nil {
					tt.play(t, w)
				}
				pass(time.Minute)
				out := w.everything(w.stop())
				if out == "" {
					t.Fatal("nothing came out to look at")
				}
				for _, secret := range []string{token, ticket} {
					for line := range strings.Lines(out) {
						if strings.Contains(line, secret) {
							t.Errorf("leaked in %s", line)
						}
					}
				}
			})
		})
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
