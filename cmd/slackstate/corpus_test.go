package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every frame that has been published, applied to every start: the program ends
// well, and what it prints can be read again.
func TestReplayOfTheCorpus(t *testing.T) {
	corpus := os.Getenv("SLACKSTATE_CORPUS")
	if corpus == "" {
		t.Skip("SLACKSTATE_CORPUS names no directory")
	}
	var events strings.Builder
	frames := 0
	for _, dir := range []string{"rtm", "rtm/message_subtype", "rtm-undocumented", "events-api", "events-api/message_subtype", "socket-mode"} {
		files, err := filepath.Glob(filepath.Join(corpus, dir, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no frames in %s of %s: %v", dir, corpus, err)
		}
		for _, file := range files {
			for _, frame := range samples(t, file) {
				frames++
				events.WriteString(encode(t, frame) + "\n") // one line each
			}
		}
	}
	lines := write(t, "events.jsonl", events.String())
	whole := 0
	for i, start := range samples(t, filepath.Join(corpus, "web", "rtm.start.json")) {
		var body object
		if err := json.Unmarshal(start, &body); err != nil {
			t.Fatal(err)
		}
		if body["users"] == nil {
			continue // an error, or the bare form of today
		}
		whole++
		t.Run(fmt.Sprintf("start %d", i), func(t *testing.T) {
			r := call(t, "replay", "--start", write(t, "start.json", string(start)), "--events", lines, "--dump")
			if r.code != 0 {
				t.Fatalf("exit %d: %s", r.code, r.stderr)
			}
			var applied, unchanged, ignored, bad int
			if _, err := fmt.Sscanf(r.lastLine(), "%d applied, %d unchanged, %d ignored, %d bad", &applied, &unchanged, &ignored, &bad); err != nil {
				t.Fatalf("last line %q: %v", r.lastLine(), err)
			}
			if applied+unchanged+ignored != frames || bad != 0 || applied == 0 {
				t.Errorf("of %d frames %s", frames, r.lastLine())
			}
			again := succeed(t, "replay", "--start", write(t, "dump.json", r.stdout), "--dump")
			if digest(t, again) != digest(t, r.stdout) {
				t.Errorf("its dump reads as\n%s, printed was\n%s", again, r.stdout)
			}
		})
	}
	if whole == 0 {
		t.Error("no start in the corpus is whole")
	}
}

func samples(t *testing.T, file string) (all []json.RawMessage) {
	t.Helper()
	if err := json.Unmarshal(read(t, file), &all); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return all
}
