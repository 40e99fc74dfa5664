package slacktest

// Error is a code of Slack's, such as "channel_not_found". Operations wrap it
// with what was being done, and the Web API answers with it as `error`; compare
// with errors.Is(err, slacktest.Error("channel_not_found")).
type Error string

// Error returns the code.
func (e Error) Error() string { return string(e) }

const (
	errUser      Error = "user_not_found"
	errChannel   Error = "channel_not_found"
	errMessage   Error = "message_not_found"
	errFile      Error = "file_not_found"
	errMember    Error = "not_in_channel"
	errArchived  Error = "is_archived"
	errArguments Error = "invalid_arguments"
	errKind      Error = "method_not_supported_for_channel_type"
)
