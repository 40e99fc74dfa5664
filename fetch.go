package slackstate

import (
	"context"
	"fmt"

	"github.com/slackstate/slackstate/api"
	slacksync "github.com/slackstate/slackstate/sync"
)

// FetchUser returns a user, asking Slack if no name is known, as of one of whom
// events have told no more than the id. All that ask for the same at once share
// one call, which goes before whatever nobody waits for, and the answer becomes
// part of the state.
//
// The error matches [api.ErrNotFound] if Slack does not know the user, which is
// remembered for ten minutes, and [api.ErrOffline] if Run is not running. It is
// another [*api.CallError] if Slack refuses, or ctx's: while there is no
// connection FetchUser waits for one.
func (s *State) FetchUser(ctx context.Context, id api.UserID) (api.User, error) {
	return fetch(ctx, s, slacksync.Want{Method: "users.info", ID: string(id)}, func(snap api.Snapshot) (api.User, bool) {
		u, _ := snap.User(id)
		return u, u.DisplayName() != ""
	})
}

// FetchChannel is FetchUser for a conversation.
func (s *State) FetchChannel(ctx context.Context, id api.ChannelID) (api.Channel, error) {
	return fetch(ctx, s, slacksync.Want{Method: "conversations.info", ID: string(id)}, func(snap api.Snapshot) (api.Channel, bool) {
		c, _ := snap.Channel(id)
		return c, c.Valid()
	})
}

// FetchBot is FetchUser for a bot, which Slack lists nowhere.
func (s *State) FetchBot(ctx context.Context, id api.BotID) (api.Bot, error) {
	return fetch(ctx, s, slacksync.Want{Method: "bots.info", ID: string(id)}, func(snap api.Snapshot) (api.Bot, bool) {
		b, _ := snap.Bot(id)
		return b, b.Valid()
	})
}

// FetchFile is FetchUser for a file. Files are not kept without [Options.Files],
// which is an error then.
func (s *State) FetchFile(ctx context.Context, id api.FileID) (api.File, error) {
	if !s.opts.Files {
		return api.File{}, fmt.Errorf("fetch %s: files are not kept without Options.Files", id)
	}
	return fetch(ctx, s, slacksync.Want{Method: "files.info", ID: string(id)}, func(snap api.Snapshot) (api.File, bool) {
		f, _ := snap.File(id)
		return f, f.Name() != ""
	})
}

// FetchMembers returns a conversation with all its members, asking Slack if
// they are not known, or may have changed unseen. That is how to load those that
// Options.Members does not select. From then on they are kept up to date. Its
// errors are those of FetchUser.
func (s *State) FetchMembers(ctx context.Context, id api.ChannelID) (api.Channel, error) {
	return fetch(ctx, s, slacksync.Want{Method: "conversations.members", ID: string(id)}, func(snap api.Snapshot) (api.Channel, bool) {
		c, ok := snap.Channel(id)
		return c, ok && (c.Kind() == api.DM || c.MembersKnown().Known == api.Complete)
	})
}

// fetch returns what is known, and asks for it first if nothing is.
func fetch[V any](ctx context.Context, s *State, w slacksync.Want, known func(api.Snapshot) (V, bool)) (V, error) {
	if v, ok := known(s.Snapshot()); ok {
		return v, nil
	}
	if err := s.queue.Ask(ctx, w); err != nil {
		var none V
		return none, fmt.Errorf("fetch %s: %w", w.ID, err)
	}
	v, _ := known(s.Snapshot())
	return v, nil
}
