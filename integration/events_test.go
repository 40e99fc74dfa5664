package integration

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"github.com/slackstate/slackstate/slacktest"
)

// Events posted by our server pass slack-go's check of the signature, and its
// parser.
func TestDeliveryToSlackGo(t *testing.T) {
	srv, _ := ourServer(t, slacktest.Options{Users: 40})
	renamed := make(chan string, 100)
	var unreadable atomic.Int64
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read a delivery: %v", err)
			return
		}
		v, err := slack.NewSecretsVerifier(r.Header, srv.SigningSecret())
		if err == nil {
			_, _ = v.Write(body) // to a hash
			err = v.Ensure()
		}
		if err != nil {
			t.Errorf("the signature is wrong: %v", err)
		}
		var challenge slackevents.ChallengeResponse
		if json.Unmarshal(body, &challenge) == nil && challenge.Challenge != "" {
			_, _ = io.WriteString(w, challenge.Challenge) // the server tells if it did not arrive
			return
		}
		e, err := slackevents.ParseEvent(body, slackevents.OptionNoVerifyToken())
		if err != nil {
			unreadable.Add(1)
			t.Logf("slack-go cannot read an event: %v\n%s", err, body)
			return
		}
		if rename, ok := e.InnerEvent.Data.(*slackevents.TeamRenameEvent); ok {
			renamed <- rename.Name
		}
	}))
	t.Cleanup(app.Close)

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	delivered := make(chan error, 1)
	go func() { delivered <- srv.Deliver(ctx, app.URL) }()
	t.Cleanup(func() {
		cancel()
		if err := <-delivered; !errors.Is(err, context.Canceled) {
			t.Errorf("deliver: %v", err)
		}
	})
	// What happens before the URL is verified is told to nobody.
	awaitRename(ctx, t, srv, renamed, "First Name")
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		srv.Random(rng)
	}
	awaitRename(ctx, t, srv, renamed, "Last Name")
	if n := unreadable.Load(); n > 0 {
		t.Errorf("slack-go cannot read %d events", n)
	}
}

// awaitRename renames the team until that is heard of.
func awaitRename(ctx context.Context, t *testing.T, srv *slacktest.Server, renamed <-chan string, name string) {
	t.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		if err := srv.RenameTeam(name); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-renamed:
			if got == name {
				return
			}
		case <-again.C:
		case <-ctx.Done():
			t.Fatalf("%q: %v", name, ctx.Err())
		}
	}
}

// slack-go's Socket Mode client connects, reads the events and acknowledges
// them.
func TestSocketModeWithSlackGo(t *testing.T) {
	srv, _ := ourServer(t, slacktest.Options{Users: 40})
	client := socketmode.New(slack.New(srv.Token(), slack.OptionAppLevelToken(srv.AppToken()), slack.OptionAPIURL(srv.URL())))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	ran := make(chan error, 1)
	go func() { ran <- client.RunContext(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ran; !errors.Is(err, context.Canceled) {
			t.Errorf("run: %v", err)
		}
	})
	greeted := false
	for {
		var e socketmode.Event
		select {
		case e = <-client.Events:
		case <-ctx.Done():
			t.Fatal(ctx.Err())
		}
		switch e.Type {
		case socketmode.EventTypeHello:
			greeted = true
			rng := rand.New(rand.NewPCG(3, 4))
			for range 20 { // no more than the client holds
				srv.Random(rng)
			}
			if err := srv.RenameTeam("Last Name"); err != nil {
				t.Fatal(err)
			}
		case socketmode.EventTypeIncomingError, socketmode.EventTypeErrorBadMessage, socketmode.EventTypeErrorWriteFailed,
			socketmode.EventTypeInvalidAuth, socketmode.EventTypeConnectionError:
			t.Fatalf("%s: %+v", e.Type, e.Data)
		case socketmode.EventTypeEventsAPI:
			if err := client.Ack(*e.Request); err != nil {
				t.Fatal(err)
			}
			outer, _ := e.Data.(slackevents.EventsAPIEvent)
			rename, ok := outer.InnerEvent.Data.(*slackevents.TeamRenameEvent)
			if !ok || rename.Name != "Last Name" {
				continue
			}
			if !greeted {
				t.Error("events before hello")
			}
			look := time.NewTicker(time.Millisecond)
			defer look.Stop()
			for srv.Unacknowledged() > 0 {
				select {
				case <-look.C:
				case <-ctx.Done():
					t.Fatalf("%d envelopes are not acknowledged", srv.Unacknowledged())
				}
			}
			return
		}
	}
}
