package slacktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// call is one call of a Web API method, its arguments read.
type call struct {
	args     url.Values
	warnings []string
	empty    bool // the page is to have no rows
	most     int  // rows that a page has at most; 0 is maxLimit
}

// method is one entry of the Web API.
type method struct {
	// answer makes the response, without ok. It runs with the workspace's lock
	// held, and so does the encoding of what it returns.
	answer func(*Server, call) (object, error)
	// write does the same for methods that change the truth, which take the lock
	// themselves.
	write func(*Server, call) (object, error)
	// json says that Slack reads a JSON body for this method. For the others it
	// silently does not, so that the arguments in it are missing.
	json bool
	// token is the kind of token needed: "" is the bot token.
	token tokenKind
}

type tokenKind int

const (
	botToken tokenKind = iota
	appToken
	noToken
)

// refusal is an Error with more fields in the answer.
type refusal struct {
	code   Error
	fields object
}

func (r refusal) Error() string { return string(r.code) }
func (r refusal) Unwrap() error { return r.code }

// maxBody is more than any call of this API needs.
const maxBody = 1 << 20

// methods is the whole Web API of the server.
func methods() map[string]method {
	all := map[string]method{
		"api.test": {answer: apiTest, json: true, token: noToken},
	}
	families := []map[string]method{
		authMethods(), userMethods(), conversationMethods(), teamMethods(), messageMethods(), writeMethods(),
	}
	for _, family := range families {
		maps.Copy(all, family)
	}
	return all
}

// serveAPI answers a call.
func (s *Server) serveAPI(rw http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	s.countCall(name)
	delay, warning, failure := s.faults.call(name)
	if delay > 0 {
		s.pause(r, delay)
	}
	if failure != nil && failure.status != 0 {
		s.log.Debug("call failed on demand", "method", name, "status", failure.status)
		failHTTP(rw, failure)
		return
	}
	body := s.respond(name, r, warning, failure)
	s.log.Debug("call answered", "method", name, "bytes", len(body))
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.Header().Set("Cache-Control", "private, no-cache, no-store, must-revalidate")
	if _, err := rw.Write(body); err != nil {
		s.log.Debug("write answer", "method", name, "err", err)
	}
}

func failHTTP(rw http.ResponseWriter, failure *callFault) {
	if failure.status == http.StatusTooManyRequests {
		seconds := int((failure.retry + time.Second - 1) / time.Second)
		rw.Header().Set("Retry-After", strconv.Itoa(seconds))
		rw.Header().Set("Content-Type", "application/json; charset=utf-8")
		rw.WriteHeader(failure.status)
		_, _ = rw.Write([]byte(`{"ok":false,"error":"ratelimited"}`)) // the peer may have hung up
		return
	}
	http.Error(rw, "<html><body>something went wrong</body></html>", failure.status)
}

// respond makes the JSON answer to a call.
func (s *Server) respond(name string, r *http.Request, warning string, failure *callFault) []byte {
	m, known := s.methods[name]
	if !known {
		return marshal(object{"ok": false, "error": "unknown_method", "req_method": name})
	}
	c, err := readCall(r, m.json)
	if err == nil {
		err = s.authorize(m.token, bearer(r, c.args))
	}
	if err == nil && failure != nil {
		err = plannedError(name, failure.code)
	}
	if warning != "" {
		c.warnings = append(c.warnings, warning)
	}
	c.most = s.opts.PageSize
	c.empty = err == nil && s.faults.empties(name)
	var body object
	if err == nil && m.write != nil {
		body, err = m.write(s, c)
	}
	lag, lagging := s.faults.lags(name)
	if err == nil && lagging {
		body, err = s.lagging(r, m, c, lag)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && m.answer != nil && !lagging {
		body, err = m.answer(s, c)
	}
	if err != nil {
		body = object{"error": string(errorCode(err))}
		var more refusal
		if errors.As(err, &more) {
			maps.Copy(body, more.fields)
		}
	}
	body["ok"] = err == nil
	for _, w := range c.warnings {
		warn(body, w)
	}
	return marshal(body)
}

// plannedError adds what Slack says with a code.
func plannedError(method string, code Error) error {
	if code != "missing_scope" {
		return code
	}
	family, _, _ := strings.Cut(method, ".")
	return refusal{code, object{"needed": family + ":read", "provided": "bot"}}
}

// readCall reads the arguments of a call: from the query, a form, or JSON.
func readCall(r *http.Request, acceptsJSON bool) (call, error) {
	c := call{args: r.URL.Query()}
	if r.Method != http.MethodPost {
		return c, nil
	}
	contentType := r.Header.Get("Content-Type")
	if contentType == "" {
		if r.ContentLength == 0 {
			return c, nil
		}
		return c, Error("missing_post_type")
	}
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return c, Error("invalid_post_type")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return c, Error("request_timeout")
	}
	switch kind {
	case "application/x-www-form-urlencoded":
		if params["charset"] != "" {
			c.warnings = append(c.warnings, "superfluous_charset")
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return c, Error("invalid_form_data")
		}
		for name, values := range form {
			c.args[name] = values
		}
	case "multipart/form-data":
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		if err := r.ParseMultipartForm(maxBody); err != nil {
			return c, Error("invalid_form_data")
		}
		maps.Copy(c.args, r.MultipartForm.Value)
	case "application/json":
		if params["charset"] == "" {
			c.warnings = append(c.warnings, "missing_charset")
		}
		if acceptsJSON {
			return c, c.readJSON(body)
		}
	default:
		return c, Error("invalid_post_type")
	}
	return c, nil
}

// readJSON takes the arguments from a JSON object. A token in it does not count.
func (c call) readJSON(body []byte) error {
	var fields map[string]any
	if len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, &fields); err != nil {
		return Error("invalid_json")
	}
	delete(fields, "token")
	for name, value := range fields {
		switch v := value.(type) {
		case string:
			c.args.Set(name, v)
		default:
			c.args.Set(name, string(marshal(v)))
		}
	}
	return nil
}

// bearer finds the token: the header wins over the form.
func bearer(r *http.Request, args url.Values) string {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return strings.TrimSpace(token)
	}
	return args.Get("token")
}

func (s *Server) authorize(kind tokenKind, token string) error {
	s.startMu.Lock()
	defer s.startMu.Unlock()
	switch {
	case kind == noToken:
		return nil
	case token == "":
		return Error("not_authed")
	case slices.Contains(s.expired, token):
		return Error("token_expired")
	case token != s.opts.Token && token != s.opts.AppToken:
		return Error("invalid_auth")
	case (token == s.opts.AppToken) != (kind == appToken):
		return Error("not_allowed_token_type")
	}
	return nil
}

// warn adds a warning to a response the way Slack does, in two places.
func warn(body object, warning string) {
	meta, ok := body["response_metadata"].(object)
	if !ok {
		meta = object{}
	}
	list, _ := meta["warnings"].([]string)
	list = append(list, warning)
	meta["warnings"] = list
	body["response_metadata"] = meta
	body["warning"] = strings.Join(list, ",")
}

// flag reads a boolean argument: 1 and true are yes.
func (c call) flag(name string) bool {
	return slices.Contains([]string{"1", "true", "True"}, c.args.Get(name))
}

// need reads a required argument.
func (c call) need(name string) (string, error) {
	if v := c.args.Get(name); v != "" {
		return v, nil
	}
	return "", refusal{errArguments, object{"response_metadata": object{
		"messages": []string{fmt.Sprintf("[ERROR] missing required field: %s", name)},
	}}}
}

// list reads a comma-separated argument.
func (c call) list(name string) []string {
	var items []string
	for item := range strings.SplitSeq(c.args.Get(name), ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// apiTest echoes its arguments, and fails with the one called error.
func apiTest(_ *Server, c call) (object, error) {
	args := object{}
	for name := range c.args {
		args[name] = c.args.Get(name)
	}
	body := object{}
	if len(args) > 0 {
		body["args"] = args
	}
	if code := c.args.Get("error"); code != "" {
		return nil, refusal{Error(code), body}
	}
	return body, nil
}
