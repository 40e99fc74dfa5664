// Package slackstate keeps a live, exact, queryable copy of a Slack workspace
// inside the process. [Open] answers from a file at once; [State.Run] connects
// to Slack, repairs what was missed and follows every event; [State.Snapshot]
// is an immutable copy of everything, read at memory speed; [State.Changes] is
// every change with its before and after.
//
// # Events, and nothing else
//
// The state changes by events alone: Slack's frames, and those the package makes
// itself of list pages and lost connections. One pure function reduces each to
// the next snapshot. So the same events give the same state on any machine, and
// what is on disk is what readers saw.
//
// # Consistency
//
//  1. A snapshot is the workspace as of one event. It never changes, and all
//     that is reached from it is as of the same event.
//  2. Reading never waits: not for the network, not for the disk, not for a
//     writer. A snapshot may be kept for as long as anybody likes.
//  3. What is not known is not made up. Counters, presence and memberships have
//     a third answer, and every collection tells how well it is known.
//
// # Durability
//
//  1. A change is published first and written then, together with all that
//     arrived meanwhile. A snapshot may be ahead of the disk.
//  2. [State.Changes] never is: what it delivers will still have happened
//     after a crash. So the number of the last commit a program has handled is
//     a safe place to go on from.
//  3. A process may be killed at any moment. The next one goes on from the last
//     event on disk.
//
// # Sending
//
// [State.Send] returns when Slack has acknowledged a message and the snapshot has
// it, and tells apart what was not sent, what was refused and what nobody knows
// of. [State.Transport] does the same for other libraries' Web API calls.
//
// # Concurrency
//
// All methods of State may be called from any goroutine. Open starts the
// goroutine that writes the file, with Options.Publish one that copies it, and with
// Options.ReadOnly one that follows what another process writes instead;
// they end with Close, and everything else runs inside the call of Run. A reader
// of changes that is slow costs only itself.
//
// This package and package api are what programs import, and slacktest is what
// their tests do. The others are importable because of where they lie, and
// promise nothing.
package slackstate
