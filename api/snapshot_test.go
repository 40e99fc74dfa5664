package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/snapshot"
)

// ids returns the ids of a sequence in its order, or sorted.
func ids[V any, ID ~string](seq iter.Seq[V], id func(V) ID) []string {
	var all []string
	for v := range seq {
		all = append(all, string(id(v)))
	}
	return all
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

func text[T ~string](list iter.Seq[T]) (all []string) {
	for s := range list {
		all = append(all, string(s))
	}
	return all
}

// some is the id of what was found, "" if nothing was.
func some[V any, ID ~string](id func(V) ID) func(V, bool) string {
	return func(v V, ok bool) string {
		if !ok {
			return ""
		}
		return string(id(v))
	}
}

// TestLookupsTakeNoMemory: by id and by name, whatever the name's case.
func TestLookupsTakeNoMemory(t *testing.T) {
	s := whole(t)
	for what, find := range map[string]func() bool{
		"by id": func() bool { _, ok := s.User("U2"); return ok },
		"by name": func() bool {
			for u := range s.UsersNamed("ada") {
				return u.Valid()
			}
			return false
		},
		"by address": func() bool {
			for u := range s.UsersByEmail("ada@engines.example") {
				return u.Valid()
			}
			return false
		},
		"a conversation by name": func() bool { _, ok := s.ChannelNamed("general"); return ok },
	} {
		found := false
		if n := testing.AllocsPerRun(100, func() { found = find() }); n != 0 || !found {
			t.Errorf("%s: found: %v, with %v allocations", what, found, n)
		}
	}
}

// The ways to find something, and what they find.
func TestLookups(t *testing.T) {
	s := whole(t)
	user, channel := some(api.User.ID), some(api.Channel.ID)
	usergroup, bot, emoji := some(api.Usergroup.ID), some(api.Bot.ID), some(api.Emoji.URL)
	for _, tt := range []struct {
		what string
		got  any
		want any
	}{
		{"a user", user(s.User("U2")), "U2"},
		{"a user nobody knows", user(s.User("U7")), ""},
		{"a handle, or a real name in other letters", ids(s.UsersNamed("ada"), api.User.ID), []string{"U1", "U3"}},
		{"a display name", ids(s.UsersNamed("COUNTESS"), api.User.ID), []string{"U1"}},
		{"a real name", ids(s.UsersNamed("charles babbage"), api.User.ID), []string{"U2"}},
		{"a name nobody has", ids(s.UsersNamed("bernoulli"), api.User.ID), []string(nil)},
		{"no name", ids(s.UsersNamed(""), api.User.ID), []string(nil)},
		{"an address", ids(s.UsersByEmail("Ada@Engines.Example"), api.User.ID), []string{"U1"}},
		{"all users", sorted(ids(s.Users(), api.User.ID)), []string{"U1", "U2", "U3", "U4"}},
		{"how many users", s.NumUsers(), 4},

		{"a conversation", channel(s.Channel("C1")), "C1"},
		{"a conversation by its former id", channel(s.Channel("G1")), "C9"},
		{"a conversation nobody knows", channel(s.Channel("C7")), ""},
		{"a name in other letters", channel(s.ChannelNamed("General")), "C1"},
		{"a name that another has had before", channel(s.ChannelNamed("hall")), "C2"},
		{"a former name", channel(s.ChannelNamed("lobby")), "C1"},
		{"a name no conversation has had", channel(s.ChannelNamed("cellar")), ""},
		{"all that have a name", ids(s.ChannelsNamed("hall"), api.Channel.ID), []string{"C2"}},
		{"all that had a name", ids(s.ChannelsFormerlyNamed("hall"), api.Channel.ID), []string{"C1"}},
		{"the group DM of some", channel(s.GroupDM([]api.UserID{"U4", "U1", "U2", "U1"})), "G2"},
		{"of less than are in one", channel(s.GroupDM([]api.UserID{"U1", "U2"})), ""},
		{"of more", channel(s.GroupDM([]api.UserID{"U1", "U2", "U3", "U4"})), ""},
		{"of nobody", channel(s.GroupDM(nil)), ""},
		{"all conversations", sorted(ids(s.Channels(), api.Channel.ID)), []string{"C1", "C2", "C3", "C9", "D1", "G2"}},
		{"how many conversations", s.NumChannels(), 6},
		{"the DM with a user", channel(s.DirectMessage("U2")), "D1"},
		{"the DM with a user who has none", channel(s.DirectMessage("U4")), ""},

		{"a bot", bot(s.Bot("B1")), "B1"},
		{"a bot nobody knows", bot(s.Bot("B7")), ""},
		{"all bots", sorted(ids(s.Bots(), api.Bot.ID)), []string{"B1", "B2"}},

		{"a user group", usergroup(s.Usergroup("S2")), "S2"},
		{"a handle", usergroup(s.UsergroupNamed("Mathematicians")), "S1"},
		{"the handle of a disabled one", usergroup(s.UsergroupNamed("poets")), ""},
		{"all user groups", sorted(ids(s.Usergroups(), api.Usergroup.ID)), []string{"S1", "S2"}},

		{"an emoji", emoji(s.Emoji("cog")), "https://img.example/cog.png"},
		{"an alias of an alias", emoji(s.Emoji("wheel")), "https://img.example/cog.png"},
		{"an emoji nobody made", emoji(s.Emoji("smile")), ""},
		{"aliases that lead in a ring", emoji(s.Emoji("loop")), ""},
		{"all emoji", sorted(ids(s.CustomEmoji(), api.Emoji.Name)), []string{"cog", "gear", "loop", "pool", "smile2", "wheel"}},

		{"whose do-not-disturb state", some(api.DND.UserID)(s.DND("U1")), "U1"},
		{"one that is not known", some(api.DND.UserID)(s.DND("U2")), ""},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.what, diff)
		}
	}
}

// Where views lead to, and what they answer.
func TestViews(t *testing.T) {
	s := whole(t)
	get := func(id api.ChannelID) api.Channel { c, _ := s.Channel(id); return c }
	of := func(id api.UserID) api.User { u, _ := s.User(id); return u }
	latest := func(id api.ChannelID) api.Message { m, _ := get(id).Latest(); return m }
	b1, _ := s.Bot("B1")
	b2, _ := s.Bot("B2")
	s1, _ := s.Usergroup("S1")
	s2, _ := s.Usergroup("S2")
	alias, _ := s.Emoji("smile2")
	members, listed := s1.Members()
	_, unlisted := s2.Members()
	dnd, _ := s.DND("U1")
	from, to := dnd.Next()
	until, snoozing := dnd.Snooze()
	theme, _ := s.Self().Pref("theme")
	policy, _ := s.Team().Pref("who_can_at_channel")
	read, isKnown := get("C1").Read().LastRead()
	for _, tt := range []struct {
		what string
		got  any
		want any
	}{
		{"what Slack shows as U1's name", of("U1").DisplayName(), "Countess"},
		{"as that of one without a display name", of("U2").DisplayName(), "Charles Babbage"},
		{"as that of one with a handle only", of("U4").DisplayName(), "mary"},
		{"real names", of("U1").RealName() + of("U4").RealName(), "Ada Lovelace"},
		{"a status", of("U1").Status(), api.CustomStatus{Text: "thinking", Emoji: ":cog:", Until: time.Unix(1700003600, 0)}},
		{"no status", of("U2").Status(), api.CustomStatus{}},
		{"an offset from UTC", of("U1").ZoneOffset(), time.Hour},
		{"who is there", []api.Presence{of("U1").Presence(), of("U2").Presence(), of("U3").Presence()},
			[]api.Presence{api.Active, api.Away, api.PresenceUnknown}},
		{"when U1 was changed, and U2", []bool{of("U1").Updated().Equal(time.Unix(1600000000, 0)), of("U2").Updated().IsZero()},
			[]bool{true, true}},
		{"a user's conversations", sorted(ids(of("U2").Channels(), api.Channel.ID)), []string{"C1", "G2"}},
		{"a user's DM", some(api.Channel.ID)(of("U2").DirectMessage()), "D1"},
		{"a user's bot", of("U3").BotID(), api.BotID("B1")},

		{"kinds", []api.Kind{get("C1").Kind(), get("C9").Kind(), get("G2").Kind(), get("D1").Kind()},
			[]api.Kind{api.Public, api.Private, api.GroupDM, api.DM}},
		{"where self is", []bool{get("C1").Joined(), get("C2").Joined(), get("D1").Joined(), get("C7").Joined()},
			[]bool{true, false, true, false}},
		{"a topic", get("C1").Topic(), api.Topic{Text: "gears", Creator: "U2", SetAt: time.Unix(1500000002, 0)}},
		{"a purpose", get("C1").Purpose().Text, "to compute"},
		{"former names", get("C1").PreviousNames(), []string{"lobby", "hall"}},
		{"shared with others", []bool{get("C1").Shared(), get("C2").Shared()}, []bool{true, false}},
		{"the other side of a DM", some(api.User.ID)(get("D1").With()), "U2"},
		{"members by id", sorted(text(get("C1").MemberIDs())), []string{"U1", "U2", "U3", "U9"}},
		{"members there is more to tell of", sorted(ids(get("C1").Members(), api.User.ID)), []string{"U1", "U2", "U3"}},
		{"who is a member", []bool{get("C1").HasMember("U9"), get("C1").HasMember("U4")}, []bool{true, false}},
		{"as many as are listed", counter(get("C1").NumMembers()), "4"},
		{"as many as Slack says", counter(get("C2").NumMembers()), "7"},
		{"nobody knows how many", counter(get("C3").NumMembers()), "?"},

		{"unread, all, mentions", []string{counter(get("C1").Read().Unread()), counter(get("C1").Read().UnreadAll()), counter(get("C1").Read().Mentions())},
			[]string{"2", "3", "1"}},
		{"what self has muted", []string{fmt.Sprint(get("C2").Muted()), fmt.Sprint(get("C1").Muted())}, []string{"true true", "false true"}},
		{"what a channel of nowhere is", fmt.Sprint(api.Channel{}.Muted()), "false false"},
		{"counters nobody knows", []string{counter(get("C3").Read().Unread()), counter(get("C2").Read().Unread())}, []string{"?", "?"}},
		{"read up to", fmt.Sprint(read, isKnown), "1600000000.000100true"},
		{"where the read state is of", get("C1").Read().Channel().Name(), "general"},

		{"the newest message", fmt.Sprint(latest("C1").TS(), " ", latest("C1").Text(), " ", latest("C1").Subtype(), " ", latest("C1").Thread()),
			"1600000000.000400 it <@U1> turns thread_broadcast 1600000000.000200"},
		{"one of which Slack told the ts only", fmt.Sprint(latest("C3").TS(), latest("C3").Text(), latest("C3").Valid()), "1600000000.000500true"},
		{"none", latest("C2").Valid(), false},
		{"when it was sent", latest("C1").Time().UnixMicro(), int64(1600000000000400)},
		{"who sent it", some(api.User.ID)(latest("C1").Author()), "U2"},
		{"which bot did", fmt.Sprint(latest("D1").BotID(), latest("D1").AuthorID()), "B1"},
		{"where", latest("C1").Channel().Name() + string(latest("C1").ChannelID()), "generalC1"},

		{"the user of a bot, as the user says", some(api.User.ID)(b1.User()), "U3"},
		{"as the bot says", some(api.User.ID)(b2.User()), "U4"},
		{"who is in a user group", fmt.Sprint(members, listed, unlisted), "[U1 U2] true false"},
		{"is self", []bool{s1.HasSelf(), s2.HasSelf()}, []bool{true, false}},
		{"is it disabled", []bool{s1.Disabled(), s2.Disabled()}, []bool{false, true}},
		{"an alias of one that is not custom", some(func(s string) string { return s })(alias.Alias()), "smile"},
		{"which has no URL", alias.URL(), ""},

		{"do not disturb", []int64{from.Unix(), to.Unix(), until.Unix()}, []int64{1700000000, 1700003600, 1700001800}},
		{"snoozing", []bool{snoozing, dnd.Enabled()}, []bool{true, true}},

		{"self", some(api.User.ID)(s.Self().User()) + s.Self().Name(), "U1ada"},
		{"what self has chosen to be", s.Self().ManualPresence(), api.Away},
		{"preferences", string(theme) + string(policy), `"dark""admin"`},
		{"the workspace", s.Team().ID() + s.Team().Domain() + s.Team().EmailDomain() + s.Team().Plan() + s.Team().EnterpriseID(),
			"T1enginesengines.exampleplusE1"},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.what, diff)
		}
	}
}

// A preference that does not exist marshals as null.
func TestNoPreference(t *testing.T) {
	s := whole(t)
	ours, ok := s.Self().Pref("nothing")
	theirs, also := s.Team().Pref("nothing")
	got, err := json.Marshal([]json.RawMessage{ours, theirs})
	if err != nil || ok || also || string(got) != `[null,null]` {
		t.Errorf("%s, %v, found %v and %v", got, err, ok, also)
	}
}

// JSON is what Slack sent, with the fields that nobody knows here, and without
// what is kept elsewhere.
func TestJSON(t *testing.T) {
	s := start(t, `"self":{"id":"U1","prefs":{"a":1},"sesame":[1,2]},"team":{"id":"T1","moon":"full"},
		"users":[{"id":"U1","name":"ada","presence":"away","profile":{"email":"a@b","wings":2},"planet":"venus"}],
		"bots":[{"id":"B1","steam":true}],"subteams":{"all":[{"id":"S1","users":["U1"],"user_count":1,"verse":null}]},
		"channels":[{"id":"C1","name":"general","is_archived":false,"members":["U2"],"depth":7.5,"last_read":"1600000000.000100",
			"latest":{"ts":"1600000000.000200","smell":"oil"}}]`)
	u, _ := s.User("U1")
	c, _ := s.Channel("C1")
	b, _ := s.Bot("B1")
	g, _ := s.Usergroup("S1")
	m, _ := c.Latest()
	for _, tt := range []struct {
		got  []byte
		want string
	}{
		{s.Self().JSON(), `{"id":"U1","sesame":[1,2]}`},
		{s.Team().JSON(), `{"id":"T1","moon":"full"}`},
		{u.JSON(), `{"id":"U1","name":"ada","profile":{"email":"a@b","wings":2},"planet":"venus"}`},
		{c.JSON(), `{"id":"C1","name":"general","is_archived":false,"depth":7.5}`},
		{c.Read().JSON(), `{"latest":{"ts":"1600000000.000200","smell":"oil"},"last_read":"1600000000.000100"}`},
		{m.JSON(), `{"ts":"1600000000.000200","smell":"oil"}`},
		{b.JSON(), `{"id":"B1","steam":true}`},
		{g.JSON(), `{"id":"S1","users":["U1"],"user_count":1}`},
	} {
		if diff := cmp.Diff(tt.want, string(tt.got)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

// The JSON of a whole snapshot gives the same snapshot.
func TestSnapshotJSON(t *testing.T) {
	s := whole(t)
	again, _ := reduce(t, &snapshot.Snapshot{}, `{"type":"local.page","method":"rtm.start","response":`+string(s.JSON())+`}`)
	if got, want := api.Of(again).Digest(), s.Digest(); got != want {
		t.Errorf("digest %016x, want %016x", got, want)
	}
	if s.Seq() == 0 || !s.AsOf().Equal(time.UnixMilli(began+1000*int64(s.Seq()-1))) {
		t.Errorf("snapshot %d is as of %v", s.Seq(), s.AsOf())
	}
}

// Collections are known as well as the last listing of each says.
func TestFreshness(t *testing.T) {
	fresh := func(s api.Snapshot, name string) string {
		f := s.Freshness(name)
		return fmt.Sprint(f.Known, " ", !f.AsOf.IsZero(), " ", f.Source, " ", f.Reason)
	}
	all := func(s api.Snapshot) map[string]string {
		m := map[string]string{}
		for _, name := range api.Collections() {
			m[name] = fresh(s, name)
		}
		c, _ := s.Channel("C1")
		m["members of C1"], m["read state of C1"] = c.MembersKnown().Known.String(), c.ReadKnown().Known.String()
		return m
	}
	want := map[string]string{}
	for _, name := range api.Collections() {
		want[name] = "unknown false  "
	}
	want["members of C1"], want["read state of C1"] = "unknown", "unknown"
	if diff := cmp.Diff(want, all(api.Snapshot{})); diff != "" {
		t.Errorf("of the empty workspace (-want +got)\n%s", diff)
	}

	listed := whole(t)
	for name, f := range map[string]string{
		"users": "complete true users.list ", "conversations": "complete true rtm.start ",
		"members of C1": "complete", "read state of C1": "complete",
	} {
		if got := all(listed)[name]; got != f {
			t.Errorf("%s: %q, want %q", name, got, f)
		}
	}
	s, _ := reduce(t, &snapshot.Snapshot{}, `{"type":"local.failed","method":"emoji.list","error":"missing_scope"}`)
	if got, want := fresh(api.Of(s), "emoji"), "unknown false emoji.list missing_scope"; got != want {
		t.Errorf("emoji that the token may not list: %q, want %q", got, want)
	}
	s, _ = reduce(t, &snapshot.Snapshot{}, append([]string{world}, append(later, `{"type":"local.offline"}`)...)...)
	for name, f := range map[string]string{
		"users": "stale true users.list ", "conversations": "stale true rtm.start ",
		"members of C1": "stale", "read state of C1": "stale",
	} {
		if got := all(api.Of(s))[name]; got != f {
			t.Errorf("%s after the connection is lost: %q, want %q", name, got, f)
		}
	}
	if !listed.Ready() || (api.Snapshot{}).Ready() {
		t.Error("what is listed is ready, and nothing else")
	}
}

// TestInDoubt: a user is in doubt from when Slack says so until it tells anew,
// and so is one of whom no more than the team is known.
func TestInDoubt(t *testing.T) {
	doubtful := func(s *snapshot.Snapshot) (ids []api.UserID) {
		for u := range api.Of(s).Users() {
			if u.InDoubt() {
				ids = append(ids, u.ID())
			}
		}
		slices.Sort(ids)
		return ids
	}
	s, _ := reduce(t, &snapshot.Snapshot{}, world, `{"type":"user_invalidated","user":{"id":"U1"}}`,
		`{"type":"member_joined_channel","user":"U8","channel":"C1","team":"T2"}`)
	if diff := cmp.Diff([]api.UserID{"U1", "U8"}, doubtful(s)); diff != "" {
		t.Errorf("in doubt (-want +got):\n%s", diff)
	}
	s, _ = reduce(t, s, `{"type":"user_change","user":{"id":"U1","name":"ada","updated":1600000001}}`)
	if diff := cmp.Diff([]api.UserID{"U8"}, doubtful(s)); diff != "" {
		t.Errorf("in doubt once Slack has told (-want +got):\n%s", diff)
	}
}

// Errors read as a sentence, and match what they should and no more.
func TestErrors(t *testing.T) {
	broken := errors.New("connection reset")
	for _, tt := range []struct {
		err  error
		text string
		is   error // of those below
	}{
		{&api.GapError{Asked: 3, Oldest: 9}, "changes after 3 are no longer kept: the oldest point to resume from is 9", nil},
		{&api.CallError{Method: "users.list", Code: "invalid_auth"}, "users.list: invalid_auth", api.ErrAuth},
		{&api.CallError{Method: "users.list", Code: "token_revoked"}, "users.list: token_revoked", api.ErrAuth},
		{&api.CallError{Method: "emoji.list", Code: "missing_scope", Detail: "needed: emoji:read"},
			"emoji.list: missing_scope (needed: emoji:read)", nil},
		{&api.CallError{Method: "rtm.connect", Err: broken}, "rtm.connect: connection reset", broken},
		{&api.IdentityError{Path: "w.db", Have: api.Identity{Team: "T1", User: "U1"}, Token: api.Identity{Team: "T2", User: "U2"}},
			"w.db belongs to user U1 of team T1, the token to user U2 of team T2", nil},
		{&api.CorruptError{Path: "w.db", Bucket: "users", Key: "U1", Err: broken}, `w.db: users "U1" is corrupt: connection reset`, broken},
		{&api.CorruptError{Path: "w.db", Err: broken}, `w.db is corrupt: connection reset`, broken},
		{&api.SchemaError{Path: "w.db", Have: 2, Known: 1}, "w.db has format 2, this program knows up to 1", nil},
		{&api.LockedError{Path: "w.db"}, "w.db is open in another process", nil},
	} {
		if got := tt.err.Error(); got != tt.text {
			t.Errorf("%T reads %q, want %q", tt.err, got, tt.text)
		}
		for _, target := range []error{api.ErrAuth, broken} {
			if got, want := errors.Is(tt.err, target), target == tt.is; got != want {
				t.Errorf("%v is %v: %v, want %v", tt.err, target, got, want)
			}
		}
	}
}
