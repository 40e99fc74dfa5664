package snapshot

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNothingSentIsLost: the JSON of a record is what went in, be it modelled
// or not. What a channel's object says of its read state is in a record of its
// own, and none of it is in both.
func TestNothingSentIsLost(t *testing.T) {
	for _, c := range []struct {
		schema *Schema
		key    string
		json   string
	}{
		{userSchema, "U7", userJSON},
		{usergroupSchema, "S7", usergroupJSON},
		{botSchema, "B7", botJSON},
		{MessageSchema, "", messageJSON},
	} {
		got := object(t, c.schema, c.key, encode(t, c.schema, c.json))
		if diff := cmp.Diff(unmarshal(t, []byte(c.json)), got); diff != "" {
			t.Errorf("%s (-sent +kept):\n%s", c.schema.Name(), diff)
		}
	}

	conv := object(t, conversationSchema, "C7", encode(t, conversationSchema, channelJSON))
	read := object(t, readSchema, "", encode(t, readSchema, channelJSON))
	for name := range read {
		if _, both := conv[name]; both {
			t.Errorf("%s is in both records", name)
		}
	}
	maps.Copy(read, conv)
	if diff := cmp.Diff(unmarshal(t, []byte(channelJSON)), read); diff != "" {
		t.Errorf("a channel (-sent +kept):\n%s", diff)
	}
}

// TestKeptElsewhere: what has a table of its own is not kept twice.
func TestKeptElsewhere(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		json string
		want string
	}{
		{KindSelf, `{"id":"U1","prefs":{"a":1}}`, `{"id":"U1"}`},
		{KindTeam, `{"id":"T1","prefs":{"a":1},"profile":{"fields":[]}}`, `{"id":"T1"}`},
		{KindUser, `{"id":"U1","presence":"away"}`, `{"id":"K"}`},
		{KindConversation, `{"id":"C1","members":["U1"],"unread_count":1,"latest":"1.2"}`, `{"id":"K"}`},
		{KindConversation, `{"unread_count":"many","latest":5}`, `{"id":"K"}`},
		{KindRead, `{"unread_count":"many","latest":5,"name":"x"}`, `{"latest":5,"unread_count":"many"}`},
		{KindDND, `{"dnd_enabled":true,"snooze_remaining":9}`, `{"dnd_enabled":true}`},
	} {
		s := c.kind.Schema()
		if got := string(s.AppendJSON(nil, "K", encode(t, s, c.json))); got != c.want {
			t.Errorf("%v %s: got %s, want %s", c.kind, c.json, got, c.want)
		}
	}
}
