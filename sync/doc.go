// Package sync is everything that talks to Slack: the Web API calls that list
// a workspace, the RTM socket that tells what changes in it, and the loop that
// keeps the two going. It understands no event. Whatever arrives goes up as
// bytes through one func, [Config].Apply, in an order the receiver can rely on.
//
// [Run] works through connection after connection. Each asks for a socket
// (rtm.start, or rtm.connect), opens it, waits for hello, lists the workspace,
// and then passes frames on until the socket ends:
//
//	connecting ── hello ──> bootstrapping or catching up ── all listed ──> live
//	     ^                                 │                                 │
//	     └─── back off ────────────────────┴──────── lost, silence ──────────┘
//
// When Slack says goodbye the next socket is opened before the last one is let go,
// and the connection goes on over it.
//
// # What goes up
//
// Frames go up verbatim, unknown, binary and malformed ones included. Only what
// concerns the connection stops here: pong, error, goodbye and reconnect_url. The
// acknowledgement of a message that was sent goes up as the message. What this package adds are JSON objects of its own, the answers
// in them as Slack wrote them:
//
//	local.call    a listing begins, or goes on: call, method, args, resumes
//	local.page    one answer: call, method, args, cursor, next, response
//	local.listed  the listing was read from its first cursor to its last: seen
//	local.failed  the listing cannot be had: error, detail
//	local.offline a connection that had said hello is gone: why, since
//	local.ready   everything planned after a connect is loaded or has failed
//	local.repaired  so is what was wanted since
//
// # Guarantees
//
//  1. Apply, Identify, Pending and Phase are never called concurrently: all
//     calls come from the goroutine that called Run.
//  2. On each connection Identify comes first, then the answer that gave the
//     socket, then hello, then everything else. Of a connection that does not
//     say hello, nothing goes up. Frames keep their order, and each comes with
//     the time at which it was received.
//  3. Until a first listing of the workspace is complete, frames received after
//     hello wait and go up after the lists. From then on they go up as they
//     arrive, while listings go on beside them.
//  4. local.call goes up before the first request of its listing is sent.
//     local.listed goes up only after every page of that call.
//  5. local.offline goes up once for each hello, unless Apply itself failed, and
//     nothing of that connection follows it. local.ready goes up at most once
//     between the two.
//  6. The token and socket URLs are in no event, no log line and no error.
//  7. A change of sockets that goodbye announced is no end of the connection:
//     nothing is missed, nothing goes up twice that need not, and it is told by
//     no event.
//  8. When Run returns, every goroutine it started has ended.
//
// # What goes out
//
// An [Outbox] writes messages, typing and presence subscriptions to the socket
// that has said hello, and matches the replies.
//
// Only the root package and api promise compatibility. This one is importable
// because of where it lies, and may change at any time.
package sync
