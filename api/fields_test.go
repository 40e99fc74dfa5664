package api_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/api"
)

// inJSONOnly are the fields that no accessor shows: JSON, and the Before and
// After of changes, are where they are found. An accessor is for what many
// programs ask for, and a field that comes to be asked for leaves this list.
var inJSONOnly = map[string][]string{
	"what clients draw with": {
		"profile.avatar_hash",
		"profile.image_original", "profile.is_custom_image",
		"profile.status_emoji_display_info", "conversations.priority",
		"users.tz_label",
	},
	"says again what another field says": {
		"profile.display_name_normalized", "profile.real_name_normalized", "profile.first_name", "profile.last_name",
		"profile.team", "profile.status_text_canonical", "profile.api_app_id", "conversations.name_normalized",
		"conversations.is_channel", "conversations.is_group", "conversations.context_team_id", "conversations.is_user_deleted",
		"conversations.has_pins", "messages.type", "messages.team",
		"read state.mention_count_display", "read state.dm_count", "read state.has_unreads", "usergroups.user_count",
		"bots.team_id", "usergroups.team_id",
	},
	"finer than most programs ask": {
		"users.is_email_confirmed", "users.is_workflow_bot", "users.who_can_share_contact_card",
		"profile.always_active",
		"profile.huddle_state", "profile.huddle_state_expiration_ts", "profile.guest_expiration_ts", "profile.guest_invited_by",
		"conversations.is_pending_ext_shared",
		"conversations.unlinked",
		"conversations.internal_team_ids", "conversations.pending_shared",
		"messages.client_msg_id", "messages.source_team", "messages.user_team", "messages.suppress_notification", "messages.parent_user_id", "messages.replies", "messages.hidden",
	},
	"about the record, not about what it stands for": {
		"usergroups.auto_type",
		"usergroups.updated_by", "usergroups.deleted_by",
	},
	"the conversation of a pin or a star, which its key has too": {
		"pins.channel", "stars.channel", "stars.group",
	},
}

// A shown says where a schema's fields are in an answer of rtm.start, and which
// views may show them. The verb is for one member of the object.
type shown struct {
	json  string
	views func(api.Snapshot) []any
}

var schemas = map[string]shown{
	"self": {`"self":{"id":"U1",%s}`, func(s api.Snapshot) []any { return []any{s.Self()} }},
	"team": {`"team":{"id":"T1",%s}`, func(s api.Snapshot) []any { return []any{s.Team()} }},
	"self prefs": {`"self":{"id":"U1","prefs":{"theme":1,%s}}`,
		func(s api.Snapshot) []any { p, _ := s.Self().Pref("value"); return []any{string(p)} }},
	"team prefs": {`"team":{"id":"T1","prefs":{"theme":1,%s}}`,
		func(s api.Snapshot) []any { p, _ := s.Team().Pref("value"); return []any{string(p)} }},
	"users": {`"users":[{"id":"U1",%s}]`,
		func(s api.Snapshot) []any { u, _ := s.User("U1"); return []any{u} }},
	"profile": {`"users":[{"id":"U1","profile":{%s}}]`,
		func(s api.Snapshot) []any { u, _ := s.User("U1"); return []any{u} }},
	"conversations": {`"users":[{"id":"U1"}],"channels":[{"id":"C1",%s}]`,
		func(s api.Snapshot) []any { c, _ := s.Channel("C1"); return []any{c} }},
	"topic": {`"channels":[{"id":"C1","topic":{%s}}]`,
		func(s api.Snapshot) []any { c, _ := s.Channel("C1"); return []any{c} }},
	"read state": {`"channels":[{"id":"C1","last_read":"",%s}]`,
		func(s api.Snapshot) []any { c, _ := s.Channel("C1"); return []any{c, c.Read()} }},
	"messages": {`"channels":[{"id":"C1"}],"messages":{"C1":[{"ts":"1700000000.000100",%s}]}`,
		func(s api.Snapshot) []any { m, _ := s.Message("C1", "1700000000.000100"); return []any{m} }},
	"threads": {`"slackstate":{"threads":{"C1":[{"thread_ts":"1700000000.000100",%s}]}}`,
		func(s api.Snapshot) []any { return []any{s.Thread("C1", "1700000000.000100")} }},
	"files": {`"files":[{"id":"F1",%s}]`,
		func(s api.Snapshot) []any { f, _ := s.File("F1"); return []any{f} }},
	"bots": {`"users":[{"id":"U1"}],"bots":[{"id":"B1",%s}]`,
		func(s api.Snapshot) []any { b, _ := s.Bot("B1"); return []any{b} }},
	"profile fields": {`"team":{"id":"T1","profile":{"fields":[{"id":"Xf1","label":"first","ordering":2},{"id":"Xf2",%s}]}}`,
		func(s api.Snapshot) []any {
			f, _ := s.ProfileField("Xf2")
			return []any{f, slices.Collect(s.ProfileFields())[0]}
		}},
	"usergroups": {`"subteams":{"all":[{"id":"S1",%s}]}`,
		func(s api.Snapshot) []any { g, _ := s.Usergroup("S1"); return []any{g} }},
	"emoji": {`"emoji":{%s}`,
		func(s api.Snapshot) []any { e, _ := s.Emoji("value"); return []any{e} }},
	"dnd": {`"dnd":{"U1":{"snooze_endtime":1600000000,%s}}`,
		func(s api.Snapshot) []any { d, _ := s.DND("U1"); return []any{d} }},
	"presence": {`"users":[{"id":"U1",%s}]`,
		func(s api.Snapshot) []any { u, _ := s.User("U1"); return []any{u} }},
}

// samples are values by the kind of field, and for the fields that take few.
var samples = map[string]string{
	"str": `"U1"`, "int": `1700000000`, "bool": `true`, "list": `["U1"]`, "raw": `{"a":1}`, "whole": `{"ts":"1700000000.000100"}`,
	"fields": `{"Xf1":{"value":"cat"}}`, "pinned_to": `["C1"]`, "edited": `{"user":"U1","ts":"1700000000.000200"}`, "files": `[{"id":"F1"}]`,
	"reactions": `[{"name":"eyes","users":["U1"],"count":1}]`, "thread_ts": `"1700000000.000050"`, "subtype": `"tombstone"`,
	"id": `"U2"`, "ts": `"1700000000.000200"`, "presence": `"active"`, "manual_presence": `"active"`,
}

// TestFields asks of every field that the schemas number whether a view shows a
// difference between a record that has it and one that has not. The answer for
// all others has to be in inJSONOnly.
func TestFields(t *testing.T) {
	var want, got []string
	for fields := range maps.Values(inJSONOnly) {
		want = append(want, fields...)
	}
	for _, f := range numbered(t) {
		name := f.schema + "." + f.name
		s, ok := schemas[f.schema]
		if !ok {
			got = append(got, name)
			continue
		}
		value := samples[f.kind]
		if v, ok := samples[f.name]; ok {
			value = v
		}
		show := func(member string) []string {
			var all []string
			for _, view := range s.views(start(t, fmt.Sprintf(s.json, member))) {
				all = append(all, answers(view)...)
			}
			return all
		}
		with, without := show(fmt.Sprintf("%q:%s", f.name, value)), show(`"":0`)
		if slices.Equal(with, without) {
			got = append(got, name)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields that no accessor shows (-as listed +as they are)\n%s", diff)
	}
}

// answers are what the methods of a view say, but for JSON.
func answers(view any) (all []string) {
	v := reflect.ValueOf(view)
	if v.Kind() != reflect.Struct {
		return []string{fmt.Sprint(view)}
	}
	w := walker{result: func(method string, r reflect.Value) {
		switch r.Kind() {
		case reflect.Func:
			n := 0
			for range r.Seq() {
				n++
			}
			all = append(all, fmt.Sprint(method, n))
		case reflect.Struct:
			if view, ok := r.Interface().(interface{ Valid() bool }); ok {
				all = append(all, fmt.Sprint(method, view.Valid()))
				return
			}
			all = append(all, fmt.Sprint(method, r))
		default:
			all = append(all, fmt.Sprint(method, r))
		}
	}, value: func(reflect.Value) {}, stop: true}
	for i := range v.NumMethod() {
		if method := methodOf(v.Type(), i); !strings.HasSuffix(method, ".JSON") {
			w.call(method, v.Method(i), nil)
		}
	}
	return all
}

// A numberedField is a line of snapshot/entities.go.
type numberedField struct{ schema, kind, name string }

// numbered reads which fields the schemas of the workspace have, and skips those
// that are objects with a schema of their own.
func numbered(t *testing.T) (fields []numberedField) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../snapshot/entities.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	text := func(e ast.Expr) string {
		lit, _ := e.(*ast.BasicLit)
		s, err := strconv.Unquote(lit.Value)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	names := map[string]string{} // of schemas, by variable
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		call, _ := spec.Values[0].(*ast.CallExpr)
		method, _ := call.Fun.(*ast.SelectorExpr)
		if method != nil && len(call.Args) > 1 {
			if schema, ok := method.X.(*ast.Ident); ok {
				if kind := method.Sel.Name; kind != "object" {
					fields = append(fields, numberedField{names[schema.Name], kind, text(call.Args[1])})
				}
				return false
			}
		}
		ast.Inspect(call, func(n ast.Node) bool {
			if make, ok := n.(*ast.CallExpr); ok {
				if fn, ok := make.Fun.(*ast.Ident); ok && fn.Name == "newSchema" {
					names[spec.Names[0].Name] = text(make.Args[0])
				}
			}
			return true
		})
		return false
	})
	if len(fields) < 100 {
		t.Fatalf("%d fields were found, there are more", len(fields))
	}
	return fields
}
