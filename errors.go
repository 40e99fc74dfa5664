package slackstate

import "errors"

// ErrClosed says that the State was closed.
var ErrClosed = errors.New("slackstate: closed")

// ErrRunning says that another Run of this State has not returned yet.
var ErrRunning = errors.New("slackstate: already running")

// ErrNoToken says that Run was called without a Token or TokenSource in Options.
var ErrNoToken = errors.New("slackstate: no token")
