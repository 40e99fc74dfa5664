package slacktest_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slackstate/slackstate/slacktest"
)

// How the token and the arguments reach the server, and what it says when they
// do not.
func TestCalls(t *testing.T) {
	s := newServer(t, slacktest.Options{})
	c := newCaller(t, s)
	bearer := "Bearer " + s.Token()
	team := truth(t, s)["team"].(obj)["id"].(string)
	const form, jsonType = "application/x-www-form-urlencoded", "application/json; charset=utf-8"
	for _, tt := range []struct {
		name, verb, path, auth, contentType, body string
		want                                      obj // a part of the answer
	}{
		{"token in the header", "POST", "auth.test", bearer, form, "", obj{"ok": true, "team_id": team}},
		{"token in the form", "POST", "auth.test", "", form, "token=" + s.Token(), obj{"ok": true}},
		{"token in the query", "GET", "auth.test?token=" + s.Token(), "", "", "", obj{"ok": true}},
		{"GET with arguments", "GET", "users.info?user=USLACKBOT", bearer, "", "", obj{"ok": true}},
		{"no token", "POST", "auth.test", "", form, "", obj{"ok": false, "error": "not_authed"}},
		{"wrong token", "POST", "auth.test", "Bearer xoxb-nope", form, "", obj{"ok": false, "error": "invalid_auth"}},
		{"app token", "POST", "auth.test", "Bearer " + s.AppToken(), form, "", obj{"ok": false, "error": "not_allowed_token_type"}},
		{"unknown method", "POST", "users.dance", bearer, form, "", obj{"ok": false, "error": "unknown_method", "req_method": "users.dance"}},
		{"JSON where it is read", "POST", "api.test", "", jsonType, `{"foo":"bar"}`, obj{"ok": true, "args": obj{"foo": "bar"}}},
		{"a token in JSON does not count", "POST", "auth.test", "", jsonType, `{"token":"` + s.Token() + `"}`, obj{"ok": false, "error": "not_authed"}},
		{"JSON where it is not read", "POST", "conversations.info", bearer, jsonType, `{"channel":"C1"}`, obj{
			"ok": false, "error": "invalid_arguments",
			"response_metadata": obj{"messages": []any{"[ERROR] missing required field: channel"}},
		}},
		{"JSON without charset", "POST", "api.test", "", "application/json", `{}`, obj{
			"ok": true, "warning": "missing_charset", "response_metadata": obj{"warnings": []any{"missing_charset"}},
		}},
		{"form with charset", "POST", "api.test", "", form + "; charset=utf-8", "", obj{"ok": true, "warning": "superfluous_charset"}},
		{"broken JSON", "POST", "api.test", "", jsonType, `{`, obj{"ok": false, "error": "invalid_json"}},
		{"a type Slack does not take", "POST", "api.test", "", "text/plain", "x", obj{"ok": false, "error": "invalid_post_type"}},
		{"api.test fails on request", "GET", "api.test?error=my_error&foo=bar", "", "", "", obj{
			"ok": false, "error": "my_error", "args": obj{"error": "my_error", "foo": "bar"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req := must(http.NewRequest(tt.verb, s.URL()+tt.path, strings.NewReader(tt.body)))
			if tt.auth != "" {
				req.Header.Set("Authorization", tt.auth)
			}
			if tt.contentType != "" {
				req.Header.Set("Content-Type", tt.contentType)
			}
			resp, err := c.http.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			body := decodeBody(t, resp)
			got := obj{}
			for k := range tt.want {
				got[k] = body[k]
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

// pages reads a listing to its end.
func (c *caller) pages(method, field string, args ...string) (pages []obj) {
	c.t.Helper()
	for cursor := ""; ; {
		page := c.call(method, append(args, "cursor", cursor)...)
		pages = append(pages, page)
		if cursor = nextCursor(page); cursor == "" {
			return pages
		}
		if !strings.HasSuffix(cursor, "=") {
			c.t.Fatalf("cursor %q has nothing to escape", cursor)
		}
	}
}

func nextCursor(page obj) string {
	meta, _ := page["response_metadata"].(obj)
	cursor, _ := meta["next_cursor"].(string)
	return cursor
}

// A listing read to the last cursor has everything exactly once.
func TestUsersListPages(t *testing.T) {
	s := newServer(t, slacktest.Options{Users: 250})
	c := newCaller(t, s)
	seen := map[string]int{}
	for _, page := range c.pages("users.list", "members", "limit", "33") {
		users := list(page, "members")
		if len(users) == 0 || len(users) > 33 {
			t.Errorf("page of %d users", len(users))
		}
		for _, u := range users {
			seen[u["id"].(string)]++
		}
	}
	want := map[string]int{}
	for _, u := range list(truth(t, s), "users") {
		want[u["id"].(string)] = 1
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("users seen (-want +got):\n%s", diff)
	}
}

// What limit and cursor may be.
func TestPaging(t *testing.T) {
	s := newServer(t, slacktest.Options{Users: 6000})
	c := newCaller(t, s)
	cursor := nextCursor(c.call("users.list", "limit", "10"))
	for _, tt := range []struct {
		name, method string
		args         []string
		size         int
		code         any
	}{
		{"the cap", "users.list", []string{"limit", "5000"}, 1000, nil},
		{"no limit on a big workspace", "users.list", nil, 0, "limit_required"},
		{"no number", "users.list", []string{"limit", "many"}, 0, "invalid_limit"},
		{"negative", "users.list", []string{"limit", "-1"}, 0, "invalid_limit"},
		{"garbage", "users.list", []string{"cursor", "garbage", "limit", "5"}, 0, "invalid_cursor"},
		{"the cursor of another listing", "conversations.list", []string{"cursor", cursor}, 0, "invalid_cursor"},
		{"the cursor itself", "users.list", []string{"cursor", cursor, "limit", "5"}, 5, nil},
		{"conversations by default", "conversations.list", nil, 100, nil},
		{"types there are not", "conversations.list", []string{"types", "public_channel,club"}, 0, "invalid_types"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := c.try(tt.method, tt.args...)
			size := len(list(body, "members")) + len(list(body, "channels"))
			if diff := cmp.Diff([]any{tt.size, tt.code}, []any{size, body["error"]}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	s.Faults().ExpireCursors()
	if got := c.try("users.list", "cursor", cursor, "limit", "5")["error"]; got != "invalid_cursor" {
		t.Errorf("expired cursor: %v", got)
	}
}

// A page has no more rows than PageSize, whatever is asked for, and all pages
// together have everything.
func TestPageSize(t *testing.T) {
	read := func(pageSize int, method, name, limit string) (largest int, ids []any) {
		c := newCaller(t, newServer(t, slacktest.Options{Users: 60, PageSize: pageSize}))
		for _, page := range c.pages(method, name, "limit", limit) {
			rows := list(page, name)
			largest = max(largest, len(rows))
			for _, row := range rows {
				ids = append(ids, row["id"])
			}
		}
		return largest, ids
	}
	for method, name := range map[string]string{"users.list": "members", "conversations.list": "channels"} {
		_, want := read(0, method, name, "999")
		for limit, most := range map[string]int{"": 7, "999": 7, "5": 5} {
			largest, got := read(7, method, name, limit)
			if diff := cmp.Diff(want, got); diff != "" || largest != most {
				t.Errorf("%s with limit %q: pages of up to %d, want %d; ids (-want +got)\n%s", method, limit, largest, most, diff)
			}
		}
	}
}

// Types and exclude_archived are applied after a page is cut: pages are short or
// empty and still have a cursor. All of it together is still complete.
func TestConversationsListFiltersAfterCutting(t *testing.T) {
	s := newServer(t, slacktest.Options{Users: 400})
	c := newCaller(t, s)
	all := truth(t, s)
	for _, tt := range []struct{ types, field string }{
		{"public_channel", "channels"}, {"private_channel", "groups"}, {"mpim", "mpims"}, {"im", "ims"},
	} {
		t.Run(tt.types, func(t *testing.T) {
			var got []string
			empty := 0
			for _, page := range c.pages("conversations.list", "channels", "types", tt.types, "limit", "20", "exclude_archived", "true") {
				rows := list(page, "channels")
				if len(rows) == 0 && nextCursor(page) != "" {
					empty++
				}
				for _, row := range rows {
					got = append(got, row["id"].(string))
				}
			}
			slices.Sort(got)
			var want []string
			for _, conv := range list(all, tt.field) {
				if conv["is_archived"] != true {
					want = append(want, conv["id"].(string))
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if tt.types != "public_channel" && empty == 0 {
				t.Error("no page was empty with a cursor")
			}
		})
	}
}

// Which fields the rows and objects of the conversation methods have.
func TestConversationFields(t *testing.T) {
	sc := newScene(t)
	im := must(sc.OpenIM(sc.ann))
	mpim := must(sc.OpenMPIM(sc.ann, sc.self, sc.bob))
	row := func(method, id string, args ...string) obj {
		for _, page := range sc.pages(method, "channels", append(args, "types", "public_channel,private_channel,mpim,im")...) {
			if c := find(list(page, "channels"), id); c != nil {
				return c
			}
		}
		return nil
	}
	info := func(id string, args ...string) obj {
		return sc.call("conversations.info", append(args, "channel", id)...)["channel"].(obj)
	}
	for _, tt := range []struct {
		name             string
		got              obj
		present, without string
	}{
		{"list: public", row("conversations.list", sc.room), "is_member num_members topic previous_names updated", "members last_read latest unread_count"},
		{"list: private", row("conversations.list", sc.priv), "is_member num_members", "members last_read"},
		{"list: mpim", row("conversations.list", mpim), "is_open is_member", "members last_read num_members"},
		{"list: im", row("conversations.list", im), "id user created is_im is_user_deleted priority", "name is_member is_open last_read members"},
		{"users.conversations", row("users.conversations", sc.room), "topic", "is_member num_members members"},
		{"info: member", info(sc.room), "is_member last_read latest unread_count unread_count_display", "members num_members locale"},
		{"info: not a member", info(sc.away), "is_member", "last_read latest unread_count members"},
		{"info: more on request", info(sc.away, "include_num_members", "true", "include_locale", "1"), "num_members locale", "last_read"},
		{"info: im", info(im), "user is_open last_read unread_count", "members name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got == nil {
				t.Fatal("no such row")
			}
			for _, field := range strings.Fields(tt.present) {
				if _, ok := tt.got[field]; !ok {
					t.Errorf("%s is missing", field)
				}
			}
			for _, field := range strings.Fields(tt.without) {
				if v, ok := tt.got[field]; ok {
					t.Errorf("%s is there: %v", field, v)
				}
			}
		})
	}
	// A private channel of today has a C id and calls itself a channel.
	priv := row("conversations.list", sc.priv)
	want := obj{"is_channel": true, "is_group": false, "is_private": true, "letter": "C"}
	got := obj{"is_channel": priv["is_channel"], "is_group": priv["is_group"], "is_private": priv["is_private"], "letter": sc.priv[:1]}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("private channel (-want +got):\n%s", diff)
	}
}

// What self cannot see does not exist for it.
func TestForeignPrivateChannelsAreHidden(t *testing.T) {
	sc := newScene(t)
	hidden := must(sc.CreateChannel(slacktest.ChannelSpec{Name: "hidden", Creator: sc.ann, Private: true}))
	for _, method := range []string{"conversations.info", "conversations.members"} {
		if got := sc.try(method, "channel", hidden)["error"]; got != "channel_not_found" {
			t.Errorf("%s: %v", method, got)
		}
	}
	for _, args := range [][]string{{}, {"user", sc.ann}} {
		for _, page := range sc.pages("users.conversations", "channels", append(args, "types", "private_channel")...) {
			if find(list(page, "channels"), hidden) != nil {
				t.Errorf("users.conversations %v shows it", args)
			}
		}
	}
	if sc.conv(hidden) != nil {
		t.Error("the truth shows it")
	}
}

// conversations.members pages through exactly the members of the truth.
func TestConversationsMembers(t *testing.T) {
	s := newServer(t, slacktest.Options{Users: 150})
	c := newCaller(t, s)
	for _, field := range []string{"channels", "groups", "mpims"} {
		for _, conv := range list(truth(t, s), field) {
			var got []string
			for _, page := range c.pages("conversations.members", "members", "channel", conv["id"].(string), "limit", "7") {
				got = append(got, strs(page, "members")...)
			}
			if diff := cmp.Diff(strs(conv, "members"), got); diff != "" {
				t.Errorf("members of %v (-want +got):\n%s", conv["id"], diff)
			}
		}
	}
}

// The per-entity methods agree with the truth and fail with Slack's codes.
func TestLookups(t *testing.T) {
	sc := newScene(t)
	all := truth(t, sc.Server)
	group := list(all["subteams"].(obj), "all")[0]
	file, err := sc.UploadFile(sc.ann, sc.room, "map.txt", "here")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		method, arg, value, code string
	}{
		{"users.info", "user", sc.ann, ""}, {"users.info", "user", "U0", "user_not_found"},
		{"users.getPresence", "user", sc.ann, ""}, {"users.getPresence", "user", "U0", "user_not_found"},
		{"bots.info", "bot", list(all, "bots")[0]["id"].(string), ""}, {"bots.info", "bot", "B0", "bot_not_found"},
		{"files.info", "file", file, ""}, {"files.info", "file", "F0", "file_not_found"},
		{"dnd.info", "user", sc.ann, ""}, {"dnd.info", "user", "U0", "user_not_found"},
		{"dnd.teamInfo", "users", sc.ann + "," + sc.bob, ""}, {"dnd.teamInfo", "users", "", "invalid_arguments"},
		{"dnd.teamInfo", "users", strings.Repeat("U1,", 51), "too_many_users"},
		{"usergroups.users.list", "usergroup", group["id"].(string), ""}, {"usergroups.users.list", "usergroup", "S0", "no_such_subteam"},
		{"team.info", "team", "", ""}, {"team.info", "team", "T0", "team_not_found"},
		{"team.profile.get", "visibility", "all", ""}, {"emoji.list", "x", "", ""}, {"usergroups.list", "x", "", ""},
		{"conversations.info", "channel", "C0", "channel_not_found"},
		{"users.conversations", "user", "U0", "user_not_found"},
	} {
		t.Run(tt.method+" "+tt.value, func(t *testing.T) {
			body := sc.try(tt.method, tt.arg, tt.value)
			code, _ := body["error"].(string)
			if diff := cmp.Diff([]any{tt.code == "", tt.code}, []any{body["ok"], code}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	emoji := sc.call("emoji.list")
	if diff := cmp.Diff(all["emoji"], emoji["emoji"]); diff != "" {
		t.Errorf("emoji (-want +got):\n%s", diff)
	}
	if _, isString := emoji["cache_ts"].(string); !isString {
		t.Errorf("emoji.list cache_ts is %T, want a string", emoji["cache_ts"])
	}
	plain := list(sc.call("usergroups.list"), "usergroups")[0]
	full := find(list(sc.call("usergroups.list", "include_users", "1", "include_count", "1", "include_disabled", "1"), "usergroups"), group["id"].(string))
	if diff := cmp.Diff([]any{nil, nil, group}, []any{plain["users"], plain["user_count"], full}); diff != "" {
		t.Errorf("usergroups.list (-want +got):\n%s", diff)
	}
	own := sc.call("users.getPresence")
	if diff := cmp.Diff([]any{true, 1.0}, []any{own["online"], own["connection_count"]}); diff != "" {
		t.Errorf("own presence (-want +got):\n%s", diff)
	}
}

// rtm.start in its forms.
func TestRTMStart(t *testing.T) {
	s := newServer(t, slacktest.Options{Users: 80})
	c := newCaller(t, s)
	today := c.call("rtm.start")
	if _, full := today["users"]; full || today["url"] == "" {
		t.Errorf("today's rtm.start is not rtm.connect's: %d fields", len(today))
	}
	s.SetRTMStart("method_deprecated")
	if got := c.try("rtm.start")["error"]; got != "method_deprecated" {
		t.Errorf("refused rtm.start: %v", got)
	}
	s.SetRTMStart(slacktest.RTMStartFull)
	all := truth(t, s)
	full := c.call("rtm.start", "mpim_aware", "true")
	for _, field := range []string{"self", "users", "channels", "groups", "mpims", "ims", "bots", "subteams"} {
		if diff := cmp.Diff(all[field], full[field]); diff != "" {
			t.Errorf("%s (-truth +rtm.start):\n%s", field, diff)
		}
	}
	unaware := c.call("rtm.start")
	if _, ok := unaware["mpims"]; ok || len(list(unaware, "groups")) != len(list(all, "groups"))+len(list(all, "mpims")) {
		t.Error("without mpim_aware group DMs are not among the groups")
	}
	joined := func(body obj) obj {
		for _, conv := range list(body, "channels") {
			if conv["is_member"] == true && conv["latest"] != nil {
				return conv
			}
		}
		return nil
	}
	id := joined(full)["id"].(string)
	field := func(args ...string) obj { return find(list(c.call("rtm.start", args...), "channels"), id) }
	if latest, isString := field("simple_latest", "1")["latest"].(string); !isString || latest == "" {
		t.Errorf("simple_latest: %v", latest)
	}
	slim := field("no_latest", "1")
	if slim["latest"] != nil || slim["unread_count"] != nil || slim["last_read"] == nil {
		t.Errorf("no_latest, which implies no_unreads: %v", slim)
	}
	if got := field("no_unreads", "1"); got["latest"] == nil || got["unread_count_display"] != nil {
		t.Errorf("no_unreads: %v", got)
	}
	if list(c.call("rtm.start", "include_locale", "1"), "users")[0]["locale"] == nil {
		t.Error("include_locale shows none")
	}
}

// In its last years a full rtm.start left things out.
func TestTrimmedRTMStart(t *testing.T) {
	s := newServer(t, slacktest.Options{Users: 700, RTMStart: slacktest.RTMStartFull, TrimStart: true})
	body := newCaller(t, s).call("rtm.start")
	if got := body["warning"]; got != "member_list_truncated" {
		t.Errorf("warning is %v", got)
	}
	for _, conv := range list(body, "channels") {
		if n := len(strs(conv, "members")); n > 500 {
			t.Errorf("%v has %s members", conv["id"], strconv.Itoa(n))
		}
		if conv["latest"] != nil || conv["unread_count"] != nil {
			t.Errorf("%v has read state", conv["id"])
		}
	}
	for _, u := range list(body, "users") {
		if u["presence"] != nil {
			t.Fatalf("%v has presence", u["id"])
		}
	}
}
