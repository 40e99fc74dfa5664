package reducer

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slackstate/slackstate/snapshot"
)

// TestCorpus feeds published sample payloads, which SLACKSTATE_CORPUS leads to,
// to one workspace. They are no history: all that is asked is that each leaves
// a consistent snapshot, means nothing the second time, and is of a type that
// is known.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("SLACKSTATE_CORPUS")
	if dir == "" {
		t.Skip("SLACKSTATE_CORPUS is not set")
	}
	starts := samples(t, filepath.Join(dir, "web", "rtm.start.json"))
	if len(starts) == 0 {
		t.Fatal("no rtm.start")
	}
	at := int64(epoch)
	s, _ := reduce(t, &snapshot.Snapshot{}, startEvent(starts[0]), at)
	consistent(t, s)
	for _, pattern := range []string{"rtm/*", "rtm/message_subtype/*", "rtm-undocumented/*", "events-api/*",
		"events-api/message_subtype/*", "socket-mode/*"} {
		files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)+".json"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, error %v", pattern, len(files), err)
		}
		for _, file := range files {
			for i, frame := range samples(t, file) {
				ev, err := Decode(frame, at)
				if err != nil {
					t.Errorf("%s %d: %v", file, i, err)
					continue
				}
				at += 1000
				ev.At = at
				next, res := Reduce(config, s, ev)
				consistent(t, next)
				if placeholder := strings.HasPrefix(filepath.Base(file), "_"); res.Odd == "unknown type" && !placeholder {
					t.Errorf("%s %d: type %q is in no table", file, i, ev.Type)
				}
				if _, again := Reduce(config, next, ev); again.Outcome == Changed {
					t.Errorf("%s %d: changed something again: %v", file, i, again.Changes)
				}
				if s = next; t.Failed() {
					t.Fatalf("%s %d: %s", file, i, frame)
				}
			}
		}
	}
	for _, file := range methodFiles(t, dir) {
		method := filepath.Base(file[:len(file)-len(".json")])
		for i, body := range samples(t, file) {
			at += 1000
			next, _ := reduce(t, s, `{"type":"local.page","method":"`+method+`","args":{"channel":"C024BE91L","user":"U023BECGF","usergroup":"S0614TZR7"},"response":`+string(body)+`}`, at)
			if consistent(t, next); t.Failed() {
				t.Fatalf("%s %d: %s", file, i, body)
			}
			s = next
		}
	}
	t.Logf("%d users, %d conversations, %d events that did something", s.Len(user), s.Len(conv), s.Seq())
}

func methodFiles(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "web", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// samples reads a file that holds a JSON array.
func samples(t *testing.T, file string) []json.RawMessage {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&list); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return list
}
