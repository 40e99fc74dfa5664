package slackstate_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
)

func TestOpenMakesAPrivateFile(t *testing.T) {
	path := file(t)
	st := open(t, path, nil)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode(); mode != 0o600 {
		t.Errorf("mode is %v, want %v", mode, os.FileMode(0o600))
	}
	if diff := cmp.Diff(look(api.Snapshot{}), look(st.Snapshot())); diff != "" {
		t.Errorf("a new file is not an empty workspace (-want +got)\n%s", diff)
	}
}

func TestOpenAnswersFromTheFile(t *testing.T) {
	path := file(t)
	st := open(t, path, nil)
	apply(t, st, ada, general, adaJoins, countess)
	want := look(st.Snapshot())
	closeState(t, st)

	for range 2 { // the second time there was nothing to write
		st = open(t, path, nil)
		if diff := cmp.Diff(want, look(st.Snapshot())); diff != "" {
			t.Errorf("after Open (-want +got)\n%s", diff)
		}
		if err := st.Snapshot().Check(); err != nil {
			t.Error(err)
		}
		status := st.Status()
		if status.Phase != api.Offline || status.Seq != want.Seq || status.Durable != want.Seq || status.Err != nil {
			t.Errorf("Status after Open is %+v", status)
		}
		closeState(t, st)
	}
}

// Early answers come before the rest is read, and say that they are not all.
func TestOpenEarly(t *testing.T) {
	path := file(t)
	st := open(t, path, nil)
	apply(t, st, ada, general, adaJoins)
	want := look(st.Snapshot())
	closeState(t, st)

	var early []api.Snapshot
	st = open(t, path, &slackstate.Options{Early: func(s api.Snapshot) { early = append(early, s) }})
	if len(early) != 1 {
		t.Fatalf("Early was called %d times", len(early))
	}
	part := early[0]
	u, hasUser := part.User("U1")
	c, hasChannel := part.Channel("C1")
	if !part.Partial() || !hasUser || u.Handle() != "ada" || !hasChannel || c.Name() != "general" {
		t.Errorf("partial: %v, user %q, channel %q", part.Partial(), u.Handle(), c.Name())
	}
	if part.Ready() || part.Freshness("users").Known != api.Unknown || part.Check() == nil {
		t.Error("it passes for the whole workspace")
	}
	if part.Seq() != want.Seq {
		t.Errorf("it is as of %d, want %d", part.Seq(), want.Seq)
	}
	if diff := cmp.Diff(want, look(st.Snapshot())); diff != "" || st.Snapshot().Partial() {
		t.Errorf("after Open, partial: %v (-want +got)\n%s", st.Snapshot().Partial(), diff)
	}
}

// A process that was killed while connected left behind what only a connection
// can keep true.
func TestOpenAfterALostConnection(t *testing.T) {
	path := file(t)
	st := open(t, path, nil)
	apply(t, st, `{"type":"hello"}`, ada, adaActive,
		`{"type":"local.call","call":"1","method":"users.list"}`,
		`{"type":"local.page","call":"1","method":"users.list","response":{"ok":true,"members":[]}}`,
		`{"type":"local.listed","call":"1","method":"users.list","seen":[]}`)
	type fresh struct {
		Presence api.Presence
		Users    api.Known
	}
	got := func() fresh {
		u, _ := st.Snapshot().User("U1")
		return fresh{u.Presence(), st.Snapshot().Freshness("users").Known}
	}
	if diff := cmp.Diff(fresh{api.Active, api.Complete}, got()); diff != "" {
		t.Errorf("while connected (-want +got)\n%s", diff)
	}
	closeState(t, st)
	st = open(t, path, nil)
	if diff := cmp.Diff(fresh{api.PresenceUnknown, api.Stale}, got()); diff != "" {
		t.Errorf("after Open (-want +got)\n%s", diff)
	}
}
