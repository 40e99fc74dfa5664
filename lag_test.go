package slackstate_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// While lists are read, each row of which is as of an instant of its own, what
// events tell is never undone by a page: at every moment, what events keep up to
// date is as it is in truth.
func TestPagesDoNotUndoEvents(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			bubble(t, slacktest.Options{Users: 12, Seed: seed}, func(t *testing.T, r *rig) {
				opts := r.lagging()
				opts.Members = slackstate.All
				st := open(t, "", opts)
				defer run(t, st)()
				wait(t, st, slackstate.Live)
				<-time.After(5 * time.Minute)

				r.srv.Faults().Lag(30 * time.Second)
				r.srv.Disconnect()
				wait(t, st, func(_ api.Snapshot, s api.Status) bool { return s.Phase == api.CatchingUp })
				rng := rand.New(rand.NewPCG(seed, 1))
				for i := range 40 {
					<-time.After(time.Duration(rng.Int64N(int64(2 * time.Second))))
					for range rng.IntN(4) {
						r.srv.Random(rng)
					}
					synctest.Wait()
					if i%4 == 0 {
						agree(t, fmt.Sprint("after step ", i), st.Snapshot(), r.srv, false, untold)
					}
				}
				if r.srv.Faults().Fired()["lag"] == 0 {
					t.Error("no list lagged")
				}
			})
		})
	}
}
