package snapshot

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/slackstate/slackstate/internal/pmap"
)

// A Load makes a snapshot out of stored records, without listing changes. Tables
// come first, each as a whole and built from the bottom up; Table, Index and
// Members may be called from several goroutines at a time if it is for different
// kinds. What happened since the tables were written follows by Put.
type Load struct {
	tables  [numTables]table
	index   indexes
	members memberships
	rows    [numTables]rowList // of tables without their indexes
	loaded  [numTables]bool
	digests [numTables]uint64 // what each table adds to Digest or Sum
	e       *Edit             // nil before the first Put
}

// NewLoad starts from the empty snapshot.
func NewLoad() *Load { return &Load{} }

// Table loads all records of a kind other than memberships, before the first
// Put. It keeps the memory of what it is given. The error says why what was
// yielded last cannot be what was stored.
func (l *Load) Table(k Kind, records iter.Seq2[string, Record]) error {
	slot := k.slot()
	rows, digest := rowList{}, uint64(0)
	for key, r := range records {
		if r == "" {
			return errors.New("no record")
		}
		if err := k.check(key, r); err != nil {
			return err
		}
		digest += mix(k, key, r)
		rows.add(key, r)
	}
	table := pmap.Build(rows.n, rows.all())
	if table.Len() != rows.n {
		return fmt.Errorf("%d records have %d keys", rows.n, table.Len())
	}
	l.rows[slot], l.tables[slot] = rows, table
	l.loaded[slot], l.digests[slot] = true, digest
	return nil
}

// Index builds the indexes that the records of a table ask for, which until then
// is found by key only.
func (l *Load) Index(k Kind) {
	var entries [numIndexes][]indexEntry
	var keys []indexKey
	for key, r := range l.rows[k.slot()].all() {
		keys = appendIndexKeys(keys[:0], k, r)
		for _, entry := range keys {
			entries[entry.index] = append(entries[entry.index], indexEntry{strings.Clone(entry.key), idList(key)})
		}
	}
	l.rows[k.slot()] = rowList{}
	for ix, list := range entries {
		if len(list) > 0 {
			l.index[ix] = buildIndex(list)
		}
	}
}

// Early returns the tables that were loaded so far with the given changes, the
// state as of an event in part: there are no indexes, no memberships and no
// digests in it, nor other tables.
func (l *Load) Early(seq Seq, at int64, changes iter.Seq[Change]) (*Snapshot, error) {
	s := &Snapshot{seq: seq, at: at, partial: true, tables: l.group()}
	for c := range changes {
		slot := c.Kind.slot()
		if !l.loaded[slot] {
			continue
		}
		if c.After == "" {
			s.tables.put(slot, s.tables.at(slot).Delete(c.Key))
			continue
		}
		if err := c.Kind.check(c.Key, c.After); err != nil {
			return nil, fmt.Errorf("%v %q: %w", c.Kind, c.Key, err)
		}
		s.tables.put(slot, s.tables.at(slot).Set(c.Key, c.After))
	}
	return s, nil
}

// group returns the tables as a snapshot has them.
func (l *Load) group() (ts tables) {
	for slot, t := range l.tables {
		if t.Len() > 0 {
			ts.put(slot, t)
		}
	}
	return ts
}

// Put stores a record; "" deletes it. The error says why the bytes cannot be
// what was stored.
func (l *Load) Put(k Kind, key string, r Record) error {
	if r != "" {
		if err := k.check(key, r); err != nil {
			return err
		}
	}
	l.edit().Put(k, key, r)
	return nil
}

// edit goes on from the tables.
func (l *Load) edit() *Edit {
	if l.e == nil {
		index := l.index // a copy, so that the snapshot does not hold on to l
		base := &Snapshot{tables: l.group(), members: l.members, index: &index}
		for slot, d := range l.digests {
			if Kind(slot).Entity() {
				base.digest += d
			} else {
				base.sum += d
			}
		}
		l.e = base.Edit()
		l.e.untracked = true
	}
	return l.e
}

// Snapshot returns what was stored, as of the given event.
func (l *Load) Snapshot(seq Seq, at int64) *Snapshot {
	s, _ := l.edit().Commit(at)
	s.seq = seq
	return s
}

// A rowList is the entries of a table in the order in which they came, which is
// that of their memory.
type rowList struct {
	parts [][]row
	n     int
}

type row struct {
	key string
	r   Record
}

func (l *rowList) add(key string, r Record) {
	const size = 512
	last := len(l.parts) - 1
	if l.n%size == 0 {
		l.parts = append(l.parts, make([]row, 0, size))
		last++
	}
	l.parts[last] = append(l.parts[last], row{key, r})
	l.n++
}

func (l *rowList) all() iter.Seq2[string, Record] {
	return func(yield func(string, Record) bool) {
		for _, part := range l.parts {
			for _, x := range part {
				if !yield(x.key, x.r) {
					return
				}
			}
		}
	}
}
