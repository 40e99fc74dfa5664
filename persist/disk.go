package persist

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/slackstate/slackstate/api"
)

// writeError gives the error of a transaction its form. bbolt returns some of the
// operating system's errors as they are and puts only the text of others into its
// own.
func writeError(path string, err error) error {
	if err == nil || errors.As(err, new(*api.CorruptError)) || errors.Is(err, os.ErrClosed) {
		return err
	}
	w := &api.WriteError{Path: path, Err: err}
	var op *fs.PathError
	var no syscall.Errno
	switch {
	case errors.As(err, &op):
		w.Sync = op.Op == "sync"
		if err == error(op) {
			w.Err = op.Err // the path is told already
		}
	case errors.As(err, &no): // only syncing is asked of the system itself
		w.Sync = true
	default:
		w.Sync = strings.HasPrefix(err.Error(), "file sync error: ")
		w.Err = withErrno(err)
	}
	w.Full = isFull(w.Err)
	w.ReadOnly = errors.Is(w.Err, syscall.EROFS)
	return w
}

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// withErrno returns err such that errors.Is finds the system's error that its text
// ends with.
func withErrno(err error) error {
	for _, no := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EIO, syscall.EROFS} {
		if what, ok := strings.CutSuffix(err.Error(), no.Error()); ok {
			return fmt.Errorf("%s%w", what, no)
		}
	}
	return err
}
