package sync

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/internal/rawjson"
)

func TestLocalEvents(t *testing.T) {
	c := call{"7f-1", "users.list", map[string]string{"limit": "200", "include_locale": "true"}}
	const args = `"args":{"include_locale":"true","limit":"200"}`
	response := rawjson.Value(`{"ok": true,  "members":[{"name":"<é>"}] }`)
	for _, tt := range []struct {
		name string
		got  []byte
		want string
	}{
		{"call", c.began(""),
			`{"type":"local.call","call":"7f-1","method":"users.list",` + args + `}`},
		{"page keeps the answer byte for byte", c.page("dXNlcg==", "", response, ""),
			`{"type":"local.page","call":"7f-1","method":"users.list",` + args +
				`,"cursor":"dXNlcg==","next":"","response":{"ok": true,  "members":[{"name":"<é>"}] }}`},
		{"no arguments", call{id: "1", method: "team.info"}.began(""),
			`{"type":"local.call","call":"1","method":"team.info","args":{}}`},
		{"listed", c.listed([]string{"U1", `U"2`}),
			`{"type":"local.listed","call":"7f-1","method":"users.list",` + args + `,"seen":["U1","U\"2"]}`},
		{"listed nothing", c.listed(nil),
			`{"type":"local.listed","call":"7f-1","method":"users.list",` + args + `,"seen":[]}`},
		{"failed", c.failed("missing_scope", "needed: users:read"),
			`{"type":"local.failed","call":"7f-1","method":"users.list",` + args +
				`,"error":"missing_scope","detail":"needed: users:read"}`},
		{"offline", offline("read \"tcp\"\n", time.UnixMilli(17)), `{"type":"local.offline","why":"read \"tcp\"\n","since":17}`},
		{"ready", ready(), `{"type":"local.ready"}`},
		{"repaired", repaired(), `{"type":"local.repaired"}`},
		{"a call that goes on", call{id: "2", method: "users.list"}.began("1"),
			`{"type":"local.call","call":"2","method":"users.list","args":{},"resumes":"1"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, string(tt.got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if !json.Valid(tt.got) {
				t.Error("not JSON")
			}
		})
	}
}

// The socket URL is a secret, but only at the top: other members of that name
// are data.
func TestPageWithoutURL(t *testing.T) {
	const args = `{"type":"local.page","call":"1","method":"rtm.connect","args":{},"cursor":"","next":"","response":`
	for _, tt := range []struct{ name, response, want string }{
		{"first", `{"url":"wss://x","ok":true}`, `{"ok":true}`},
		{"last", `{"ok":true,"url":"wss://x"}`, `{"ok":true}`},
		{"only", `{"url":"wss://x"}`, `{}`},
		{"twice", `{"url":"wss://x","ok":true,"url":"wss://y"}`, `{"ok":true}`},
		{"escaped", `{"\u0075rl":"wss://x","ok":true}`, `{"ok":true}`},
		{"nested stays", `{"team":{"url": "https://t"},"url":"wss://x"}`, `{"team":{"url": "https://t"}}`},
		{"numbers stay", `{"a":1.10,"url":1,"b":1e400}`, `{"a":1.10,"b":1e400}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := call{id: "1", method: methodConnect}.page("", "", rawjson.Value(tt.response), "url")
			if diff := cmp.Diff(args+tt.want+"}", string(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
