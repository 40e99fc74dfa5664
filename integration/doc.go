// Package integration tests this project against software that nobody in it
// wrote: the fake Slack and the clients of github.com/slack-go/slack. It is a
// module of its own so that they are dependencies of nothing else.
package integration
