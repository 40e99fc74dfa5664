package sync

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

func page(ids, next string) string {
	return `{"ok":true,"members":[` + ids + `],"response_metadata":{"next_cursor":"` + next + `"}}`
}

// limits returns limit and cursor of each request for a method.
func limits(s *slack, method string) (all []string) {
	for _, r := range s.requests(method) {
		all = append(all, r.form.Get("limit")+" "+r.form.Get("cursor"))
	}
	return all
}

func TestPages(t *testing.T) {
	const u1, u2, u3 = `{"id":"U1"}`, `{"id":"U2"}`, `{"id":"U3"}`
	const down = `{"ok":false,"error":"internal_error"}`
	for _, tt := range []struct {
		name    string
		answers []string
		want    []string // events
		asked   []string // limit and cursor of each request
	}{
		{"empty and short pages are not the end",
			[]string{page("", "a="), page(u1, "b="), page("", "c="), page(u2+","+u3, "")},
			[]string{"call users.list", "page users.list >a=", "page users.list a=>b=", "page users.list b=>c=", "page users.list c=>", "listed users.list U1,U2,U3"},
			[]string{"999 ", "999 a=", "999 b=", "999 c="}},
		{"the cursor is null at the end",
			[]string{`{"ok":true,"members":[{"id":"U1"}],"response_metadata":{"next_cursor":null}}`},
			[]string{"call users.list", "page users.list", "listed users.list U1"},
			[]string{"999 "}},
		{"a bad cursor starts over, and what was seen before does not count",
			[]string{page(u1, "a"), `{"ok":false,"error":"invalid_cursor"}`, page(u2, "b"), page(u3, "")},
			[]string{"call users.list", "page users.list >a", "call users.list", "page users.list >b", "page users.list b>", "listed users.list U2,U3"},
			[]string{"999 ", "999 a", "999 ", "999 b"}},
		{"but only once",
			[]string{page(u1, "a"), `{"ok":false,"error":"invalid_cursor"}`, page(u2, "b"), `{"ok":false,"error":"invalid_cursor"}`},
			[]string{"call users.list", "page users.list >a", "call users.list", "page users.list >b", "failed users.list invalid_cursor"},
			[]string{"999 ", "999 a", "999 ", "999 b"}},
		{"fewer at a time when Slack wants that",
			[]string{`{"ok":false,"error":"limit_required"}`, `{"ok":false,"error":"invalid_limit"}`, page(u1, "")},
			[]string{"call users.list", "call users.list", "call users.list", "page users.list", "listed users.list U1"},
			[]string{"999 ", "499 ", "249 "}},
		{"but not less than sense allows",
			[]string{`{"ok":false,"error":"invalid_limit"}`},
			[]string{"call users.list", "call users.list", "call users.list", "call users.list", "call users.list", "call users.list", "call users.list", "call users.list", "failed users.list invalid_limit"},
			[]string{"999 ", "499 ", "249 ", "124 ", "62 ", "31 ", "15 ", "7 "}},
		{"a page that fails is asked for again, not the listing",
			[]string{page(u1, "a"), `<html>`, page(u2, "")},
			[]string{"call users.list", "page users.list >a", "page users.list a>", "listed users.list U1,U2"},
			[]string{"999 ", "999 a", "999 a"}},
		{"as many as are advised where more are too many",
			[]string{page(u1, "a"), down, down, down, down, down, page(u1, "b"), page(u2, "")},
			[]string{"call users.list", "page users.list >a", "call users.list", "page users.list >b", "page users.list b>", "listed users.list U1,U2"},
			[]string{"999 ", "999 a", "999 a", "999 a", "999 a", "999 a", "200 ", "200 b"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := live(t, func(s *slack, w *watch) { s.answer("users.list", script(tt.answers...)) })
				got := slices.DeleteFunc(w.told(), func(s string) bool { return !strings.Contains(s, "users.list") })
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("events (-want +got)\n%s", diff)
				}
				if diff := cmp.Diff(tt.asked, limits(w.slack, "users.list")); diff != "" {
					t.Errorf("requests (-want +got)\n%s", diff)
				}
			})
		})
	}
}

// All events of a call have its id and arguments, and no two calls share an id.
func TestCallIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := live(t, func(s *slack, w *watch) {
			s.answer("users.list", script(page("", "a"), `{"ok":false,"error":"invalid_cursor"}`, page("", "b"), page("", "")))
		})
		type event struct {
			Type, Call, Method string
			Args               map[string]string
		}
		calls := map[string]event{}
		for _, e := range w.all() {
			var got event
			if err := json.Unmarshal([]byte(e.raw), &got); err != nil {
				t.Fatalf("%s: %v", e.raw, err)
			}
			if got.Call == "" {
				continue
			}
			kind := got.Type
			got.Type = ""
			began, known := calls[got.Call]
			switch {
			case kind == "local.call" && known:
				t.Errorf("%s began twice", got.Call)
			case kind == "local.call":
				calls[got.Call] = got
			default:
				if diff := cmp.Diff(began, got); diff != "" {
					t.Errorf("%s (-began +got)\n%s", kind, diff)
				}
			}
		}
		if len(calls) != 9 { // rtm.connect, seven lists, one of them twice
			t.Errorf("%d calls, want 9", len(calls))
		}
	})
}
