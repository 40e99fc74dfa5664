package slackstate_test

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// However a workspace is loaded, and whatever happens in it, seen or unseen,
// the state comes to be what is true. Readers of changes see each step there.
func TestConverge(t *testing.T) {
	for _, tt := range []struct {
		name   string
		how    slackstate.Bootstrap
		slack  slacktest.Options
		except []string
	}{
		{"rtm.start in full", slackstate.Start, slacktest.Options{RTMStart: slacktest.RTMStartFull}, nil},
		{"rtm.start in its last years", slackstate.Start,
			slacktest.Options{RTMStart: slacktest.RTMStartFull, TrimStart: true}, []string{"users/*/presence"}},
		{"rtm.start of today", slackstate.Start, slacktest.Options{PlainMarks: true}, untold},
		{"rtm.connect", slackstate.Connect, slacktest.Options{}, untold},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.slack.Users, tt.slack.Seed = 60, 3
			bubble(t, tt.slack, func(t *testing.T, r *rig) {
				opts := r.options()
				opts.Bootstrap = tt.how
				opts.RTM = &slackstate.RTMArgs{MPIMAware: true, PresenceSub: true}
				opts.Members, opts.ReadState = slackstate.All, slackstate.Joined
				path := file(t)
				st := open(t, path, opts)
				stop := run(t, st)
				rng := rand.New(rand.NewPCG(4, 5))
				happens := func(n int) {
					for range n {
						r.srv.Random(rng)
					}
				}
				synced := func(when string, listed bool) {
					t.Helper()
					synctest.Wait() // until what was sent has arrived, or the cut was noticed
					snap := wait(t, st, slackstate.Live)
					agree(t, when, snap, r.srv, listed, tt.except)
					<-time.After(time.Minute)
				}
				synced("after the bootstrap", true)
				first := st.Snapshot().Seq()

				happens(400)
				synced("after it was watched", false)

				r.srv.Disconnect()
				happens(150)
				synced("after it was out of sight", true)

				r.srv.Goodbye()
				synced("after a goodbye", true)

				r.srv.Faults().Duplicate(100)
				happens(100)
				synced("after everything was told twice", false)

				if err := r.srv.RenameTeam("The last one seen"); err != nil {
					t.Fatal(err)
				}
				end := wait(t, st, func(s api.Snapshot, _ api.Status) bool { return s.Team().Name() == "The last one seen" }).Seq()
				want := follow(t, st, first, end)
				<-time.After(time.Minute)
				stop()
				closeState(t, st)
				happens(100)
				st = open(t, path, opts)
				if got := follow(t, st, first, end); got != want {
					t.Errorf("the changes add up to %d records in the next process, %d in the first", got, want)
				}
				stop = run(t, st)
				synced("after nobody was there", true)
				stop()
			})
		})
	}
}

// follow reads the changes between two numbers, shows that each begins where
// the last of the same record ended, and returns how many records they are
// about.
func follow(t *testing.T, st *slackstate.State, after, end api.Seq) int {
	t.Helper()
	now := map[[2]string]string{}
	for _, c := range upTo(t, st.Changes(t.Context(), after), end) {
		for _, ch := range c.Changes {
			key := [2]string{ch.Table, ch.Key}
			if before, ok := now[key]; ok && before != ch.Before {
				t.Errorf("commit %d: %v is %s before, and was %s", c.Seq, key, ch.Before, before)
			}
			now[key] = ch.After
		}
	}
	return len(now)
}
