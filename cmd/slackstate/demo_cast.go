package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/slackstate/slackstate/slacktest"
)

// A cast is who and what the demo is about, picked from the generated
// workspace.
type cast struct {
	user     string // a person in channel
	guest    string // one who is not
	channel  string // a public channel self is in
	name     string // its name
	side     string // another one
	sideUser string // a person in side
	lastTS   string // of the message posted live
}

// A step is one thing that happens in Slack.
type step struct {
	what string
	do   func() error
	sign sign // of the change it leads to
}

// A sign tells a change from others: the event's type, the table, and what the
// record holds then.
type sign struct{ event, table, holds string }

// castOf reads the truth and casts the demo.
func castOf(srv *slacktest.Server) (cast, error) {
	var truth struct {
		Self  struct{ ID string }
		Users []struct {
			ID      string
			Deleted bool
			Bot     bool `json:"is_bot"`
			Guest   bool `json:"is_restricted"`
		}
		Channels []struct {
			ID, Name string
			Members  []string
			Member   bool `json:"is_member"`
			Archived bool `json:"is_archived"`
			General  bool `json:"is_general"`
		}
	}
	if err := json.Unmarshal(srv.Truth(), &truth); err != nil {
		return cast{}, fmt.Errorf("read the truth: %w", err)
	}
	person := map[string]bool{}
	for _, u := range truth.Users {
		person[u.ID] = !u.Deleted && !u.Bot && !u.Guest && u.ID != truth.Self.ID && u.ID != "USLACKBOT"
	}
	var c cast
	for _, ch := range truth.Channels {
		if !ch.Member || ch.Archived || ch.General || len(ch.Members) < 4 {
			continue
		}
		var in []string
		inside := map[string]bool{}
		for _, m := range ch.Members {
			inside[m] = true
			if person[m] {
				in = append(in, m)
			}
		}
		switch {
		case len(in) < 2:
		case c.channel == "":
			c.channel, c.name, c.user = ch.ID, ch.Name, in[0]
			for _, u := range truth.Users {
				if person[u.ID] && !inside[u.ID] {
					c.guest = u.ID
				}
			}
		case c.side == "" && in[1] != c.guest && in[1] != c.user:
			c.side, c.sideUser = ch.ID, in[1]
		}
	}
	if c.guest == "" || c.side == "" {
		return cast{}, errors.New("the generated workspace has too few channels that self is in")
	}
	return c, nil
}

// liveSteps is the dozen things that happen while the child listens.
func (c *cast) liveSteps(srv *slacktest.Server) []step {
	return []step{
		{"a channel is renamed", func() error { return srv.RenameChannel(c.user, c.channel, c.name+"-next") },
			sign{"", "conversations", c.name + "-next"}},
		{"its topic is set", func() error { return srv.SetTopic(c.user, c.channel, "Ship it on Friday") },
			sign{"message", "conversations", "Ship it"}},
		{"its purpose is set", func() error { return srv.SetPurpose(c.user, c.channel, "Where releases are made") },
			sign{"message", "conversations", "Where releases"}},
		{"somebody joins it", func() error { return srv.Join(c.guest, c.channel) },
			sign{"member_joined_channel", "members", ""}},
		{"somebody writes", func() (err error) {
			c.lastTS, err = srv.Post(c.guest, c.channel, "hello, what did I miss?")
			return err
		}, sign{"message", "read state", "what did I miss"}},
		{"self reads up to there", func() error { return srv.MarkRead(c.channel, c.lastTS) },
			sign{"channel_marked", "read state", ""}},
		{"somebody leaves", func() error { return srv.Leave(c.guest, c.channel) },
			sign{"member_left_channel", "members", ""}},
		{"a status is set", func() error { return srv.SetStatus(c.user, "In a meeting", ":calendar:", time.Time{}) },
			sign{"", "users", "In a meeting"}},
		{"a display name changes", func() error {
			return srv.UpdateProfile(c.user, map[string]string{"display_name": "Captain"})
		}, sign{"", "users", "Captain"}},
		{"a new colleague", func() error { _, err := srv.AddUser("Nadia Fresh"); return err },
			sign{"team_join", "users", "Nadia Fresh"}},
		{"a bot is installed", func() error { _, _, err := srv.AddBot("deploy-bot"); return err },
			sign{"bot_added", "bots", ""}},
		{"a channel is archived", func() error { return srv.ArchiveChannel(c.sideUser, c.side) },
			sign{"", "conversations", `"is_archived":true`}},
		{"an emoji is added", func() error { return srv.AddEmoji("ship-it", "") },
			sign{"emoji_changed", "emoji", ""}},
		{"the workspace is renamed", func() error { return srv.RenameTeam("Demo Works") },
			sign{"team_rename", "team", ""}},
	}
}

// unseenSteps is what happens while nobody listens.
func (c *cast) unseenSteps(srv *slacktest.Server) []step {
	return []step{
		{what: "the channel is renamed again", do: func() error { return srv.RenameChannel(c.user, c.channel, c.name+"-later") }},
		{what: "somebody joins it", do: func() error { return srv.Join(c.guest, c.channel) }},
		{what: "they write", do: func() error { _, err := srv.Post(c.guest, c.channel, "is anybody there?"); return err }},
		{what: "somebody leaves it", do: func() error { return srv.Leave(c.user, c.channel) }},
		{what: "another colleague arrives", do: func() error { _, err := srv.AddUser("Omar Unseen"); return err }},
		{what: "an account is deactivated", do: func() error { return srv.DeactivateUser(c.sideUser) }},
		{what: "a channel is made", do: func() error {
			_, err := srv.CreateChannel(slacktest.ChannelSpec{Name: "brand-new"})
			return err
		}},
		{what: "another is deleted", do: func() error { return srv.DeleteChannel(c.user, c.side) }},
		{what: "the emoji is removed", do: func() error { return srv.RemoveEmoji("ship-it") }},
	}
}

// awaitNoSocket waits until the server has noticed that nobody is connected.
func awaitNoSocket(ctx context.Context, srv *slacktest.Server) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for srv.Sockets() > 0 {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for the socket to close: %w", ctx.Err())
		}
	}
	return nil
}
