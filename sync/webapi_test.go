package sync

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/api"
)

// client returns a client of s.
func client(t *testing.T, s *slack) (*webAPI, *watch) {
	w := config(t, s)
	web, err := newWebAPI(w.cfg)
	if err != nil {
		t.Fatal(err)
	}
	return web, w
}

func TestCallRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlack(t)
		web, _ := client(t, s)
		a, err := web.call(t.Context(), rest, "users.list", map[string]string{"limit": "2"}, "dXNlcg==")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(`{"ok":true,"members":[]}`, string(a.body)); diff != "" {
			t.Errorf("body (-want +got)\n%s", diff)
		}
		r := s.requests("")[0]
		if diff := cmp.Diff(map[string][]string{"limit": {"2"}, "cursor": {"dXNlcg=="}}, map[string][]string(r.form)); diff != "" {
			t.Errorf("form (-want +got)\n%s", diff)
		}
		for name, want := range map[string]string{
			"Authorization": "Bearer " + token,
			"Content-Type":  "application/x-www-form-urlencoded",
		} {
			if got := r.header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	})
}

func TestCallErrors(t *testing.T) {
	for _, tt := range []struct {
		name  string
		reply reply
		want  api.CallError
	}{
		{"of Slack", reply{body: `{"ok":false,"error":"user_not_found"}`}, api.CallError{Code: "user_not_found"}},
		{"of Slack, with a status", reply{status: 403, body: `{"ok":false,"error":"access_denied"}`}, api.CallError{Code: "access_denied"}},
		{"not JSON", reply{body: `<html>`}, api.CallError{Code: "bad_answer"}},
		{"empty", reply{}, api.CallError{Code: "bad_answer"}},
		{"not found", reply{status: 404, body: `no`}, api.CallError{Code: "http_404"}},
		{"server at fault", reply{status: 503}, api.CallError{Code: "http_503"}},
		{"ok in spite of the status", reply{status: 500, body: `{"ok":true}`}, api.CallError{Code: "http_500"}},
		{"redirect", reply{status: 302, header: map[string]string{"Location": "/api/elsewhere"}}, api.CallError{Code: "http_302"}},
		{"rate limited", limited("7"),
			api.CallError{Code: "http_429", RetryAfter: 7 * time.Second}},
		{"rate limited in words", reply{body: `{"ok":false,"error":"ratelimited"}`},
			api.CallError{Code: "ratelimited", RetryAfter: restUnnamed}},
		{"rate limited for no time", limited("0"),
			api.CallError{Code: "http_429", RetryAfter: time.Second}},
		{"rate limited for ever", limited("9223372036854775807"),
			api.CallError{Code: "http_429", RetryAfter: restLongest}},
		{"too large", reply{body: strings.Repeat(" ", answerLimit+1)}, api.CallError{Code: "answer_too_large"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSlack(t)
				s.answer("users.info", func(request) reply { return tt.reply })
				web, _ := client(t, s)
				_, err := web.call(t.Context(), rest, "users.info", nil, "")
				got, ok := err.(*api.CallError)
				if !ok {
					t.Fatalf("error %v, want a CallError", err)
				}
				got.Err, tt.want.Method = nil, "users.info"
				if diff := cmp.Diff(tt.want, *got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if n := len(s.requests("")); n != 1 {
					t.Errorf("%d requests, want 1", n)
				}
			})
		})
	}
}

// A server that takes the request and never answers is given up.
func TestCallStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web, _ := client(t, newSlack(t))
		web.http.Transport = transport(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		began := time.Now()
		_, err := web.call(t.Context(), rest, "users.list", nil, "")
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != callTimeout {
			t.Errorf("error %v after %v, want the deadline after %v", err, time.Since(began), callTimeout)
		}
	})
}

func TestFetchRetries(t *testing.T) {
	const good = `{"ok":true}`
	for _, tt := range []struct {
		name    string
		replies []reply // the last one repeats
		calls   int
		code    string // of the error, "" for none
	}{
		{"passes", []reply{{status: 500}, {status: 502}, {body: `<html>`}, {body: good}}, 4, ""},
		{"does not pass", []reply{{status: 500}}, 5, "http_500"},
		{"unknown", []reply{{body: `{"ok":false,"error":"whats_this"}`}}, 3, "whats_this"},
		{"cut request", []reply{{body: `{"ok":false,"error":"request_timeout"}`}}, 3, "request_timeout"},
		{"migration", []reply{{body: `{"ok":false,"error":"migration_in_progress"}`}}, 5, "migration_in_progress"},
		{"final", []reply{{body: `{"ok":false,"error":"missing_scope"}`}}, 1, "missing_scope"},
		{"rate limits do not count", []reply{{status: 429}, {status: 429}, {status: 429}, {status: 429}, {status: 429}, {status: 429}, {body: good}}, 7, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSlack(t)
				s.answer("users.list", replay(tt.replies...))
				web, _ := client(t, s)
				_, err := web.fetch(t.Context(), rest, "users.list", nil, "")
				code := ""
				var failed *api.CallError
				if errors.As(err, &failed) {
					code = failed.Code
				}
				if code != tt.code || len(s.requests("")) != tt.calls {
					t.Errorf("%d calls, error %v, want %d calls, code %q", len(s.requests("")), err, tt.calls, tt.code)
				}
			})
		})
	}
}

// A rate limit is obeyed to the second, by every caller of the method and by
// nobody else.
func TestRateLimitIsPerMethod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlack(t)
		s.answer("users.list", replay(limited("42"), reply{body: `{"ok":true}`}))
		web, _ := client(t, s)
		began := time.Now()
		type called struct {
			Method string
			After  time.Duration
		}
		ended := make(chan called)
		ask := func(method string) {
			if _, err := web.fetch(t.Context(), rest, method, nil, ""); err != nil {
				t.Error(err)
			}
			ended <- called{method, time.Since(began)}
		}
		go ask("users.list")
		synctest.Wait()
		// More than there are places, so that waiting must not take one.
		for range parallel {
			go ask("users.list")
		}
		synctest.Wait()
		go ask("emoji.list")
		got := []called{<-ended, <-ended}
		want := []called{{"emoji.list", 0}, {"users.list", 42 * time.Second}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		for range parallel {
			<-ended
		}
	})
}

func TestParallelIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlack(t)
		release := make(chan struct{})
		s.answer("team.info", func(request) reply {
			<-release
			return reply{body: `{"ok":true}`}
		})
		web, _ := client(t, s)
		done := make(chan error)
		for range 3 * parallel {
			go func() {
				_, err := web.call(t.Context(), rest, "team.info", nil, "")
				done <- err
			}()
		}
		synctest.Wait()
		if n := len(s.requests("")); n != parallel {
			t.Errorf("%d requests at once, want %d", n, parallel)
		}
		close(release)
		for range 3 * parallel {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestWarningsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlack(t)
		s.answer("users.list", body(`{"ok":true,"warning":"superfluous_charset"}`))
		web, w := client(t, s)
		for range 3 {
			if _, err := web.call(t.Context(), rest, "users.list", nil, ""); err != nil {
				t.Fatal(err)
			}
		}
		if n := strings.Count(w.log.String(), "superfluous_charset"); n != 1 {
			t.Errorf("logged %d times, want once:\n%s", n, w.log.String())
		}
	})
}

func TestAPIURL(t *testing.T) {
	for _, tt := range []struct{ url, want string }{
		{"", "https://slack.com/api/"},
		{"http://127.0.0.1:1/api", "http://127.0.0.1:1/api/"},
		{"http://127.0.0.1:1/api/", "http://127.0.0.1:1/api/"},
		{"slack.com/api/", ""},
		{"ftp://slack.com/", ""},
		{"https://", ""},
		{"http://\x7f", ""},
	} {
		web, err := newWebAPI(Config{APIURL: tt.url})
		switch {
		case err != nil && tt.want != "":
			t.Errorf("%q: %v", tt.url, err)
		case err == nil && web.base != tt.want:
			t.Errorf("%q: base %q, want %q", tt.url, web.base, tt.want)
		}
	}
}
