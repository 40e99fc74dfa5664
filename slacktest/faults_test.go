package slacktest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"github.com/slackstate/slackstate/slacktest"
)

// Calls fail as often as asked, the way they were asked to, and are counted.
func TestCallFaults(t *testing.T) {
	s := newServer(t, slacktest.Options{})
	c := newCaller(t, s)
	type answer struct {
		Status     int
		RetryAfter string
		Code       any
		JSON       bool
	}
	get := func(method string) answer {
		resp, err := c.http.Get(s.URL() + method + "?token=" + s.Token())
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		a := answer{Status: resp.StatusCode, RetryAfter: resp.Header.Get("Retry-After")}
		if a.JSON = strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json"); a.JSON {
			data := must(io.ReadAll(resp.Body))
			a.Code = decode(t, data)["error"]
		}
		return a
	}
	good := answer{Status: 200, JSON: true}
	f := s.Faults()
	f.Fail("users.list", 2, "fatal_error")
	f.FailHTTP("team.info", 1, http.StatusBadGateway)
	f.RateLimit("emoji.list", 1, 1500*time.Millisecond)
	for _, step := range []struct {
		method string
		want   answer
	}{
		{"users.list", answer{Status: 200, Code: "fatal_error", JSON: true}},
		{"auth.test", good}, // other methods are not touched
		{"users.list", answer{Status: 200, Code: "fatal_error", JSON: true}},
		{"users.list", good},
		{"team.info", answer{Status: 502}},
		{"team.info", good},
		{"emoji.list", answer{Status: 429, RetryAfter: "2", Code: "ratelimited", JSON: true}},
		{"emoji.list", good},
	} {
		if diff := cmp.Diff(step.want, get(step.method)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.method, diff)
		}
	}
	f.Fail("", -1, "account_inactive")
	if a, b := get("users.list"), get("auth.test"); a.Code != "account_inactive" || b.Code != "account_inactive" {
		t.Errorf("any method, for good: %v, %v", a, b)
	}
	f.Clear()
	if got := get("users.list"); got != good {
		t.Errorf("after Clear: %v", got)
	}
	want := map[string]int{"error": 4, "servererror": 1, "ratelimit": 1}
	if diff := cmp.Diff(want, f.Fired()); diff != "" {
		t.Errorf("fired (-want +got):\n%s", diff)
	}
}

// A missing scope names what is needed.
func TestMissingScope(t *testing.T) {
	s := newServer(t, slacktest.Options{})
	s.Faults().Fail("emoji.list", 1, "missing_scope")
	want := obj{"ok": false, "error": "missing_scope", "needed": "emoji:read", "provided": "bot"}
	if diff := cmp.Diff(want, newCaller(t, s).try("emoji.list")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A delayed call is answered late, not never.
func TestDelay(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, c *caller) {
		c.s.Faults().Delay("auth.test", 1, 7*time.Second)
		start := time.Now()
		c.call("auth.test")
		if took := time.Since(start); took != 7*time.Second {
			t.Errorf("took %v, want 7s", took)
		}
	})
}

// Withheld frames are lost while the truth moves on; doubled ones come twice.
// Answers to the client's own frames are left alone.
func TestFrameFaults(t *testing.T) {
	sc := newScene(t)
	sc.sock.drain()
	sc.Faults().Withhold(1)
	ts := must(sc.Post(sc.ann, sc.room, "lost"))
	sc.Faults().Duplicate(1)
	must(sc.Post(sc.ann, sc.room, "twice"))
	must(sc.Post(sc.ann, sc.room, "once"))
	var texts []any
	for _, frame := range sc.sock.drain() {
		texts = append(texts, frame["text"])
	}
	if diff := cmp.Diff([]any{"twice", "twice", "once"}, texts); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
	ok(t, sc.AddReaction(sc.bob, sc.room, ts, "eyes")) // it is there all the same
	if diff := cmp.Diff(map[string]int{"withhold": 1, "duplicate": 1}, sc.Faults().Fired()); diff != "" {
		t.Errorf("fired (-want +got):\n%s", diff)
	}
}

// A fault nobody would have noticed does not use itself up.
func TestFrameFaultsWaitForAListener(t *testing.T) {
	s := newServer(t, slacktest.Options{})
	s.Faults().Withhold(1)
	ok(t, s.RenameTeam("nobody hears this"))
	sock := newCaller(t, s).connect()
	ok(t, s.RenameTeam("nor this"), s.RenameTeam("but this"))
	if got := sock.read()["name"]; got != "but this" {
		t.Errorf("got %v", got)
	}
}

// Every named fault can be switched on and strikes sooner or later, and the
// names are checked.
func TestRandomFaults(t *testing.T) {
	if err := newServer(t, slacktest.Options{}).Faults().Enable("earthquake"); err == nil {
		t.Error("unknown fault accepted")
	}
	for _, name := range slacktest.FaultNames() {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, slacktest.Options{Seed: 5})
			c := newCaller(t, s)
			room := must(s.CreateChannel(slacktest.ChannelSpec{Name: "room", Creator: s.Self()}))
			var sock *socket
			ok(t, s.Faults().Enable(name))
			for i := 0; s.Faults().Fired()[name] == 0; i++ {
				if i == 10_000 {
					t.Fatal("never struck")
				}
				if s.Sockets() == 0 && name != "ratelimit" && name != "servererror" {
					sock = c.connect()
				}
				if name == "lostreply" {
					sock.send(fmt.Sprintf(`{"id":%d,"type":"message","channel":%q,"text":"x"}`, i+1, room))
					sock.read()
				}
				resp, err := c.http.Get(s.URL() + "api.test")
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				ok(t, s.RenameTeam("again"))
			}
		})
	}
}

// A random outage ends in a cut: without one, no client could know that it
// missed something.
func TestWithholdingEndsInACut(t *testing.T) {
	s := newServer(t, slacktest.Options{})
	c := newCaller(t, s)
	c.connect()
	ok(t, s.Faults().Enable("withhold"))
	for i := 0; s.Sockets() > 0; i++ {
		if i == 10_000 {
			t.Fatal("still connected")
		}
		ok(t, s.RenameTeam("again"))
	}
	if n := s.Faults().Fired()["withhold"]; n != 1 {
		t.Errorf("withhold fired %d times before the cut", n)
	}
}

// A torn frame never arrives: the connection ends in the middle of it.
func TestTear(t *testing.T) {
	sc := newScene(t)
	sc.sock.drain()
	sc.Faults().Tear(1)
	ok(t, sc.RenameTeam("half of this arrives"))
	if _, err := sc.sock.tryRead(); err == nil || websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("ended with %v, want a cut", err)
	}
	if diff := cmp.Diff(map[string]int{"tear": 1}, sc.Faults().Fired()); diff != "" {
		t.Errorf("fired (-want +got):\n%s", diff)
	}
}

// A half-open socket stays open and silent, whatever either side does.
func TestStall(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, c *caller) {
		sock := c.connect()
		if n := c.s.Stall(); n != 1 {
			t.Errorf("%d sockets, want 1", n)
		}
		ok(t, c.s.RenameTeam("nobody hears this"))
		heard := make(chan error, 1)
		ok(t, sock.conn.SetReadDeadline(time.Time{}))
		go func() {
			_, _, err := sock.conn.ReadMessage()
			heard <- err
		}()
		for range 3 {
			sock.send(`{"id":1,"type":"ping"}`)
			time.Sleep(time.Minute)
		}
		select {
		case err := <-heard:
			t.Errorf("heard something, or the end: %v", err)
		default:
		}
		if n := c.s.Sockets(); n != 1 {
			t.Errorf("%d sockets are open, want 1", n)
		}
		if next := c.connect(); next == nil {
			t.Error("no other socket")
		}
		c.s.Disconnect()
		if err := <-heard; err == nil {
			t.Error("heard something")
		}
	})
}

// A lost reply is to a message that was posted, and comes on the next socket.
func TestLoseReply(t *testing.T) {
	sc := newScene(t)
	sc.sock.drain()
	sc.Faults().LoseReply(1)
	sc.sock.send(`{"id":9,"type":"message","channel":"` + sc.room + `","text":"x"}`)
	if _, err := sc.sock.tryRead(); err == nil {
		t.Error("the socket goes on")
	}
	next := sc.open(sc.call("rtm.connect")["url"].(string))
	hello, reply := next.read(), next.read()
	if hello["type"] != "hello" || reply["reply_to"] != 9.0 || reply["ok"] != true || reply["ts"] != sc.conv(sc.room)["latest"].(obj)["ts"] {
		t.Errorf("got %v and %v", hello, reply)
	}
}

// What the guide asks of clients and they do not do is complained of.
func TestComplaints(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, c *caller) {
		sock := c.connect()
		for _, tt := range []struct{ frame, want string }{
			{`{"id":1,"type":"ping"}`, ""},
			{`{"id":1,"type":"ping"}`, "ping with id 1, which was used before"},
			{`{"type":"ping"}`, "ping with id "},
			{`{"id":0,"type":"ping"}`, "ping with id 0"},
			{`{"id":"2","type":"ping"}`, `ping with id "2"`},
			{`{"id":10,"type":"typing","channel":"C1"}`, ""},
			{`{"id":11,"type":"typing","channel":"C2"}`, ""},
			{`{"id":12,"type":"typing","channel":"C1"}`, "typing in C1 again after 0s"},
			{`{"id":13,"type":"presence_query","ids":["U1"` + strings.Repeat(`,"U1"`, 500) + `]}`, "a presence_query for 501 users"},
			{`{"id":14,"type":"message","channel":"C1","text":"` + strings.Repeat("x", 4001) + `"}`, "a message of 4001 characters"},
			{`{"id":15,"type":"message","channel":"C1","text":"x"}`, ""},
			{`{"id":16,"type":"message","channel":"C1","text":"x"}`, ""},
			{`{"id":17,"type":"message","channel":"C1","text":"x"}`, ""},
			{`{"id":18,"type":"message","channel":"C1","text":"x"}`, ""},
			{`{"id":19,"type":"message","channel":"C1","text":"x"}`, "more than a message a second"},
		} {
			before := len(c.s.Complaints())
			sock.send(tt.frame)
			synctest.Wait()
			if got := strings.Join(c.s.Complaints()[before:], "; "); got != tt.want {
				t.Errorf("%.60s: %q, want %q", tt.frame, got, tt.want)
			}
		}
	})
}
