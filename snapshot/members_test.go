package snapshot

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDropMembers: to drop the members of a conversation is to delete each of its
// memberships, also those that the same edit has put. One that came and went in it
// is no change.
func TestDropMembers(t *testing.T) {
	for _, n := range []int{0, 1, 4, 5, 300, 3000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			e := new(Snapshot).Edit()
			for i := range n {
				user := fmt.Sprintf("U%04d", i)
				e.Put(KindMember, Pair("C1", user), Exists)
				e.Put(KindMember, Pair("C2", user), Exists)
			}
			e.Put(KindMember, "C2/UX", Exists)
			base, _ := e.Commit(1)

			begin := func() *Edit {
				e := base.Edit()
				e.Put(KindMember, "C1/UX", Exists)
				e.Delete(KindMember, "C1/U0000")
				e.Put(KindMember, "C3/U0000", Exists)
				return e
			}
			dropped, deleted := begin(), begin()
			dropped.DropMembers("C1")
			for _, u := range deleted.Members("C1") {
				deleted.Delete(KindMember, Pair("C1", string(u)))
			}
			if left := dropped.Members("C1"); len(left) > 0 {
				t.Fatalf("%d members left", len(left))
			}
			got, gotChanges := dropped.Commit(2)
			want, wantChanges := deleted.Commit(2)
			if diff := cmp.Diff(wantChanges, gotChanges); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if len(gotChanges) != n+1 {
				t.Errorf("%d changes, want %d", len(gotChanges), n+1)
			}
			if got.Digest() != want.Digest() || checked(t, got).NumMembers("C2") != n+1 || got.NumMembers("C1") != 0 {
				t.Errorf("digest %x, want %x; %d members in C2", got.Digest(), want.Digest(), got.NumMembers("C2"))
			}
		})
	}
}

// TestDropMembersGathered: it does the same in an edit that gathers.
func TestDropMembersGathered(t *testing.T) {
	e := new(Snapshot).Edit()
	e.Gather()
	e.AddMembers("C1", []string{"U1", "U2"})
	e.AddMembers("C2", []string{"U1"})
	e.DropMembers("C1")
	s, _ := e.Commit(1)
	if checked(t, s).NumMembers("C1") != 0 || s.NumMembers("C2") != 1 || s.IsMember("C1", "U1") {
		t.Errorf("%d members in C1, %d in C2", s.NumMembers("C1"), s.NumMembers("C2"))
	}
}
