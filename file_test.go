package slackstate_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
)

// A corrupt file is set aside when that is asked for, as it was, and a new one
// takes its place.
func TestRecoverCorrupt(t *testing.T) {
	for name, spoil := range map[string]func(content []byte) []byte{
		"half a file":          func(content []byte) []byte { return content[:len(content)/2] },
		"another file":         func(content []byte) []byte { return []byte(strings.Repeat("a text\n", 1000)) },
		"records that are not": func(content []byte) []byte { return bytes.ReplaceAll(content, []byte("ada"), []byte("eve")) },
	} {
		t.Run(name, func(t *testing.T) {
			path := file(t)
			st := open(t, path, nil)
			apply(t, st, ada, general)
			closeState(t, st)
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			content = spoil(content)
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := slackstate.Open(path, nil); !errors.As(err, new(*api.CorruptError)) {
				t.Fatalf("Open: %v, want an *api.CorruptError", err)
			}

			var log bytes.Buffer
			st = open(t, path, &slackstate.Options{RecoverCorrupt: true, Logger: slog.New(slog.NewTextHandler(&log, nil))})
			aside := st.Status().Recovered
			if got, err := os.ReadFile(aside); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%s is not what the file was: %v", aside, err)
			}
			if !strings.HasPrefix(aside, path+".corrupt-") || !strings.Contains(log.String(), aside) {
				t.Errorf("it was set aside as %s, and the log says\n%s", aside, &log)
			}
			if diff := cmp.Diff(look(api.Snapshot{}), look(st.Snapshot())); diff != "" {
				t.Errorf("the new one is not empty (-want +got)\n%s", diff)
			}
			apply(t, st, ada)
			want := look(st.Snapshot())
			closeState(t, st)
			st = open(t, path, &slackstate.Options{RecoverCorrupt: true})
			if diff := cmp.Diff(want, look(st.Snapshot())); diff != "" || st.Status().Recovered != "" {
				t.Errorf("the next time %q was set aside (-want +got)\n%s", st.Status().Recovered, diff)
			}
		})
	}
}

// Of files that are corrupt in the same second, none takes another's place.
func TestRecoverCorruptTwice(t *testing.T) {
	path := file(t)
	for i := range 3 {
		if err := os.WriteFile(path, bytes.Repeat([]byte{byte('a' + i)}, 10_000), 0o600); err != nil {
			t.Fatal(err)
		}
		closeState(t, open(t, path, &slackstate.Options{RecoverCorrupt: true}))
	}
	if aside, _ := filepath.Glob(path + ".corrupt-*"); len(aside) != 3 {
		t.Errorf("set aside are %v, want three files", aside)
	}
}

// Only what is corrupt is set aside.
func TestRecoverNothingElse(t *testing.T) {
	path := file(t)
	st := open(t, path, nil)
	apply(t, st, ada)
	if _, err := slackstate.Open(path, &slackstate.Options{RecoverCorrupt: true}); !errors.As(err, new(*api.LockedError)) {
		t.Errorf("Open: %v, want an *api.LockedError", err)
	}
	if aside, _ := filepath.Glob(path + "?*"); aside != nil {
		t.Errorf("set aside are %v", aside)
	}
}

// A reader beside a writer has what was published, and says of when it is.
func TestPublish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := file(t)
		const every = time.Minute
		st := open(t, path, &slackstate.Options{Publish: every})
		if _, err := st.ApplyDurable(t.Context(), []byte(`{"type":"hello"}`)); err != nil {
			t.Fatal(err)
		}
		apply(t, st, ada, adaActive)
		wait(t, st, onDisk)
		<-time.After(every + time.Second)
		synctest.Wait()
		published := look(st.Snapshot())
		apply(t, st, countess)
		wait(t, st, onDisk)

		reader := open(t, path, &slackstate.Options{ReadOnly: true, Token: "xoxb-1"})
		if diff := cmp.Diff(published, look(reader.Snapshot())); diff != "" {
			t.Errorf("the reader (-want +got)\n%s", diff)
		}
		if u, _ := reader.Snapshot().User("U1"); u.Presence() != api.Active {
			t.Error("the connection of the writer, which is up, is taken for lost")
		}
		upTo(t, reader.Changes(t.Context(), 0), published.Seq)
		s := reader.Status()
		if s.Copied.IsZero() || s.Seq != published.Seq || s.Durable != published.Seq {
			t.Errorf("Status is %+v", s)
		}
		if _, err := reader.Apply(t.Context(), []byte(ada)); !errors.Is(err, api.ErrReadOnly) {
			t.Errorf("Apply: %v, want %v", err, api.ErrReadOnly)
		}
		if err := reader.Run(t.Context()); !errors.Is(err, api.ErrReadOnly) {
			t.Errorf("Run: %v, want %v", err, api.ErrReadOnly)
		}

		<-time.After(every)
		synctest.Wait()
		if diff := cmp.Diff(look(st.Snapshot()), look(open(t, path, &slackstate.Options{ReadOnly: true}).Snapshot())); diff != "" {
			t.Errorf("the next reader (-want +got)\n%s", diff)
		}
	})
}

// Without a writer a reader has the file itself, and leaves it alone.
func TestReadOnly(t *testing.T) {
	path := file(t)
	if _, err := slackstate.Open(path, &slackstate.Options{ReadOnly: true}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Open of no file: %v, want %v", err, os.ErrNotExist)
	}
	st := open(t, path, nil)
	apply(t, st, `{"type":"hello"}`, ada, adaActive)
	closeState(t, st)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	reader := open(t, path, &slackstate.Options{ReadOnly: true})
	if u, _ := reader.Snapshot().User("U1"); u.Handle() != "ada" || u.Presence() != api.PresenceUnknown {
		t.Errorf("U1 is %q and %v: nobody is connected", u.Handle(), u.Presence())
	}
	if !reader.Status().Copied.IsZero() {
		t.Error("the file is taken for a copy")
	}
	closeState(t, reader)
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the file is not as it was")
	}
}
