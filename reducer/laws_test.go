package reducer

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/snapshot"
)

// everyStep plays all cases of all files and calls check after each event, with
// the snapshots before and after it.
func everyStep(t *testing.T, check func(t *testing.T, step goldenStep, before, after *snapshot.Snapshot, res Result)) {
	for _, file := range goldenFiles(t) {
		cases, _ := goldenCases(t, file)
		for _, c := range cases {
			t.Run(strings.TrimPrefix(file, "testdata/")+"/"+c.name, func(t *testing.T) {
				s := c.begin(t)
				for _, step := range c.steps {
					next, res := reduce(t, s, step.frame, step.at)
					check(t, step, s, next, res)
					s = next
				}
			})
		}
	}
}

// consistent fails the test if a snapshot breaks what holds of every one: its
// own rules, that nothing is both in sight and out of it, and that its dump is
// JSON that loads to the same digest.
func consistent(t testing.TB, s *snapshot.Snapshot) {
	t.Helper()
	if err := s.Check(); err != nil {
		t.Errorf("Check: %v", err)
	}
	for key := range s.All(snapshot.KindHidden) {
		for _, k := range []snapshot.Kind{conv, group} {
			if of, id := snapshot.Unpair(key); of == k.String() && s.Get(k, id) != "" {
				t.Errorf("%s is both in sight and hidden", key)
			}
		}
	}
	for key := range s.All(snapshot.KindTombstone) {
		if s.Get(conv, key) != "" {
			t.Errorf("%s is both in sight and deleted", key)
		}
	}
	for key := range s.All(snapshot.KindStub) {
		of, id := snapshot.Unpair(key)
		if of == conv.String() && s.Get(conv, id) == "" || of == user.String() && s.Get(user, id) == "" {
			t.Errorf("%s is a stub of nothing", key)
		}
	}
	dump := s.AppendDump(nil)
	if !json.Valid(dump) {
		t.Fatalf("the dump is not JSON: %s", dump)
	}
	again, _ := reduce(t, &snapshot.Snapshot{}, startEvent(dump), 1)
	if again.Digest() != s.Digest() {
		t.Errorf("the dump loads to another digest (-dump +loaded):\n%s", cmp.Diff(object(t, dump), object(t, again.AppendDump(nil))))
	}
}

func startEvent(body []byte) string {
	return `{"type":"local.page","method":"rtm.start","response":` + string(body) + `}`
}

func object(t testing.TB, text []byte) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// TestConsistent: every event leaves a consistent snapshot and the one before
// as it was.
func TestConsistent(t *testing.T) {
	everyStep(t, func(t *testing.T, step goldenStep, before, after *snapshot.Snapshot, res Result) {
		consistent(t, after)
		if err := before.Check(); err != nil {
			t.Errorf("the snapshot before: %v", err)
		}
		switch changed := after.Digest() != before.Digest(); {
		case changed != (res.Outcome == Changed):
			t.Errorf("%s: the digest changed: %t, the outcome is %v", step.frame, changed, res.Outcome)
		case (res.Outcome == Ignored) != (after == before):
			t.Errorf("%s: the snapshot is another: %t, the outcome is %v", step.frame, after != before, res.Outcome)
		case res.Outcome != Ignored && after.Seq() != before.Seq()+1:
			t.Errorf("%s: number %d follows number %d", step.frame, after.Seq(), before.Seq())
		case res.Outcome != Ignored && res.Why != "":
			t.Errorf("%s: a reason to ignore it, %q, but it was not", step.frame, res.Why)
		}
	})
}

// TestRepeated: an event that is delivered again, at once or a second later,
// changes nothing the second time.
func TestRepeated(t *testing.T) {
	everyStep(t, func(t *testing.T, step goldenStep, _, after *snapshot.Snapshot, _ Result) {
		for _, later := range []int64{0, 1000} {
			if later > 0 && strings.Contains(step.frame, `"type":"hello"`) {
				continue // a hello that comes later is another connection's
			}
			twice, res := reduce(t, after, step.frame, step.at+later)
			if res.Outcome == Changed {
				t.Errorf("%s: %d ms later it changed something again:\n%s", step.frame, later, strings.Join(describe(t, twice, res), "\n"))
			}
			consistent(t, twice)
		}
	})
}

// TestDeterministic: the same events give the same snapshot, changes and dump,
// byte for byte, and the changes alone lead from one snapshot to the next.
func TestDeterministic(t *testing.T) {
	everyStep(t, func(t *testing.T, step goldenStep, before, after *snapshot.Snapshot, res Result) {
		again, other := reduce(t, before, step.frame, step.at)
		if diff := cmp.Diff(res, other); diff != "" {
			t.Errorf("%s: another result (-first +second):\n%s", step.frame, diff)
		}
		if again.Digest() != after.Digest() || again.Sum() != after.Sum() || !bytes.Equal(again.AppendDump(nil), after.AppendDump(nil)) {
			t.Errorf("%s: another snapshot", step.frame)
		}
		load := snapshot.NewLoad()
		put := func(k snapshot.Kind, key string, r snapshot.Record) {
			if err := load.Put(k, key, r); err != nil {
				t.Fatalf("%v %q: %v", k, key, err)
			}
		}
		for _, k := range snapshot.Kinds() {
			for key, r := range before.All(k) {
				put(k, key, r)
			}
		}
		for _, c := range res.EveryChange(after) {
			if was := before.Get(c.Kind, c.Key); was != c.Before {
				t.Errorf("%v %q was %q, not %q", c.Kind, c.Key, was, c.Before)
			}
			put(c.Kind, c.Key, c.After)
		}
		redone := load.Snapshot(after.Seq(), after.At())
		if redone.Digest() != after.Digest() || redone.Sum() != after.Sum() {
			t.Errorf("%s: the changes lead to another snapshot", step.frame)
		}
	})
}

// TestAbsurd: whatever is missing from an event or is of another type, also
// within its objects, the result is consistent.
func TestAbsurd(t *testing.T) {
	values := []json.RawMessage{nil, json.RawMessage(`[{"id":5}]`), json.RawMessage(`{}`), json.RawMessage(`"C1/U1"`), json.RawMessage(`-1`)}
	for _, text := range []string{`{"id":"C1","name":5,"members":"U1","latest":7,"unread_count":"x","is_member":"maybe","topic":[1]}`,
		`{"id":"U2","profile":"none","updated":"now","presence":{},"deleted":"?"}`, `{"id":"S1","users":[null],"user_count":-1,"date_update":1e400}`} {
		values = append(values, json.RawMessage(text))
	}
	seen := map[string]bool{}
	start := workspace(t)
	everyStep(t, func(t *testing.T, step goldenStep, _, _ *snapshot.Snapshot, _ Result) {
		frame := object(t, []byte(step.frame))
		typ, _ := frame["type"].(string)
		replaceEach(frame, typ, seen, func(set func(v any)) {
			for _, v := range values {
				set(v)
				text, err := json.Marshal(frame)
				if err != nil {
					t.Fatal(err)
				}
				next, _ := reduce(t, start, string(text), step.at)
				if next == start {
					continue
				}
				if consistent(t, next); t.Failed() {
					t.Fatalf("after %s", text)
				}
			}
		})
	})
}

// replaceEach calls try for each member of an object and of the objects within
// it, each path only once, with a function that gives the member another value.
func replaceEach(m map[string]any, path string, seen map[string]bool, try func(set func(v any))) {
	for name, was := range m {
		at := path + " " + name
		if name == "type" || seen[at] {
			continue
		}
		seen[at] = true
		if inner, ok := was.(map[string]any); ok {
			replaceEach(inner, at, seen, try)
		}
		try(func(v any) { m[name] = v })
		m[name] = was
	}
}

// TestReducerForgets: what a Reducer reduced before makes no difference, and what
// becomes of a frame after it was reduced makes none either.
func TestReducerForgets(t *testing.T) {
	worn := New(config)
	var memory []byte
	everyStep(t, func(t *testing.T, step goldenStep, before, after *snapshot.Snapshot, want Result) {
		memory = append(memory[:0], step.frame...)
		ev, err := Decode(memory, step.at)
		if err != nil {
			t.Fatal(err)
		}
		next, got := worn.Reduce(before, &ev)
		for i := range memory {
			memory[i] = '#'
		}
		if !bytes.Equal(next.AppendDump(nil), after.AppendDump(nil)) || next.Sum() != after.Sum() {
			t.Error("the snapshot is another one")
		}
		if err := next.Check(); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("result (-fresh +worn):\n%s", diff)
		}
	})
}
