package slacktest_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slackstate/slackstate/slacktest"
)

// A warning stands in both places, and the call is carried out.
func TestWarn(t *testing.T) {
	c := newCaller(t, newServer(t, slacktest.Options{}))
	c.s.Faults().Warn("team.info", 1, "method_deprecated")
	body := c.call("team.info")
	if body["warning"] != "method_deprecated" || body["team"] == nil ||
		!cmp.Equal(body["response_metadata"].(obj)["warnings"], []any{"method_deprecated"}) {
		t.Errorf("got %v", body)
	}
	if again := c.call("team.info"); again["warning"] != nil {
		t.Errorf("warned again: %v", again)
	}
}

// A URL may have expired before it is opened; the next one is good.
func TestExpireURLs(t *testing.T) {
	c := newCaller(t, newServer(t, slacktest.Options{}))
	c.s.Faults().ExpireURLs(1)
	expired(t, c.open(c.call("rtm.connect")["url"].(string)))
	if hello := c.open(c.call("rtm.connect")["url"].(string)).read(); hello["type"] != "hello" {
		t.Errorf("got %v, want hello", hello)
	}
}

// Pages may be empty and not the last: whoever goes on finds everything.
func TestEmptyPages(t *testing.T) {
	for _, tt := range []struct{ method, list string }{{"users.list", "members"}, {"conversations.list", "channels"}} {
		c := newCaller(t, newServer(t, slacktest.Options{Users: 60}))
		count := func() (rows, empty int) {
			for _, page := range c.pages(tt.method, tt.list, "limit", "20") {
				rows += len(list(page, tt.list))
				if len(list(page, tt.list)) == 0 {
					empty++
				}
			}
			return rows, empty
		}
		want, usual := count()
		c.s.Faults().EmptyPages(3)
		if rows, empty := count(); rows != want || empty != usual+3 {
			t.Errorf("%s: %d rows and %d empty pages, want %d and %d", tt.method, rows, empty, want, usual+3)
		}
		if diff := cmp.Diff(map[string]int{"emptypage": 3}, c.s.Faults().Fired()); diff != "" {
			t.Errorf("fired (-want +got):\n%s", diff)
		}
	}
}

// A list that is behind shows what was a while ago, but nothing from before the
// connection: of that no event tells.
func TestBehind(t *testing.T) {
	bubble(t, slacktest.Options{Users: 60}, func(t *testing.T, c *caller) {
		people := cast(t, c.s)
		c.s.Faults().Behind(20 * time.Second)
		room := must(c.s.CreateChannel(slacktest.ChannelSpec{Name: "never-shown", Creator: people.ann}))
		ok(t, c.s.RenameChannel(people.ann, room, "first"))
		c.connect()
		<-time.After(time.Second)
		ok(t, c.s.RenameChannel(people.ann, room, "second"))
		shown := func() (names []string) {
			for range 100 {
				row := find(list(c.call("conversations.list", "limit", "1000"), "channels"), room)
				if name := row["name"].(string); !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
			slices.Sort(names)
			return names
		}
		if diff := cmp.Diff([]string{"first", "second"}, shown()); diff != "" {
			t.Errorf("right after (-want +got):\n%s", diff)
		}
		<-time.After(30 * time.Second)
		if diff := cmp.Diff([]string{"second"}, shown()); diff != "" {
			t.Errorf("later (-want +got):\n%s", diff)
		}
		if c.s.Faults().Fired()["behind"] == 0 {
			t.Error("not counted")
		}
	})
}

// Frames change places if they have nothing to do with each other; one that
// nothing overtakes is late, not lost.
func TestReorder(t *testing.T) {
	bubble(t, slacktest.Options{Users: 60, Seed: 3}, func(t *testing.T, c *caller) {
		people := cast(t, c.s)
		room := must(c.s.CreateChannel(slacktest.ChannelSpec{Name: "room", Creator: people.ann, Members: []string{c.s.Self()}}))
		other := must(c.s.CreateChannel(slacktest.ChannelSpec{Name: "other", Creator: people.bob, Members: []string{c.s.Self()}}))
		sock := c.connect()
		texts := func(n int) (all []any) {
			for range n {
				all = append(all, sock.read()["text"])
			}
			return all
		}
		c.s.Faults().Reorder(1)
		must(c.s.Post(people.ann, room, "first"))
		must(c.s.Post(people.bob, other, "second"))
		if diff := cmp.Diff([]any{"second", "first"}, texts(2)); diff != "" {
			t.Errorf("unrelated (-want +got):\n%s", diff)
		}
		c.s.Faults().Reorder(1)
		must(c.s.Post(people.ann, room, "first"))
		must(c.s.Post(people.ann, room, "second"))
		if diff := cmp.Diff([]any{"first", "second"}, texts(2)); diff != "" {
			t.Errorf("of one conversation (-want +got):\n%s", diff)
		}
		c.s.Faults().Reorder(1)
		must(c.s.Post(people.ann, room, "alone"))
		start := time.Now()
		if diff := cmp.Diff([]any{"alone"}, texts(1)); diff != "" || time.Since(start) != time.Second {
			t.Errorf("alone, after %v (-want +got):\n%s", time.Since(start), diff)
		}
		synctest.Wait()
		if n := c.s.Faults().Fired()["reorder"]; n != 1 {
			t.Errorf("%d counted, want 1", n)
		}
	})
}

// What says when it happened is told again behind three others; the rest is not.
func TestRepeat(t *testing.T) {
	bubble(t, slacktest.Options{Users: 60, Seed: 3}, func(t *testing.T, c *caller) {
		people := cast(t, c.s)
		room := must(c.s.CreateChannel(slacktest.ChannelSpec{Name: "room", Creator: people.ann, Members: []string{c.s.Self()}}))
		sock := c.connect()
		c.s.Faults().Repeat(1)
		ok(t, c.s.RenameTeam("without a time"))
		for _, text := range []string{"first", "second", "third", "fourth", "fifth"} {
			must(c.s.Post(people.ann, room, text))
		}
		var got []any
		for range 7 {
			frame := sock.read()
			if frame["type"] == "team_rename" {
				frame["text"] = frame["name"]
			}
			got = append(got, frame["text"])
		}
		if diff := cmp.Diff([]any{"without a time", "first", "second", "third", "fourth", "first", "fifth"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if n := c.s.Faults().Fired()["repeat"]; n != 1 {
			t.Errorf("%d counted, want 1", n)
		}
	})
}

// People of other workspaces are in no list of users; members, messages and
// users.info have them, and the truth while they are there.
func TestForeigners(t *testing.T) {
	sc := newScene(t)
	sc.sock.drain()
	id := must(sc.InviteForeigner(sc.ann, sc.room, "Zoe Abroad"))
	must(sc.Post(id, sc.room, "hello"))
	joined, said := sc.sock.read(), obj(nil)
	for _, frame := range sc.sock.drain() {
		if frame["text"] == "hello" {
			said = frame
		}
	}
	const team = "T0ABROAD01"
	if joined["type"] != "member_joined_channel" || joined["team"] != team || said["user_team"] != team {
		t.Errorf("frames %v and %v", joined, said)
	}
	if u := sc.call("users.info", "user", id)["user"].(obj); u["team_id"] != team || u["real_name"] != "Zoe Abroad" {
		t.Errorf("users.info: %v", u)
	}
	if find(list(sc.call("users.list"), "members"), id) != nil {
		t.Error("users.list has them")
	}
	if find(list(truth(t, sc.Server), "users"), id) == nil {
		t.Error("the truth does not have them")
	}
	ok(t, sc.Leave(id, sc.room))
	if find(list(truth(t, sc.Server), "users"), id) != nil {
		t.Error("the truth has them when they have left")
	}
	if _, err := sc.InviteForeigner(sc.ann, sc.room, " "); !errors.Is(err, slacktest.Error("invalid_name")) {
		t.Errorf("without a name: %v", err)
	}
}
