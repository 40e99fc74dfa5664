package slackstate_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// TestGuide is what the RTM guide asks of a client, sentence by sentence, each
// against slacktest, which complains of clients that do not keep to it.
func TestGuide(t *testing.T) {
	for _, sentence := range []struct {
		says string
		test func(t *testing.T, r *rig, st *slackstate.State, room api.ChannelID, ann string)
	}{
		{"The URL is single use", func(t *testing.T, r *rig, st *slackstate.State, _ api.ChannelID, _ string) {
			for range 3 {
				r.srv.Disconnect()
				<-time.After(5 * time.Minute)
				wait(t, st, slackstate.Live)
			}
			if calls := r.srv.Calls()["rtm.connect"]; calls != 3 { // the first came from rtm.start
				t.Errorf("%d URLs asked for on 3 reconnects", calls)
			}
		}},
		{"The URL is valid 30 s: after the error that says it has expired, ask for a new one at once", func(t *testing.T, r *rig, st *slackstate.State, _ api.ChannelID, _ string) {
			r.srv.Faults().ExpireURLs(1)
			r.srv.Disconnect()
			<-time.After(5 * time.Minute)
			wait(t, st, slackstate.Live)
			if calls := r.srv.Calls()["rtm.connect"]; calls != 2 {
				t.Errorf("%d URLs asked for, want 2", calls)
			}
		}},
		{"The reply to the last message sent on the previous connection may come on the next", func(t *testing.T, r *rig, st *slackstate.State, room api.ChannelID, _ string) {
			r.srv.Faults().LoseReply(1)
			ts, err := st.Send(t.Context(), api.Draft{Channel: room, Text: "hello"})
			if got := messages(t, r, string(room)); err != nil || got[0].TS != ts || got[0].Text != "hello" {
				t.Errorf("sent as %s (%v), and is %v", ts, err, got[0])
			}
		}},
		{"Every frame has a positive id, unique on its connection", func(t *testing.T, r *rig, st *slackstate.State, room api.ChannelID, ann string) {
			for range 2 {
				if _, err := st.Send(t.Context(), api.Draft{Channel: room, Text: "hello"}); err != nil {
					t.Error(err)
				}
				if err := errors.Join(st.Typing(t.Context(), room), st.FollowPresence(t.Context(), api.UserID(ann))); err != nil {
					t.Error(err)
				}
				r.srv.Disconnect()
				<-time.After(5 * time.Minute)
			}
		}},
		{"A failure is a reply with a code and a message", func(t *testing.T, _ *rig, st *slackstate.State, room api.ChannelID, _ string) {
			_, err := st.Send(t.Context(), api.Draft{Channel: room})
			var rejected *api.RejectedError
			if !errors.As(err, &rejected) || rejected.Code != 2 || rejected.Msg == "" {
				t.Errorf("a message without text: %v", err)
			}
		}},
		{"ts is a string, unique within a conversation, and sorts as ASCII", func(t *testing.T, _ *rig, st *slackstate.State, room api.ChannelID, _ string) {
			last := api.TS("")
			for n := range 3 {
				ts, err := st.Send(t.Context(), api.Draft{Channel: room, Text: fmt.Sprint(n)})
				if err != nil || ts <= last {
					t.Errorf("%s after %s (%v)", ts, last, err)
				}
				last = ts
			}
			c, _ := st.Snapshot().Channel(room)
			if m, _ := c.Latest(); m.TS() != last || m.Text() != "2" {
				t.Errorf("the latest is %s", m.TS())
			}
		}},
		{"Until its reply a message is pending", func(t *testing.T, r *rig, st *slackstate.State, room api.ChannelID, _ string) {
			r.srv.Stall() // it is written, and nobody hears
			before := st.Snapshot().Seq()
			sent := make(chan error, 1)
			go func() {
				_, err := st.Send(t.Context(), api.Draft{Channel: room, Text: "hello"})
				sent <- err
			}()
			<-time.After(10 * time.Second)
			synctest.Wait()
			if len(sent) != 0 || st.Snapshot().Seq() != before {
				t.Error("it is taken to be posted")
			}
			if err := <-sent; !errors.Is(err, api.ErrUnacknowledged) {
				t.Errorf("without a reply: %v, want ErrUnacknowledged", err)
			}
		}},
		{"typing at most every 3 s", func(t *testing.T, _ *rig, st *slackstate.State, room api.ChannelID, _ string) {
			for range 20 {
				if err := st.Typing(t.Context(), room); err != nil {
					t.Error(err)
				}
				<-time.After(500 * time.Millisecond)
			}
		}},
		{"ping when idle: a dead connection is noticed within twice the interval", func(t *testing.T, r *rig, st *slackstate.State, _ api.ChannelID, _ string) {
			<-time.After(10 * time.Minute) // nothing happens, and the connection lives
			if calls := r.srv.Calls()["rtm.connect"]; calls != 0 {
				t.Errorf("connected %d times more for nothing", calls)
			}
			r.srv.Stall()
			start := time.Now()
			wait(t, st, in(api.Connecting))
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("noticed after %v", took)
			}
		}},
		{"A frame over 16 KB disconnects: HTML escaping is off", func(t *testing.T, _ *rig, st *slackstate.State, room api.ChannelID, _ string) {
			if _, err := st.Send(t.Context(), api.Draft{Channel: room, Text: strings.Repeat("<&>", 1300)}); err != nil {
				t.Errorf("3,900 characters: %v", err)
			}
		}},
		{"At most 4,000 characters of text", func(t *testing.T, r *rig, st *slackstate.State, room api.ChannelID, _ string) {
			before := messages(t, r, string(room))
			if _, err := st.Send(t.Context(), api.Draft{Channel: room, Text: strings.Repeat("é", 4001)}); !errors.Is(err, api.ErrTooLong) {
				t.Errorf("4,001 characters: %v, want ErrTooLong", err)
			}
			if after := messages(t, r, string(room)); len(after) != len(before) || st.Status().Phase != api.Live {
				t.Error("it was sent")
			}
		}},
		{"At most one message a second sustained", func(t *testing.T, _ *rig, st *slackstate.State, room api.ChannelID, _ string) {
			start := time.Now()
			for range 20 {
				if _, err := st.Send(t.Context(), api.Draft{Channel: room, Text: "hello"}); err != nil {
					t.Error(err)
				}
			}
			if took := time.Since(start); took < 15*time.Second {
				t.Errorf("20 messages took %v", took)
			}
		}},
		{"RTM posts plain messages; mentions are written <@U…>", func(t *testing.T, r *rig, st *slackstate.State, room api.ChannelID, ann string) {
			text := "hello <@" + ann + ">"
			if _, err := st.Send(t.Context(), api.Draft{Channel: room, Text: text}); err != nil {
				t.Error(err)
			}
			if got := messages(t, r, string(room)); got[0].Text != text {
				t.Errorf("posted %q, want %q", got[0].Text, text)
			}
		}},
		{"Presence comes only by subscription", func(t *testing.T, r *rig, st *slackstate.State, _ api.ChannelID, ann string) {
			presence := func() api.Presence {
				<-time.After(time.Minute)
				u, _ := st.Snapshot().User(api.UserID(ann))
				return u.Presence()
			}
			if err := r.srv.SetPresence(ann, "away"); err != nil {
				t.Fatal(err)
			}
			if got := presence(); got != api.PresenceUnknown {
				t.Errorf("not subscribed to: %v", got)
			}
			if err := st.FollowPresence(t.Context(), api.UserID(ann)); err != nil {
				t.Fatal(err)
			}
			if got := presence(); got != api.Away {
				t.Errorf("subscribed to: %v, want away", got)
			}
		}},
		{"Ids are global: W is a user, too", func(t *testing.T, _ *rig, st *slackstate.State, room api.ChannelID, _ string) {
			apply(t, st, `{"type":"user_change","user":{"id":"W012","name":"wim","updated":1735689600}}`,
				`{"type":"message","channel":"`+string(room)+`","user":"W012","text":"hello","ts":"1735690000.000100"}`)
			c, _ := st.Snapshot().Channel(room)
			m, _ := c.Latest()
			if u, ok := m.Author(); !ok || u.Handle() != "wim" {
				t.Errorf("the author is %v", u.Handle())
			}
		}},
		{"Members of other workspaces are users of their team, and what a message says of its author fills a stub", func(t *testing.T, _ *rig, st *slackstate.State, room api.ChannelID, _ string) {
			apply(t, st, `{"type":"message","channel":"`+string(room)+`","user":"W9","text":"hello","ts":"1735690000.000100",
				"user_team":"T9","source_team":"T9","user_profile":{"name":"zoe","real_name":"Zoe Abroad"}}`)
			if u, _ := st.Snapshot().User("W9"); u.Team() != "T9" || u.RealName() != "Zoe Abroad" {
				t.Errorf("the author is %q of %q", u.RealName(), u.Team())
			}
		}},
		{"One message may come over several of our connections: conversation and ts tell", func(t *testing.T, _ *rig, st *slackstate.State, room api.ChannelID, ann string) {
			unread := func() int {
				c, _ := st.Snapshot().Channel(room)
				n, known := c.Read().Unread()
				if !known {
					t.Error("not known how many are unread")
				}
				return n
			}
			apply(t, st, `{"type":"channel_marked","channel":"`+string(room)+`","ts":"1735689999.000100","unread_count":0,"unread_count_display":0}`)
			for _, source := range []string{"T1", "T2"} {
				apply(t, st, `{"type":"message","channel":"`+string(room)+`","user":"`+ann+`","text":"hello","ts":"1735690000.000100","source_team":"`+source+`"}`)
			}
			if n := unread(); n != 1 {
				t.Errorf("%d are unread, want 1", n)
			}
		}},
	} {
		t.Run(sentence.says, func(t *testing.T) {
			bubble(t, slacktest.Options{}, func(t *testing.T, r *rig) {
				st, room, ann := talking(t, r)
				sentence.test(t, r, st, room, ann)
				<-time.After(time.Minute)
				if all := r.srv.Complaints(); len(all) > 0 {
					t.Errorf("complaints: %q", all)
				}
			})
		})
	}
}

// Frames that happened between the call and the socket's opening follow hello:
// nobody lists a preference, and yet it is known.
func TestGuideFramesBeforeTheSocket(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, r *rig) {
		opts := r.options()
		dials := 0
		opts.Bootstrap = slackstate.Connect
		opts.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			dials++
			if err := r.srv.SetPref("muted_channels", fmt.Sprint("C", dials)); err != nil {
				return nil, err
			}
			return r.dial(ctx, network, addr)
		}
		st := open(t, "", opts)
		defer run(t, st)()
		for n := 1; n <= 2; n++ {
			snap := wait(t, st, slackstate.Live)
			if got := flatten(t, snap.JSON())["self//prefs"]; fmt.Sprint(got) != fmt.Sprintf("map[muted_channels:C%d]", n) {
				t.Errorf("connection %d: %v", n, got)
			}
			r.srv.Disconnect()
			wait(t, st, in(api.Connecting))
		}
	})
}
