package sync

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/api"
)

// What many want at once is asked for once, and all get the answer after it has
// gone up.
func TestAskCoalesces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := live(t, func(s *slack, w *watch) {
			w.cfg.Queue = NewQueue()
			s.answer("users.info", func(request) reply {
				time.Sleep(time.Second)
				return reply{body: `{"ok":true,"user":{"id":"U9"}}`}
			})
		})
		answered := make(chan error)
		for range 50 {
			go func() { answered <- w.cfg.Queue.Ask(t.Context(), Want{"users.info", "U9"}) }()
		}
		w.cfg.Queue.Hint(Want{"users.info", "U9"})
		for range 50 {
			if err := <-answered; err != nil {
				t.Error(err)
			}
		}
		if n := len(w.slack.requests("users.info")); n != 1 {
			t.Errorf("%d requests, want 1", n)
		}
		if n := len(w.toldOf("page users.info")); n != 1 {
			t.Errorf("%d pages, want 1", n)
		}
	})
}

// That Slack does not know an id is remembered for a while. Other refusals may
// pass, and are remembered only while nobody waits for an answer.
func TestAskRemembersUnknownIDs(t *testing.T) {
	for code, again := range map[string]int{
		"user_not_found": 1, "bot_not_found": 1, "channel_not_found": 1, "missing_scope": 2,
	} {
		t.Run(code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := live(t, func(s *slack, w *watch) {
					w.cfg.Queue = NewQueue()
					s.answer("users.info", body(`{"ok":false,"error":"`+code+`"}`))
				})
				ask := func(requests int) {
					t.Helper()
					err := w.cfg.Queue.Ask(t.Context(), Want{"users.info", "U9"})
					var failed *api.CallError
					if !errors.As(err, &failed) || failed.Code != code || errors.Is(err, api.ErrNotFound) != (again == 1) {
						t.Errorf("error %v, want %s", err, code)
					}
					w.cfg.Queue.Hint(Want{"users.info", "U9"}) // counts for nothing
					pass(time.Second)
					if n := len(w.slack.requests("users.info")); n != requests {
						t.Errorf("%d requests, want %d", n, requests)
					}
				}
				ask(1)
				ask(again)
				pass(rememberFor)
				w.slack.answer("users.info", body(`{"ok":true,"user":{"id":"U9"}}`))
				if err := w.cfg.Queue.Ask(t.Context(), Want{"users.info", "U9"}); err != nil {
					t.Errorf("after a while: %v", err)
				}
			})
		})
	}
}

// Nobody is asked while no Run is there, and a reader waits from one connection
// to the next.
func TestAskOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlack(t)
		w := config(t, s)
		w.cfg.Queue = NewQueue()
		if err := w.cfg.Queue.Ask(t.Context(), Want{"users.info", "U9"}); !errors.Is(err, api.ErrOffline) {
			t.Errorf("without a Run: %v, want ErrOffline", err)
		}
		answer := make(chan struct{})
		s.answer("users.info", func(request) reply {
			<-answer
			return reply{body: `{"ok":true,"user":{"id":"U9"}}`}
		})
		w.start()
		c, _ := w.accept(true)
		answered := make(chan error)
		go func() { answered <- w.cfg.Queue.Ask(t.Context(), Want{"users.info", "U9"}) }()
		synctest.Wait()
		c.Close() // with the request under way
		close(answer)
		w.accept(true)
		if err := <-answered; err != nil {
			t.Errorf("over two connections: %v", err)
		}
		never := make(chan struct{})
		defer close(never)
		s.answer("users.info", func(request) reply {
			<-never
			return reply{}
		})
		go func() { answered <- w.cfg.Queue.Ask(t.Context(), Want{"users.info", "U8"}) }()
		synctest.Wait()
		if err := w.stop(); err != nil {
			t.Error(err)
		}
		if err := <-answered; !errors.Is(err, api.ErrOffline) {
			t.Errorf("as Run ends: %v, want ErrOffline", err)
		}
	})
}

// A reader goes before what was planned and hinted at earlier.
func TestAskGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := live(t, func(s *slack, w *watch) {
			w.cfg.Queue = NewQueue()
			s.answer("users.info", func(request) reply {
				time.Sleep(time.Second)
				return reply{body: `{"ok":true,"user":{"id":"U"}}`}
			})
		})
		for i := range 3 * parallel {
			w.cfg.Queue.Hint(Want{"users.info", fmt.Sprint("H", i)})
		}
		synctest.Wait()
		if err := w.cfg.Queue.Ask(t.Context(), Want{"users.info", fmt.Sprint("H", 3*parallel-1)}); err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
		var order []string
		for _, r := range w.slack.requests("users.info") {
			order = append(order, r.form.Get("user"))
		}
		if at := slices.Index(order, fmt.Sprint("H", 3*parallel-1)); at >= 2*parallel {
			t.Errorf("asked for in place %d, want it among the next: %v", at, order)
		}
		if len(order) != 3*parallel {
			t.Errorf("%d requests, want %d", len(order), 3*parallel)
		}
	})
}

// A listing that was cut off goes on from its cursor, once, and is then read
// from its beginning, since Pending still names it. If the cursor has expired
// it starts over.
func TestResume(t *testing.T) {
	const u2, u3 = `{"id":"U2"}`, `{"id":"U3"}`
	for _, tt := range []struct {
		name    string
		answers []string
		want    []string
	}{
		{"goes on", []string{page(u2, ""), page(u2, "m"), page(u3, "")},
			[]string{"call users.list", "page users.list n>", "listed users.list U2",
				"call users.list", "page users.list >m", "page users.list m>", "listed users.list U2,U3"}},
		{"has expired", []string{`{"ok":false,"error":"invalid_cursor"}`, page(u2, ""), page(u3, "")},
			[]string{"call users.list", "call users.list", "page users.list", "listed users.list U2",
				"call users.list", "page users.list", "listed users.list U3"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := live(t, func(s *slack, w *watch) {
					w.cfg.Cursors = func() []Cursor { return []Cursor{{Want{Method: "users.list"}, "old", "n"}} }
					w.cfg.Pending = func() []Want { return []Want{{Method: "users.list"}} }
					s.answer("users.list", script(tt.answers...))
				})
				got := slices.DeleteFunc(w.told(), func(s string) bool { return !slices.Contains(tt.want, s) })
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		})
	}
}

// Progress counts pages and what is on them, and estimates what is to come.
func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lefts []int
		var last api.Progress
		w := live(t, func(s *slack, w *watch) {
			s.answer("users.list", script(page(`{"id":"U1"},{"id":"U2"}`, "a"), page(`{"id":"U3"}`, "b"), page("", "")))
			w.cfg.Size = func(want Want) int { return map[string]int{"users.list": 3 * mostRows}[want.Method] }
			w.cfg.Progress = func(p api.Progress) {
				defer w.enter()()
				lefts, last = append(lefts, p.Left), p
			}
		})
		w.mu.Lock()
		defer w.mu.Unlock()
		if want := (api.Progress{Pages: 9, Entities: 5}); last != want {
			t.Errorf("in the end %+v, want %+v", last, want)
		}
		if slices.Max(lefts) < 2 {
			t.Errorf("left: %v, want two pages of users among them", lefts)
		}
	})
}
