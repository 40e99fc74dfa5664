package slacktest_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slackstate/slackstate/slacktest"
)

// The same options give the same workspace, other seeds give others.
func TestGenerationIsDeterministic(t *testing.T) {
	one := newServer(t, slacktest.Options{Users: 200, Seed: 11})
	same := newServer(t, slacktest.Options{Users: 200, Seed: 11})
	other := newServer(t, slacktest.Options{Users: 200, Seed: 12})
	if !bytes.Equal(one.Truth(), same.Truth()) || one.Token() != same.Token() {
		t.Error("same seed, different workspace")
	}
	if bytes.Equal(one.Truth(), other.Truth()) || one.Token() == other.Token() {
		t.Error("different seed, same workspace")
	}
}

// Tokens look like Slack's.
func TestSecrets(t *testing.T) {
	s := newServer(t, slacktest.Options{})
	if !strings.HasPrefix(s.Token(), "xoxb-") || !strings.HasPrefix(s.AppToken(), "xapp-") || len(s.SigningSecret()) != 32 {
		t.Errorf("token %q, app token %q, signing secret %q", s.Token(), s.AppToken(), s.SigningSecret())
	}
	own := newServer(t, slacktest.Options{Token: "xoxb-mine", AppToken: "xapp-mine", SigningSecret: "mine"})
	if diff := cmp.Diff([]string{"xoxb-mine", "xapp-mine", "mine"}, []string{own.Token(), own.AppToken(), own.SigningSecret()}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Too small a workspace is refused, not made smaller by surprise.
func TestNewRefuses(t *testing.T) {
	for _, n := range []int{-1, 1, 4} {
		if s, err := slacktest.New(slacktest.Options{Users: n}); err == nil {
			s.Close()
			t.Errorf("%d users accepted", n)
		}
	}
}

// The truth is complete, sorted, and agrees with itself.
func TestTruthIsConsistent(t *testing.T) {
	for _, users := range []int{5, 40, 500} {
		s := newServer(t, slacktest.Options{Users: users, Seed: uint64(users)})
		all := truth(t, s)
		self := all["self"].(obj)["id"].(string)
		known := map[string]obj{}
		for _, u := range list(all, "users") {
			known[u["id"].(string)] = u
		}
		if len(known) != users {
			t.Errorf("%d users, want %d", len(known), users)
		}
		for _, field := range []string{"users", "channels", "groups", "mpims", "ims", "bots"} {
			ids := idsOf(list(all, field))
			if !slices.IsSorted(ids) || len(ids) != len(slices.Compact(slices.Clone(ids))) {
				t.Errorf("%s are not sorted and unique: %v", field, ids)
			}
		}
		for _, field := range []string{"channels", "groups", "mpims"} {
			for _, c := range list(all, field) {
				checkChannel(t, c, field, self, known)
			}
		}
		peers := map[any]bool{}
		for _, c := range list(all, "ims") {
			peer := c["user"].(string)
			if known[peer] == nil || peers[peer] || peer == self || c["is_user_deleted"] != known[peer]["deleted"] {
				t.Errorf("IM %v with %v", c["id"], peer)
			}
			peers[peer] = true
		}
		for _, b := range list(all, "bots") {
			if id, has := b["user_id"].(string); has && known[id]["profile"].(obj)["bot_id"] != b["id"] {
				t.Errorf("bot %v and its user %v do not know each other", b["id"], id)
			}
		}
		var alive []string
		for id, u := range known {
			if u["deleted"] != true {
				alive = append(alive, id)
			}
		}
		if n := len(all["presence"].(obj)); n != len(alive) {
			t.Errorf("presence of %d, want %d", n, len(alive))
		}
	}
}

func idsOf(objects []obj) []string {
	var ids []string
	for _, o := range objects {
		ids = append(ids, o["id"].(string))
	}
	return ids
}

func checkChannel(t *testing.T, c obj, field, self string, known map[string]obj) {
	t.Helper()
	members := strs(c, "members")
	for _, id := range members {
		if known[id] == nil {
			t.Errorf("%v has an unknown member %v", c["id"], id)
		}
	}
	if !slices.IsSorted(members) || len(members) != len(slices.Compact(slices.Clone(members))) {
		t.Errorf("members of %v are not sorted and unique: %v", c["id"], members)
	}
	in := slices.Contains(members, self)
	_, hasRead := c["last_read"]
	if c["is_member"] != in || hasRead != in {
		t.Errorf("%v: self in members %t, is_member %v, read state %t", c["id"], in, c["is_member"], hasRead)
	}
	want := obj{"is_private": field != "channels", "is_mpim": field == "mpims"}
	if diff := cmp.Diff(want, obj{"is_private": c["is_private"], "is_mpim": c["is_mpim"]}); diff != "" {
		t.Errorf("%v among the %s (-want +got):\n%s", c["id"], field, diff)
	}
	if field != "channels" && !in {
		t.Errorf("%v is shown without self in it", c["id"])
	}
}

// A workspace has the things that are easily forgotten: they all occur in one of
// ordinary size.
func TestVariety(t *testing.T) {
	s := newServer(t, slacktest.Options{Users: 1000})
	all := truth(t, s)
	found := map[string]int{}
	note := func(what string, is bool) {
		if is {
			found[what]++
		}
	}
	displays := map[string]int{}
	for _, u := range list(all, "users") {
		p := u["profile"].(obj)
		display := p["display_name"].(string)
		displays[display]++
		_, hasZone := u["tz"]
		note("deactivated", u["deleted"] == true)
		note("deactivated, shown without time zone", u["deleted"] == true && !hasZone)
		note("bot user", u["is_bot"] == true && p["bot_id"] != nil)
		note("guest", u["is_restricted"] == true)
		note("single-channel guest", u["is_ultra_restricted"] == true)
		note("no display name", display == "")
		note("same display name", display != "" && displays[display] > 1)
		note("normalised name differs", p["real_name"] != p["real_name_normalized"])
		note("no picture of its own", p["is_custom_image"] == nil)
		note("custom field", p["fields"] != nil)
		note("status", p["status_text"] != "")
	}
	for _, c := range list(all, "channels") {
		note("archived", c["is_archived"] == true)
		note("public without self", c["is_member"] == false)
		note("previous name", len(strs(c, "previous_names")) > 0)
		note("no topic", c["topic"].(obj)["value"] == "")
		note("unread", c["unread_count"] != nil && c["unread_count"] != 0.0)
		note("never read", c["last_read"] == "0000000000.000000")
		note("empty", c["is_member"] == true && c["latest"] == nil)
	}
	for _, c := range list(all, "groups") {
		note("old private channel", c["is_group"] == true && strings.HasPrefix(c["id"].(string), "G"))
		note("young private channel", c["is_channel"] == true && strings.HasPrefix(c["id"].(string), "C"))
	}
	for _, c := range list(all, "ims") {
		note("closed IM", c["is_open"] == false)
		note("IM with a deactivated account", c["is_user_deleted"] == true)
	}
	for _, g := range list(all["subteams"].(obj), "all") {
		note("disabled user group", g["date_delete"] != 0.0)
	}
	for _, value := range all["emoji"].(obj) {
		note("emoji alias", strings.HasPrefix(value.(string), "alias:"))
	}
	for _, what := range []string{
		"deactivated", "deactivated, shown without time zone", "bot user", "guest", "single-channel guest", "no display name",
		"same display name", "normalised name differs", "no picture of its own", "custom field", "status", "archived",
		"public without self", "previous name", "no topic", "unread", "never read", "empty", "old private channel",
		"young private channel", "closed IM", "IM with a deactivated account", "disabled user group", "emoji alias",
	} {
		if found[what] == 0 {
			t.Errorf("none: %s", what)
		}
	}
}

// The sizes that workloads are compared by: a fifth as many public channels as
// users, a quarter as many IMs, 24 memberships each, 1.7 KB of JSON a user.
func TestProportions(t *testing.T) {
	const n = 2000
	s := newServer(t, slacktest.Options{Users: n})
	all := truth(t, s)
	memberships, largest := 0, 0
	for _, c := range list(all, "channels") {
		size := len(strs(c, "members"))
		memberships += size
		largest = max(largest, size)
	}
	bytesPerUser := len(s.StartJSON()) / n
	for _, tt := range []struct {
		name          string
		got, min, max int
	}{
		{"public channels", len(list(all, "channels")), n / 5, n / 5},
		{"private channels and group DMs", len(list(all, "groups")) + len(list(all, "mpims")), n / 50, n / 20},
		{"IMs", len(list(all, "ims")), n/4 - 1, n / 4},
		{"bots", len(list(all, "bots")), n / 50, n/50 + 2},
		{"memberships a user", memberships / n, 20, 24},
		{"largest channel", largest, n - 1, n - 1},
		{"bytes of rtm.start a user", bytesPerUser, 2200, 2700},
	} {
		if tt.got < tt.min || tt.got > tt.max {
			t.Errorf("%s: %d, want %d to %d", tt.name, tt.got, tt.min, tt.max)
		}
	}
}
