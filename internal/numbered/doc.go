// Package numbered is a persistent table: rows found by key, as in a map, and by
// number, as in an array. Its versions never change, and a new version shares
// almost all of its memory with the one before.
//
// A [Table] is one version, and an [Edit] makes the next. A row keeps its number
// for as long as its key is in the table, so that an index needs to store no more
// of it than that, and need not change when the row does.
package numbered
