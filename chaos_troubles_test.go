package slackstate_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing/synctest"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

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
	"tear":       func(c *chaos) { c.faults().Tear(1); c.happens(1) },
	"halfopen": func(c *chaos) {
		c.rig.srv.Stall()
		c.stalled = time.Now()
		c.happens(c.rng.IntN(8))
	},
	"goodbye": func(c *chaos) {
		before := c.st.Status()
		c.rig.srv.Goodbye()
		for range 2 + c.rng.IntN(5) {
			c.happens(c.rng.IntN(3))
			c.renames++
			must(c.t, c.rig.srv.RenameTeam(fmt.Sprint("Team ", c.renames)))
			<-time.After(500 * time.Millisecond)
		}
		c.onward(before)
	},
	"duplicate": func(c *chaos) { c.faults().Duplicate(5) },
	"repeat": func(c *chaos) {
		c.faults().Repeat(4)
		c.thinksBetter()
		c.happens(12)
	},
	"reorder": func(c *chaos) {
		c.faults().Reorder(4)
		c.disordered = true
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
		unseen := c.rng.IntN(2) == 0
		if unseen { // only the list of members tells
			c.rig.srv.Disconnect()
		}
		id, err := c.rig.srv.InviteForeigner(c.rig.srv.Self(), string(c.general), "Zoe Abroad")
		if err == nil {
			c.foreign = append(c.foreign, api.UserID(id))
		}
		if err == nil && !unseen && c.rng.IntN(2) == 0 {
			_, err = c.rig.srv.Post(id, string(c.general), "hello from abroad")
		}
		if err != nil {
			c.t.Error(err)
		}
	},
	"lostreply": func(c *chaos) {
		c.faults().Clear()
		synctest.Wait()
		c.faults().LoseReply(1)
		c.sure = c.st.Status().Phase == api.Live && time.Since(c.stalled) > silence
		c.send()
		c.sending.Wait() // nothing else goes wrong before the reply has come
		c.sure = false
	},
	"withhold": func(c *chaos) {
		c.faults().Withhold(3)
		c.happens(8)
		c.faults().Clear() // what is withheld after the cut nobody could know of
		c.rig.srv.Disconnect()
	},
	"dropped": func(c *chaos) {
		c.faults().Withhold(3)
		c.happens(8)
		c.faults().Clear()
		synctest.Wait()
		c.disordered = true
		c.doubts()
	},
	"cursors": func(c *chaos) {
		c.faults().Lag(20 * time.Second) // so that there is a page after which they expire
		c.rig.srv.Disconnect()
		<-time.After(time.Duration(c.rng.IntN(40)) * time.Second)
		c.faults().ExpireCursors()
	},
	"lag": func(c *chaos) {
		c.faults().Lag(30 * time.Second)
		for range 1 + c.rng.IntN(3) {
			c.rig.srv.Disconnect()
			for range c.rng.IntN(10) {
				<-time.After(time.Duration(c.rng.IntN(5000)) * time.Millisecond)
				c.happens(1)
			}
		}
	},
	"behind": func(c *chaos) {
		c.faults().Behind(40 * time.Second)
		c.rig.srv.Disconnect()
		for range 2 + c.rng.IntN(6) {
			<-time.After(time.Duration(c.rng.IntN(8000)) * time.Millisecond)
			c.happens(1 + c.rng.IntN(2))
			if c.rng.IntN(3) == 0 {
				c.doubts()
			}
		}
	},
	// Whoever has the events by a transport of their own may have them in any order.
	"overtaken": func(c *chaos) {
		srv, general := c.rig.srv, string(c.general)
		c.faults().Clear()
		synctest.Wait()
		author := c.somebody()
		c.faults().Withhold(1)
		ts, err := srv.Post(author, general, "too late")
		c.faults().Clear()
		if err != nil {
			return // they have left meanwhile
		}
		must(c.t, srv.DeleteMessage(author, general, ts))
		c.deleted = time.Now()
		synctest.Wait()
		_, err = c.st.Apply(context.Background(), fmt.Appendf(nil, `{"type":"event_callback","event_id":"Ev%s","event":{`+
			`"type":"message","channel":%q,"user":%q,"text":"too late","ts":%q,"event_ts":%[4]q,"channel_type":"channel"}}`,
			strings.ReplaceAll(ts, ".", ""), general, author, ts))
		must(c.t, err)
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
		if c.rng.IntN(2) == 0 {
			c.say(c.st)
		}
		c.kill()
		<-time.After(time.Duration(c.rng.IntN(90)) * time.Second)
		c.begin()
	},
}

// somebody returns a person in #general.
func (c *chaos) somebody() string {
	room, _ := c.st.Snapshot().Channel(c.general)
	for u := range room.Members() {
		if !u.Deleted() && !u.IsBot() {
			return string(u.ID())
		}
	}
	return c.rig.srv.Self()
}

// doubts has the state told that events may have been dropped.
func (c *chaos) doubts() {
	c.dropped = time.Now()
	_, err := c.st.Apply(context.Background(), fmt.Appendf(nil, `{"type":"app_rate_limited","minute_rate_limited":%d}`, time.Now().Unix()/60*60))
	must(c.t, err)
}

// thinksBetter has somebody do things and undo them, or do others in their place,
// before the first are told of again.
func (c *chaos) thinksBetter() {
	srv, self, general := c.rig.srv, c.rig.srv.Self(), string(c.general)
	switch c.rng.IntN(4) {
	case 0:
		must(c.t, srv.SetTopic(self, general, "rain"))
		must(c.t, srv.SetTopic(self, general, "sun"))
	case 1:
		ts, err := srv.Post(self, general, "never mind")
		must(c.t, err)
		must(c.t, srv.DeleteMessage(self, general, ts))
		c.deleted = time.Now()
	case 2:
		id, err := srv.CreateChannel(slacktest.ChannelSpec{Name: fmt.Sprint("attempt-", c.rng.Uint32()), Creator: self})
		must(c.t, err)
		must(c.t, srv.DeleteChannel(self, id))
	case 3:
		id, err := srv.CreateChannel(slacktest.ChannelSpec{Name: fmt.Sprint("aside-", c.rng.Uint32()), Creator: self, Private: true})
		must(c.t, err)
		_, err = srv.Post(self, id, "nobody here")
		must(c.t, err)
		must(c.t, srv.Leave(self, id))
	}
}

// onward checks that the names which the team was given one after another did not
// come back, unless the connection was lost meanwhile.
func (c *chaos) onward(before api.Status) {
	c.t.Helper()
	<-time.After(5 * time.Second)
	synctest.Wait()
	if now := c.st.Status(); before.Phase != api.Live || now.Phase != api.Live || !now.Since.Equal(before.Since) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	last := 0
	for commit, err := range c.st.Changes(ctx, before.Seq) {
		if err != nil {
			return
		}
		for team := range api.ChangesTo[api.Team](commit) {
			var n int
			if _, err := fmt.Sscanf(team.After.Name(), "Team %d", &n); err == nil && team.After.Name() != team.Before.Name() {
				if n <= last {
					c.t.Errorf("the team was called %d and is called %d again", last, n)
				}
				last = n
			}
		}
	}
}

// kill leaves of the state what is on disk at that moment, which is no less than it
// has said. The process cannot be killed with the test in it, so the rest of its
// life goes to another file.
func (c *chaos) kill() {
	c.mu.Lock()
	c.killed = true
	c.mu.Unlock()
	said := c.st.Status().Durable
	must(c.t, c.st.PublishNow())
	c.stop()
	closeState(c.t, c.st)
	c.sending.Wait()
	must(c.t, os.Rename(c.path+".ro", c.path))
	c.killed = false
	left, err := slackstate.Open(c.path, &slackstate.Options{ReadOnly: true})
	must(c.t, err)
	if seq := left.Snapshot().Seq(); seq < said {
		c.t.Errorf("killed when %d was on disk, it left %d", said, seq)
	}
	closeState(c.t, left)
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
