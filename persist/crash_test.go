package persist_test

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

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

// A phase is what a process is doing when it is killed.
type phase byte

const (
	loading       phase = 'l'
	appending     phase = 'a'
	bootstrapping phase = 'b'
	checkpoints   phase = 'c'
	trimming      phase = 't'
	publishing    phase = 'p'
	compacting    phase = 'o'
)

var phases = map[phase]string{
	loading: "loading", appending: "appending", bootstrapping: "a page of the first bootstrap",
	checkpoints: "a slice of a checkpoint", trimming: "trimming the journal", publishing: "publishing", compacting: "compaction",
}

// phaseFile is where a process notes its phase, for those who come after it.
func phaseFile(path string) string { return filepath.Join(filepath.Dir(path), "phase") }

// writeUntilKilled goes on with the history in a file as fast as it can, and
// prints the number of each row that Append has returned for, and each phase as it
// begins. It does all that a writer does: pages of a first bootstrap, slices of
// checkpoints, copies for readers, and compaction.
func writeUntilKilled(path string) error {
	note, err := os.Create(phaseFile(path))
	if err != nil {
		return err
	}
	enter := func(p phase) {
		if _, err := note.WriteAt([]byte{byte(p)}, 0); err != nil {
			panic(err)
		}
		fmt.Printf("%c\n", p)
	}
	w := newWorld(1)
	for {
		enter(loading)
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
			if batch[0].Bulk = rand.IntN(10) == 0; batch[0].Bulk {
				enter(bootstrapping)
			} else {
				enter(appending)
			}
			if err := db.Append(batch, w.state); err != nil {
				return err
			}
			fmt.Println(db.Durable())
			if rand.IntN(2) == 0 {
				limit := 1 + rand.IntN(30)
				if db.Trims(limit) {
					enter(trimming)
				} else {
					enter(checkpoints)
				}
				if _, err := db.Checkpoint(limit); err != nil {
					return err
				}
			}
			if rand.IntN(8) == 0 {
				enter(publishing)
				if err := db.Publish(); err != nil {
					return err
				}
			}
		}
		if err := db.Close(); err != nil {
			return err
		}
		enter(compacting)
		if _, _, err := persist.Compact(path); err != nil {
			return err
		}
	}
}

// openUntilKilled says when it begins.
func openUntilKilled(path string) error {
	fmt.Printf("%c\n", loading)
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

// killed starts the test program as one of those, kills it a moment after it has
// entered a phase for the nth time, and returns the last number that it printed.
func killed(t *testing.T, variable, path string, in phase, nth int, moment time.Duration) (last api.Seq) {
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
	entered := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		line := lines.Text()
		if n, err := strconv.ParseUint(line, 10, 64); err == nil {
			last = api.Seq(n)
		} else if line == string(rune(in)) {
			if entered++; entered == nth {
				time.AfterFunc(moment, func() { _ = cmd.Process.Kill() })
			}
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Exited() || entered < nth {
		t.Fatalf("the process ended with %v in phase %c for the %dth time, and was not killed", err, in, entered)
	}
	return last
}

// A process is killed again and again, at any moment of whatever it does: of each
// phase in turn, and of what comes next. What it had been told was on disk is there
// each time, and all of it is sound: the state, the rows, the copy for readers if
// there is one.
func TestKilledProcess(t *testing.T) {
	const perFile = 15 // or making the history again takes longer than anything else
	turn := slices.Sorted(maps.Keys(phases))
	hit := map[phase]int{}
	var path string
	var w *world
	var acknowledged api.Seq
	for n := range *kills {
		if n%perFile == 0 {
			path, w, acknowledged = filepath.Join(t.TempDir(), "workspace.db"), newWorld(1), 0
		}
		moment := time.Duration(rand.IntN(1+rand.IntN(3000))) * time.Microsecond // most phases are short
		acknowledged = max(acknowledged, killed(t, crashFile, path, turn[n%len(turn)], 1+rand.IntN(3), moment))
		hit[phase(read(t, phaseFile(path))[0])]++
		db := open(t, path, crashOptions)
		if db.Durable() < acknowledged {
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
	if acknowledged == 0 {
		t.Error("nothing was ever acknowledged")
	}
	for p, name := range phases {
		t.Logf("%d of %d kills were during %s", hit[p], *kills, name)
		if hit[p] == 0 {
			t.Errorf("none was during %s", name)
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
	begun, all := 0, 0
	within := 25 * time.Millisecond // in which most migrations happen: it depends on the machine
	for all < *kills/3 || begun == 0 && all < 3**kills {
		write(t, path, old)
		for range 2 { // the second in what the first has left
			killed(t, migrateFile, path, loading, 1, rand.N(within))
			all++
			switch {
			case read(t, path) == old:
				within += within / 4 // too early
			case formatOf(t, path) == 1:
				begun++
			default:
				within = max(time.Millisecond, within-within/5) // too late
			}
		}
		holds(t, path, w)
	}
	t.Logf("%d of %d kills were during a migration that had written something", begun, all)
	if begun == 0 {
		t.Error("this proves nothing")
	}
}

// formatOf returns the number of a file's format.
func formatOf(t *testing.T, path string) int {
	t.Helper()
	b, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	n, err := persist.Format(b)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
