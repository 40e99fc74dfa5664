package slacktest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"github.com/slackstate/slackstate/slacktest"
)

// What happens between the connect call and the socket opening comes right after
// hello.
func TestFramesWaitForTheSocket(t *testing.T) {
	sc := newScene(t)
	url := sc.call("rtm.connect")["url"].(string)
	must(sc.Post(sc.ann, sc.room, "in between"))
	sock := sc.open(url)
	if got := summaries([]obj{sock.read(), sock.read()}); got != "hello message+" {
		t.Errorf("first frames: %s", got)
	}
}

// A socket URL opens once.
func TestSocketURLIsSingleUse(t *testing.T) {
	c := newCaller(t, newServer(t, slacktest.Options{}))
	url := c.call("rtm.connect")["url"].(string)
	c.open(url).read()
	expired(t, c.open(url))
}

func expired(t *testing.T, sock *socket) {
	t.Helper()
	want := obj{"type": "error", "error": obj{"code": 1.0, "msg": "Socket URL has expired"}}
	if diff := cmp.Diff(want, sock.read()); diff != "" {
		t.Errorf("instead of hello (-want +got):\n%s", diff)
	}
	if _, err := sock.tryRead(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("then %v, want a close", err)
	}
}

// A socket URL opens for 30 seconds. In a bubble that takes no time, and the
// bubble itself proves that Close leaves no goroutine behind.
func TestSocketURLExpires(t *testing.T) {
	for _, tt := range []struct {
		wait time.Duration
		good bool
	}{{29 * time.Second, true}, {30 * time.Second, false}} {
		t.Run(tt.wait.String(), func(t *testing.T) {
			bubble(t, slacktest.Options{}, func(t *testing.T, c *caller) {
				url := c.call("rtm.connect")["url"].(string)
				time.Sleep(tt.wait)
				if sock := c.open(url); !tt.good {
					expired(t, sock)
				} else if hello := sock.read(); hello["type"] != "hello" {
					t.Errorf("got %v, want hello", hello)
				}
			})
		})
	}
}

// Ping and its answer: every flat argument comes back.
func TestPing(t *testing.T) {
	sock := newCaller(t, newServer(t, slacktest.Options{})).connect()
	sock.send(`{"id":7,"type":"ping","time":1403299273342,"who":"me","deep":{"a":1},"many":[1]}`)
	want := obj{"type": "pong", "reply_to": 7.0, "time": 1403299273342.0, "who": "me"}
	if diff := cmp.Diff(want, sock.read()); diff != "" {
		t.Errorf("pong (-want +got):\n%s", diff)
	}
}

// A message sent over a socket is acknowledged there and shown to the others.
func TestSending(t *testing.T) {
	sc := newScene(t)
	other := sc.connect()
	sc.sock.drain()
	sc.sock.send(`{"id":1,"type":"message","channel":"` + sc.room + `","text":"salt & pepper"}`)
	ack := sc.sock.read()
	ts, _ := ack["ts"].(string)
	want := obj{"ok": true, "reply_to": 1.0, "ts": ts, "text": "salt &amp; pepper"}
	if diff := cmp.Diff(want, ack); diff != "" || ts == "" {
		t.Errorf("acknowledgement (-want +got):\n%s", diff)
	}
	seen := other.read()
	if diff := cmp.Diff([]any{"message", sc.self, ts}, []any{seen["type"], seen["user"], seen["ts"]}); diff != "" {
		t.Errorf("what the other socket sees (-want +got):\n%s", diff)
	}
	if rest := sc.sock.drain(); rest != nil {
		t.Errorf("the sender also got %v", rest)
	}
	if latest := sc.conv(sc.room)["latest"].(obj)["ts"]; latest != ts {
		t.Errorf("latest is %v, want %v", latest, ts)
	}
}

// Frames that cannot be carried out are answered with an error.
func TestRefusedFrames(t *testing.T) {
	sc := newScene(t)
	for _, tt := range []struct {
		name, frame string
		want        obj
	}{
		{"no text", `{"id":1,"type":"message","channel":"` + sc.room + `","text":""}`,
			obj{"ok": false, "reply_to": 1.0, "error": obj{"code": 2.0, "msg": "message text is missing"}}},
		{"no such channel", `{"id":2,"type":"message","channel":"C0","text":"x"}`,
			obj{"ok": false, "reply_to": 2.0, "error": obj{"code": 3.0, "msg": "channel_not_found"}}},
		{"typing nowhere", `{"id":3,"type":"typing","channel":"C0"}`,
			obj{"ok": false, "reply_to": 3.0, "error": obj{"code": 3.0, "msg": "channel_not_found"}}},
		{"unknown type", `{"id":4,"type":"dance"}`,
			obj{"ok": false, "reply_to": 4.0, "error": obj{"code": 3.0, "msg": "unknown_type"}}},
		{"not JSON", `{`, obj{"type": "error", "error": obj{"code": 3.0, "msg": "invalid_json"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sc.sock.drain()
			sc.sock.send(tt.frame)
			if diff := cmp.Diff(tt.want, sc.sock.read()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Typing has no answer when it works.
func TestTypingIsSilent(t *testing.T) {
	sc := newScene(t)
	sc.sock.drain()
	sc.sock.send(`{"id":1,"type":"typing","channel":"` + sc.room + `"}`)
	if got := sc.sock.drain(); got != nil {
		t.Errorf("answered with %v", got)
	}
}

// Presence comes only for subscribed users, in the form the client asked for;
// each subscription replaces the last and dies with its socket.
func TestPresence(t *testing.T) {
	sc := newScene(t)
	single, batch := sc.sock, sc.connect("batch_presence_aware", "1")
	both := func(frame string) { single.send(frame); batch.send(frame) }
	ok(t, sc.SetPresence(sc.ann, "away"), sc.SetPresence(sc.bob, "away"), sc.SetPresence(sc.owner, "active"))

	both(`{"type":"presence_query","ids":["` + sc.ann + `","` + sc.bob + `","` + sc.owner + `"]}`)
	away := func(id string) obj { return obj{"type": "presence_change", "presence": "away", "user": id} }
	wantSingle := []obj{{"type": "presence_change", "presence": "active", "user": sc.owner}, away(sc.ann), away(sc.bob)}
	wantBatch := []obj{
		{"type": "presence_change", "presence": "active", "users": []any{sc.owner}},
		{"type": "presence_change", "presence": "away", "users": []any{sc.ann, sc.bob}},
	}
	if diff := cmp.Diff([][]obj{wantSingle, wantBatch}, [][]obj{single.drain(), batch.drain()}); diff != "" {
		t.Errorf("query (-want +got):\n%s", diff)
	}

	both(`{"type":"presence_sub","ids":["` + sc.ann + `"]}`)
	both(`{"type":"presence_sub","ids":["` + sc.bob + `"]}`)
	single.drain()
	batch.drain()
	ok(t, sc.SetPresence(sc.ann, "active"), sc.SetPresence(sc.bob, "active"))
	want := [][]obj{
		{{"type": "presence_change", "presence": "active", "user": sc.bob}},
		{{"type": "presence_change", "presence": "active", "users": []any{sc.bob}}},
	}
	if diff := cmp.Diff(want, [][]obj{single.drain(), batch.drain()}); diff != "" {
		t.Errorf("subscribed (-want +got):\n%s", diff)
	}

	fresh := sc.connect()
	ok(t, sc.SetPresence(sc.bob, "away"))
	if got := fresh.drain(); got != nil {
		t.Errorf("a new socket got %v", got)
	}
}

// A frame over 16 KB costs the connection.
func TestLongFrameDisconnects(t *testing.T) {
	s := newServer(t, slacktest.Options{})
	sock := newCaller(t, s).connect()
	frame := `{"id":1,"type":"ping","x":"` + strings.Repeat("x", 16<<10) + `"}`
	sock.send(frame)
	if _, err := sock.tryRead(); err == nil {
		t.Error("still connected")
	}
	s.Close() // which waits for what the connection has to say
	if diff := cmp.Diff([]string{"a frame of more than 16384 bytes"}, s.Complaints()); diff != "" {
		t.Errorf("complaints (-want +got):\n%s", diff)
	}
}

// A client that does not read is cut off and holds up nobody.
func TestSlowClientIsCut(t *testing.T) {
	s := newServer(t, slacktest.Options{MaxQueue: 100})
	c := newCaller(t, s)
	who := cast(t, s)
	room := must(s.CreateChannel(slacktest.ChannelSpec{Name: "busy", Creator: who.ann, Members: []string{who.self}}))
	c.connect() // and never read
	for s.Faults().Fired()["slowclient"] == 0 {
		must(s.Post(who.ann, room, strings.Repeat("words ", 600)))
	}
	if n := s.Sockets(); n != 0 {
		t.Errorf("%d sockets left", n)
	}
}

// Goodbye announces the end; Disconnect is the end, without a close frame. A
// ticket that is not used yet survives it.
func TestGoodbyeAndDisconnect(t *testing.T) {
	s := newServer(t, slacktest.Options{})
	c := newCaller(t, s)
	one, two := c.connect(), c.connect()
	s.Goodbye()
	if got := summaries([]obj{one.read(), two.read()}); got != "goodbye goodbye" {
		t.Errorf("got %s", got)
	}
	next := c.call("rtm.connect")["url"].(string)
	if n := s.Disconnect(); n != 2 {
		t.Errorf("cut %d sockets, want 2", n)
	}
	for _, sock := range []*socket{one, two} {
		if _, err := sock.tryRead(); err == nil || websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway) {
			t.Errorf("ended with %v, want a cut", err)
		}
	}
	if hello := c.open(next).read(); hello["type"] != "hello" {
		t.Errorf("got %v, want hello", hello)
	}
	if diff := cmp.Diff(map[string]int{"goodbye": 1, "disconnect": 1}, s.Faults().Fired()); diff != "" {
		t.Errorf("fired (-want +got):\n%s", diff)
	}
}

// Close is final, may be repeated, and ends sockets and calls under way.
func TestClose(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, c *caller) {
		s := c.s
		c.connect()
		s.Faults().Delay("users.list", 1, time.Hour)
		done := make(chan error)
		go func() {
			resp, err := c.http.Get(s.URL() + "users.list")
			if err == nil {
				resp.Body.Close()
			}
			done <- err
		}()
		synctest.Wait()
		start := time.Now()
		s.Close()
		s.Close()
		<-done
		if took := time.Since(start); took > time.Minute {
			t.Errorf("Close took %v", took)
		}
		if _, err := c.http.Get(s.URL() + "api.test"); err == nil {
			t.Error("still serving")
		}
	})
}
