// Package snapshot holds a Slack workspace as data that never changes: the
// [Snapshot] that readers are given, and the [Edit] that makes the next one.
//
// Everything is a [Record]: one entity in a compact form that is the same in
// memory, in the journal and in the file. A [Schema] says how a kind's JSON
// object becomes a record and back; what it has no field for is kept as it
// came. Tables, indexes and digests are all moved by [Edit.Put], so nothing can
// be forgotten by whoever changes the workspace, and [Snapshot.Check] proves
// that nothing was.
//
// This package makes no compatibility promise; programs use the root package
// and package api.
package snapshot
