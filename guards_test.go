package slackstate_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var guardsOut = flag.Bool("guards", false, "have TestGuards take out one guard after another and run what notices it")

// lives is among how many lives of TestChaos one has to go red for a guard that is
// said to be seen there: as many as a CI run lives through.
const lives = 500

// A guard is a line of a file without which something goes wrong.
type guard struct {
	what, file, line, without string
	// chaos says that a life of TestChaos goes red. Otherwise a test of a package
	// does, and why says what keeps it out of every life.
	chaos          bool
	test, pkg, why string
}

// elsewhere is how a guard names a test that notices it.
var elsewhere = regexp.MustCompile(`^(Test\w+) in (\S+), since (.+)$`)

// guards reads testdata/guards.txt.
func guards(t *testing.T) (all []guard) {
	t.Helper()
	text, err := os.ReadFile("testdata/guards.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range strings.Split(strings.TrimSpace(string(text)), "\n\n")[1:] {
		lines := strings.Split(one, "\n")
		if len(lines) != 5 || !strings.HasPrefix(lines[2], "- ") || !strings.HasPrefix(lines[3], "+ ") || !strings.HasPrefix(lines[4], "= ") {
			t.Fatalf("testdata/guards.txt: no guard: %q", one)
		}
		g := guard{what: lines[0], file: lines[1], line: lines[2][2:], without: lines[3][2:], chaos: lines[4] == "= chaos"}
		if by := elsewhere.FindStringSubmatch(lines[4][2:]); by != nil {
			g.test, g.pkg, g.why = by[1], by[2], by[3]
		} else if !g.chaos {
			t.Fatalf("testdata/guards.txt: nothing notices: %q", one)
		}
		all = append(all, g)
	}
	return all
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

// overlay writes what has the go command build the program without the guard.
func (g guard) overlay(t *testing.T) string {
	t.Helper()
	file, err := filepath.Abs(g.file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replaced, overlay := filepath.Join(dir, "without.go"), filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(replaced, []byte(g.takeOut(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{file: replaced}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return overlay
}

// redLife finds the lives that went red, those that hang included.
var redLife = regexp.MustCompile(`TestChaos/lives/(\d+) \(`)

// notices runs what is said to notice that the guard is gone, and returns what
// did; "" if nothing did.
func (g guard) notices(t *testing.T) string {
	t.Helper()
	args := []string{"test", "-overlay", g.overlay(t), "-timeout", "5m"}
	if g.chaos {
		args = append(args, "-run", "^TestChaos$", "-chaos", strconv.Itoa(lives), "-firstred", ".")
	} else {
		args = append(args, "-run", "^"+g.test+"$", g.pkg)
	}
	out, err := exec.Command("go", args...).CombinedOutput()
	switch {
	case err == nil:
		return ""
	case !g.chaos && strings.Contains(string(out), "--- FAIL: "+g.test):
		return g.test + " in " + g.pkg
	case g.chaos:
		var seeds []int
		for _, m := range redLife.FindAllSubmatch(out, -1) {
			seed, _ := strconv.Atoi(string(m[1]))
			seeds = append(seeds, seed)
		}
		if len(seeds) > 0 {
			return fmt.Sprint("life ", slices.Min(seeds))
		}
	}
	t.Fatalf("no test ran: %v\n%s", err, out)
	return ""
}

// Taking out any one guard is noticed: some life of TestChaos goes red or, where
// none can, a test that the guard names. Without -guards, only the list of them is
// checked: each takes up to a minute.
func TestGuards(t *testing.T) {
	for _, g := range guards(t) {
		t.Run(g.what, func(t *testing.T) {
			if !*guardsOut {
				g.takeOut(t)
				if g.line == g.without {
					t.Errorf("%s is no other line", g.without)
				}
				return
			}
			began := time.Now()
			by := g.notices(t)
			if by == "" {
				t.Fatal("nobody notices")
			}
			t.Logf("noticed by %s in %v", by, time.Since(began).Round(time.Second))
		})
	}
}
