package slackstate_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// A token for another workspace, or for another user of this one, is refused
// before anything is written.
func TestRunRefusesAnotherIdentity(t *testing.T) {
	for _, tt := range []struct {
		name string
		path string
		fill func(t *testing.T, st *slackstate.State, r *rig)
	}{
		{"a file that Run has filled", file(t), func(t *testing.T, st *slackstate.State, r *rig) {
			stop := run(t, st)
			wait(t, st, slackstate.Live)
			stop()
		}},
		{"a file that events have filled", file(t), func(t *testing.T, st *slackstate.State, r *rig) {
			apply(t, st, `{"type":"local.page","method":"rtm.start","response":`+string(r.srv.StartJSON())+`}`)
		}},
		{"memory that events have filled", "", func(t *testing.T, st *slackstate.State, r *rig) {
			apply(t, st, `{"type":"local.page","method":"rtm.start","response":`+string(r.srv.StartJSON())+`}`)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var want seen
			var self, team string
			fill := func(st *slackstate.State) {
				want = look(st.Snapshot())
				self, team = string(st.Snapshot().Self().ID()), st.Snapshot().Team().ID()
			}
			var start string
			bubble(t, slacktest.Options{Users: 10, Seed: 1}, func(t *testing.T, r *rig) {
				st := open(t, tt.path, r.options())
				tt.fill(t, st, r)
				fill(st)
				start = string(r.srv.StartJSON())
			})
			bubble(t, slacktest.Options{Users: 10, Seed: 2}, func(t *testing.T, r *rig) {
				st := open(t, tt.path, r.options())
				if tt.path == "" {
					apply(t, st, `{"type":"local.page","method":"rtm.start","response":`+start+`}`)
				}
				if diff := cmp.Diff(want, look(st.Snapshot())); diff != "" {
					t.Fatalf("before Run (-want +got)\n%s", diff)
				}
				var refused *api.IdentityError
				if err := st.Run(t.Context()); !errors.As(err, &refused) {
					t.Fatalf("Run: %v, want an IdentityError", err)
				}
				other := api.Identity{Team: team, User: api.UserID(self)}
				if refused.Have != other || refused.Token == other || refused.Token.User != api.UserID(r.srv.Self()) {
					t.Errorf("the error is %+v, want Have %v", refused, other)
				}
				if s := st.Status(); !errors.As(s.Err, &refused) || s.Phase != api.Offline {
					t.Errorf("Status is %+v", s)
				}
				if diff := cmp.Diff(want, look(st.Snapshot())); diff != "" {
					t.Errorf("after Run (-want +got)\n%s", diff)
				}
				closeState(t, st)
				if tt.path != "" {
					if diff := cmp.Diff(want, look(open(t, tt.path, nil).Snapshot())); diff != "" {
						t.Errorf("after Open (-want +got)\n%s", diff)
					}
				}
			})
			bubble(t, slacktest.Options{Users: 10, Seed: 1}, func(t *testing.T, r *rig) {
				st := open(t, tt.path, r.options()) // and its own is not
				defer run(t, st)()
				wait(t, st, slackstate.Live)
			})
		})
	}
}
