package slackstate_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// talking returns a state that is connected to a Slack, and a conversation of it
// that self is in.
func talking(t *testing.T, r *rig) (st *slackstate.State, room api.ChannelID, ann string) {
	t.Helper()
	ann, err := r.srv.AddUser("Ann")
	if err != nil {
		t.Fatal(err)
	}
	id, err := r.srv.CreateChannel(slacktest.ChannelSpec{Name: "room", Creator: ann, Members: []string{r.srv.Self()}})
	if err != nil {
		t.Fatal(err)
	}
	st, err = slackstate.Open("", r.options())
	if err != nil {
		t.Fatal(err)
	}
	stop := run(t, st)
	t.Cleanup(func() {
		stop()
		if _, err := st.Send(t.Context(), api.Draft{Channel: room, Text: "x"}); !errors.Is(err, api.ErrOffline) {
			t.Errorf("send after Run: %v, want ErrOffline", err)
		}
		if err := st.Close(); err != nil {
			t.Error(err)
		}
		if _, err := st.Send(t.Context(), api.Draft{Channel: room, Text: "x"}); !errors.Is(err, slackstate.ErrClosed) {
			t.Errorf("send after Close: %v, want ErrClosed", err)
		}
	})
	if _, err := st.Wait(t.Context(), slackstate.Live); err != nil {
		t.Fatal(err)
	}
	return st, api.ChannelID(id), ann
}

// A message that was sent is in the snapshot when Send returns, as it is in
// Slack, and a copy of it that arrives later is nothing new.
func TestSend(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, r *rig) {
		st, room, _ := talking(t, r)
		ts, err := st.Send(t.Context(), api.Draft{Channel: room, Text: "salt &amp; pepper"})
		if err != nil {
			t.Fatal(err)
		}
		snap := st.Snapshot()
		c, _ := snap.Channel(room)
		m, ok := c.Latest()
		author, _ := m.Author()
		if !ok || m.TS() != ts || m.Text() != "salt &amp; pepper" || string(author.ID()) != r.srv.Self() {
			t.Errorf("newest message is %s %q of %s, want %s", m.TS(), m.Text(), author.ID(), ts)
		}
		copied := `{"type":"message","channel":"` + string(room) + `","user":"` + r.srv.Self() + `","text":"salt &amp; pepper","ts":"` + string(ts) + `"}`
		if seq, err := st.Apply(t.Context(), []byte(copied)); err != nil || seq != snap.Seq() {
			t.Errorf("a copy is change %d, %v; want none after %d", seq, err, snap.Seq())
		}
		reply, err := st.Send(t.Context(), api.Draft{Channel: room, Text: "more", Thread: ts})
		if err != nil || reply <= ts {
			t.Errorf("reply is %s, %v", reply, err)
		}
	})
}

// What Slack refuses and what is too long are different facts.
func TestSendRefused(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, r *rig) {
		st, room, _ := talking(t, r)
		_, err := st.Send(t.Context(), api.Draft{Channel: room})
		var rejected *api.RejectedError
		if !errors.As(err, &rejected) || rejected.Code != 2 {
			t.Errorf("without text: %v, want code 2", err)
		}
		_, err = st.Send(t.Context(), api.Draft{Channel: room, Text: string(make([]byte, 5000))})
		if !errors.Is(err, api.ErrTooLong) {
			t.Errorf("5,000 characters: %v, want ErrTooLong", err)
		}
	})
}

// Presence is known of those who are followed, kept up to date, unknown while
// there is no connection, and known again after it.
func TestFollowPresence(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, r *rig) {
		st, _, ann := talking(t, r)
		presence := func(want api.Presence) {
			t.Helper()
			_, err := st.Wait(t.Context(), func(snap api.Snapshot, _ api.Status) bool {
				u, _ := snap.User(api.UserID(ann))
				return u.Presence() == want
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		set := func(p string) {
			t.Helper()
			if err := r.srv.SetPresence(ann, p); err != nil {
				t.Fatal(err)
			}
		}
		set("away")
		presence(api.PresenceUnknown)
		if err := st.FollowPresence(t.Context(), api.UserID(ann)); err != nil {
			t.Fatal(err)
		}
		presence(api.Away)
		set("active")
		presence(api.Active)
		r.srv.Disconnect()
		presence(api.PresenceUnknown)
		presence(api.Active)
		r.srv.Goodbye()
		<-time.After(time.Minute)
		set("away")
		presence(api.Away)
	})
}

// Self is seen to type.
func TestTyping(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, r *rig) {
		st, room, _ := talking(t, r)
		for _, ch := range []api.ChannelID{room, room} {
			if err := st.Typing(t.Context(), ch); err != nil {
				t.Error(err)
			}
		}
		if err := st.QueryPresence(t.Context(), slices.Repeat([]api.UserID{"U1"}, 3)...); err != nil {
			t.Error(err)
		}
	})
}
