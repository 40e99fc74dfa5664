// Package idset is an immutable set of small numbers, in about as many bytes as
// it takes to tell them apart. A workspace has far more memberships than users,
// so this is what decides how much memory they cost.
//
// A set is the ascending list of its numbers, each written as its distance to
// the one before: one byte for most of a large conversation, two for a user's
// few among many thousands. Large sets are cut into chunks, so that a change
// copies one chunk and the list of chunks, and looking a number up reads one.
package idset
