package persist_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/snapshot"
)

// joins makes an event of n users who come into conversations, or leave those they
// are in: mostly C0, which is large.
func (w *world) joins(n, users int) persist.Row {
	for {
		e := w.state.Edit()
		for range n {
			conv := max(0, w.rng.IntN(12)-8)
			key := snapshot.Pair(fmt.Sprint("C", conv), fmt.Sprint("U", w.rng.IntN(users)))
			if e.Get(snapshot.KindMember, key) == "" {
				e.Put(snapshot.KindMember, key, snapshot.Exists)
			} else {
				e.Delete(snapshot.KindMember, key)
			}
		}
		if w.commit(e, w.state.At()+1) {
			return w.rows[len(w.rows)-1]
		}
	}
}

// follow lets w go on from the state that a file has been loaded to.
func (w *world) follow(t testing.TB, db *persist.DB) {
	t.Helper()
	s, err := db.Load()
	if err != nil {
		t.Fatal(err)
	}
	same(t, s, w.state)
	w.state = s
}

// Memberships come and go, parts of them are cut in two and emptied, and the file
// always adds up to them, whether a process goes on from what it loaded or has
// numbered the ids on its own.
func TestMemberships(t *testing.T) {
	for _, test := range []struct {
		name    string
		follows bool
	}{{"of the state that was loaded", true}, {"of another", false}} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(1)
			db, path := create(t, persist.Options{})
			for i := range 60 {
				n, users := 1+w.rng.IntN(300), 2000
				if i%10 > 6 {
					users = 200 // whom this takes out again
				}
				row := w.joins(n, users)
				row.Bulk = i%20 == 0
				appendRows(t, db, w, row)
				if _, err := db.Checkpoint(1 + w.rng.IntN(400)); err != nil {
					t.Fatal(err)
				}
				if i%6 == 0 {
					holdsState(t, kill(t, path), w)
				}
				if i%9 == 0 {
					db.Close()
					db = open(t, path, persist.Options{})
					if test.follows {
						w.follow(t, db)
					}
				}
			}
			checkpoint(t, db, 0)
			checkpoint(t, db, 0)
			e := w.state.Edit() // and in the end nobody is left
			for key := range w.state.All(snapshot.KindMember) {
				e.Delete(snapshot.KindMember, key)
			}
			w.commit(e, w.state.At()+1)
			appendRows(t, db, w, w.rows[len(w.rows)-1])
			checkpoint(t, db, 0)
			holdsState(t, kill(t, path), w)
		})
	}
}

// holdsState is holds without the rows.
func holdsState(t testing.TB, path string, w *world) {
	t.Helper()
	db := open(t, path, persist.Options{})
	defer db.Close()
	s, err := db.Load()
	if err != nil {
		t.Fatal(err)
	}
	same(t, s, w.state)
}

// crowd returns a file with a conversation of n users, and the world in it.
func crowd(t testing.TB, n int) (*persist.DB, string, *world) {
	w := newWorld(1)
	db, path := create(t, persist.Options{})
	w.state, _ = db.Load()
	e := w.state.Edit()
	for i := range n {
		e.Put(snapshot.KindMember, fmt.Sprintf("C0/U%d", i), snapshot.Exists)
	}
	w.commit(e, 1)
	w.rows[0].Bulk = true
	appendRows(t, db, w, w.rows...)
	return db, path, w
}

// A user that joins a large conversation costs a small value and the page of ids
// that has room for one more, and takes few bytes.
func TestMembershipsAreSmall(t *testing.T) {
	const users = 20_000
	db, path, w := crowd(t, users)
	values := func() map[string]string {
		all := map[string]string{}
		edit(t, kill(t, path), func(tx *bolt.Tx) error {
			for _, bucket := range []string{"members/parts", "members/conversations", "members/users"} {
				err := tx.Bucket([]byte(bucket)).ForEach(func(k, v []byte) error {
					all[fmt.Sprintf("%s %x", bucket, k)] = string(v)
					return nil
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		return all
	}
	before := values()
	size := 0
	for key, v := range before {
		size += len(key) + len(v)
	}
	if size > 12*users {
		t.Errorf("%d members and their ids take %d bytes", users, size)
	}
	for _, user := range []string{"U10000", "another"} { // who leaves, and who comes
		e := w.state.Edit()
		key := "C0/" + user
		if e.Get(snapshot.KindMember, key) == "" {
			e.Put(snapshot.KindMember, key, snapshot.Exists)
		} else {
			e.Delete(snapshot.KindMember, key)
		}
		w.commit(e, w.state.At()+1)
		appendRows(t, db, w, w.rows[len(w.rows)-1])
		checkpoint(t, db, 0)
		after, changed := values(), 0
		for key, v := range after {
			if before[key] != v {
				changed += len(key) + len(v)
			}
		}
		if changed == 0 || changed > 2000 {
			t.Errorf("%s wrote %d bytes", user, changed)
		}
		before = after
	}
	db.Close()
	holdsState(t, path, w)
}

// What cannot have been written to the buckets of memberships is an error that
// names the entry.
func TestCorruptMemberships(t *testing.T) {
	db, path, w := crowd(t, 1000)
	db.Close()
	sound := read(t, path)
	key := func(nums ...uint32) (k []byte) {
		for _, n := range nums {
			k = binary.BigEndian.AppendUint32(k, n)
		}
		return k
	}
	put := func(bucket string, k, v []byte) func(tx *bolt.Tx) error {
		return func(tx *bolt.Tx) error { return tx.Bucket([]byte(bucket)).Put(k, v) }
	}
	for name, test := range map[string]struct {
		spoil func(tx *bolt.Tx) error
		want  api.CorruptError
	}{
		"a key that is none":        {put("members/parts", []byte("C9/U9"), []byte("\x03")), api.CorruptError{Bucket: "members/parts", Key: "C9/U9"}},
		"a conversation of nowhere": {put("members/parts", key(7, 0), []byte{1}), api.CorruptError{Bucket: "members/parts", Key: string(key(7, 0))}},
		"a part that overlaps":      {put("members/parts", key(0, 50), []byte{50}), api.CorruptError{Bucket: "members/parts", Key: string(key(0, 50))}},
		"half a number":             {put("members/parts", key(0, 0), []byte{0x80}), api.CorruptError{Bucket: "members/parts", Key: string(key(0, 0))}},
		"a member too few":          {put("members/parts", key(0, 0), []byte{0}), api.CorruptError{Bucket: "meta", Key: "head"}},
		"another id":                {put("members/conversations", key(0), []byte("\x02C1")), api.CorruptError{Bucket: "meta", Key: "head"}},
		"half an id":                {put("members/conversations", key(0), []byte("\x03C1")), api.CorruptError{Bucket: "members/conversations", Key: string(key(0))}},
		"an id twice":               {put("members/conversations", key(0), []byte("\x02C0\x02C0")), api.CorruptError{Bucket: "members/parts", Key: string(key(0, 768))}},
		"a page of no ids":          {put("members/users", key(99), nil), api.CorruptError{Bucket: "members/users", Key: string(key(99))}},
		"a page that is missing":    {func(tx *bolt.Tx) error { return tx.Bucket([]byte("members/users")).Delete(key(3)) }, api.CorruptError{Bucket: "members/users", Key: string(key(4))}},
		"no ids":                    {func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte("members/users")) }, api.CorruptError{Bucket: "members/parts", Key: string(key(0, 0))}},
	} {
		t.Run(name, func(t *testing.T) {
			write(t, path, sound)
			edit(t, path, test.spoil)
			var got *api.CorruptError
			if err := load(t, path, w); !errors.As(err, &got) {
				t.Fatal(err)
			}
			test.want.Path = path
			if d := cmp.Diff(&test.want, got, cmpopts.IgnoreFields(api.CorruptError{}, "Err")); d != "" {
				t.Errorf("%v\n-want +got:\n%s", got, d)
			}
		})
	}
}

// The first answer has users and conversations as of the last row, and the second
// one everything.
func TestLoadEarly(t *testing.T) {
	path, w := written(t)
	db, err := persist.Open(path, persist.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var early *snapshot.Snapshot
	s, err := db.LoadEarly(func(s *snapshot.Snapshot) {
		if early != nil {
			t.Error("it came twice")
		}
		early = s
	})
	if err != nil {
		t.Fatal(err)
	}
	same(t, s, w.state)
	if s.Partial() || early == nil || !early.Partial() || early.Seq() != w.state.Seq() || early.At() != w.state.At() {
		t.Fatalf("early is %v", early)
	}
	for _, k := range []snapshot.Kind{snapshot.KindUser, snapshot.KindConversation, snapshot.KindSelf} {
		want, got := map[string]snapshot.Record{}, map[string]snapshot.Record{}
		for key, r := range w.state.All(k) {
			want[key] = r
		}
		for key, r := range early.All(k) {
			got[key] = r
		}
		diff(t, want, got)
	}
}

// Sizes counts every bucket, and no page twice.
func TestSizes(t *testing.T) {
	db, path, w := crowd(t, 5000)
	appendRows(t, db, w, w.events(50)...)
	checkpoint(t, db, 0)
	sizes, err := db.Sizes()
	if err != nil {
		t.Fatal(err)
	}
	entries, total := map[string]int{}, int64(0)
	for _, s := range sizes {
		entries[s.Name] = s.Entries
		total += s.Bytes
	}
	if entries["journal"] != 50 || entries["users"] != w.state.Len(snapshot.KindUser) || entries["members/parts"] < 5000/256 {
		t.Errorf("entries are %v", entries)
	}
	if size := int64(len(read(t, path))); total == 0 || total > size {
		t.Errorf("%d bytes of %d", total, size)
	}
}
