package slackstate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate"
)

// odd is an api.Oddity without the time.
type odd struct {
	Type, Subtype, Reason string
	Count                 uint64
	Frame                 string
}

func oddities(t *testing.T, st *slackstate.State) (list []odd) {
	t.Helper()
	total := uint64(0)
	for _, o := range st.Oddities() {
		if o.At.IsZero() {
			t.Errorf("%s has no time", o.Type)
		}
		list = append(list, odd{o.Type, o.Subtype, o.Reason, o.Count, string(o.Frame)})
		total += o.Count
	}
	if s := st.Status(); s.Odd != total {
		t.Errorf("Status counts %d, all of them %d", s.Odd, total)
	}
	return list
}

// What is not understood is counted by its kind, and the last one of each kept.
func TestOddities(t *testing.T) {
	st := open(t, "", nil)
	for _, frame := range []string{ada, general, `{"type":"goodbye"}`, `{"ok":true,"reply_to":1,"ts":"1700000000.000100"}`} {
		apply(t, st, frame)
	}
	if got := oddities(t, st); got != nil {
		t.Errorf("what is understood: %v", got)
	}
	for _, frame := range []string{
		`{"type":"channel_teleported","n":1}`,
		`{"type":"event_callback","token":"hush","event_id":"Ev1","event":{"type":"channel_teleported","n":2}}`,
		`{"type":"message","subtype":"hologram","channel":"C1","ts":"1700000000.000100"}`,
		`{"type":7}`,
		`{"type":"channel_rename","channel":{"id":"C1","name":{}}}`,
	} {
		apply(t, st, frame)
	}
	_, _ = st.Apply(t.Context(), []byte(`[1]`)) // TestApply says what it returns
	want := []odd{
		{"channel_teleported", "", "unknown type", 2, `{"type":"channel_teleported","n":2}`},
		{"", "", "has no type", 1, `{"type":7}`},
		{"", "", "is no JSON object", 1, `[1]`},
		{"channel_rename", "", "has no name", 1, `{"type":"channel_rename","channel":{"id":"C1","name":{}}}`},
		{"message", "hologram", "unknown subtype", 1, `{"type":"message","subtype":"hologram","channel":"C1","ts":"1700000000.000100"}`},
	}
	if diff := cmp.Diff(want, oddities(t, st)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	st.Oddities()[0].Frame[0] = 'x'
	if diff := cmp.Diff(want, oddities(t, st)); diff != "" {
		t.Errorf("a caller wrote on what is kept (-want +got):\n%s", diff)
	}
	if st.Status().Bad != 1 || st.Status().Odd != 6 {
		t.Errorf("status %+v", st.Status())
	}
}

// Neither a secret nor a long frame is kept, only counted, and kinds are counted
// apart up to a bound.
func TestOdditiesAreBounded(t *testing.T) {
	st := open(t, "", nil)
	for _, frame := range []string{
		`{"type":"new_url","url":"WSS://example.com/x"}`,
		`{"type":"new_token","t":"xoxb-1-2"}`,
		`{"type":"new_token","t":"xapp-1"}`,
		`{"type":"new_long","text":"` + strings.Repeat("x", 5000) + `"}`,
	} {
		apply(t, st, frame)
	}
	for _, o := range oddities(t, st) {
		if o.Frame != "" {
			t.Errorf("%s is kept: %s", o.Type, o.Frame)
		}
	}
	for i := range 500 {
		apply(t, st, fmt.Sprintf(`{"type":"%s%d"}`, strings.Repeat("n", i), i))
	}
	kinds := st.Oddities()
	if len(kinds) > 65 || st.Status().Odd != 504 {
		t.Errorf("%d kinds, %d frames", len(kinds), st.Status().Odd)
	}
	if rest := kinds[0]; rest.Type != "" || rest.Reason != "one kind too many" || rest.Count < 400 {
		t.Errorf("the most frequent is %+v, want the rest", rest)
	}
	for _, o := range kinds {
		if len(o.Type) > 64 {
			t.Errorf("a type of %d bytes is kept", len(o.Type))
		}
	}
}
