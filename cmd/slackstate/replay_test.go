package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	goldenStart  = filepath.Join("testdata", "replay", "start.json")
	goldenEvents = filepath.Join("testdata", "replay", "events.jsonl")
)

// golden compares an output with the one that is kept, and keeps it instead
// with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "replay", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(read(t, path)), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func indented(t *testing.T, dump string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(dump), "", "  "); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// parsed decodes a dump, which is one line.
func parsed(t *testing.T, dump string) object {
	t.Helper()
	if strings.Count(dump, "\n") != 1 {
		t.Fatalf("a dump of %d lines", strings.Count(dump, "\n"))
	}
	var o object
	if err := json.Unmarshal([]byte(dump), &o); err != nil {
		t.Fatalf("decode the dump: %v", err)
	}
	return o
}

// byStart parts changes into those of the start and those of events.
func byStart(changes string) (start, events string) {
	for line := range strings.Lines(changes) {
		if strings.Contains(line, `"event":"local.`) {
			start += line
		} else {
			events += line
		}
	}
	return start, events
}

func digest(t *testing.T, dump string) any {
	t.Helper()
	return parsed(t, dump)["digest"]
}

func TestReplay(t *testing.T) {
	r := call(t, "replay", "--start", goldenStart, "--events", goldenEvents, "--dump")
	if r.code != 0 {
		t.Fatalf("exit %d", r.code)
	}
	golden(t, "dump.json", indented(t, r.stdout))
	golden(t, "stderr.txt", r.stderr)
	golden(t, "changes.jsonl", succeed(t, "replay", "--start", goldenStart, "--events", goldenEvents, "--changes"))
	golden(t, "start-only.json", indented(t, succeed(t, "replay", "--start", goldenStart, "--dump")))
}

func TestReplayPrintsNothingUnasked(t *testing.T) {
	if out := succeed(t, "replay", "--start", goldenStart, "--events", goldenEvents); out != "" {
		t.Errorf("it printed %q", out)
	}
}

func TestReplayReadsStandardInput(t *testing.T) {
	want := call(t, "replay", "--start", goldenStart, "--events", goldenEvents, "--dump")
	got := invocation{stdin: string(read(t, goldenEvents)),
		args: []string{"replay", "--start", goldenStart, "--events", "-", "--dump"}}.run(t.Context())
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(result{})); diff != "" {
		t.Errorf("(-file +standard input):\n%s", diff)
	}
}

// Events may be spread over files. They are one sequence all the same.
func TestReplayOfSeveralFiles(t *testing.T) {
	lines := strings.SplitAfter(string(read(t, goldenEvents)), "\n")
	head := write(t, "head.jsonl", strings.TrimSuffix(strings.Join(lines[:12], ""), "\n")) // the last newline may be missing
	tail := write(t, "tail.jsonl", strings.ReplaceAll(strings.Join(lines[12:], ""), "\n", "\r\n"))
	want := call(t, "replay", "--start", goldenStart, "--events", goldenEvents, "--dump")
	got := call(t, "replay", "--start", goldenStart, "--events", head, "--events", tail, "--dump")
	if want.stdout != got.stdout || want.lastLine() != got.lastLine() {
		t.Errorf("in two files they give\n%s%s, in one\n%s%s", got.stdout, got.lastLine(), want.stdout, want.lastLine())
	}
}

// An envelope is worth the event in it.
func TestReplayUnwrapsEnvelopes(t *testing.T) {
	const event = `{"type":"team_rename","name":"Far Harbour","event_ts":"1700000100.000100"}`
	for name, line := range map[string]string{
		"bare":        event,
		"events api":  `{"token":"t","team_id":"T0HARBOUR","type":"event_callback","event_id":"Ev1","event_time":1700000100,"event":` + event + `}`,
		"socket mode": `{"envelope_id":"e","type":"events_api","accepts_response_payload":false,"payload":{"type":"event_callback","event_id":"Ev1","event":` + event + `}}`,
	} {
		t.Run(name, func(t *testing.T) {
			want := `{"seq":3,"event":"team_rename","table":"team","key":"","before":` +
				`{"id":"T0HARBOUR","name":"Harbour","domain":"harbour","email_domain":"harbour.example"},"after":` +
				`{"id":"T0HARBOUR","name":"Far Harbour","domain":"harbour","email_domain":"harbour.example"}}` + "\n"
			out := succeed(t, "replay", "--start", goldenStart, "--events", write(t, "e.jsonl", line), "--changes")
			_, events := byStart(out)
			if diff := cmp.Diff(want, events); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReplayIntoFile(t *testing.T) {
	db := filepath.Join(t.TempDir(), "f.db")
	args := []string{"replay", "--start", goldenStart, "--events", goldenEvents, "--db", db, "--dump"}
	first := call(t, args...)
	if want := succeed(t, "replay", "--start", goldenStart, "--events", goldenEvents, "--dump"); first.stdout != want {
		t.Errorf("with a file it prints\n%s, without\n%s", first.stdout, want)
	}
	content := read(t, db)
	if dumped := succeed(t, "dump", "--db", db); dumped != first.stdout {
		t.Errorf("the file holds\n%s, printed was\n%s", dumped, first.stdout)
	}
	if !bytes.Equal(content, read(t, db)) {
		t.Error("dump changed the file")
	}
	if info, err := os.Stat(db); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v, %v", info.Mode(), err)
	}

	// The recording is older than the file now. It tells nothing new, but presence
	// ended with the first connection.
	second := call(t, args...)
	if second.code != 0 || digest(t, second.stdout) != digest(t, first.stdout) {
		t.Errorf("twice gives exit %d and\n%s, once\n%s", second.code, second.stdout, first.stdout)
	}
	if want := "1 applied, "; !strings.HasPrefix(second.lastLine(), want) {
		t.Errorf("it says %q the second time, want %q", second.lastLine(), want)
	}
	if dumped := succeed(t, "dump", "--db", db); dumped != second.stdout {
		t.Errorf("the file holds\n%s, printed was\n%s", dumped, second.stdout)
	}
}

// Events may come in pieces, each by a process of its own, if each begins with
// what the one before ended with.
func TestDumpIsAStart(t *testing.T) {
	lines := strings.SplitAfter(string(read(t, goldenEvents)), "\n")
	whole := succeed(t, "replay", "--start", goldenStart, "--events", goldenEvents, "--dump")
	again := succeed(t, "replay", "--start", write(t, "dump.json", whole), "--dump")
	if digest(t, whole) != digest(t, again) {
		t.Errorf("a dump\n%s reads as\n%s", whole, again)
	}
	third := succeed(t, "replay", "--start", write(t, "dump.json", again), "--dump")
	if again != third {
		t.Errorf("a dump of a dump\n%s reads as\n%s", again, third)
	}
	half := goldenStart
	for _, part := range [][]string{lines[:9], lines[9:14], lines[14:]} {
		events := write(t, "part.jsonl", strings.Join(part, ""))
		half = write(t, "dump.json", succeed(t, "replay", "--start", half, "--events", events, "--dump"))
	}
	if got := digest(t, string(read(t, half))); got != digest(t, whole) {
		t.Errorf("in pieces it gives\n%s, in one\n%s", read(t, half), whole)
	}
}

// The same recording gives the same bytes, on whatever machine.
func TestReplayIsDeterministic(t *testing.T) {
	args := []string{"replay", "--start", goldenStart, "--events", goldenEvents, "--dump", "--changes"}
	want := call(t, args...)
	for _, environ := range [][]string{
		nil,
		{"TZ=Pacific/Kiritimati", "GOMAXPROCS=1"},
		{"TZ=America/Lima", "GOMAXPROCS=7", "LANG=tr_TR.UTF-8"},
	} {
		p := start(t, environ, args...)
		var stdout, stderr bytes.Buffer
		if _, err := stdout.ReadFrom(p.stdout); err != nil {
			t.Fatal(err)
		}
		if _, err := stderr.ReadFrom(p.stderr); err != nil {
			t.Fatal(err)
		}
		if err := p.cmd.Wait(); err != nil {
			t.Fatal(err)
		}
		got := result{0, stdout.String(), stderr.String()}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(result{})); diff != "" {
			t.Errorf("with %v: %s", environ, diff)
		}
	}
}
