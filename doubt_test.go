package slackstate_test

import (
	"testing"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// What becomes stale while the connection lives is asked for in the background,
// without another connection: at once, and again when lists no longer lag behind
// what events told just before. Until then it reads as stale.
func TestRepairWhileLive(t *testing.T) {
	for _, tt := range []struct {
		name  string
		event func(api.Channel) string
		stale func(api.Snapshot, api.ChannelID) api.Freshness
		calls map[string]int
	}{
		{"Slack dropped events", func(api.Channel) string { return `{"type":"app_rate_limited","minute_rate_limited":1735689000}` },
			func(s api.Snapshot, _ api.ChannelID) api.Freshness { return s.Freshness("users") }, map[string]int{"users.list": 1, "conversations.list": 1}},
		{"a conversation is archived", func(c api.Channel) string { return `{"type":"channel_archive","channel":"` + string(c.ID()) + `"}` },
			func(s api.Snapshot, id api.ChannelID) api.Freshness {
				c, _ := s.Channel(id)
				return c.MembersKnown()
			}, map[string]int{"users.list": 0, "conversations.list": 0, "conversations.members": 1}},
		{"an emoji that was not known is renamed", func(api.Channel) string {
			return `{"type":"emoji_changed","subtype":"rename","old_name":"nobody","new_name":"knows"}`
		},
			func(s api.Snapshot, _ api.ChannelID) api.Freshness { return s.Freshness("emoji") }, map[string]int{"users.list": 0, "emoji.list": 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, slacktest.Options{Users: 12}, func(t *testing.T, r *rig) {
				opts := r.options()
				opts.Members, opts.ListLag = slackstate.All, 0
				st := open(t, "", opts)
				defer run(t, st)()
				wait(t, st, slackstate.Live)
				<-time.After(5 * time.Minute)
				before := r.srv.Calls()
				for method := range tt.calls { // or the answer might come before anybody can look
					r.srv.Faults().Delay(method, 1, time.Second)
				}
				c, _ := st.Snapshot().Channel(town(t, r.srv))
				apply(t, st, tt.event(c))
				if known := tt.stale(st.Snapshot(), c.ID()).Known; known == api.Complete {
					t.Errorf("right after: %v", known)
				}
				<-time.After(30 * time.Second)
				if f := tt.stale(st.Snapshot(), c.ID()); f.Known != api.Complete {
					t.Errorf("half a minute after: %v", f)
				}
				<-time.After(5 * time.Minute)
				if gaps := st.Status().Gaps; len(gaps) > 0 {
					t.Errorf("gaps: %v", gaps)
				}
				after := r.srv.Calls()
				for method, want := range tt.calls {
					if n := after[method] - before[method]; n != want {
						t.Errorf("%d calls of %s, want %d", n, method, want)
					}
				}
				if n := after["rtm.connect"] + after["rtm.start"] - before["rtm.connect"] - before["rtm.start"]; n != 0 {
					t.Errorf("connected %d times again", n)
				}
			})
		})
	}
}
