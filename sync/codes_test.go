package sync

import (
	"testing"

	"github.com/slackstate/slackstate/api"
)

// TestErrorTable is the specification of what each code means, code by code.
func TestErrorTable(t *testing.T) {
	for _, tt := range []struct {
		code                 string
		start, connect, list verdict
	}{
		{"not_authed", fatal, fatal, fatal},
		{"invalid_auth", fatal, fatal, fatal},
		{"account_inactive", fatal, fatal, fatal},
		{"token_revoked", fatal, fatal, fatal},
		{"token_expired", fatal, fatal, fatal},
		{"two_factor_setup_required", fatal, fatal, fatal},

		{"access_denied", closed, closed, skip},
		{"missing_scope", closed, closed, skip},
		{"no_permission", closed, closed, skip},
		{"not_allowed_token_type", closed, closed, skip},
		{"team_access_not_granted", closed, closed, skip},

		{"enterprise_is_restricted", other, closed, skip},
		{"method_deprecated", other, closed, skip},
		{"deprecated_endpoint", other, closed, skip},
		{"rtm_connect_required", other, closed, skip},
		{"unknown_method", other, few, skip},
		{"http_404", other, few, skip},
		{"answer_too_large", other, fatal, skip},

		{"migration_in_progress", patience, patience, patience},
		{"org_login_required", patience, patience, patience},
		{"team_added_to_org", patience, patience, patience},
		{"accesslimited", patience, patience, patience},
		{"ekm_access_denied", patience, patience, patience},

		{"ratelimited", later, later, later},
		{"http_429", later, later, later},

		{"internal_error", again, again, again},
		{"fatal_error", again, again, again},
		{"service_unavailable", again, again, again},
		{"bad_answer", again, again, again},
		{"http_500", again, again, again},
		{"http_503", again, again, again},
		{"http_599", again, again, again},
		{"", again, again, again}, // no answer came
		{"request_timeout", few, few, few},

		{"invalid_arg_name", fatal, fatal, skip},
		{"invalid_arguments", fatal, fatal, skip},
		{"invalid_array_arg", fatal, fatal, skip},
		{"invalid_charset", fatal, fatal, skip},
		{"invalid_form_data", fatal, fatal, skip},
		{"invalid_post_type", fatal, fatal, skip},
		{"missing_post_type", fatal, fatal, skip},

		{"invalid_cursor", few, few, rewind},
		{"limit_required", few, few, smaller},
		{"invalid_limit", few, few, smaller},

		{"channel_not_found", few, few, skip},
		{"user_not_found", few, few, skip},
		{"users_not_found", few, few, skip},
		{"bot_not_found", few, few, skip},
		{"file_not_found", few, few, skip},
		{"file_deleted", few, few, skip},
		{"method_not_supported_for_channel_type", few, few, skip},
		{"fetch_members_failed", few, few, skip},
		{"paid_only", few, few, skip},
		{"not_in_channel", few, few, skip},

		{"warning:member_list_truncated", note, note, note},
		{"warning:missing_charset", note, note, note},
		{"warning:superfluous_charset", note, note, note},
		{"warning:method_deprecated", other, note, note},

		{"socket:1", atOnce, atOnce, atOnce},
		{"socket:2", few, few, few},

		{"a_code_of_tomorrow", few, few, few},
		{"http_302", few, few, few},
		{"http_5", few, few, few},
	} {
		t.Run(tt.code, func(t *testing.T) {
			for method, want := range map[string]verdict{
				methodStart: tt.start, methodConnect: tt.connect, "users.list": tt.list,
			} {
				if got := judge(&api.CallError{Method: method, Code: tt.code}); got != want {
					t.Errorf("%s: verdict %d, want %d", method, got, want)
				}
			}
		})
	}
}
