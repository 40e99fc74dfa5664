package snapshot

import (
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stored returns a table in two parts, as a file does: in memory that does not last.
func stored(s *Snapshot, k Kind) []TablePart {
	all := maps.Collect(s.All(k))
	keys := slices.Sorted(maps.Keys(all))
	part := func(keys []string) TablePart {
		return func(add func(key, record []byte) error) error {
			for _, key := range keys {
				k, v := []byte(key), []byte(all[key])
				if err := add(k, v); err != nil {
					return err
				}
				clear(k)
				clear(v)
			}
			return nil
		}
	}
	return []TablePart{part(keys[:len(keys)/2]), part(keys[len(keys)/2:])}
}

// storedParts yields the memberships as a file does.
func storedParts(s *Snapshot) iter.Seq[Part] {
	return func(yield func(Part) bool) {
		convs := s.Packed().Conversations()
		for conv := range uint32(convs.Len()) {
			for p := range s.Packed().Parts(conv, 0, 1<<31) {
				if !yield(p) {
					return
				}
				clear(p.Members)
			}
		}
	}
}

// loadWhole loads all that is in a snapshot.
func loadWhole(t *testing.T, s *Snapshot) *Load {
	t.Helper()
	l := NewLoad()
	for _, k := range Kinds() {
		if k == KindMember {
			continue
		}
		if err := l.Table(k, stored(s, k)...); err != nil {
			t.Fatalf("%v: %v", k, err)
		}
		l.Index(k)
	}
	if err := l.Members(s.Packed().Conversations(), s.Packed().Users(), storedParts(s)); err != nil {
		t.Fatal(err)
	}
	return l
}

// crowd is a workspace with conversations of up to n members.
func crowd(n int) *Snapshot {
	rng := rand.New(rand.NewPCG(1, 1))
	e := (&Snapshot{}).Edit()
	for _, u := range rng.Perm(n) {
		user := fmt.Sprint("U", u)
		e.Put(KindUser, user, e.With(userSchema, "", UserName.Str("Common Name"), UserRealName.Str(user)))
		e.Put(KindMember, Pair("C0", user), Exists)
		for range 3 {
			e.Put(KindMember, Pair(fmt.Sprint("C", rng.IntN(50)), user), Exists)
		}
	}
	for c := range n {
		e.Put(KindMember, Pair(fmt.Sprint("D", c), "U0"), Exists) // who is in many
	}
	s, _ := e.Commit(1)
	return s
}

// TestLoadWhole: a state that was loaded by tables is the one that was stored, and
// goes on like it.
func TestLoadWhole(t *testing.T) {
	for name, want := range map[string]*Snapshot{"a record of each kind": everything(t), "a crowd": crowd(1000), "nothing": {}} {
		t.Run(name, func(t *testing.T) {
			l := loadWhole(t, want)
			got := checked(t, l.Snapshot(want.Seq(), want.At()))
			if got.Digest() != want.Digest() || got.Sum() != want.Sum() {
				t.Fatalf("digest %x, sum %x; want %x, %x", got.Digest(), got.Sum(), want.Digest(), want.Sum())
			}
			if diff := cmp.Diff(string(want.AppendDump(nil)), string(got.AppendDump(nil))); diff != "" {
				t.Errorf("dump (-want +got):\n%s", diff)
			}
			edit := func(e *Edit) *Snapshot {
				for i := range 600 {
					e.Put(KindMember, fmt.Sprintf("C0/V%d", i), Exists)
					e.Delete(KindMember, fmt.Sprintf("C0/U%d", i))
				}
				next, _ := e.Commit(2)
				return checked(t, next)
			}
			if a, b := edit(want.Edit()), edit(got.Edit()); a.Digest() != b.Digest() {
				t.Error("after the same changes they are different")
			}
			checked(t, got)
		})
	}
}

// TestLoadPutsOver: what Put says goes before what the tables say.
func TestLoadPutsOver(t *testing.T) {
	before := everything(t)
	l := loadWhole(t, before)
	e := before.Edit()
	for _, c := range []Change{
		{Kind: KindUser, Key: "U1", After: encode(t, userSchema, `{"name":"eve"}`)}, {Kind: KindUser, Key: "U2"},
		{Kind: KindMember, Key: "C1/U1"}, {Kind: KindMember, Key: "C1/U9", After: Exists}, {Kind: KindMember, Key: "C1/U9", After: Exists},
		{Kind: KindConversation, Key: "C1", After: encode(t, conversationSchema, `{"name":"town"}`)},
	} {
		e.Put(c.Kind, c.Key, c.After)
		if err := l.Put(c.Kind, c.Key, c.After); err != nil {
			t.Fatal(err)
		}
	}
	want, _ := e.Commit(9)
	got := checked(t, l.Snapshot(want.Seq(), want.At()))
	if diff := cmp.Diff(string(want.AppendDump(nil)), string(got.AppendDump(nil))); diff != "" {
		t.Errorf("dump (-want +got):\n%s", diff)
	}
}

// TestEarly: what is loaded first is found by id, changes included, and what is not
// loaded is not there.
func TestEarly(t *testing.T) {
	s := everything(t)
	l := NewLoad()
	for _, k := range []Kind{KindUser, KindConversation} {
		if err := l.Table(k, stored(s, k)...); err != nil {
			t.Fatal(err)
		}
	}
	eve := encode(t, userSchema, `{"name":"eve"}`)
	changes := []Change{
		{Kind: KindUser, Key: "U1", After: eve}, {Kind: KindUser, Key: "U2"}, {Kind: KindUser, Key: "U3", After: eve},
		{Kind: KindBot, Key: "B1"}, {Kind: KindMember, Key: "C1/U1"},
	}
	early, err := l.Early(7, 8, slices.Values(changes))
	if err != nil {
		t.Fatal(err)
	}
	if !early.Partial() || early.Seq() != 7 || early.At() != 8 {
		t.Errorf("partial is %v, as of %d, at %d", early.Partial(), early.Seq(), early.At())
	}
	if early.Get(KindUser, "U1") != eve || early.Get(KindUser, "U2") != "" || early.Get(KindUser, "U3") != eve {
		t.Error("users are not as the changes left them")
	}
	if early.Get(KindConversation, "C1") != s.Get(KindConversation, "C1") {
		t.Error("a conversation is not as it was stored")
	}
	if early.Len(KindBot) != 0 || early.Len(KindMember) != 0 || early.Ready() {
		t.Error("there is more than was loaded")
	}
	if got := early.Freshness(CollectionUsers); got.State != Unknown {
		t.Errorf("users are known as %v", got)
	}
	changes[0].After = "\xff"
	if _, err := l.Early(7, 8, slices.Values(changes)); err == nil {
		t.Error("a change that is no record was taken")
	}
	l.Index(KindUser)
	l.Index(KindConversation)
	full := checked(t, l.Snapshot(7, 8))
	if full.Partial() || full.Get(KindUser, "U2") == "" {
		t.Error("the early snapshot's changes are in the tables")
	}
}

// TestLoadRefusesTables that no snapshot can have been stored as.
func TestLoadRefusesTables(t *testing.T) {
	one := func(key, record string) TablePart {
		return func(add func(key, record []byte) error) error { return add([]byte(key), []byte(record)) }
	}
	for _, c := range []struct {
		name  string
		kind  Kind
		parts []TablePart
	}{
		{"a key twice", KindUser, []TablePart{one("U1", string(Exists)), one("U1", string(Exists))}},
		{"no record", KindUser, []TablePart{one("U1", "")}},
		{"half a message", KindMessage, []TablePart{one("C1/1.0", "\xff")}},
		{"memberships", KindMember, []TablePart{one("C1/U1", string(Exists))}},
	} {
		if err := NewLoad().Table(c.kind, c.parts...); err == nil {
			t.Errorf("%s: taken for a table", c.name)
		}
	}
}

func TestLoadRefusesMembers(t *testing.T) {
	ids := func(s string) (l IDs) {
		for _, id := range strings.Split(s, " ") {
			l.Add(id)
		}
		return l
	}
	convs, users := ids("C1 C2"), ids("U1 U2 U3")
	for _, test := range []struct {
		name         string
		convs, users IDs
		parts        []Part
		ok           bool
	}{
		{"parts in order", convs, users, []Part{{0, 0, []byte{0, 1}}, {0, 2, []byte{2}}, {1, 0, []byte{1}}}, true},
		{"nothing", IDs{}, IDs{}, nil, true},
		{"a conversation without a number", convs, users, []Part{{2, 0, []byte{0}}}, false},
		{"a user without a number", convs, users, []Part{{0, 0, []byte{3}}}, false},
		{"conversations out of order", convs, users, []Part{{1, 0, []byte{0}}, {0, 0, []byte{0}}}, false},
		{"parts that overlap", convs, users, []Part{{0, 0, []byte{1}}, {0, 1, []byte{1}}}, false},
		{"a part that begins within another", convs, users, []Part{{0, 0, []byte{1}}, {0, 1, []byte{2}}}, false},
		{"a part before its place", convs, users, []Part{{0, 1, []byte{0}}}, false},
		{"a part of nothing", convs, users, []Part{{0, 0, nil}}, false},
		{"a number twice", convs, users, []Part{{0, 0, []byte{1, 0}}}, false},
		{"an id with two numbers", convs, ids("U1 U2 U1"), nil, false},
		{"a conversation with two numbers", ids("C1 C1"), users, nil, false},
		{"a conversation that no key can name", ids("C1 C/2"), users, nil, false},
		{"a conversation without an id", ids(""), users, nil, false},
		{"a user without an id", convs, ids(""), nil, false},
	} {
		l := NewLoad()
		if err := l.Members(test.convs, test.users, slices.Values(test.parts)); (err == nil) != test.ok {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// TestIDs: a list continues those that it came from, and those that are equal, and
// no others.
func TestIDs(t *testing.T) {
	var lists []IDs
	var l IDs
	for i := range 600 {
		if i%100 == 0 {
			lists = append(lists, l)
		}
		l.Add(fmt.Sprint(i))
	}
	for i := range lists {
		for j := range lists {
			if got := lists[i].Continues(&lists[j]); got != (i >= j) {
				t.Errorf("%d ids continue %d: %v", lists[i].Len(), lists[j].Len(), got)
			}
		}
	}
	var equal, other IDs
	for i := range 600 {
		equal.Add(fmt.Sprint(i))
		other.Add(fmt.Sprint(i % 599))
	}
	if !equal.Continues(&l) || other.Continues(&l) {
		t.Error("what counts is not what the ids are")
	}
	if got := slices.Collect(l.From(598)); !slices.Equal(got, []string{"598", "599"}) {
		t.Errorf("from 598 on there is %q", got)
	}
}

// TestLoadDamaged: a record with any bit flipped is loaded without a panic, and
// gives another digest or sum unless it is refused.
func TestLoadDamaged(t *testing.T) {
	s := everything(t)
	for _, k := range Kinds() {
		if k == KindMember {
			continue
		}
		for key, r := range s.All(k) {
			for bit := range 8 * len(r) {
				damaged := []byte(r)
				damaged[bit/8] ^= 1 << (bit % 8)
				l := NewLoad()
				err := l.Table(k, func(add func(key, record []byte) error) error { return add([]byte(key), damaged) })
				if err != nil {
					continue
				}
				l.Index(k)
				got := l.Snapshot(1, 1)
				if got.Get(k, key) != Record(damaged) {
					t.Errorf("%v %q, bit %d: another record", k, key, bit)
				}
				if (got.Digest() + got.Sum()) == mix(k, key, r) {
					t.Errorf("%v %q, bit %d: the same digest", k, key, bit)
				}
			}
		}
	}
}
