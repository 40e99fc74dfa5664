package slackstate_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

// What Send has returned for is there after a kill at that very moment.
func TestSendIsDurable(t *testing.T) {
	bubble(t, slacktest.Options{Users: 6}, func(t *testing.T, r *rig) {
		opts := r.options()
		opts.History = slackstate.History{PerChannel: 100}
		path, room := file(t), town(t, r.srv)
		st := open(t, path, opts)
		defer run(t, st)()
		wait(t, st, slackstate.Live)
		for range 20 {
			ts, err := st.Send(t.Context(), api.Draft{Channel: room, Text: "hello"})
			if err != nil {
				t.Fatal(err)
			}
			if err := st.PublishNow(); err != nil {
				t.Fatal(err)
			}
			next, err := slackstate.Open(path+".ro", opts)
			if err != nil {
				t.Fatal(err)
			}
			if m, ok := next.Snapshot().Message(room, ts); !ok || m.Text() != "hello" {
				t.Errorf("%s is lost", ts)
			}
			closeState(t, next)
		}
	})
}

// Whatever a program asks for, Slack has nothing to complain of.
func TestManners(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, r *rig) {
		st, room, ann := talking(t, r)
		for n := range 20 {
			if err := st.Typing(t.Context(), room); err != nil {
				t.Error(err)
			}
			if _, err := st.Send(t.Context(), api.Draft{Channel: room, Text: strings.Repeat("<&>é", 1000)}); err != nil {
				t.Error(err)
			}
			if n%5 == 0 {
				r.srv.Disconnect()
				<-time.After(5 * time.Minute) // and it is back
			}
		}
		if err := st.FollowPresence(t.Context(), slices.Repeat([]api.UserID{api.UserID(ann)}, 1000)...); err != nil {
			t.Error(err)
		}
		<-time.After(time.Minute)
		if diff := cmp.Diff([]string(nil), r.srv.Complaints()); diff != "" {
			t.Errorf("complaints (-want +got)\n%s", diff)
		}
	})
}

// No message is lost, posted twice or told wrongly of, whatever the network does:
// an acknowledged one is in Slack and in the snapshot, a refused or unsent one is
// in neither, and of the rest the caller knows that it knows nothing.
func TestSendThroughFaults(t *testing.T) {
	faults := []string{"disconnect", "tear", "halfopen", "lostreply", "duplicate"}
	happened := map[string]int{}
	for seed := range uint64(20) {
		bubble(t, slacktest.Options{Seed: seed}, func(t *testing.T, r *rig) {
			st, room, _ := talking(t, r)
			for _, fault := range faults {
				if err := r.srv.Faults().Enable(fault); err != nil {
					t.Fatal(err)
				}
			}
			sent := map[string]error{}
			acknowledged := map[api.TS]string{}
			for n := range 60 {
				text := fmt.Sprintf("message %d", n)
				ts, err := st.Send(t.Context(), api.Draft{Channel: room, Text: text})
				sent[text] = err
				switch {
				case err == nil:
					acknowledged[ts] = text
					happened["acknowledged"]++
				case errors.Is(err, api.ErrOffline):
					happened["not sent"]++
				case errors.Is(err, api.ErrUnacknowledged):
					happened["not acknowledged"]++
				default:
					t.Fatal(err)
				}
				if c, _ := st.Snapshot().Channel(room); err == nil {
					if m, _ := c.Latest(); m.TS() != ts {
						t.Errorf("%s is not in the snapshot", text)
					}
				}
				for range 3 {
					if err := r.srv.RenameTeam(text); err != nil {
						t.Fatal(err)
					}
				}
				<-time.After(2 * time.Second)
			}
			r.srv.Faults().Clear()
			for fault, n := range r.srv.Faults().Fired() {
				happened[fault] += n
			}
			posted := map[api.TS]string{}
			for _, m := range messages(t, r, string(room)) {
				posted[m.TS] = m.Text
			}
			for ts, text := range acknowledged {
				if posted[ts] != text {
					t.Errorf("seed %d: %s was acknowledged as %q and is %q", seed, ts, text, posted[ts])
				}
			}
			count := map[string]int{}
			for _, text := range posted {
				count[text]++
			}
			for text, err := range sent {
				if n := count[text]; n > 1 || n == 1 && errors.Is(err, api.ErrOffline) || n == 0 && err == nil {
					t.Errorf("seed %d: %q, sent with %v, was posted %d times", seed, text, err, n)
				}
			}
		})
	}
	for _, what := range append(faults, "acknowledged", "not sent", "not acknowledged") {
		if happened[what] == 0 {
			t.Errorf("%s: never in all runs", what)
		}
	}
	t.Log(happened)
}

// A message is what Slack's history has of one.
type message struct {
	TS   api.TS
	Text string
}

func messages(t *testing.T, r *rig, channel string) []message {
	t.Helper()
	resp, err := r.client.PostForm(r.srv.URL()+"conversations.history", url.Values{"token": {r.srv.Token()}, "channel": {channel}, "limit": {"999"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var history struct{ Messages []message }
	if err := json.NewDecoder(resp.Body).Decode(&history); err != nil {
		t.Fatal(err)
	}
	return history.Messages
}
