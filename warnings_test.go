package slackstate_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// TestWarnings drives every warning that Slack documents through a whole program:
// the answer that it came with counts, and it is logged once for each method.
func TestWarnings(t *testing.T) {
	for _, warning := range []string{"member_list_truncated", "missing_charset", "superfluous_charset", "method_deprecated"} {
		for _, how := range []slackstate.Bootstrap{slackstate.Start, slackstate.Connect} {
			t.Run(fmt.Sprint(warning, " ", how), func(t *testing.T) {
				bubble(t, slacktest.Options{Users: 6, RTMStart: slacktest.RTMStartFull}, func(t *testing.T, r *rig) {
					var log bytes.Buffer
					opts := r.options()
					opts.Bootstrap, opts.Members, opts.ReadState = how, slackstate.All, slackstate.Joined
					opts.Logger = slog.New(slog.NewTextHandler(&log, nil))
					for _, method := range []string{"rtm.start", "rtm.connect", "users.list", "conversations.info"} {
						r.srv.Faults().Warn(method, -1, warning)
					}
					st := open(t, "", opts)
					stop := run(t, st)
					wait(t, st, slackstate.Live)
					r.srv.Disconnect()
					<-time.After(time.Minute)
					agree(t, "with warnings", wait(t, st, slackstate.Live), r.srv, true, untold)
					stop()
					if calls := r.srv.Calls()["users.list"]; calls != 2 {
						t.Errorf("users.list was called %d times, want 2", calls)
					}
					if n := strings.Count(log.String(), "method=users.list warning="+warning); n != 1 {
						t.Errorf("logged %d times, want once:\n%s", n, log.String())
					}
				})
			})
		}
	}
}

// Where rtm.start fails and warns that it is deprecated, rtm.connect takes its
// place, and it is not asked again.
func TestStartIsDeprecated(t *testing.T) {
	bubble(t, slacktest.Options{Users: 6}, func(t *testing.T, r *rig) {
		r.srv.Faults().Warn("rtm.start", -1, "method_deprecated")
		r.srv.Faults().Fail("rtm.start", -1, "fatal_error")
		st := open(t, "", r.options())
		stop := run(t, st)
		wait(t, st, slackstate.Live)
		r.srv.Disconnect()
		<-time.After(time.Minute)
		wait(t, st, slackstate.Live)
		stop()
		if calls := r.srv.Calls(); calls["rtm.start"] != 1 || calls["rtm.connect"] != 2 {
			t.Errorf("%d calls of rtm.start and %d of rtm.connect, want 1 and 2", calls["rtm.start"], calls["rtm.connect"])
		}
	})
}

// Members that rtm.start cuts are not all there are: the list is not complete
// before conversations.members has been read.
func TestMembersAreTruncated(t *testing.T) {
	for _, tt := range []struct {
		members func(api.Channel) bool
		want    api.Known
	}{{slackstate.None, api.Partial}, {slackstate.Joined, api.Complete}} {
		bubble(t, slacktest.Options{Users: 700, RTMStart: slacktest.RTMStartFull, TrimStart: true}, func(t *testing.T, r *rig) {
			opts := r.options()
			opts.Members = tt.members
			st := open(t, "", opts)
			defer run(t, st)()
			c, _ := wait(t, st, slackstate.Live).Channel(town(t, r.srv))
			if known := c.MembersKnown().Known; known != tt.want {
				t.Errorf("#general's members are %v, want %v", known, tt.want)
			}
		})
	}
}

// TestSocketCodes drives the errors of the socket through a whole program.
func TestSocketCodes(t *testing.T) {
	t.Run("1, the URL has expired", func(t *testing.T) {
		bubble(t, slacktest.Options{}, func(t *testing.T, r *rig) {
			r.srv.Faults().ExpireURLs(1)
			opts := r.options()
			opts.Bootstrap = slackstate.Connect
			st := open(t, "", opts)
			defer run(t, st)()
			start := time.Now()
			wait(t, st, in(api.Bootstrapping))
			// The last socket has a second to say farewell.
			if took := time.Since(start); took > time.Second || r.srv.Calls()["rtm.connect"] != 2 {
				t.Errorf("connected after %v and %d URLs, want the second one at once", took, r.srv.Calls()["rtm.connect"])
			}
		})
	})
	t.Run("2, the text is missing", func(t *testing.T) {
		bubble(t, slacktest.Options{}, func(t *testing.T, r *rig) {
			st, room, _ := talking(t, r)
			var rejected *api.RejectedError
			if _, err := st.Send(t.Context(), api.Draft{Channel: room}); !errors.As(err, &rejected) || rejected.Code != 2 {
				t.Errorf("send without text: %v, want a RejectedError with code 2", err)
			}
		})
	})
}
