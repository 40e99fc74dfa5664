package snapshot

import (
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

// TestEditChanges: a commit lists what is different in the end, sorted, and
// leaves the snapshot it started from alone.
func TestEditChanges(t *testing.T) {
	ann, bob := encode(t, userSchema, `{"name":"ann"}`), encode(t, userSchema, `{"name":"bob"}`)
	base := load(t, map[Kind]map[string]string{
		KindUser:   {"U1": `{"name":"ann"}`, "U2": `{"name":"bob"}`},
		KindEmoji:  {"x": `{"value":"v"}`},
		KindMember: {"C1/U1": ""},
	})
	dump, digest, sum := base.AppendDump(nil), base.Digest(), base.Sum()

	e := base.Edit()
	e.Delete(KindEmoji, "x")
	e.Put(KindUser, "U3", bob)
	e.Put(KindUser, "U2", ann)         // changed, and
	e.Put(KindUser, "U2", bob)         // changed back
	e.Put(KindUser, "U4", ann)         // made, and
	e.Delete(KindUser, "U4")           // removed again
	e.Delete(KindUser, "U5")           // never was
	e.Delete(KindMember, "C1/U1")      // left, and
	e.Put(KindMember, "C1/U1", Exists) // back
	e.Put(KindMember, "C1/U2", Exists) //
	e.Put(KindTombstone, "C9", Exists) // bookkeeping comes last
	e.Put(KindUser, "U1", encode(t, userSchema, `{"name":"x"}`))
	e.Put(KindUser, "U1", bob) // twice, once in the list
	next, changes := e.Commit(1234)

	want := []Change{
		{KindUser, "U1", ann, bob},
		{KindUser, "U3", "", bob},
		{KindMember, "C1/U2", "", Exists},
		{KindEmoji, "x", encode(t, emojiSchema, `{"value":"v"}`), ""},
		{KindTombstone, "C9", "", Exists},
	}
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	checked(t, next)
	if next.Seq() != base.Seq()+1 || next.At() != 1234 {
		t.Errorf("the next snapshot is number %d, at %d", next.Seq(), next.At())
	}
	if next.Get(KindUser, "U1") != bob || next.Len(KindUser) != 3 || next.Len(KindMember) != 2 || next.Len(KindEmoji) != 0 {
		t.Errorf("the next snapshot is %s", next.AppendDump(nil))
	}
	checked(t, base)
	if got := string(base.AppendDump(nil)); got != string(dump) || base.Digest() != digest || base.Sum() != sum {
		t.Errorf("the snapshot before was %s, is %s", dump, got)
	}
}

// TestEditOfNothing: without a net change there is no new snapshot.
func TestEditOfNothing(t *testing.T) {
	base := load(t, map[Kind]map[string]string{KindUser: {"U1": `{"name":"ann"}`}, KindMember: {"C1/U1": ""}})
	for name, edit := range map[string]func(*Edit){
		"nothing":                func(*Edit) {},
		"the same record":        func(e *Edit) { e.Put(KindUser, "U1", e.Get(KindUser, "U1")) },
		"the same membership":    func(e *Edit) { e.Put(KindMember, "C1/U1", Exists) },
		"a deletion of nothing":  func(e *Edit) { e.Delete(KindUser, "U2"); e.Delete(KindMember, "C1/U2") },
		"there and back":         func(e *Edit) { r := e.Get(KindUser, "U1"); e.Delete(KindUser, "U1"); e.Put(KindUser, "U1", r) },
		"a membership and back":  func(e *Edit) { e.Put(KindMember, "C2/U1", Exists); e.Delete(KindMember, "C2/U1") },
		"a record and back":      func(e *Edit) { e.Put(KindBot, "B1", Exists); e.Delete(KindBot, "B1") },
		"a look at every member": func(e *Edit) { e.Members("C1") },
	} {
		t.Run(name, func(t *testing.T) {
			e := base.Edit()
			edit(e)
			if next, changes := e.Commit(99); next != base || len(changes) != 0 {
				t.Errorf("snapshot %d, changes %v", next.Seq(), changes)
			}
		})
	}
}

// TestEditSeesItself: an edit reads what it wrote.
func TestEditSeesItself(t *testing.T) {
	base := load(t, map[Kind]map[string]string{
		KindMember: {"C1/U1": "", "C1/U2": ""},
		KindEmoji:  {"a": `{"value":"alias:b"}`},
	})
	e := base.Edit()
	if e.Base() != base {
		t.Error("the base is another")
	}
	e.Put(KindMember, "C1/U0", Exists)
	e.Delete(KindMember, "C1/U2")
	if diff := cmp.Diff([]UserID{"U0", "U1"}, e.Members("C1")); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	if e.Get(KindMember, "C1/U0") != Exists || e.Get(KindMember, "C1/U2") != "" || e.Get(KindMember, "C1/U1") != Exists {
		t.Error("memberships are not as written")
	}
	e.Put(KindEmoji, "c", encode(t, emojiSchema, `{"value":"alias:b"}`))
	e.Delete(KindEmoji, "a")
	if diff := cmp.Diff([]string{"c"}, e.EmojiAliases("b")); diff != "" {
		t.Errorf("aliases (-want +got):\n%s", diff)
	}
	next, _ := e.Commit(1)
	checked(t, next)
}

// TestLookingAllocatesNothing: what is only looked up under a key of two parts is
// looked up without making the key.
func TestLookingAllocatesNothing(t *testing.T) {
	base := load(t, map[Kind]map[string]string{
		KindTombstone: {"C1/1700000000.000100": `{"at":1}`},
		KindMember:    {"C1/U1": ""},
	})
	e := base.Edit()
	conv, found := "C1", false
	if n := testing.AllocsPerRun(100, func() {
		found = e.Get(KindTombstone, Pair(conv, "1700000000.000100")) != "" &&
			e.Get(KindTombstone, Pair(conv, "1700000000.000200")) == "" &&
			e.Get(KindMember, Pair(conv, "U1")) != ""
	}); n != 0 || !found {
		t.Errorf("%v allocations, found %t", n, found)
	}
}

// TestManyChanges: an edit of many records keeps them apart.
func TestManyChanges(t *testing.T) {
	e := (&Snapshot{}).Edit()
	var want []string
	for i := range 100 {
		key := "U" + strings.Repeat("x", i)
		want = append(want, key)
		e.Put(KindPresence, key, Exists)
		e.Put(KindPresence, key, encode(t, presenceSchema, `{"presence":"away"}`))
	}
	_, changes := e.Commit(1)
	var got []string
	for _, c := range changes {
		got = append(got, c.Key)
		if c.Before != "" || c.After.Str(PresenceValue) != "away" {
			t.Errorf("%s: from %q to %q", c.Key, c.Before, c.After)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

// TestNoFrameIsKept: nothing an edit stores lies in memory of its caller, so
// that one id does not keep a whole frame alive, nor an index an old record.
func TestNoFrameIsKept(t *testing.T) {
	frame := strings.Clone(`{"id":"U1","name":"ann","profile":{"display_name":"ann","bot_id":"B1"}} U1 C1/U1`)
	within := func(s string) bool {
		p, start := uintptr(unsafe.Pointer(unsafe.StringData(s))), uintptr(unsafe.Pointer(unsafe.StringData(frame)))
		return p >= start && p < start+uintptr(len(frame))
	}
	key, pair := frame[strings.LastIndex(frame, " U1"):][1:3], frame[len(frame)-5:]
	if !within(key) || !within(pair) {
		t.Fatal("the test looks at other memory")
	}
	body, _, _ := strings.Cut(frame, " ")
	e := (&Snapshot{}).Edit()
	e.Put(KindUser, key, e.Record(userSchema, parse(t, body)))
	e.Put(KindMember, pair, Exists)
	s, changes := e.Commit(1)
	for _, c := range changes {
		if within(c.Key) || within(string(c.After)) {
			t.Errorf("change of %v %q", c.Kind, c.Key)
		}
	}
	for _, k := range Kinds() {
		for key, r := range s.All(k) {
			if within(key) || within(string(r)) {
				t.Errorf("%v %q", k, key)
			}
		}
	}
}

// TestLoadRefuses what cannot have been stored.
func TestLoadRefuses(t *testing.T) {
	hidden := func(r Record) Record {
		var enc Encoder
		return enc.With(hiddenSchema, "", HiddenAt.Int(1), HiddenRecord.Str(string(r)))
	}
	user := encode(t, userSchema, `{"name":"ann","x":1}`)
	for _, c := range []struct {
		name string
		kind Kind
		key  string
		r    Record
		ok   bool
	}{
		{"a record", KindUser, "U1", user, true},
		{"no record", KindUser, "U1", "", true},
		{"a membership", KindMember, "C1/U1", Exists, true},
		{"a hidden entity", KindHidden, "users/U1", hidden(user), true},
		{"no kind", 200, "U1", user, false},
		{"a gap between kinds", lastEntity + 1, "U1", user, false},
		{"a record of another kind", KindDND, "U1", encode(t, userSchema, `{"name":"ann"}`), false},
		{"a record cut short", KindUser, "U1", user[:len(user)-1], false},
		{"a membership with contents", KindMember, "C1/U1", encode(t, memberSchema, `{"x":1}`), false},
		{"a membership of nobody", KindMember, "C1", Exists, false},
		{"a membership in nothing", KindMember, "/U1", Exists, false},
		{"a hidden entity cut short", KindHidden, "users/U1", hidden(user[:len(user)-1]), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := NewLoad()
			err := l.Put(c.kind, c.key, c.r)
			if (err == nil) != c.ok {
				t.Errorf("error is %v", err)
			}
			s := checked(t, l.Snapshot(7, 8))
			if s.Seq() != 7 || s.At() != 8 {
				t.Errorf("loaded as number %d, at %d", s.Seq(), s.At())
			}
			if want := min(len(c.r), 1); c.ok && s.Len(c.kind) != want {
				t.Errorf("%d records, want %d", s.Len(c.kind), want)
			}
		})
	}
}

// TestLoadGoesOn: a load can be looked at and go on.
func TestLoadGoesOn(t *testing.T) {
	l := NewLoad()
	put := func(k Kind, key string) {
		if err := l.Put(k, key, Exists); err != nil {
			t.Fatal(err)
		}
	}
	put(KindMember, "C1/U1")
	put(KindBot, "B1")
	first := l.Snapshot(1, 1)
	put(KindMember, "C1/U2")
	put(KindBot, "B2")
	second := l.Snapshot(2, 2)
	checked(t, first)
	checked(t, second)
	if first.Len(KindMember) != 1 || first.Len(KindBot) != 1 || second.Len(KindMember) != 2 || second.Len(KindBot) != 2 {
		t.Errorf("first %s\nsecond %s", first.AppendDump(nil), second.AppendDump(nil))
	}
	if got := slices.Sorted(second.Members("C1")); !slices.Equal(got, []UserID{"U1", "U2"}) {
		t.Errorf("members %v", got)
	}
}
