package persist_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"

	berrors "go.etcd.io/bbolt/errors"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
)

// Whatever way bbolt tells of it, what went wrong with the disk can be asked for.
func TestWriteError(t *testing.T) {
	write := func(no syscall.Errno) error { return &fs.PathError{Op: "write", Path: "f", Err: no} }
	type answers struct{ Full, NotSynced, EIO, ReadOnly bool }
	for name, test := range map[string]struct {
		err  error
		want answers
	}{
		"the disk is full":                {write(syscall.ENOSPC), answers{Full: true}},
		"a quota is used up":              {write(syscall.EDQUOT), answers{Full: true}},
		"the file may not be so large":    {write(syscall.EFBIG), answers{Full: true}},
		"full, while the file grows":      {fmt.Errorf("file resize error: %s", write(syscall.ENOSPC)), answers{Full: true}},
		"the disk is broken":              {write(syscall.EIO), answers{EIO: true}},
		"it did not last":                 {syscall.EIO, answers{EIO: true, NotSynced: true}},
		"it did not last, on systems":     {&fs.PathError{Op: "sync", Path: "f", Err: syscall.EIO}, answers{EIO: true, NotSynced: true}},
		"it did not last, when it grew":   {fmt.Errorf("file sync error: %s", syscall.ENOSPC), answers{Full: true, NotSynced: true}},
		"a file system that is read only": {write(syscall.EROFS), answers{ReadOnly: true}},
		"a bound of the file's own":       {berrors.ErrMaxSizeReached, answers{}},
	} {
		t.Run(name, func(t *testing.T) {
			err := persist.WriteError("f.db", test.err)
			var w *api.WriteError
			if !errors.As(err, &w) || w.Path != "f.db" || err.Error() == "" {
				t.Fatal(err)
			}
			diff(t, test.want, answers{
				errors.Is(err, api.ErrDiskFull), errors.Is(err, api.ErrNotSynced), errors.Is(err, syscall.EIO), errors.Is(err, api.ErrReadOnlyDisk),
			})
		})
	}
	for _, err := range []error{nil, os.ErrClosed, &api.CorruptError{Err: errors.New("torn")}} {
		if got := persist.WriteError("f.db", err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
}
