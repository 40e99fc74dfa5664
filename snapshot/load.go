package snapshot

import (
	"errors"
	"fmt"
	"iter"

	"github.com/slackstate/slackstate/internal/pmap"
)

// A Load makes a snapshot out of stored records, without listing changes. Tables
// come first, each as a whole and built from the bottom up; Table, Index and
// Members may be called from several goroutines at a time if it is for different
// kinds. What happened since the tables were written follows by Put.
type Load struct {
	tables  [numTables]table
	index   indexes
	ties    ties
	members memberships
	lines   timelinesEdit
	rows    [numTables]chunks[row] // of tables without their indexes
	loaded  [numTables]bool
	digests [numTables]uint64 // what each table adds to Digest or Sum
	e       *Edit             // nil before the first Put
}

// A row is an entry of a table.
type row struct {
	key string
	r   Record
}

// NewLoad starts from the empty snapshot.
func NewLoad() *Load { return &Load{} }

// Table loads all records of a kind other than memberships, before the first
// Put, from copies of their keys and bytes. The error says why what was yielded
// last cannot be what was stored.
func (l *Load) Table(k Kind, records iter.Seq2[[]byte, []byte]) error {
	if k == KindMember {
		return errors.New("memberships are no table")
	}
	slot := k.slot()
	rows, digest := chunks[row]{}, uint64(0)
	var texts arena
	for key, record := range records {
		x := row{texts.copy(key), Record(texts.copy(record))}
		if x.r == "" {
			return errors.New("no record")
		}
		if err := k.check(x.key, x.r); err != nil {
			return err
		}
		digest += mix(k, x.key, x.r)
		rows.add(x)
	}
	if k == KindMessage {
		return l.messages(&rows, digest)
	}
	table := pmap.Build(rows.n, func(i int) (string, Record) {
		x := rows.at(i)
		return x.key, x.r
	})
	if table.Len() != rows.n {
		return fmt.Errorf("%d records have %d keys", rows.n, table.Len())
	}
	l.rows[slot], l.tables[slot] = rows, table
	l.loaded[slot], l.digests[slot] = true, digest
	return nil
}

// messages loads the table of messages, which come in the order of their keys.
func (l *Load) messages(rows *chunks[row], digest uint64) error {
	l.lines.start(nil)
	for i := range rows.n {
		x := rows.at(i)
		l.lines.put(x.key, "", x.r)
	}
	buildTies(&l.ties, KindMessage, rows)
	lines := l.lines.seal()
	for range lines.all() {
		rows.n--
	}
	if rows.n != 0 {
		return fmt.Errorf("%d messages have the keys of others", rows.n)
	}
	l.digests[KindMessage.slot()] = digest
	return nil
}

// Index builds the indexes and ties that the records of a table ask for, which
// until then is found by key only.
func (l *Load) Index(k Kind) {
	rows := l.rows[k.slot()]
	l.rows[k.slot()] = chunks[row]{}
	buildIndexes(&l.index, k, &rows)
	buildTies(&l.ties, k, &rows)
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
		index, ties := l.index, l.ties // copies, so that the snapshot does not hold on to l
		base := &Snapshot{tables: l.group(), members: l.members, index: &index, ties: &ties, timelines: l.lines.seal()}
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

// chunks is a list that grows without moving what is in it.
type chunks[T any] struct {
	list [][]T
	n    int
}

const chunkSize = 512

func (c *chunks[T]) add(x T) {
	if c.n%chunkSize == 0 {
		c.list = append(c.list, make([]T, 0, chunkSize))
	}
	last := &c.list[len(c.list)-1]
	*last = append(*last, x)
	c.n++
}

func (c *chunks[T]) at(i int) *T { return &c.list[i/chunkSize][i%chunkSize] }
