package slackstate

import (
	"context"
	"fmt"

	"github.com/slackstate/slackstate/api"
)

// Send posts a message over the connection that Run keeps, and returns the
// timestamp that Slack gave it. A snapshot taken after that has the message, and
// so has the next process, unless the workspace is still being listed for the
// first time.
//
// The error matches [api.ErrTooLong] or [api.ErrOffline] if nothing was sent, is
// an [*api.RejectedError] if Slack refused the message, and matches
// [api.ErrUnacknowledged] if it was sent and nobody knows what became of it. Any
// other, such as ctx's alone or ErrClosed, means that nothing was sent, unless it
// comes with a timestamp: then the message is posted, and may not be on disk.
//
// Slack allows one message a second, and a few at once after a pause: Send waits
// for its turn as long as ctx lets it. It may be called concurrently; messages
// keep their order only if each waits for the one before.
func (s *State) Send(ctx context.Context, d api.Draft) (api.TS, error) {
	if err := s.open(); err != nil {
		return "", err
	}
	ts, err := s.outbox.Send(ctx, d)
	if err != nil {
		return "", fmt.Errorf("send to %s: %w", d.Channel, err)
	}
	if err := s.feed.waitFor(ctx, s.current.Load().Seq()); err != nil {
		return ts, fmt.Errorf("send to %s: write what was posted: %w", d.Channel, err)
	}
	return ts, nil
}

// Typing shows in a conversation that self is typing, for a few seconds. It does
// nothing if it did so less than three seconds ago, or if messages leave no room
// for it. The error matches [api.ErrOffline] if there is no connection.
func (s *State) Typing(ctx context.Context, channel api.ChannelID) error {
	if err := s.open(); err != nil {
		return err
	}
	if err := s.outbox.Typing(ctx, channel); err != nil {
		return fmt.Errorf("typing in %s: %w", channel, err)
	}
	return nil
}

// FollowPresence replaces the set of users whose presence is known and kept up
// to date. Slack recommends no more than 500, and takes about a thousand; the
// error matches [api.ErrTooLong] if it would not take them. The set outlives the
// connection and Run, but not the State: while there is no connection nobody's
// presence is known, and it is asked for again on the next. FollowPresence
// returns when Slack has been asked, or at once while there is no connection. If
// ctx ends before, Slack will be asked all the same.
func (s *State) FollowPresence(ctx context.Context, users ...api.UserID) error {
	if err := s.open(); err != nil {
		return err
	}
	if err := s.outbox.FollowPresence(ctx, users...); err != nil {
		return fmt.Errorf("follow the presence of %d users: %w", len(users), err)
	}
	return nil
}

// QueryPresence asks for the presence of users as it is now, 500 at a time. The
// answers come as events, soon after. Of users who are not followed they are not
// kept up to date, but forgotten with the connection. The error matches
// [api.ErrOffline] if there is no connection.
func (s *State) QueryPresence(ctx context.Context, users ...api.UserID) error {
	if err := s.open(); err != nil {
		return err
	}
	if err := s.outbox.QueryPresence(ctx, users...); err != nil {
		return fmt.Errorf("ask for the presence of %d users: %w", len(users), err)
	}
	return nil
}

// open returns ErrClosed after Close.
func (s *State) open() error {
	select {
	case <-s.closing:
		return ErrClosed
	default:
		return nil
	}
}
