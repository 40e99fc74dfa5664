package fuzz

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/slackstate/slackstate/reducer"
	"github.com/slackstate/slackstate/snapshot"
)

// dumpFile names, in the environment of a copy of this process, the file that
// the copy is to write its dump to.
const dumpFile = "SLACKSTATE_TEST_DUMP"

// TestElsewhere: another process in another time zone, on another number of
// processors and with other seeds of its maps reduces the same events to the
// same bytes.
func TestElsewhere(t *testing.T) {
	dump := longDump(t)
	if name := os.Getenv(dumpFile); name != "" {
		if err := os.WriteFile(name, dump, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, env := range [][]string{
		{"TZ=UTC", "GOMAXPROCS=1"},
		{"TZ=Pacific/Chatham", "GOMAXPROCS=7", "LANG=tr_TR.UTF-8"},
		{"TZ=America/St_Johns", "GOGC=1"},
	} {
		name := filepath.Join(t.TempDir(), "dump.json")
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestElsewhere$")
		cmd.Env = append(append(os.Environ(), env...), dumpFile+"="+name)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("with %v: %v\n%s", env, err, out)
		}
		there, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(there, dump) {
			t.Errorf("with %v the dump is another:\n%s\nthan here:\n%s", env, there, dump)
		}
	}
}

// longDump returns the dumps along a long history, one a line, with the sums of
// what dumps do not show.
func longDump(t *testing.T) (lines []byte) {
	t.Helper()
	s, h, at := workspace(t), newHistory(choices(1, 6000)), int64(1_700_000_600_000)
	for n := 0; ; n++ {
		frame, ok := h.next()
		if !ok {
			return append(appendState(lines, s), '\n')
		}
		ev, err := reducer.Decode([]byte(frame), at)
		if err != nil {
			t.Fatalf("%s: %v", frame, err)
		}
		s, _ = reducer.Reduce(config, s, ev)
		at += 1000
		if n%50 == 0 {
			lines = append(appendState(lines, s), '\n')
		}
	}
}

func appendState(dst []byte, s *snapshot.Snapshot) []byte {
	return fmt.Appendf(s.AppendDump(dst), "%016x", s.Sum())
}
