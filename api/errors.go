package api

import (
	"errors"
	"fmt"
	"time"
)

// ErrAuth says that Slack refused the token: it is missing, wrong, revoked or
// belongs to a deactivated account. Retrying is pointless. A [*CallError] with
// one of the authentication codes matches it under errors.Is.
var ErrAuth = errors.New("slack refused the token")

// ErrOffline says that there is no connection to Slack. Nothing was sent or
// asked.
var ErrOffline = errors.New("not connected to slack")

// ErrUnacknowledged says that a message was sent and that nobody knows what
// became of it: Slack's reply did not come in time, or the connection was lost
// before it and did not bring it when it was back. Sending it again may post it
// twice. If the reply comes later, the message is in the snapshot then.
var ErrUnacknowledged = errors.New("slack has not acknowledged the message")

// ErrTooLong says that Slack would not take what was to be sent, which is a
// message of more than 4,000 characters or a frame of more than 16 KB. Nothing
// was sent.
var ErrTooLong = errors.New("too long to send")

// RejectedError says that Slack refused a message.
type RejectedError struct {
	Code int    // Slack documents 2, "message text is missing"
	Msg  string // what Slack says to it
}

func (e *RejectedError) Error() string {
	return fmt.Sprintf("slack rejected the message: code %d: %s", e.Code, e.Msg)
}

// SocketError says that Slack refused a connection, with an error frame in the
// place of hello.
type SocketError struct {
	Code int // Slack documents 1, "Socket URL has expired"
	Msg  string
}

func (e *SocketError) Error() string {
	return fmt.Sprintf("slack refused the socket: code %d: %s", e.Code, e.Msg)
}

// ErrReadOnly says that the state was opened for reading only.
var ErrReadOnly = errors.New("open for reading only")

// ErrNotFound says that Slack does not know an id, or does not show to this
// token what it belongs to. A [*CallError] with such a code matches it under
// errors.Is.
var ErrNotFound = errors.New("slack does not know it")

// GapError says that there is no going on from a sequence number: the changes
// after it are no longer retained, or it is ahead of all that has happened and
// so of another file. Take a Snapshot and go on from its Seq.
type GapError struct {
	Asked  Seq // changes after this one were asked for
	Oldest Seq // the oldest number to go on from; the newest, if Asked is ahead of it
}

func (e *GapError) Error() string {
	if e.Asked > e.Oldest {
		return fmt.Sprintf("change %d has not happened here: the last one is %d", e.Asked, e.Oldest)
	}
	return fmt.Sprintf("changes after %d are no longer kept: the oldest point to resume from is %d", e.Asked, e.Oldest)
}

// CallError says that one Web API call failed.
type CallError struct {
	Method     string        // such as "users.list"
	Code       string        // Slack's error code, or "http_500"; "" when no answer came
	Detail     string        // what Slack added, such as the scope it needs; may be empty
	RetryAfter time.Duration // when Slack named one, else 0
	Err        error         // the transport's error when no answer came
}

func (e *CallError) Error() string {
	s := e.Method
	if e.Code != "" {
		s += ": " + e.Code
	}
	if e.Detail != "" {
		s += " (" + e.Detail + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the transport's error.
func (e *CallError) Unwrap() error { return e.Err }

// Is reports whether the code is one of those that mean ErrAuth, or
// ErrNotFound.
func (e *CallError) Is(target error) bool {
	switch e.Code {
	case "not_authed", "invalid_auth", "account_inactive", "token_revoked",
		"token_expired", "two_factor_setup_required":
		return target == ErrAuth
	case "channel_not_found", "user_not_found", "users_not_found", "bot_not_found", "file_not_found", "file_deleted":
		return target == ErrNotFound
	}
	return false
}

// IdentityError says that a file belongs to another workspace or another user
// than the token does. Nothing was written.
type IdentityError struct {
	Path        string
	Have, Token Identity
}

func (e *IdentityError) Error() string {
	return fmt.Sprintf("%s belongs to %v, the token to %v", e.Path, e.Have, e.Token)
}

// An Identity names whose view of which workspace a cache holds.
type Identity struct {
	Team string // T… or E… id
	User UserID
}

func (id Identity) String() string { return "user " + string(id.User) + " of team " + id.Team }

// ErrEmptyFile says that there is nothing in a file: something has emptied it, for a
// file that is made by Open never is. A [*CorruptError] matches it under errors.Is.
var ErrEmptyFile = errors.New("it is empty")

// ErrTruncated says that the end of a file is missing. A [*CorruptError] matches it
// under errors.Is.
var ErrTruncated = errors.New("its end is missing")

// CorruptError says that a file does not hold what was written to it. That is all
// that Options.RecoverCorrupt sets a file aside for.
type CorruptError struct {
	Path   string
	Bucket string // the part of the file, when known
	Key    string // the entry in it, when known
	Err    error
}

func (e *CorruptError) Error() string {
	s := e.Path
	if e.Bucket != "" {
		s += ": " + e.Bucket
	}
	if e.Key != "" {
		s += fmt.Sprintf(" %q", e.Key)
	}
	return s + " is corrupt: " + e.Err.Error()
}

// Unwrap returns what was found wrong.
func (e *CorruptError) Unwrap() error { return e.Err }

// SchemaError says that a file was written in a format this program does not
// know, or in an older one and cannot be migrated because it is only read.
type SchemaError struct {
	Path        string
	Have, Known int // format numbers
}

func (e *SchemaError) Error() string {
	if e.Have < e.Known {
		return fmt.Sprintf("%s has format %d, and has to be opened for writing once to get format %d", e.Path, e.Have, e.Known)
	}
	return fmt.Sprintf("%s has format %d, this program knows up to %d", e.Path, e.Have, e.Known)
}

// ErrDiskFull says that there is no room for what has to be written. A
// [*WriteError] matches it under errors.Is.
var ErrDiskFull = errors.New("no room on the disk")

// ErrNotSynced says that something was written, and that the disk did not confirm that
// it will last. A [*WriteError] matches it under errors.Is.
var ErrNotSynced = errors.New("not confirmed by the disk")

// ErrReadOnlyDisk says that a file is on a file system that nothing can be written to,
// or no longer. It can be read with Options.ReadOnly. A [*WriteError] matches it under
// errors.Is.
var ErrReadOnlyDisk = errors.New("the file system is read-only")

// WriteError says that a file could not be written, after which no more is: what
// is on disk is known only when it is opened again, and it is at least all that was
// durable. Reads go on.
type WriteError struct {
	Path     string
	Full     bool  // there is no room: on the disk, in a quota, or for a file so large
	Sync     bool  // it was written, and the disk did not confirm that it will last
	ReadOnly bool  // the file system is
	Err      error // the operating system's, or a reason of the file's own
}

func (e *WriteError) Error() string {
	if e.Sync {
		return fmt.Sprintf("sync %s: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("write %s: %v", e.Path, e.Err)
}

// Unwrap returns what went wrong.
func (e *WriteError) Unwrap() error { return e.Err }

// Is reports whether it is ErrDiskFull, ErrNotSynced or ErrReadOnlyDisk.
func (e *WriteError) Is(target error) bool {
	return e.Full && target == ErrDiskFull || e.Sync && target == ErrNotSynced || e.ReadOnly && target == ErrReadOnlyDisk
}

// LockedError says that another process has the file open.
type LockedError struct{ Path string }

func (e *LockedError) Error() string { return e.Path + " is open in another process" }
