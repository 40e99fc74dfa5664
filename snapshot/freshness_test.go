package snapshot

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFreshness: how well a collection is known, from what was listed and when
// events may have been missed.
func TestFreshness(t *testing.T) {
	for _, c := range []struct {
		name, fresh, link string
		want              Freshness
	}{
		{"never listed", "", `{"up":true,"lost_at":9}`, Freshness{}},
		{"listed", `{"state":"complete","as_of":5,"source":"users.list"}`, "",
			Freshness{State: Complete, AsOf: 5, Source: "users.list"}},
		{"listed, and nothing was missed since", `{"state":"complete","as_of":5}`, `{"lost_at":5}`, Freshness{State: Complete, AsOf: 5}},
		{"listed, and something may have been missed", `{"state":"complete","as_of":5}`, `{"lost_at":6}`, Freshness{State: Stale, AsOf: 5}},
		{"known in part", `{"state":"partial","as_of":5}`, `{"lost_at":6}`, Freshness{State: Partial, AsOf: 5}},
		{"refused", `{"source":"emoji.list","reason":"missing_scope"}`, "", Freshness{Source: "emoji.list", Reason: "missing_scope"}},
		{"listed once, refused since", `{"state":"complete","as_of":5,"reason":"access_denied"}`, "",
			Freshness{State: Complete, AsOf: 5, Reason: "access_denied"}},
		{"in a word nobody knows", `{"state":"splendid","as_of":5}`, "", Freshness{AsOf: 5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tables := map[Kind]map[string]string{}
			if c.fresh != "" {
				tables[KindFreshness] = map[string]string{CollectionUsers: c.fresh}
			}
			if c.link != "" {
				tables[KindLink] = map[string]string{"": c.link}
			}
			if diff := cmp.Diff(c.want, load(t, tables).Freshness(CollectionUsers)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestFreshnessNames: members and read states have collections of their own,
// which no other collection's name can be.
func TestFreshnessNames(t *testing.T) {
	all := append(Collections(), MembersOf("C1"), ReadOf("C1"), MembersOf("C2"))
	slices.Sort(all)
	if n := len(slices.Compact(slices.Clone(all))); n != len(all) {
		t.Errorf("names are shared: %q", all)
	}
	want := []string{"unknown", "partial", "stale", "complete"}
	for i, name := range want {
		if got := FreshState(i).String(); got != name {
			t.Errorf("state %d is called %q, want %q", i, got, name)
		}
	}
	if !load(t, map[Kind]map[string]string{KindLink: {"": `{"ready":true}`}}).Ready() || new(Snapshot).Ready() {
		t.Error("ready is not what the link says")
	}
}
