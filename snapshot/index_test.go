package snapshot

import (
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"github.com/slackstate/slackstate/internal/numbered"
)

// texts returns the elements of a sequence as strings, in its order.
func texts[T ~string](seq iter.Seq[T]) []string {
	var out []string
	for v := range seq {
		out = append(out, string(v))
	}
	return out
}

// indexed is a workspace in which every index has something to tell apart.
func indexed(t *testing.T) *Snapshot {
	return load(t, map[Kind]map[string]string{
		KindUser: {
			"U1": `{"name":"ann","real_name":"Ann Lee","profile":{"display_name":"Annie","email":"Ann@Example.org"}}`,
			"U2": `{"name":"bot","profile":{"display_name":"ANN","bot_id":"B1"}}`,
			"U3": `{"name":"straße","profile":{"real_name":"Şule","real_name_normalized":"Sule","email":"ann@example.org"}}`,
			"U4": `{"name":"annie","deleted":true,"profile":{"display_name":"","bot_id":"B1"}}`,
			"U5": "",
		},
		KindConversation: {
			"C1": `{"name":"general","previous_names":["Allgemein","start"]}`,
			"C2": `{"name":"Start","is_private":true}`,
			"C3": `{"name":"réunion","name_normalized":"reunion"}`,
			"D1": `{"is_im":true,"user":"U1"}`,
			"D2": `{"is_im":true,"user":"U2"}`,
			"D3": `{"is_im":true,"user":"U2"}`,
			"G1": `{"is_mpim":true,"name":"mpdm-a--b-1","user":"U1"}`,
		},
		KindUsergroup: {
			"S1": `{"handle":"Team","date_delete":0}`,
			"S2": `{"handle":"team"}`,
			"S3": `{"handle":"team","date_delete":1600000000}`,
		},
		KindEmoji: {
			"party": `{"value":"https://example.org/p.png"}`,
			"fete":  `{"value":"alias:party"}`,
			"fest":  `{"value":"alias:party"}`,
			"Fete":  `{"value":"alias:fete"}`,
		},
	})
}

// TestLookups: each index finds what has the value, sorted, without regard to
// the case of names.
func TestLookups(t *testing.T) {
	s := indexed(t)
	users := func(name string) []string { return texts(s.UsersNamed(name).All()) }
	email := func(a string) []string { return texts(s.UsersByEmail(a).All()) }
	convs := func(name string) []string { return texts(s.ConversationsNamed(name).All()) }
	former := func(name string) []string { return texts(s.ConversationsFormerlyNamed(name).All()) }
	for _, c := range []struct {
		name string
		got  []string
		want []string
	}{
		{"a handle, and a display name that folds to it", users("ann"), []string{"U1", "U2"}},
		{"the same in another case", users("aNN"), []string{"U1", "U2"}},
		{"a display name, and a handle of one who is deactivated", users("annie"), []string{"U1", "U4"}},
		{"a real name", users("ANN LEE"), []string{"U1"}},
		{"a profile's real name", users("ŞULE"), []string{"U3"}},
		{"a normalized name", users("sule"), []string{"U3"}},
		{"a letter whose upper case is two is not folded", users("STRASSE"), nil},
		{"nobody", users("nobody"), nil},
		{"no name", users(""), nil},
		{"an address that two have", email("ANN@example.ORG"), []string{"U1", "U3"}},
		{"no address", email(""), nil},
		{"the users of a bot", texts(s.UsersByBot("B1").All()), []string{"U2", "U4"}},
		{"a bot without", texts(s.UsersByBot("B2").All()), nil},
		{"a conversation", convs("General"), []string{"C1"}},
		{"a former name", former("Allgemein"), []string{"C1"}},
		{"which is no name any more", convs("allgemein"), nil},
		{"a former name that another has now", former("start"), []string{"C1"}},
		{"and the other one", convs("start"), []string{"C2"}},
		{"a normalized name of a conversation", convs("reunion"), []string{"C3"}},
		{"a name with an accent", convs("RÉUNION"), []string{"C3"}},
		{"with the accent apart", convs("RE\u0301UNION"), []string{"C3"}},
		{"a DM", texts(s.IMs("U1")), []string{"D1"}},
		{"two DMs", texts(s.IMs("U2")), []string{"D2", "D3"}},
		{"no DM", texts(s.IMs("U3")), nil},
		{"enabled user groups", texts(s.UsergroupsByHandle("TEAM")), []string{"S1", "S2"}},
		{"aliases", texts(s.EmojiAliases("party")), []string{"fest", "fete"}},
		{"aliases of an alias", texts(s.EmojiAliases("fete")), []string{"Fete"}},
		{"no alias", texts(s.EmojiAliases("Fete")), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	for range s.UsersNamed("ann").All() {
		break // a lookup may be left early
	}
}

// TestIndexesFollow: a changed or deleted record leaves nothing behind in the
// indexes, and takes nobody else's place with it.
func TestIndexesFollow(t *testing.T) {
	s := indexed(t)
	edit := func(do func(e *Edit)) {
		t.Helper()
		e := s.Edit()
		do(e)
		s, _ = e.Commit(1)
		checked(t, s)
	}
	edit(func(e *Edit) {
		e.Put(KindUser, "U2", encode(t, userSchema, `{"name":"Ann","profile":{"bot_id":"B2"}}`))
	})
	if diff := cmp.Diff([]string{"U1", "U2"}, texts(s.UsersNamed("ann").All())); diff != "" {
		t.Errorf("a name that moved within the record (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"U4"}, texts(s.UsersByBot("B1").All())); diff != "" {
		t.Errorf("a bot of one user less (-want +got):\n%s", diff)
	}
	edit(func(e *Edit) { e.Delete(KindUser, "U1") })
	if diff := cmp.Diff([]string{"U2"}, texts(s.UsersNamed("ann").All())); diff != "" {
		t.Errorf("after a deletion (-want +got):\n%s", diff)
	}
	edit(func(e *Edit) {
		e.Put(KindUsergroup, "S3", encode(t, usergroupSchema, `{"handle":"team","date_delete":0}`))
		e.Put(KindUsergroup, "S1", encode(t, usergroupSchema, `{"handle":"team","date_delete":5}`))
	})
	if diff := cmp.Diff([]string{"S2", "S3"}, texts(s.UsergroupsByHandle("team"))); diff != "" {
		t.Errorf("enabled and disabled (-want +got):\n%s", diff)
	}
	edit(func(e *Edit) {
		for _, k := range Kinds() {
			for key := range s.All(k) {
				e.Delete(k, key)
			}
		}
	})
	for ix, table := range s.index {
		if table.Len() != 0 {
			t.Errorf("index %d has %d entries left", ix, table.Len())
		}
	}
	if s.Digest() != 0 || s.Sum() != 0 {
		t.Errorf("an empty workspace has digest %x and sum %x", s.Digest(), s.Sum())
	}
}

// TestLettersThatFoldToASCII: of the letters beyond ASCII, few fold to one of its, and
// those are known to.
func TestLettersThatFoldToASCII(t *testing.T) {
	var all []rune
	for r := rune(utf8.RuneSelf); r <= unicode.MaxRune; r++ {
		s := string(r)
		if !isASCII(Fold(s)) {
			continue
		}
		all = append(all, r)
		if !mayFoldToASCII(s) || !foldsTo("a"+s, "a"+Fold(s)) || foldsTo("b"+s, "a"+Fold(s)) {
			t.Errorf("%q folds to %q", s, Fold(s))
		}
	}
	if want := []rune{'\u017f', '\u037e', '\u1fef', '\u212a'}; !slices.Equal(all, want) {
		t.Errorf("%U fold to ASCII, want %U", all, want)
	}
}

// TestFold: two names fold to one exactly if they differ in case, and in how
// accents are written, only.
func TestFold(t *testing.T) {
	words := []string{"", "ann", "Ann", "ANN", "straße", "STRASSE", "STRAßE", "kelvin", "\u212aelvin", "\u017fmall",
		"small", "Σίσυφος", "σίσυφοσ", "ΣΊΣΥΦΟΣ", "Åse", "åse", "ÅSE", "\u212bse", "ı", "i", "İ", "I", "Ǆ", "ǅ", "ǆ", "日本", "a-b_c.1",
		"Jose\u0301", "jos\u00e9", "JOSE\u0301", "jose", "s\u030c", "\u0160"}
	for _, a := range words {
		for _, b := range words {
			if same, fold := Fold(a) == Fold(b), strings.EqualFold(norm.NFC.String(a), norm.NFC.String(b)); same != fold {
				t.Errorf("%q and %q: folded to one: %t, differ in case only: %t", a, b, same, fold)
			}
		}
		for _, b := range words {
			if foldsTo(a, Fold(b)) != (Fold(a) == Fold(b)) {
				t.Errorf("foldsTo(%q, %q) differs from Fold", a, Fold(b))
			}
		}
		if Fold(Fold(a)) != Fold(a) {
			t.Errorf("%q folds to %q and that to %q", a, Fold(a), Fold(Fold(a)))
		}
	}
	if got := Fold("lower-case_name.1"); got != "lower-case_name.1" {
		t.Errorf("folded to %q", got)
	}
	folded := ""
	if n := testing.AllocsPerRun(100, func() { folded = Fold("lower-case_name.1") }); n != 0 || folded == "" {
		t.Errorf("%v allocations for a name that is folded already", n)
	}
}

// TestHashesAlike: a lookup gives no record that only shares the hash of its value
// with one that has it.
func TestHashesAlike(t *testing.T) {
	s := indexed(t)
	place, _ := KindUser.listed()
	other, _ := s.listed.at(place).Number("U3")
	reindex(s, userByName, func(ix *numbered.IndexEdit) { ix.Add(numbered.NewEntry(numbered.Hash("ann"), other)) })
	if diff := cmp.Diff([]string{"U1", "U2"}, texts(s.UsersNamed("ann").All())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestManyOfOneName: a name may have any number of users, who come and go.
func TestManyOfOneName(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	s := &Snapshot{}
	model := map[string]bool{}
	for range 20 {
		e := s.Edit()
		for range 50 {
			id := fmt.Sprintf("U%03d", random.IntN(300))
			if model[id] = random.IntN(3) > 0; model[id] {
				e.Put(KindUser, id, encode(t, userSchema, `{"name":"`+id+`","real_name":"Wei Zhao"}`))
			} else {
				e.Delete(KindUser, id)
				delete(model, id)
			}
		}
		s, _ = e.Commit(1)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(model)), texts(checked(t, s).UsersNamed("wei zhao").All())); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
}
