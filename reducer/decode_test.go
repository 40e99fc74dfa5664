package reducer

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// TestDecode reads frames of each form.
func TestDecode(t *testing.T) {
	inner := `{"type":"team_rename","name":"Bay","event_ts":"1700000601.000100"}`
	event := Event{Type: "team_rename", Time: "1700000601.000100", At: 7, Body: rawjson.Value(inner)}
	delivered := event
	delivered.ID = "Ev1"
	for _, c := range []struct {
		name, frame string
		want        Event
	}{
		{"bare", " " + inner + "\n", event},
		{"from the Events API", `{"token":"x","type":"event_callback","event_id":"Ev1","event":` + inner + `}`, delivered},
		{"from Socket Mode", `{"envelope_id":"e","type":"events_api","payload":{"type":"event_callback","event":` + inner + `}}`, event},
		{"an envelope without a payload", `{"type":"events_api","payload":5}`, Event{Type: "events_api", At: 7}},
		{"an envelope without an event", `{"type":"event_callback","event":[]}`, Event{Type: "event_callback", At: 7}},
		{"an envelope around one of our own", `{"type":"event_callback","event":{"type":"local.offline"}}`, Event{Type: "event_callback", At: 7}},
		{"an envelope of something else", `{"type":"slash_commands","payload":{"command":"/x"}}`, Event{Type: "slash_commands", At: 7}},
		{"an acknowledgement", `{"ok":true,"reply_to":1}`, Event{At: 7}},
		{"a type that is none", `{"type":["hello"]}`, Event{At: 7}},
		{"the last of two types", `{"type":"goodbye","type":"hello"}`, Event{Type: "hello", At: 7}},
		{"a time that cannot be compared", `{"type":"hello","event_ts":"1700000601000100"}`, Event{Type: "hello", At: 7}},
		{"a time that is a number", `{"type":"hello","event_ts":1700000601.0001}`, Event{Type: "hello", At: 7}},
		{"a subtype", `{"type":"message","subtype":"me_message"}`, Event{Type: "message", Subtype: "me_message", At: 7}},
		{"a subtype of no message", `{"type":"emoji_changed","subtype":"add"}`, Event{Type: "emoji_changed", At: 7}},
		{"a hidden message within a message", `{"type":"message","hidden":true,"message":{}}`, Event{Type: "message", Subtype: "message_replied", At: 7}},
		{"a message within a message", `{"type":"message","message":{}}`, Event{Type: "message", At: 7}},
		{"nothing", `{}`, Event{At: 7}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.want.Body == "" {
				c.want.Body = rawjson.Value(c.frame)
			}
			got, err := Decode([]byte(c.frame), 7)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, cmpopts.IgnoreUnexported(Event{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for name := range c.want.Body.Members() {
				if got, want := got.get(name), c.want.Body.Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

// TestDecodeRefuses what is no JSON object.
func TestDecodeRefuses(t *testing.T) {
	for _, frame := range []string{`null`, `[]`, `"hello"`, `5`, `true`} {
		if _, err := Decode([]byte(frame), 7); !errors.Is(err, ErrNotObject) {
			t.Errorf("%s: error %v", frame, err)
		}
	}
	for _, frame := range []string{``, ` `, `{`, `{"type":"hello"`, `{"type":"hello"}}`, `{'type':1}`, `hello`, "\x00"} {
		if _, err := Decode([]byte(frame), 7); !errors.As(err, new(*rawjson.SyntaxError)) {
			t.Errorf("%s: error %v", frame, err)
		}
	}
}

// TestIDs: what can be a key of a record, and what cannot.
func TestIDs(t *testing.T) {
	for text, want := range map[string]string{
		`"C024BE91L"`: "C024BE91L", `"USLACKBOT"`: "USLACKBOT", `"1355517523.000005"`: "1355517523.000005", `"\u00e9"`: "é",
		`""`: "", `"a/b"`: "", `"a b"`: "", `"a\u0000b"`: "", `"a\n"`: "", `5`: "", `null`: "", `{"id":"C1"}`: "",
		`"` + strings.Repeat("x", 64) + `"`: strings.Repeat("x", 64), `"` + strings.Repeat("x", 65) + `"`: "",
	} {
		if got := asID(rawjson.Value(text)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// TestHintsAreCopies: hints may be waited for long, and must not keep the
// frame they came with alive.
func TestHintsAreCopies(t *testing.T) {
	frame := `{"type":"user_invalidated","user":{"id":"U2"},"padding":"` + strings.Repeat("x", 1000) + `"}`
	ev, err := Decode([]byte(frame), 7)
	if err != nil {
		t.Fatal(err)
	}
	_, res := Reduce(config, workspace(t), ev)
	if len(res.Hints) != 1 || res.Hints[0] != (Hint{snapshot.KindUser, "U2", "user_invalidated"}) {
		t.Fatalf("hints %v", res.Hints)
	}
	if within(res.Hints[0].ID, string(ev.Body)) || within(res.Hints[0].Why, string(ev.Body)) {
		t.Error("a hint lies in its frame's memory")
	}
}

// within reports whether s lies in the memory of text.
func within(s, text string) bool {
	p, start := uintptr(unsafe.Pointer(unsafe.StringData(s))), uintptr(unsafe.Pointer(unsafe.StringData(text)))
	return p >= start && p < start+uintptr(len(text))
}

// TestOutcomes have names.
func TestOutcomes(t *testing.T) {
	for o, want := range map[Outcome]string{Ignored: "ignored", Noted: "noted", Changed: "changed"} {
		if o.String() != want {
			t.Errorf("%d is called %v, want %s", o, o, want)
		}
	}
}

// FuzzDecode: decoding accepts exactly the JSON objects.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"type":"hello"}`, `{"type":"event_callback","event":{"type":"message","hidden":1,"message":{}}}`, `[]`, `{`, ``} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		ev, err := Decode(frame, 7)
		var m map[string]json.RawMessage
		if isObject := json.Unmarshal(frame, &m) == nil && m != nil; isObject != (err == nil) {
			t.Errorf("is an object: %t, error %v", isObject, err)
		}
		if err == nil && (ev.At != 7 || ev.Body.Kind() != rawjson.Object) {
			t.Errorf("the event is %+v", ev)
		}
	})
}
