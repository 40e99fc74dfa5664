package slackstate_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// texts returns what the messages of a conversation say, oldest first, replies in
// threads under them.
func texts(snap api.Snapshot, ch api.ChannelID) (all []string) {
	c, _ := snap.Channel(ch)
	for m := range c.Messages() {
		all = append(all, m.Text())
		for r := range m.Replies() {
			all = append(all, "> "+r.Text())
		}
	}
	return all
}

// says is the frame of a message that is sent a number of seconds after the others.
func says(ch, text string, second int, more string) string {
	return fmt.Sprintf(`{"type":"message","channel":%q,"user":"U1","text":%q,"ts":"17000000%02d.000100"%s}`, ch, text, second, more)
}

// Messages come live, are there after a restart, and make room for newer ones.
func TestHistory(t *testing.T) {
	bubble(t, slacktest.Options{Users: 10}, func(t *testing.T, r *rig) {
		path, opts := file(t), r.options()
		opts.History, opts.Files = slackstate.History{PerChannel: 4}, true
		st := open(t, path, opts)
		stop := run(t, st)
		wait(t, st, slackstate.Live)

		channel, err := r.srv.CreateChannel(slacktest.ChannelSpec{Name: "harbour", Members: []string{r.srv.Self()}})
		must(t, err)
		post := func(text string) string {
			t.Helper()
			ts, err := r.srv.Post(r.srv.Self(), channel, text)
			must(t, err)
			return ts
		}
		post("made room for")
		first := post("ship ahoy")
		_, err = r.srv.PostThreadReply(r.srv.Self(), channel, first, "where?", false)
		must(t, err)
		second := post("a typo")
		must(t, r.srv.EditMessage(r.srv.Self(), channel, second, "north"))
		must(t, r.srv.AddReaction(r.srv.Self(), channel, first, "eyes"))
		must(t, r.srv.Pin(r.srv.Self(), channel, first))
		must(t, r.srv.DeleteMessage(r.srv.Self(), channel, post("never mind")))
		post("thanks")
		synctest.Wait()

		check := func(when string, snap api.Snapshot) {
			t.Helper()
			ch := api.ChannelID(channel)
			if diff := cmp.Diff([]string{"ship ahoy", "> where?", "north", "thanks"}, texts(snap, ch)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", when, diff)
			}
			m, _ := snap.Message(ch, api.TS(first))
			n, _, known := m.ReplyCount()
			want := []api.Reaction{{Name: "eyes", Users: []api.UserID{api.UserID(r.srv.Self())}, Count: 1}}
			if diff := cmp.Diff(want, m.Reactions()); diff != "" || n != 1 || !known || !m.Pinned() {
				t.Errorf("%s: %d replies (%t), pinned %t, reactions (-want +got):\n%s", when, n, known, m.Pinned(), diff)
			}
		}
		check("live", st.Snapshot())
		stop()
		closeState(t, st)

		st = open(t, path, opts)
		check("in the next process", st.Snapshot())
		closeState(t, st)
		if v, err := slackstate.Verify(path); err != nil || v.Reduced == 0 {
			t.Errorf("Verify: %+v, %v", v, err)
		}

		opts.History.PerChannel = 2
		st = open(t, path, opts)
		if diff := cmp.Diff([]string{"north", "thanks"}, texts(st.Snapshot(), api.ChannelID(channel))); diff != "" {
			t.Errorf("with less room (-want +got):\n%s", diff)
		}
		closeState(t, st)
		opts.History = slackstate.History{}
		st = open(t, path, opts)
		if got := texts(st.Snapshot(), api.ChannelID(channel)); got != nil {
			t.Errorf("with no room %q are kept", got)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Messages go when they are too old, at the next event after an hour at most.
func TestHistoryAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		<-time.After(time.Until(time.Unix(1_700_000_000, 0)))
		st := open(t, file(t), &slackstate.Options{History: slackstate.History{MaxAge: 3 * time.Hour}})
		apply(t, st, general, says("C1", "old", 0, ""))
		<-time.After(2 * time.Hour)
		apply(t, st, adaJoins, `{"type":"message","channel":"C1","user":"U1","text":"new","ts":"1700007200.000100"}`)
		if got := texts(st.Snapshot(), "C1"); len(got) != 2 {
			t.Errorf("two hours old: %q", got)
		}
		<-time.After(time.Hour + time.Minute)
		apply(t, st, ada)
		if diff := cmp.Diff([]string{"new"}, texts(st.Snapshot(), "C1")); diff != "" {
			t.Errorf("three hours old (-want +got):\n%s", diff)
		}
		closeState(t, st)
	})
}

// Keep is asked of each message when it comes. Its answer is a part of the event: what
// it would say later makes no difference to that message.
func TestKeep(t *testing.T) {
	path := file(t)
	var asked []api.ChannelID
	keep := func(c api.Channel) bool {
		asked = append(asked, c.ID())
		return c.Name() == "general"
	}
	st := open(t, path, &slackstate.Options{History: slackstate.History{PerChannel: 10, Keep: keep}})
	apply(t, st, general, `{"type":"channel_created","channel":{"id":"C2","name":"random","created":1}}`,
		says("C1", "kept", 1, ""), says("C2", "not kept", 2, ""), says("C3", "unheard of", 3, ""), says("C1", "a reply", 4, `,"thread_ts":"1700000001.000100"`))
	if want := []api.ChannelID{"C1", "C2", "C3", "C1"}; !slices.Equal(asked, want) {
		t.Errorf("asked about %q, want %q", asked, want)
	}
	closeState(t, st)

	if v, err := slackstate.Verify(path); err != nil || v.Reduced != v.Rows {
		t.Errorf("Verify: %+v, %v", v, err)
	}
	st = open(t, path, &slackstate.Options{History: slackstate.History{PerChannel: 10}})
	for ch, want := range map[api.ChannelID][]string{"C1": {"kept", "> a reply"}, "C2": nil, "C3": nil} {
		if diff := cmp.Diff(want, texts(st.Snapshot(), ch)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", ch, diff)
		}
	}
	apply(t, st, says("C2", "not kept", 2, ""), says("C3", "heard of", 4, ""))
	closeState(t, st)
	if v, err := slackstate.Verify(path); err != nil || v.Reduced != v.Rows {
		t.Errorf("Verify, once everything is kept: %+v, %v", v, err)
	}
	st = open(t, path, &slackstate.Options{History: slackstate.History{PerChannel: 10, Keep: slackstate.None}})
	for ch, want := range map[api.ChannelID][]string{"C1": {"kept", "> a reply"}, "C2": {"not kept"}, "C3": {"heard of"}} {
		if diff := cmp.Diff(want, texts(st.Snapshot(), ch)); diff != "" {
			t.Errorf("%s, where no more is kept (-want +got):\n%s", ch, diff)
		}
	}
}

// Whatever happens to messages while somebody watches, those that are kept are
// those that are there, and all of them, even where everything is told twice.
func TestHistoryIsTrue(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			bubble(t, slacktest.Options{Users: 30, Seed: seed + 1}, func(t *testing.T, r *rig) {
				path, opts := file(t), r.options()
				opts.History = slackstate.History{PerChannel: 1000}
				st := open(t, path, opts)
				stop := run(t, st)
				first := wait(t, st, slackstate.Live)
				began := messagesOf(t, r.srv.Truth())

				rng := rand.New(rand.NewPCG(seed, 6))
				for n := range 900 {
					if n == 450 {
						r.srv.Faults().Duplicate(100)
					}
					r.srv.Random(rng)
				}
				synctest.Wait()
				<-time.After(time.Minute)
				must(t, r.srv.RenameTeam("The last one seen"))
				end := wait(t, st, func(s api.Snapshot, _ api.Status) bool { return s.Team().Name() == "The last one seen" }).Seq()
				moved := map[string]bool{} // the conversations that self was not in all the time
				for c, err := range st.Changes(t.Context(), first.Seq()) {
					must(t, err)
					for ch := range api.ChangesTo[api.Channel](c) {
						id := string(ch.After.ID())
						moved[id] = moved[id] || ch.Before.Joined() != ch.After.Joined()
					}
					if c.Seq() >= end {
						break
					}
				}
				kept, want := messagesOf(t, st.Snapshot().JSON()), messagesOf(t, r.srv.Truth())
				compared := maps.Clone(kept)
				maps.DeleteFunc(compared, func(key [2]string, _ any) bool { return moved[key[0]] })
				maps.DeleteFunc(want, func(key [2]string, _ any) bool { return moved[key[0]] || began[key] != nil })
				if n := len(compared); n < 80 {
					t.Errorf("only %d messages", n)
				}
				if diff := cmp.Diff(want, compared); diff != "" {
					t.Errorf("(-truth +kept)\n%s", diff)
				}
				stop()
				closeState(t, st)
				if diff := cmp.Diff(kept, messagesOf(t, open(t, path, opts).Snapshot().JSON())); diff != "" {
					t.Errorf("(-live +in the next process)\n%s", diff)
				}
			})
		})
	}
}

// asSent are members of a message that say how it was sent, or quote something as
// it was then.
var asSent = []string{"root", "bot_profile", "username", "source_team", "user_team", "suppress_notification"}

// messagesOf returns the messages of a workspace by conversation and ts.
func messagesOf(t *testing.T, workspace []byte) map[[2]string]any {
	t.Helper()
	var w struct{ Messages map[string][]map[string]any }
	if err := json.Unmarshal(workspace, &w); err != nil {
		t.Fatal(err)
	}
	all := map[[2]string]any{}
	for ch, list := range w.Messages {
		for _, m := range list {
			for _, name := range asSent {
				delete(m, name)
			}
			all[[2]string{ch, fmt.Sprint(m["ts"])}] = withoutNulls(m)
		}
	}
	return all
}
