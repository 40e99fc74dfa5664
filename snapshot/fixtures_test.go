package snapshot

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// Objects as Slack sends them, each with members that the schemas do not name.
const (
	userJSON = `{"id":"U7","team_id":"T1","name":"ida","deleted":false,"color":"9f69e7","real_name":"Ida Berg",
		"tz":"Europe/Oslo","tz_label":"Central European Time","tz_offset":3600,"is_admin":true,"is_bot":false,
		"updated":1700000001,"has_2fa":true,"two_factor_type":"sms","enterprise_user":{"id":"W7","teams":["T1","T2"]},
		"profile":{"display_name":"Ida \"the\" Berg","real_name":"Ida Berg","email":"ida@example.org","title":"",
			"status_text":"på tur ⛰","status_emoji":":mountain:","status_expiration":0,"bot_id":"B7",
			"image_24":"https://example.org/24.png","fields":{"Xf2":{"alt":"","value":"b"},"Xf1":{"value":"a","alt":""}},
			"huddle_state_call_id":"R7","ext":{"b":[1,2.50,{"c":null}],"a":"x"}}}`
	channelJSON = `{"id":"C7","name":"tur","name_normalized":"tur","is_channel":true,"is_group":false,"is_im":false,
		"is_mpim":false,"is_private":false,"is_member":true,"is_archived":false,"created":1500000000,"creator":"U7",
		"updated":1700000001234,"num_members":3,"previous_names":["ut","på-tur"],"shared_team_ids":[],
		"topic":{"value":"ski & <sol>","creator":"U7","last_set":1600000000,"note":"x"},
		"purpose":{"value":"","creator":"","last_set":0},"priority":0.25,"properties":{"tabs":[{"id":"files"}]},
		"parent_conversation":"C1","canvas":{"z":1,"a":[]},
		"last_read":"1700000000.000100","unread_count":2,"unread_count_display":1,"mention_count":0,"has_unreads":true,
		"latest":{"type":"message","ts":"1700000009.000200","user":"U8","text":"hei","blocks":[{"type":"rich_text"}],
			"reply_count":2,"assistant":{"x":true}}}`
	usergroupJSON = `{"id":"S7","team_id":"T1","is_usergroup":true,"name":"Fjell","handle":"fjell","description":"opp",
		"is_external":false,"date_create":1500000000,"date_update":1600000000,"date_delete":0,"auto_type":"admin",
		"created_by":"U7","updated_by":"U8","user_count":2,"users":["U8","U7"],"prefs":{"channels":["C7"],"groups":[]},
		"enterprise_subteam_id":"E1"}`
	botJSON = `{"id":"B7","name":"skred","deleted":false,"updated":1600000000,"app_id":"A7","user_id":"U9",
		"icons":{"image_36":"https://example.org/36.png"},"is_workflow_bot":false}`
	messageJSON = `{"type":"message","subtype":"bot_message","ts":"1700000010.000300","bot_id":"B7","username":"skred",
		"text":"<!here> fare 4","thread_ts":"1700000009.000200","team":"T1","client_msg_id":"m-1",
		"edited":{"user":"U9","ts":"1700000011.000000"},"reactions":[{"name":"eyes","count":1,"users":["U7"]}],
		"files":[{"id":"F1"}],"blocks":[],"attachments":[{"fallback":"x"}],"metadata":{"event_type":"e"}}`
)

// fixtures are the objects by kind. A channel's object makes two records.
var fixtures = []struct {
	kind Kind
	json string
}{
	{KindUser, userJSON},
	{KindConversation, channelJSON},
	{KindRead, channelJSON},
	{KindUsergroup, usergroupJSON},
	{KindBot, botJSON},
}

func parse(t testing.TB, text string) rawjson.Value {
	t.Helper()
	v, err := rawjson.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// encode returns the record of a JSON object and fails the test if it is not
// well formed.
func encode(t testing.TB, s *Schema, text string) Record {
	t.Helper()
	var enc Encoder
	r := enc.Record(s, parse(t, text))
	if err := s.check(r); err != nil {
		t.Fatalf("%s: record %q: %v", text, r, err)
	}
	return r
}

// object decodes the JSON of a record.
func object(t testing.TB, s *Schema, key string, r Record) map[string]any {
	t.Helper()
	return unmarshal(t, s.AppendJSON(nil, key, r))
}

func unmarshal(t testing.TB, text []byte) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return m
}

// shuffled returns the text of v with the members of every object in another
// order.
func shuffled(r *rand.Rand, v rawjson.Value) string {
	var parts []string
	open, end := "{", "}"
	switch v.Kind() {
	case rawjson.Object:
		for name, m := range v.Members() {
			parts = append(parts, string(rawjson.AppendString(nil, name))+": "+shuffled(r, m))
		}
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	case rawjson.Array:
		open, end = "[", "]"
		for e := range v.Elems() {
			parts = append(parts, shuffled(r, e))
		}
	default:
		return string(v)
	}
	text := open
	for i, p := range parts {
		if i > 0 {
			text += ",\n"
		}
		text += p
	}
	return text + end
}

// load makes a snapshot out of JSON objects by kind and key.
func load(t testing.TB, records map[Kind]map[string]string) *Snapshot {
	t.Helper()
	l := NewLoad()
	for k, table := range records {
		for key, text := range table {
			r := Exists
			if text != "" {
				r = encode(t, k.Schema(), text)
			}
			if err := l.Put(k, key, r); err != nil {
				t.Fatalf("%v %q: %v", k, key, err)
			}
		}
	}
	return checked(t, l.Snapshot(1, 1))
}

// checked fails the test if a snapshot is not consistent.
func checked(t testing.TB, s *Snapshot) *Snapshot {
	t.Helper()
	if err := s.Check(); err != nil {
		t.Fatalf("Check: %v", err)
	}
	return s
}
