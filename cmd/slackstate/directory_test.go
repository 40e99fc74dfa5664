package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/slacktest"
)

// What a program can list, replayed, is the workspace.
func TestDirectoryIsTheWorkspace(t *testing.T) {
	srv := newServer(t, slacktest.Options{Users: 25})
	for _, bare := range []bool{false, true} {
		t.Run(fmt.Sprintf("bare=%v", bare), func(t *testing.T) {
			dump := succeed(t, "replay", "--start", record(t, srv, bare), "--dump")
			c, err := compare([]byte(dump), srv.Truth())
			if err != nil {
				t.Fatal(err)
			}
			c.allow(untold...)
			for _, w := range c.wrong {
				t.Error(w)
			}
			got := map[string]any{}
			for name, f := range asObject(asObject(parsed(t, dump)["slackstate"])["freshness"]) {
				got[name] = asObject(f)["state"]
			}
			want := map[string]any{"self": "complete", "team": "complete", "profile_fields": "complete", "users": "complete",
				"conversations": "complete", "bots": "partial", "usergroups": "complete", "emoji": "complete", "dnd": "partial"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("freshness (-want +got):\n%s", diff)
			}
		})
	}
}

// names returns the ids in the lists of a dump.
func names(t *testing.T, dump string, lists ...string) (ids []string) {
	t.Helper()
	for _, list := range lists {
		entities, _ := parsed(t, dump)[list].([]any)
		for _, e := range entities {
			id, _ := asObject(e)["id"].(string)
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Absence is read from listings that were recorded to their end, and from no
// others.
func TestDirectoryOntoFile(t *testing.T) {
	const self = `{"ok":true,"self":{"id":"U1"},"team":{"id":"T1"}}`
	const before = `[
		{"args":{"types":"public_channel,private_channel,mpim,im"},"response":{"ok":true,"channels":[
			{"id":"C1","name":"one","is_channel":true},{"id":"C2","name":"two","is_channel":true},
			{"id":"G1","name":"secret","is_private":true},{"id":"D1","is_im":true,"user":"U2"}]}}]`
	members := func(ids string) string {
		return `[{"args":{"channel":"C1"},"response":{"ok":true,"members":[` + ids + `]}}]`
	}
	for _, tc := range []struct {
		name          string
		conversations string
		members       string
		want          []string // conversations
		wantMembers   []any    // of C1
		state         string   // of the conversations
		reason        string
	}{
		{
			name:          "two whole pages",
			conversations: `[{"ok":true,"channels":[{"id":"C1"}],"response_metadata":{"next_cursor":"x"}},{"ok":true,"channels":[{"id":"D1"}],"response_metadata":{"next_cursor":""}}]`,
			members:       members(`"U2","U3"`),
			want:          []string{"C1", "D1"}, wantMembers: []any{"U2", "U3"}, state: "complete",
		},
		{
			name:          "an empty list",
			conversations: `{"ok":true,"channels":null}`,
			members:       `[]`,
			want:          nil, state: "complete",
		},
		{
			name:          "cut off",
			conversations: `[{"ok":true,"channels":[{"id":"C1"}],"response_metadata":{"next_cursor":"x"}}]`,
			members:       `[{"args":{"channel":"C1"},"response":{"ok":true,"members":["U3"],"response_metadata":{"next_cursor":"x"}}}]`,
			want:          []string{"C1", "C2", "D1", "G1"}, wantMembers: []any{"U2", "U3", "U4"}, state: "complete", // as it was
		},
		{
			name:          "rate limited in between",
			conversations: `[{"ok":true,"channels":[{"id":"C1"}],"response_metadata":{"next_cursor":"x"}},{"ok":false,"error":"ratelimited"},{"ok":true,"channels":[]}]`,
			members:       `[{"args":{"channel":"C1"},"response":{"ok":false,"error":"ratelimited"}},{"args":{"channel":"C1","limit":2},"response":{"ok":true,"members":["U2"],"response_metadata":{"next_cursor":"y"}}},{"args":{"cursor":"y","channel":"C1"},"response":{"ok":true,"members":["U4"]}}]`,
			want:          []string{"C1"}, wantMembers: []any{"U2", "U4"}, state: "complete",
		},
		{
			name:          "refused",
			conversations: `{"ok":false,"error":"missing_scope","needed":"channels:read","provided":"chat:write"}`,
			members:       members(`"U2"`),
			want:          []string{"C1", "C2", "D1", "G1"}, wantMembers: []any{"U2"}, state: "complete", // as it was
			reason: "missing_scope: needed: channels:read, provided: chat:write",
		},
		{
			name:          "refused after the first page",
			conversations: `[{"ok":true,"channels":[{"id":"C1"}],"response_metadata":{"next_cursor":"x"}},{"ok":false,"error":"invalid_cursor"}]`,
			members:       members(`"U2"`),
			want:          []string{"C1", "C2", "D1", "G1"}, wantMembers: []any{"U2"}, state: "complete", // as it was
			reason: "invalid_cursor",
		},
		{
			name:          "some types only",
			conversations: `[{"args":{"types":"public_channel"},"response":{"ok":true,"channels":[{"id":"C1"}]}}]`,
			members:       members(`"U2"`),
			want:          []string{"C1", "D1", "G1"}, wantMembers: []any{"U2"}, state: "partial",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db := filepath.Join(t.TempDir(), "f.db")
			old := succeed(t, "replay", "--db", db, "--dump", "--start", directory(t, map[string]string{
				"rtm.connect.json": self, "conversations.list.json": before, "conversations.members.json": members(`"U2","U3","U4"`)}))
			if diff := cmp.Diff([]string{"C1", "C2", "D1", "G1"}, names(t, old, "channels", "groups", "mpims", "ims")); diff != "" {
				t.Fatalf("before: %s", diff)
			}
			dump := succeed(t, "replay", "--db", db, "--dump", "--start", directory(t, map[string]string{
				"rtm.connect.json": self, "conversations.list.json": tc.conversations, "conversations.members.json": tc.members}))
			if diff := cmp.Diff(tc.want, names(t, dump, "channels", "groups", "mpims", "ims")); diff != "" {
				t.Errorf("conversations (-want +got):\n%s", diff)
			}
			for _, e := range parsed(t, dump)["channels"].([]any) {
				if c := asObject(e); c["id"] == "C1" {
					if diff := cmp.Diff(any(tc.wantMembers), c["members"]); diff != "" {
						t.Errorf("members (-want +got):\n%s", diff)
					}
				}
			}
			f := asObject(asObject(asObject(parsed(t, dump)["slackstate"])["freshness"])["conversations"])
			if reason, _ := f["reason"].(string); f["state"] != tc.state || reason != tc.reason {
				t.Errorf("conversations are %v because of %q, want %s, %q", f["state"], reason, tc.state, tc.reason)
			}
			if dumped := succeed(t, "dump", "--db", db); dumped != dump {
				t.Errorf("the file holds\n%s, printed was\n%s", dumped, dump)
			}
		})
	}
}

// Slack deactivates users and never forgets them, so what users.list leaves out
// stays: it may be of another workspace.
func TestDirectoryForgetsNoUser(t *testing.T) {
	const self = `{"ok":true,"self":{"id":"U1"},"team":{"id":"T1"}}`
	db := filepath.Join(t.TempDir(), "f.db")
	succeed(t, "replay", "--db", db, "--start", directory(t, map[string]string{
		"rtm.connect.json": self, "users.list.json": `{"ok":true,"members":[{"id":"U1","name":"one"},{"id":"U2","name":"two"},{"id":"W9","name":"nine","team_id":"T9"}]}`}))
	dump := succeed(t, "replay", "--db", db, "--dump", "--start", directory(t, map[string]string{
		"rtm.connect.json": self, "users.list.json": `{"ok":true,"members":[{"id":"U1","name":"one"}]}`}))
	if diff := cmp.Diff([]string{"U1", "U2", "W9"}, names(t, dump, "users")); diff != "" {
		t.Error(diff)
	}
}

// Each recorded method is unavailable by itself.
func TestDirectoryWithRefusals(t *testing.T) {
	dump := succeed(t, "replay", "--dump", "--start", directory(t, map[string]string{
		"rtm.start.json":       `{"ok":false,"error":"method_deprecated"}`,
		"auth.test.json":       `{"ok":true,"user":"me","user_id":"U1","team":"Team","team_id":"T1","url":"https://team.example/"}`,
		"users.list.json":      `{"ok":true,"members":[{"id":"U1","name":"me"}]}`,
		"usergroups.list.json": `{"ok":false,"error":"missing_scope"}`,
		"emoji.list.json":      `[{"ok":false,"error":"fatal_error"}]`,
	}))
	want := object{
		"self":       object{"state": "complete", "as_of": 1., "source": "auth.test"},
		"team":       object{"state": "partial", "as_of": 1., "source": "auth.test"},
		"users":      object{"state": "complete", "as_of": 1., "source": "users.list"},
		"usergroups": object{"state": "unknown", "as_of": 0., "source": "usergroups.list", "reason": "missing_scope"},
		"emoji":      object{"state": "unknown", "as_of": 0., "source": "emoji.list", "reason": "fatal_error"},
	}
	if diff := cmp.Diff(want, asObject(asObject(parsed(t, dump)["slackstate"])["freshness"])); diff != "" {
		t.Errorf("freshness (-want +got):\n%s", diff)
	}
}

// A start that knows self and team alone is one, too.
func TestConnectBodyIsAStart(t *testing.T) {
	start := write(t, "start.json", `{"ok":true,"url":"wss://x.example/1","self":{"id":"U1","name":"me"},"team":{"id":"T1","name":"Team","domain":"team"}}`)
	dump := parsed(t, succeed(t, "replay", "--start", start, "--dump",
		"--events", write(t, "e.jsonl", `{"type":"team_join","user":{"id":"U2","name":"you"}}`)))
	if diff := cmp.Diff(object{"id": "U1", "name": "me"}, dump["self"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{object{"id": "U2", "name": "you"}}, dump["users"]); diff != "" {
		t.Error(diff)
	}
}
