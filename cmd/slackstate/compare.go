package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// A comparison holds a cache's dump against the truth of the server it was
// made from: every entity must be in both, and every field the cache claims to
// know must be as it is in truth. What the cache says it does not know is
// counted, and is right only if the way it was loaded cannot tell it.
type comparison struct {
	entities, fields, memberships, counters int
	unknown                                 map[string]int // "channels.last_read" -> how often
	absent                                  map[string]int // "presence" -> of how many users
	wrong                                   []string       // each disagreement, with entity and field
}

type object = map[string]any

// compare reads two JSON objects in the shape of rtm.start. It looks at all that
// the truth holds; of pins, stars and files that holds nothing.
func compare(cache, truth []byte) (*comparison, error) {
	var c, t object
	if err := json.Unmarshal(cache, &c); err != nil {
		return nil, fmt.Errorf("read the cache: %w", err)
	}
	if err := json.Unmarshal(truth, &t); err != nil {
		return nil, fmt.Errorf("read the truth: %w", err)
	}
	return compareObjects(c, t), nil
}

// compareObjects changes neither object.
func compareObjects(c, t object) *comparison {
	cmp := &comparison{unknown: map[string]int{}, absent: map[string]int{}}
	for _, name := range []string{"users", "channels", "groups", "mpims", "ims", "bots"} {
		cmp.lists(name, c[name], t[name])
	}
	subteams, trueSubteams := asObject(c["subteams"]), asObject(t["subteams"])
	cmp.lists("subteams", subteams["all"], trueSubteams["all"])
	cmp.entity("subteams", "", without(subteams, "all"), without(trueSubteams, "all"))
	cmp.sets("emoji", asObject(c["emoji"]), asObject(t["emoji"]), true)
	// Slack tells these for self, and for the users it is asked about.
	cmp.sets("dnd", asObject(c["dnd"]), asObject(t["dnd"]), false)
	cmp.sets("presence", asObject(c["presence"]), asObject(t["presence"]), false)
	if self, _ := asObject(t["self"])["id"].(string); asObject(t["dnd"])[self] != nil && asObject(c["dnd"])[self] == nil {
		cmp.differ("dnd of self is missing")
	}
	cmp.entity("self", "", c["self"], asObject(t["self"]))
	team, trueTeam := asObject(c["team"]), asObject(t["team"])
	cmp.entity("team", "", without(team, "profile"), without(trueTeam, "profile"))
	profile, trueProfile := asObject(team["profile"]), asObject(trueTeam["profile"])
	cmp.lists("profile fields", profile["fields"], trueProfile["fields"])
	cmp.entity("team.profile", "", without(profile, "fields"), without(trueProfile, "fields"))
	return cmp
}

func asObject(v any) object {
	o, _ := v.(object)
	return o
}

func without(o object, name string) object {
	o = maps.Clone(o)
	delete(o, name)
	return o
}

// lists compares two arrays of objects with ids. The cache lacks nothing.
func (c *comparison) lists(name string, cache, truth any) {
	c.sets(name, c.byID(name, cache), c.byID(name, truth), true)
}

func (c *comparison) byID(name string, v any) object {
	o := object{}
	list, _ := v.([]any)
	for _, e := range list {
		id, _ := asObject(e)["id"].(string)
		if _, twice := o[id]; twice {
			c.differ("%s %s is listed twice", name, id)
		}
		o[id] = e
	}
	return o
}

// sets compares two collections. In a whole one the cache lacks nothing.
func (c *comparison) sets(name string, cache, truth object, whole bool) {
	for _, key := range slices.Sorted(maps.Keys(truth)) {
		have, ok := cache[key]
		switch {
		case !ok && whole:
			c.differ("%s %s is missing", name, key)
		case !ok:
			c.absent[name]++
		default:
			c.element(name, key, have, truth[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(cache)) {
		if _, ok := truth[key]; !ok {
			c.differ("%s %s does not exist", name, key)
		}
	}
}

func (c *comparison) element(name, key string, cache, truth any) {
	if o, ok := truth.(object); ok {
		c.entity(name, key, cache, o)
		return
	}
	c.entities++
	c.value(name, key, cache, truth)
}

func (c *comparison) entity(name, key string, have any, truth object) {
	c.entities++
	cache, ok := have.(object)
	if !ok {
		c.differ("%s %s is %s, which is no object", name, key, short(have))
	}
	for _, field := range slices.Sorted(maps.Keys(truth)) {
		if have, ok := cache[field]; ok {
			c.value(name+"."+field, key, have, truth[field])
		} else if truth[field] != nil { // null and absent are the same
			c.unknown[name+"."+field]++
		}
	}
	for _, field := range slices.Sorted(maps.Keys(cache)) {
		if _, ok := truth[field]; ok || cache[field] == nil {
			continue
		}
		if members, ok := truth["members"].([]any); ok && field == "num_members" {
			c.value(name+"."+field, key, cache[field], float64(len(members)))
			continue
		}
		c.differ("%s %s: %s is %s, and should not be known", name, key, field, short(cache[field]))
	}
}

// value compares one field.
func (c *comparison) value(field, key string, cache, truth any) {
	c.fields++
	switch {
	case strings.HasSuffix(field, ".members"):
		list, _ := truth.([]any)
		c.memberships += len(list)
	case strings.Contains(field, "_count"), strings.HasSuffix(field, ".num_members"):
		c.counters++
	}
	if !reflect.DeepEqual(withoutNulls(cache), withoutNulls(truth)) {
		c.differ("%s of %s is %s, in truth %s", field, key, short(cache), short(truth))
	}
}

func (c *comparison) differ(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

// allow checks that only the named fields are unknown.
func (c *comparison) allow(fields ...string) {
	for _, f := range slices.Sorted(maps.Keys(c.unknown)) {
		if !slices.Contains(fields, f) {
			c.differ("%s is unknown for %d", f, c.unknown[f])
		}
	}
}

func withoutNulls(v any) any {
	o, ok := v.(object)
	if !ok {
		return v
	}
	out := object{}
	for k, v := range o {
		if v != nil {
			out[k] = withoutNulls(v)
		}
	}
	return out
}

// short is a value as JSON, cut to what fits a line.
func short(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if r := []rune(string(b)); len(r) > 72 {
		return string(r[:70]) + "…"
	}
	return string(b)
}
