// Package numbered is a persistent table: rows found by key, as in a map, and by
// number, as in an array. Its versions never change, and a new version shares
// almost all of its memory with the one before.
//
// A [Table] is one version, and an [Edit] makes the next. It is made of the two parts
// that serve alone too: a [Vector], found by number, and an [Index]. A row keeps its number
// for as long as its key is in the table. So an [Index], which leads to rows from
// something else they have, need not change when the row does, and needs to store
// of it no more than the number, and of what it leads from no more than a hash:
// whoever looks up sees in the row whether it is the right one. That takes 9 bytes
// an entry, however long the names are; a trie of names takes 46 and the names.
package numbered
