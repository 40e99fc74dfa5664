package snapshot

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDump is the shape of a dump: every collection, sorted by id, each
// conversation in the list of its kind.
func TestDump(t *testing.T) {
	s := load(t, map[Kind]map[string]string{
		KindSelf:         {"": `{"id":"U1","name":"ann","extra":1}`},
		KindSelfPref:     {"b": `{"value":true}`, "a": `{"value":{"x":null}}`},
		KindTeam:         {"": `{"id":"T1","domain":"team"}`},
		KindTeamPref:     {"p": `{"value":0}`},
		KindProfileField: {"Xf2": `{"label":"two"}`, "Xf1": `{"label":"one","ordering":1}`},
		KindUser:         {"U2": `{"name":"bob"}`, "U1": `{"name":"ann"}`, "U3": ""},
		KindPresence:     {"U2": `{"presence":"away"}`, "U9": `{"presence":"active"}`},
		KindConversation: {
			"C2": `{"name":"two","is_member":false}`, "C1": `{"name":"one","is_member":true}`, "C3": "", "C4": "",
			"G1": `{"name":"secret","is_private":true,"is_member":true}`,
			"G2": `{"name":"mpdm-a--b-1","is_mpim":true,"is_private":true}`,
			"D1": `{"is_im":true,"user":"U2","is_private":true}`,
		},
		KindRead:        {"C1": `{"last_read":"1.2","unread_count":0,"latest":"1.3"}`, "D1": `{"latest":{"ts":"1.4","text":"hi"}}`, "C2": ""},
		KindMember:      {"C1/U2": "", "C1/U1": "", "C4/U2": "", "G1/U1": ""},
		KindFreshness:   {"members/C1": `{"state":"complete","as_of":1}`, "members/C2": `{"state":"complete","as_of":1}`, "members/G1": `{"state":"partial"}`, "users": `{"state":"complete","as_of":9,"source":"users.list"}`, "emoji": `{"reason":"missing_scope"}`},
		KindBot:         {"B2": `{"name":"two"}`, "B1": ""},
		KindUsergroup:   {"S2": `{"handle":"two","users":["U2","U1"]}`, "S1": `{"handle":"one"}`},
		KindMyUsergroup: {"S2": ""},
		KindEmoji:       {"z": `{"value":"alias:a"}`, "a": `{"value":"https://example.org/a.png"}`},
		KindDND:         {"U2": `{"dnd_enabled":false}`, "U1": ""},
		KindPin: {"C1/m:1.3": `{"type":"message","message":{"ts":"1.3"}}`, "C1/f:F1": `{"type":"file","file":{"id":"F1"}}`,
			"C0/m:1.1": `{"type":"message","message":{"ts":"1.1"}}`},
		KindStar: {"channel/C1": `{"type":"channel","channel":"C1"}`},
		KindFile: {"F1": `{"name":"plan.pdf"}`},
		KindMessage: {"C1/1700000000.000300": `{"ts":"1700000000.000300","text":"b"}`, "C1/1700000000.000100": `{"ts":"1700000000.000100","text":"a"}`,
			"C10/1700000000.000200": `{"ts":"1700000000.000200"}`},
		KindThread: {"C1/1700000000.000100": `{"thread_ts":"1700000000.000100","last_read":"1.1","active":true}`},
		KindAlias:  {"C0": `{"to":"C1"}`},
		KindHidden: {"conversations/C8": `{"at":5,"record":"\u0003"}`},
		KindStub:   {"users/U3": `{"at":5}`},
		KindClock:  {"name/C1": `{"arrival":5}`},
	})
	want := `{"ok":true,
		"self":{"id":"U1","name":"ann","extra":1,"prefs":{"a":{"x":null},"b":true}},
		"team":{"id":"T1","domain":"team","prefs":{"p":0},"profile":{"fields":[{"id":"Xf1","ordering":1,"label":"one"},{"id":"Xf2","label":"two"}]}},
		"users":[{"id":"U1","name":"ann"},{"id":"U2","name":"bob","presence":"away"}],
		"channels":[{"id":"C1","name":"one","is_member":true,"latest":"1.3","last_read":"1.2","unread_count":0,"members":["U1","U2"]},
			{"id":"C2","name":"two","is_member":false,"members":[]},{"id":"C4","members":["U2"]}],
		"groups":[{"id":"G1","name":"secret","is_private":true,"is_member":true,"members":["U1"]}],
		"mpims":[{"id":"G2","name":"mpdm-a--b-1","is_mpim":true,"is_private":true}],
		"ims":[{"id":"D1","user":"U2","is_im":true,"is_private":true,"latest":{"ts":"1.4","text":"hi"}}],
		"bots":[{"id":"B1"},{"id":"B2","name":"two"}],
		"subteams":{"self":["S2"],"all":[{"id":"S1","handle":"one"},{"id":"S2","handle":"two","users":["U2","U1"]}]},
		"emoji":{"a":"https://example.org/a.png","z":"alias:a"},
		"dnd":{"U1":{},"U2":{"dnd_enabled":false}},
		"presence":{"U2":"away","U9":"active"},
		"pins":{"C0":[{"type":"message","message":{"ts":"1.1"}}],
			"C1":[{"type":"file","file":{"id":"F1"}},{"type":"message","message":{"ts":"1.3"}}]},
		"stars":[{"type":"channel","channel":"C1"}],
		"files":[{"id":"F1","name":"plan.pdf"}],
		"messages":{"C1":[{"ts":"1700000000.000100","text":"a"},{"ts":"1700000000.000300","text":"b"}],"C10":[{"ts":"1700000000.000200"}]},
		"slackstate":{"freshness":{"emoji":{"state":"unknown","as_of":0,"source":"","reason":"missing_scope"},
			"users":{"state":"complete","as_of":9,"source":"users.list"}},
			"aliases":{"C0":"C1"},"partial_members":["C4","G1"],"gaps":[],
			"threads":{"C1":[{"thread_ts":"1700000000.000100","last_read":"1.1","active":true}]}},
		"seq":1}`
	got := unmarshal(t, s.AppendDump(nil))
	if got["digest"] == "" || len(got["digest"].(string)) != 16 {
		t.Errorf("digest is %v", got["digest"])
	}
	delete(got, "digest")
	if diff := cmp.Diff(unmarshal(t, []byte(want)), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if again := s.AppendDump([]byte("before")); string(again) != "before"+string(s.AppendDump(nil)) {
		t.Errorf("appended to something: %s", again)
	}
}

// TestEmptyDump: every collection is there without anything in it.
func TestEmptyDump(t *testing.T) {
	var s Snapshot
	got := slices.Sorted(maps.Keys(unmarshal(t, s.AppendDump(nil))))
	want := []string{"bots", "channels", "digest", "dnd", "emoji", "files", "groups", "ims", "messages", "mpims", "ok",
		"pins", "presence", "self", "seq", "slackstate", "stars", "subteams", "team", "users"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDumpNamesTheGap: what may have been missed since a time is told as long
// as it makes something stale.
func TestDumpNamesTheGap(t *testing.T) {
	for _, c := range []struct {
		asOf string
		want []any
	}{
		{"5", []any{map[string]any{"lost_at": 7.0}}},
		{"7", []any{}},
	} {
		s := load(t, map[Kind]map[string]string{
			KindFreshness: {"users": `{"state":"complete","source":"users.list","as_of":` + c.asOf + `}`},
			KindLink:      {"": `{"lost_at":7}`},
		})
		own := unmarshal(t, s.AppendDump(nil))["slackstate"].(map[string]any)
		if diff := cmp.Diff(c.want, own["gaps"]); diff != "" {
			t.Errorf("as of %s (-want +got):\n%s", c.asOf, diff)
		}
	}
}
