package slackstate_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// answers is a RoundTripper that answers every request with a body, and keeps
// what it was asked.
type answers struct {
	body   string
	status int
	header http.Header
	asked  *http.Request
	sent   []byte
}

func (a *answers) RoundTrip(req *http.Request) (*http.Response, error) {
	a.asked = req
	if req.Body != nil {
		var err error
		if a.sent, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req.Body.Close()
	}
	status := a.status
	if status == 0 {
		status = http.StatusOK
	}
	return &http.Response{StatusCode: status, Header: a.header, Body: io.NopCloser(strings.NewReader(a.body)), Request: req}, nil
}

// Wherever a library puts token and arguments, the response is taken, and
// request and response pass through unchanged.
func TestTransport(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, r *rig) {
		st, _, ann := talking(t, r)
		form := url.Values{"token": {r.srv.Token()}, "user": {ann}}.Encode()
		for i, tt := range []struct {
			name, query, typ, body, bearer string
			opaque                         bool // the body cannot be had twice
		}{
			{"form", "", "application/x-www-form-urlencoded", form, "", false},
			{"form with a charset", "", "application/x-www-form-urlencoded; charset=utf-8", form, "", false},
			{"form that is streamed", "", "application/x-www-form-urlencoded", form, "", true},
			{"JSON", "", "application/json", `{"user":"` + ann + `","include_locale":true}`, r.srv.Token(), false},
			{"query", "user=" + ann, "", "", r.srv.Token(), false},
			{"query with the token", form, "", "", "", false},
		} {
			base := &answers{body: fmt.Sprintf(` {"ok":true, "user":{"id":%q,"name":"ann<&>%d","is_bot":false} } `, ann, i)}
			var body io.Reader = strings.NewReader(tt.body)
			if tt.opaque {
				body = io.MultiReader(body)
			}
			req, err := http.NewRequest("POST", r.srv.URL()+"users.info?"+tt.query, body)
			if err != nil {
				t.Fatal(err)
			}
			if tt.typ != "" {
				req.Header.Set("Content-Type", tt.typ)
			}
			if tt.bearer != "" {
				req.Header.Set("Authorization", "Bearer "+tt.bearer)
			}
			before := req.Body
			resp, err := st.Transport(base).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(resp.Body)
			if err != nil || string(got) != base.body || string(base.sent) != tt.body || req.Body != before {
				t.Errorf("%s: sent %q and got %q, %v", tt.name, base.sent, got, err)
			}
			if u, _ := st.Snapshot().User(api.UserID(ann)); u.Handle() != fmt.Sprintf("ann<&>%d", i) {
				t.Errorf("%s: the name is %q", tt.name, u.Handle())
			}
			resp.Body.Close()
			if bytes.Contains(st.Snapshot().JSON(), []byte(r.srv.Token())) {
				t.Errorf("%s: the token is in the state", tt.name)
			}
		}
	})
}

// What is not a good answer to a call of self's changes nothing.
func TestTransportLeavesAlone(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, r *rig) {
		st, _, ann := talking(t, r)
		good := `{"ok":true,"user":{"id":"` + ann + `","name":"somebody"}}`
		for _, tt := range []struct {
			name, url, token string
			base             answers
		}{
			{"refused", "", r.srv.Token(), answers{body: `{"ok":false,"error":"x","user":{"id":"` + ann + `","name":"somebody"}}`}},
			{"not JSON", "", r.srv.Token(), answers{body: good + "}"}},
			{"cut short", "", r.srv.Token(), answers{body: good[:len(good)-1]}},
			{"smuggled members", "", r.srv.Token(), answers{body: `{"ok":true},"response":` + good}},
			{"HTTP error", "", r.srv.Token(), answers{body: good, status: 500}},
			{"compressed", "", r.srv.Token(), answers{body: good, header: http.Header{"Content-Encoding": {"br"}}}},
			{"too long", "", r.srv.Token(), answers{body: good + strings.Repeat(" ", 32<<20)}},
			{"another token", "", "xoxb-another", answers{body: good}},
			{"no token", "", "", answers{body: good}},
			{"another host", "https://slack.example/api/users.info", r.srv.Token(), answers{body: good}},
			{"another path", "http://slack.test/users.info", r.srv.Token(), answers{body: good}},
			{"another method", r.srv.URL() + "users.made.up", r.srv.Token(), answers{body: good}},
			{"a connection", r.srv.URL() + "rtm.connect", r.srv.Token(), answers{body: `{"ok":true,"url":"wss://x","self":{"id":"` + ann + `"}}`}},
		} {
			before := st.Snapshot().Seq()
			if tt.url == "" {
				tt.url = r.srv.URL() + "users.info"
			}
			client := http.Client{Transport: st.Transport(&tt.base)}
			resp, err := client.PostForm(tt.url, url.Values{"token": {tt.token}, "user": {ann}})
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(resp.Body)
			if err != nil || string(got) != tt.base.body {
				t.Errorf("%s: got %d bytes, %v", tt.name, len(got), err)
			}
			resp.Body.Close()
			if after := st.Snapshot().Seq(); after != before {
				t.Errorf("%s: change %d", tt.name, after)
			}
		}
		if bad := st.Status().Bad; bad != 0 {
			t.Errorf("%d bad frames, want none: no frame came", bad)
		}
	})
}

// What is not to be kept is not kept of responses either.
func TestTransportRedacts(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, r *rig) {
		opts := r.options()
		opts.Redact = []string{"email"}
		st, err := slackstate.Open("", opts)
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		defer run(t, st)()
		if _, err := st.Wait(t.Context(), slackstate.Live); err != nil {
			t.Fatal(err)
		}
		client := http.Client{Transport: st.Transport(&answers{body: `{"ok":true,"user":{"id":"U1","name":"ann","profile":{"email":"ann@example.com"}}}`})}
		call(t, &client, r, "users.info", "user", "U1")
		if u, ok := st.Snapshot().User("U1"); !ok || u.Handle() != "ann" || u.Email() != "" {
			t.Errorf("%s has the address %q", u.Handle(), u.Email())
		}
	})
}

// Before Run has found out whose the token is, nothing is taken: the file may be
// of another workspace.
func TestTransportBeforeRun(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, r *rig) {
		st, err := slackstate.Open("", r.options())
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		client := http.Client{Transport: st.Transport(r.client.Transport)}
		call(t, &client, r, "users.list")
		if seq := st.Snapshot().Seq(); seq != 0 {
			t.Errorf("change %d", seq)
		}
	})
}

// call makes a call as a Slack library does, and reads no further than to the end
// of the JSON.
func call(t *testing.T, client *http.Client, r *rig, method string, args ...string) (answer struct {
	OK      bool
	Error   string
	TS      string
	Channel json.RawMessage
}) {
	t.Helper()
	form := url.Values{"token": {r.srv.Token()}}
	for i := 0; i < len(args); i += 2 {
		form.Set(args[i], args[i+1])
	}
	resp, err := client.PostForm(r.srv.URL()+method, form)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || !answer.OK {
		t.Fatalf("%s: %+v, %v", method, answer, err)
	}
	return answer
}

// What a program does through its library it can read back at once, even if the
// event of it never comes.
func TestReadYourWrites(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, r *rig) {
		st, room, ann := talking(t, r)
		client := &http.Client{Transport: st.Transport(r.client.Transport)}
		id := string(room)
		r.srv.Faults().Withhold(1000)

		ts := call(t, client, r, "chat.postMessage", "channel", id, "text", "hello").TS
		channel := func() api.Channel { c, _ := st.Snapshot().Channel(room); return c }
		if m, _ := channel().Latest(); string(m.TS()) != ts || m.Text() != "hello" {
			t.Errorf("newest message is %s %q, want %s", m.TS(), m.Text(), ts)
		}
		call(t, client, r, "conversations.mark", "channel", id, "ts", ts)
		if read, _ := channel().Read().LastRead(); string(read) != ts {
			t.Errorf("read up to %s, want %s", read, ts)
		}
		call(t, client, r, "chat.update", "channel", id, "ts", ts, "text", "good evening")
		if m, _ := channel().Latest(); m.Text() != "good evening" {
			t.Errorf("newest message is %q", m.Text())
		}
		call(t, client, r, "chat.delete", "channel", id, "ts", ts)
		if m, ok := channel().Latest(); ok {
			t.Errorf("newest message is still %q", m.Text())
		}
		call(t, client, r, "conversations.rename", "channel", id, "name", "lobby")
		if c := channel(); c.Name() != "lobby" || len(c.PreviousNames()) != 1 {
			t.Errorf("name is %q, before %q", c.Name(), c.PreviousNames())
		}
		call(t, client, r, "conversations.archive", "channel", id)
		if !channel().Archived() {
			t.Error("not archived")
		}
		call(t, client, r, "conversations.unarchive", "channel", id)
		if channel().Archived() {
			t.Error("still archived")
		}
		call(t, client, r, "conversations.leave", "channel", id)
		if channel().Joined() {
			t.Error("still joined")
		}
		call(t, client, r, "conversations.join", "channel", id)
		if !channel().Joined() {
			t.Error("not joined")
		}
		call(t, client, r, "conversations.open", "users", ann)
		if im, ok := st.Snapshot().DirectMessage(api.UserID(ann)); !ok || !im.Open() {
			t.Error("the DM is not open")
		}
		if err := st.Snapshot().Check(); err != nil {
			t.Error(err)
		}
	})
}
