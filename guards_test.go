package slackstate_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var guardsOut = flag.Bool("guards", false, "have TestGuards take out one guard after another and run the tests without it")

// A guard is a line of a file without which something goes wrong.
type guard struct{ what, file, line, without string }

// guards reads testdata/guards.txt.
func guards(t *testing.T) (all []guard) {
	t.Helper()
	text, err := os.ReadFile("testdata/guards.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ = cutParagraph(text)
	for len(text) > 0 {
		var one []byte
		one, text, _ = cutParagraph(text)
		lines := strings.Split(strings.TrimSpace(string(one)), "\n")
		if len(lines) != 4 || !strings.HasPrefix(lines[2], "- ") || !strings.HasPrefix(lines[3], "+ ") {
			t.Fatalf("testdata/guards.txt: no guard: %q", one)
		}
		all = append(all, guard{lines[0], lines[1], lines[2][2:], lines[3][2:]})
	}
	return all
}

func cutParagraph(text []byte) (first, rest []byte, found bool) {
	before, after, found := strings.Cut(string(text), "\n\n")
	return []byte(before), []byte(after), found
}

// takeOut returns a file's text without a guard, whose line must be in it once.
func (g guard) takeOut(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(g.file)
	if err != nil {
		t.Fatal(err)
	}
	lines, found := strings.Split(string(text), "\n"), 0
	for i, line := range lines {
		if strings.Join(strings.Fields(line), " ") == strings.Join(strings.Fields(g.line), " ") {
			lines[i] = g.without
			found++
		}
	}
	if found != 1 {
		t.Fatalf("%s has %d times: %s", g.file, found, g.line)
	}
	return strings.Join(lines, "\n")
}

// Taking out any one guard is noticed: by the chaos test, or else by the tests of
// single things. Without -guards, only the list of them is checked: the tests run
// once or more for each, which takes many minutes.
func TestGuards(t *testing.T) {
	for _, g := range guards(t) {
		t.Run(g.what, func(t *testing.T) {
			if !*guardsOut {
				if _, err := os.Stat(g.file); err != nil || g.line == g.without {
					t.Errorf("no guard of %s: %q instead of %q", g.file, g.without, g.line)
				}
				return
			}
			without := g.takeOut(t)
			file, err := filepath.Abs(g.file)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			replaced, overlay := filepath.Join(dir, "without.go"), filepath.Join(dir, "overlay.json")
			if err := os.WriteFile(replaced, []byte(without), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(overlay, []byte(`{"Replace":{"`+file+`":"`+replaced+`"}}`), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{
				{"-run", "^TestChaos$", "-chaos", "150", "."},
				{"-run", "^Test(Converge|PagesDoNotUndoEvents|Recheck|RepairWhileLive|Guide|Send.*|FollowPresence|Kill|Gap.*)$", "."},
				{"./reducer", "./sync"},
			} {
				out, err := exec.Command("go", append([]string{"test", "-overlay", overlay, "-failfast"}, args...)...).CombinedOutput()
				switch {
				case err == nil:
					continue
				case !strings.Contains(string(out), "--- FAIL"):
					t.Fatalf("no test ran: %v\n%s", err, out)
				}
				_, first, _ := strings.Cut(string(out), "--- FAIL: ")
				first, _, _ = strings.Cut(first, "\n")
				t.Logf("noticed by %s (go test %s)", first, strings.Join(args, " "))
				return
			}
			t.Error("nobody notices")
		})
	}
}
