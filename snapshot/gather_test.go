package snapshot

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGather: an edit that gathers reads, and ends, as one that does not.
func TestGather(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 5))
		base := (&Snapshot{}).Edit()
		if seed%2 == 1 { // there is something already, also in tables that are gathered otherwise
			base.Put(KindBot, "B0", encode(t, botSchema, `{"name":"robot"}`))
			base.Put(KindUser, "U0", encode(t, userSchema, `{"name":"ann"}`))
			if seed%4 == 1 {
				base.Put(KindMember, "C0/U0", Exists)
			}
		}
		before, _ := base.Commit(1)
		plain, gathers := before.Edit(), before.Edit()
		gathers.Gather()
		for range rng.IntN(300) {
			kind := []Kind{KindUser, KindConversation, KindMember, KindEmoji, KindPresence, KindRead, KindBot, KindFreshness}[rng.IntN(8)]
			key, r := oneOfFew(t, rng, kind)
			if rng.IntN(4) == 0 {
				r = ""
			}
			if rng.IntN(10) == 0 {
				conv, users := ChannelID(fmt.Sprint("C", rng.IntN(5))), []string{"U1", "U3", "U1"}
				plain.AddMembers(conv, users)
				gathers.AddMembers(conv, users)
			}
			for _, e := range []*Edit{plain, gathers} {
				e.Put(kind, key, r)
			}
			key, _ = oneOfFew(t, rng, kind)
			if got, want := gathers.Get(kind, key), plain.Get(kind, key); got != want {
				t.Fatalf("%v %q is %q, want %q", kind, key, got, want)
			}
			conv := ChannelID(fmt.Sprint("C", rng.IntN(5)))
			if diff := cmp.Diff(plain.Members(conv), gathers.Members(conv)); diff != "" {
				t.Fatalf("members of %s (-want +got):\n%s", conv, diff)
			}
			if diff := cmp.Diff(plain.EmojiAliases("e1"), gathers.EmojiAliases("e1")); diff != "" {
				t.Fatalf("aliases (-want +got):\n%s", diff)
			}
		}
		all := gathers.AllMembers()
		want, changes := plain.Commit(2)
		got, gathered := gathers.Commit(2)
		if all {
			changes = slices.DeleteFunc(changes, func(c Change) bool { return c.Kind == KindMember })
		}
		if diff := cmp.Diff(changes, gathered); diff != "" {
			t.Fatalf("changes (-want +got):\n%s", diff)
		}
		if got.Digest() != want.Digest() || got.Sum() != want.Sum() || got.Seq() != want.Seq() {
			t.Fatal("another snapshot")
		}
		if err := got.Check(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want.AppendDump(nil)), string(got.AppendDump(nil))); diff != "" {
			t.Fatalf("dump (-want +got):\n%s", diff)
		}
	}
}

// oneOfFew returns one of few keys of a kind, and one of few records.
func oneOfFew(t *testing.T, rng *rand.Rand, k Kind) (key string, r Record) {
	user, conv, name := fmt.Sprint("U", rng.IntN(5)), fmt.Sprint("C", rng.IntN(5)), fmt.Sprint("e", rng.IntN(4))
	switch k {
	case KindMember:
		return Pair(conv, user), Exists
	case KindUser:
		return user, encode(t, userSchema, fmt.Sprintf(`{"name":%q,"real_name":"Ann %s"}`, name, name))
	case KindConversation:
		return conv, encode(t, conversationSchema, fmt.Sprintf(`{"name":%q,"previous_names":["old"]}`, name))
	case KindEmoji:
		return name, encode(t, emojiSchema, fmt.Sprintf(`{"value":"alias:e%d"}`, rng.IntN(4)))
	case KindPresence:
		return user, encode(t, presenceSchema, `{"presence":"away"}`)
	case KindRead:
		return conv, encode(t, readSchema, fmt.Sprintf(`{"unread_count":%d}`, rng.IntN(3)))
	case KindBot:
		return fmt.Sprint("B", rng.IntN(3)), encode(t, botSchema, fmt.Sprintf(`{"name":%q}`, name))
	}
	return MembersOf(ChannelID(conv)), encode(t, freshnessSchema, `{"state":"complete"}`)
}
