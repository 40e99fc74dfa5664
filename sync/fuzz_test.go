package sync

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/slackstate/slackstate/api"
)

// FuzzRest states the law of a handover: what goes up of the new socket is all it
// brought, in its order, but for a beginning with which the old one ended, together
// with what the new one has still to bring.
func FuzzRest(f *testing.F) {
	for _, seed := range [][2]string{{"", ""}, {"ab", "bc"}, {"abab", "abc"}, {"aaa", "aa"}, {"ab", "cab"}, {"abcd", "bc"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, old, brought string) {
		h := handover{}
		for _, n := range strings.Split(old, "") {
			h.told(frame{raw: []byte(n)})
		}
		for _, n := range strings.Split(brought, "") {
			h.held = append(h.held, frame{raw: []byte(n)})
		}
		var rest string
		over, owed := h.rest()
		for _, f := range over {
			rest += string(f.raw)
		}
		left, ok := strings.CutSuffix(brought, rest)
		if !ok || !strings.HasSuffix(old, left+strings.Join(owed, "")) {
			t.Errorf("after %q, %q goes up as %q, without %q", old, brought, rest, owed)
		}
	})
}

// FuzzSettle states that whatever frame comes while a message waits, it settles
// that message or leaves it alone, and what becomes of it is a frame as it was or
// a message that is JSON.
func FuzzSettle(f *testing.F) {
	for _, seed := range []string{
		`{"ok":true,"reply_to":1,"ts":"1.2","text":"\ud83d\ude00"}`, `{"ok":true,"reply_to":1,"text":"x"}`, `{"ok":false,"reply_to":1}`,
		`{"type":"message","reply_to":1,"channel":"C1","ts":"1.2"}`, `{"type":"message","reply_to":1,"channel":"C1"}`,
		`{"type":"error","reply_to":1,"error":{"code":2}}`,
		`{"reply_to":"1","ok":1}`, `{"ok":true,"reply_to":2,"ts":"1.2"}`, `{"type":"hello"}`, `[]`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		o := NewOutbox()
		m := &outgoing{draft: api.Draft{Channel: "C\"1", Text: "\xff<&>"}, timeout: time.NewTimer(time.Hour), outcome: make(chan outcome, 1)}
		defer m.timeout.Stop()
		o.waiting[1] = m
		before := string(raw)
		meaning, _ := meaningOf(raw)
		event, then := o.settle(frame{raw: raw, meaning: meaning}, "U0")
		then()
		var out outcome
		if settled := len(m.outcome) == 1; settled {
			out = <-m.outcome
			if o.waiting[1] != nil || (out.ts == "") == (out.err == nil) {
				t.Errorf("%q: outcome %v, waiting %v", raw, out, o.waiting[1] != nil)
			}
		}
		if string(raw) != before || event != nil && meaning != receipt && string(event) != before {
			t.Errorf("%q became %q", before, event)
		}
		if event != nil && meaning == receipt {
			var e struct{ Type, Channel, User, TS string }
			if err := json.Unmarshal(event, &e); err != nil || e.Type != "message" || e.Channel != `C"1` || e.User != "U0" || api.TS(e.TS) != out.ts {
				t.Errorf("%q became %q, %v", raw, event, err)
			}
		}
	})
}
