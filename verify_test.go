package slackstate_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/reducer"
)

// verified returns a file with records, indexes and a journal, as it was written.
func verified(t *testing.T) (path string, end api.Seq) {
	t.Helper()
	path = file(t)
	st := open(t, path, nil)
	apply(t, st, ada, general, adaJoins, countess, `{"type":"local.page","method":"emoji.list","response":{"ok":true,"emoji":{}}}`, `{"type":"local.ready"}`)
	apply(t, st, ada, general, adaJoins, countess, adaActive)
	end = apply(t, st, `{"type":"local.page","method":"users.list","response":{"ok":true,"members":[{"id":"U2","name":"bob"}]}}`)
	closeState(t, st)
	return path, end
}

func TestVerify(t *testing.T) {
	path, end := verified(t)
	v, err := slackstate.Verify(path)
	if err != nil || v.Seq != end || v.Rows == 0 || v.Reduced != v.Rows-1 || v.Records == 0 {
		t.Errorf("of a sound file: %+v, %v", v, err)
	}
}

// Whatever part of a file is not what was written, Verify finds it and names it.
func TestVerifyNames(t *testing.T) {
	journal, meta, users := []byte("journal"), []byte("meta"), []byte("users")
	row := func(seq api.Seq) []byte { return binary.BigEndian.AppendUint64(nil, uint64(seq)) }
	type place struct{ Bucket, Key string }
	for _, tt := range []struct {
		name  string
		spoil func(tx *bolt.Tx) error
		want  place
	}{
		{"a record that is none", func(tx *bolt.Tx) error {
			return tx.Bucket(users).Put([]byte("U1"), []byte("\xff\xff"))
		}, place{"users", "U1"}},
		{"a record that is gone", func(tx *bolt.Tx) error { return tx.Bucket(users).Delete([]byte("U1")) }, place{"meta", "head"}},
		{"a record of another", func(tx *bolt.Tx) error {
			return tx.Bucket(users).Put([]byte("U1"), bytes.Clone(tx.Bucket(users).Get([]byte("U2"))))
		}, place{"meta", "head"}},
		{"another digest", func(tx *bolt.Tx) error {
			head := bytes.Clone(tx.Bucket(meta).Get([]byte("head")))
			head = head[:len(head)-4]
			head[16] ^= 1 // behind the number and the time
			return tx.Bucket(meta).Put([]byte("head"), sealed([]byte("head"), head))
		}, place{"meta", "head"}},
		{"a head without its checksum", func(tx *bolt.Tx) error {
			head := bytes.Clone(tx.Bucket(meta).Get([]byte("head")))
			head[16] ^= 1
			return tx.Bucket(meta).Put([]byte("head"), head)
		}, place{"meta", "head"}},
		{"a table of nobody's", func(tx *bolt.Tx) error {
			_, err := tx.CreateBucket([]byte("things"))
			return err
		}, place{"things", ""}},
		{"the first row gone", func(tx *bolt.Tx) error { return tx.Bucket(journal).Delete(row(6)) }, place{"journal", "6"}},
		{"a row in the middle gone", func(tx *bolt.Tx) error { return tx.Bucket(journal).Delete(row(8)) }, place{"journal", "8"}},
		{"the last row gone", func(tx *bolt.Tx) error {
			key, _ := tx.Bucket(journal).Cursor().Last()
			return tx.Bucket(journal).Delete(key)
		}, place{"journal", ""}},
		{"one row too many", func(tx *bolt.Tx) error {
			key, v := tx.Bucket(journal).Cursor().Last()
			return tx.Bucket(journal).Put(row(api.Seq(binary.BigEndian.Uint64(key))+1), bytes.Clone(v))
		}, place{"journal", "behind"}},
		{"a row in the place of another", func(tx *bolt.Tx) error {
			return tx.Bucket(journal).Put(row(8), bytes.Clone(tx.Bucket(journal).Get(row(7))))
		}, place{"journal", "8"}},
		{"a bit of a row", func(tx *bolt.Tx) error {
			v := bytes.Clone(tx.Bucket(journal).Get(row(8)))
			v[len(v)/2] ^= 1
			return tx.Bucket(journal).Put(row(8), v)
		}, place{"journal", "8"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path, end := verified(t)
			editFile(t, path, tt.spoil)
			if tt.want.Key == "behind" {
				tt.want.Key = fmt.Sprint(end + 1)
			}
			_, err := slackstate.Verify(path)
			var c *api.CorruptError
			if !errors.As(err, &c) || c.Path != path || (place{c.Bucket, c.Key}) != tt.want {
				t.Errorf("Verify: %v, want it to be about %+v", err, tt.want)
			}
		})
	}
}

// A page that is neither used nor free harms nobody, and only bbolt's own check
// finds it.
func TestVerifyFindsALostPage(t *testing.T) {
	path, _ := verified(t)
	rewrite(func(content []byte) []byte {
		const metaRoot, countAt = 16, 10 // what a page says of itself comes first
		newest, free := uint64(0), uint64(0)
		size := uint64(binary.NativeEndian.Uint32(content[metaRoot+8:]))
		for _, page := range [][]byte{content, content[size:]} {
			if txid := binary.NativeEndian.Uint64(page[metaRoot+48:]); txid >= newest {
				newest, free = txid, binary.NativeEndian.Uint64(page[metaRoot+32:])
			}
		}
		count := content[free*size+countAt:]
		n := binary.NativeEndian.Uint16(count)
		if n == 0 {
			t.Fatal("no page is free")
		}
		binary.NativeEndian.PutUint16(count, n-1)
		return content
	})(t, path)
	if _, err := slackstate.Verify(path); !as[*api.CorruptError](err) {
		t.Errorf("Verify: %v", err)
	}
	closeState(t, open(t, path, nil))
}

// A row is held against the ones before and behind it, too.
func TestVerifyFindsRowsThatDoNotFollow(t *testing.T) {
	for name, spoil := range map[string]func(rows []persist.Row){
		"a record was not what a row says it was": func(rows []persist.Row) { rows[1].Changes[0].Before = rows[1].Changes[0].After },
		"a row leads elsewhere than it says":      func(rows []persist.Row) { rows[0].Digest++ },
	} {
		t.Run(name, func(t *testing.T) {
			path := file(t)
			db, err := persist.Open(path, persist.Options{})
			if err != nil {
				t.Fatal(err)
			}
			s, err := db.Load()
			if err != nil {
				t.Fatal(err)
			}
			var rows []persist.Row
			for i, frame := range []string{ada, countess, general} {
				ev, err := reducer.Decode([]byte(frame), int64(i))
				if err != nil {
					t.Fatal(err)
				}
				next, res := reducer.Reduce(reducer.Config{}, s, ev)
				rows = append(rows, persist.Row{Seq: next.Seq(), At: int64(i), Type: ev.Type, Changes: res.Changes, Digest: next.Digest(), Sum: next.Sum()})
				s = next
			}
			spoil(rows)
			if err := errors.Join(db.Append(rows, s), db.Close()); err != nil {
				t.Fatal(err)
			}
			_, err = slackstate.Verify(path)
			var c *api.CorruptError
			if !errors.As(err, &c) || c.Bucket != "journal" || c.Key == "" {
				t.Errorf("Verify: %v", err)
			}
		})
	}
}

// A row is held against its event if the same rules made it, and against no other
// rules.
func TestVerifyReducesAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		event   string
		version uint64
		sound   bool
	}{
		"the event did this":                   {general, reducer.Version, true},
		"the event did something else":         {ada, reducer.Version, false},
		"what is no event did it":              {`[]`, reducer.Version, false},
		"by other rules it did something else": {ada, reducer.Version + 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			path := file(t)
			db, err := persist.Open(path, persist.Options{})
			if err != nil {
				t.Fatal(err)
			}
			empty, err := db.Load()
			if err != nil {
				t.Fatal(err)
			}
			ev, err := reducer.Decode([]byte(general), 1)
			if err != nil {
				t.Fatal(err)
			}
			s, res := reducer.Reduce(reducer.Config{}, empty, ev)
			row := persist.Row{Seq: 1, At: 1, Type: ev.Type, Event: []byte(tt.event), Reducer: tt.version,
				Changes: res.Changes, Digest: s.Digest(), Sum: s.Sum()}
			if err := errors.Join(db.Append([]persist.Row{row}, s), db.Close()); err != nil {
				t.Fatal(err)
			}
			_, err = slackstate.Verify(path)
			if (err == nil) != tt.sound || err != nil && !errors.As(err, new(*api.CorruptError)) {
				t.Errorf("Verify: %v", err)
			}
		})
	}
}
