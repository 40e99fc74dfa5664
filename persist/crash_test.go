package persist_test

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
)

// kills is how many processes the tests of this file kill.
var kills = flag.Int("kills", 170, "how many processes to kill in crash tests")

// crashFile, set in the environment, makes the test program one that writes to
// that file until it is killed; migrateFile one that opens it over and over.
const (
	crashFile   = "PERSIST_CRASH_FILE"
	migrateFile = "PERSIST_MIGRATE_FILE"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(crashFile); path != "" {
		fmt.Fprintln(os.Stderr, writeUntilKilled(path))
		os.Exit(1)
	}
	if path := os.Getenv(migrateFile); path != "" {
		fmt.Fprintln(os.Stderr, openUntilKilled(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// crashOptions keep few rows, so that the journal is trimmed all the time.
var crashOptions = persist.Options{Retention: persist.Retention{MaxEvents: 60}}

// writeUntilKilled goes on with the history in a file as fast as it can, and
// prints the number of each row that Append has returned for. In between it does
// all that a writer does: pages of a first bootstrap, slices of checkpoints, copies
// for readers, and compaction.
func writeUntilKilled(path string) error {
	w := newWorld(1)
	for {
		db, err := persist.Open(path, crashOptions)
		if err != nil {
			return err
		}
		if _, err := db.Load(); err != nil {
			return err
		}
		w.events(int(db.Durable()) - len(w.rows))
		for rand.IntN(15) > 0 {
			batch := w.events(1 + rand.IntN(5))
			batch[0].Bulk = rand.IntN(20) == 0
			if err := db.Append(batch, w.state); err != nil {
				return err
			}
			fmt.Println(db.Durable())
			if rand.IntN(2) == 0 {
				if _, err := db.Checkpoint(1 + rand.IntN(8)); err != nil {
					return err
				}
			}
			if rand.IntN(8) == 0 {
				if err := db.Publish(); err != nil {
					return err
				}
			}
		}
		if err := db.Close(); err != nil {
			return err
		}
		if _, _, err := persist.Compact(path); err != nil {
			return err
		}
	}
}

// openUntilKilled says when it begins.
func openUntilKilled(path string) error {
	fmt.Println(0)
	for {
		db, err := persist.Open(path, persist.Options{})
		if err != nil {
			return err
		}
		if err := db.Close(); err != nil {
			return err
		}
	}
}

// killed starts the test program as one of those, kills it a moment after some
// lines, and returns the last number that it printed.
func killed(t *testing.T, variable, path string, lines int, moment time.Duration) (last api.Seq) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), variable+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	printed := 0
	for in := bufio.NewScanner(out); in.Scan(); printed++ {
		n, err := strconv.ParseUint(in.Text(), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		last = api.Seq(n)
		if printed == lines {
			time.AfterFunc(moment, func() { _ = cmd.Process.Kill() })
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Exited() || printed <= lines {
		t.Fatalf("the process ended with %v after %d lines, and was not killed", err, printed)
	}
	return last
}

// A process is killed again and again, at any moment. What it had been told was on
// disk is there each time, and all of it is sound: the state, the rows, the copy for
// readers if there is one.
func TestKilledProcess(t *testing.T) {
	const perFile = 15 // or making the history again takes longer than anything else
	for done := 0; done < *kills; done += perFile {
		path := filepath.Join(t.TempDir(), "workspace.db")
		w := newWorld(1)
		for range perFile {
			acknowledged := killed(t, crashFile, path, rand.IntN(40), time.Duration(rand.IntN(3000))*time.Microsecond)
			db := open(t, path, crashOptions)
			if acknowledged == 0 || db.Durable() < acknowledged {
				t.Fatalf("%d was acknowledged, %d is on disk", acknowledged, db.Durable())
			}
			w.events(int(db.Durable()) - len(w.rows))
			if err := db.CheckPages(); err != nil {
				t.Fatal(err)
			}
			db.Close()
			holds(t, path, w)
			if copied, err := persist.Open(persist.Published(path), persist.Options{ReadOnly: true}); err == nil {
				if _, err := copied.Load(); err != nil || copied.Durable() > w.state.Seq() {
					t.Errorf("the copy is of %d, and %d is on disk: %v", copied.Durable(), w.state.Seq(), err)
				}
				copied.Close()
			} else if !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
		}
	}
}

// While a process has a file open no other can.
func TestOpenBesideAnotherProcess(t *testing.T) {
	path, _ := written(t)
	db := open(t, path, crashOptions)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), migrateFile+"="+path)
	said, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(said), (&api.LockedError{Path: path}).Error()) {
		t.Errorf("the other process said: %s", said)
	}
	db.Close()
}

// A process that is killed while it migrates a file leaves one that the next goes on
// with.
func TestKilledMigration(t *testing.T) {
	path, w := format1(t)
	old := read(t, path)
	for range *kills / 6 {
		write(t, path, old)
		for range 2 { // the second in what the first has left
			killed(t, migrateFile, path, 0, time.Duration(rand.IntN(25))*time.Millisecond)
		}
		holds(t, path, w)
	}
}
