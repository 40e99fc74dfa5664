package snapshot

import (
	"strings"
	"testing"

	"github.com/slackstate/slackstate/internal/numbered"
)

// TestCheckTells: whatever is tampered with is told, by name.
func TestCheckTells(t *testing.T) {
	for _, c := range []struct {
		name   string
		tamper func(*Snapshot)
		want   string // part of the error
	}{
		{"nothing", func(*Snapshot) {}, ""},
		{"the digest", func(s *Snapshot) { s.digest++ }, "digest is"},
		{"the sum", func(s *Snapshot) { s.sum++ }, "sum is"},
		{"a record behind the digest's back", func(s *Snapshot) {
			s.tables.put(KindBot.slot(), s.tables.at(KindBot.slot()).Delete("B1"))
		}, "digest is"},
		{"bookkeeping behind the sum's back", func(s *Snapshot) {
			s.tables.put(KindClock.slot(), s.tables.at(KindClock.slot()).Delete("name/C1"))
		}, "sum is"},
		{"the bytes of a record", func(s *Snapshot) {
			relist(s, KindUser, func(l *numbered.Edit[Record]) { l.Set("U1", "\xff") })
		}, `users "U1"`},
		{"an entry that an index lacks", func(s *Snapshot) {
			entry, _ := userNamed(s, "ann")
			reindex(s, userByName, func(ix *numbered.IndexEdit) { ix.Remove(entry) })
		}, `index 0 does not lead to users "U1"`},
		{"an entry that leads elsewhere", func(s *Snapshot) {
			entry, number := userNamed(s, "ann")
			reindex(s, userByName, func(ix *numbered.IndexEdit) {
				ix.Remove(entry)
				ix.Add(numbered.NewEntry(uint32(entry>>32), number+1))
			})
		}, `index 0 does not lead to users "U1"`},
		{"an entry too many", func(s *Snapshot) {
			reindex(s, conversationByName, func(ix *numbered.IndexEdit) { ix.Add(numbered.NewEntry(numbered.Hash("ghost"), 0)) })
		}, "entries"},
		{"a record that nothing counts", func(s *Snapshot) {
			other := (&Snapshot{}).Edit()
			other.Put(KindEmoji, "x", Exists)
			next, _ := other.Commit(1)
			place, _ := KindEmoji.listed()
			s.listed[place] = next.listed[place]
		}, "digest is"},
		{"a tie that is missing", func(s *Snapshot) {
			s.ties = nil
		}, "is not tied to"},
		{"a tie too many", func(s *Snapshot) {
			var e tiesEdit
			e.begin(s.ties)
			e.move(KindPin, "C1/m:0.0", "", Exists)
			s.ties = e.seal()
		}, `tie 0: "C1/m:0.0" is tied to "C1"`},
		{"a member in one direction only", func(s *Snapshot) {
			var e sideEdit
			e.begin(s.members.convs)
			_, g1 := e.numbered("G1")
			e.set(g1.num, s.members.convs.of("C1"))
			s.members.convs = e.seal()
		}, "G1 has member U1, who is not in it"},
		{"a conversation in one direction only", func(s *Snapshot) {
			var e sideEdit
			e.begin(s.members.users)
			_, u3 := e.numbered("U3")
			e.set(u3.num, s.members.users.of("U1"))
			s.members.users = e.seal()
		}, "memberships"},
		{"a number that is another's", func(s *Snapshot) {
			var e sideEdit
			e.begin(s.members.convs)
			_, g1 := e.numbered("G1")
			e.at.Remove(numbered.NewEntry(numbered.Hash("G1"), g1.num))
			s.members.convs = e.seal()
		}, "G1 has number"},
		{"the count of members", func(s *Snapshot) { s.members.count++ }, "memberships"},
		{"self's flag without membership", func(s *Snapshot) {
			e := s.Edit()
			e.Put(KindConversation, "G1", e.With(conversationSchema, e.Get(KindConversation, "G1"), ConvIsMember.Bool(true)))
			next, _ := e.Commit(1)
			*s = *next
		}, "G1: is_member is true, self among its members: false"},
		{"self's membership without flag", func(s *Snapshot) {
			e := s.Edit()
			e.Put(KindMember, "G1/U1", Exists)
			next, _ := e.Commit(1)
			*s = *next
		}, "G1: is_member is false, self among its members: true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := *everything(t)
			c.tamper(&s)
			err := s.Check()
			switch {
			case c.want == "" && err != nil:
				t.Errorf("error %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// relist changes the records of a kind behind the back of everything else.
func relist(s *Snapshot, k Kind, change func(*numbered.Edit[Record])) {
	place, _ := k.listed()
	var e numbered.Edit[Record]
	e.Start(*s.listed.at(place))
	change(&e)
	l := e.Table()
	s.listed[place] = &l
}

// reindex does so with an index.
func reindex(s *Snapshot, ix index, change func(*numbered.IndexEdit)) {
	var e numbered.IndexEdit
	e.Start(*s.index.at(ix))
	change(&e)
	s.index = s.index.with(ix, e.Index())
}

// userNamed returns the entry that leads from a name to user U1, and the user's
// number.
func userNamed(s *Snapshot, name string) (entry numbered.Entry, number uint32) {
	place, _ := KindUser.listed()
	number, _ = s.listed.at(place).Number("U1")
	return numbered.NewEntry(numbered.Hash(name), number), number
}

// TestCheckTellsAll: one fault does not hide another.
func TestCheckTellsAll(t *testing.T) {
	s := *everything(t)
	s.digest++
	s.sum++
	s.members.count++
	err := s.Check()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"digest is", "sum is", "memberships"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %q", err, want)
		}
	}
}

// TestSelfInIMs: a DM has no is_member; self being listed in one is no fault,
// nor is anything before it is known who self is.
func TestSelfInIMs(t *testing.T) {
	load(t, map[Kind]map[string]string{
		KindSelf: {"": `{"id":"U1"}`}, KindConversation: {"D1": `{"is_im":true}`}, KindMember: {"D1/U1": ""},
	})
	load(t, map[Kind]map[string]string{KindConversation: {"C1": `{"is_member":true}`, "C2": `{}`}, KindMember: {"C2/U1": ""}})
}
