package slackstate_test

import (
	"os"
	"strings"
	"testing"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// What is redacted is nowhere: not in what readers see, and not in the file, in
// events and records alike. All else is there.
func TestRedact(t *testing.T) {
	path := file(t)
	st := open(t, path, &slackstate.Options{Redact: []string{"email", "text", "blocks"}})
	apply(t, st, general,
		`{"type":"team_join","user":{"id":"U1","name":"ada","profile":{"display_name":"Ada","email":"secret@example.com"}}}`,
		`{"type":"message","channel":"C1","user":"U1","text":"secret plans","blocks":[{"text":{"text":"secret"}}],"ts":"1700000000.000100"}`,
		delivery("Ev1", `{"type":"user_change","user":{"id":"U2","name":"bob","profile":{"email":"secret@example.org"}}}`),
		`{"type":"local.page","method":"users.list","response":{"ok":true,"members":[{"id":"U3","name":"eve","profile":{"em\u0061il":"secret@x"}}]}}`)
	dump := string(st.Snapshot().JSON())
	wait(t, st, onDisk)
	for _, user := range []api.UserID{"U1", "U2", "U3"} {
		if u, ok := st.Snapshot().User(user); !ok || u.Handle() == "" {
			t.Errorf("%s is not there", user)
		}
	}
	c, _ := st.Snapshot().ChannelNamed("general")
	if m, _ := c.Latest(); m.TS() != "1700000000.000100" || m.Text() != "" {
		t.Errorf("the newest message is %q: %q", m.TS(), m.Text())
	}
	closeState(t, st)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for where, text := range map[string]string{"dump": dump, "file": string(content)} {
		if strings.Contains(text, "secret") {
			t.Errorf("it is in the %s", where)
		}
	}
}

func TestRedactRefuses(t *testing.T) {
	if _, err := slackstate.Open("", &slackstate.Options{Redact: []string{"id"}}); err == nil {
		t.Error("ids can be redacted")
	}
}

// A whole workspace, listed and followed, comes without what is redacted.
func TestRedactUnderRun(t *testing.T) {
	bubble(t, slacktest.Options{Users: 20}, func(t *testing.T, r *rig) {
		path := file(t)
		opts := r.options()
		opts.Redact = []string{"email", "text"}
		st := open(t, path, opts)
		stop := run(t, st)
		snap := wait(t, st, slackstate.Live)
		stop()
		if snap.NumUsers() < 20 {
			t.Errorf("there are %d users", snap.NumUsers())
		}
		for u := range snap.Users() {
			if u.Email() != "" {
				t.Errorf("%s has the address %s", u.ID(), u.Email())
			}
		}
		if dump := string(snap.JSON()); strings.Contains(dump, `"email":`) || strings.Contains(dump, `"text":`) {
			t.Error("the dump has redacted fields")
		}
	})
}
