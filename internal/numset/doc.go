// Package numset is a persistent set of 64-bit numbers: a set whose versions
// never change, where a new version shares almost all of its memory with the one
// before.
//
// A [Set] is one version, and an [Edit] makes the next. What the set is for is to
// find all numbers with a given upper half: an index keeps the hash of a name
// there and the number of a record in the lower half. That takes 10 bytes an
// entry, however long the names are and however many entries there are; a trie of
// the names themselves takes 46 and the names.
//
// Underneath is a B-tree with up to 64 numbers a node.
package numset
