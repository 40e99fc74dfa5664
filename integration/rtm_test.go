package integration

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/slackstate/slackstate/slacktest"
)

func TestConnectWithSlackGo(t *testing.T) {
	for _, useStart := range []bool{false, true} {
		for _, form := range []slacktest.RTMStartForm{slacktest.RTMStartConnect, slacktest.RTMStartFull} {
			t.Run(fmt.Sprintf("start=%v form=%s", useStart, form), func(t *testing.T) {
				srv, client := ourServer(t, slacktest.Options{RTMStart: form})
				l := listen(t, client, slack.RTMOptionUseStart(useStart))
				connected := await(l, anyOf[*slack.ConnectedEvent])
				truth := truthOf(t, srv)
				if got, want := connected.Info.User.ID, truth.Self.ID; got != want {
					t.Errorf("self is %s, want %s", got, want)
				}
				if got, want := connected.Info.Team.Domain, truth.Team.Domain; got != want {
					t.Errorf("the domain is %s, want %s", got, want)
				}
				await(l, anyOf[*slack.HelloEvent])
			})
		}
	}
}

func TestWrongTokenWithSlackGo(t *testing.T) {
	srv, _ := ourServer(t, slacktest.Options{})
	stranger := slack.New("xoxb-stranger", slack.OptionAPIURL(srv.URL()))
	if _, err := stranger.AuthTest(); err == nil || err.Error() != "invalid_auth" {
		t.Errorf("auth.test: %v", err)
	}
	rtm := stranger.NewRTM()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		rtm.ManageConnection()
	}()
	refused := false
	for done := false; !done; {
		select {
		case e := <-rtm.IncomingEvents:
			_, is := e.Data.(*slack.InvalidAuthEvent)
			refused = refused || is
		case <-ended:
			done = len(rtm.IncomingEvents) == 0
		}
	}
	if !refused {
		t.Error("the connection ended, and not because of the token")
	}
}

func TestPingWithSlackGo(t *testing.T) {
	_, client := ourServer(t, slacktest.Options{})
	l := listen(t, client, slack.RTMOptionPingInterval(20*time.Millisecond))
	// slack-go sends the time in seconds, and measures by what is echoed.
	latency := await(l, anyOf[*slack.LatencyReport]).Value
	if latency < 0 || latency > patience {
		t.Errorf("a latency of %v", latency)
	}
}

// What happens in the workspace reaches slack-go as Slack would tell it.
func TestFramesForSlackGo(t *testing.T) {
	srv, client := ourServer(t, slacktest.Options{})
	truth := truthOf(t, srv)
	channel := truth.joined(t)
	friend := truth.colleague(t, channel)
	stranger, err := srv.AddUser("Stella Strange")
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t, client)
	await(l, anyOf[*slack.HelloEvent])

	for _, step := range []struct {
		name string
		do   func() error
		want func(*testing.T, *listener)
	}{
		{"message", func() error { _, err := srv.Post(friend, channel.ID, "rest & recreation"); return err },
			func(t *testing.T, l *listener) {
				m := await(l, anyOf[*slack.MessageEvent])
				if m.Channel != channel.ID || m.User != friend || m.Text != "rest &amp; recreation" || m.Timestamp == "" || m.SubType != "" {
					t.Errorf("got %+v", m)
				}
			}},
		{"member joined", func() error { return srv.Invite(friend, channel.ID, stranger) },
			func(t *testing.T, l *listener) {
				want := slack.MemberJoinedChannelEvent{Type: "member_joined_channel", User: stranger, Channel: channel.ID,
					ChannelType: "C", Team: truth.Team.ID, Inviter: friend}
				if got := *await(l, anyOf[*slack.MemberJoinedChannelEvent]); got != want {
					t.Errorf("got %+v, want %+v", got, want)
				}
			}},
		{"member left", func() error { return srv.Leave(stranger, channel.ID) },
			func(t *testing.T, l *listener) {
				want := slack.MemberLeftChannelEvent{Type: "member_left_channel", User: stranger, Channel: channel.ID,
					ChannelType: "C", Team: truth.Team.ID}
				if got := *await(l, anyOf[*slack.MemberLeftChannelEvent]); got != want {
					t.Errorf("got %+v, want %+v", got, want)
				}
			}},
		{"user change", func() error { return srv.UpdateProfile(friend, map[string]string{"display_name": "Captain"}) },
			func(t *testing.T, l *listener) {
				got := await(l, anyOf[*slack.UserChangeEvent]).User
				if got.ID != friend || got.Profile.DisplayName != "Captain" || got.TeamID != truth.Team.ID || got.Updated == 0 {
					t.Errorf("got %+v", got)
				}
			}},
		{"channel rename", func() error { return srv.RenameChannel(friend, channel.ID, "engine-room") },
			func(t *testing.T, l *listener) {
				got := await(l, anyOf[*slack.ChannelRenameEvent])
				if got.Channel.ID != channel.ID || got.Channel.Name != "engine-room" || got.Channel.Created != int(channel.Created) || got.Timestamp == "" {
					t.Errorf("got %+v", got)
				}
			}},
		{"topic", func() error { return srv.SetTopic(friend, channel.ID, "steam") },
			func(t *testing.T, l *listener) {
				m := await(l, func(m *slack.MessageEvent) bool { return m.SubType == "channel_topic" })
				if m.Topic != "steam" || m.User != friend {
					t.Errorf("got %+v", m)
				}
			}},
		{"edit", func() error {
			ts, err := srv.Post(friend, channel.ID, "befor")
			if err != nil {
				return err
			}
			return srv.EditMessage(friend, channel.ID, ts, "before")
		},
			func(t *testing.T, l *listener) {
				m := await(l, func(m *slack.MessageEvent) bool { return m.SubType == "message_changed" })
				if m.SubMessage == nil || m.SubMessage.Text != "before" || m.SubMessage.Edited == nil || m.PreviousMessage == nil || m.PreviousMessage.Text != "befor" {
					t.Errorf("got %+v", m)
				}
			}},
		{"new user", func() error { _, err := srv.AddUser("Nils New"); return err },
			func(t *testing.T, l *listener) {
				if got := await(l, anyOf[*slack.TeamJoinEvent]).User; got.RealName != "Nils New" {
					t.Errorf("got %+v", got)
				}
			}},
		{"user group", func() error { _, err := srv.CreateSubteam("Stokers", "stokers", friend); return err },
			func(t *testing.T, l *listener) {
				created := await(l, anyOf[*slack.SubteamCreatedEvent]).Subteam
				if created.Handle != "stokers" || len(created.Users) != 0 { // who is in it is told next
					t.Errorf("created is %+v", created)
				}
				got := await(l, anyOf[*slack.SubteamUpdatedEvent]).Subteam
				if got.ID != created.ID || len(got.Users) != 1 || got.Users[0] != friend {
					t.Errorf("updated is %+v", got)
				}
			}},
		{"emoji", func() error { return srv.AddEmoji("funnel", "https://emoji.example/funnel.png") },
			func(t *testing.T, l *listener) {
				got := await(l, anyOf[*slack.EmojiChangedEvent])
				if got.SubType != "add" || got.Name != "funnel" || got.Value != "https://emoji.example/funnel.png" {
					t.Errorf("got %+v", got)
				}
			}},
		{"team", func() error { return srv.RenameTeam("Steamers") },
			func(t *testing.T, l *listener) {
				if got := await(l, anyOf[*slack.TeamRenameEvent]); got.Name != "Steamers" {
					t.Errorf("got %+v", got)
				}
			}},
	} {
		t.Run(step.name, func(t *testing.T) {
			l.t = t
			defer func() { l.t = nil }()
			if err := step.do(); err != nil {
				t.Fatal(err)
			}
			step.want(t, l)
		})
	}
	l.t = t
}

// A message that slack-go sends is acknowledged, and said.
func TestSendWithSlackGo(t *testing.T) {
	srv, client := ourServer(t, slacktest.Options{})
	channel := truthOf(t, srv).joined(t)
	l := listen(t, client)
	await(l, anyOf[*slack.HelloEvent])
	out := l.rtm.NewOutgoingMessage("all aboard & away", channel.ID)
	l.rtm.SendMessage(out)
	ack := await(l, anyOf[*slack.AckMessage])
	if !ack.Ok || ack.ReplyTo != out.ID || ack.Text != "all aboard &amp; away" || ack.Timestamp == "" {
		t.Errorf("acknowledged with %+v, sent %+v", ack, out)
	}
	history, err := client.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: channel.ID, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(history.Messages) != 1 || history.Messages[0].Timestamp != ack.Timestamp || history.Messages[0].Text != ack.Text {
		t.Errorf("the newest message is %+v", history.Messages)
	}
}

// slack-go comes back after a lost connection, and after a planned one.
func TestReconnectWithSlackGo(t *testing.T) {
	srv, client := ourServer(t, slacktest.Options{})
	l := listen(t, client)
	await(l, anyOf[*slack.HelloEvent])
	for n, lose := range []func(){
		func() { srv.Disconnect() },
		func() { srv.Goodbye(); srv.Disconnect() },
	} {
		lose()
		await(l, func(e *slack.ConnectedEvent) bool { return e.ConnectionCount == n+1 })
		await(l, anyOf[*slack.HelloEvent])
	}
	if err := srv.RenameTeam("Back Again"); err != nil {
		t.Fatal(err)
	}
	await(l, func(e *slack.TeamRenameEvent) bool { return e.Name == "Back Again" })
}

// Whatever goes on in a workspace, slack-go can read it.
func TestSlackGoReadsEverything(t *testing.T) {
	srv, client := ourServer(t, slacktest.Options{Users: 40})
	l := listen(t, client)
	await(l, anyOf[*slack.HelloEvent])
	rng := rand.New(rand.NewPCG(4, 2))
	read := map[string]int{}
	for n := range 1500 {
		srv.Random(rng)
		if n%30 > 0 {
			continue
		}
		// So that no frame is waited for in vain, and none is left behind.
		name := fmt.Sprintf("Name %d", n)
		if err := srv.RenameTeam(name); err != nil {
			t.Fatal(err)
		}
		for {
			e := l.event()
			read[e.Type]++
			if rename, ok := e.Data.(*slack.TeamRenameEvent); ok && rename.Name == name {
				break
			}
		}
	}
	for _, typ := range []string{"message", "user_change", "member_joined_channel", "channel_created", "channel_archive",
		"reaction_added", "pin_added", "dnd_updated_user", "subteam_updated", "bot_changed", "im_created", "channel_marked"} {
		if read[typ] == 0 {
			t.Errorf("no %s among %v", typ, read)
		}
	}
}
