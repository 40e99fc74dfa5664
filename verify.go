package slackstate

import (
	"errors"
	"fmt"
	"slices"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/reducer"
	"github.com/slackstate/slackstate/snapshot"
)

// Verified says what Verify has looked at.
type Verified struct {
	Seq     api.Seq // of the last event in the file
	Records int     // of all kinds, memberships included
	Rows    int     // of the journal
	Reduced int     // of those, the ones whose event was reduced again
}

// Verify reads a file from end to end, without changing it, and reports whether it
// is what was written:
//
//  1. its pages, by bbolt's rules and by ours;
//  2. every record, and that together they have the digests of the last event;
//  3. every index, made again from the records;
//  4. the journal: that no row is missing, and that each begins where the one
//     before it ended and leads to the digests it names, up to the state;
//  5. that reducing the event of a row again changes what the row says, for rows
//     that have one and were written under the rules of this program's reducer.
//
// The error is one of those of Open. It takes as long as a few starts, and the
// journal's events.
func Verify(path string) (Verified, error) {
	var v Verified
	db, err := persist.Open(path, persist.Options{ReadOnly: true})
	if err != nil {
		return v, err
	}
	err = errors.Join(v.all(db, path), db.Close())
	return v, err
}

func (v *Verified) all(db *persist.DB, path string) error {
	s, err := db.Load()
	if err != nil {
		return err
	}
	v.Seq = s.Seq()
	for _, k := range snapshot.Kinds() {
		v.Records += s.Len(k)
	}
	if err := db.CheckPages(); err != nil {
		return err
	}
	if err := s.Check(); err != nil {
		return &api.CorruptError{Path: path, Err: err}
	}
	before, err := db.Origin()
	if err != nil {
		return err
	}
	rules := reducer.New(reducer.Config{ListLag: reducer.DefaultListLag}) // it is for pages, whose events are not kept
	for row, err := range db.Rows(db.Oldest()) {
		if err != nil {
			return err
		}
		after, err := db.Redo(before, &row)
		if err != nil {
			return err
		}
		if row.Event != nil && row.Reducer == reducer.Version {
			if err := reduceAgain(rules, before, &row); err != nil {
				return &api.CorruptError{Path: path, Bucket: "journal", Key: fmt.Sprint(row.Seq), Err: err}
			}
			v.Reduced++
		}
		v.Rows++
		before = after
	}
	if before.Digest() != s.Digest() || before.Sum() != s.Sum() {
		return &api.CorruptError{Path: path, Bucket: "journal", Err: errors.New("it does not lead to the state")}
	}
	return nil
}

// reduceAgain reports whether a row's event does what the row says it did.
func reduceAgain(rules *reducer.Reducer, before *snapshot.Snapshot, row *persist.Row) error {
	ev, err := reducer.Decode(row.Event, row.At)
	if err != nil {
		return fmt.Errorf("its event: %w", err)
	}
	after, res := rules.Reduce(before, &ev)
	if !slices.Equal(res.Changes, row.Changes) || after.Digest() != row.Digest || after.Sum() != row.Sum {
		return errors.New("its event does not change what it says")
	}
	return nil
}
