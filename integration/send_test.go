package integration

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// What one client sends the other hears, and each knows what it sent itself.
func TestTalkWithSlackGo(t *testing.T) {
	srv, client := ourServer(t, slacktest.Options{})
	channel := truthOf(t, srv).joined(t)
	l := listen(t, client)
	await(l, anyOf[*slack.HelloEvent])
	ctx, st := follow(t, &slackstate.Options{Token: srv.Token(), APIURL: srv.URL()})
	if _, err := st.Wait(ctx, slackstate.Live); err != nil {
		t.Fatal(err)
	}

	ts, err := st.Send(ctx, api.Draft{Channel: api.ChannelID(channel.ID), Text: "toot"})
	if err != nil {
		t.Fatal(err)
	}
	heard := await(l, func(m *slack.MessageEvent) bool { return m.Text == "toot" })
	if heard.Channel != channel.ID || heard.Timestamp != string(ts) || heard.User != srv.Self() {
		t.Errorf("slack-go heard %+v, sent %s", heard.Msg, ts)
	}
	reply := l.rtm.NewOutgoingMessage("toot toot", channel.ID, slack.RTMsgOptionTS(string(ts)))
	l.rtm.SendMessage(reply)
	ack := await(l, anyOf[*slack.AckMessage])
	if !ack.Ok || ack.ReplyTo != reply.ID || ack.Timestamp <= string(ts) {
		t.Errorf("acknowledged with %+v", ack)
	}
	l.rtm.SendMessage(l.rtm.NewOutgoingMessage("all aboard", channel.ID))
	last := await(l, anyOf[*slack.AckMessage])
	snap, err := st.Wait(ctx, func(snap api.Snapshot, _ api.Status) bool {
		c, _ := snap.Channel(api.ChannelID(channel.ID))
		m, _ := c.Latest()
		return string(m.TS()) == last.Timestamp
	})
	if err != nil {
		t.Fatal(err)
	}
	c, _ := snap.Channel(api.ChannelID(channel.ID))
	if m, _ := c.Latest(); m.Text() != "all aboard" {
		t.Errorf("newest message is %q", m.Text())
	}
	for _, complaint := range srv.Complaints() {
		t.Errorf("the fake complains: %s", complaint)
	}
}

// A refused message is told to slack-go as one.
func TestRefusalWithSlackGo(t *testing.T) {
	_, client := ourServer(t, slacktest.Options{})
	l := listen(t, client)
	await(l, anyOf[*slack.HelloEvent])
	l.rtm.SendMessage(l.rtm.NewOutgoingMessage("into the void", "C0NOWHERE"))
	for {
		select {
		case e := <-l.rtm.IncomingEvents:
			if refused, ok := e.Data.(*slack.AckErrorEvent); ok {
				if refused.ErrorObj == nil {
					t.Error("refused without a reason")
				}
				return
			}
		case <-l.end:
			t.Fatal("never refused")
		}
	}
}

// slack-go hears of the presence it subscribes to, and of no other.
func TestPresenceWithSlackGo(t *testing.T) {
	srv, client := ourServer(t, slacktest.Options{})
	tr := truthOf(t, srv)
	channel := tr.joined(t)
	friend := tr.colleague(t, channel)
	stranger, err := srv.AddUser("A Stranger")
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t, client)
	await(l, anyOf[*slack.HelloEvent])
	l.rtm.SendMessage(l.rtm.NewSubscribeUserPresence([]string{friend}))
	l.rtm.SendMessage(l.rtm.NewTypingMessage(channel.ID))
	l.rtm.SendMessage(l.rtm.NewOutgoingMessage("subscribed by now", channel.ID))
	await(l, anyOf[*slack.AckMessage])
	for _, user := range []string{stranger, friend} {
		for _, presence := range []string{"away", "active"} {
			if err := srv.SetPresence(user, presence); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := await(l, func(e *slack.PresenceChangeEvent) bool { return e.Presence == "active" })
	if got.User != friend {
		t.Errorf("heard of %+v, subscribed to %s", got, friend)
	}
	// It gives a subscription no id.
	if diff := cmp.Diff([]string{"presence_sub with id 0"}, srv.Complaints()); diff != "" {
		t.Errorf("the fake complains of slack-go (-want +got):\n%s", diff)
	}
}
