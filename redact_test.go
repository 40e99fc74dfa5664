package slackstate_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/slacktest"
)

// What is redacted is nowhere: not in what readers see, and not in the file, the copy
// of it, the journal with its records before and after, or what is told of them. All
// else is there.
func TestRedact(t *testing.T) {
	path := file(t)
	st := open(t, path, &slackstate.Options{
		Redact:  []string{"email", "phone", "skype", "real_name", "text", "blocks", "attachments", "title", "fields"},
		History: slackstate.History{PerChannel: 10}, Files: true,
	})
	person := `"name":"%s","profile":{"display_name":"Kept","email":"secret@example.com","phone":"+secret","skype":"secret.skype",
		"real_name":"Secret Secret","title":"secret agent","fields":{"X1":{"value":"secret field"}}}`
	said := `"text":"secret plans","blocks":[{"type":"rich_text","elements":[{"text":"secret"}]}],"attachments":[{"fallback":"secret"}]`
	end := apply(t, st, general,
		`{"type":"team_join","user":{"id":"U1",`+fmt.Sprintf(person, "ada")+`}}`,
		`{"type":"user_change","user":{"id":"U1",`+fmt.Sprintf(person, "countess")+`}}`,
		`{"type":"message","channel":"C1","user":"U1","ts":"1700000000.000100",`+said+`}`,
		`{"type":"message","subtype":"message_changed","channel":"C1","ts":"1700000001.000100",
			"message":{"type":"message","user":"U1","ts":"1700000000.000100","edited":{"user":"U1","ts":"1700000001.000000"},`+said+`},
			"previous_message":{"type":"message","user":"U1","ts":"1700000000.000100",`+said+`}}`,
		`{"type":"file_created","file":{"id":"F1","name":"kept.txt","title":"secret title"}}`,
		delivery("Ev1", `{"type":"user_change","user":{"id":"U2",`+fmt.Sprintf(person, "bob")+`}}`),
		`{"type":"local.page","method":"users.list","response":{"ok":true,"members":[{"id":"U3","name":"eve","profile":{"em\u0061il":"secret@x"}}]}}`,
		`{"type":"local.ready"}`,
		`{"type":"user_change","user":{"id":"U1",`+fmt.Sprintf(person, "lovelace")+`}}`,
		`{"type":"message","channel":"C1","user":"U1","ts":"1700000002.000100",`+said+`}`)
	snap := st.Snapshot()
	for user, name := range map[api.UserID]string{"U1": "lovelace", "U2": "bob", "U3": "eve"} {
		if u, ok := snap.User(user); !ok || u.Handle() != name {
			t.Errorf("%s is %q, want %s", user, u.Handle(), name)
		}
	}
	c, _ := snap.ChannelNamed("general")
	if m, _ := c.Latest(); m.TS() != "1700000002.000100" || m.Text() != "" {
		t.Errorf("the newest message is %q: %q", m.TS(), m.Text())
	}
	for m := range c.Messages() {
		if m.AuthorID() != "U1" || m.Text() != "" {
			t.Errorf("message %s is by %s: %q", m.TS(), m.AuthorID(), m.Text())
		}
	}
	places := map[string]string{"dump": string(snap.JSON())}
	for _, oddity := range st.Oddities() {
		places["oddities"] += fmt.Sprint(oddity)
	}
	wait(t, st, onDisk)
	var gap *api.GapError
	if err := last(st.Changes(t.Context(), 0)); !errors.As(err, &gap) {
		t.Fatalf("Changes: %v, want a gap before the first page", err)
	}
	for _, c := range upTo(t, st.Changes(t.Context(), gap.Oldest), end) {
		places["changes"] += fmt.Sprintf("%+v", c)
	}
	closeState(t, st)
	db, err := persist.Open(path, persist.Options{})
	if err == nil {
		_, err = db.Load()
	}
	if err == nil {
		err = errors.Join(db.Publish(), db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]string{"file": path, "copy": path + ".ro"} {
		content, err := os.ReadFile(in)
		if err != nil {
			t.Fatal(err)
		}
		places[name] = string(content)
	}
	for where, text := range places {
		if strings.Contains(strings.ToLower(text), "secret") {
			t.Errorf("it is in the %s", where)
		}
		if where != "oddities" && !strings.Contains(text, "lovelace") {
			t.Errorf("nothing is in the %s", where)
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
