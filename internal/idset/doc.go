// Package idset is an immutable set of small numbers, in about as many bytes as
// it takes to tell them apart. A workspace has far more memberships than users,
// so this is what decides how much memory they cost.
//
// A set is the ascending list of its numbers, each written as its distance to
// the one before: one byte for most of a large conversation, two for a user's
// few among many thousands. Large sets are cut into chunks, and those into runs,
// so that a change copies one chunk, one run and the list of runs, and looking a
// number up reads one chunk.
//
// # Why not RoaringBitmap/roaring
//
// It was measured (v2.30, optimised for runs) on 2.4 million memberships of
// 100,000 users in 20,000 conversations by the power law of package slacktest,
// each set with its headers:
//
//	                                          idset      roaring
//	members of a conversation, bytes a pair    2.1          4.2
//	conversations of a user                    3.0          9.0
//	one more of 24: bytes allocated             48          348
//	one more of 1,900                          720        9,464 (copy on write: 5,344)
//	one more of 100,000                      1,706          264 (a single run)
//	is one of 24 in it                      170 ns        11 ns
//
// Roaring answers faster and has set operations of all kinds, but a membership
// costs 13 bytes with it and 5 with this: 19 MB of a workspace of some 120. Most
// sets are small, and roaring's containers are made for large ones. The encoding
// here is also what the file holds, so that loading copies it.
package idset
