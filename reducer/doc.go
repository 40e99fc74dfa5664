// Package reducer turns one event into the next snapshot. It is pure: no clock,
// no log, no network, no file. What an event needs to know besides its own
// bytes, such as when it was received, comes in with it, so the same events in
// the same order give the same snapshot on any machine.
//
// Follow an event: [Decode] reads a frame into an [Event]; [Reduce] finds the
// type's handler in the table (table.go; subtype.go for messages) and lets it
// edit the snapshot; what the handler did in the end is the [Result].
//
// Besides Slack's frames there are events named local.*, which the program
// makes itself: pages of Web API lists, the end of a listing, a lost
// connection (local.go, pages.go). So everything that ever changes a snapshot
// is an event.
//
// This package makes no compatibility promise; programs use the root package.
package reducer
