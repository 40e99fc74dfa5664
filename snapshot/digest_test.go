package snapshot

import (
	"math/rand/v2"
	"testing"
)

// everything is a workspace with a record of each kind.
func everything(t *testing.T) *Snapshot {
	tables := map[Kind]map[string]string{
		KindSelf:         {"": `{"id":"U1","name":"ann"}`},
		KindTeam:         {"": `{"id":"T1","name":"Team"}`},
		KindSelfPref:     {"muted_channels": `{"value":"C1"}`},
		KindTeamPref:     {"default_channels": `{"value":["C1"]}`},
		KindProfileField: {"Xf1": `{"label":"Desk","ordering":1}`},
		KindUser:         {"U1": `{"name":"ann"}`, "U2": `{"name":"bob"}`},
		KindConversation: {"C1": `{"name":"general","is_member":true}`, "G1": `{"name":"secret","is_private":true}`,
			"G2": `{"is_mpim":true,"name":"mpdm-ann--bob-1"}`, "D1": `{"is_im":true,"user":"U2"}`},
		KindRead:        {"C1": `{"last_read":"1700000000.000100","unread_count":1}`},
		KindMember:      {"C1/U1": "", "C1/U2": ""},
		KindBot:         {"B1": `{"name":"bot"}`},
		KindUsergroup:   {"S1": `{"handle":"team"}`},
		KindMyUsergroup: {"S1": ""},
		KindEmoji:       {"party": `{"value":"https://example.org/p.png"}`},
		KindDND:         {"U1": `{"dnd_enabled":true}`},
		KindPresence:    {"U1": `{"presence":"active"}`},
		KindPin:         {"C1/m:1700000000.000100": `{"type":"message"}`},
		KindStar:        {"channel/C1": `{"type":"channel","channel":"C1"}`},
		KindFile:        {"F1": `{"name":"plan.pdf"}`},
		KindMessage:     {"C1/1700000000.000100": `{"ts":"1700000000.000100","text":"hi"}`},
		KindThread:      {"C1/1700000000.000100": `{"thread_ts":"1700000000.000100","active":true}`},
		KindConfig:      {"": `{"history":true,"per_channel":100}`},
		KindClock:       {"name/C1": `{"arrival":5}`},
		KindTombstone:   {"C9": `{"at":5}`},
		KindAlias:       {"C0": `{"to":"C1"}`},
		KindFreshness:   {"users": `{"state":"complete","as_of":5,"source":"users.list"}`},
		KindCall:        {"7": `{"method":"users.list","start":5}`},
		KindHidden:      {"conversations/C8": `{"at":5,"record":"\u0003"}`},
		KindStub:        {"users/U2": `{"at":5}`},
		KindLink:        {"": `{"up":true}`},
		KindGap:         {"5": `{"lost_at":7,"why":"restart"}`},
	}
	for _, k := range Kinds() {
		if tables[k] == nil {
			t.Fatalf("there is no record of %v here", k)
		}
	}
	return load(t, tables)
}

// TestDigestsFollowContent: the digest is that of the entities and the sum that
// of the bookkeeping, whatever the order in which records came; each record
// counts in exactly one.
func TestDigestsFollowContent(t *testing.T) {
	s := everything(t)
	random := rand.New(rand.NewPCG(5, 6))
	type record struct {
		kind Kind
		key  string
		r    Record
	}
	var all []record
	for _, k := range Kinds() {
		for key, r := range s.All(k) {
			all = append(all, record{k, key, r})
		}
	}
	for range 20 {
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		e := (&Snapshot{}).Edit()
		for _, rec := range all {
			e.Put(rec.kind, rec.key, Exists) // on the way to what it will be
		}
		e.Put(KindBot, "B9", Exists)
		for _, rec := range all {
			e.Put(rec.kind, rec.key, rec.r)
		}
		e.Delete(KindBot, "B9")
		again, _ := e.Commit(1)
		if again.Digest() != s.Digest() || again.Sum() != s.Sum() {
			t.Fatalf("digest %x, sum %x; in another order %x, %x", s.Digest(), s.Sum(), again.Digest(), again.Sum())
		}
	}
	for _, rec := range all {
		e := s.Edit()
		e.Delete(rec.kind, rec.key)
		without, _ := e.Commit(1)
		digest, sum := without.Digest() != s.Digest(), without.Sum() != s.Sum()
		if digest != rec.kind.Entity() || sum == rec.kind.Entity() {
			t.Errorf("without %v %q: digest differs: %t, sum differs: %t", rec.kind, rec.key, digest, sum)
		}
	}
}

// TestDigestTellsApart what kind a record is of, its key and its contents.
func TestDigestTellsApart(t *testing.T) {
	seen := map[uint64]string{0: "nothing"}
	for name, tables := range map[string]map[Kind]map[string]string{
		"a user":                {KindUser: {"X1": `{"name":"a"}`}},
		"another key":           {KindUser: {"X2": `{"name":"a"}`}},
		"another value":         {KindUser: {"X1": `{"name":"b"}`}},
		"another kind":          {KindBot: {"X1": `{"name":"a"}`}},
		"a third kind":          {KindConversation: {"X1": `{"name":"a"}`}},
		"an empty bot":          {KindBot: {"X1": ""}},
		"a membership":          {KindMember: {"C1/U1": ""}},
		"its other way round":   {KindMember: {"U1/C1": ""}},
		"what nobody has named": {KindUser: {"X1": `{"name":"a","new":1}`}},
	} {
		s := load(t, tables)
		if other, taken := seen[s.Digest()]; taken {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[s.Digest()] = name
	}
}

// TestHollowRecords: what a dump leaves out because nothing is known of it does
// not count either.
func TestHollowRecords(t *testing.T) {
	s := load(t, map[Kind]map[string]string{
		KindSelf: {"": ""}, KindTeam: {"": ""}, KindUser: {"U1": ""}, KindConversation: {"C1": ""}, KindRead: {"C1": ""},
	})
	var empty Snapshot
	if s.Digest() != empty.Digest() {
		t.Errorf("digest is %x", s.Digest())
	}
	want := unmarshal(t, empty.AppendDump(nil))
	got := unmarshal(t, s.AppendDump(nil))
	delete(want, "seq")
	delete(got, "seq")
	if len(got) != len(want) || len(got["users"].([]any)) != 0 || len(got["channels"].([]any)) != 0 {
		t.Errorf("the dump is %s", s.AppendDump(nil))
	}
}
