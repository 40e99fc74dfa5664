package persist_test

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
)

// crashFile, set in the environment, makes the test program one that writes to
// that file until it is killed.
const crashFile = "PERSIST_CRASH_FILE"

func TestMain(m *testing.M) {
	if path := os.Getenv(crashFile); path != "" {
		fmt.Fprintln(os.Stderr, writeUntilKilled(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// crashOptions keep few rows, so that the journal is trimmed all the time.
var crashOptions = persist.Options{Retention: persist.Retention{MaxEvents: 60}}

// writeUntilKilled goes on with the history in a file as fast as it can, and
// prints the number of each row that Append has returned for.
func writeUntilKilled(path string) error {
	db, err := persist.Open(path, crashOptions)
	if err != nil {
		return err
	}
	if _, err := db.Load(); err != nil {
		return err
	}
	w := newWorld(1)
	w.events(int(db.Durable()))
	for {
		batch := w.events(1 + rand.IntN(5))
		batch[0].Bulk = rand.IntN(100) == 0
		if err := db.Append(batch, w.state); err != nil {
			return err
		}
		fmt.Println(db.Durable())
		if rand.IntN(2) == 0 {
			if _, err := db.Checkpoint(1 + rand.IntN(8)); err != nil {
				return err
			}
		}
	}
}

// A process is killed twenty times, at any moment. What it had been told was on
// disk is there each time, and all of it is sound.
func TestKilledProcess(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "workspace.db")
	w := newWorld(1)
	for range 20 {
		cmd := exec.Command(program)
		cmd.Env = append(os.Environ(), crashFile+"="+path)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var acknowledged api.Seq
		last := rand.IntN(60) // line before the kill; what follows it was under way
		lines := bufio.NewScanner(out)
		for i := 0; lines.Scan(); i++ {
			n, err := strconv.ParseUint(lines.Text(), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			acknowledged = api.Seq(n)
			if i == 0 {
				_, err := persist.Open(path, persist.Options{LockTimeout: time.Millisecond})
				if !errors.As(err, new(*api.LockedError)) {
					t.Errorf("opened beside another process: %v", err)
				}
			}
			if i == last {
				_ = cmd.Process.Kill()
			}
		}
		_ = cmd.Wait() // it was killed

		db := open(t, path, crashOptions)
		if acknowledged == 0 || db.Durable() < acknowledged {
			t.Fatalf("%d was acknowledged, %d is on disk", acknowledged, db.Durable())
		}
		db.Close()
		w.events(int(db.Durable()) - len(w.rows))
		holds(t, path, w)
	}
	t.Logf("%d rows", len(w.rows))
}
