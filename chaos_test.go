package slackstate_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

var chaosRuns = flag.Uint64("chaos", 60, "how many lives TestChaos lives through, each another one")

// A chaos is one life of a state while things go wrong.
type chaos struct {
	t    *testing.T
	rig  *rig
	rng  *rand.Rand
	st   *slackstate.State
	stop func()
	path string
	opts *slackstate.Options
}

// troubles are what goes wrong, by the name under which it is counted. What
// slacktest counts itself is counted there.
var troubles = map[string]func(*chaos){
	"ratelimit":   func(c *chaos) { c.faults().RateLimit(c.method(), 2, time.Duration(1+c.rng.IntN(40))*time.Second) },
	"servererror": func(c *chaos) { c.faults().FailHTTP(c.method(), 1+c.rng.IntN(3), 503) },
	"error":       func(c *chaos) { c.faults().Fail(c.method(), 1, "internal_error") },
	"scope": func(c *chaos) {
		c.faults().Fail(c.list(), 1, "missing_scope")
		c.rig.srv.Disconnect()
	},
	"delay":      func(c *chaos) { c.faults().Delay(c.method(), 1, 2*time.Minute) },
	"disconnect": func(c *chaos) { c.rig.srv.Disconnect() },
	"tear":       func(c *chaos) { c.faults().Tear(1); c.rig.srv.Random(c.rng) },
	"halfopen":   func(c *chaos) { c.rig.srv.Stall() },
	"goodbye":    func(c *chaos) { c.rig.srv.Goodbye() },
	"duplicate":  func(c *chaos) { c.faults().Duplicate(5) },
	"withhold": func(c *chaos) {
		c.faults().Withhold(3)
		c.happens(3)
		c.rig.srv.Disconnect()
	},
	"cursors": func(c *chaos) {
		c.rig.srv.Disconnect()
		<-time.After(time.Duration(c.rng.IntN(4000)) * time.Millisecond)
		c.faults().ExpireCursors()
	},
	"lag": func(c *chaos) {
		c.faults().Lag(30 * time.Second)
		c.rig.srv.Disconnect()
	},
	"restart": func(c *chaos) {
		c.stop()
		closeState(c.t, c.st)
		c.happens(c.rng.IntN(8))
		<-time.After(time.Duration(c.rng.IntN(90)) * time.Second)
		c.begin()
	},
}

func (c *chaos) faults() *slacktest.Faults { return c.rig.srv.Faults() }

// method is one that a repair calls.
func (c *chaos) method() string {
	if c.rng.IntN(8) == 0 {
		return "rtm.connect"
	}
	return c.list()
}

// list is one that may be refused without an end to everything.
func (c *chaos) list() string {
	all := []string{"users.list", "conversations.list", "usergroups.list", "conversations.members", "emoji.list", "team.info", "conversations.info"}
	return all[c.rng.IntN(len(all))]
}

func (c *chaos) happens(n int) {
	for range n {
		c.rig.srv.Random(c.rng)
	}
}

func (c *chaos) begin() {
	c.st = open(c.t, c.path, c.opts)
	c.stop = run(c.t, c.st)
}

// However much goes wrong at once, what is known becomes what is true once it
// has stopped, entity by entity, and no gap is left open. In all runs together
// everything there is has gone wrong.
func TestChaos(t *testing.T) {
	var mu sync.Mutex
	fired := map[string]int{}
	names := slices.Sorted(maps.Keys(troubles))
	t.Run("runs", func(t *testing.T) {
		for seed := range *chaosRuns {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				bubble(t, slacktest.Options{Users: 6, Seed: seed % 50}, func(t *testing.T, r *rig) {
					c := &chaos{t: t, rig: r, rng: rand.New(rand.NewPCG(seed, 7)), opts: r.options()}
					c.opts.ListLag = 0 // the usual
					c.opts.Bootstrap = slackstate.Connect
					c.opts.Members, c.opts.ReadState = slackstate.All, slackstate.Joined
					if seed%2 == 0 {
						c.path = file(t)
					}
					counts := map[string]int{}
					c.begin()
					for range 3 + c.rng.IntN(4) {
						c.happens(c.rng.IntN(12))
						<-time.After(time.Duration(c.rng.Int64N(int64(time.Minute))))
						name := names[c.rng.IntN(len(names))]
						if name == "restart" && c.path == "" {
							continue
						}
						counts[name]++
						troubles[name](c)
					}
					// It is over. The next connection tells what nobody could notice.
					c.faults().Clear()
					c.rig.srv.Disconnect()
					<-time.After(30 * time.Minute)
					synctest.Wait()
					agree(t, fmt.Sprint("after ", counts), c.st.Snapshot(), r.srv, true, untold)
					if gaps := c.st.Status().Gaps; slices.ContainsFunc(gaps, func(g api.Gap) bool { return len(g.Exposes) > 0 || g.Conversations > 0 || g.Until.IsZero() }) {
						t.Errorf("after %v: %+v", counts, gaps)
					}
					c.stop()
					mu.Lock()
					defer mu.Unlock()
					for name, n := range c.faults().Fired() {
						fired[name] += n
					}
					fired["scope"] += counts["scope"]
					fired["restart"] += counts["restart"]
				})
			})
		}
	})
	for _, name := range names {
		if fired[name] == 0 {
			t.Errorf("%s never happened", name)
		}
	}
	t.Log(fired)
}
