package rawjson_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// users lists objects as long lists do, in some megabytes of text.
func users(extra string) string {
	var b strings.Builder
	for i := range 8_000 {
		fmt.Fprintf(&b, `%s{"id":"U%d","text":"%s","list":[{"a":[]},{"id":"nested"}%s]}`, ","[:min(i, 1)], i, strings.Repeat("w", 400), extra)
	}
	return "[" + b.String() + "]"
}

// A long text is checked in segments that begin where elements of a list seem to.
// Wherever they do begin, what comes of it is what Parse and Value say.
func TestParseFieldsOfLongText(t *testing.T) {
	list := users("")
	frame := `{"type":"page","response":{"ok":true,"users":` + list + `,"self":{"id":"U1"}}}`
	damage := func(at float64, with string) string {
		i := int(at * float64(len(frame)))
		return frame[:i] + with + frame[i+len(with):]
	}
	for _, tt := range []struct{ name, text string }{
		{"a list of a response", frame},
		{"white space", "\n" + strings.ReplaceAll(frame, `,"text":`, " ,\t\"text\" : ") + " "},
		{"several lists", `{"response":{"users":` + list + `,"channels":` + list + `}}`},
		{"a member behind it", `{"response":{"users":` + list + `},"type":"page","more":[1]}`},
		{"a list of two members", `{"first":{"users":` + list + `},"response":{"users":` + list + `}}`},
		{"repeated", `{"response":{"users":[]},"response":{"users":` + list + `}}`},
		{"a list that is deeper", `{"response":{"x":{"users":` + list + `}}}`},
		{"a list that is less deep", `{"response":` + list + `}`},
		{"a list of lists", `{"response":{"users":[[],` + list + `,{}]}}`},
		{"a list in which many seem to begin", `{"response":{"users":` + users(strings.Repeat(`,{"id":"nested"},{"id":"x"}`, 40)) + `}}`},
		{"a string", `{"response":{"users":"` + strings.Repeat("w", 3_000_000) + `"}}`},
		{"an escaped key", `{"\u0072esponse":{"users":` + list + `}}`},
		{"an array", "[" + frame + "]"},
		{"cut short", frame[:len(frame)-1]},
		{"cut short within the list", frame[:2_500_000]},
		{"more behind it", frame + "}"},
		{"the list closed by a brace", strings.Replace(frame, `],"self"`, `},"self"`, 1)},
		{"the response closed by a bracket", frame[:len(frame)-2] + "]}"},
		{"damage in the first segment", damage(.1, "\x01")},
		{"damage in the second", damage(.4, "\x01")},
		{"damage near the end", damage(.999, "\x01")},
		{"two damages", damage(.3, "\x01")[:2_000_000] + damage(.9, "\x01")[2_000_000:]},
		{"a quote missing", strings.Replace(frame, `"U4000"`, `"U4000`, 1)},
		{"a closing brace missing", strings.Replace(frame, `]},{"id":"U4000"`, `],{"id":"U4000"`, 1)},
		{"a bracket too many", strings.Replace(frame, `]},{"id":"U4000"`, `]}],{"id":"U4000"`, 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want, wantErr := rawjson.Parse(tt.text)
			var fs rawjson.Fields
			got, err := rawjson.ParseFields(tt.text, &fs)
			if diff := cmp.Diff(wantErr, err); diff != "" || got != want {
				t.Fatalf("%.40q…, want %.40q…; errors (-Parse +ParseFields):\n%s", got, want, diff)
			}
			r := fs.Reader("response")
			v := want.Get("response")
			if r.Kind() != v.Kind() {
				t.Fatalf("Reader comes to a value of kind %d, want %d", r.Kind(), v.Kind())
			}
			if !r.Enter(rawjson.Object) {
				return
			}
			for key, member := range v.Members() {
				if got, _ := r.Key(); got != key {
					t.Fatalf("Reader comes to member %q, want %q", got, key)
				}
				in := r
				if got := r.Value(); got != member {
					t.Errorf("Reader reads %.40q… as %s, want %.40q…", got, key, member)
				}
				if !in.Enter(rawjson.Array) {
					continue
				}
				for e := range member.Elems() {
					if got := in.Value(); got != e {
						t.Fatalf("Reader reads %.40q… as an element of %s, want %.40q…", got, key, e)
					}
				}
				if in.Next() {
					t.Errorf("Reader finds more than there is of %s", key)
				}
			}
			if key, ok := r.Key(); ok {
				t.Errorf("Reader finds another member %q", key)
			}
		})
	}
}
