package sync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"github.com/slackstate/slackstate/api"
)

// sending returns a watch with an outbox that is not connected yet.
func sending(t *testing.T) (w *watch, o *Outbox, s *slack) {
	s = newSlack(t)
	w = config(t, s)
	w.cfg.Outbox = NewOutbox()
	w.start()
	return w, w.cfg.Outbox, s
}

// sender is sending with a connection that is live.
func sender(t *testing.T) (w *watch, c *websocket.Conn, written <-chan string) {
	w, _, _ = sending(t)
	c, written = w.accept(true)
	keepAlive(t, c)
	pass(time.Second)
	return w, c, written
}

// send begins to send and returns where the outcome will be.
func (w *watch) send(d api.Draft) <-chan outcome { return w.sendUntil(context.Background(), d) }

func (w *watch) sendUntil(ctx context.Context, d api.Draft) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		ts, err := w.cfg.Outbox.Send(ctx, d)
		done <- outcome{ts, err}
	}()
	synctest.Wait()
	return done
}

func idOf(t *testing.T, frame string) int64 {
	t.Helper()
	var f struct{ ID int64 }
	if err := json.Unmarshal([]byte(frame), &f); err != nil || f.ID <= 0 {
		t.Fatalf("frame %s has id %d, %v", frame, f.ID, err)
	}
	return f.ID
}

func acknowledge(id int64, ts string) string {
	return fmt.Sprintf(`{"ok":true,"reply_to":%d,"ts":%q,"text":"as stored"}`, id, ts)
}

const ts1, ts2 = "1700000000.000100", "1700000000.000200"

// What goes out, and what comes of the reply.
func TestSend(t *testing.T) {
	for _, tt := range []struct {
		name  string
		draft api.Draft
		frame string // without its id
		reply string // %d is the id
		event string
		want  outcome
	}{
		{"acknowledged", api.Draft{Channel: "C1", Text: "a < b & \"c\" é\n"},
			`"type":"message","channel":"C1","text":"a < b & \"c\" é\n"}`,
			`{"ok":true,"reply_to":%d,"ts":"` + ts1 + `","text":"a &lt; b"}`,
			`{"type":"message","channel":"C1","user":"U0","text":"a &lt; b","ts":"` + ts1 + `"}`,
			outcome{ts: ts1}},
		{"mentions as they are written", api.Draft{Channel: "C1", Text: "<@U1> <!here>"},
			`"type":"message","channel":"C1","text":"<@U1> <!here>"}`,
			`{"ok":true,"reply_to":%d,"ts":"` + ts1 + `","text":"<@U1> <!here>"}`,
			`{"type":"message","channel":"C1","user":"U0","text":"<@U1> <!here>","ts":"` + ts1 + `"}`,
			outcome{ts: ts1}},
		{"reply in a thread", api.Draft{Channel: "C1", Text: "x", Thread: ts1},
			`"type":"message","channel":"C1","thread_ts":"` + ts1 + `","text":"x"}`,
			`{"ok":true,"reply_to":%d,"ts":"` + ts2 + `","text":"x"}`,
			`{"type":"message","channel":"C1","user":"U0","text":"x","ts":"` + ts2 + `","thread_ts":"` + ts1 + `"}`,
			outcome{ts: ts2}},
		{"no text", api.Draft{Channel: "C1"},
			`"type":"message","channel":"C1","text":""}`,
			`{"ok":false,"reply_to":%d,"error":{"code":2,"msg":"message text is missing"}}`, "",
			outcome{err: &api.RejectedError{Code: 2, Msg: "message text is missing"}}},
		{"error frame", api.Draft{Channel: "C1", Text: "x"},
			`"type":"message","channel":"C1","text":"x"}`,
			`{"type":"error","reply_to":%d,"error":{"code":-1,"msg":"slow down"}}`, "",
			outcome{err: &api.RejectedError{Code: -1, Msg: "slow down"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, c, written := sender(t)
				sends := w.send(tt.draft)
				frame := <-written
				id := idOf(t, frame)
				if want := fmt.Sprintf(`{"id":%d,`, id) + tt.frame; frame != want {
					t.Errorf("frame %s, want %s", frame, want)
				}
				if got := w.toldOf(`{"type":"message"`); len(got) > 0 || len(sends) > 0 {
					t.Errorf("told %v before the reply", got)
				}
				send(t, c, fmt.Sprintf(tt.reply, id))
				if diff := cmp.Diff(tt.want, <-sends, cmp.AllowUnexported(outcome{}), cmp.Comparer(func(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) })); diff != "" {
					t.Errorf("outcome (-want +got)\n%s", diff)
				}
				if got := strings.Join(w.toldOf(`{"type":"message"`), " "); got != tt.event {
					t.Errorf("event %s, want %s", got, tt.event)
				}
			})
		})
	}
}

// The event of a message has gone up when Send returns.
func TestSendReadsItsOwnWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, c, written := sender(t)
		done := make(chan []string, 1)
		go func() {
			w.cfg.Outbox.Send(context.Background(), api.Draft{Channel: "C1", Text: "x"})
			done <- w.toldOf(`{"type":"message"`)
		}()
		send(t, c, acknowledge(idOf(t, <-written), ts1))
		if got := <-done; len(got) != 1 {
			t.Errorf("told %v when Send returned", got)
		}
	})
}

// Replies come in any order.
func TestSendOutOfOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, c, written := sender(t)
		one, two := w.send(api.Draft{Channel: "C1", Text: "one"}), w.send(api.Draft{Channel: "C2", Text: "two"})
		first, second := <-written, <-written
		send(t, c, acknowledge(idOf(t, second), ts2), acknowledge(idOf(t, first), ts1))
		for _, tt := range []struct {
			sends <-chan outcome
			want  api.TS
		}{{one, ts1}, {two, ts2}} {
			if got := <-tt.sends; got.ts != tt.want || got.err != nil {
				t.Errorf("got %v, want %s", got, tt.want)
			}
		}
	})
}

// Nothing is sent without a connection that has said hello, and the caller
// learns it at once.
func TestSendOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, o, _ := sending(t)
		all := func(when string) {
			t.Helper()
			_, err := o.Send(t.Context(), api.Draft{Channel: "C1", Text: "x"})
			for _, err := range []error{err, o.Typing(t.Context(), "C1"), o.QueryPresence(t.Context(), "U1")} {
				if !errors.Is(err, api.ErrOffline) || errors.Is(err, api.ErrUnacknowledged) {
					t.Errorf("%s: %v, want ErrOffline", when, err)
				}
			}
		}
		c, written := w.accept(false)
		keepAlive(t, c)
		all("before hello")
		send(t, c, `{"type":"hello"}`)
		c.Close()
		synctest.Wait()
		all("after the connection")
		w.stop()
		all("after Run")
		if n := len(written); n != 0 {
			t.Errorf("%d frames were written", n)
		}
	})
}

// Limits are checked before anything is sent.
func TestSendTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, written := sender(t)
		o := w.cfg.Outbox
		manyUsers := make([]api.UserID, 1500)
		for i := range manyUsers {
			manyUsers[i] = "U0123456789"
		}
		for name, call := range map[string]func() error{
			"4,001 characters": func() error {
				_, err := o.Send(t.Context(), api.Draft{Channel: "C1", Text: strings.Repeat("é", 4001)})
				return err
			},
			"16 KB of escapes": func() error {
				_, err := o.Send(t.Context(), api.Draft{Channel: "C1", Text: strings.Repeat("\x01", 3000)})
				return err
			},
			"1,500 users": func() error { return o.FollowPresence(t.Context(), manyUsers...) },
		} {
			if err := call(); !errors.Is(err, api.ErrTooLong) {
				t.Errorf("%s: %v, want ErrTooLong", name, err)
			}
		}
		if n := len(written); n != 0 {
			t.Errorf("%d frames were written", n)
		}
		// Neither < nor a letter of two bytes costs more than it has to.
		w.send(api.Draft{Channel: "C1", Text: strings.Repeat("<é&>", 1000)})
		if n := len(<-written); n > 16<<10 {
			t.Errorf("a frame of %d bytes", n)
		}
	})
}

// A reply that comes on the next connection counts, in either of its forms, and
// none that comes later.
func TestSendAcrossConnections(t *testing.T) {
	event := `{"type":"message","channel":"C1","user":"U0","text":"as stored","ts":"` + ts1 + `"}`
	for _, tt := range []struct {
		name  string
		lost  int    // connections, before the reply comes
		reply string // %d is the id
		event string // that goes up
		ok    bool
	}{
		{"acknowledgement", 1, `{"ok":true,"reply_to":%d,"ts":"` + ts1 + `","text":"as stored"}`, event, true},
		{"the message itself", 1, `{"type":"message","reply_to":%d,"channel":"C1","user":"U0","text":"x","ts":"` + ts1 + `"}`,
			`{"type":"message","reply_to":%d,"channel":"C1","user":"U0","text":"x","ts":"` + ts1 + `"}`, true},
		{"two connections late", 2, `{"ok":true,"reply_to":%d,"ts":"` + ts1 + `","text":"as stored"}`, "", false},
		{"of another frame", 1, `{"ok":true,"reply_to":1%d,"ts":"` + ts1 + `","text":"as stored"}`, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, c, written := sender(t)
				sends := w.send(api.Draft{Channel: "C1", Text: "x"})
				id := idOf(t, <-written)
				for range tt.lost {
					c.Close()
					c, _ = w.accept(true)
					keepAlive(t, c)
					pass(time.Second)
				}
				reply := fmt.Sprintf(tt.reply, id)
				send(t, c, reply)
				pass(replyTimeout)
				got := <-sends
				if tt.ok != (got.err == nil && got.ts == ts1) || !tt.ok && !errors.Is(got.err, api.ErrUnacknowledged) {
					t.Errorf("outcome %v", got)
				}
				want := tt.event
				if strings.Contains(want, "%d") {
					want = fmt.Sprintf(want, id)
				}
				if got := strings.Join(w.toldOf(`{"type":"message"`), " "); got != want {
					t.Errorf("event %s, want %s", got, want)
				}
			})
		})
	}
}

// While there is no connection no reply is late.
func TestReplyAfterAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, c, written := sender(t)
		sends := w.send(api.Draft{Channel: "C1", Text: "x"})
		id := idOf(t, <-written)
		w.slack.answer(methodConnect, body(`{"ok":false,"error":"internal_error"}`))
		c.Close()
		pass(10 * replyTimeout)
		w.slack.answer(methodConnect, func(request) reply { return reply{body: w.slack.connected()} })
		c, _ = w.accept(true)
		send(t, c, acknowledge(id, ts1))
		if got := <-sends; got.ts != ts1 {
			t.Errorf("outcome %v", got)
		}
	})
}

// Sent, and no reply: that is a fact of its own, whatever the reason.
func TestSendUnacknowledged(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(w *watch, c *websocket.Conn, cancel func())
		also error
	}{
		{"no reply in time", func(*watch, *websocket.Conn, func()) { pass(replyTimeout) }, nil},
		{"ctx", func(_ *watch, _ *websocket.Conn, cancel func()) { cancel() }, context.Canceled},
		{"end of Run", func(w *watch, _ *websocket.Conn, _ func()) { w.stop() }, nil},
		{"no reply on the next connection", func(w *watch, c *websocket.Conn, _ func()) {
			c.Close()
			c, _ = w.accept(true)
			keepAlive(w.t, c)
			pass(replyTimeout)
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, c, written := sender(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				sends := w.sendUntil(ctx, api.Draft{Channel: "C1", Text: "x"})
				<-written
				tt.end(w, c, cancel)
				got := <-sends
				if !errors.Is(got.err, api.ErrUnacknowledged) || errors.Is(got.err, api.ErrOffline) || tt.also != nil && !errors.Is(got.err, tt.also) {
					t.Errorf("outcome %v", got)
				}
			})
		})
	}
}

// A message is part of the workspace even if nobody waits for it any more.
func TestLateReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, c, written := sender(t)
		ctx, cancel := context.WithCancel(t.Context())
		sends := w.sendUntil(ctx, api.Draft{Channel: "C1", Text: "x"})
		id := idOf(t, <-written)
		cancel()
		<-sends
		send(t, c, acknowledge(id, ts1))
		if got := w.toldOf(`{"type":"message"`); len(got) != 1 {
			t.Errorf("told %v", got)
		}
	})
}

// While frames wait for the first listing, an acknowledged message waits among
// them, and the caller does not.
func TestSendDuringFirstListing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlack(t)
		release := slowUsers(s)
		w := config(t, s)
		w.cfg.Outbox = NewOutbox()
		w.start()
		c, written := w.accept(true)
		keepAlive(t, c)
		sends := w.send(api.Draft{Channel: "C1", Text: "x"})
		send(t, c, `{"type":"f"}`, acknowledge(idOf(t, <-written), ts1), `{"type":"g"}`)
		if got := <-sends; got.ts != ts1 {
			t.Errorf("outcome %v", got)
		}
		close(release)
		pass(time.Second)
		got := w.toldOf(`{"type":"f"`, `{"type":"g"`, `{"type":"message"`)
		if len(got) != 3 || !strings.HasPrefix(got[1], `{"type":"message"`) {
			t.Errorf("told %v, want the message between the two", got)
		}
	})
}

// A few frames at once, then one a second. Waiting obeys ctx, and a message that
// waited too long was not sent.
func TestSendPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, written := sender(t)
		began := time.Now()
		for range 10 {
			w.send(api.Draft{Channel: "C1", Text: "x"})
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if got := <-w.sendUntil(ctx, api.Draft{Channel: "C1", Text: "x"}); !errors.Is(got.err, context.DeadlineExceeded) || errors.Is(got.err, api.ErrUnacknowledged) {
			t.Errorf("outcome %v, want the end of ctx alone", got)
		}
		ids := map[int64]bool{}
		for n := range 10 {
			ids[idOf(t, <-written)] = true
			if want := time.Duration(max(0, n+1-sendBurst)) * time.Second; time.Since(began) < want {
				t.Errorf("frame %d was written after %v, want %v", n+1, time.Since(began), want)
			}
		}
		if len(ids) != 10 || time.Since(began) > 7*time.Second {
			t.Errorf("%d ids after %v", len(ids), time.Since(began))
		}
	})
}

// Typing goes out every three seconds at most in one conversation, and never
// before a message that waits.
func TestTyping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, written := sender(t)
		o := w.cfg.Outbox
		typed := func(want int, channels ...api.ChannelID) {
			t.Helper()
			for _, ch := range channels {
				if err := o.Typing(t.Context(), ch); err != nil {
					t.Error(err)
				}
			}
			synctest.Wait()
			if n := len(written); n != want {
				t.Errorf("%d frames, want %d", n, want)
			}
			for range len(written) {
				<-written
			}
		}
		typed(2, "C1", "C1", "C2", "C1")
		pass(typingEvery - time.Millisecond)
		typed(0, "C1", "C2")
		pass(time.Millisecond)
		typed(1, "C1")
		pass(time.Minute)
		for range sendBurst {
			w.send(api.Draft{Channel: "C1", Text: "x"})
		}
		typed(sendBurst, "C1")
	})
}

// Frames and ids of one process never repeat, whatever they are, pings included.
func TestIDsAreUnique(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, o, _ := sending(t)
		ids := map[int64]bool{}
		for range 3 {
			c, written := w.accept(true)
			w.send(api.Draft{Channel: "C1", Text: "x"})
			o.Typing(t.Context(), "C1")
			o.FollowPresence(t.Context(), "U1")
			pass(pingEvery)
			for range len(written) {
				id := idOf(t, <-written)
				if ids[id] {
					t.Errorf("id %d again", id)
				}
				ids[id] = true
			}
			c.Close()
		}
		if len(ids) < 12 {
			t.Errorf("%d frames, want a ping and more on each connection", len(ids))
		}
	})
}
