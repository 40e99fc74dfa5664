package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/slackstate/slackstate/slacktest"
)

// asProgram, set in the environment, makes the test binary the program itself.
const asProgram = "SLACKSTATE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// A result is what a command left behind.
type result struct {
	code           int
	stdout, stderr string
}

// lastLine returns the last line on standard error.
func (r result) lastLine() string {
	lines := strings.Split(strings.TrimSuffix(r.stderr, "\n"), "\n")
	return lines[len(lines)-1]
}

// an invocation is one call of the program within the test's process.
type invocation struct {
	stdin string
	env   map[string]string
	args  []string
}

func (in invocation) run(ctx context.Context) result {
	var stdout, stderr bytes.Buffer
	e := env{stdin: strings.NewReader(in.stdin), stdout: &stdout, stderr: &stderr,
		getenv: func(name string) string { return in.env[name] }}
	code := run(ctx, e, in.args)
	return result{code, stdout.String(), stderr.String()}
}

// call calls the program, which must end by itself.
func call(t *testing.T, args ...string) result {
	t.Helper()
	return invocation{args: args}.run(t.Context())
}

// succeed calls the program and returns its standard output.
func succeed(t *testing.T, args ...string) string {
	t.Helper()
	r := call(t, args...)
	if r.code != 0 {
		t.Fatalf("slackstate %s: exit %d: %s", strings.Join(args, " "), r.code, r.stderr)
	}
	return r.stdout
}

// A process is the program in a process of its own.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdout *bufio.Reader
	stderr *bufio.Reader
}

// start starts the program. It is killed if it still runs when the test ends.
func start(t *testing.T, environ []string, args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), asProgram+"=1"), environ...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &process{t, cmd, bufio.NewReader(stdout), bufio.NewReader(stderr)}
}

// line returns the next line, without its end.
func (p *process) line(r *bufio.Reader) string {
	p.t.Helper()
	line, err := r.ReadString('\n')
	if err != nil {
		p.t.Fatalf("read from the process: %v", err)
	}
	return strings.TrimSuffix(line, "\n")
}

// until reads standard error up to a line that begins with prefix.
func (p *process) until(prefix string) {
	p.t.Helper()
	for !strings.HasPrefix(p.line(p.stderr), prefix) {
	}
}

// stop sends a signal and returns the exit status.
func (p *process) stop(sig syscall.Signal) int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		p.t.Fatal(err)
	}
	err := p.cmd.Wait()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return p.cmd.ProcessState.ExitCode()
}

// startRun starts "run" against a server and returns when it is live.
func startRun(t *testing.T, srv *slacktest.Server, db string, args ...string) *process {
	t.Helper()
	args = append([]string{"run", "--db", db, "--api-url", srv.URL()}, args...)
	p := start(t, []string{"SLACK_TOKEN=" + srv.Token()}, args...)
	p.until("live:")
	return p
}

func newServer(t *testing.T, opts slacktest.Options) *slacktest.Server {
	t.Helper()
	srv, err := slacktest.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	return srv
}

// write makes a file in a directory of the test's own and returns its path.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestUsage(t *testing.T) {
	for _, tc := range []struct {
		name string
		args []string
		code int
		says string // on standard error, or on standard output when that is asked for
	}{
		{"nothing", nil, 2, "usage:"},
		{"unknown command", []string{"dmup"}, 2, `no command "dmup"`},
		{"unknown flag", []string{"dump", "--database", "f"}, 2, "-database"},
		{"run without a file", []string{"run"}, 2, "--db is missing"},
		{"replay without a start", []string{"replay", "--dump"}, 2, "--start is missing"},
		{"dump without a file", []string{"dump"}, 2, "--db is missing"},
		{"stray argument of run", []string{"run", "--db", "f", "now"}, 2, `unexpected argument "now"`},
		{"stray argument of replay", []string{"replay", "--start", "f", "g"}, 2, `unexpected argument "g"`},
		{"stray argument of dump", []string{"dump", "--db", "f", "g"}, 2, `unexpected argument "g"`},
		{"stray argument of fake", []string{"fake", "news"}, 2, `unexpected argument "news"`},
		{"stray argument of demo", []string{"demo", "fast"}, 2, `unexpected argument "fast"`},
		{"unknown source", []string{"run", "--db", "f", "--source", "smoke"}, 2, `no source "smoke"`},
		{"unknown members", []string{"run", "--db", "f", "--members", "some"}, 2, `not "some"`},
		{"unknown read state", []string{"run", "--db", "f", "--read-state", "some"}, 2, `not "some"`},
		{"no URL", []string{"run", "--db", "f", "--api-url", "slack.com"}, 2, `not "slack.com"`},
		{"unknown fault", []string{"fake", "--faults", "fire"}, 2, `"fire"`},
		{"no users", []string{"fake", "--users", "0"}, 2, "--users"},
		{"too few for the demo", []string{"demo", "--users", "2"}, 2, "--users"},
		{"help is no mistake", []string{"help"}, 0, ""},
		{"help of a command", []string{"replay", "--help"}, 0, "usage: slackstate replay"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			r := call(t, tc.args...)
			if r.code != tc.code || !strings.Contains(r.stderr, tc.says) {
				t.Errorf("exit %d, want %d; it says %q, want %q in it", r.code, tc.code, r.stderr, tc.says)
			}
			if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
				t.Errorf("it made %v, %v", left, err)
			}
		})
	}
}

func TestHelpListsEveryCommand(t *testing.T) {
	help := succeed(t, "help")
	for _, c := range commands() {
		if !strings.Contains(help, "slackstate "+c.usage) {
			t.Errorf("%s is not in the help", c.name)
		}
	}
}
