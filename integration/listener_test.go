package integration

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/slackstate/slackstate/slacktest"
)

// ourServer starts our own fake Slack and returns a client of slack-go for it.
func ourServer(t *testing.T, opts slacktest.Options) (*slacktest.Server, *slack.Client) {
	t.Helper()
	srv, err := slacktest.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	return srv, slack.New(srv.Token(), slack.OptionAPIURL(srv.URL()))
}

// A listener is slack-go's managed RTM connection.
type listener struct {
	t   *testing.T
	rtm *slack.RTM
	end <-chan time.Time
}

// listen connects, and disconnects when the test ends.
func listen(t *testing.T, client *slack.Client, opts ...slack.RTMOption) *listener {
	t.Helper()
	l := &listener{t, client.NewRTM(opts...), time.After(patience)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.rtm.ManageConnection()
	}()
	t.Cleanup(func() {
		told := make(chan struct{})
		go func() {
			defer close(told)
			_ = l.rtm.Disconnect() // it is only an error that it had ended before
		}()
		for {
			select {
			case <-l.rtm.IncomingEvents: // nobody else takes them any more
			case <-done:
				<-told
				return
			}
		}
	})
	return l
}

// event returns the next event. That slack-go cannot read a frame is a failure.
func (l *listener) event() slack.RTMEvent {
	l.t.Helper()
	select {
	case e := <-l.rtm.IncomingEvents:
		switch data := e.Data.(type) {
		case *slack.UnmarshallingErrorEvent:
			l.unreadable(data.ErrorObj)
		case *slack.IncomingEventError, *slack.OutgoingErrorEvent, *slack.AckErrorEvent, *slack.InvalidAuthEvent:
			l.t.Fatalf("%s: %v", e.Type, e.Data)
		}
		return e
	case <-l.end:
		l.t.Fatal("nothing comes any more")
		return slack.RTMEvent{}
	}
}

// unreadable judges a frame that slack-go could not make sense of.
func (l *listener) unreadable(err error) {
	l.t.Helper()
	var unmapped *slack.UnmappedError
	switch {
	case errors.As(err, &unmapped): // a type that it does not know
	case strings.Contains(err.Error(), `"group_rename"`), strings.Contains(err.Error(), `"team_pref_change"`):
		// It wants created to be a string, where Slack documents a number, and every
		// preference's value to be a list.
	default:
		l.t.Errorf("slack-go cannot read a frame: %v", err)
	}
}

// await returns the next event of a type that fits.
func await[E any](l *listener, fits func(E) bool) E {
	l.t.Helper()
	for {
		if e, ok := l.event().Data.(E); ok && fits(e) {
			return e
		}
	}
}

func anyOf[E any](E) bool { return true }
