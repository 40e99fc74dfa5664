package persist

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/snapshot"
)

// A DB is an open file. Open returns one.
//
//  1. What Append was given is on disk when Append returns. Neither a killed
//     process nor a power failure takes any of it away, or leaves a part of a
//     batch.
//  2. Load returns exactly the state behind the last row, however far
//     checkpoints had come, or an error that says what is wrong with the file.
//  3. Rows come in order, without gaps, and only once they are on disk. What is
//     no longer kept is a GapError and never silence.
//  4. A file belongs to one identity for good.
//  5. After a write has failed no other is tried, and each attempt returns the
//     first one, an [*api.WriteError] unless the file is corrupt or closed: what
//     the disk holds is known only after opening it again. Reading goes on.
//  6. Nothing a DB returns refers to the file's memory.
//
// All methods may be called concurrently. Load, Append, Checkpoint, SetIdentity,
// Dirty and Close wait for each other; Rows, Identity, Durable and Oldest wait
// for none of them.
type DB struct {
	path      string
	bolt      *bolt.DB
	file      *os.File // bolt's
	retention Retention

	head     atomic.Pointer[head]         // as of the last committed transaction
	identity atomic.Pointer[api.Identity] // nil until it is set
	checked  atomic.Bool                  // Load has read every page

	mu     sync.Mutex // guards what follows
	failed error      // the first write that went wrong
	buf    []byte     // for the rows of a batch, until it is committed

	// What the writer knows of the tables; checkpoint.go says why this is
	// enough. state is nil until Load has been called.
	state    *snapshot.Snapshot    // after the last row
	eventIDs []string              // as of Load
	stored   stored                // the numbers that the file has
	dirty    map[recordID]struct{} // what the tables may hold in an old version
	round    []recordID            // what is left of the checkpoint under way, sorted
	roundEnd api.Seq               // the last row when it began
	inRound  bool                  // whether there is one
}

var errNotLoaded = errors.New("nothing was loaded yet")

// Durable returns the number of the last row on disk, 0 if there was none.
func (db *DB) Durable() api.Seq { return db.head.Load().Seq }

// Oldest returns the smallest number after which Rows can still tell all that
// happened.
func (db *DB) Oldest() api.Seq { return db.head.Load().Oldest }

// JournalBytes returns the size of all rows that are kept.
func (db *DB) JournalBytes() int64 { return db.head.Load().Bytes }

// Identity returns whose view of which workspace the file holds, and false as
// long as that was never set.
func (db *DB) Identity() (api.Identity, bool) {
	if id := db.identity.Load(); id != nil {
		return *id, true
	}
	return api.Identity{}, false
}

// EventIDs returns the EventID of each of the last rows that had one when the
// file was loaded, the oldest first, as many as Slack may deliver again.
func (db *DB) EventIDs() []string {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.eventIDs
}

// SetIdentity fixes the identity of a file that has none. For a file that has
// this one already it does nothing, for any other it returns an
// [*api.IdentityError] and writes nothing.
func (db *DB) SetIdentity(id api.Identity) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if have, ok := db.Identity(); ok {
		if have != id {
			return &api.IdentityError{Path: db.path, Have: have, Token: id}
		}
		return nil
	}
	err := db.writable()
	if err == nil {
		err = db.update(func(tx *bolt.Tx) error { return putIdentity(tx, id) })
	}
	if err != nil {
		return fmt.Errorf("set identity: %w", err)
	}
	db.identity.Store(&id)
	return nil
}

// Dirty returns how many records the next checkpoint has to write.
func (db *DB) Dirty() int {
	db.mu.Lock()
	defer db.mu.Unlock()
	return len(db.dirty)
}

// Close lets go of the file. It waits for the write and the reads under way;
// methods called later return an error that matches [os.ErrClosed]. Closing
// again does nothing. Close writes nothing: everything is on disk.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.failed == nil {
		db.failed = fmt.Errorf("%s: %w", db.path, os.ErrClosed)
	}
	db.state, db.dirty, db.round = nil, nil, nil
	if err := db.bolt.Close(); err != nil {
		return fmt.Errorf("close %s: %w", db.path, err)
	}
	return nil
}

// view reads in one transaction.
func (db *DB) view(f func(tx *bolt.Tx) error) error {
	return guard(db.path, func() error { return db.bolt.View(f) })
}

// errUnchanged, returned within update, means that there is nothing to commit.
var errUnchanged = errors.New("unchanged")

// writable returns why nothing can be written, nil if it can: what is free in a file
// is known once it has been loaded. mu is held.
func (db *DB) writable() error {
	if db.failed == nil && db.state == nil {
		return errNotLoaded
	}
	return db.failed
}

// update writes in one transaction, which is on disk when update returns nil.
// mu is held.
func (db *DB) update(f func(tx *bolt.Tx) error) error {
	if db.failed != nil {
		return db.failed
	}
	err := guard(db.path, func() error {
		// Not bolt's own Update: when it panics its way of rolling back reads
		// pages, and may panic again with bolt's lock in hand.
		tx, err := db.bolt.Begin(true)
		if err != nil {
			return err
		}
		defer tx.Rollback() // does nothing after a commit
		if err := f(tx); err != nil {
			return err
		}
		return tx.Commit()
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	db.failed = writeError(db.path, err)
	return db.failed
}

// guard calls f, which works on the file at path, and gives its errors the form
// they have outside of this package. bbolt trusts what it reads: on a page that
// is not what it was it panics, or follows it to where there is no file. Open and
// Load have looked at every page, so this takes a file that changed since.
func guard(path string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = &api.CorruptError{Path: path, Err: fmt.Errorf("%v", r)}
		}
	}()
	err = f()
	if e := (*api.CorruptError)(nil); errors.As(err, &e) {
		e.Path = path
	}
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return fmt.Errorf("%s: %w", path, os.ErrClosed)
	}
	return err
}
