package slackstate_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

var (
	chaosRuns = flag.Uint64("chaos", 60, "how many lives TestChaos lives through, each another one")
	firstRed  = flag.Bool("firstred", false, "have TestChaos live no life after one that went red")
)

// A chaos is one life of a state while things go wrong.
type chaos struct {
	t    *testing.T
	rig  *rig
	rng  *rand.Rand
	st   *slackstate.State
	stop func()
	path string
	opts *slackstate.Options

	except   []string     // the fields that are not compared
	followed []api.UserID // whose presence is kept up to date
	stalled  time.Time    // when the connection last died unnoticed

	known    map[api.ChannelID]bool // the public channels that were, since the process began
	private  map[api.ChannelID]bool // those that ever were, of whose return nobody tells
	returned map[api.ChannelID]bool // those that became public
	foreign  []api.UserID           // people of other workspaces, whom members lead to and no list has

	keeps      bool      // messages, but for the newest of each conversation
	deleted    time.Time // when a message last was
	renames    int       // of the team, one after another
	dropped    time.Time // when events of a connection that lived last were
	disordered bool      // presence, which has no version, may not have come, or in another order

	general      api.ChannelID
	sending      sync.WaitGroup
	mu           sync.Mutex
	killed       bool              // what is still under way tells nobody
	said         int               // messages
	sure         bool              // a reply to what is sent now comes
	acknowledged map[api.TS]string // the messages in #general that Send said were posted
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

// presenceOf returns the presence of everybody who has one.
func presenceOf(t *testing.T, srv *slacktest.Server) map[string]string {
	t.Helper()
	var w struct{ Presence map[string]string }
	if err := json.Unmarshal(srv.Truth(), &w); err != nil {
		t.Fatal(err)
	}
	return w.Presence
}

// A line is a message as it is in truth.
type line struct {
	Text, Subtype string
	Thread        api.TS `json:"thread_ts"`
}

// spoken returns how many messages of a conversation are unread, and all of them.
func spoken(t *testing.T, srv *slacktest.Server, id api.ChannelID) (unread int, all map[api.TS]line) {
	t.Helper()
	var w struct {
		Channels []struct {
			ID     api.ChannelID
			Unread int `json:"unread_count_display"`
		}
		Messages map[api.ChannelID][]struct {
			line
			TS api.TS
		}
	}
	if err := json.Unmarshal(srv.Truth(), &w); err != nil {
		t.Fatal(err)
	}
	for _, c := range w.Channels {
		if c.ID == id {
			unread = c.Unread
		}
	}
	all = map[api.TS]line{}
	for _, m := range w.Messages[id] {
		all[m.TS] = m.line
	}
	return unread, all
}

// send has a message sent meanwhile, and notes if it is acknowledged. Before the
// first listing Send does not promise that the state has it.
func (c *chaos) send() {
	st := c.st
	if !st.Snapshot().Ready() {
		return
	}
	c.sending.Go(func() { c.say(st) })
}

// say is send for who waits.
func (c *chaos) say(st *slackstate.State) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	c.mu.Lock()
	text, sure := fmt.Sprint("message ", c.said), c.sure
	c.said++
	c.mu.Unlock()
	ts, err := st.Send(ctx, api.Draft{Channel: c.general, Text: text})
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.killed: // whoever asked is dead, too
	case err == nil:
		c.acknowledged[ts] = text
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, api.ErrOffline):
	case !errors.Is(err, api.ErrUnacknowledged) && !errors.Is(err, slackstate.ErrClosed), sure:
		c.t.Errorf("send: %v", err)
	}
}

// kept checks that what was acknowledged is in the state, if Slack has it still.
func (c *chaos) kept() {
	if !c.keeps {
		return
	}
	room, _ := c.st.Snapshot().Channel(c.general)
	have := map[api.TS]string{}
	for m := range room.Messages() {
		have[m.TS()] = m.Text()
	}
	_, all := spoken(c.t, c.rig.srv, c.general)
	for ts, text := range c.acknowledged {
		m, there := all[ts]
		if got, ok := have[ts]; there && m.Subtype != "tombstone" && (!ok || got != m.Text && got != text) {
			c.t.Errorf("%s was acknowledged as %q, and is lost: %q", ts, m.Text, got)
		}
	}
}

func (c *chaos) happens(n int) {
	for range n {
		said := c.rig.srv.Random(c.rng)
		if strings.Contains(said, " deletes ") {
			c.deleted = time.Now()
		}
		if id, private := strings.CutSuffix(said, " becomes private"); private {
			c.private[api.ChannelID(id)] = true
		}
		if id, public := strings.CutSuffix(said, " becomes public"); public {
			c.returned[api.ChannelID(id)] = true
		}
	}
}

// unseen returns what a snapshot cannot have until there is another listing: channels
// that became public when self was not in them.
func (c *chaos) unseen(snap api.Snapshot) (fields []string) {
	for id := range c.returned {
		if _, ok := snap.Channel(id); !ok {
			fields = append(fields, "channels/"+string(id), "channels/"+string(id)+"/*")
		}
	}
	return fields
}

// unmet returns what a snapshot lacks until it has asked who the members are.
func (c *chaos) unmet(snap api.Snapshot) (fields []string) {
	for _, id := range c.foreign {
		if _, ok := snap.User(id); !ok {
			fields = append(fields, "users/"+string(id), "users/"+string(id)+"/*")
		}
	}
	return fields
}

func (c *chaos) begin() {
	c.st = open(c.t, c.path, c.opts)
	c.known = map[api.ChannelID]bool{}
	c.look("before it runs")
	c.followed, c.disordered = nil, false
	for id := range presenceOf(c.t, c.rig.srv) {
		c.followed = append(c.followed, api.UserID(id))
	}
	must(c.t, c.st.FollowPresence(context.Background(), c.followed...))
	c.stop = run(c.t, c.st)
}

// However much goes wrong at once, what is known becomes what is true once it
// has stopped, entity by entity, and no gap is left open. In all runs together
// everything there is has gone wrong.
func TestChaos(t *testing.T) {
	var mu sync.Mutex
	var red atomic.Bool
	fired := map[string]int{}
	names := slices.Sorted(maps.Keys(troubles))
	t.Run("lives", func(t *testing.T) {
		for seed := range *chaosRuns {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				if *firstRed && red.Load() {
					return
				}
				defer func() {
					if t.Failed() {
						red.Store(true)
					}
				}()
				slack := slacktest.Options{Users: 6, Seed: seed % 50, PageSize: int(seed % 7)}
				if seed%5 == 0 {
					slack.RTMStart = slacktest.RTMStartFull
				}
				bubble(t, slack, func(t *testing.T, r *rig) {
					c := &chaos{t: t, rig: r, rng: rand.New(rand.NewPCG(seed, 7)), opts: r.options(),
						general: town(t, r.srv), acknowledged: map[api.TS]string{}, private: map[api.ChannelID]bool{}, returned: map[api.ChannelID]bool{}}
					c.opts.ListLag = 0 // the usual
					c.except = untold
					if seed%5 != 0 {
						c.opts.Bootstrap = slackstate.Connect
					} else { // rtm.start lists members, and does not count them
						c.except = append([]string{"*/*/num_members"}, untold...)
					}
					c.opts.Members, c.opts.ReadState = slackstate.All, slackstate.Joined
					if c.keeps = seed%3 > 0; c.keeps {
						c.opts.History = slackstate.History{PerChannel: 1000}
					}
					if seed%2 == 0 {
						c.path = file(t)
					}
					counts := map[string]int{}
					if seed%4 == 1 { // whatever is listed first takes so long that much comes between
						c.faults().Lag(30 * time.Second)
					}
					c.begin()
					for range 4 + c.rng.IntN(5) {
						c.happens(c.rng.IntN(12))
						<-time.After(time.Duration(c.rng.Int64N(int64(time.Minute))))
						c.look(fmt.Sprint("in the middle of ", counts))
						name := names[c.rng.IntN(len(names))]
						if (name == "restart" || name == "kill") && c.path == "" {
							continue
						}
						counts[name]++
						for range c.rng.IntN(3) {
							c.send()
						}
						troubles[name](c)
						c.look("right after " + name)
					}
					// It is over. What was refused is asked for again on the next connection,
					// which need not come by itself.
					c.faults().Clear()
					c.sending.Wait()
					again := counts["scope"] > 0 || c.rng.IntN(2) == 0
					if again {
						r.srv.Disconnect()
					}
					<-time.After(30 * time.Minute)
					synctest.Wait()
					c.kept()
					when := fmt.Sprint("after ", counts)
					c.whole(when, c.st.Snapshot())
					except := c.except
					if !again {
						except = append(c.unseen(c.st.Snapshot()), except...)
					}
					agree(t, when, c.st.Snapshot(), r.srv, again, except)
					if gaps := c.st.Status().Gaps; slices.ContainsFunc(gaps, func(g api.Gap) bool { return len(g.Exposes) > 0 || g.Conversations > 0 || g.Until.IsZero() }) {
						t.Errorf("after %v: %+v", counts, gaps)
					}
					c.stop()
					mu.Lock()
					defer mu.Unlock()
					for name, n := range c.faults().Fired() {
						fired[name] += n
					}
					for _, name := range []string{"restart", "kill", "foreigner", "dropped", "overtaken"} {
						fired[name] += counts[name]
					}
					fired["acknowledged"] += len(c.acknowledged)
				})
			})
		}
	})
	if red.Load() {
		return // with firstred not everything was tried
	}
	for _, name := range append(names, "acknowledged") {
		if fired[name] == 0 {
			t.Errorf("%s never happened", name)
		}
	}
	t.Log(fired)
}
