package sync

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/api"
)

// dismissed returns a watch whose connection is live and was told goodbye.
func dismissed(t *testing.T) (w *watch, say func(frames ...string), hangUp func()) {
	w = config(t, newSlack(t))
	w.start()
	c, _ := w.accept(true)
	keepAlive(t, c)
	pass(time.Minute)
	send(t, c, `{"type":"goodbye"}`)
	return w, func(frames ...string) { send(t, c, frames...) }, func() { c.Close(); synctest.Wait() }
}

// frames makes short events.
func frames(names ...string) (all []string) {
	for _, n := range names {
		all = append(all, fmt.Sprintf(`{"type":"f","n":%q}`, n))
	}
	return all
}

// A planned change of sockets is no gap: what both bring goes up once, in one
// order, and nothing else is told of it.
func TestHandover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, old, _ := dismissed(t)
		phases, requests := w.history(), len(w.slack.requests(""))
		old(frames("a", "b")...)
		c, _ := w.accept(false)
		keepAlive(t, c)
		send(t, c, `{"type":"hello"}`)
		send(t, c, frames("b", "c")...)
		old(frames("c", "d")...)
		send(t, c, frames("d")...)
		send(t, c, `{"type":"presence_change","user":"U1","presence":"active"}`)
		send(t, c, frames("e")...)
		if got := w.toldOf(`{"type":"f"`); !slices.Equal(got, frames("a", "b", "c", "d")) {
			t.Errorf("while both were open %v went up", got)
		}
		pass(overlap)
		send(t, c, frames("f")...)
		want := slices.Concat(frames("a", "b", "c", "d"), []string{`{"type":"presence_change","user":"U1","presence":"active"}`}, frames("e", "f"))
		if diff := cmp.Diff(want, w.toldOf(`{"type":"f"`, `{"type":"presence`)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if n := len(w.toldOf(`{"type":"hello"`, `{"type":"goodbye"`, "offline", "call rtm", "page rtm")); n != 3 {
			t.Errorf("%d events about connections, want the call, the page and the hello of the first", n)
		}
		if diff := cmp.Diff(phases, w.history()); diff != "" {
			t.Errorf("phases (-before +after)\n%s", diff)
		}
		if got := w.slack.requests("")[requests-1:]; len(got) != 1 || got[0].method != methodConnect {
			t.Errorf("%d calls were made, want rtm.connect alone", len(got))
		}
	})
}

// What self says comes as an acknowledgement where it was sent and as a message
// elsewhere, which keeps nothing else from going up once.
func TestHandoverWhileSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, c, written := sender(t)
		pass(time.Minute)
		sends := w.send(api.Draft{Channel: "C1", Text: "one"})
		send(t, c, `{"type":"goodbye"}`)
		c2, _ := w.accept(true)
		keepAlive(t, c2)
		reply := fmt.Sprintf(`{"ok":true,"reply_to":%d,"ts":"1700000000.000100","text":"one"}`, idOf(t, <-written))
		said := `{"type":"message","channel":"C1","user":"U0","text":"one","ts":"1700000000.000100"}`
		send(t, c, append(frames("a"), reply, frames("b")[0])...)
		send(t, c2, append(frames("a"), said, frames("b")[0], frames("c")[0])...)
		pass(overlap)
		if got := <-sends; got.err != nil {
			t.Errorf("sent: %v", got)
		}
		if diff := cmp.Diff(frames("a", "b", "c"), w.toldOf(`{"type":"f"`)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// What the old socket brought is left out also if it comes over the new one when
// that has taken over: nothing goes back to what it was.
func TestHandoverToSlower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, old, _ := dismissed(t)
		c, _ := w.accept(false)
		keepAlive(t, c)
		send(t, c, `{"type":"hello"}`)
		old(frames("a", "b", "c", "d")...)
		send(t, c, frames("a", "b")...)
		pass(overlap)
		send(t, c, frames("c", "d", "a", "b")...)
		pass(overlap)
		send(t, c, frames("c")...)
		if diff := cmp.Diff(frames("a", "b", "c", "d", "a", "b", "c"), w.toldOf(`{"type":"f"`)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// The first socket to be lost is no planned change.
func TestHandoverFails(t *testing.T) {
	for _, tt := range []struct {
		name string
		play func(t *testing.T, w *watch, hangUp func())
		want []string // of offline events
	}{
		{"old socket ends before the new one is greeted", func(t *testing.T, w *watch, hangUp func()) {
			w.accept(false)
			hangUp()
		}, []string{"offline slack said goodbye"}},
		{"new socket ends after its hello", func(t *testing.T, w *watch, _ func()) {
			c, _ := w.accept(true)
			c.Close()
		}, []string{"offline read socket: websocket: close 1006 (abnormal closure): unexpected EOF"}},
		{"new socket is refused, then good", func(t *testing.T, w *watch, _ func()) {
			c, _ := w.accept(false)
			c.Close()
			c, _ = w.accept(false)
			keepAlive(t, c)
			pass(helloTimeout)
			c, _ = w.accept(true)
			keepAlive(t, c)
			pass(overlap)
		}, nil},
		{"rtm.connect fails, then works", func(t *testing.T, w *watch, _ func()) {
			w.slack.answer(methodConnect, body(`{"ok":false,"error":"internal_error"}`))
			pass(time.Minute)
			w.slack.answer(methodConnect, func(request) reply { return reply{body: w.slack.connected()} })
			w.accept(false) // asked for before
			c, _ := w.accept(true)
			keepAlive(t, c)
			pass(overlap)
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, _, hangUp := dismissed(t)
				tt.play(t, w, hangUp)
				pass(time.Second)
				if diff := cmp.Diff(tt.want, w.toldOf("offline")); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		})
	}
}

// A server that says goodbye every time is not asked in a tight loop: the first
// time another socket takes over, then connections are lost, with growing pauses.
func TestGoodbyeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, _ := dismissed(t)
		for range 8 {
			c, _ := w.accept(true)
			keepAlive(t, c)
			pass(overlap)
			send(t, c, `{"type":"goodbye"}`)
		}
		if n := len(w.toldOf("offline slack said goodbye")); n < 6 {
			t.Errorf("%d of 8 goodbyes lost the connection", n)
		}
		if !slices.Contains(w.history(), "connecting 5") {
			t.Errorf("phases %v, want attempts to be counted", w.history())
		}
	})
}

// What the new socket brought first is what the old one brought last, and only
// that is left out.
func TestHandoverRest(t *testing.T) {
	for _, tt := range []struct{ old, new, want, owed string }{
		{"", "", "", ""},
		{"ab", "", "", "ab"},
		{"", "ab", "ab", ""},
		{"ab", "ab", "", ""},
		{"ab", "bc", "c", ""},
		{"abab", "abc", "c", ""},
		{"aba", "ab", "b", ""},   // the last a may be the first
		{"ab", "cab", "cab", ""}, // not in one order, so nothing is sure
		{"abc", "ab", "", "c"},   // the new one is behind
		{"abcd", "b", "", "cd"},
		{"abc", "ac", "ac", ""},
	} {
		h := handover{}
		for _, n := range strings.Split(tt.old, "") {
			h.told(frame{raw: []byte(n)})
		}
		for _, n := range strings.Split(tt.new, "") {
			h.held = append(h.held, frame{raw: []byte(n)})
		}
		rest, owed := h.rest()
		var got string
		for _, f := range rest {
			got += string(f.raw)
		}
		if got != tt.want || strings.Join(owed, "") != tt.owed {
			t.Errorf("after %q, %q: %q and then without %q, want %q and without %q", tt.old, tt.new, got, owed, tt.want, tt.owed)
		}
	}
}

// A message that was sent on the old socket is acknowledged on the new one as
// well as on the old.
func TestHandoverOfReplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, _ := sending(t)
		c, written := w.accept(true)
		keepAlive(t, c)
		pass(time.Minute)
		sends := w.send(api.Draft{Channel: "C1", Text: "one"})
		frame := <-written
		send(t, c, `{"type":"goodbye"}`)
		c2, _ := w.accept(true)
		keepAlive(t, c2)
		send(t, c2, fmt.Sprintf(`{"ok":true,"reply_to":%d,"ts":"1700000000.000100","text":"one"}`, idOf(t, frame)))
		pass(overlap)
		if got := <-sends; got.err != nil || got.ts != "1700000000.000100" {
			t.Errorf("sent: %v", got)
		}
		want := `{"type":"message","channel":"C1","user":"U0","text":"one","ts":"1700000000.000100"}`
		if got := w.toldOf(`{"type":"message"`); !slices.Equal(got, []string{want}) {
			t.Errorf("told %v", got)
		}
	})
}
