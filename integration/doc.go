// Package integration tests this project against software that nobody in it
// wrote: the fake Slack and the clients of github.com/slack-go/slack, and Slack's
// own RTM client for Node.js. It is a module of its own so that they are
// dependencies of nothing else.
//
// The Node.js client is @slack/rtm-api from npm. Its test installs it in a
// temporary directory, and runs only if it is asked to:
//
//	SLACKSTATE_NODE=1 go test -run TestRTMAPI .
package integration
