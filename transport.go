package slackstate

import (
	"bytes"
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/slackstate/slackstate/reducer"
)

const (
	slackAPI = "https://slack.com/api/"

	// Longer requests and responses pass through like all others, and are not
	// looked at. Slack's longest pages have some megabytes.
	longestRequest  = 1 << 20
	longestResponse = 32 << 20
)

// Transport returns a RoundTripper that passes requests on to base, or to
// http.DefaultTransport if base is nil, and takes the responses of Slack's Web
// API into the state. Give it to the HTTP client of any Slack library, and what
// the program asks for or does through that is in the next snapshot.
//
//  1. A caller who has read a response to its end, or closed its body after the
//     last byte, finds it in the snapshot.
//  2. Requests and responses pass through as they are and when they come. Folding
//     in a response never waits for the disk: one that comes while the disk is
//     far behind is left to the events that tell the same.
//  3. Only calls of the methods that are understood, to Options.APIURL, with
//     the token of Run and answered with ok are taken, and only once Run has found
//     the token to be for this state's workspace and user. Whatever else passes
//     through is not looked at, another token of the same workspace included: it
//     may be another user's, who sees another workspace.
//  4. A response never undoes what an event changed after the call began.
//  5. Tokens and socket URLs are not kept.
func (s *State) Transport(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	api, err := url.Parse(strings.TrimSuffix(cmp.Or(s.opts.APIURL, slackAPI), "/") + "/")
	if err != nil {
		api = &url.URL{} // no request goes there
	}
	return &transport{s, base, api}
}

type transport struct {
	state *State
	base  http.RoundTripper
	api   *url.URL // its path ends in a slash
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	method, ours := t.method(req.URL)
	if !ours {
		return t.base.RoundTrip(req)
	}
	c := &call{state: t.state, method: method, query: req.URL.RawQuery, header: req.Header.Clone()}
	req = c.watch(req)
	c.began = time.Now()
	resp, err := t.base.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusOK && resp.Header.Get("Content-Encoding") == "" {
		resp.Body = &tap{ReadCloser: resp.Body, limit: longestResponse, ended: c.answered}
	}
	return resp, err
}

// CloseIdleConnections does so for base.
func (t *transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// method returns the method that a URL names, if its response is of use. Those
// of rtm.start and rtm.connect hold a socket URL, and begin a connection that is
// not ours.
func (t *transport) method(u *url.URL) (string, bool) {
	name, under := strings.CutPrefix(u.Path, t.api.Path)
	ours := under && u.Scheme == t.api.Scheme && strings.EqualFold(u.Host, t.api.Host) && t.state.identified.Load()
	return name, ours && !strings.HasPrefix(name, "rtm.") && reducer.Understands(name)
}

// A call is one request that passes through, until its response has been read.
type call struct {
	state  *State
	method string
	query  string
	header http.Header
	began  time.Time

	mu   sync.Mutex
	body []byte // of the request
	read bool   // body is all of it
}

// watch returns the request to pass on. A body that can be had twice is read
// beforehand, and any other while it is sent.
func (c *call) watch(req *http.Request) *http.Request {
	switch {
	case req.Body == nil || req.Body == http.NoBody:
		c.sent(nil, true)
	case req.GetBody != nil:
		if again, err := req.GetBody(); err == nil {
			body, err := io.ReadAll(io.LimitReader(again, longestRequest+1))
			if again.Close() == nil && len(body) <= longestRequest {
				c.sent(body, err == nil)
			}
		}
	default:
		seen := *req // a RoundTripper must not change the request
		seen.Body = &tap{ReadCloser: req.Body, limit: longestRequest, ended: c.sent}
		return &seen
	}
	return req
}

// sent takes the body of the request.
func (c *call) sent(body []byte, whole bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.body, c.read = body, whole
}

// answered takes the body of the response into the state, if that is an answer
// to a call of self's. Many a reader of JSON stops before the end is said, so
// that the body is whole only shows in itself.
func (c *call) answered(body []byte, _ bool) {
	var head struct{ OK bool }
	if json.Unmarshal(body, &head) != nil || !head.OK {
		return
	}
	args, ok := c.args()
	if !ok || !c.authorized(args) {
		return
	}
	delete(args, "token")
	event, err := json.Marshal(map[string]any{"type": "local.page", "method": c.method, "args": args, "began": c.began.UnixMilli()})
	if err != nil {
		return // not of strings and a number
	}
	event = append(event[:len(event)-1], `,"response":`...)
	c.state.fold(c.method, append(append(event, body...), '}'))
}

// args returns the arguments of the call, if all of them are known.
func (c *call) args() (map[string]string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	values, err := url.ParseQuery(c.query)
	if !c.read || err != nil {
		return nil, false
	}
	args := map[string]string{}
	for name := range values {
		args[name] = values.Get(name)
	}
	if len(c.body) == 0 {
		return args, true
	}
	switch typ, _, _ := mime.ParseMediaType(c.header.Get("Content-Type")); typ {
	case "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(c.body))
		for name := range values {
			args[name] = values.Get(name)
		}
		return args, err == nil
	case "application/json":
		var members map[string]json.RawMessage
		err := json.Unmarshal(c.body, &members)
		for name, v := range members {
			args[name] = argument(v)
		}
		return args, err == nil
	}
	return nil, false
}

// argument returns an argument of a JSON body as a form would have it.
func argument(v json.RawMessage) string {
	var text string
	var list []string
	switch {
	case json.Unmarshal(v, &text) == nil:
		return text
	case json.Unmarshal(v, &list) == nil:
		return strings.Join(list, ",")
	}
	return string(v)
}

// authorized reports whether the call was made with the state's token, and no
// other.
func (c *call) authorized(args map[string]string) bool {
	var tokens []string
	for _, value := range c.header.Values("Authorization") {
		scheme, token, _ := strings.Cut(value, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return false
		}
		tokens = append(tokens, strings.TrimSpace(token))
	}
	if token, ok := args["token"]; ok {
		tokens = append(tokens, token)
	}
	for _, token := range tokens {
		if subtle.ConstantTimeCompare([]byte(token), []byte(*c.state.token.Load())) == 0 {
			return false
		}
	}
	return len(tokens) > 0
}

// fold applies an event made of a method's response, without waiting for anything but the
// event that is being reduced.
func (s *State) fold(method string, raw []byte) {
	now := time.Now().UnixMilli()
	raw = s.redact.Redact(raw)
	ev, err := reducer.Decode(raw, now)
	if err != nil {
		return
	}
	here, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = s.commit(here, &ev)
	if err != nil {
		s.log.Debug("response not taken", "method", method, "error", err)
	}
}

// A tap is a body that keeps a copy of what is read from it. When it is read to
// its end, or closed, it tells of that, once, unless it was longer than limit.
type tap struct {
	io.ReadCloser
	limit int
	ended func(body []byte, whole bool)

	mu   sync.Mutex
	copy bytes.Buffer
	over bool
}

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	t.mu.Lock()
	if t.copy.Len()+n > t.limit {
		t.over, t.copy = true, bytes.Buffer{}
	}
	if !t.over {
		t.copy.Write(p[:n])
	}
	t.mu.Unlock()
	if err == io.EOF {
		t.end(true)
	}
	return n, err
}

func (t *tap) Close() error {
	t.end(false)
	return t.ReadCloser.Close()
}

func (t *tap) end(whole bool) {
	t.mu.Lock()
	over := t.over
	t.over = true
	t.mu.Unlock()
	if !over {
		t.ended(t.copy.Bytes(), whole)
	}
}
