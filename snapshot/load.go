package snapshot

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/slackstate/slackstate/internal/numbered"
	"github.com/slackstate/slackstate/internal/parallel"
)

// A Load makes a snapshot out of stored records, without listing changes. Tables
// come first, each as a whole and built from the bottom up; Table, Index and
// Members may be called from several goroutines at a time if it is for different
// kinds. What happened since the tables were written follows by Put.
type Load struct {
	tables  [numTables]table
	listed  listed
	index   indexes
	ties    ties
	members memberships
	lines   timelinesEdit
	rows    [numTables]chunks[row] // of tables that have indexes or ties to be built
	loaded  [numTables]bool
	digests [numTables]uint64 // what each table adds to Digest or Sum
	spare   spare[row]
	e       *Edit // nil before the first Put
}

// A row is an entry of a table.
type row struct {
	key string
	r   Record
}

// NewLoad starts from the empty snapshot.
func NewLoad() *Load { return &Load{spare: make(spare[row], 1000)} }

// A TablePart hands on some of the records of a table by calling add for each. It
// returns what add returns as soon as that is an error: why it cannot be what was
// stored.
type TablePart func(add func(key, record []byte) error) error

// Table loads all records of a kind other than memberships, before the first
// Put, from copies of their keys and bytes. Parts are called concurrently, except
// for those of messages, which come in the order of their keys.
//
// Whether the records are well formed is not looked into: those of which the digests
// were made are, and the snapshot's digests are to be compared with those. If they
// differ, [Kind.Check] finds the record.
func (l *Load) Table(k Kind, parts ...TablePart) error {
	switch k {
	case KindMember:
		return errors.New("memberships are no table")
	case KindMessage:
		return l.messages(parts)
	}
	errs := make([]error, len(parts))
	var whole tablePart
	for _, part := range parallel.Each(len(parts), func(p *tablePart, i int) {
		p.rows.spare = l.spare
		errs[i] = p.load(k, parts[i])
	}) {
		whole.rows.join(&part.rows)
		whole.digest += part.digest
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	rows := whole.rows
	if err := l.build(k, &rows); err != nil {
		return err
	}
	slot := k.slot()
	l.loaded[slot], l.digests[slot] = true, whole.digest
	if _, ok := k.listed(); ok || k.keyTied() || k.recordTied() {
		l.rows[slot] = rows
	} else {
		l.spare.drop(&rows)
	}
	return nil
}

// build makes the table of a kind.
func (l *Load) build(k Kind, rows *chunks[row]) error {
	if place, ok := k.listed(); ok {
		if rows.n == 0 {
			return nil
		}
		list, ok := buildList(rows)
		if !ok {
			return fmt.Errorf("of %d records two have one key", rows.n)
		}
		l.listed[place] = &list
		return nil
	}
	table := buildTable(rows)
	if table.Len() != rows.n {
		return fmt.Errorf("%d records have %d keys", rows.n, table.Len())
	}
	l.tables[k.slot()] = table
	return nil
}

// A tablePart is some rows of a table, and what they add to Digest or Sum.
type tablePart struct {
	rows   chunks[row]
	digest uint64
	texts  arena
}

func (p *tablePart) load(k Kind, records TablePart) error {
	return records(func(key, record []byte) error {
		if len(record) == 0 {
			return errors.New("no record")
		}
		x := row{p.texts.copy(key), Record(p.texts.copy(record))}
		p.digest += mix(k, x.key, x.r)
		p.rows.add(x)
		return nil
	})
}

// messages loads the table of messages. They lie in order, so they are checked as
// they come.
func (l *Load) messages(parts []TablePart) error {
	const k = KindMessage
	var texts arena
	var rows chunks[row]
	digest := uint64(0)
	l.lines.start(nil)
	for _, part := range parts {
		err := part(func(key, record []byte) error {
			x := row{texts.copy(key), Record(texts.copy(record))}
			if err := k.Check(x.key, x.r); err != nil {
				return err
			}
			l.lines.put(x.key, "", x.r)
			digest += mix(k, x.key, x.r)
			rows.add(x)
			return nil
		})
		if err != nil {
			return err
		}
	}
	buildTies(&l.ties, k, &rows)
	lines := l.lines.seal()
	for range lines.all() {
		rows.n--
	}
	if rows.n != 0 {
		return fmt.Errorf("%d messages have the keys of others", rows.n)
	}
	l.digests[k.slot()] = digest
	return nil
}

// Index builds the indexes and ties that the records of a table ask for, which
// until then is found by key only.
func (l *Load) Index(k Kind) {
	rows := &l.rows[k.slot()]
	buildIndexes(&l.index, k, rows)
	buildTies(&l.ties, k, rows)
	l.spare.drop(rows)
}

// Early returns the tables that were loaded so far with the given changes, the
// state as of an event in part: there are no indexes, no memberships and no
// digests in it, nor other tables.
func (l *Load) Early(seq Seq, at int64, changes iter.Seq[Change]) (*Snapshot, error) {
	s := &Snapshot{seq: seq, at: at, partial: true, tables: l.group(), listed: l.listed}
	var lists [numListed]numbered.Edit[Record]
	for place := range lists {
		lists[place].Start(*l.listed.at(place))
	}
	for c := range changes {
		slot := c.Kind.slot()
		if !l.loaded[slot] {
			continue
		}
		if c.After != "" {
			if err := c.Kind.Check(c.Key, c.After); err != nil {
				return nil, fmt.Errorf("%v %q: %w", c.Kind, c.Key, err)
			}
		}
		place, listed := c.Kind.listed()
		switch {
		case listed && c.After == "":
			lists[place].Delete(c.Key)
		case listed:
			lists[place].Set(c.Key, c.After)
		case c.After == "":
			s.tables.put(slot, s.tables.at(slot).Delete(c.Key))
		default:
			s.tables.put(slot, s.tables.at(slot).Set(c.Key, c.After))
		}
	}
	for place := range lists {
		list := lists[place].Table()
		s.listed[place] = &list
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
		if err := k.Check(key, r); err != nil {
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
		base := &Snapshot{tables: l.group(), listed: l.listed, members: l.members, index: &index, ties: &ties, timelines: l.lines.seal()}
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
	list  [][]T
	n     int
	spare spare[T]
}

const chunkSize = 512

// spare has pieces of lists that were done with, for others to use. nil has none.
type spare[T any] chan []T

func (c *chunks[T]) add(x T) {
	if c.n%chunkSize == 0 {
		c.list = append(c.list, c.spare.piece())
	}
	last := &c.list[len(c.list)-1]
	*last = append(*last, x)
	c.n++
}

// join takes over what is in another list, in another order.
func (c *chunks[T]) join(other *chunks[T]) {
	rest := c.list[c.n/chunkSize:] // a piece with room, if there is one
	full := other.n / chunkSize
	c.list = slices.Concat(c.list[:c.n/chunkSize], other.list[:full])
	c.n = len(c.list) * chunkSize
	for _, piece := range slices.Concat(rest, other.list[full:]) {
		for _, x := range piece {
			c.add(x)
		}
	}
}

func (c *chunks[T]) at(i int) *T { return &c.list[i/chunkSize][i%chunkSize] }

// piece returns an empty piece.
func (s spare[T]) piece() []T {
	select {
	case p := <-s:
		return p
	default:
		return make([]T, 0, chunkSize)
	}
}

// drop ends the use of a list.
func (s spare[T]) drop(c *chunks[T]) {
	for _, p := range c.list {
		clear(p)
		select {
		case s <- p[:0]:
		default:
		}
	}
	*c = chunks[T]{}
}
