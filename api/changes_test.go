package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/snapshot"
)

// told returns what a commit did to one sort of view, in words.
func told[V api.View](c api.Commit, word func(V) string) (all []string) {
	for ch := range api.ChangesTo[V](c) {
		switch {
		case ch.Created() && !ch.Updated() && !ch.Deleted():
			all = append(all, "+ "+word(ch.After))
		case ch.Deleted() && !ch.Updated() && !ch.Created():
			all = append(all, "- "+word(ch.Before))
		case ch.Updated() && !ch.Created() && !ch.Deleted():
			all = append(all, word(ch.Before)+" -> "+word(ch.After))
		default:
			all = append(all, "a change that is several things or none")
		}
	}
	return all
}

func counter(n int, known bool) string {
	if !known {
		return "?"
	}
	return fmt.Sprint(n)
}

// TestChangesTo has an event for each sort of view, or two, and what ChangesTo
// tells of each sort. A sort that is not named is not changed.
func TestChangesTo(t *testing.T) {
	for _, tt := range []struct {
		event string
		want  map[string][]string
	}{
		{`{"type":"team_join","user":{"id":"U5","name":"percy"}}`, map[string][]string{
			"User": {"+ U5 percy"}}},
		{`{"type":"user_change","user":{"id":"U2","name":"babbage"}}`, map[string][]string{
			"User": {"U2 charles -> U2 babbage"}}},
		{`{"type":"user_change","user":{"id":"U1","name":"lovelace","updated":1600000005}}`, map[string][]string{
			"User": {"U1 ada -> U1 lovelace"}, "Self": {"ada -> lovelace"}}},
		{`{"type":"channel_rename","channel":{"id":"C1","name":"main"}}`, map[string][]string{
			"Channel": {"C1 general -> C1 main"}}},
		{`{"type":"channel_deleted","channel":"C2"}`, map[string][]string{
			"Channel": {"- C2 hall"}}},
		{`{"type":"channel_created","channel":{"id":"C5","name":"fresh"}}`, map[string][]string{
			"Channel": {"+ C5 fresh"}}},
		{`{"type":"message","channel":"C1","user":"U2","text":"news","ts":"1600000009.000100"}`, map[string][]string{
			"ReadState": {"C1 2 unread -> C1 3 unread"}, "Message": {"it <@U1> turns -> news"}}},
		{`{"type":"message","subtype":"message_changed","hidden":true,"channel":"C1","ts":"1600000009.000100",
			"message":{"type":"message","ts":"1600000000.000400","user":"U2","text":"it turned <@U1>"}}`, map[string][]string{
			"ReadState": {"C1 2 unread -> C1 2 unread"}, "Message": {"it <@U1> turns -> it turned <@U1>"}}},
		{`{"type":"message","channel":"C2","user":"U2","text":"hello?","ts":"1600000009.000100"}`, map[string][]string{
			"ReadState": {"+ C2 ? unread"}, "Message": {"+ hello?"}}},
		{`{"type":"channel_marked","channel":"C1","ts":"1600000000.000300","unread_count":1,"unread_count_display":1}`, map[string][]string{
			"ReadState": {"C1 2 unread -> C1 1 unread"}}},
		{`{"type":"member_joined_channel","channel":"C1","user":"U4"}`, map[string][]string{
			"Membership": {"+ U4 in C1"}, "Channel": {"C1 general -> C1 general"}}},
		{`{"type":"member_left_channel","channel":"C1","user":"U2"}`, map[string][]string{
			"Membership": {"- U2 in C1"}, "Channel": {"C1 general -> C1 general"}}},
		{`{"type":"bot_changed","bot":{"id":"B1","name":"Engine"}}`, map[string][]string{
			"Bot": {"B1 Difference -> B1 Engine"}}},
		{`{"type":"subteam_updated","subteam":{"id":"S1","handle":"maths","date_update":1600000005}}`, map[string][]string{
			"Usergroup": {"S1 mathematicians -> S1 maths"}}},
		{`{"type":"emoji_changed","subtype":"add","name":"lever","value":"https://img.example/lever.png"}`, map[string][]string{
			"Emoji": {"+ lever"}}},
		{`{"type":"emoji_changed","subtype":"remove","names":["smile2"]}`, map[string][]string{
			"Emoji": {"- smile2"}}},
		{`{"type":"dnd_updated_user","user":"U2","dnd_status":{"dnd_enabled":true}}`, map[string][]string{
			"DND": {"+ U2 true"}}},
		{`{"type":"presence_change","user":"U2","presence":"active"}`, map[string][]string{
			"UserPresence": {"U2 away -> U2 active"}}},
		{`{"type":"team_rename","name":"Analytical Engines"}`, map[string][]string{
			"Team": {"Engines -> Analytical Engines"}}},
		{`{"type":"manual_presence_change","presence":"active"}`, map[string][]string{
			"Self": {"ada -> ada"}}},
		{`{"type":"pref_change","name":"theme","value":"light"}`, map[string][]string{}},
		{`{"type":"local.offline"}`, map[string][]string{
			"UserPresence": {"- U1 active", "- U2 away"}}},
	} {
		t.Run(strings.Split(tt.event, `"`)[3], func(t *testing.T) {
			s, _ := reduce(t, &snapshot.Snapshot{}, world)
			_, c := reduce(t, s, tt.event)
			got := map[string][]string{
				"User":    told(c, func(u api.User) string { return string(u.ID()) + " " + u.Handle() }),
				"Channel": told(c, func(c api.Channel) string { return string(c.ID()) + " " + c.Name() }),
				"ReadState": told(c, func(r api.ReadState) string {
					return string(r.Channel().ID()) + " " + counter(r.Unread()) + " unread"
				}),
				"Message":    told(c, api.Message.Text),
				"Membership": told(c, func(m api.Membership) string { return string(m.UserID() + " in " + api.UserID(m.ChannelID())) }),
				"Bot":        told(c, func(b api.Bot) string { return string(b.ID()) + " " + b.Name() }),
				"Usergroup":  told(c, func(g api.Usergroup) string { return string(g.ID()) + " " + g.Handle() }),
				"Emoji":      told(c, api.Emoji.Name),
				"DND":        told(c, func(d api.DND) string { return fmt.Sprint(d.UserID(), " ", d.Enabled()) }),
				"UserPresence": told(c, func(p api.UserPresence) string {
					return fmt.Sprint(p.UserID(), " ", p.Presence())
				}),
				"Team": told(c, api.Team.Name),
				"Self": told(c, api.Self.Name),
			}
			for sort, changes := range got {
				if changes == nil {
					delete(got, sort)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// One side of a change that is missing still says of what.
func TestChangesToNamesWhatIsGone(t *testing.T) {
	s, _ := reduce(t, &snapshot.Snapshot{}, world)
	_, c := reduce(t, s, `{"type":"channel_deleted","channel":"C2"}`)
	for ch := range api.ChangesTo[api.Channel](c) {
		if ch.After.Valid() || ch.After.ID() != "C2" {
			t.Errorf("after its deletion C2 is %v, valid %v", ch.After.ID(), ch.After.Valid())
		}
		if _, ok := c.Snapshot().Channel(ch.Before.ID()); ok {
			t.Error("C2 is still in the commit's snapshot")
		}
	}
	_, c = reduce(t, s, `{"type":"message","subtype":"message_deleted","hidden":true,"channel":"C1",
		"ts":"1600000009.000100","deleted_ts":"1600000000.000400"}`)
	for ch := range api.ChangesTo[api.Message](c) {
		if !ch.Deleted() || ch.After.ChannelID() != "C1" {
			t.Errorf("the message that is gone was of %q", ch.After.ChannelID())
		}
	}
}

func TestCommit(t *testing.T) {
	s, _ := reduce(t, &snapshot.Snapshot{}, world)
	next, c := reduce(t, s, `{"type":"member_joined_channel","channel":"C1","user":"U4","team":"T1"}`)
	if c.Seq() != next.Seq() || c.Event() != "member_joined_channel" || c.Snapshot() != api.Of(next) {
		t.Errorf("commit %d of %q", c.Seq(), c.Event())
	}
	if want := time.UnixMilli(began + 1000*int64(s.Seq())); !c.At().Equal(want) {
		t.Errorf("received at %v, want %v", c.At(), want)
	}
	type change struct{ Table, Key, Before, After string }
	var got []change
	for ch := range c.Changes() {
		got = append(got, change{ch.Table, ch.Key, string(ch.Before), string(ch.After)})
		if isNew := ch.Before == nil; isNew != (ch.Table == "members") {
			t.Errorf("%s %s has Before %q", ch.Table, ch.Key, ch.Before)
		}
	}
	was, _ := api.Of(s).Channel("C1")
	is, _ := api.Of(next).Channel("C1")
	want := []change{ // and not the clock that moved as well
		{"conversations", "C1", string(was.JSON()), string(is.JSON())},
		{"members", "C1/U4", "", "{}"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if first := slices.Collect(func(yield func(api.Change) bool) {
		for ch := range c.Changes() {
			yield(ch)
			break
		}
	}); len(first) != 1 || first[0].Key != "C1" {
		t.Errorf("a loop that is left has seen %v", first)
	}
}
