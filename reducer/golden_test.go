package reducer

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/snapshot"
)

// The files in testdata say what each event does. A file is made of cases, each
// about the workspace of workspace.json:
//
//	# what the case shows
//	empty                      (it is about an empty workspace instead)
//	wait 90s                   (time passes; every event takes a second)
//	. {"type":"hello"}         (an event that leads up to the case)
//	> {"type":"goodbye"}       (an event, and below it what it does)
//	changed
//	~ users U2 {"name":"ann"} -> {"name":"anna"}
//	+ members C1/U2
//	- conversations C2
//	hint users U2
//
// A line that begins with a tab continues the one before. Of changed
// records only the members that differ are shown; clocks are not, and times
// are counted from when the workspace was listed. With -update the files are
// rewritten to say what happens: read the difference as a specification.
var update = flag.Bool("update", false, "rewrite the files in testdata")

// epoch is when the workspace of the cases was listed, in milliseconds. The
// first event comes 10 minutes later.
const epoch = 1_700_000_000_000

var config = Config{ListLag: DefaultListLag}

// A goldenCase is one case of a file.
type goldenCase struct {
	file, name string
	at         int // its first line, counted from 0
	steps      []goldenStep
	empty      bool
}

// A goldenStep is an event at some time.
type goldenStep struct {
	frame string
	at    int64
	given bool // it only leads up to the case
	line  int  // the first line of what it does
	end   int  // and the line after that
}

func goldenFiles(t testing.TB) (names []string) {
	t.Helper()
	err := filepath.WalkDir("testdata", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "fuzz" {
			return fs.SkipDir
		}
		if filepath.Ext(path) == ".txt" {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// goldenCases reads the cases of a file.
func goldenCases(t testing.TB, file string) (cases []*goldenCase, lines []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines = strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	var c *goldenCase
	at := int64(0)
	for i, line := range lines {
		word, rest, _ := strings.Cut(line, " ")
		if c == nil && word != "#" {
			t.Fatalf("%s:%d: not within a case", file, i+1)
		}
		switch word {
		case "#":
			c, at = &goldenCase{file: file, name: rest, at: i}, epoch+600_000
			cases = append(cases, c)
		case "empty":
			c.empty = true
		case "wait":
			d, err := time.ParseDuration(rest)
			if err != nil {
				t.Fatalf("%s:%d: %v", file, i+1, err)
			}
			at += d.Milliseconds()
		case ".", ">":
			at += 1000
			end := i + 1
			for ; end < len(lines) && strings.HasPrefix(lines[end], "\t"); end++ {
				rest += strings.TrimSpace(lines[end])
			}
			s := goldenStep{frame: rest, at: at, given: word == ".", line: end}
			for ; end < len(lines) && slices.Contains(resultWords, strings.SplitN(lines[end], " ", 2)[0]); end++ {
			}
			s.end = end
			c.steps = append(c.steps, s)
		}
	}
	return cases, lines
}

var resultWords = []string{"changed", "noted", "ignored:", "ignored", "~", "+", "-", "hint"}

// workspace returns the snapshot of workspace.json.
func workspace(t testing.TB) *snapshot.Snapshot {
	t.Helper()
	body, err := os.ReadFile("testdata/workspace.json")
	if err != nil {
		t.Fatal(err)
	}
	s, res := reduce(t, &snapshot.Snapshot{}, `{"type":"local.page","method":"rtm.start","response":`+string(body)+`}`, epoch)
	if res.Outcome != Changed {
		t.Fatalf("the workspace is %v: %s", res.Outcome, res.Why)
	}
	return s
}

func (c *goldenCase) begin(t testing.TB) *snapshot.Snapshot {
	t.Helper()
	if c.empty {
		return &snapshot.Snapshot{}
	}
	return workspace(t)
}

// reduce applies one frame.
func reduce(t testing.TB, s *snapshot.Snapshot, frame string, at int64) (*snapshot.Snapshot, Result) {
	t.Helper()
	ev, err := Decode([]byte(frame), at)
	if err != nil {
		t.Fatalf("%s: %v", frame, err)
	}
	return Reduce(config, s, ev)
}

// TestGolden compares what events do with what the files say.
func TestGolden(t *testing.T) {
	for _, file := range goldenFiles(t) {
		cases, lines := goldenCases(t, file)
		for i, c := range slices.Backward(cases) {
			name := filepath.ToSlash(strings.TrimSuffix(strings.TrimPrefix(file, "testdata"+string(filepath.Separator)), ".txt"))
			t.Run(name+"/"+c.name, func(t *testing.T) {
				s := c.begin(t)
				var results [][]string
				for _, step := range c.steps {
					next, res := reduce(t, s, step.frame, step.at)
					results = append(results, describe(t, next, res))
					s = next
				}
				for n, step := range slices.Backward(c.steps) {
					switch {
					case step.given:
					case *update:
						lines = slices.Replace(lines, step.line, step.end, results[n]...)
					default:
						if diff := cmp.Diff(lines[step.line:step.end], results[n]); diff != "" {
							t.Errorf("%s:%d: %s (-want +got):\n%s", file, step.line, step.frame, diff)
						}
					}
				}
				if len(c.steps) == 0 {
					t.Errorf("%s:%d: case %d has no event", file, c.at+1, i)
				}
			})
		}
		if *update {
			if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
				t.Error(err)
			}
		}
	}
}

// describe says in lines what an event did.
func describe(t testing.TB, next *snapshot.Snapshot, res Result) []string {
	t.Helper()
	first := res.Outcome.String()
	if res.Why != "" {
		first += ": " + res.Why
	}
	lines := []string{first}
	for _, c := range res.EveryChange(next) {
		if c.Kind == snapshot.KindClock {
			continue
		}
		key := c.Key
		if key != "" {
			key = " " + key
		}
		was, is := members(t, c.Kind, c.Key, c.Before), members(t, c.Kind, c.Key, c.After)
		switch {
		case c.Before == "":
			lines = append(lines, strings.TrimSuffix(fmt.Sprintf("+ %v%s %s", c.Kind, key, compact(t, is)), " {}"))
		case c.After == "":
			lines = append(lines, fmt.Sprintf("- %v%s", c.Kind, key))
		default:
			was, is := differing(was, is)
			lines = append(lines, fmt.Sprintf("~ %v%s %s -> %s", c.Kind, key, compact(t, was), compact(t, is)))
		}
	}
	for _, h := range res.Hints {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("hint %v %s", h.Kind, h.ID)))
	}
	return lines
}

// members returns the JSON object of a record as a map. Times of bookkeeping
// are counted from the epoch, and a hidden record is shown as what it is.
func members(t testing.TB, k snapshot.Kind, key string, r snapshot.Record) map[string]any {
	t.Helper()
	if r == "" {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(k.Schema().AppendJSON(nil, key, r)))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		t.Fatalf("%v %q: %v", k, key, err)
	}
	delete(m, k.Schema().Key())
	if k.Entity() || k == snapshot.KindConfig {
		return m
	}
	for name, v := range m {
		n, ok := v.(json.Number)
		if ms, err := n.Int64(); ok && err == nil && ms > 1_000_000_000_000 {
			m[name] = time.Duration((ms - epoch) * int64(time.Millisecond)).String()
		}
	}
	if k == snapshot.KindHidden {
		of, id := snapshot.Unpair(key)
		for _, kind := range snapshot.Kinds() {
			if kind.String() == of {
				m["record"] = members(t, kind, id, snapshot.Record(r.Str(snapshot.HiddenRecord)))
			}
		}
	}
	return m
}

// differing returns the members in which two objects differ.
func differing(a, b map[string]any) (x, y map[string]any) {
	x, y = map[string]any{}, map[string]any{}
	for name := range maps.Keys(a) {
		if _, both := b[name]; !both {
			x[name] = a[name]
		}
	}
	for name, is := range b {
		was, both := a[name]
		if both && reflect.DeepEqual(was, is) {
			continue
		}
		from, ok := was.(map[string]any)
		to, ok2 := is.(map[string]any)
		if ok && ok2 {
			was, is = differing(from, to)
		}
		if both {
			x[name] = was
		}
		y[name] = is
	}
	return x, y
}

func compact(t testing.TB, m map[string]any) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}
