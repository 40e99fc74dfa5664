// Package persist keeps a workspace in one file: a bbolt database with a table
// for each kind of record, a journal of what each event changed, and a few
// words about both.
//
//	meta      format, identity, and the head: how far the rest has come
//	users …   one bucket for each kind of record, named after it: key -> record
//	members/… who is in which conversation, packed
//	journal   sequence number -> row: the event, and each record it changed, before and after
//
// An event costs one row. Tables follow later and in slices ([DB.Checkpoint]),
// so no event waits for them, and a record that changes a hundred times is
// written once. [DB.Load] reads the tables and lays the rows over them that they
// may not contain yet; users and conversations come first ([DB.LoadEarly]).
// Nothing is reduced again: a row says what every record became, so a newer
// program reads an older file to exactly the same state.
//
// Rows stay for a while after the tables have them. They are what a consumer
// that was away reads to catch up ([DB.Rows]), and what a reader beside a writer, who
// has copies of the file only, lays over the state that it has ([Follower],
// [DB.LoadAfter]).
//
// Only the root package and api promise compatibility. This one is importable
// because of where it lies, and may change at any time.
package persist
