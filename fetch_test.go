package slackstate_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// What is known is returned without a call, what is not is asked for, and what
// Slack does not know is told as such.
func TestFetch(t *testing.T) {
	bubble(t, slacktest.Options{Users: 60}, func(t *testing.T, r *rig) {
		opts := r.options()
		opts.Members = slackstate.None
		st := open(t, "", opts)
		if _, err := st.FetchUser(t.Context(), "U404"); !errors.Is(err, api.ErrOffline) {
			t.Errorf("without Run: %v, want ErrOffline", err)
		}
		defer run(t, st)()
		snap := wait(t, st, slackstate.Live)
		for u := range snap.Users() {
			if got, err := st.FetchUser(t.Context(), u.ID()); err != nil || got.Handle() != u.Handle() {
				t.Fatalf("a known user: %v, %v", got, err)
			}
		}
		_, err := st.FetchUser(t.Context(), "U404")
		if !errors.Is(err, api.ErrNotFound) {
			t.Errorf("an unknown user: %v, want ErrNotFound", err)
		}
		if _, err := st.FetchChannel(t.Context(), "C404"); !errors.Is(err, api.ErrNotFound) {
			t.Errorf("an unknown conversation: %v, want ErrNotFound", err)
		}
		if _, err := st.FetchBot(t.Context(), "B404"); !errors.Is(err, api.ErrNotFound) {
			t.Errorf("an unknown bot: %v, want ErrNotFound", err)
		}

		// An account made out of sight is there at once.
		r.srv.Faults().Withhold(1)
		id, err := r.srv.AddUser("Grace Hopper")
		if err != nil {
			t.Fatal(err)
		}
		u, err := st.FetchUser(t.Context(), api.UserID(id))
		if err != nil || u.RealName() != "Grace Hopper" {
			t.Errorf("a user that no event told of: %q, %v", u.RealName(), err)
		}

		channel, _ := stranger(t, st.Snapshot())
		c, err := st.FetchMembers(t.Context(), channel)
		if err != nil || c.MembersKnown().Known != api.Complete || !c.Joined() {
			t.Errorf("members: %v, %v", c.MembersKnown().Known, err)
		}
		r.srv.Faults().FailHTTP("users.info", -1, 500)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := st.FetchUser(ctx, "U405"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with a deadline: %v", err)
		}
	})
}

// Members are asked for where the options say so, and elsewhere when somebody asks.
func TestMembersSelected(t *testing.T) {
	general := func(c api.Channel) bool { return c.General() }
	for _, tt := range []struct {
		name            string
		members, listed func(api.Channel) bool
	}{
		{"by default", nil, slackstate.Joined},
		{"joined", slackstate.Joined, slackstate.Joined},
		{"all", slackstate.All, slackstate.All},
		{"none", slackstate.None, slackstate.None},
		{"chosen", general, general},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, slacktest.Options{Users: 60}, func(t *testing.T, r *rig) {
				opts := r.options()
				opts.Bootstrap, opts.Members = slackstate.Connect, tt.members
				st := open(t, "", opts)
				defer run(t, st)()
				var asked api.Channel
				for c := range wait(t, st, slackstate.Live).Channels() {
					complete := c.MembersKnown().Known == api.Complete
					if c.Kind() != api.DM && complete != tt.listed(c) {
						t.Errorf("the members of %s, joined %t, are %v", c.Name(), c.Joined(), c.MembersKnown().Known)
					}
					if c.Kind() != api.DM && !complete {
						asked = c
					}
				}
				if !asked.Valid() {
					return
				}
				if c, err := st.FetchMembers(t.Context(), asked.ID()); err != nil || c.MembersKnown().Known != api.Complete {
					t.Errorf("the members of %s, when asked for: %v, %v", asked.Name(), c.MembersKnown().Known, err)
				}
			})
		})
	}
}

// What an event says has changed without saying how is asked for while the
// connection goes on.
func TestHints(t *testing.T) {
	bubble(t, slacktest.Options{Users: 60}, func(t *testing.T, r *rig) {
		opts := r.options()
		opts.Members = slackstate.None
		st := open(t, "", opts)
		defer run(t, st)()
		wait(t, st, slackstate.Live)
		r.srv.Faults().Withhold(1)
		id, err := r.srv.AddUser("Grace Hopper")
		if err != nil {
			t.Fatal(err)
		}
		channel, _ := stranger(t, st.Snapshot())
		if err := r.srv.Join(id, string(channel)); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Second)
		if u, _ := st.Snapshot().User(api.UserID(id)); u.RealName() != "Grace Hopper" {
			t.Errorf("a user who only joined a channel: %q, want all of the record", u.RealName())
		}
	})
}

// A user group whose members moved unseen has members that are not known, until
// Slack was asked for them so late that the answer cannot be from before.
func TestUsergroupIsAskedForAgain(t *testing.T) {
	bubble(t, slacktest.Options{Users: 60}, func(t *testing.T, r *rig) {
		opts := r.lagging()
		st := open(t, "", opts)
		defer run(t, st)()
		snap := wait(t, st, slackstate.Live)
		var users []string
		for u := range snap.Users() {
			if !u.Deleted() && !u.IsBot() && !u.IsGuest() && u.ID() != "USLACKBOT" && len(users) < 4 {
				users = append(users, string(u.ID()))
			}
		}
		id, err := r.srv.CreateSubteam("Watch", "watch", users[0])
		must(t, err)
		<-time.After(10 * time.Minute)
		r.srv.Faults().Withhold(2) // all that is told of the change
		must(t, r.srv.SetSubteamUsers(id, users[1:]...))
		apply(t, st, fmt.Sprintf(`{"type":"subteam_members_changed","subteam_id":%q,"added_users":[%q],"date_previous_update":%d,"date_update":%d}`,
			id, users[3], time.Now().Unix()-1, time.Now().Unix()))
		known := func() (all []string, ok bool) {
			g, _ := st.Snapshot().Usergroup(api.UsergroupID(id))
			members, ok := g.Members()
			slices.Sort(members)
			for _, u := range members {
				all = append(all, string(u))
			}
			return all, ok
		}
		<-time.After(10 * time.Second)
		if got, ok := known(); ok {
			t.Errorf("at first %q are known", got)
		}
		<-time.After(2 * time.Minute)
		slices.Sort(users[1:])
		got, ok := known()
		if diff := cmp.Diff(users[1:], got); diff != "" || !ok {
			t.Errorf("after two minutes (-want +got):\n%s", diff)
		}
	})
}

// A gap is in Status from the loss of the connection until what it exposed has
// been listed again, in the next process too.
func TestGaps(t *testing.T) {
	bubble(t, slacktest.Options{Users: 60}, func(t *testing.T, r *rig) {
		opts := r.options()
		path := file(t)
		st := open(t, path, opts)
		stop := run(t, st)
		wait(t, st, slackstate.Live)
		if gaps := st.Status().Gaps; len(gaps) > 0 {
			t.Errorf("at first: %+v", gaps)
		}
		<-time.After(time.Minute)
		lost := time.Now()
		stop()
		closeState(t, st)

		<-time.After(time.Hour)
		st = open(t, path, opts)
		gaps := st.Status().Gaps
		if len(gaps) != 1 || lost.Sub(gaps[0].From) > time.Minute || !gaps[0].Until.IsZero() || len(gaps[0].Exposes) != 6 || gaps[0].Conversations == 0 {
			t.Fatalf("after a restart: %+v", gaps)
		}
		r.srv.Faults().Delay("users.list", 1, time.Hour)
		stop = run(t, st)
		<-time.After(time.Minute)
		synctest.Wait()
		if gaps := st.Status().Gaps; len(gaps) != 1 || gaps[0].Until.IsZero() {
			t.Errorf("while users are listed: %+v", gaps)
		}
		if known := st.Snapshot().Freshness("users").Known; known != api.Stale {
			t.Errorf("users are %v meanwhile, want stale", known)
		}
		wait(t, st, slackstate.Live)
		if gaps := st.Status().Gaps; len(gaps) > 0 {
			t.Errorf("after the repair: %+v", gaps)
		}
		stop()
	})
}

// A process that was killed could not say that it would miss something: the next one
// does, as soon as it has opened the file.
func TestGapAfterAKill(t *testing.T) {
	bubble(t, slacktest.Options{Users: 6}, func(t *testing.T, r *rig) {
		opts, path := r.options(), file(t)
		st := open(t, path, opts)
		defer run(t, st)()
		wait(t, st, slackstate.Live)
		wait(t, st, onDisk)
		if err := st.PublishNow(); err != nil {
			t.Fatal(err)
		}
		next := open(t, path+".ro", opts)
		if gaps := next.Status().Gaps; len(gaps) != 1 || gaps[0].Why != "restart" || len(gaps[0].Exposes) == 0 {
			t.Errorf("gaps: %+v, want one that exposes what was listed", gaps)
		}
		if known := next.Snapshot().Freshness("users").Known; known != api.Stale {
			t.Errorf("users are %v, want stale", known)
		}
	})
}

// A first listing that a crash cut off goes on where it was.
func TestResumedListing(t *testing.T) {
	bubble(t, slacktest.Options{Users: 900}, func(t *testing.T, r *rig) {
		opts := r.options()
		opts.Members = slackstate.None
		path := file(t)
		st := open(t, path, opts)
		stop := run(t, st)
		wait(t, st, func(snap api.Snapshot, _ api.Status) bool {
			n := snap.NumUsers()
			if n >= 400 {
				r.srv.Faults().Delay("users.list", 1, time.Hour)
			}
			return n >= 400
		})
		stop()
		closeState(t, st)
		r.srv.Faults().Clear()
		<-time.After(time.Minute)
		before := r.srv.Calls()["users.list"]

		st = open(t, path, opts)
		defer run(t, st)()
		known := st.Snapshot().NumUsers()
		wait(t, st, slackstate.Ready)
		wait(t, st, slackstate.Live)
		snap := st.Snapshot()
		if known < 400 || snap.NumUsers() != 900 || snap.Freshness("users").Known != api.Complete {
			t.Errorf("%d users at first, %d in the end, %v", known, snap.NumUsers(), snap.Freshness("users").Known)
		}
		// What is left of the first listing, and one from the beginning, for what
		// the earlier pages told may have changed in between.
		if calls := r.srv.Calls()["users.list"] - before; calls > 3+5 {
			t.Errorf("%d calls of users.list after the restart, want no more than 3 and 5", calls)
		}
	})
}
