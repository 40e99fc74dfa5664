package slackstate_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// Slack's lists may lag a minute behind its events. So after a short absence a
// list cannot overrule what an event told just before, and until it can, the
// membership is not called complete; then it is listed again, and right.
func TestRecheck(t *testing.T) {
	bubble(t, slacktest.Options{Users: 60}, func(t *testing.T, r *rig) {
		opts := r.lagging()
		opts.Members = slackstate.All
		st := open(t, file(t), opts)
		stop := run(t, st)
		snap := wait(t, st, slackstate.Live)
		channel, user := stranger(t, snap)
		<-time.After(5 * time.Minute)

		if err := r.srv.Join(string(user), string(channel)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		stop()
		if err := r.srv.Leave(string(user), string(channel)); err != nil {
			t.Fatal(err)
		}
		defer run(t, st)()
		c, _ := wait(t, st, slackstate.Live).Channel(channel)
		if known := c.MembersKnown().Known; !c.HasMember(user) || known == api.Complete {
			t.Errorf("right after: member %v, %v; want the event's word, and not complete", c.HasMember(user), known)
		}
		<-time.After(90 * time.Second)
		c, _ = st.Snapshot().Channel(channel)
		if known := c.MembersKnown().Known; c.HasMember(user) || known != api.Complete {
			t.Errorf("after the lag: member %v, %v; want the list's word, and complete", c.HasMember(user), known)
		}
	})
}

// What an event names and Slack does not know may be so new that only the event shows
// it. When Slack has had the time to know, and does not, it is gone.
func TestRecheckOfWhatSlackDoesNotKnow(t *testing.T) {
	bubble(t, slacktest.Options{Users: 10}, func(t *testing.T, r *rig) {
		opts := r.lagging()
		opts.Members = slackstate.All
		st := open(t, file(t), opts)
		defer run(t, st)()
		wait(t, st, slackstate.Live)
		<-time.After(5 * time.Minute)

		_, err := st.Apply(t.Context(), []byte(`{"type":"member_joined_channel","channel":"C0NOWHERE","user":"U0NOBODY"}`))
		must(t, err)
		<-time.After(30 * time.Second)
		if _, ok := st.Snapshot().Channel("C0NOWHERE"); !ok {
			t.Error("right after, the event's word does not count")
		}
		<-time.After(15 * time.Minute) // what is missing is asked for every ten
		if _, ok := st.Snapshot().Channel("C0NOWHERE"); ok {
			t.Error("after the lag, Slack's word does not count")
		}
	})
}

// stranger finds a person and a public channel that self is in and they are
// not.
func stranger(t *testing.T, snap api.Snapshot) (api.ChannelID, api.UserID) {
	t.Helper()
	for c := range snap.Channels() {
		if c.Kind() != api.Public || !c.Joined() || c.Archived() {
			continue
		}
		for u := range snap.Users() {
			if !c.HasMember(u.ID()) && !u.Deleted() && !u.IsBot() && !u.IsGuest() && u.ID() != "USLACKBOT" {
				return c.ID(), u.ID()
			}
		}
	}
	t.Fatal("everybody is everywhere")
	return "", ""
}
