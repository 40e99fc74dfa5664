package slackstate_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/slackstate/slackstate/api"
)

// delivery is an event as the Events API delivers it.
func delivery(id, event string) string {
	return fmt.Sprintf(`{"token":"verification-0123","type":"event_callback","event_id":%q,"event":%s}`, id, event)
}

// What Slack delivers again is nothing new, however much happened in between, and
// in the next process too.
func TestApplyAgain(t *testing.T) {
	path := file(t)
	st := open(t, path, nil)
	first := delivery("Ev1", `{"type":"user_change","user":{"id":"U1","name":"ada","profile":{"display_name":"Ada"}}}`)
	apply(t, st, first, delivery("Ev2", countess))
	want := look(st.Snapshot())
	for _, when := range []string{"in the same process", "in the next one", "in the one after that"} {
		for _, again := range []string{first, delivery("Ev2", countess), first} {
			if seq := apply(t, st, again); seq != want.Seq || look(st.Snapshot()) != want {
				t.Errorf("%s: delivered again, %s is event %d, and U1 reads %s", when, again, seq, look(st.Snapshot()).JSON)
			}
		}
		closeState(t, st)
		st = open(t, path, nil)
	}
	if seq := apply(t, st, delivery("Ev3", ada)); seq != want.Seq+1 {
		t.Errorf("what was not delivered before is event %d, want %d", seq, want.Seq+1)
	}
}

// The window is as long as it has to be, and not longer.
func TestApplyAgainMuchLater(t *testing.T) {
	st := open(t, "", nil)
	prefers := func(i int) string {
		return delivery(fmt.Sprint("Ev", i), fmt.Sprintf(`{"type":"pref_change","name":"p","value":%d}`, i))
	}
	const window = 32_768
	for i := range window + 1 {
		apply(t, st, prefers(i))
	}
	end := st.Snapshot().Seq()
	if seq := apply(t, st, prefers(1)); seq != end {
		t.Errorf("the oldest of %d deliveries is event %d, want none after %d", window, seq, end)
	}
	if seq := apply(t, st, prefers(0)); seq != end+1 {
		t.Errorf("the one before is event %d, want %d", seq, end+1)
	}
}

// Envelopes have a token in them. What is kept is what was in the envelope.
func TestEnvelopesAreNotKept(t *testing.T) {
	path := file(t)
	st := open(t, path, nil)
	if _, err := st.ApplyDurable(t.Context(), []byte(delivery("Ev1", ada))); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(content), "verification-0123") {
		t.Error("the token of the envelope is in the file")
	}
	if u, _ := st.Snapshot().User("U1"); u.DisplayName() != "Ada" || api.Seq(1) != st.Status().Durable {
		t.Errorf("U1 is %q, and %d events are on disk", u.DisplayName(), st.Status().Durable)
	}
}
