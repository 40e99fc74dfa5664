package sync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

func closeWith(c *websocket.Conn, code int, text string) {
	c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, text), time.Now().Add(time.Second))
}

// A line is a socket with its reader running and both ends in the test's hands.
type line struct {
	slack   *websocket.Conn
	written <-chan string
	frames  chan frame
	ended   chan error
	hangUp  context.CancelFunc
}

func newLine(t *testing.T) line {
	w := config(t, newSlack(t))
	n := int64(0)
	sock, err := dial(t.Context(), w.cfg, newKeyring(w.cfg), "ws://slack.test/"+ticket+"/0", func() int64 { n++; return n })
	if err != nil {
		t.Fatal(err)
	}
	c, written := w.accept(false)
	ctx, cancel := context.WithCancel(t.Context())
	l := line{c, written, make(chan frame, 100), make(chan error, 1), cancel}
	go func() { l.ended <- sock.read(ctx, l.frames) }()
	t.Cleanup(func() {
		cancel()
		c.Close()
	})
	return l
}

func TestSocketFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t)
		send(t, l.slack, `{"type":"hello"}`, `{"type":"pong","reply_to":1}`, `{"ok":true,"reply_to":7,"ts":"1.0"}`,
			`{"type":"reconnect_url"}`, `{"type":"error","error":{"code":2,"msg":"message text is missing"}}`)
		pass(3 * time.Second)
		if err := l.slack.WriteMessage(websocket.BinaryMessage, []byte{0, 1}); err != nil {
			t.Fatal(err)
		}
		send(t, l.slack, `{"type":"mess`, `{"type":"new"}`, `{"type":"team_migration_started"}`)
		close(l.frames)
		var got []string
		began := time.Time{}
		for f := range l.frames {
			if began.IsZero() {
				began = f.at
			}
			got = append(got, fmt.Sprintf("%v %q", f.at.Sub(began), f.raw))
		}
		want := []string{
			`0s "{\"type\":\"hello\"}"`,
			`0s "{\"ok\":true,\"reply_to\":7,\"ts\":\"1.0\"}"`,
			`3s "\x00\x01"`,
			`3s "{\"type\":\"mess"`,
			`3s "{\"type\":\"new\"}"`,
			`3s "{\"type\":\"team_migration_started\"}"`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if err := <-l.ended; err == nil || !strings.Contains(err.Error(), "migrating") {
			t.Errorf("ended with %v, want the migration", err)
		}
	})
}

func TestSocketEnds(t *testing.T) {
	for _, tt := range []struct {
		name string
		play func(*testing.T, line)
		want string
	}{
		{"goodbye", func(t *testing.T, l line) {
			send(t, l.slack, `{"type":"hello"}`, `{"type":"goodbye"}`, `{"type":"still here"}`)
			l.slack.Close()
		}, "slack said goodbye"},
		{"expired", func(t *testing.T, l line) {
			send(t, l.slack, `{"type":"error","error":{"code":1,"msg":"Socket URL has expired"}}`)
		}, "the socket URL had expired"},
		{"expired later", func(t *testing.T, l line) {
			send(t, l.slack, `{"type":"hello"}`, `{"type":"error","error":{"code":1,"msg":"Socket URL has expired"}}`)
		}, "the socket URL had expired"},
		{"refused", func(t *testing.T, l line) { send(t, l.slack, `{"type":"error","error":{"code":3,"msg":"no"}}`) },
			"slack refused the socket: code 3: no"},
		{"close frame", func(_ *testing.T, l line) { closeWith(l.slack, 1001, "bye") }, "read socket: websocket: close 1001 (going away): bye"},
		{"cut", func(_ *testing.T, l line) { l.slack.Close() }, "read socket: websocket: close 1006 (abnormal closure): unexpected EOF"},
		{"too large", func(_ *testing.T, l line) {
			go l.slack.WriteMessage(websocket.TextMessage, make([]byte, frameLimit+1)) // is cut short
		}, "read socket: websocket: read limit exceeded"},
		{"ctx", func(_ *testing.T, l line) { l.hangUp() }, "context canceled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLine(t)
				tt.play(t, l)
				if diff := cmp.Diff(tt.want, (<-l.ended).Error()); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				for range l.written { // until closed, so nothing was left open
				}
			})
		})
	}
}

// A silent peer is pinged after pingEvery and given up after twice that.
func TestSocketDeadPeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t)
		began := time.Now()
		err := <-l.ended
		if time.Since(began) != deadAfter || err.Error() != "nothing heard for 20s" {
			t.Errorf("ended after %v with %v, want %v", time.Since(began), err, deadAfter)
		}
		var ping struct {
			ID, Time int64
			Type     string
		}
		if err := json.Unmarshal([]byte(<-l.written), &ping); err != nil {
			t.Fatal(err)
		}
		if want := began.Add(pingEvery).UnixMilli(); ping.ID != 1 || ping.Type != "ping" || ping.Time != want {
			t.Errorf("ping is %+v, want id 1 and time %d", ping, want)
		}
	})
}

// Anything at all keeps a peer alive: frames, pongs, and pings of the websocket.
func TestSocketLivePeer(t *testing.T) {
	for _, tt := range []struct {
		name  string
		speak func(*websocket.Conn)
	}{
		{"frames", func(c *websocket.Conn) { c.WriteMessage(websocket.TextMessage, []byte(`{"type":"x"}`)) }},
		{"pongs", func(c *websocket.Conn) { c.WriteMessage(websocket.TextMessage, []byte(`{"type":"pong"}`)) }},
		{"control", func(c *websocket.Conn) { c.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLine(t)
				for range 20 {
					pass(pingEvery - time.Second)
					tt.speak(l.slack)
					synctest.Wait()
				}
				if n := len(l.written); n != 0 {
					t.Errorf("%d pings to a peer that is not idle", n)
				}
				select {
				case err := <-l.ended:
					t.Errorf("given up: %v", err)
				default:
				}
			})
		})
	}
}

// The time the receiver takes for a frame is not taken for the peer's silence.
func TestSocketSlowReceiver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t)
		for range cap(l.frames) {
			send(t, l.slack, `{"type":"x"}`)
		}
		send(t, l.slack, `{"type":"one too many"}`)
		pass(10 * deadAfter)
		<-l.frames
		synctest.Wait()
		select {
		case err := <-l.ended:
			t.Errorf("given up: %v", err)
		default:
		}
	})
}

// The handshake obeys ctx, however the other end behaves.
func TestDialObeysContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := config(t, newSlack(t))
		var theirs net.Conn
		w.cfg.DialContext = func(context.Context, string, string) (ours net.Conn, err error) {
			ours, theirs = net.Pipe()
			return ours, nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		began := time.Now()
		_, err := dial(ctx, w.cfg, newKeyring(w.cfg), "ws://slack.test/x", nil)
		if !errors.Is(err, context.Canceled) || time.Since(began) != 3*time.Second {
			t.Errorf("error %v after %v, want the end of ctx after 3s", err, time.Since(began))
		}
		if _, err := theirs.Read(make([]byte, 1)); err == nil {
			t.Error("the connection is still open")
		}
	})
}

// A URL is good for 30 seconds, and no handshake takes longer.
func TestDialGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := config(t, newSlack(t))
		w.cfg.DialContext = func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go io.Copy(io.Discard, theirs) // and never answer
			return ours, nil
		}
		began := time.Now()
		_, err := dial(t.Context(), w.cfg, newKeyring(w.cfg), "ws://slack.test/x", nil)
		if err == nil || time.Since(began) != 30*time.Second {
			t.Errorf("error %v after %v, want one after 30s", err, time.Since(began))
		}
	})
}
