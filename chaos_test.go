package slackstate_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
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

	general      api.ChannelID
	sending      sync.WaitGroup
	mu           sync.Mutex
	killed       bool              // what is still under way tells nobody
	acknowledged map[api.TS]string // the messages in #general that Send said were posted
}

// troubles are what goes wrong, by the name under which it is counted. What
// slacktest counts itself is counted there.
var troubles = map[string]func(*chaos){
	"ratelimit": func(c *chaos) {
		c.faults().RateLimit(c.method(), 2, time.Duration(1+c.rng.IntN(40))*time.Second)
		c.rig.srv.Disconnect()
	},
	"servererror": func(c *chaos) {
		c.faults().FailHTTP(c.method(), 1+c.rng.IntN(3), 503)
		c.rig.srv.Disconnect()
	},
	"error": func(c *chaos) {
		c.faults().Fail(c.method(), 1, "internal_error")
		c.rig.srv.Disconnect()
	},
	"scope": func(c *chaos) {
		c.faults().Fail(c.list(), -1, "missing_scope")
		c.rig.srv.Disconnect()
	},
	"delay": func(c *chaos) {
		c.faults().Delay(c.method(), 1, 2*time.Minute)
		c.rig.srv.Disconnect()
	},
	"disconnect": func(c *chaos) { c.rig.srv.Disconnect() },
	"tear":       func(c *chaos) { c.faults().Tear(1); c.rig.srv.Random(c.rng) },
	"halfopen":   func(c *chaos) { c.rig.srv.Stall() },
	"goodbye":    func(c *chaos) { c.rig.srv.Goodbye() },
	"duplicate":  func(c *chaos) { c.faults().Duplicate(5) },
	"reorder": func(c *chaos) {
		c.faults().Reorder(4)
		c.happens(8)
	},
	"expiredurl": func(c *chaos) {
		c.faults().ExpireURLs(1 + c.rng.IntN(3))
		c.rig.srv.Disconnect()
	},
	"emptypage": func(c *chaos) {
		c.faults().EmptyPages(1 + c.rng.IntN(6))
		c.rig.srv.Disconnect()
	},
	"foreigner": func(c *chaos) {
		id, err := c.rig.srv.InviteForeigner(c.rig.srv.Self(), string(c.general), "Zoe Abroad")
		if err == nil && c.rng.IntN(2) == 0 {
			_, err = c.rig.srv.Post(id, string(c.general), "hello from abroad")
		}
		if err != nil {
			c.t.Error(err)
		}
	},
	"lostreply": func(c *chaos) {
		c.faults().LoseReply(1)
		c.send()
	},
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
		c.sending.Wait()
		c.happens(c.rng.IntN(8))
		<-time.After(time.Duration(c.rng.IntN(90)) * time.Second)
		c.begin()
	},
	"kill": func(c *chaos) {
		c.happens(c.rng.IntN(8)) // some of it is on disk, and some is not
		c.kill()
		<-time.After(time.Duration(c.rng.IntN(90)) * time.Second)
		c.begin()
	},
}

// kill leaves of the state what is on disk at that moment. The process cannot be
// killed with the test in it, so the rest of its life goes to another file.
func (c *chaos) kill() {
	c.mu.Lock()
	c.killed = true
	c.mu.Unlock()
	if err := c.st.PublishNow(); err != nil {
		c.t.Fatal(err)
	}
	c.stop()
	closeState(c.t, c.st)
	c.sending.Wait()
	if err := os.Rename(c.path+".ro", c.path); err != nil {
		c.t.Fatal(err)
	}
	c.killed = false
}

// town returns the channel where everybody is, and stays.
func town(t *testing.T, srv *slacktest.Server) api.ChannelID {
	t.Helper()
	var w struct {
		Channels []struct {
			ID      api.ChannelID
			General bool `json:"is_general"`
		}
	}
	if err := json.Unmarshal(srv.Truth(), &w); err != nil {
		t.Fatal(err)
	}
	for _, c := range w.Channels {
		if c.General {
			return c.ID
		}
	}
	t.Fatal("there is no #general")
	return ""
}

// send has a message sent meanwhile, and notes if it is acknowledged. Before the
// first listing Send does not promise that the state has it.
func (c *chaos) send() {
	st, room := c.st, c.general
	if !st.Snapshot().Ready() {
		return
	}
	text := fmt.Sprint("message ", c.rng.Uint32())
	c.sending.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		ts, err := st.Send(ctx, api.Draft{Channel: room, Text: text})
		c.mu.Lock()
		defer c.mu.Unlock()
		switch {
		case c.killed: // whoever asked is dead, too
		case err == nil:
			c.acknowledged[ts] = text
		case !errors.Is(err, api.ErrOffline) && !errors.Is(err, api.ErrUnacknowledged) &&
			!errors.Is(err, slackstate.ErrClosed) && !errors.Is(err, context.DeadlineExceeded):
			c.t.Errorf("send: %v", err)
		}
	})
}

// kept checks that what was acknowledged is in the state, if Slack has it still.
func (c *chaos) kept() {
	room, _ := c.st.Snapshot().Channel(c.general)
	have := map[api.TS]string{}
	for m := range room.Messages() {
		have[m.TS()] = m.Text()
	}
	for _, m := range messages(c.t, c.rig, string(room.ID())) {
		if _, sent := c.acknowledged[m.TS]; !sent {
			continue
		}
		if text, ok := have[m.TS]; !ok || text != m.Text && text != c.acknowledged[m.TS] {
			c.t.Errorf("%s was acknowledged as %q, and is lost: %q", m.TS, m.Text, text)
		}
	}
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
				slack := slacktest.Options{Users: 6, Seed: seed % 50}
				if seed%5 == 0 {
					slack.RTMStart = slacktest.RTMStartFull
				}
				bubble(t, slack, func(t *testing.T, r *rig) {
					c := &chaos{t: t, rig: r, rng: rand.New(rand.NewPCG(seed, 7)), opts: r.options(),
						general: town(t, r.srv), acknowledged: map[api.TS]string{}}
					c.opts.ListLag = 0 // the usual
					except := untold
					if seed%5 != 0 {
						c.opts.Bootstrap = slackstate.Connect
					} else { // rtm.start lists members, and does not count them
						except = append([]string{"*/*/num_members"}, except...)
					}
					c.opts.Members, c.opts.ReadState = slackstate.All, slackstate.Joined
					c.opts.History = slackstate.History{PerChannel: 1000}
					if seed%2 == 0 {
						c.path = file(t)
					}
					counts := map[string]int{}
					c.begin()
					for range 4 + c.rng.IntN(5) {
						c.happens(c.rng.IntN(12))
						<-time.After(time.Duration(c.rng.Int64N(int64(time.Minute))))
						name := names[c.rng.IntN(len(names))]
						if (name == "restart" || name == "kill") && c.path == "" {
							continue
						}
						counts[name]++
						for range c.rng.IntN(3) {
							c.send()
						}
						troubles[name](c)
					}
					// It is over. The next connection tells what nobody could notice.
					c.faults().Clear()
					c.rig.srv.Disconnect()
					<-time.After(30 * time.Minute)
					c.sending.Wait()
					synctest.Wait()
					c.kept()
					agree(t, fmt.Sprint("after ", counts), c.st.Snapshot(), r.srv, true, except)
					if gaps := c.st.Status().Gaps; slices.ContainsFunc(gaps, func(g api.Gap) bool { return len(g.Exposes) > 0 || g.Conversations > 0 || g.Until.IsZero() }) {
						t.Errorf("after %v: %+v", counts, gaps)
					}
					c.stop()
					mu.Lock()
					defer mu.Unlock()
					for name, n := range c.faults().Fired() {
						fired[name] += n
					}
					for _, name := range []string{"restart", "kill", "foreigner"} {
						fired[name] += counts[name]
					}
					fired["acknowledged"] += len(c.acknowledged)
				})
			})
		}
	})
	for _, name := range append(names, "acknowledged") {
		if fired[name] == 0 {
			t.Errorf("%s never happened", name)
		}
	}
	t.Log(fired)
}
