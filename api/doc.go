// Package api is what a program reads: views of one immutable snapshot of a
// Slack workspace, the changes that led from one to the next, and the state of
// the connection.
//
// A view such as [User] or [Channel] is a small value that answers from the
// snapshot it was taken from, so everything reached from one snapshot is as of
// one instant. Views hand out copies and plain values only: nothing a program
// does with them is seen by another.
//
//	snap := state.Snapshot()
//	if ch, ok := snap.ChannelNamed("general"); ok {
//		for user := range ch.Members() {
//			fmt.Println(user.DisplayName())
//		}
//	}
//
// Not knowing is a third answer. Counters come with a flag that says whether
// they are known, presence has a value for it, and [Snapshot.Freshness] tells
// how well each collection is known and as of when.
//
// The zero view is safe: it is not Valid, and reads as empty.
package api
