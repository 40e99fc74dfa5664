package slackstate_test

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
)

// crashFile, set in the environment, makes the test program one that applies
// events to that file until it is killed: as fast as it can or, with crashPace, one
// in so long a time.
const (
	crashFile = "SLACKSTATE_CRASH_FILE"
	crashPace = "SLACKSTATE_CRASH_PACE"
)

// kills is how many processes TestKill kills.
var kills = flag.Int("kills", 20, "how many processes to kill in crash tests")

// history is the nth event of an endless story, and each changes something: so
// it gets the number n.
func history(n api.Seq) []byte {
	switch id := n % 40; n % 4 {
	case 0:
		return fmt.Appendf(nil, `{"type":"user_change","user":{"id":"U%d","name":"user%d","profile":{"status_text":"%d"}}}`, id, id, n)
	case 1:
		return fmt.Appendf(nil, `{"type":"message","channel":"C%d","user":"U1","text":"news %d","ts":"%010d.000100"}`, id, n, 1_700_000_000+n)
	case 2:
		return fmt.Appendf(nil, `{"type":"team_pref_change","name":"pref%d","value":%d}`, id, n)
	default:
		return fmt.Appendf(nil, `{"type":"emoji_changed","subtype":"add","name":"emoji%d","value":"https://emoji.example/%d.png"}`, id, n)
	}
}

// applyUntilKilled goes on with the history and prints how far it is durable.
func applyUntilKilled(path, pace string) error {
	pause, err := time.ParseDuration(pace)
	if err != nil {
		return err
	}
	st, err := slackstate.Open(path, &slackstate.Options{Publish: 100 * time.Millisecond})
	if err != nil {
		return err
	}
	for durable := st.Status().Durable; ; {
		if _, err := st.Apply(context.Background(), history(st.Snapshot().Seq()+1)); err != nil {
			return err
		}
		if d := st.Status().Durable; d > durable {
			durable = d
			fmt.Println(durable)
		}
		time.Sleep(pause)
	}
}

// TestKill kills a process that applies events, at a random moment, again and
// again. What it had said to be durable is in the file, which holds exactly the
// state after its last event, and from everything it said the changes go on.
func TestKill(t *testing.T) {
	const perFile = 5 // or going through the history again takes longer than all else
	for done := 0; done < *kills; done += perFile {
		path := file(t)
		killOften(t, path, perFile)
		if v, err := slackstate.Verify(path); err != nil || v.Reduced != v.Rows || v.Rows == 0 {
			t.Errorf("%+v, %v", v, err)
		}
	}
}

func killOften(t *testing.T, path string, times int) {
	told := open(t, "", nil) // by the same events, and never killed
	for range times {
		printed := kill(t, path)

		st, err := slackstate.Open(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		end := st.Snapshot().Seq()
		if last := printed[len(printed)-1]; end < last {
			t.Errorf("the file ends at %d, and %d was said to be durable", end, last)
		}
		if err := st.Snapshot().Check(); err != nil {
			t.Error(err)
		}
		for n := told.Snapshot().Seq() + 1; n <= end; n++ {
			if seq := apply(t, told, string(history(n))); seq != n {
				t.Fatalf("event %d has number %d", n, seq)
			}
		}
		if got, want := st.Snapshot().Digest(), told.Snapshot().Digest(); got != want {
			t.Errorf("digest %016x after event %d, want %016x", got, end, want)
		}
		for i, after := range printed {
			if after == end {
				break
			}
			next := after
			for c, err := range st.Changes(t.Context(), after) {
				if err != nil || c.Seq() != next+1 {
					t.Fatalf("after %d: commit %d, %v, want %d", next, c.Seq(), err, next+1)
				}
				if next++; next == end || i > 0 { // all of them once is enough
					break
				}
			}
		}
		closeState(t, st)
	}
}

// kill starts a process that applies events to a file, kills it while it does,
// and returns what it had said to be durable and not the end of the file.
func kill(t *testing.T, path string) (printed []api.Seq) {
	t.Helper()
	w := startWriter(t, path, 0)
	for range rand.IntN(60) {
		if !w.in.Scan() {
			break
		}
		w.note(t)
	}
	return w.kill(t)
}

// A writerProcess applies events to a file.
type writerProcess struct {
	cmd     *exec.Cmd
	in      *bufio.Scanner
	printed []api.Seq // what it has said to be durable
}

func startWriter(t *testing.T, path string, pace time.Duration) *writerProcess {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), crashFile+"="+path, crashPace+"="+pace.String())
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &writerProcess{cmd: cmd, in: bufio.NewScanner(stdout)}
}

// note reads the line that is there.
func (w *writerProcess) note(t *testing.T) {
	t.Helper()
	seq, err := strconv.ParseUint(w.in.Text(), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	w.printed = append(w.printed, api.Seq(seq))
}

// kill kills the process when it has said something once more, and returns all that
// it has said.
func (w *writerProcess) kill(t *testing.T) []api.Seq {
	t.Helper()
	for said := len(w.printed); w.in.Scan(); {
		w.note(t)
		if len(w.printed) == said+1 {
			if err := w.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	var exit *exec.ExitError
	if err := w.cmd.Wait(); !errors.As(err, &exit) || exit.Exited() || len(w.printed) == 0 {
		t.Fatalf("the process ended with %v after %d lines, and was not killed", err, len(w.printed))
	}
	return w.printed
}
