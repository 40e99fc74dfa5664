package reducer

import (
	"maps"
	"slices"
	"testing"

	"github.com/slackstate/slackstate/snapshot"
)

// touches returns what an event changes, down to the fields of entities, and
// the clocks it winds.
func touches(t *testing.T, changes []snapshot.Change) map[string]bool {
	t.Helper()
	set := map[string]bool{}
	for _, c := range changes {
		at := c.Kind.String() + " " + c.Key
		was, is := members(t, c.Kind, c.Key, c.Before), members(t, c.Kind, c.Key, c.After)
		if c.Before != "" && c.After != "" && c.Kind.Entity() {
			was, is = differing(was, is)
		}
		if len(was)+len(is) == 0 || c.Kind == read {
			set[at] = true // of a read state, counters follow from the marker and from messages
		}
		for _, m := range []map[string]any{was, is} {
			for name := range m {
				set[at+" "+name] = true
			}
		}
	}
	return set
}

// TestFacets: two events that touch different facets lead to the same workspace
// in either order.
func TestFacets(t *testing.T) {
	start, at := workspace(t), int64(epoch+601_000)
	names := slices.Sorted(maps.Keys(clockCases))
	touched := map[string]map[string]bool{}
	for _, name := range names {
		_, res := reduce(t, start, clockCases[name].late, at)
		touched[name] = touches(t, res.Changes)
	}
	pairs := 0
	for i, a := range names {
		for _, b := range names[:i] {
			shared := maps.Clone(touched[a])
			maps.DeleteFunc(shared, func(at string, _ bool) bool { return !touched[b][at] })
			if len(shared) > 0 {
				continue
			}
			pairs++
			play := func(first, second string) *snapshot.Snapshot {
				s, _ := reduce(t, start, clockCases[first].late, at)
				s, _ = reduce(t, s, clockCases[second].late, at+1000)
				return s
			}
			if play(a, b).Digest() != play(b, a).Digest() {
				t.Errorf("the order matters of\n%s\n%s", clockCases[a].late, clockCases[b].late)
			}
		}
	}
	if pairs < 1000 {
		t.Errorf("only %d pairs of events touch different facets", pairs)
	}
}
