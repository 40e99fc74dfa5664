package reducer

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/slackstate/slackstate/snapshot"
)

// A sample is one payload that somebody has published.
type sample struct {
	file string // within the corpus
	n    int
	kind string
	body json.RawMessage
}

// published are the kinds of samples that came from Slack's pages or from a
// wire; the others were made up from lists of field names.
var published = []string{"doc-page", "doc-example", "doc-example-repaired", "hollow", "sdk-test"}

// corpus reads the samples that SLACKSTATE_CORPUS leads to: files that hold
// arrays, and SOURCES.json, which says of what kind each element is.
func corpus(t *testing.T) (all []sample) {
	t.Helper()
	dir := os.Getenv("SLACKSTATE_CORPUS")
	if dir == "" {
		t.Skip("SLACKSTATE_CORPUS is not set")
	}
	var sources map[string][]struct{ Kind string }
	parse(t, filepath.Join(dir, "SOURCES.json"), &sources)
	for _, file := range slices.Sorted(maps.Keys(sources)) {
		var bodies []json.RawMessage
		if strings.HasPrefix(file, "http/") || strings.HasPrefix(file, "objects/") || file == "socket-mode/apps.connections.open.json" {
			continue // neither events nor responses about a workspace
		}
		parse(t, filepath.Join(dir, filepath.FromSlash(file)), &bodies)
		for i, body := range bodies {
			if kind := sources[file][i].Kind; slices.Contains(published, kind) {
				all = append(all, sample{file, i, kind, body})
			}
		}
	}
	return all
}

func parse(t *testing.T, file string, v any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// frame is the event of a sample: itself, or a page if it is a response.
func (s sample) frame() string {
	method, isResponse := strings.CutPrefix(s.file, "web/")
	if !isResponse {
		return string(s.body)
	}
	method = strings.TrimSuffix(method, ".json")
	return `{"type":"local.page","method":"` + method + `","args":{"channel":"C024BE91L","user":"U023BECGF","usergroup":"S0614TZR7"},"response":` + string(s.body) + `}`
}

// TestCorpus feeds each published sample to an empty workspace, to one in which
// every id that it names exists, and to what the samples before it have made of
// one. All that is asked is that each leaves a consistent workspace, means
// nothing the second time, and is of a type that is known.
func TestCorpus(t *testing.T) {
	one := &snapshot.Snapshot{}
	did := map[Outcome]int{}
	for n, s := range corpus(t) {
		t.Run(fmt.Sprintf("%s/%d", s.file, s.n), func(t *testing.T) {
			at := int64(epoch + 1000*n)
			s.reduce(t, &snapshot.Snapshot{}, at)
			_, outcome := s.reduce(t, peopled(t, s.body), at)
			did[outcome]++
			one, _ = s.reduce(t, one, at)
		})
	}
	if did[Changed] < did[Ignored]/4 {
		t.Errorf("of the samples, about workspaces with their ids, %v", did)
	}
}

func (s sample) reduce(t *testing.T, before *snapshot.Snapshot, at int64) (*snapshot.Snapshot, Outcome) {
	t.Helper()
	ev, err := Decode([]byte(s.frame()), at)
	if err != nil {
		t.Fatal(err)
	}
	after, res := Reduce(config, before, ev)
	consistent(t, after)
	if err := before.Check(); err != nil {
		t.Errorf("the workspace before: %v", err)
	}
	placeholder := strings.HasPrefix(filepath.Base(s.file), "_")
	switch {
	case placeholder:
	case res.Odd == "unknown type", res.Odd == "unknown subtype", res.Odd == "has no type":
		t.Errorf("%s: %q %q", res.Odd, ev.Type, ev.Subtype)
	case res.Odd != "" && s.kind == "sdk-test":
		t.Logf("%s %s", ev.Type, res.Odd) // cut down by the one who published it
	}
	if ev.Type != "hello" { // a second one is another connection's
		if twice, again := Reduce(config, after, ev); again.Outcome == Changed {
			t.Errorf("it changed something again:\n%s", strings.Join(describe(t, twice, again), "\n"))
		}
	}
	return after, res.Outcome
}

var quotedID = regexp.MustCompile(`"([UWCGDBS][A-Z0-9]{5,12})"`)

// peopled returns a workspace in which the ids that a payload names exist.
func peopled(t *testing.T, body json.RawMessage) *snapshot.Snapshot {
	t.Helper()
	rows := map[byte][]string{}
	seen := map[string]bool{}
	for _, m := range quotedID.FindAllSubmatch(body, -1) {
		id := string(m[1])
		if seen[id] {
			continue
		}
		seen[id] = true
		row := `{"id":"` + id + `","name":"n-` + strings.ToLower(id) + `"}`
		kind := id[0]
		switch kind {
		case 'W':
			kind = 'U'
		case 'C':
			row = strings.Replace(row, "}", `,"is_channel":true,"is_member":true,"members":["USELF"],"last_read":"0000000000.000000","unread_count":0}`, 1)
		case 'G':
			row = strings.Replace(row, "}", `,"is_private":true,"is_member":true,"members":["USELF"]}`, 1)
		case 'D':
			row = `{"id":"` + id + `","is_im":true}`
		case 'S':
			row = strings.Replace(row, "}", `,"users":["USELF"],"user_count":1,"date_update":1}`, 1)
		}
		rows[kind] = append(rows[kind], row)
	}
	list := func(kind byte) string { return "[" + strings.Join(rows[kind], ",") + "]" }
	s, _ := reduce(t, &snapshot.Snapshot{}, startEvent([]byte(`{"ok":true,"self":{"id":"USELF","name":"me"},"team":{"id":"T024BE7LD","name":"t"},
		"users":`+list('U')+`,"channels":`+list('C')+`,"groups":`+list('G')+`,"ims":`+list('D')+`,"bots":`+list('B')+`,"subteams":{"all":`+list('S')+`,"self":[]},"emoji":{}}`)), epoch)
	return s
}
