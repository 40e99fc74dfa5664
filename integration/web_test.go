package integration

import (
	"cmp"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/slack-go/slack"

	"github.com/slackstate/slackstate/slacktest"
)

// A truth is what our server says is so, read into the types of slack-go.
type truth struct {
	Self                         struct{ ID string }
	Team                         slack.TeamInfo
	Users                        []slack.User
	Channels, Groups, MPIMs, IMs []slack.Channel
	Bots                         []slack.Bot
	Subteams                     struct{ All []slack.UserGroup }
	Emoji                        map[string]string
	DND                          map[string]slack.DNDStatus
	Presence                     map[string]string
}

func truthOf(t *testing.T, srv *slacktest.Server) truth {
	t.Helper()
	var tr truth
	if err := json.Unmarshal(srv.Truth(), &tr); err != nil {
		t.Fatalf("read the truth: %v", err)
	}
	return tr
}

func (tr truth) conversations() []slack.Channel {
	all := slices.Concat(tr.Channels, tr.Groups, tr.MPIMs, tr.IMs)
	slices.SortFunc(all, byID)
	return all
}

func byID(a, b slack.Channel) int { return cmp.Compare(a.ID, b.ID) }

// joined returns an open public channel of self other than #general.
func (tr truth) joined(t *testing.T) slack.Channel {
	t.Helper()
	for _, c := range tr.Channels {
		if c.IsMember && !c.IsArchived && !c.IsGeneral && len(c.Members) > 2 {
			return c
		}
	}
	t.Fatal("self is in no channel")
	return slack.Channel{}
}

// colleague returns somebody in a channel who can act.
func (tr truth) colleague(t *testing.T, c slack.Channel) string {
	t.Helper()
	for _, u := range tr.Users {
		if slices.Contains(c.Members, u.ID) && u.ID != tr.Self.ID && !u.Deleted && !u.IsBot && u.ID != "USLACKBOT" {
			return u.ID
		}
	}
	t.Fatal("nobody is in the channel")
	return ""
}

// pages calls page until it names no next one, and fails for fewer than least.
func pages[T any](t *testing.T, least int, page func(cursor string) ([]T, string, error)) (all []T) {
	t.Helper()
	n := 0
	for cursor := ""; ; {
		part, next, err := page(cursor)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, part...)
		if n++; next == "" {
			break
		}
		cursor = next
	}
	if n < least {
		t.Errorf("%d pages, want %d at least", n, least)
	}
	return all
}

// check compares what the client says with the truth.
func check(t *testing.T, what string, want, got any, opts ...gocmp.Option) {
	t.Helper()
	opts = append(opts, cmpopts.EquateEmpty(),
		gocmp.Comparer(func(a, b slack.UserProfileCustomFields) bool { return gocmp.Equal(a.ToMap(), b.ToMap()) }))
	if diff := gocmp.Diff(want, got, opts...); diff != "" {
		t.Errorf("%s (-truth +slack-go):\n%s", what, diff)
	}
}

// What slack-go lists is the truth, at the start and after much has happened.
func TestListsForSlackGo(t *testing.T) {
	srv, client := ourServer(t, slacktest.Options{Users: 60})
	rng := newLife()
	for range 2 {
		compareLists(t, srv, client)
		for range 500 {
			srv.Random(rng)
		}
	}
	compareLists(t, srv, client)
}

func compareLists(t *testing.T, srv *slacktest.Server, client *slack.Client) {
	t.Helper()
	tr := truthOf(t, srv)
	ctx := t.Context()

	var users []slack.User
	n := 0
	for page := client.GetUsersPaginated(slack.GetUsersOptionLimit(25)); ; n++ {
		var err error
		if page, err = page.Next(ctx); page.Done(err) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		users = append(users, page.Users...)
	}
	if n < 3 {
		t.Errorf("%d pages of users", n)
	}
	slices.SortFunc(users, func(a, b slack.User) int { return cmp.Compare(a.ID, b.ID) })
	check(t, "users", tr.Users, users, cmpopts.IgnoreFields(slack.User{}, "Presence", "Locale")) // the list has no presence, the truth no locale

	conversations := pages(t, 3, func(cursor string) ([]slack.Channel, string, error) {
		return client.GetConversations(&slack.GetConversationsParameters{Cursor: cursor, Limit: 7,
			Types: []string{"public_channel", "private_channel", "mpim", "im"}})
	})
	slices.SortFunc(conversations, byID)
	check(t, "conversations", tr.conversations(), conversations,
		cmpopts.IgnoreFields(slack.GroupConversation{}, "Members"),
		cmpopts.IgnoreFields(slack.Conversation{}, "NumMembers", "LastRead", "Latest", "UnreadCount", "UnreadCountDisplay", "IsOpen"))
	for _, c := range conversations {
		i := slices.IndexFunc(tr.conversations(), func(o slack.Channel) bool { return o.ID == c.ID })
		want := tr.conversations()[i]
		if c.IsIM {
			continue // who is in it is known
		}
		if c.NumMembers != len(want.Members) && !c.IsMpIM {
			t.Errorf("%s: %d members, want %d", c.ID, c.NumMembers, len(want.Members))
		}
		members := pages(t, 1, func(cursor string) ([]string, string, error) {
			return client.GetUsersInConversation(&slack.GetUsersInConversationParameters{ChannelID: c.ID, Cursor: cursor, Limit: 9})
		})
		slices.Sort(members)
		check(t, "members of "+c.ID, want.Members, members)
		info, err := client.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: c.ID, IncludeNumMembers: true})
		if err != nil {
			t.Fatal(err)
		}
		if c.IsMember {
			check(t, "read state of "+c.ID, []any{want.LastRead, want.UnreadCount, want.UnreadCountDisplay},
				[]any{info.LastRead, info.UnreadCount, info.UnreadCountDisplay})
		}
	}

	mine := pages(t, 2, func(cursor string) ([]slack.Channel, string, error) {
		return client.GetConversationsForUser(&slack.GetConversationsForUserParameters{Cursor: cursor, Limit: 5,
			Types: []string{"public_channel", "private_channel"}})
	})
	var got, want []string
	for _, c := range mine {
		got = append(got, c.ID)
	}
	for _, c := range slices.Concat(tr.Channels, tr.Groups) {
		if c.IsMember {
			want = append(want, c.ID)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	check(t, "own channels", want, got)

	groups, err := client.GetUserGroups(slack.GetUserGroupsOptionIncludeUsers(true), slack.GetUserGroupsOptionIncludeCount(true),
		slack.GetUserGroupsOptionIncludeDisabled(true))
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(groups, func(a, b slack.UserGroup) int { return cmp.Compare(a.ID, b.ID) })
	check(t, "user groups", tr.Subteams.All, groups)

	emoji, err := client.GetEmoji()
	if err != nil {
		t.Fatal(err)
	}
	check(t, "emoji", tr.Emoji, emoji)

	team, err := client.GetTeamInfo()
	if err != nil {
		t.Fatal(err)
	}
	check(t, "team", tr.Team, *team)

	for _, b := range tr.Bots {
		bot, err := client.GetBotInfo(slack.GetBotInfoParameters{Bot: b.ID})
		if err != nil {
			t.Fatal(err)
		}
		check(t, "bot "+b.ID, b, *bot)
	}
	for _, u := range tr.Users {
		if u.Deleted {
			continue
		}
		presence, err := client.GetUserPresence(u.ID)
		if err != nil {
			t.Fatal(err)
		}
		check(t, "presence of "+u.ID, tr.Presence[u.ID], presence.Presence)
	}
	dnd, err := client.GetDNDInfo(nil)
	if err != nil {
		t.Fatal(err)
	}
	check(t, "own dnd", tr.DND[tr.Self.ID], *dnd, cmpopts.IgnoreFields(slack.SnoozeInfo{}, "SnoozeRemaining"))
}

// A rate limit reads as one.
func TestRateLimitForSlackGo(t *testing.T) {
	srv, client := ourServer(t, slacktest.Options{})
	srv.Faults().RateLimit("users.list", 1, 3*time.Second)
	_, err := client.GetUsersPaginated().Next(t.Context())
	var limited *slack.RateLimitedError
	if !errors.As(err, &limited) || limited.RetryAfter != 3*time.Second {
		t.Errorf("got %v", err)
	}
}

func newLife() *rand.Rand { return rand.New(rand.NewPCG(7, 7)) }
