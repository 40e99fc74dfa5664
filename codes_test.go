package slackstate_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// What becomes of a program when Slack answers a call with a code.
type fate int

const (
	ends    fate = iota // Run returns the code
	refused             // Run returns ErrAuth
	waits               // Run goes on trying
	lacks               // the rest is live; the collection says why it is not there
	heals               // it is live, with everything there is
)

func (f fate) String() string {
	return [...]string{"ends", "ends with ErrAuth", "waits", "lacks the collection", "is live"}[f]
}

// TestCodes drives every code that Slack documents, and those of HTTP, through
// a whole program: on the call that connects and on a list, for good and once.
func TestCodes(t *testing.T) {
	type row struct {
		codes                      []string
		connect, list, once, start fate // once: on a list, once; start: on rtm.start, for good
	}
	for _, r := range []row{
		{[]string{"not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired", "two_factor_setup_required"},
			refused, refused, refused, refused},
		{[]string{"access_denied", "missing_scope", "no_permission", "not_allowed_token_type", "team_access_not_granted"},
			ends, lacks, lacks, ends},
		{[]string{"enterprise_is_restricted", "method_deprecated", "deprecated_endpoint", "rtm_connect_required"},
			ends, lacks, lacks, heals},
		{[]string{"unknown_method"}, ends, lacks, lacks, heals},
		{[]string{"migration_in_progress", "org_login_required", "team_added_to_org", "accesslimited", "ekm_access_denied"},
			waits, lacks, heals, waits},
		{[]string{"ratelimited"}, waits, waits, heals, waits},
		{[]string{"internal_error", "fatal_error", "service_unavailable"}, waits, lacks, heals, waits},
		{[]string{"request_timeout"}, ends, lacks, heals, ends},
		{[]string{"invalid_arg_name", "invalid_arguments", "invalid_array_arg", "invalid_charset", "invalid_form_data",
			"invalid_post_type", "missing_post_type"}, ends, lacks, lacks, ends},
		{[]string{"invalid_cursor", "limit_required", "invalid_limit"}, ends, lacks, heals, ends},
		{[]string{"channel_not_found", "user_not_found", "users_not_found", "bot_not_found",
			"method_not_supported_for_channel_type", "fetch_members_failed", "paid_only", "not_in_channel"}, ends, lacks, lacks, ends},
		{[]string{"a_code_of_tomorrow"}, ends, lacks, heals, ends},
	} {
		for _, code := range r.codes {
			t.Run(code, func(t *testing.T) {
				drive(t, slackstate.Connect, "rtm.connect", code, -1, r.connect)
				drive(t, slackstate.Connect, "users.list", code, -1, r.list)
				drive(t, slackstate.Connect, "users.list", code, 1, r.once)
				drive(t, slackstate.Start, "rtm.start", code, -1, r.start)
			})
		}
	}
}

// drive runs a program whose calls of a method fail n times, and says what must
// become of it.
func drive(t *testing.T, how slackstate.Bootstrap, method, code string, n int, want fate) {
	t.Helper()
	name := fmt.Sprintf("%s %d times", method, n)
	bubble(t, slacktest.Options{Users: 6}, func(t *testing.T, r *rig) {
		opts := r.options()
		opts.Bootstrap, opts.Members = how, slackstate.None
		r.srv.Faults().Fail(method, n, code)
		st := open(t, "", opts)
		ended := make(chan error, 1)
		go func() { ended <- st.Run(t.Context()) }()
		var err error
		over := false
		select {
		case err = <-ended:
			over = true
		case <-time.After(8 * time.Minute): // the first probe comes later
		}
		var failed *api.CallError
		users := st.Snapshot().Freshness("users")
		got := waits
		switch {
		case over && errors.Is(err, api.ErrAuth):
			got = refused
		case over && errors.As(err, &failed) && failed.Code == code:
			got = ends
		case over:
			t.Fatalf("%s: Run: %v", name, err)
		case st.Status().Phase == api.Live && users.Known == api.Complete:
			got = heals
		case st.Status().Phase == api.Live && users.Reason != "" && st.Snapshot().Freshness("conversations").Known == api.Complete:
			got = lacks
		}
		if got != want {
			t.Errorf("%s: the program %v, want %v (%v; users %v)", name, got, want, err, users)
		}
		if failed != nil && failed.Method != method {
			t.Errorf("%s: the error is about %s", name, failed.Method)
		}
		if err := st.Close(); err != nil {
			t.Error(err)
		}
		if !over {
			<-ended
		}
	})
}
