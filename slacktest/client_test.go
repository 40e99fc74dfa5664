package slacktest_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slackstate/slackstate/slacktest"
)

// obj is a decoded JSON object.
type obj = map[string]any

// newServer makes a server that ends with the test.
func newServer(t *testing.T, opts slacktest.Options) *slacktest.Server {
	t.Helper()
	s, err := slacktest.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// caller calls the Web API of a server.
type caller struct {
	t    *testing.T
	s    *slacktest.Server
	http *http.Client
	dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

func newCaller(t *testing.T, s *slacktest.Server) *caller {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &caller{t: t, s: s, http: &http.Client{Transport: transport}}
}

// bubble runs a test inside synctest against a server over pipes.
func bubble(t *testing.T, opts slacktest.Options, test func(*testing.T, *caller)) {
	synctest.Test(t, func(t *testing.T) {
		l, dial := slacktest.Pipe()
		opts.Listener = l
		s := newServer(t, opts)
		transport := &http.Transport{DialContext: dial}
		t.Cleanup(transport.CloseIdleConnections)
		test(t, &caller{t: t, s: s, http: &http.Client{Transport: transport}, dial: dial})
	})
}

// try posts a form and returns the answer, whatever it is. Arguments come in
// pairs.
func (c *caller) try(method string, args ...string) obj {
	c.t.Helper()
	form := url.Values{"token": {c.s.Token()}}
	for i := 0; i < len(args); i += 2 {
		form.Set(args[i], args[i+1])
	}
	resp, err := c.http.PostForm(c.s.URL()+method, form)
	if err != nil {
		c.t.Fatal(err)
	}
	return decodeBody(c.t, resp)
}

// call is try for calls that must succeed.
func (c *caller) call(method string, args ...string) obj {
	c.t.Helper()
	body := c.try(method, args...)
	if body["ok"] != true {
		c.t.Fatalf("%s %v: %v", method, args, body)
	}
	return body
}

func decodeBody(t *testing.T, resp *http.Response) obj {
	t.Helper()
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, data)
}

func decode(t *testing.T, data []byte) obj {
	t.Helper()
	var body obj
	if err := json.Unmarshal(data, &body); err != nil {
		t.Fatalf("decode %q: %v", data, err)
	}
	return body
}

// truth is the server's truth, decoded.
func truth(t *testing.T, s *slacktest.Server) obj {
	t.Helper()
	return decode(t, s.Truth())
}

// socket is a client connection.
type socket struct {
	t    *testing.T
	conn *websocket.Conn
}

// open opens a socket URL.
func (c *caller) open(url string) *socket {
	c.t.Helper()
	dialer := websocket.Dialer{NetDialContext: c.dial}
	conn, resp, err := dialer.Dial(url, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	resp.Body.Close()
	c.t.Cleanup(func() { conn.Close() })
	return &socket{c.t, conn}
}

// connect opens an RTM connection and reads its hello.
func (c *caller) connect(args ...string) *socket {
	c.t.Helper()
	sock := c.open(c.call("rtm.connect", args...)["url"].(string))
	if hello := sock.read(); hello["type"] != "hello" {
		c.t.Fatalf("first frame: %v", hello)
	}
	return sock
}

// read returns the next frame.
func (s *socket) read() obj {
	s.t.Helper()
	frame, err := s.tryRead()
	if err != nil {
		s.t.Fatal(err)
	}
	return frame
}

func (s *socket) tryRead() (obj, error) {
	s.t.Helper()
	if err := s.conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return nil, err
	}
	_, data, err := s.conn.ReadMessage()
	if err != nil {
		return nil, err
	}
	return decode(s.t, data), nil
}

// send writes one frame, given as JSON.
func (s *socket) send(frame string) {
	s.t.Helper()
	if err := s.conn.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		s.t.Fatal(err)
	}
}

// drain returns all frames sent so far: those before the answer to a ping.
func (s *socket) drain() []obj {
	s.t.Helper()
	s.send(`{"type":"ping","id":424242}`)
	var frames []obj
	for {
		frame := s.read()
		if frame["type"] == "pong" && frame["reply_to"] == float64(424242) {
			return frames
		}
		frames = append(frames, frame)
	}
}

// summary names a frame: type, subtype, and "+" if it carries an event_ts.
func summary(frame obj) string {
	var b strings.Builder
	if kind, ok := frame["type"].(string); ok {
		b.WriteString(kind)
	}
	if subtype, ok := frame["subtype"].(string); ok {
		b.WriteString("/" + subtype)
	}
	if _, ok := frame["event_ts"]; ok {
		b.WriteString("+")
	}
	return b.String()
}

func summaries(frames []obj) string {
	var all []string
	for _, f := range frames {
		all = append(all, summary(f))
	}
	return strings.Join(all, " ")
}

// people picks accounts of a workspace by what they are.
type people struct {
	self, owner, ann, bob, bot string
}

// cast reads the truth for a few accounts to act with: the owner, two people who
// are in #general, and a bot user.
func cast(t *testing.T, s *slacktest.Server) people {
	t.Helper()
	var p people
	all := truth(t, s)
	p.self = s.Self()
	for _, u := range list(all, "users") {
		id := u["id"].(string)
		switch {
		case u["deleted"] == true || id == "USLACKBOT" || id == p.self:
		case u["is_primary_owner"] == true:
			p.owner = id
		case u["is_bot"] == true:
			p.bot = id
		case u["is_restricted"] == true:
		case p.ann == "":
			p.ann = id
		case p.bob == "":
			p.bob = id
		}
	}
	return p
}

// list is a list of objects in an object.
func list(of obj, name string) []obj {
	var objects []obj
	items, _ := of[name].([]any)
	for _, item := range items {
		objects = append(objects, item.(obj))
	}
	return objects
}

// find returns the object with an id, or nil.
func find(objects []obj, id string) obj {
	for _, o := range objects {
		if o["id"] == id {
			return o
		}
	}
	return nil
}

// strs is a list of strings in an object.
func strs(of obj, name string) []string {
	var all []string
	items, _ := of[name].([]any)
	for _, item := range items {
		all = append(all, item.(string))
	}
	return all
}

// must is the value of an operation that may not fail.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// ok checks operations that may not fail.
func ok(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}
