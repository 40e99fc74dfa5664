package slackstate_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// TestPhases follows a connection from the first to the last phase, and looks
// at Status in each of them.
func TestPhases(t *testing.T) {
	bubble(t, slacktest.Options{Users: 20}, func(t *testing.T, r *rig) {
		d := &diary{}
		opts := r.options()
		opts.Logger = slog.New(d)
		opts.Bootstrap = slackstate.Connect
		st := open(t, file(t), opts)
		began := time.Now()
		type status struct {
			Phase   api.Phase
			For     time.Duration // since Phase began
			Heard   bool          // a frame
			Attempt int
			Failed  bool
			Users   api.Known
		}
		at := func(want status) {
			t.Helper()
			wait(t, st, in(want.Phase))
			synctest.Wait()
			s := st.Status()
			got := status{s.Phase, time.Since(s.Since), !s.LastFrame.Before(began), s.Attempt, s.Err != nil,
				st.Snapshot().Freshness("users").Known}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%v (-want +got)\n%s", want.Phase, diff)
			}
			if !onDisk(st.Snapshot(), s) {
				t.Errorf("%v: durable up to %d of %d", want.Phase, s.Durable, s.Seq)
			}
		}
		began = began.Add(-time.Nanosecond) // a frame may be heard at this very instant
		at(status{Phase: api.Offline})

		const while = 30 * time.Second
		for range 2 {
			r.srv.Faults().Delay("rtm.connect", 1, while)
			r.srv.Faults().Delay("users.list", 1, while)
		}
		stop := run(t, st)
		at(status{Phase: api.Connecting})
		at(status{Phase: api.Bootstrapping, Heard: true})
		at(status{Phase: api.Live, Heard: true, Users: api.Complete})

		r.srv.Faults().FailHTTP("rtm.connect", 1, 503)
		r.srv.Disconnect()
		at(status{Phase: api.Connecting, Heard: true, Attempt: 1, Failed: true, Users: api.Stale})
		at(status{Phase: api.CatchingUp, Heard: true, Users: api.Stale})
		at(status{Phase: api.Live, Heard: true, Users: api.Complete})
		stop()
		at(status{Phase: api.Offline, Heard: true, Users: api.Stale})

		if diff := cmp.Diff([]string{
			"connecting", "bootstrapping", "live", // the first time
			"connecting", "catching up", "live", // after the cut
			"offline",
		}, d.noted()); diff != "" {
			t.Errorf("phases (-want +got)\n%s", diff)
		}
	})
}

// A workspace that was listed by an earlier process is ready before it is
// listed again.
func TestPhasesOfTheNextProcess(t *testing.T) {
	bubble(t, slacktest.Options{Users: 20}, func(t *testing.T, r *rig) {
		path, d := file(t), &diary{}
		opts := r.options()
		opts.Logger = slog.New(d)
		for range 2 {
			st := open(t, path, opts)
			stop := run(t, st)
			wait(t, st, slackstate.Live)
			stop()
			closeState(t, st)
			st = open(t, path, opts)
			wait(t, st, slackstate.Ready)
			closeState(t, st)
		}
		if diff := cmp.Diff([]string{
			"connecting", "bootstrapping", "live", "offline",
			"connecting", "catching up", "live", "offline",
		}, d.noted()); diff != "" {
			t.Errorf("phases (-want +got)\n%s", diff)
		}
	})
}

// What a lost connection may have missed reads as stale until it has been
// listed again, and presence, which nobody lists, is not known any more.
func TestFreshnessFollowsTheConnection(t *testing.T) {
	bubble(t, slacktest.Options{Users: 20}, func(t *testing.T, r *rig) {
		st := open(t, "", r.options())
		defer run(t, st)()
		listed := []string{"users", "conversations", "usergroups", "emoji", "team", "profile_fields"}
		all := func(k api.Known) map[string]api.Known {
			m := map[string]api.Known{"members": k}
			for _, name := range listed {
				m[name] = k
			}
			return m
		}
		check := func(when string, k api.Known, present api.Presence) {
			t.Helper()
			snap := st.Snapshot()
			got := map[string]api.Known{}
			for _, name := range listed {
				got[name] = snap.Freshness(name).Known
			}
			for c := range snap.Channels() {
				if c.Joined() && c.Kind() != api.DM {
					got["members"] = c.MembersKnown().Known
				}
			}
			if diff := cmp.Diff(all(k), got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", when, diff)
			}
			if u, _ := snap.Self().User(); u.Presence() != present {
				t.Errorf("%s: presence is %v, want %v", when, u.Presence(), present)
			}
		}
		wait(t, st, slackstate.Live)
		apply(t, st, `{"type":"presence_change","user":"`+r.srv.Self()+`","presence":"active"}`)
		check("live", api.Complete, api.Active)

		r.srv.Faults().FailHTTP("", -1, 500)
		r.srv.Disconnect()
		wait(t, st, in(api.Connecting))
		check("cut off", api.Stale, api.PresenceUnknown)

		r.srv.Faults().Clear()
		wait(t, st, slackstate.Live)
		check("live again", api.Complete, api.PresenceUnknown)
	})
}

func TestRunErrors(t *testing.T) {
	for _, tt := range []struct {
		name  string
		token string // instead of the rig's
		do    func(t *testing.T, r *rig, st *slackstate.State) error
		is    error
	}{
		{"without a token", "-", func(t *testing.T, r *rig, st *slackstate.State) error {
			return st.Run(t.Context())
		}, slackstate.ErrNoToken},
		{"with a token Slack does not know", "xoxb-somebody-elses", func(t *testing.T, r *rig, st *slackstate.State) error {
			return st.Run(t.Context())
		}, api.ErrAuth},
		{"while another has not returned", "", func(t *testing.T, r *rig, st *slackstate.State) error {
			defer run(t, st)()
			wait(t, st, slackstate.Live)
			return st.Run(t.Context())
		}, slackstate.ErrRunning},
		{"after Close", "", func(t *testing.T, r *rig, st *slackstate.State) error {
			closeState(t, st)
			return st.Run(t.Context())
		}, slackstate.ErrClosed},
		{"ended by Close", "", func(t *testing.T, r *rig, st *slackstate.State) error {
			ended := make(chan error, 1)
			go func() { ended <- st.Run(context.Background()) }()
			wait(t, st, slackstate.Live)
			closeState(t, st)
			return <-ended
		}, slackstate.ErrClosed},
		{"ended by Close before it is connected", "", func(t *testing.T, r *rig, st *slackstate.State) error {
			ended := make(chan error, 1)
			r.srv.Faults().Delay("", -1, 30*time.Second)
			go func() { ended <- st.Run(context.Background()) }()
			wait(t, st, in(api.Connecting))
			closeState(t, st)
			return <-ended
		}, slackstate.ErrClosed},
		{"ended by its context", "", func(t *testing.T, r *rig, st *slackstate.State) error {
			stop := run(t, st)
			wait(t, st, slackstate.Live)
			stop()
			return st.Status().Err
		}, nil},
		{"whose context has ended before", "", func(t *testing.T, r *rig, st *slackstate.State) error {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			return st.Run(ctx)
		}, nil},
		{"again, after others have returned", "", func(t *testing.T, r *rig, st *slackstate.State) error {
			for range 3 {
				stop := run(t, st)
				wait(t, st, slackstate.Live)
				stop()
			}
			return nil
		}, nil},
	} {
		for where, path := range map[string]string{"memory": "", "file": file(t)} {
			t.Run(tt.name+" in "+where, func(t *testing.T) {
				bubble(t, slacktest.Options{Users: 10}, func(t *testing.T, r *rig) {
					opts := r.options()
					switch tt.token {
					case "-":
						opts.Token = ""
					case "":
					default:
						opts.Token = tt.token
					}
					st := open(t, path, opts)
					if err := tt.do(t, r, st); !errors.Is(err, tt.is) {
						t.Errorf("%v, want %v", err, tt.is)
					}
					if s := st.Status(); s.Phase != api.Offline {
						t.Errorf("the phase is %v, want %v", s.Phase, api.Offline)
					}
					closeState(t, st)
					if path == "" {
						return
					}
					want := look(st.Snapshot()) // that the connection is gone has been noted
					if diff := cmp.Diff(want, look(open(t, path, nil).Snapshot())); diff != "" {
						t.Errorf("after Open (-want +got)\n%s", diff)
					}
				})
			})
		}
	}
}

// After Run was refused Status says why, and Run may be called again.
func TestRunAfterAnError(t *testing.T) {
	bubble(t, slacktest.Options{Users: 10}, func(t *testing.T, r *rig) {
		st := open(t, file(t), r.options())
		r.srv.Faults().Fail("", 1, "account_inactive")
		if err := st.Run(t.Context()); !errors.Is(err, api.ErrAuth) {
			t.Errorf("Run: %v, want %v", err, api.ErrAuth)
		}
		if s := st.Status(); !errors.Is(s.Err, api.ErrAuth) || s.Attempt != 1 {
			t.Errorf("Status is %+v, want one failed attempt, %v", s, api.ErrAuth)
		}
		defer run(t, st)()
		wait(t, st, slackstate.Live)
		if s := st.Status(); s.Err != nil || s.Attempt != 0 {
			t.Errorf("Status is %+v, want no error", s)
		}
	})
}

// A spoiler is a connection on which one word makes what comes with it no JSON.
type spoiler struct{ net.Conn }

func (s spoiler) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	copy(b, bytes.ReplaceAll(b[:n], []byte(`"Spoilt"`), []byte(`'Spoilt'`)))
	return n, err
}

// A frame that is no JSON among good ones is counted, and the connection lives.
func TestRunPassesOverABadFrame(t *testing.T) {
	bubble(t, slacktest.Options{Users: 10}, func(t *testing.T, r *rig) {
		opts := r.options()
		opts.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := r.dial(ctx, network, addr)
			return spoiler{c}, err
		}
		st := open(t, file(t), opts)
		defer run(t, st)()
		wait(t, st, slackstate.Live)
		if err := r.srv.RenameTeam("Spoilt"); err != nil {
			t.Fatal(err)
		}
		wait(t, st, func(_ api.Snapshot, s api.Status) bool { return s.Bad == 1 })
		if err := r.srv.RenameTeam("Second"); err != nil {
			t.Fatal(err)
		}
		wait(t, st, func(s api.Snapshot, _ api.Status) bool { return s.Team().Name() == "Second" })
		if s := st.Status(); s.Phase != api.Live || s.Bad != 1 || s.Err != nil {
			t.Errorf("Status is %+v, want live and one bad frame", s)
		}
	})
}

// Hours after what they ordered, the clocks of events are let go: by what
// arrives then, from Slack or from the program.
func TestClocksExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := open(t, "", nil)
		first := apply(t, st, ada, general, adaJoins)
		<-time.After(26 * time.Hour)
		if seq := apply(t, st, `{"type":"solar_eclipse"}`); seq != first+1 {
			t.Errorf("after a day the workspace is at %d, want %d: the clocks of three events were dropped", seq, first+1)
		}
		if seq := apply(t, st, `{"type":"solar_eclipse"}`); seq != first+1 {
			t.Errorf("a moment later it is at %d, want %d", seq, first+1)
		}
	})
}
