package persist_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/snapshot"
)

// older are writers of files in older formats, by format.
var older = map[int]func(t testing.TB) (path string, w *world){1: format1}

// format1 returns the path of a file as the first format was: an entry for each
// membership, and rows without ids. There are rows that the tables do not
// contain yet.
func format1(t testing.TB) (string, *world) {
	w := newWorld(3)
	db, path := create(t, persist.Options{})
	if err := db.SetIdentity(api.Identity{Team: "T1", User: "U1"}); err != nil {
		t.Fatal(err)
	}
	e := w.state.Edit()
	for i := range 2500 { // more than one transaction writes
		for _, user := range []string{"U1", fmt.Sprint("U", i)} {
			e.Put(snapshot.KindMember, fmt.Sprintf("C%d/%s", i, user), e.With(snapshot.KindMember.Schema(), ""))
		}
	}
	w.commit(e, 1)
	appendRows(t, db, w, w.rows...)
	appendRows(t, db, w, w.events(40)...)
	checkpoint(t, db, 0)
	members := w.state
	appendRows(t, db, w, w.events(20)...)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	edit(t, path, func(tx *bolt.Tx) error {
		for _, name := range []string{"members/parts", "members/conversations", "members/users"} {
			if err := tx.DeleteBucket([]byte(name)); err != nil {
				return err
			}
		}
		b, err := tx.CreateBucket([]byte("members"))
		if err != nil {
			return err
		}
		for key, r := range members.All(snapshot.KindMember) {
			if err := b.Put([]byte(key), []byte(r)); err != nil {
				return err
			}
		}
		for _, r := range w.rows {
			seq := binary.BigEndian.AppendUint64(nil, uint64(r.Seq))
			if err := tx.Bucket([]byte("journal")).Put(seq, persist.EncodeOldRow(r)); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte("meta")).Put([]byte("format"), persist.Seal([]byte("format"), []byte{1}))
	})
	return path, w
}

// A file of any older format is opened, and holds what it held.
func TestMigrate(t *testing.T) {
	for have, file := range older {
		t.Run(fmt.Sprint("from format ", have), func(t *testing.T) {
			path, w := file(t)
			for range 2 { // the second time it is of the present format
				holds(t, path, w)
			}
			db := open(t, path, persist.Options{})
			if id, ok := db.Identity(); !ok || id != (api.Identity{Team: "T1", User: "U1"}) {
				t.Errorf("the identity is %v", id)
			}
			appendRows(t, db, w, w.events(10)...)
			checkpoint(t, db, 0)
			db.Close()
			holds(t, path, w)
		})
	}
}

// A migration that is killed goes on with the next Open, wherever it was.
func TestMigrateAfterKill(t *testing.T) {
	for have, file := range older {
		path, w := file(t)
		stopped := 0
		for ; ; stopped++ {
			b, err := bolt.Open(path, 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			err = persist.MigratePart(b, have, stopped)
			b.Close()
			if err == nil {
				break
			}
			if !errors.Is(err, persist.ErrStopped) {
				t.Fatal(err)
			}
			holds(t, kill(t, path), w) // a copy: the next one stops later
		}
		holds(t, path, w)
		if stopped < 4 {
			t.Errorf("from format %d: the migration took %d transactions, which proves little", have, stopped)
		}
	}
}

// A migration does not go through a file that is damaged.
func TestMigrateRefusesDamage(t *testing.T) {
	path, _ := format1(t)
	edit(t, path, func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("members")).Put([]byte("C1/U1"), []byte("\xff\xff"))
	})
	before := read(t, path)
	_, err := persist.Open(path, persist.Options{})
	var corrupt *api.CorruptError
	if !errors.As(err, &corrupt) || corrupt.Bucket != "members" || corrupt.Key != "C1/U1" || corrupt.Path != path {
		t.Errorf("%+v: %v", corrupt, err)
	}
	diff(t, before, read(t, path))
}
