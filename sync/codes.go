package sync

import (
	"errors"
	"strings"

	"github.com/slackstate/slackstate/api"
)

// Codes of our own, for answers that carry none of Slack's. An HTTP status that
// is not 200 reads as http_ and its number.
const (
	codeBadAnswer = "bad_answer"       // not JSON, or without what the method answers with
	codeTooLarge  = "answer_too_large" // longer than we are willing to hold
)

// What the codes of other things than errors of methods begin with in the table.
const (
	warned      = "warning:" // beside an answer
	socketError = "socket:"  // an error frame instead of hello, or later
)

// A verdict is what follows from an error.
type verdict uint8

const (
	fatal    verdict = iota // retrying is pointless: Run ends
	closed                  // as fatal, and RTM is not open to this app
	other                   // rtm.connect takes the place of rtm.start
	again                   // passes: retry with jitter
	few                     // may pass: retry a few times, then fatal or skip
	patience                // passes, but not soon: retry slowly
	later                   // the method rests until Retry-After is over
	skip                    // this listing cannot be had, the rest can
	rewind                  // list from the first cursor again, once
	smaller                 // ask for fewer at a time
	note                    // the answer counts; logged once
	atOnce                  // ask for another socket without waiting
)

// A ruling is one row of the table of codes: what its codes mean to rtm.start, to
// rtm.connect, and to a listing. The error of a reply to a message is in none: it
// is the caller's, as an [*api.RejectedError].
type ruling struct {
	codes                string
	start, connect, list verdict
}

// rulings is the table of codes. Codes that are not in it are ruled by unlisted.
var rulings = [...]ruling{
	{"not_authed invalid_auth account_inactive token_revoked token_expired two_factor_setup_required",
		fatal, fatal, fatal},
	{"access_denied missing_scope no_permission not_allowed_token_type team_access_not_granted",
		closed, closed, skip},
	{"enterprise_is_restricted method_deprecated deprecated_endpoint rtm_connect_required",
		other, closed, skip},
	{"answer_too_large",
		other, fatal, skip},
	{"unknown_method http_404",
		other, few, skip},
	{"migration_in_progress org_login_required team_added_to_org accesslimited ekm_access_denied",
		patience, patience, patience},
	{"ratelimited http_429",
		later, later, later},
	{"internal_error fatal_error service_unavailable bad_answer",
		again, again, again},
	{"request_timeout",
		few, few, few},
	{"invalid_arg_name invalid_arguments invalid_array_arg invalid_charset invalid_form_data invalid_post_type missing_post_type",
		fatal, fatal, skip},
	{"invalid_cursor",
		few, few, rewind},
	{"limit_required invalid_limit",
		few, few, smaller},
	{"channel_not_found user_not_found users_not_found bot_not_found file_not_found file_deleted",
		few, few, skip},
	{"method_not_supported_for_channel_type fetch_members_failed paid_only not_in_channel",
		few, few, skip},

	// Some members are left out: whoever reads the answer sees that from the
	// warning in it, and asks for the members of what it cut.
	{"warning:member_list_truncated",
		note, note, note},
	{"warning:missing_charset warning:superfluous_charset",
		note, note, note},
	{"warning:method_deprecated warning:deprecated_endpoint warning:rtm_connect_required",
		other, note, note},

	// The URL has expired.
	{"socket:1",
		atOnce, atOnce, atOnce},
}

// unlisted rules over the codes that Slack has not told anybody about.
var unlisted = ruling{"", few, few, few}

// unanswered rules over calls to which no answer came, and over servers that
// say they are at fault.
var unanswered = ruling{"", again, again, again}

// rule returns the row for a code.
func rule(code string) ruling {
	if code == "" || len(code) == len("http_5xx") && strings.HasPrefix(code, "http_5") {
		return unanswered
	}
	for _, r := range rulings {
		for c := range strings.FieldsSeq(r.codes) {
			if c == code {
				return r
			}
		}
	}
	return unlisted
}

// judge returns what follows from a failed call.
func judge(err *api.CallError) verdict {
	if errors.Is(err.Err, api.ErrAuth) {
		return fatal // there will be no other token
	}
	r := rule(err.Code)
	switch err.Method {
	case methodStart:
		return r.start
	case methodConnect:
		return r.connect
	}
	return r.list
}

// tries returns how often a call is made in all before v is taken as final.
// Without a bound, a listing that never works would keep the rest waiting.
func (v verdict) tries() int {
	switch v {
	case again, patience:
		return 5
	case few:
		return 3
	}
	return 1
}

// passing reports whether v is about a fault that may be over some minutes
// later, so that a listing given up for it is worth another try.
func (v verdict) passing() bool { return v == again || v == few || v == patience }
