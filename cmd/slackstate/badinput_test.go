package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/slacktest"
)

// oneLine checks that a command failed and said why in one line, which names
// the command and holds all of says.
func (r result) oneLine(t *testing.T, command string, says ...string) {
	t.Helper()
	if r.code != 1 {
		t.Errorf("exit %d, want 1", r.code)
	}
	line := strings.TrimSuffix(r.stderr, "\n")
	if !strings.HasPrefix(line, "slackstate "+command+": ") || strings.Contains(line, "\n") {
		t.Errorf("it says %q, want one line of %q", line, command)
	}
	for _, s := range says {
		if !strings.Contains(line, s) {
			t.Errorf("it says %q, want %q in it", line, s)
		}
	}
}

func TestBadStart(t *testing.T) {
	const good = `{"ok":true,"self":{"id":"U1"},"team":{"id":"T1"}}`
	for _, tc := range []struct {
		name  string
		files map[string]string // what is in the directory
		start string            // which of them is given; "" is the directory
		says  []string
	}{
		{"missing", nil, "start.json", []string{"start.json", "no such file"}},
		{"not JSON", map[string]string{"start.json": "{\"ok\":true,\n"}, "start.json", []string{"start.json", "not JSON", "byte"}},
		{"empty", map[string]string{"start.json": ""}, "start.json", []string{"start.json", "not JSON"}},
		{"a number", map[string]string{"start.json": "7"}, "start.json", []string{"start.json", "neither a response nor an array"}},
		{"a refusal", map[string]string{"start.json": `{"ok":false,"error":"missing_scope","needed":"rtm:stream","provided":"chat:write"}`}, "start.json",
			[]string{"start.json", "missing_scope", "needed: rtm:stream, provided: chat:write"}},
		{"a refusal without a reason", map[string]string{"start.json": `{"ok":false}`}, "start.json", []string{"unknown_error"}},
		{"no response", map[string]string{"start.json": `{"users":[]}`}, "start.json", []string{"start.json", "it has no ok"}},
		{"the response of another method", map[string]string{"start.json": `{"ok":true,"members":[]}`}, "start.json", []string{"start.json", "not a response of rtm.start"}},
		{"two responses", map[string]string{"start.json": "[" + good + "," + good + "]"}, "start.json", []string{"start.json", "not one response"}},
		{"no responses", map[string]string{"start.json": "[]"}, "start.json", []string{"start.json", "not one response"}},
		{"a directory without files", nil, "", []string{"no method.json file"}},
		{"a directory of refusals", map[string]string{"rtm.connect.json": `{"ok":false,"error":"invalid_auth"}`}, "", []string{"rtm.connect.json", "invalid_auth"}},
		{"a directory of nothing", map[string]string{"users.list.json": `[]`}, "", []string{"no response"}},
		{"a malformed file in a directory", map[string]string{"rtm.connect.json": good, "users.list.json": `{"ok":true`}, "", []string{"users.list.json", "not JSON"}},
		{"members instead of a response", map[string]string{"rtm.connect.json": good, "users.list.json": `[{"id":"U1"}]`}, "", []string{"users.list.json", "response 1", "it has no ok"}},
		{"a page without its list", map[string]string{"rtm.connect.json": good, "users.list.json": `[{"ok":true,"members":[]},{"ok":true}]`}, "", []string{"users.list.json", "response 2", "members"}},
		{"members of nothing", map[string]string{"rtm.connect.json": good, "conversations.members.json": `{"ok":true,"members":["U1"]}`}, "", []string{"conversations.members.json", "channel"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, content := range tc.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			db := filepath.Join(t.TempDir(), "f.db")
			r := call(t, "replay", "--start", filepath.Join(dir, tc.start), "--db", db, "--dump")
			r.oneLine(t, "replay", tc.says...)
			if _, err := os.Stat(db); !os.IsNotExist(err) {
				t.Errorf("it made the file all the same: %v", err)
			}
			if r.stdout != "" {
				t.Errorf("it printed %q", r.stdout)
			}
		})
	}
}

func TestBadEvents(t *testing.T) {
	start := filepath.Join("testdata", "replay", "start.json")
	db := filepath.Join(t.TempDir(), "f.db")
	call(t, "replay", "--start", start, "--events", "absent.jsonl", "--db", db).
		oneLine(t, "replay", "absent.jsonl", "no such file")
	if _, err := os.Stat(db); !os.IsNotExist(err) {
		t.Errorf("it made the file all the same: %v", err)
	}
	call(t, "replay", "--start", start, "--events", t.TempDir()).
		oneLine(t, "replay", "is a directory")
}

// What of a start cannot be taken is told, and the rest is taken.
func TestUnsoundStart(t *testing.T) {
	start := write(t, "start.json", `{"ok":true,"self":{"id":"U1"},"users":[{"id":"U2","name":"ann"},{"id":3},{"id":"U2"}],
		"channels":[{"id":"C1","name":"a","members":["U2",4]}],"groups":[],"ims":[]}`)
	r := call(t, "replay", "--start", start, "--dump")
	const want = "start: a user has no id\nstart: U2 is listed twice\nstart: 1 members of C1 have no id\n0 applied, 0 unchanged, 0 ignored, 0 bad\n"
	if diff := cmp.Diff(want, r.stderr); diff != "" {
		t.Errorf("what it says (-want +got):\n%s", diff)
	}
	if r.code != 0 || !strings.Contains(r.stdout, `"channels":[{"id":"C1","name":"a","members":["U2"]}]`) {
		t.Errorf("exit %d, and %s", r.code, r.stdout)
	}
}

func TestBadLinesAreToldAndPassedOver(t *testing.T) {
	start := write(t, "start.json", `{"ok":true,"self":{"id":"U1"},"team":{"id":"T1","name":"before"}}`)
	one := write(t, "one.jsonl", "{\"type\":\"team_rename\"\n\n[]\n{\"type\":\"team_rename\",\"name\":\"after\"}\nnull\n")
	two := write(t, "two.jsonl", "{}\n\"\"")
	for _, tc := range []struct {
		name   string
		args   []string
		code   int
		stderr string
	}{
		{"one file", []string{"--events", one}, 0, `
events:1: not JSON: invalid JSON at byte 21: unexpected end after an element
events:3: not a JSON object
events:5: not a JSON object
1 applied, 0 unchanged, 0 ignored, 3 bad
`},
		{"two files", []string{"--events", one, "--events", two}, 0, `
events:1: ` + one + `: not JSON: invalid JSON at byte 21: unexpected end after an element
events:3: ` + one + `: not a JSON object
events:5: ` + one + `: not a JSON object
events:2: ` + two + `: not a JSON object
1 applied, 0 unchanged, 1 ignored, 4 bad
`},
		{"strict", []string{"--events", two, "--strict", "--dump"}, 1, `
events:2: not a JSON object
slackstate replay: ` + two + `: line 2 is no event
`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := call(t, append([]string{"replay", "--start", start}, tc.args...)...)
			want := result{code: tc.code, stderr: strings.TrimPrefix(tc.stderr, "\n")}
			if diff := cmp.Diff(want, r, cmp.AllowUnexported(result{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A file that cannot be had, or must not be touched, stays as it is.
func TestBadFile(t *testing.T) {
	start := filepath.Join("testdata", "replay", "start.json")
	other := newServer(t, slacktest.Options{Users: 10, Seed: 2})
	good := filepath.Join(t.TempDir(), "good.db")
	succeed(t, "replay", "--start", start, "--db", good)
	damaged := bytes.ReplaceAll(read(t, good), []byte("Ann Anchor"), []byte("Bnn Anchor"))
	for _, tc := range []struct {
		name    string
		content []byte // of the file given
		args    []string
		says    []string
	}{
		{"of another workspace, for replay", read(t, good),
			[]string{"replay", "--start", write(t, "other.json", string(other.StartJSON()))},
			[]string{"f.db belongs to user U0SKIPPER of team T0HARBOUR", "other.json to user " + other.Self()}},
		{"of another workspace, for run", read(t, good),
			[]string{"run", "--api-url", other.URL()},
			[]string{"f.db belongs to user U0SKIPPER of team T0HARBOUR", "the token to user " + other.Self()}},
		{"no file of ours, for dump", []byte(strings.Repeat("not a database\n", 999)), []string{"dump"}, []string{"f.db", "corrupt"}},
		{"no file of ours, for replay", []byte(strings.Repeat("not a database\n", 999)), []string{"replay", "--start", start}, []string{"f.db", "corrupt"}},
		{"no file of ours, for run", []byte(strings.Repeat("not a database\n", 999)), []string{"run", "--api-url", other.URL()}, []string{"f.db", "corrupt"}},
		{"damaged", damaged, []string{"dump"}, []string{"f.db", "corrupt"}},
		{"empty, for dump", nil, []string{"dump"}, []string{"f.db", "it is empty"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db := write(t, "f.db", string(tc.content))
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			r := invocation{env: map[string]string{"SLACK_TOKEN": other.Token()}, args: append(tc.args, "--db", db)}.run(ctx)
			r.stderr = withoutPhases(r.stderr)
			r.oneLine(t, tc.args[0], tc.says...)
			if got := read(t, db); string(got) != string(tc.content) {
				t.Errorf("the file changed: %d bytes, before %d", len(got), len(tc.content))
			}
		})
	}
	t.Run("that is not there, for dump", func(t *testing.T) {
		t.Chdir(t.TempDir())
		call(t, "dump", "--db", "absent.db").oneLine(t, "dump", "absent.db", "no such file")
		if _, err := os.Stat("absent.db"); !os.IsNotExist(err) {
			t.Errorf("dump made it: %v", err)
		}
	})
	t.Run("that is a directory", func(t *testing.T) {
		call(t, "dump", "--db", t.TempDir()).oneLine(t, "dump", "not a regular file")
	})
}

// withoutPhases leaves out what run tells while it goes on.
func withoutPhases(stderr string) string {
	var b strings.Builder
	for line := range strings.Lines(stderr) {
		if strings.HasPrefix(line, "slackstate ") {
			b.WriteString(line)
		}
	}
	return b.String()
}

func TestFileInUse(t *testing.T) {
	srv := newServer(t, slacktest.Options{Users: 10})
	db := filepath.Join(t.TempDir(), "f.db")
	p := startRun(t, srv, db)
	for _, args := range [][]string{
		{"dump", "--db", db},
		{"replay", "--start", filepath.Join("testdata", "replay", "start.json"), "--db", db},
		{"run", "--db", db, "--api-url", srv.URL()},
	} {
		r := invocation{env: map[string]string{"SLACK_TOKEN": srv.Token()}, args: args}.run(t.Context())
		r.oneLine(t, args[0], db+" is open in another process")
	}
	if code := p.stop(syscall.SIGINT); code != 0 {
		t.Errorf("exit %d after SIGINT", code)
	}
	succeed(t, "dump", "--db", db)
}

func TestNoConnection(t *testing.T) {
	srv := newServer(t, slacktest.Options{Users: 10})
	db := filepath.Join(t.TempDir(), "f.db")
	t.Run("without a token", func(t *testing.T) {
		call(t, "run", "--db", db, "--api-url", srv.URL()).oneLine(t, "run", "no token: set SLACK_TOKEN")
	})
	t.Run("with a wrong token", func(t *testing.T) {
		r := invocation{env: map[string]string{"SLACK_TOKEN": "xoxb-stolen"}, args: []string{"run", "--db", db, "--api-url", srv.URL()}}.run(t.Context())
		if strings.Contains(r.stderr, "xoxb-stolen") {
			t.Errorf("the token is in %q", r.stderr)
		}
		r.stderr = withoutPhases(r.stderr)
		r.oneLine(t, "run", "invalid_auth")
	})
	t.Run("to nowhere", func(t *testing.T) {
		nowhere := newServer(t, slacktest.Options{Users: 10})
		nowhere.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r := invocation{env: map[string]string{"SLACK_TOKEN": "xoxb-any"}, args: []string{"run", "--db", db, "--api-url", nowhere.URL()}}.run(ctx)
		if r.code != 0 {
			t.Errorf("exit %d when it was stopped", r.code)
		}
		if want := "(attempt 1 failed: rtm.start: "; !strings.Contains(r.stderr, want) {
			t.Errorf("it says %q, want %q in it", r.stderr, want)
		}
	})
}
