package persist

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"

	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/snapshot"
)

// Load returns the state after the last row: the tables, and over them the rows
// that they may not contain. It reads the file from end to end, those rows twice,
// and verifies the outcome: that all records add up to the digests which were written
// with the last row. An [*api.CorruptError] names the entry that is wrong, or the head
// if the records do not add up though each of them is well formed.
//
// A file has to be loaded before anything else can be read or written, but for the
// rows of one that is open for reading only.
func (db *DB) Load() (*snapshot.Snapshot, error) { return db.LoadEarly(nil) }

// LoadEarly is Load, and calls early as soon as users and conversations can be
// found by id, with a snapshot that has nothing else. What is in it is as the file has
// it, and not yet known to be what was written. Early is called once, before LoadEarly
// returns, and not if the file is wrong as far as it was read; nil is not called.
func (db *DB) LoadEarly(early func(*snapshot.Snapshot)) (*snapshot.Snapshot, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.state = nil
	db.markClean()
	err := guard(db.path, func() error { return db.load(early) })
	if err != nil {
		db.state = nil
		return nil, fmt.Errorf("load: %w", err)
	}
	return db.state, nil
}

func (db *DB) load(early func(*snapshot.Snapshot)) error {
	l := loader{load: snapshot.NewLoad()}
	if err := l.open(db); err != nil {
		return err
	}
	if err := l.readTail(); err != nil {
		return err
	}
	if err := inParallel(l.tables(slices.Values(earlyKinds))...); err != nil {
		return err
	}
	if early != nil {
		s, err := l.load.Early(l.head.Seq, l.head.At, l.changes())
		if err != nil {
			return bucketError(journalBucket, err)
		}
		early(s)
	}
	tasks := []func() error{l.index(snapshot.KindUser), l.loadMembers, l.index(snapshot.KindConversation)}
	tasks = append(tasks, l.tables(func(yield func(snapshot.Kind) bool) {
		for _, k := range snapshot.Kinds() {
			if k != snapshot.KindMember && !slices.Contains(earlyKinds, k) && !yield(k) {
				return
			}
		}
	})...)
	if err := inParallel(append(tasks, l.checkJournal)...); err != nil {
		return err
	}
	if err := l.pages.checkFree(); err != nil {
		return &api.CorruptError{Err: err}
	}
	s, err := l.redo()
	if err != nil {
		return err
	}
	for i := range l.tail {
		db.markDirty(&l.tail[i])
	}
	db.state, db.stored, db.eventIDs = s, l.stored, l.ids.inOrder()
	db.checked.Store(true)
	return nil
}

// inParallel calls functions, in order and two at a time, until one fails.
func inParallel(tasks ...func() error) error {
	var next atomic.Int32
	work := func() error {
		for {
			i := int(next.Add(1)) - 1
			if i >= len(tasks) {
				return nil
			}
			if err := tasks[i](); err != nil {
				next.Store(int32(len(tasks)))
				return err
			}
		}
	}
	var other error
	var wg sync.WaitGroup
	wg.Go(func() { other = work() })
	err := work()
	wg.Wait()
	return errors.Join(err, other)
}

// A loader puts together a snapshot. Its memory is its own and the snapshot's.
type loader struct {
	head    head
	pages   *pages
	buckets map[string]boltBucket
	tail    []Row // those that the tables may not contain
	ids     eventIDs
	load    *snapshot.Load
	stored  stored
}

// open finds the head and the buckets.
func (l *loader) open(db *DB) error {
	err := db.bolt.View(func(tx *bolt.Tx) (err error) {
		l.head, err = getHead(tx)
		return err
	})
	if err != nil {
		return err
	}
	info, err := db.file.Stat()
	if err != nil {
		return err
	}
	if l.pages, err = openPages(db.file, info.Size()); err != nil {
		return corrupt("", err)
	}
	list, err := l.pages.buckets()
	if err != nil {
		return corrupt("", err)
	}
	l.buckets = map[string]boltBucket{}
	for _, b := range list {
		l.buckets[string(b.name)] = b
	}
	for name := range l.buckets {
		if !slices.Contains(bucketNames(), name) {
			return bucketError([]byte(name), errors.New("nothing of ours has this name"))
		}
	}
	// The head was read without it; this is for the pages it uses.
	return corrupt(string(metaBucket), l.pages.each(l.buckets[string(metaBucket)], func(k, v []byte) error { return nil }))
}

// bucketNames returns the names of all buckets that a file may have.
func bucketNames() []string {
	names := []string{string(metaBucket), string(journalBucket), string(membersBucket), string(conversationsBucket), string(usersBucket)}
	for _, k := range snapshot.Kinds() {
		if k != snapshot.KindMember {
			names = append(names, k.String())
		}
	}
	return names
}

// corrupt gives an error that came up while a bucket was read its form: what the
// disk reports stays as it is.
func corrupt(bucket string, err error) error {
	if err == nil || errors.Is(err, errEnough) || errors.As(err, new(*api.CorruptError)) || errors.As(err, new(syscall.Errno)) {
		return err
	}
	return &api.CorruptError{Bucket: bucket, Err: err}
}

// earlyKinds are what a first answer needs: users, conversations, who asks, and
// where a conversation's former id leads.
var earlyKinds = []snapshot.Kind{
	snapshot.KindUser, snapshot.KindConversation, snapshot.KindSelf, snapshot.KindTeam, snapshot.KindAlias,
}

// tables returns functions that load a table each. Users and conversations, which
// are many, get their indexes later.
func (l *loader) tables(kinds iter.Seq[snapshot.Kind]) (tasks []func() error) {
	for k := range kinds {
		tasks = append(tasks, func() error {
			if err := l.table(k); err != nil {
				return err
			}
			if k != snapshot.KindUser && k != snapshot.KindConversation {
				l.load.Index(k)
			}
			return nil
		})
	}
	return tasks
}

func (l *loader) index(k snapshot.Kind) func() error {
	return func() error {
		l.load.Index(k)
		return nil
	}
}

func (l *loader) table(k snapshot.Kind) error {
	bucket := k.String()
	parts, err := l.pages.parts(l.buckets[bucket])
	if err != nil {
		return corrupt(bucket, err)
	}
	load := make([]snapshot.TablePart, len(parts))
	for i, part := range parts {
		load[i] = func(add func(key, record []byte) error) error {
			return part(func(k, v []byte) error {
				key, record, err := splitEntry(k, v)
				if err == nil {
					err = add(key, record)
				}
				if err != nil {
					return corruptEntry([]byte(bucket), k, err)
				}
				return nil
			})
		}
	}
	return corrupt(bucket, l.load.Table(k, load...))
}

// errEnough, returned by what is called for each entry, ends reading.
var errEnough = errors.New("enough")

// loadBucket makes values of the entries of a bucket and lets load take them, whose
// error is about the last one it took.
func loadBucket[T any](l *loader, bucket string, value func(k, v []byte) (T, error), load func(iter.Seq[T]) error) error {
	var last []byte
	var broken error
	err := load(func(yield func(T) bool) {
		broken = l.pages.each(l.buckets[bucket], func(k, v []byte) error {
			last = append(last[:0], k...)
			x, err := value(k, v)
			if err != nil {
				return corruptEntry([]byte(bucket), k, err)
			}
			if !yield(x) {
				return errEnough
			}
			return nil
		})
	})
	switch {
	case broken != nil && !errors.Is(broken, errEnough):
		return corrupt(bucket, broken)
	case err != nil:
		return &api.CorruptError{Bucket: bucket, Key: string(last), Err: err}
	}
	return nil
}

// readTail reads the rows after the checkpoint. Their pages are read once more
// with the rest of the journal, so that the rest need not be read first.
func (l *loader) readTail() error {
	h := l.head
	if h.Oldest > h.Checkpoint || h.Checkpoint > h.Seq {
		return metaError(headKey, fmt.Errorf("journal from %d, checkpoint at %d, last row %d", h.Oldest, h.Checkpoint, h.Seq))
	}
	if h.Checkpoint == h.Seq {
		return nil
	}
	return l.journal(l.pages.again(), h.Checkpoint, func(seq api.Seq, v []byte) error {
		r, err := decodeRow(seq, v)
		if err != nil {
			return rowError(seq, err)
		}
		l.tail = append(l.tail, r)
		return nil
	})
}

// checkJournal reads the whole journal and reports whether it goes from where the
// head says it does to where it says. What is in the rows is for Rows to check.
func (l *loader) checkJournal() error {
	return l.journal(l.pages, l.head.Oldest, func(_ api.Seq, v []byte) error {
		l.ids.add(rowEventID(v))
		return nil
	})
}

// journal calls f for every row after a number, and reports if any is missing.
func (l *loader) journal(p *pages, after api.Seq, f func(api.Seq, []byte) error) error {
	last := after
	err := p.from(l.buckets[string(journalBucket)], seqKey(after+1), func(k, v []byte) error {
		switch seq := rowSeq(k); {
		case last == l.head.Seq:
			return rowError(seq, fmt.Errorf("the last row is %d", last))
		case seq != last+1:
			return rowError(last+1, errors.New("missing"))
		}
		last++
		return f(last, v)
	})
	if err == nil && last != l.head.Seq {
		err = fmt.Errorf("rows up to %d, they should go to %d", last, l.head.Seq)
	}
	return corrupt(string(journalBucket), err)
}

// changes returns what the rows of the tail changed.
func (l *loader) changes() iter.Seq[snapshot.Change] {
	return func(yield func(snapshot.Change) bool) {
		for i := range l.tail {
			for _, c := range l.tail[i].Changes {
				if !yield(c) {
					return
				}
			}
		}
	}
}

// redo assigns what the rows of the tail say, and holds the outcome against the
// head.
func (l *loader) redo() (*snapshot.Snapshot, error) {
	for i := range l.tail {
		for _, c := range l.tail[i].Changes {
			if err := l.load.Put(c.Kind, c.Key, c.After); err != nil {
				return nil, rowError(l.tail[i].Seq, err)
			}
		}
	}
	s := l.load.Snapshot(l.head.Seq, l.head.At)
	if s.Digest() == l.head.Digest && s.Sum() == l.head.Sum {
		return s, nil
	}
	if err := malformed(s); err != nil {
		return nil, err
	}
	if s.Digest() != l.head.Digest {
		return nil, metaError(headKey, fmt.Errorf("digest is %016x, the records add up to %016x", l.head.Digest, s.Digest()))
	}
	return nil, metaError(headKey, fmt.Errorf("sum is %016x, the records add up to %016x", l.head.Sum, s.Sum()))
}

// malformed returns an error if a record cannot be what was stored: then that is
// what is wrong with the digests.
func malformed(s *snapshot.Snapshot) error {
	for _, k := range snapshot.Kinds() {
		for key, r := range s.All(k) {
			if err := k.Check(key, r); err != nil {
				return &api.CorruptError{Bucket: k.String(), Key: key, Err: err}
			}
		}
	}
	return nil
}
