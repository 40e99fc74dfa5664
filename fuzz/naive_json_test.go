package fuzz

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// What the naive reducer reads of decoded JSON.

func text(o object, name string) string {
	s, _ := o[name].(string)
	return s
}

func part(o object, name string) object {
	p, _ := o[name].(object)
	return p
}

func list(o object, name string) []any {
	l, _ := o[name].([]any)
	return l
}

func has(o object, name string) bool { return o[name] != nil }

func names(l []any) (out []string) {
	for _, v := range l {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case object:
			out = append(out, text(v, "id"))
		}
	}
	return out
}

// number reads a number, which Slack sometimes puts in quotes.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil
	}
	return 0, false
}

// truth reads a boolean, which Slack also writes as "true" and as 1.
func truth(v any) (is, ok bool) {
	switch v {
	case true, "true", "1", 1.0:
		return true, true
	case false, "false", "0", 0.0:
		return false, true
	}
	return false, false
}

var (
	numeric = strings.Fields(`created updated last_set num_members unread_count unread_count_display mention_count
		mention_count_display dm_count date_create date_update date_delete user_count ordering
		next_dnd_start_ts next_dnd_end_ts snooze_endtime status_expiration unlinked pin_count`)
	boolean = strings.Fields(`deleted is_bot is_im is_mpim is_private is_channel is_group is_member is_archived is_open
		is_general is_shared is_ext_shared is_org_shared is_user_deleted has_pins is_starred has_unreads
		dnd_enabled snooze_enabled is_hidden has_2fa`)
	readFields = strings.Fields(`latest last_read unread_count unread_count_display mention_count mention_count_display
		dm_count has_unreads`)
	counters = strings.Fields(`unread_count unread_count_display mention_count mention_count_display dm_count has_unreads`)
)

// plain returns an object as it is stored: without its key, without nulls, and
// with each value of the type that it has by rights.
func plain(o object) object {
	out := object{}
	for name, v := range o {
		switch {
		case name == "id" || v == nil:
			continue
		case slices.Contains(numeric, name):
			if f, ok := number(v); ok {
				v = f
			}
		case slices.Contains(boolean, name):
			if b, ok := truth(v); ok {
				v = b
			}
		case name == "profile" || name == "topic" || name == "purpose":
			if inner, ok := v.(object); ok {
				v = plain(inner)
			} else if _, ok := v.([]any); ok {
				continue // an empty object, as Slack sometimes writes it
			}
		}
		out[name] = v
	}
	return out
}

// merge lays a partial object over what is known.
func merge(base, patch object) {
	for name, v := range patch {
		switch name {
		case "profile", "topic", "purpose":
			if old := part(base, name); old != nil {
				all := maps.Clone(old)
				maps.Copy(all, v.(object))
				v = all
			}
		}
		base[name] = v
	}
}

// without returns an object less some members.
func without(o object, names ...string) object {
	out := maps.Clone(o)
	for _, name := range names {
		delete(out, name)
	}
	return out
}
