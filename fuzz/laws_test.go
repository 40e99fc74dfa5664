package fuzz

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/reducer"
	"github.com/slackstate/slackstate/snapshot"
)

var config = reducer.Config{ListLag: reducer.DefaultListLag}

// base is a small workspace that events can be about.
const base = `{"type":"local.page","method":"rtm.start","response":{"ok":true,
	"self":{"id":"U1","name":"me","prefs":{"muted_channels":""}},
	"team":{"id":"T1","name":"Team","domain":"team"},
	"users":[{"id":"U1","name":"me","updated":1,"profile":{"display_name":"Me"}},
		{"id":"U2","name":"ann","updated":5,"profile":{"display_name":"Ann","bot_id":"B1","fields":{"Xf1":{"value":"x"}}}}],
	"channels":[{"id":"C1","name":"general","is_channel":true,"is_member":true,"members":["U1","U2"],"num_members":2,
		"topic":{"value":"t","creator":"U2","last_set":10},"last_read":"1000000000.000100","unread_count":1,
		"unread_count_display":1,"latest":{"type":"message","ts":"1000000000.000200","user":"U2","text":"hi"}},
		{"id":"C2","name":"random","is_channel":true,"is_member":false}],
	"groups":[{"id":"G1","name":"secret","is_group":true,"is_private":true,"members":["U1"]}],
	"ims":[{"id":"D1","is_im":true,"user":"U2","last_read":"0000000000.000000"}],
	"bots":[{"id":"B1","name":"bot","updated":3}],
	"subteams":{"self":["S1"],"all":[{"id":"S1","handle":"team","date_update":4,"users":["U1"],"user_count":1}]},
	"emoji":{"party":"https://example.com/p.png","fete":"alias:party"}}}`

// workspace returns the snapshot after base.
func workspace(tb testing.TB) *snapshot.Snapshot {
	tb.Helper()
	s, _ := reduceAll(tb, &snapshot.Snapshot{}, [][]byte{[]byte(base)}, 1_000_000_000_000)
	return s
}

// reduceAll applies frames a second apart, passing over what does not decode,
// and returns the last snapshot and all changes. The memory of each frame is used
// for the next one, so that what were kept of it would change.
func reduceAll(tb testing.TB, s *snapshot.Snapshot, frames [][]byte, at int64) (*snapshot.Snapshot, []snapshot.Change) {
	tb.Helper()
	var all []snapshot.Change
	var memory []byte
	for i, f := range frames {
		memory = append(memory[:0], f...)
		ev, err := reducer.Decode(memory, at+int64(i)*1000)
		if err == nil {
			var res reducer.Result
			s, res = reducer.Reduce(config, s, ev)
			all = append(all, res.EveryChange(s)...)
		}
		for i := range memory {
			memory[i] = '#'
		}
	}
	return s, all
}

// seeds are one frame of each shape that has its own way through the reducer,
// and some that have none.
func seeds(f *testing.F) {
	for _, s := range frames {
		f.Add([]byte(s))
	}
	for _, s := range []string{``, `null`, `[]`, `"x"`, `{`, `{"type":5}`, `{"type":"message"}`,
		`{"type":"message","channel":{},"ts":[]}`, `{"type":"channel_joined","channel":{}}`,
		`{"type":"channel_rename","channel":{"id":"C1/x","name":"y"}}`,
		`{"type":"user_change","user":{"id":"U2","profile":[],"updated":"x"}}`,
		`{"ok":true,"reply_to":1,"ts":"1.2","text":""}`, "{\"type\":\"user_change\",\"user\":{\"id\":\"\xff\"}}"} {
		f.Add([]byte(s))
	}
}

// frames is a day's traffic in small.
var frames = []string{
	`{"type":"hello"}`,
	`{"type":"message","channel":"C1","user":"U2","text":"<@U1> news","ts":"1000000001.000100"}`,
	`{"type":"message","subtype":"channel_topic","channel":"C1","user":"U2","topic":"new","ts":"1000000002.000100"}`,
	`{"type":"message","subtype":"message_changed","hidden":true,"channel":"C1","ts":"1000000003.000100","message":{"ts":"1000000001.000100","text":"edited"}}`,
	`{"type":"message","subtype":"message_deleted","hidden":true,"channel":"C1","ts":"1000000004.000100","deleted_ts":"1000000002.000100"}`,
	`{"type":"channel_marked","channel":"C1","ts":"1000000001.000100"}`,
	`{"type":"channel_rename","channel":{"id":"C1","name":"main","created":1},"event_ts":"1000000005.000100"}`,
	`{"type":"channel_created","channel":{"id":"C3","name":"fresh","created":2,"creator":"U2"}}`,
	`{"type":"channel_joined","channel":{"id":"C2","name":"random","is_channel":true,"is_member":true,"members":["U1","U2"]}}`,
	`{"type":"channel_left","channel":"C2"}`,
	`{"type":"channel_deleted","channel":"C2"}`,
	`{"type":"channel_archive","channel":"C1","user":"U2","event_ts":"1000000006.000100"}`,
	`{"type":"channel_unarchive","channel":"C1","user":"U2","event_ts":"1000000007.000100"}`,
	`{"type":"group_left","channel":"G1"}`,
	`{"type":"group_joined","channel":{"id":"G1","name":"secret","is_group":true,"is_private":true}}`,
	`{"type":"member_joined_channel","user":"U3","channel":"C1","team":"T1","event_ts":"1000000008.000100"}`,
	`{"type":"member_left_channel","user":"U3","channel":"C1","team":"T1","event_ts":"1000000009.000100"}`,
	`{"type":"channel_id_changed","old_channel_id":"G1","new_channel_id":"C9","event_ts":"1000000010.000100"}`,
	`{"type":"im_created","user":"U1","channel":{"id":"D2","is_im":true,"user":"U3"}}`,
	`{"type":"im_open","user":"U3","channel":"D2"}`,
	`{"type":"im_close","user":"U3","channel":"D2"}`,
	`{"type":"user_change","user":{"id":"U2","name":"anna","updated":9,"profile":{"display_name":"Anna","fields":{}}},"event_ts":"1000000011.000100"}`,
	`{"type":"team_join","user":{"id":"U4","name":"new","updated":9}}`,
	`{"type":"presence_change","users":["U1","U2"],"presence":"active"}`,
	`{"type":"dnd_updated_user","user":"U2","dnd_status":{"dnd_enabled":true,"next_dnd_start_ts":1,"next_dnd_end_ts":2}}`,
	`{"type":"pref_change","name":"muted_channels","value":"C1"}`,
	`{"type":"subteam_members_changed","subteam_id":"S1","date_previous_update":4,"date_update":6,"added_users":["U2"],"removed_users":["U1"]}`,
	`{"type":"bot_changed","bot":{"id":"B1","name":"bot2","updated":7}}`,
	`{"type":"emoji_changed","subtype":"rename","old_name":"party","new_name":"feast","value":"https://example.com/f.png"}`,
	`{"type":"emoji_changed","subtype":"remove","names":["party"]}`,
	`{"type":"team_rename","name":"Crew"}`,
	`{"type":"pin_added","user":"U2","channel_id":"C1","item":{"type":"message","message":{"ts":"1000000001.000100"}}}`,
	`{"type":"star_added","user":"U1","item":{"type":"channel","channel":"C1"}}`,
	`{"type":"local.call","call":"1","method":"users.list"}`,
	`{"type":"local.page","call":"1","method":"users.list","response":{"ok":true,"members":[{"id":"U2","name":"old","updated":2},{"id":"U5","name":"five"}]}}`,
	`{"type":"local.listed","call":"1","method":"users.list","seen":["U2","U5"]}`,
	`{"type":"local.listed","method":"conversations.list","args":{"types":"public_channel,private_channel,mpim,im"},"seen":["C1"]}`,
	`{"type":"local.page","method":"conversations.members","args":{"channel":"C1"},"response":{"ok":true,"members":["U1","U5"]}}`,
	`{"type":"local.failed","method":"emoji.list","error":"missing_scope"}`,
	`{"type":"local.offline"}`,
	`{"type":"local.ready"}`,
	`{"type":"local.expire","before":1000000009000}`,
	`{"type":"event_callback","team_id":"T1","event":{"type":"channel_archive","channel":"C3","user":"U2","event_ts":"1000000012.000100"}}`,
}

// FuzzReduce: whatever bytes arrive, decoding and reducing them ends without a
// panic, in a consistent snapshot whose dump loads again to the same digest, and
// leaves the snapshot it started from as it was.
func FuzzReduce(f *testing.F) {
	seeds(f)
	before := workspace(f)
	dump, digest, sum := before.AppendDump(nil), before.Digest(), before.Sum()
	f.Fuzz(func(t *testing.T, frame []byte) {
		after, changes := reduceAll(t, before, [][]byte{frame}, 1_000_000_060_000)
		if err := after.Check(); err != nil {
			t.Errorf("inconsistent: %v", err)
		}
		if before.Digest() != digest || before.Sum() != sum || !bytes.Equal(before.AppendDump(nil), dump) {
			t.Error("the snapshot that was reduced has changed")
		}
		if len(changes) == 0 && after != before {
			t.Error("nothing changed and the snapshot is another")
		}
		reload(t, after)
	})
}

// reload checks that a dump is a start that gives the same digest.
func reload(t *testing.T, s *snapshot.Snapshot) {
	t.Helper()
	ev, err := reducer.Decode([]byte(`{"type":"local.page","method":"rtm.start","response":`+string(s.AppendDump(nil))+`}`), s.At())
	if err != nil {
		t.Fatalf("the dump is not JSON: %v", err)
	}
	again, _ := reducer.Reduce(config, &snapshot.Snapshot{}, ev)
	if again.Digest() != s.Digest() {
		t.Errorf("the dump loads to another digest:\n%s", cmp.Diff(string(s.AppendDump(nil)), string(again.AppendDump(nil))))
	}
}

// frameHistory cuts bytes into frames, most of them taken from the list: a byte
// chooses one, 255 begins a literal frame that ends with a newline.
func frameHistory(data []byte) (out [][]byte) {
	for len(data) > 0 && len(out) < 200 {
		choice := data[0]
		data = data[1:]
		if choice != 255 {
			out = append(out, []byte(frames[int(choice)%len(frames)]))
			continue
		}
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		out, data = append(out, line), rest
	}
	return out
}

func historySeeds(f *testing.F) {
	all := make([]byte, len(frames))
	for i := range all {
		all[i] = byte(i)
	}
	f.Add(all)
	f.Add(append(bytes.Clone(all), all...))
	f.Add([]byte("\x08\x09\x10\x0f\x11\xff{\"type\":\"hello\"}\n\x01\x01"))
}

// FuzzReplay: the same history always gives the same snapshot, the same changes
// in the same order, and the same bytes as a dump; and what the changes say
// each record became, laid over the snapshot before, is the snapshot after.
func FuzzReplay(f *testing.F) {
	historySeeds(f)
	start := workspace(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		h := frameHistory(data)
		live, changes := reduceAll(t, start, h, 1_000_000_060_000)
		replayed, again := reduceAll(t, start, h, 1_000_000_060_000)
		if diff := cmp.Diff(changes, again); diff != "" {
			t.Errorf("changes differ when replayed (-live +replayed):\n%s", diff)
		}
		if live.Digest() != replayed.Digest() || live.Sum() != replayed.Sum() || live.Seq() != replayed.Seq() {
			t.Errorf("live %016x/%016x, replayed %016x/%016x", live.Digest(), live.Sum(), replayed.Digest(), replayed.Sum())
		}
		if !bytes.Equal(live.AppendDump(nil), replayed.AppendDump(nil)) {
			t.Error("the dumps differ")
		}
		redone := redo(t, start, changes)
		if redone.Digest() != live.Digest() || redone.Sum() != live.Sum() {
			t.Errorf("live %016x/%016x, redone from images %016x/%016x", live.Digest(), live.Sum(), redone.Digest(), redone.Sum())
		}
		if err := live.Check(); err != nil {
			t.Errorf("inconsistent: %v", err)
		}
	})
}

// redo makes the snapshot after from the one before and images of records, as
// loading a file does.
func redo(t *testing.T, before *snapshot.Snapshot, changes []snapshot.Change) *snapshot.Snapshot {
	t.Helper()
	l := snapshot.NewLoad()
	put := func(k snapshot.Kind, key string, r snapshot.Record) {
		if err := l.Put(k, key, r); err != nil {
			t.Fatalf("%v %q: %v", k, key, err)
		}
	}
	for _, k := range snapshot.Kinds() {
		for key, r := range before.All(k) {
			put(k, key, r)
		}
	}
	for _, c := range changes {
		put(c.Kind, c.Key, c.After)
	}
	return l.Snapshot(0, 0)
}

// FuzzRepeat: each frame of a history delivered twice in a row changes nothing
// the second time. Slack repeats frames.
func FuzzRepeat(f *testing.F) {
	historySeeds(f)
	start := workspace(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		s := start
		for i, frame := range frameHistory(data) {
			ev, err := reducer.Decode(frame, 1_000_000_060_000+int64(i)*1000)
			if err != nil {
				continue
			}
			once, _ := reducer.Reduce(config, s, ev)
			twice, res := reducer.Reduce(config, once, ev)
			if res.Outcome == reducer.Changed || twice.Digest() != once.Digest() {
				t.Fatalf("%s\nchanged something when it came again: %v", frame, res.Changes)
			}
			s = once
		}
	})
}
