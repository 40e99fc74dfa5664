package slackstate_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// isThere stands for an entity itself among its fields.
const isThere = "is there"

// untold are the fields that no method but the old rtm.start tells.
var untold = []string{
	"self//created", "self//manual_presence", "self//prefs",
	"team//plan", "team//prefs", "team//msg_edit_window_mins", "team//over_storage_limit",
	"users/*/presence",
}

// incomparable are the fields that the truth does not have, that Slack tells of
// some users only, or that are taken back by a null or by being left out, which
// says nothing.
var incomparable = []string{
	"*/*/mention_count", "*/*/mention_count_display", "*/*/dm_count", "dnd/*/*", "subteams/*/deleted_by", "*/*/has_pins", "*/*/pin_count",
}

// followed are the fields that events alone keep as they are in truth. They
// leave out others, such as when a channel was updated, whether a message that
// was deleted had been counted, or whether self is among the users of a user
// group that was disabled.
var followed = []string{
	"*/*", "team//*", "users/*/*", "emoji/*", "bots/*/*",
	"subteams/*/name", "subteams/*/handle", "subteams/*/description", "subteams/*/date_delete",
	"*/*/name", "*/*/is_archived", "*/*/is_member", "*/*/members", "*/*/topic", "*/*/purpose", "*/*/is_open",
}

// agree compares a snapshot with the truth of the server it was made from: the
// same entities, and of each the same fields, but for the exceptions. If not all
// has been listed since it changed, it compares what is followed and known. The
// truth is as of now, so nothing must be on its way.
func agree(t *testing.T, when string, snap api.Snapshot, srv *slacktest.Server, listed bool, except []string) {
	t.Helper()
	if err := snap.Check(); err != nil {
		t.Errorf("%s: %v", when, err)
	}
	except = slices.Concat(except, incomparable)
	if snap.Freshness("bots").Known != api.Complete {
		except = append(except, "bots/*/*") // Slack has no list of them
	}
	if !listed {
		except = append(except, "users/*/presence") // told to subscribers
	}
	excepted, compared := patterns(except), patterns(followed)
	want, got := flatten(t, srv.Truth()), flatten(t, snap.JSON())
	uncompared := func(key string, v any) bool {
		dir, field := path.Split(key)
		switch {
		case v == nil, excepted.match(key), !listed && !compared.match(key):
			return true
		}
		switch field {
		case "latest", "last_read", "unread_count", "unread_count_display": // nobody tells of what self has left
			return got[dir+"is_member"] == false
		}
		return false
	}
	for key, v := range want {
		_, known := got[key]
		if uncompared(key, v) || !known && !listed && v != isThere {
			delete(want, key)
		}
	}
	abroad := map[string]bool{} // those of other workspaces are not forgotten when they leave
	for key, team := range got {
		if dir, field := path.Split(key); field == "team_id" && strings.HasPrefix(dir, "users/") && team != want["team//id"] && want[strings.TrimSuffix(dir, "/")] == nil {
			abroad[strings.TrimSuffix(dir, "/")] = true
		}
	}
	maps.DeleteFunc(got, func(key string, _ any) bool { return abroad[key] || abroad[path.Dir(key)] })
	for key, v := range got {
		dir, field := path.Split(key)
		members, _ := want[dir+"members"].([]any)
		switch {
		case uncompared(key, v),
			field == "latest" && want[key] == nil: // taken back by a null
			delete(got, key)
		case field == "num_members" && want[key] == nil: // the truth lists them instead
			want[key] = float64(len(members))
		}
	}
	if !maps.EqualFunc(want, got, reflect.DeepEqual) {
		t.Errorf("%s: (-truth +snapshot)\n%s", when, cmp.Diff(want, got))
	}
}

// A patternSet is a set of keys, in which a part may be a star.
type patternSet map[string]bool

func patterns(all []string) patternSet {
	set := patternSet{}
	for _, p := range all {
		set[p] = true
	}
	return set
}

// match reports whether a key is in the set.
func (s patternSet) match(key string) bool {
	kind, rest, _ := strings.Cut(key, "/")
	id, field, three := strings.Cut(rest, "/")
	for _, k := range [...]string{kind, "*"} {
		for _, i := range [...]string{id, "*"} {
			if three && (s[k+"/"+i+"/"+field] || s[k+"/"+i+"/*"]) || !three && s[k+"/"+i] {
				return true
			}
		}
	}
	return false
}

// flatten turns a workspace in the shape of rtm.start into one map from
// "collection/id/field" to the field's value.
func flatten(t *testing.T, workspace []byte) map[string]any {
	t.Helper()
	type object = map[string]any
	var w struct {
		Self, Team                                object
		Users, Channels, Groups, Mpims, Ims, Bots []object
		Subteams                                  struct {
			All  []object
			Self []string
		}
		Emoji map[string]string
		DND   map[string]object
	}
	if err := json.Unmarshal(workspace, &w); err != nil {
		t.Fatal(err)
	}
	flat := map[string]any{}
	entity := func(kind string, id any, o object) {
		for field, v := range o {
			if field != "id" || kind == "self" || kind == "team" {
				flat[fmt.Sprintf("%s/%v/%s", kind, id, field)] = withoutNulls(v)
			}
		}
	}
	profile, _ := w.Team["profile"].(object)
	fields, _ := profile["fields"].([]any)
	delete(w.Team, "profile")
	entity("self", "", w.Self)
	entity("team", "", w.Team)
	for kind, list := range map[string][]object{
		"users": w.Users, "channels": w.Channels, "groups": w.Groups, "mpims": w.Mpims, "ims": w.Ims,
		"bots": w.Bots, "subteams": w.Subteams.All,
	} {
		for _, o := range list {
			flat[fmt.Sprintf("%s/%v", kind, o["id"])] = isThere
			entity(kind, o["id"], o)
		}
	}
	for _, f := range fields {
		o, _ := f.(object)
		entity("profile fields", o["id"], o)
	}
	for _, id := range w.Subteams.Self {
		flat["own subteams/"+id] = isThere
	}
	for name, value := range w.Emoji {
		flat["emoji/"+name] = value
	}
	for user, o := range w.DND {
		entity("dnd", user, o)
	}
	return flat
}

// withoutNulls removes null members, which say the same as absent ones.
func withoutNulls(v any) any {
	o, ok := v.(map[string]any)
	if !ok {
		return v
	}
	for name, member := range o {
		if member == nil {
			delete(o, name)
		} else {
			o[name] = withoutNulls(member)
		}
	}
	return o
}
