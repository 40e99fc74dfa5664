package slackstate_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// alone reports whether the test may go on here: in a process of its own, for
// what it does to the limits of the process would also strike the files that go
// test has open. In any other it runs that process, and is over.
func alone(t *testing.T) bool {
	t.Helper()
	return aloneIn(t, nil)
}

// aloneIn is alone for a process with attributes, such as namespaces of its own. Where
// the system does not grant them the test is skipped.
func aloneIn(t *testing.T, attributes *syscall.SysProcAttr) bool {
	t.Helper()
	const own = "SLACKSTATE_TEST_ALONE"
	if os.Getenv(own) != "" {
		return true
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), own+"=1")
	cmd.SysProcAttr = attributes
	out, err := cmd.CombinedOutput()
	if attributes != nil && cmd.Process == nil {
		t.Skipf("the system refuses a process of its own: %v", err)
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()+" ") {
		t.Fatalf("in a process of its own: %v\n%s", err, out)
	}
	return false
}

// fullDisk makes the operating system refuse every write to a file, as a full
// disk does, until the returned func or the test ends.
func fullDisk(t *testing.T) (restore func()) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	none := limit
	none.Cur = 0
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &none); err != nil {
		t.Fatal(err)
	}
	restore = func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(restore)
	return restore
}

// isFull reports whether an error is that of fullDisk.
func isFull(err error) bool {
	return errors.Is(err, api.ErrDiskFull) && errors.As(err, new(*api.WriteError))
}

// unsyncedDisk makes the operating system take every write to a file, and refuse to
// confirm any: behind the file's descriptor there is nothing from now on.
func unsyncedDisk(t *testing.T, path string) {
	t.Helper()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	const open = "/proc/self/fd"
	fds, err := os.ReadDir(open)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, fd := range fds {
		if to, _ := os.Readlink(filepath.Join(open, fd.Name())); to != path {
			continue
		}
		n, err := strconv.Atoi(fd.Name())
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Dup3(int(null.Fd()), n, syscall.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
		found = true
	}
	if !found {
		t.Fatalf("%s is not open", path)
	}
}

// On a file system that nothing can be written to a file is told to be on one, and is
// not taken for a corrupt one. It can be read.
func TestStorageIsReadOnly(t *testing.T) {
	if !aloneIn(t, &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
	}) {
		return
	}
	dir := t.TempDir()
	if err := syscall.Mount("disk", dir, "tmpfs", 0, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	path := filepath.Join(dir, "workspace.db")
	st := open(t, path, nil)
	apply(t, st, ada, general)
	want := look(st.Snapshot())
	closeState(t, st)
	if err := syscall.Mount("disk", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}

	for _, name := range []string{path, filepath.Join(dir, "new.db")} {
		var w *api.WriteError
		_, err := slackstate.Open(name, &slackstate.Options{RecoverCorrupt: true})
		if !errors.Is(err, api.ErrReadOnlyDisk) || !errors.As(err, &w) || w.Path != name {
			t.Errorf("Open of %s: %v, want %v", filepath.Base(name), err, api.ErrReadOnlyDisk)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("there are now %v, %v", entries, err)
	}
	reader := open(t, path, &slackstate.Options{ReadOnly: true})
	if diff := cmp.Diff(want, look(reader.Snapshot())); diff != "" {
		t.Errorf("a reader has (-want +got)\n%s", diff)
	}
	if v, err := slackstate.Verify(path); err != nil || v.Seq != want.Seq {
		t.Errorf("Verify: %+v, %v", v, err)
	}
}

// Where there is no room to make a file that is told, and nothing is left in the way
// of the next attempt.
func TestStorageHasNoRoomForAFile(t *testing.T) {
	if !alone(t) {
		return
	}
	path := file(t)
	restore := fullDisk(t)
	for range 2 {
		if _, err := slackstate.Open(path, &slackstate.Options{RecoverCorrupt: true}); !isFull(err) {
			t.Errorf("Open: %v, want %v", err, api.ErrDiskFull)
		}
	}
	restore()
	apply(t, open(t, path, nil), ada)
	if left, _ := filepath.Glob(path + "?*"); left != nil {
		t.Errorf("%v is left behind", left)
	}
}

// What the disk does not confirm is not acknowledged, and nothing more is tried:
// nobody knows what it has. What it had confirmed is there in the next process.
func TestStorageFailsToSync(t *testing.T) {
	if !alone(t) {
		return
	}
	path := file(t)
	st, err := slackstate.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.ApplyDurable(t.Context(), []byte(ada)); err != nil {
		t.Fatal(err)
	}
	acknowledged := look(st.Snapshot())
	unsyncedDisk(t, path)
	_, applied := st.ApplyDurable(t.Context(), []byte(countess))
	_, again := st.Apply(t.Context(), []byte(general))
	for name, err := range map[string]error{
		"ApplyDurable": applied, "Apply": again, "Status": st.Status().Err,
		"Changes": last(st.Changes(t.Context(), acknowledged.Seq)), "Close": st.Close(),
	} {
		if w := (*api.WriteError)(nil); !errors.As(err, &w) || w.Path != path || !errors.Is(err, api.ErrNotSynced) || errors.Is(err, api.ErrDiskFull) {
			t.Errorf("%s: %v, want %v", name, err, api.ErrNotSynced)
		}
	}
	if u, _ := st.Snapshot().User("U1"); u.DisplayName() != "Countess" {
		t.Errorf("U1 is %q, want Countess", u.DisplayName())
	}
	if diff := cmp.Diff(acknowledged, look(open(t, path, nil).Snapshot())); diff != "" {
		t.Errorf("in the next process (-want +got)\n%s", diff)
	}
}

// failed is a condition for wait: something is wrong.
func failed(_ api.Snapshot, s api.Status) bool { return s.Err != nil }

// After the file could not be written everything that depends on it says so,
// and what is known can be read as before.
func TestStorageFails(t *testing.T) {
	if !alone(t) {
		return
	}
	path := file(t)
	st, err := slackstate.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	kept := apply(t, st, ada, general)
	wait(t, st, onDisk)
	onFile := look(st.Snapshot())
	reader := make(chan error)
	go func() { reader <- last(st.Changes(t.Context(), kept)) }()

	restore := fullDisk(t)
	apply(t, st, countess) // published, and written in vain
	want := look(wait(t, st, failed))
	_, applied := st.Apply(t.Context(), []byte(adaJoins))
	for name, err := range map[string]error{
		"Changes that were read before": <-reader,
		"Changes":                       last(st.Changes(t.Context(), kept)),
		"Apply":                         applied,
		"Durable":                       st.Durable(t.Context(), kept+1),
		"Status":                        st.Status().Err,
		"Close":                         st.Close(),
		"Close again":                   st.Close(),
		"Status after Close":            st.Status().Err,
	} {
		if !isFull(err) {
			t.Errorf("%s: %v, want %v", name, err, syscall.EFBIG)
		}
	}
	if diff := cmp.Diff(want, look(st.Snapshot())); diff != "" {
		t.Errorf("what is read changed (-want +got)\n%s", diff)
	}
	if err := st.Durable(t.Context(), kept); err != nil {
		t.Errorf("Durable of what was on disk before: %v", err)
	}
	if u, _ := st.Snapshot().User("U1"); u.DisplayName() != "Countess" {
		t.Errorf("U1 is %q, want Countess", u.DisplayName())
	}
	if s := st.Status(); s.Durable != kept || s.Seq != kept+1 {
		t.Errorf("Status is durable up to %d of %d, want %d of %d", s.Durable, s.Seq, kept, kept+1)
	}

	restore()
	if diff := cmp.Diff(onFile, look(open(t, path, nil).Snapshot())); diff != "" {
		t.Errorf("in the next process (-want +got)\n%s", diff)
	}
}

// Changes that were durable before the failure are still told, as are those of
// before the recent ones; the one that was not is never told.
func TestStorageFailsBehindAReader(t *testing.T) {
	if !alone(t) {
		return
	}
	st, err := slackstate.Open(file(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	const events = 1500
	for i := range events {
		apply(t, st, named(i))
	}
	wait(t, st, onDisk)
	defer fullDisk(t)()
	apply(t, st, named(events))
	wait(t, st, failed)
	n := 0
	for c, err := range st.Changes(t.Context(), 0) {
		if err != nil {
			if !isFull(err) {
				t.Errorf("Changes: %v, want %v", err, syscall.EFBIG)
			}
			break
		}
		if n++; c.Seq() != api.Seq(n) {
			t.Fatalf("commit %d, want %d", c.Seq(), n)
		}
	}
	if n != events {
		t.Errorf("%d commits, want %d", n, events)
	}
	if err := st.Close(); !isFull(err) {
		t.Errorf("Close: %v, want %v", err, syscall.EFBIG)
	}
}

// Changed records move to the tables of the file within a minute, and what goes
// wrong then is told too, though no event has come.
func TestStorageFailsInTheBackground(t *testing.T) {
	if !alone(t) {
		return
	}
	synctest.Test(t, func(t *testing.T) {
		st, err := slackstate.Open(file(t), nil)
		if err != nil {
			t.Fatal(err)
		}
		apply(t, st, ada, general)
		wait(t, st, onDisk)
		defer fullDisk(t)()
		<-time.After(time.Minute + time.Second)
		synctest.Wait()
		if err := st.Status().Err; !isFull(err) {
			t.Errorf("Status: %v, want %v", err, syscall.EFBIG)
		}
		if err := st.Close(); !isFull(err) {
			t.Errorf("Close: %v, want %v", err, syscall.EFBIG)
		}
	})
}

// What goes wrong in the last write is told by Close.
func TestStorageFailsInClose(t *testing.T) {
	if !alone(t) {
		return
	}
	st, err := slackstate.Open(file(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	apply(t, st, ada, general)
	wait(t, st, onDisk)
	defer fullDisk(t)()
	for range 2 {
		if err := st.Close(); !isFull(err) {
			t.Errorf("Close: %v, want %v", err, syscall.EFBIG)
		}
	}
}

// A connection has no purpose without its file: Run ends, even if nothing more
// is heard, and so does one that would begin.
func TestStorageFailsUnderRun(t *testing.T) {
	if !alone(t) {
		return
	}
	for _, tt := range []struct {
		name string
		fail func(t *testing.T, r *rig, st *slackstate.State)
	}{
		{"while connecting to a new workspace", func(t *testing.T, r *rig, st *slackstate.State) { fullDisk(t) }},
		{"while live and idle", func(t *testing.T, r *rig, st *slackstate.State) {
			wait(t, st, slackstate.Live)
			fullDisk(t)
			if _, err := st.Apply(t.Context(), []byte(countess)); err != nil && !isFull(err) {
				t.Error(err) // Run may have had something to note before
			}
		}},
		{"while live, by a frame", func(t *testing.T, r *rig, st *slackstate.State) {
			wait(t, st, slackstate.Live)
			fullDisk(t)
			if err := r.srv.RenameTeam("Elsewhere"); err != nil {
				t.Fatal(err)
			}
		}},
		{"while connecting again", func(t *testing.T, r *rig, st *slackstate.State) {
			wait(t, st, slackstate.Live)
			r.srv.Faults().FailHTTP("", -1, 500)
			r.srv.Disconnect()
			wait(t, st, in(api.Connecting))
			fullDisk(t)
			apply(t, st, countess)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, slacktest.Options{Users: 10}, func(t *testing.T, r *rig) {
				st, err := slackstate.Open(file(t), r.options())
				if err != nil {
					t.Fatal(err)
				}
				ran := make(chan error, 1)
				go func() { ran <- st.Run(context.Background()) }()
				tt.fail(t, r, st)
				got := map[string]error{"Run": <-ran}
				synctest.Wait()
				got["Run again"] = st.Run(t.Context())
				got["Status"] = st.Status().Err
				got["Close"] = st.Close()
				for name, err := range got {
					if !isFull(err) {
						t.Errorf("%s: %v, want %v", name, err, syscall.EFBIG)
					}
				}
				if s := st.Status(); s.Phase != api.Offline {
					t.Errorf("the phase is %v, want %v", s.Phase, api.Offline)
				}
			})
		})
	}
}
