package snapshot

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A model is what a snapshot must hold: records by kind and key in Go maps.
type model map[Kind]map[string]Record

func (m model) clone() model {
	c := model{}
	for k, table := range m {
		c[k] = maps.Clone(table)
	}
	return c
}

func (m model) put(k Kind, key string, r Record) {
	switch {
	case r == "":
		if delete(m[k], key); len(m[k]) == 0 {
			delete(m, k)
		}
	case m[k] == nil:
		m[k] = map[string]Record{key: r}
	default:
		m[k][key] = r
	}
}

// changes returns what is different in next, as a commit lists it.
func (m model) changes(next model) (all []Change) {
	for _, k := range Kinds() {
		keys := map[string]bool{}
		for key := range m[k] {
			keys[key] = true
		}
		for key := range next[k] {
			keys[key] = true
		}
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			if was, is := m[k][key], next[k][key]; was != is {
				all = append(all, Change{k, key, was, is})
			}
		}
	}
	return all
}

// lookup finds by looking at every record what an index must lead to.
func (m model) lookup(k Kind, has func(string, Record) bool) (keys []string) {
	for key, r := range m[k] {
		if has(key, r) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// TestModel carries out random batches of changes to every kind of record on
// snapshots and on models. In the end every snapshot must hold what its model
// holds, and its indexes must lead to what a search of the model finds.
func TestModel(t *testing.T) {
	for seed := range uint64(8) {
		random := rand.New(rand.NewPCG(seed, 7))
		versions := []version{{&Snapshot{}, model{}}}
		for range 60 {
			from := versions[random.IntN(len(versions))]
			e, next := from.snapshot.Edit(), from.model.clone()
			for range random.IntN(30) {
				k := Kinds()[random.IntN(len(Kinds()))]
				key := randomKey(random, k)
				r := Record("")
				if random.IntN(3) > 0 {
					r = randomRecord(t, random, k)
				}
				e.Put(k, key, r)
				next.put(k, key, r)
				if got := e.Get(k, key); got != r {
					t.Fatalf("seed %d: %v %q was put as %q, reads as %q", seed, k, key, r, got)
				}
			}
			s, changes := e.Commit(1)
			if diff := cmp.Diff(from.model.changes(next), changes); diff != "" {
				t.Fatalf("seed %d: changes (-model +commit):\n%s", seed, diff)
			}
			if len(changes) == 0 && s != from.snapshot {
				t.Fatalf("seed %d: another snapshot without a change", seed)
			}
			versions = append(versions, version{s, next})
		}
		for i, v := range versions {
			if diff := v.compare(); diff != "" {
				t.Fatalf("seed %d, version %d: %s", seed, i, diff)
			}
		}
	}
}

// modelTS is of all messages here; timelines have a model of their own.
const modelTS = "1700000000.000100"

func randomKey(random *rand.Rand, k Kind) string {
	n := random.IntN(8)
	switch k {
	case KindSelf, KindTeam, KindLink, KindConfig:
		return ""
	case KindMember:
		return Pair(fmt.Sprint("C", n), fmt.Sprint("U", random.IntN(8)))
	case KindMessage:
		return Pair(fmt.Sprint("C", random.IntN(2)), modelTS)
	}
	return fmt.Sprint("K", n)
}

// randomRecord returns one of the few records that a kind has here. Who self is
// never shows, so that any membership goes.
func randomRecord(t *testing.T, random *rand.Rand, k Kind) Record {
	name := []string{"ann", "Ann", "bob", "ünal", "Ünal", ""}[random.IntN(6)]
	other := []string{"ann", "K1", "K2"}[random.IntN(3)]
	text := fmt.Sprintf(`{"name":%q,"x":%d}`, name, random.IntN(2))
	switch k {
	case KindMember:
		return Exists
	case KindUser:
		text = fmt.Sprintf(`{"name":%q,"real_name":%q,"profile":{"display_name":%q,"email":%q,"bot_id":%q}}`, name, other, name, other, other)
	case KindConversation:
		text = fmt.Sprintf(`{"name":%q,"is_im":%t,"user":%q,"previous_names":[%q,%q]}`, name, random.IntN(2) == 0, other, other, name)
	case KindUsergroup:
		text = fmt.Sprintf(`{"handle":%q,"date_delete":%d}`, name, random.IntN(2))
	case KindEmoji:
		text = fmt.Sprintf(`{"value":"alias:%s"}`, other)
	case KindHidden:
		text = fmt.Sprintf(`{"at":%d}`, random.IntN(2))
	case KindMessage:
		text = fmt.Sprintf(`{"ts":%q,"x":%d}`, modelTS, random.IntN(2))
	}
	return encode(t, k.Schema(), text)
}

// A version is a published snapshot and what it must hold for ever.
type version struct {
	snapshot *Snapshot
	model    model
}

// compare returns how a snapshot differs from its model, "" if it does not.
func (v version) compare() string {
	if err := v.snapshot.Check(); err != nil {
		return err.Error()
	}
	got, memberships := model{}, 0
	for _, k := range Kinds() {
		for key, r := range v.snapshot.All(k) {
			got.put(k, key, r)
		}
		if n := v.snapshot.Len(k); n != len(v.model[k]) {
			return fmt.Sprintf("%d of %v, the model has %d", n, k, len(v.model[k]))
		}
	}
	if diff := cmp.Diff(v.model, got); diff != "" {
		return "contents (-model +snapshot):\n" + diff
	}
	for i := range 8 {
		conv, user := ChannelID(fmt.Sprint("C", i)), UserID(fmt.Sprint("U", i))
		users := v.model.lookup(KindMember, func(key string, _ Record) bool { a, _ := Unpair(key); return a == string(conv) })
		convs := v.model.lookup(KindMember, func(key string, _ Record) bool { _, b := Unpair(key); return b == string(user) })
		memberships += len(users)
		if v.snapshot.NumMembers(conv) != len(users) || len(slices.Collect(v.snapshot.Members(conv))) != len(users) ||
			len(slices.Collect(v.snapshot.ConversationsOf(user))) != len(convs) {
			return fmt.Sprintf("%s has %d members, %s is in %d conversations", conv, len(users), user, len(convs))
		}
	}
	if memberships != v.snapshot.Len(KindMember) {
		return fmt.Sprintf("%d memberships, the model has %d", v.snapshot.Len(KindMember), memberships)
	}
	fold := func(a, b string) bool { return a != "" && strings.EqualFold(a, b) }
	for _, name := range []string{"ann", "ANN", "bob", "ÜNAL", "K1", "K2", "nobody", ""} {
		for _, ix := range []struct {
			what string
			got  []string
			kind Kind
			has  func(Record) bool
		}{
			{"users named", texts(v.snapshot.UsersNamed(name).All()), KindUser, func(r Record) bool {
				return fold(r.Str(UserName), name) || fold(r.Str(UserRealName), name) ||
					fold(r.Sub(UserProfile).Str(ProfileDisplayName), name)
			}},
			{"users with the address", texts(v.snapshot.UsersByEmail(name).All()), KindUser, func(r Record) bool {
				return fold(r.Sub(UserProfile).Str(ProfileEmail), name)
			}},
			{"users of the bot", texts(v.snapshot.UsersByBot(BotID(name)).All()), KindUser, func(r Record) bool {
				return name != "" && r.Sub(UserProfile).Str(ProfileBotID) == name
			}},
			{"conversations named", texts(v.snapshot.ConversationsNamed(name).All()), KindConversation, func(r Record) bool {
				return fold(r.Str(ConvName), name)
			}},
			{"conversations once named", texts(v.snapshot.ConversationsFormerlyNamed(name).All()), KindConversation, func(r Record) bool {
				return slices.ContainsFunc(slices.Collect(r.List(ConvPreviousNames)), func(s string) bool { return fold(s, name) })
			}},
			{"DMs with", texts(v.snapshot.IMs(UserID(name))), KindConversation, func(r Record) bool {
				return name != "" && r.Is(ConvIsIM) && r.Str(ConvUser) == name
			}},
			{"user groups with the handle", texts(v.snapshot.UsergroupsByHandle(name)), KindUsergroup, func(r Record) bool {
				del, _ := r.Int(UsergroupDateDelete)
				return fold(r.Str(UsergroupHandle), name) && del == 0
			}},
			{"aliases of", texts(v.snapshot.EmojiAliases(name)), KindEmoji, func(r Record) bool {
				return r.Str(EmojiValue) == "alias:"+name
			}},
		} {
			want := v.model.lookup(ix.kind, func(_ string, r Record) bool { return ix.has(r) })
			if diff := cmp.Diff(want, ix.got); diff != "" {
				return fmt.Sprintf("%s %q (-model +snapshot):\n%s", ix.what, name, diff)
			}
		}
	}
	return ""
}
