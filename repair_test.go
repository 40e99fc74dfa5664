package slackstate_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// After an outage of a minute each list is read once, and the members of each
// conversation where they are kept: Slack says of none of them what has changed.
// Users, of whom there are the most, keep nobody waiting for the rest.
func TestRepairTakesTheFewestCalls(t *testing.T) {
	bubble(t, slacktest.Options{Users: 2500}, func(t *testing.T, r *rig) {
		opts := r.options()
		opts.Bootstrap = slackstate.Connect
		st := open(t, file(t), opts)
		stop := run(t, st)
		snap := wait(t, st, slackstate.Live)
		<-time.After(5 * time.Minute)
		stop()
		before := r.srv.Calls()
		<-time.After(time.Minute)

		kept, pages, conversations := 0, 0, 0
		for c := range snap.Channels() {
			conversations++
			if n, ok := c.NumMembers(); c.Joined() && c.Kind() != api.DM && ok {
				kept++
				pages += (n + 998) / 999
			}
		}
		r.srv.Faults().Delay("users.list", 3, 50*time.Second)
		defer run(t, st)()
		<-time.After(100 * time.Second)
		synctest.Wait()
		fresh := 0
		for c := range st.Snapshot().Channels() {
			if c.Joined() && c.Kind() != api.DM && c.MembersKnown().Known == api.Complete {
				fresh++
			}
		}
		if users := st.Snapshot().Freshness("users").Known; users != api.Stale || fresh != kept {
			t.Errorf("while users are %v: the members of %d conversations are known, want %d", users, fresh, kept)
		}
		wait(t, st, slackstate.Live)
		<-time.After(30 * time.Minute) // and no more afterwards
		took := map[string]int{}
		for method, n := range r.srv.Calls() {
			took[method] = n - before[method]
		}
		want := map[string]int{
			"rtm.connect": 1, "team.info": 1, "team.profile.get": 1, "emoji.list": 1, "dnd.info": 1, "usergroups.list": 1,
			"users.list": 3, "conversations.list": (conversations + 998) / 999, "conversations.members": pages,
		}
		for method, n := range took {
			if n == 0 {
				delete(took, method)
			}
		}
		if diff := cmp.Diff(want, took); diff != "" {
			t.Errorf("%d joined: (-want +took)\n%s", kept, diff)
		}
	})
}
