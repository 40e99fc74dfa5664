package slackstate_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
)

// as returns a check for an error of a type.
func as[E error](err error) bool { return errors.As(err, new(E)) }

// corrupt returns a check for a corrupt file with a reason.
func corrupt(why error) func(error) bool {
	return func(err error) bool { return as[*api.CorruptError](err) && errors.Is(err, why) }
}

// What can be wrong with a file when it is opened, the error that says so, and what
// Options.RecoverCorrupt does about it: it sets aside what is corrupt, and nothing
// else. What can be wrong with the disk is in storage_linux_test.go, and whose a file is
// comes out in Run: TestRunRefusesAnotherIdentity.
func TestOpenFailures(t *testing.T) {
	for _, tt := range []struct {
		name     string
		spoil    func(t *testing.T, path string)
		readOnly bool
		want     func(error) bool
		aside    bool // with RecoverCorrupt
	}{
		{name: "locked by another process", spoil: func(t *testing.T, path string) { open(t, path, nil) },
			want: as[*api.LockedError]},
		{name: "written by a newer program", spoil: func(t *testing.T, path string) { setFormat(t, path, 99) },
			want: func(err error) bool {
				var schema *api.SchemaError
				return errors.As(err, &schema) && schema.Have == 99 && schema.Known < 99
			}},
		{name: "written by an older program, and only read", spoil: func(t *testing.T, path string) { setFormat(t, path, 1) },
			readOnly: true,
			want: func(err error) bool {
				var schema *api.SchemaError
				return errors.As(err, &schema) && schema.Have == 1 && schema.Known > 1
			}},
		{name: "truncated", spoil: rewrite(func(content []byte) []byte { return content[:len(content)/2] }),
			want: corrupt(api.ErrTruncated), aside: true},
		{name: "emptied", spoil: rewrite(func([]byte) []byte { return nil }),
			want: corrupt(api.ErrEmptyFile), aside: true},
		{name: "emptied, and only read", spoil: rewrite(func([]byte) []byte { return nil }),
			readOnly: true, want: corrupt(api.ErrEmptyFile)},
		{name: "flipped bits", spoil: rewrite(func(content []byte) []byte {
			return bytes.ReplaceAll(content, []byte("ada"), []byte("ida")) // wherever it is
		}), want: as[*api.CorruptError], aside: true},
		{name: "another program's file", spoil: rewrite(func([]byte) []byte { return []byte("notes\n") }),
			want: as[*api.CorruptError], aside: true},
		{name: "a directory in its place", spoil: func(t *testing.T, path string) {
			if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
				t.Fatal(err)
			}
		}, want: as[*fs.PathError]},
		{name: "no directory", spoil: func(t *testing.T, path string) {
			if err := os.RemoveAll(filepath.Dir(path)); err != nil {
				t.Fatal(err)
			}
		}, want: func(err error) bool { return errors.Is(err, fs.ErrNotExist) && as[*fs.PathError](err) }},
		{name: "no file, and only read", spoil: func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, readOnly: true, want: func(err error) bool { return errors.Is(err, fs.ErrNotExist) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := file(t)
			st := open(t, path, nil)
			apply(t, st, ada, general)
			closeState(t, st)
			tt.spoil(t, path)
			before, _ := os.ReadFile(path)

			if _, err := slackstate.Open(path, &slackstate.Options{ReadOnly: tt.readOnly}); !tt.want(err) {
				t.Errorf("Open: %v", err)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the file is not as it was")
			}

			st, err := slackstate.Open(path, &slackstate.Options{ReadOnly: tt.readOnly, RecoverCorrupt: true})
			aside, _ := filepath.Glob(path + ".corrupt-*")
			if !tt.aside {
				if !tt.want(err) || aside != nil {
					t.Errorf("with RecoverCorrupt: %v, and set aside are %v", err, aside)
				}
				return
			}
			if err != nil {
				t.Fatalf("with RecoverCorrupt: %v", err)
			}
			defer closeState(t, st)
			if len(aside) != 1 || st.Status().Recovered != aside[0] {
				t.Fatalf("set aside are %v, Status says %q", aside, st.Status().Recovered)
			}
			if got, _ := os.ReadFile(aside[0]); !bytes.Equal(before, got) {
				t.Error("what is set aside is not as it was")
			}
			if seq := apply(t, st, ada); seq != 1 {
				t.Errorf("the first event of the new file has number %d", seq)
			}
		})
	}
}

// rewrite returns a func that changes what a file says.
func rewrite(f func(content []byte) []byte) func(t *testing.T, path string) {
	return func(t *testing.T, path string) {
		t.Helper()
		content, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, f(content), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// setFormat gives a file another format number, with the checksum that belongs to it.
func setFormat(t *testing.T, path string, format uint64) {
	t.Helper()
	editFile(t, path, func(tx *bolt.Tx) error {
		key, v := []byte("format"), binary.AppendUvarint(nil, format)
		return tx.Bucket([]byte("meta")).Put(key, sealed(key, v))
	})
}

// sealed returns a value with the checksum that it has in a file.
func sealed(key, v []byte) []byte {
	sum := crc32.Checksum(append(bytes.Clone(key), v...), crc32.MakeTable(crc32.Castagnoli))
	return binary.BigEndian.AppendUint32(bytes.Clone(v), sum)
}

// editFile changes a file behind the package's back.
func editFile(t *testing.T, path string, f func(tx *bolt.Tx) error) {
	t.Helper()
	b, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.Update(f), b.Close()); err != nil {
		t.Fatal(err)
	}
}
