package sync

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/internal/rawjson"
)

func TestReadAnswer(t *testing.T) {
	type result struct {
		Valid, OK, Whole                    bool
		Code, Detail, Next, URL, Team, User string
		Warnings                            []string
	}
	for _, tt := range []struct {
		name, body string
		want       result
	}{
		{"not JSON", `<html>`, result{}},
		{"cut off", `{"ok":true`, result{}},
		{"no object", `[true]`, result{Code: "unknown_error"}},
		{"no ok", `{"members":[]}`, result{Code: "unknown_error"}},
		{"ok", `{"ok":true}`, result{Valid: true, OK: true}},
		{"error", `{"ok":false,"error":"invalid_auth"}`, result{Valid: true, Code: "invalid_auth"}},
		{"error without a code", `{"ok":false}`, result{Valid: true, Code: "unknown_error"}},
		{"scope", `{"ok":false,"error":"missing_scope","needed":"users:read","provided":"bot"}`,
			result{Valid: true, Code: "missing_scope", Detail: "needed: users:read, provided: bot"}},
		{"messages", `{"ok":false,"error":"invalid_arguments","response_metadata":{"messages":["a","b"]}}`,
			result{Valid: true, Code: "invalid_arguments", Detail: "a; b"}},
		{"cursor", `{"ok":true,"response_metadata":{"next_cursor":"bmV4dA=="}}`,
			result{Valid: true, OK: true, Next: "bmV4dA=="}},
		{"cursor null", `{"ok":true,"response_metadata":{"next_cursor":null}}`, result{Valid: true, OK: true}},
		{"metadata null", `{"ok":true,"response_metadata":null}`, result{Valid: true, OK: true}},
		{"warnings", `{"ok":true,"warning":"a,b","response_metadata":{"warnings":["c"]}}`,
			result{Valid: true, OK: true, Warnings: []string{"a", "b", "c"}}},
		{"rtm.connect", `{"ok":true,"url":"wss://x","team":{"id":"T1"},"self":{"id":"U1"}}`,
			result{Valid: true, OK: true, URL: "wss://x", Team: "T1", User: "U1"}},
		{"rtm.start", `{"ok":true,"users":[],"channels":[]}`, result{Valid: true, OK: true, Whole: true}},
		{"users null", `{"ok":true,"users":null}`, result{Valid: true, OK: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, valid := readAnswer(tt.body)
			got := result{valid, a.ok, a.whole, a.code, a.detail, a.next, a.url, a.team, a.user, a.warnings}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A page that lacks its list must not pass for one with an empty list: the
// receiver would take everything for gone.
func TestIDs(t *testing.T) {
	type result struct {
		IDs []string
		OK  bool
	}
	for _, tt := range []struct {
		name string
		ids  func(rawjson.Value) ([]string, bool)
		page string
		want result
	}{
		{"objects", objects("members"), `{"members":[{"id":"U1"},{"x":1},{"id":"U2"}]}`, result{[]string{"U1", "U2"}, true}},
		{"objects, none", objects("members"), `{"members":[]}`, result{nil, true}},
		{"objects, null", objects("members"), `{"members":null}`, result{nil, true}},
		{"objects, empty object", objects("members"), `{"members":{}}`, result{nil, true}},
		{"objects, absent", objects("members"), `{"ok":true}`, result{nil, false}},
		{"objects, another kind", objects("members"), `{"members":{"0":{}}}`, result{nil, false}},
		{"nested", objects("profile", "fields"), `{"profile":{"fields":[{"id":"Xf1"}]}}`, result{[]string{"Xf1"}, true}},
		{"nested, absent", objects("profile", "fields"), `{"profile":{}}`, result{nil, false}},
		{"texts", texts("members"), `{"members":["U1","U2"]}`, result{[]string{"U1", "U2"}, true}},
		{"texts, absent", texts("members"), `{}`, result{nil, false}},
		{"keys", keys("emoji"), `{"emoji":{"b":"https://b","a":"alias:b"}}`, result{[]string{"b", "a"}, true}},
		{"keys, empty array", keys("emoji"), `{"emoji":[]}`, result{nil, true}},
		{"keys, full array", keys("emoji"), `{"emoji":["a"]}`, result{nil, false}},
		{"keys, absent", keys("emoji"), `{"ok":true}`, result{nil, false}},
		{"keys, text", keys("emoji"), `{"emoji":""}`, result{nil, false}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ids, ok := tt.ids(rawjson.Value(tt.page))
			if diff := cmp.Diff(tt.want, result{ids, ok}); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
