package snapshot

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestReads: what a snapshot holds, by every way to ask for it.
func TestReads(t *testing.T) {
	s := everything(t)
	if got := slices.Sorted(maps.Keys(maps.Collect(s.All(KindUser)))); !slices.Equal(got, []string{"U1", "U2"}) {
		t.Errorf("users %q", got)
	}
	if got := maps.Collect(s.All(KindMember)); !cmp.Equal(got, map[string]Record{"C1/U1": Exists, "C1/U2": Exists}) {
		t.Errorf("memberships %q", got)
	}
	for range s.All(KindMember) {
		break // a table may be left early
	}
	for range s.Members("C1") {
		break
	}
	if s.Len(KindMember) != 2 || s.NumMembers("C1") != 2 || s.NumMembers("C2") != 0 {
		t.Errorf("%d memberships, %d in C1", s.Len(KindMember), s.NumMembers("C1"))
	}
	if !s.IsMember("C1", "U2") || s.IsMember("C1", "U3") || s.IsMember("G1", "U1") {
		t.Error("memberships are not as stored")
	}
	if got := slices.Collect(s.ConversationsOf("U2")); !slices.Equal(got, []ChannelID{"C1"}) {
		t.Errorf("U2 is in %q", got)
	}
	if s.Get(KindMember, "C1/U1") != Exists || s.Get(KindMember, "C1/U9") != "" || s.Get(KindMember, "C1") != "" {
		t.Error("a membership's record is not as stored")
	}
	if s.SelfID() != "U1" || new(Snapshot).SelfID() != "" {
		t.Errorf("self is %q", s.SelfID())
	}
}

// TestResolve follows a conversation's former ids, and never forever.
func TestResolve(t *testing.T) {
	s := load(t, map[Kind]map[string]string{KindAlias: {
		"A": `{"to":"B"}`, "B": `{"to":"C"}`, "X": `{"to":"Y"}`, "Y": `{"to":"X"}`, "Z": `{"to":"Z"}`,
	}})
	for id, want := range map[ChannelID]ChannelID{"A": "C", "B": "C", "C": "C", "": "", "X": "X", "Z": "Z"} {
		if got := s.Resolve(id); got != want {
			t.Errorf("%s leads to %s, want %s", id, got, want)
		}
	}
}

// TestPair: the keys of two parts, of which the second may have parts itself.
func TestPair(t *testing.T) {
	for _, c := range []struct{ a, b string }{{"C1", "U1"}, {"member", "C1/U1"}, {"", ""}, {"C1", ""}} {
		if a, b := Unpair(Pair(c.a, c.b)); a != c.a || b != c.b {
			t.Errorf("%q and %q came apart as %q and %q", c.a, c.b, a, b)
		}
	}
}

// TestTS: which timestamps can be compared, and when they are.
func TestTS(t *testing.T) {
	for _, c := range []struct {
		ts         TS
		comparable bool
		time       time.Time
	}{
		{"1355517523.000005", true, time.Unix(1355517523, 5000)},
		{"1355517523.5", true, time.Unix(1355517523, 500_000_000)},
		{"0000000000.000000", true, time.Time{}},
		{"1515449522000016", false, time.Unix(1515449522000016, 0)},
		{"0", false, time.Time{}},
		{"", false, time.Time{}},
		{".", false, time.Time{}},
		{"1355517523.", false, time.Unix(1355517523, 0)},
		{"1355517523.x", false, time.Unix(1355517523, 0)},
		{"13555175230.000005", false, time.Unix(13555175230, 5000)},
		{"-355517523.000005", false, time.Time{}},
		{"now.0", false, time.Time{}},
	} {
		if got := c.ts.Comparable(); got != c.comparable {
			t.Errorf("%q can be compared: %t", c.ts, got)
		}
		if got := c.ts.Time(); !got.Equal(c.time) {
			t.Errorf("%q is %v, want %v", c.ts, got, c.time)
		}
	}
}
