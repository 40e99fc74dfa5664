package fuzz

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/reducer"
	"github.com/slackstate/slackstate/snapshot"
)

// FuzzNaive: after every event of any history the snapshot shows what a plain
// reading of Slack's description says it should.
func FuzzNaive(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(choices(seed, 400))
	}
	f.Fuzz(func(t *testing.T, data []byte) { compare(t, newHistory(data)) })
}

// FuzzNaiveKept is FuzzNaive for a state that keeps messages and files.
func FuzzNaiveKept(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(choices(seed, 400))
	}
	f.Fuzz(func(t *testing.T, data []byte) { compare(t, newHistory(data).keeping(), keptFirst) })
}

// TestNaive holds the two reducers together over long histories.
func TestNaive(t *testing.T) {
	for seed := range uint64(24) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { compare(t, newHistory(choices(seed, 1500))) })
		t.Run(fmt.Sprint("kept/", seed), func(t *testing.T) { compare(t, newHistory(choices(seed, 4000)).keeping(), keptFirst) })
	}
}

// choices returns bytes that a history can be made from.
func choices(seed uint64, n int) []byte {
	data := make([]byte, n)
	for i, r := 0, rand.New(rand.NewPCG(seed, 1)); i < n; i++ {
		data[i] = byte(r.Uint32())
	}
	return data
}

// compare plays a history to both reducers and fails at the first event after
// which they differ. What it begins with comes before.
func compare(t *testing.T, h *history, first ...string) {
	const began = 1_700_000_000_000
	n, s := newNaive(), &snapshot.Snapshot{}
	var played []string
	step := func(frame string, at int64) bool {
		played = append(played, frame)
		ev, err := reducer.Decode([]byte(frame), at)
		if err != nil {
			t.Fatalf("%s: %v", frame, err)
		}
		var res reducer.Result
		s, res = reducer.Reduce(config, s, ev)
		n.apply(t, frame, at)
		want, got := shown(t, n.dump()), shown(t, json.RawMessage(s.AppendDump(nil)))
		if !maps.Equal(want, got) {
			t.Errorf("after\n%s\nwhich was %v: %s (-naive +reducer):\n%s", strings.Join(played, "\n"), res.Outcome, res.Why, cmp.Diff(want, got))
		}
		if err := s.Check(); err != nil {
			t.Errorf("after\n%s\n%v", strings.Join(played, "\n"), err)
		}
		return !t.Failed()
	}
	for _, frame := range append(first, smallWorkspace) {
		if !step(frame, began) {
			return
		}
	}
	for at := int64(began + 600_000); ; at += 1000 * int64(1+h.pick(4)) {
		frame, ok := h.next()
		if !ok || !step(frame, at) {
			return
		}
	}
}

// shown returns what a dump shows of entities, by where it shows it. Of lists
// whose order says nothing the order is not shown.
func shown(t *testing.T, dump any) map[string]string {
	t.Helper()
	encoded, err := json.Marshal(dump)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(encoded, &m); err != nil {
		t.Fatal(err)
	}
	if own, ok := m["slackstate"].(object); ok {
		m["threads"] = own["threads"]
	}
	if all, _ := m["threads"].(object); len(all) == 0 {
		delete(m, "threads")
	}
	for _, name := range []string{"ok", "seq", "digest", "slackstate"} {
		delete(m, name)
	}
	out := map[string]string{}
	flatten(out, "", m)
	return out
}

func flatten(out map[string]string, at string, v any) {
	switch v := v.(type) {
	case object:
		for name, v := range v {
			flatten(out, at+"/"+name, v)
		}
	case []any:
		for _, e := range v {
			switch e := e.(type) {
			case object:
				id := text(e, "id")
				if id == "" {
					id = text(e, "ts") + text(e, "thread_ts") + text(e, "name")
				}
				if id == "" {
					id = item(e) + text(e, "channel") + text(e, "group")
				}
				out[at+"/"+id] = "is there"
				flatten(out, at+"/"+id, e)
			default:
				out[at+"/"+fmt.Sprint(e)] = "is there"
			}
		}
	default:
		text, _ := json.Marshal(v)
		out[at] = string(text)
	}
}
