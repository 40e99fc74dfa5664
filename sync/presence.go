package sync

import (
	"context"
	"slices"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/internal/rawjson"
)

// mostQueried is how many users one presence_query may name.
const mostQueried = 500

// FollowPresence replaces the users whose presence Slack tells of, now and on
// every later connection. It returns when Slack has been asked, or at once while
// there is no connection. If ctx ends before, Slack will be asked all the same.
func (o *Outbox) FollowPresence(ctx context.Context, users ...api.UserID) error {
	if err := fits(presence(o.nextID(), "presence_sub", users)); err != nil {
		return err
	}
	o.mu.Lock()
	o.followed = slices.Clone(users)
	if o.followup == nil {
		o.followup = make(chan struct{})
	}
	asked, line := o.followup, o.line
	o.mu.Unlock()
	if line == nil {
		return nil
	}
	line.refollow()
	select {
	case <-asked:
		return nil
	case <-line.gone:
		return nil // the next one asks
	case <-ctx.Done():
		return ctx.Err()
	}
}

// QueryPresence asks for the presence of users once, 500 in a frame. The answers
// are events like all others.
func (o *Outbox) QueryPresence(ctx context.Context, users ...api.UserID) error {
	for some := range slices.Chunk(users, mostQueried) {
		raw := presence(o.nextID(), "presence_query", some)
		if err := fits(raw); err != nil {
			return err
		}
		if err := o.turn(ctx); err != nil {
			return err
		}
		line := o.current()
		if line == nil {
			return api.ErrOffline
		}
		if err := sent(ctx, line.write(ctx, raw)); err != nil {
			return err
		}
	}
	return nil
}

// follow asks a new socket for the presence of the followed users, and again
// whenever others are. Slack tells of changes only, so it is also asked how they
// are now. It returns when the socket or ctx ends.
func (o *Outbox) follow(ctx context.Context, line *socket) {
	o.mu.Lock()
	if len(o.followed) > 0 {
		line.refollow()
	}
	o.mu.Unlock()
	for {
		select {
		case <-line.follow:
		case <-line.gone:
			return
		case <-ctx.Done():
			return
		}
		if o.pace.Wait(ctx) != nil {
			return
		}
		o.mu.Lock()
		users, asked := o.followed, o.followup
		o.followup = nil
		o.mu.Unlock()
		if line.write(ctx, presence(o.nextID(), "presence_sub", users)) != nil {
			return
		}
		if asked != nil {
			close(asked)
		}
		if o.QueryPresence(ctx, users...) != nil {
			return
		}
	}
}

// presence returns a frame about the presence of users.
func presence(id int64, typ string, users []api.UserID) []byte {
	b := append(header(id, typ), `,"ids":[`...)
	for i, u := range users {
		if i > 0 {
			b = append(b, ',')
		}
		b = rawjson.AppendString(b, string(u))
	}
	return append(b, "]}"...)
}
