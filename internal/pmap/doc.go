// Package pmap is a persistent hash map: a map whose versions never change,
// where a new version shares almost all of its memory with the one before.
//
// A [Map] is one version. Any number of goroutines may read it without locks,
// and keep it for as long as they like. An [Edit] makes the next version: it
// copies the few nodes on the way to each changed key, and a branch only once
// in a batch. [Build] makes a map from scratch, and [Diff] lists what changed
// between two versions without looking at what they share.
//
// Underneath is a hash trie with 32 slots a node. Two bitmaps in each node say
// which slots hold an entry and which lead to a deeper node, and only those
// are stored, so memory follows the number of entries: about 14 bytes each
// beside the key and the value. Maps with the same keys have the same shape,
// however they came about.
package pmap
