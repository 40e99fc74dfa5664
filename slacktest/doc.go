// Package slacktest is a Slack to test against: a workspace with an exact,
// inspectable truth, served over the Web API and RTM the way Slack documents
// them, awkward parts included.
//
// [New] makes a workspace from a seed and serves it on a listener. A bot under
// test is pointed at [Server.URL] with [Server.Token]. The test then acts as
// everyone else in the workspace ([Workspace.Post], [Workspace.Join],
// [Workspace.UpdateProfile], ...), makes the network misbehave ([Server.Faults],
// [Server.Disconnect]), and compares what the bot believes with
// [Workspace.Truth].
//
// # Guarantees
//
//  1. The same [Options] give the same workspace: ids, names, members, messages.
//  2. An operation changes the truth and queues its frames in one step, so every
//     socket sees the frames of all operations in the order the truth took them.
//  3. A frame goes only to those who could see it on Slack: a conversation's
//     content to its members, presence to those who subscribed to it.
//  4. No operation waits for the network. A client that does not read is cut off
//     once its queue is full.
//  5. [Server.Close] returns after every goroutine of the server has ended.
//  6. Nothing is global: servers do not know of each other.
//
// The package imports nothing of the module it lives in, so it shares none of
// its mistakes. All methods may be called concurrently.
package slacktest
