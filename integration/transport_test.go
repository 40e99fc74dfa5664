package integration

import (
	"net/http"
	"testing"

	"github.com/slack-go/slack"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// What a program does through slack-go is in the next snapshot, although no
// event ever tells of it.
func TestTransportWithSlackGo(t *testing.T) {
	srv, _ := ourServer(t, slacktest.Options{})
	ctx, st := follow(t, &slackstate.Options{Token: srv.Token(), APIURL: srv.URL()})
	if _, err := st.Wait(ctx, slackstate.Live); err != nil {
		t.Fatal(err)
	}
	client := slack.New(srv.Token(), slack.OptionAPIURL(srv.URL()),
		slack.OptionHTTPClient(&http.Client{Transport: st.Transport(nil)}))
	channel := truthOf(t, srv).joined(t)
	friend := truthOf(t, srv).colleague(t, channel)
	srv.Faults().Withhold(1000)
	now := func() api.Channel {
		c, _ := st.Snapshot().Channel(api.ChannelID(channel.ID))
		return c
	}

	_, ts, err := client.PostMessageContext(ctx, channel.ID, slack.MsgOptionText("full steam & ahead", false))
	if err != nil {
		t.Fatal(err)
	}
	if m, _ := now().Latest(); string(m.TS()) != ts || m.Text() != "full steam &amp; ahead" {
		t.Errorf("newest message is %s %q, posted %s", m.TS(), m.Text(), ts)
	}
	if _, _, _, err := client.UpdateMessageContext(ctx, channel.ID, ts, slack.MsgOptionText("half steam", false)); err != nil {
		t.Fatal(err)
	}
	if m, _ := now().Latest(); m.Text() != "half steam" {
		t.Errorf("newest message is %q", m.Text())
	}
	if _, _, err := client.DeleteMessageContext(ctx, channel.ID, ts); err != nil {
		t.Fatal(err)
	}
	if m, ok := now().Latest(); ok && string(m.TS()) == ts {
		t.Errorf("newest message is still %q", m.Text())
	}
	if _, err := client.RenameConversationContext(ctx, channel.ID, "boiler-room"); err != nil {
		t.Fatal(err)
	}
	if got := now().Name(); got != "boiler-room" {
		t.Errorf("name is %q", got)
	}
	if _, err := client.SetTopicOfConversationContext(ctx, channel.ID, "pressure"); err != nil {
		t.Fatal(err)
	}
	if got := now().Topic().Text; got != "pressure" {
		t.Errorf("topic is %q", got)
	}
	if _, err := client.LeaveConversationContext(ctx, channel.ID); err != nil {
		t.Fatal(err)
	}
	if now().Joined() {
		t.Error("still joined")
	}

	// A user whose change nobody told of is asked for.
	if err := srv.UpdateProfile(friend, map[string]string{"title": "Stoker"}); err != nil {
		t.Fatal(err)
	}
	got, err := client.GetUserInfoContext(ctx, friend)
	if err != nil {
		t.Fatal(err)
	}
	if u, _ := st.Snapshot().User(api.UserID(friend)); u.Title() != "Stoker" || got.Profile.Title != "Stoker" {
		t.Errorf("title is %q, slack-go has %q", u.Title(), got.Profile.Title)
	}
	if err := st.Snapshot().Check(); err != nil {
		t.Error(err)
	}
}
