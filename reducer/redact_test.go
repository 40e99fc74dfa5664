package reducer

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRedact(t *testing.T) {
	r, err := NewRedactor([]string{"email", "text"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, frame, want string }{
		{"nothing of it", `{ "type" : "hello" }`, `{ "type" : "hello" }`},
		{"a member", `{"type":"message","text":"secret","ts":"1"}`, `{"type":"message","ts":"1"}`},
		{"the first and the last", `{"text":1,"a":2,"email":3}`, `{"a":2}`},
		{"the only one", `{"text":1}`, `{}`},
		{"within", `{"user":{"profile":{"email":"a@b","title":"x"}}}`, `{"user":{"profile":{"title":"x"}}}`},
		{"in lists", `{"members":[{"email":"a"},[{"text":1}],7,"email"]}`, `{"members":[{},[{}],7,"email"]}`},
		{"whatever it is", `{"text":{"email":[1,{"a":2}]},"b":null}`, `{"b":null}`},
		{"twice", `{"text":1,"a":2,"text":3}`, `{"a":2}`},
		{"written otherwise", `{"\u0074ext":1,"a":"\u0074"}`, `{"a":"\u0074"}`},
		{"as a value", `{"name":"text","a":"email"}`, `{"name":"text","a":"email"}`},
		{"of a longer name", `{"text_color":1,"has_email":2}`, `{"text_color":1,"has_email":2}`},
		{"as an emoji", `{"emoji":{"email":"https://e"},"email":1}`, `{"emoji":{"email":"https://e"}}`},
		{"no JSON", `{"text":`, `{"text":`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, string(r.Redact([]byte(c.frame)))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if got := string(Redactor{}.Redact([]byte(c.frame))); got != c.frame {
				t.Errorf("with nothing to take out it is %s", got)
			}
		})
	}
}

func TestRedactRefuses(t *testing.T) {
	for _, name := range []string{"type", "id", "response", "channel"} {
		if _, err := NewRedactor([]string{"email", name}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// Redacted JSON has none of the names in it, and is otherwise what it was.
func FuzzRedact(f *testing.F) {
	for _, seed := range []string{`{"a":[{"text":1,"b":{"email":null}}],"text":[]}`, `[1,"text"]`, `{"":{"":0}}`} {
		f.Add(seed)
	}
	r, err := NewRedactor([]string{"email", "text"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, frame string) {
		var want any
		if json.Unmarshal([]byte(frame), &want) != nil {
			return
		}
		var got any
		if err := json.Unmarshal(r.Redact([]byte(frame)), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(without(want, r.names), got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// without is Redact for decoded JSON.
func without(v any, names map[string]bool) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = without(v[i], names)
		}
	case map[string]any:
		for name, val := range v {
			switch {
			case names[name]:
				delete(v, name)
			case name != "emoji":
				v[name] = without(val, names)
			}
		}
	}
	return v
}
