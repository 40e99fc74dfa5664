package snapshot

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func tsOf(n int) TS { return TS(fmt.Sprintf("17%08d.000100", n)) }

// TestTimelineModel changes timelines at their ends and in the middle. Each of
// them, the earlier ones too, must go on holding what its model holds, in order.
func TestTimelineModel(t *testing.T) {
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 3))
		type version struct {
			line  Timeline
			model map[TS]Record
		}
		now := version{model: map[TS]Record{}}
		var versions []version
		next := 5000
		for n := range 6000 {
			model := now.model
			if n%200 == 0 {
				versions = append(versions, now)
				model = maps.Clone(model)
			}
			ts := tsOf(random.IntN(next + 1))
			switch random.IntN(8) {
			case 0, 1: // as old ones are let go
				ts = now.line.Oldest()
			case 2, 3, 4: // as messages come
				next++
				ts = tsOf(next)
			}
			if remove := random.IntN(3) == 0; remove {
				now = version{now.line.without(ts), model}
				delete(model, ts)
			} else if ts != "" {
				r := Record(fmt.Sprint(n))
				now = version{now.line.with(ts, r), model}
				model[ts] = r
			}
		}
		for i, v := range append(versions, now) {
			want := slices.Sorted(maps.Keys(v.model))
			if v.line.Len() != len(want) {
				t.Fatalf("seed %d, version %d: %d messages, the model has %d", seed, i, v.line.Len(), len(want))
			}
			if len(want) > 0 && v.line.Oldest() != want[0] {
				t.Errorf("seed %d, version %d: the oldest is %s, in the model %s", seed, i, v.line.Oldest(), want[0])
			}
			for range 40 {
				ts := tsOf(random.IntN(next + 2))
				if random.IntN(8) == 0 {
					ts = ""
				}
				var after, before []TS
				for ts, r := range v.line.After(ts) {
					if r != v.model[ts] {
						t.Errorf("seed %d, version %d: %s is %q, in the model %q", seed, i, ts, r, v.model[ts])
					}
					after = append(after, ts)
				}
				for ts := range v.line.Before(ts) {
					before = append(before, ts)
				}
				at, found := slices.BinarySearch(want, ts)
				from, to := at, at
				switch {
				case found:
					from++
				case ts == "":
					to = len(want)
				}
				if !slices.Equal(want[from:], after) {
					t.Fatalf("seed %d, version %d: after %q (-model +timeline):\n%s", seed, i, ts, cmp.Diff(want[from:], after))
				}
				slices.Reverse(before)
				if !slices.Equal(want[:to], before) {
					t.Fatalf("seed %d, version %d: before %q (-model +timeline):\n%s", seed, i, ts, cmp.Diff(want[:to], before))
				}
				if got := v.line.Get(ts); got != v.model[ts] {
					t.Errorf("seed %d, version %d: %q is %q, in the model %q", seed, i, ts, got, v.model[ts])
				}
			}
			for range v.line.After("") {
				break
			}
			for range v.line.Before("") {
				break
			}
		}
	}
}

// TestTimelineIsShallow: a change copies little, however long a timeline is that
// was filled at one end and let go at the other.
func TestTimelineIsShallow(t *testing.T) {
	var line Timeline
	for n := range 60_000 {
		if line = line.with(tsOf(n), "r"); line.Len() > 20_000 {
			line = line.without(line.Oldest())
		}
	}
	depth, widest := 0, 0
	for s := line.root; s != nil; depth++ {
		widest = max(widest, len(s.spans), len(s.messages))
		if s.spans == nil {
			break
		}
		s = s.spans[len(s.spans)-1]
	}
	if depth > 4 || widest > spanMax {
		t.Errorf("a change copies %d spans of up to %d", depth+1, widest)
	}
}
