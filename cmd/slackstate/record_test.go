package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slackstate/slackstate/slacktest"
)

// directory makes a directory of files and returns its path.
func directory(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A recorder asks a server's methods as a program would that then writes them
// into a directory.
type recorder struct {
	t   *testing.T
	srv *slacktest.Server
}

func (r recorder) ask(method string, args url.Values) json.RawMessage {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.srv.URL()+method, strings.NewReader(args.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+r.srv.Token())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return body
}

// An exchange is a call with its arguments.
type exchange struct {
	Args     map[string]string `json:"args"`
	Response json.RawMessage   `json:"response"`
}

// pages asks a method until it names no next page.
func (r recorder) pages(method string, args map[string]string) (all []exchange) {
	r.t.Helper()
	for cursor := ""; ; {
		form, sent := url.Values{}, map[string]string{}
		for name, v := range args {
			form.Set(name, v)
			sent[name] = v
		}
		if cursor != "" {
			form.Set("cursor", cursor)
			sent["cursor"] = cursor
		}
		body := r.ask(method, form)
		all = append(all, exchange{sent, body})
		var meta struct {
			ResponseMetadata struct {
				NextCursor string `json:"next_cursor"`
			} `json:"response_metadata"`
		}
		if err := json.Unmarshal(body, &meta); err != nil {
			r.t.Fatal(err)
		}
		if cursor = meta.ResponseMetadata.NextCursor; cursor == "" {
			return all
		}
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// responses leaves out the arguments.
func responses(all []exchange) (bodies []json.RawMessage) {
	for _, e := range all {
		bodies = append(bodies, e.Response)
	}
	return bodies
}

// record records everything that lists tell.
func record(t *testing.T, srv *slacktest.Server, bare bool) string {
	r := recorder{t, srv}
	list := func(all []exchange) string {
		if len(all) < 2 {
			t.Errorf("only %d pages of %v", len(all), all[0].Args)
		}
		if bare {
			return encode(t, responses(all))
		}
		return encode(t, all)
	}
	conversations := r.pages("conversations.list", map[string]string{"types": "public_channel,private_channel,mpim,im", "limit": "7"})
	files := map[string]string{
		"rtm.connect.json":        string(r.ask("rtm.connect", nil)),
		"team.info.json":          string(r.ask("team.info", nil)),
		"users.list.json":         list(r.pages("users.list", map[string]string{"limit": "9"})),
		"conversations.list.json": list(conversations),
		"emoji.list.json":         string(r.ask("emoji.list", nil)),
		"team.profile.get.json":   string(r.ask("team.profile.get", nil)),
		"dnd.info.json":           string(r.ask("dnd.info", nil)),
		"usergroups.list.json": string(r.ask("usergroups.list",
			url.Values{"include_users": {"true"}, "include_count": {"true"}, "include_disabled": {"true"}})),
	}
	var members, info, bots []exchange
	for _, page := range conversations {
		var list struct {
			Channels []struct {
				ID     string
				IsIM   bool `json:"is_im"`
				Member bool `json:"is_member"`
			}
		}
		if err := json.Unmarshal(page.Response, &list); err != nil {
			t.Fatal(err)
		}
		for _, c := range list.Channels {
			args := map[string]string{"channel": c.ID}
			if c.Member || c.IsIM {
				info = append(info, exchange{args, r.ask("conversations.info", url.Values{"channel": {c.ID}})})
			}
			if !c.IsIM {
				members = append(members, r.pages("conversations.members", map[string]string{"channel": c.ID, "limit": "5"})...)
			}
		}
	}
	var truth struct {
		Bots []struct{ ID string }
	}
	if err := json.Unmarshal(srv.Truth(), &truth); err != nil {
		t.Fatal(err)
	}
	for _, b := range truth.Bots {
		bots = append(bots, exchange{map[string]string{"bot": b.ID}, r.ask("bots.info", url.Values{"bot": {b.ID}})})
	}
	files["conversations.members.json"] = encode(t, members)
	files["conversations.info.json"] = encode(t, info)
	files["bots.info.json"] = encode(t, bots)
	return directory(t, files)
}
