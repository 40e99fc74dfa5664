package snapshot

import (
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func sorted[K ~string](ids iter.Seq[K]) (all []string) {
	for id := range ids {
		all = append(all, string(id))
	}
	slices.Sort(all)
	return all
}

// TestBoth asks of two conversations and of two users what they have in common,
// and stops asking in the middle.
func TestBoth(t *testing.T) {
	e := new(Snapshot).Edit()
	var common, active []string
	for i := range 3000 {
		user := fmt.Sprintf("U%04d", i)
		if i%2 == 0 {
			e.Put(KindMember, Pair("C2", user), Exists)
		}
		if i%3 == 0 {
			e.Put(KindMember, Pair("C3", user), Exists)
		}
		if i%6 == 0 {
			common = append(common, user)
		}
		if i%100 == 0 {
			e.Put(KindPresence, user, encode(t, presenceSchema, `{"presence":"active"}`))
		}
		if i%300 == 0 {
			active = append(active, user)
		}
	}
	e.Put(KindMember, Pair("C4", "U0007"), Exists)
	e.Put(KindMember, Pair("C4", "U0300"), Exists)
	e.Put(KindPresence, "U0001", encode(t, presenceSchema, `{"presence":"away"}`))
	s, _ := e.Commit(1)
	for _, tt := range []struct {
		what string
		got  iter.Seq[UserID]
		want []string
	}{
		{"in C2 and C3", s.MembersOfBoth("C2", "C3"), common},
		{"in C3 and C2", s.MembersOfBoth("C3", "C2"), common},
		{"in C3 and C4", s.MembersOfBoth("C3", "C4"), []string{"U0300"}},
		{"in C3 and nowhere", s.MembersOfBoth("C3", "C9"), nil},
		{"active in C3", s.ActiveMembers("C3"), active},
		{"active in C4", s.ActiveMembers("C4"), []string{"U0300"}},
		{"active nowhere", s.ActiveMembers("C9"), nil},
	} {
		if diff := cmp.Diff(tt.want, sorted(tt.got)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.what, diff)
		}
		n := 0
		for range tt.got {
			n++
			break
		}
		if n != min(1, len(tt.want)) {
			t.Errorf("%s: %d before the first", tt.what, n)
		}
	}
	for _, tt := range []struct {
		a, b UserID
		want []string
	}{
		{"U0000", "U0006", []string{"C2", "C3"}}, {"U0300", "U0007", []string{"C4"}}, {"U0002", "U0003", nil}, {"U0000", "nobody", nil},
	} {
		if diff := cmp.Diff(tt.want, sorted(s.ConversationsOfBoth(tt.a, tt.b))); diff != "" {
			t.Errorf("of %s and %s (-want +got)\n%s", tt.a, tt.b, diff)
		}
	}
}
