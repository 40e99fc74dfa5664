package snapshot

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTies: what hangs on a conversation or a file is found by it, and follows
// the records.
func TestTies(t *testing.T) {
	s := load(t, map[Kind]map[string]string{
		KindPin:    {"C1/m:1.1": "", "C1/f:F1": "", "C2/f:F1": "", "C2/c:X1": ""},
		KindStar:   {"m:1.1/C1": "", "f:F1/C1": "", "f:F2/": "", "channel/C2": ""},
		KindThread: {"C1/1.1": "", "C2/1.1": ""},
		KindClock: {"message/C1/1.1": "", "reaction/C1/1.1/eyes/U1": "", "late/C2/1.1": "",
			"member/C1/U1": "", "name/C1": "", "message": ""},
		KindFile:    {"F1": `{"channels":["C1","C1"],"groups":["C2"]}`, "F2": `{"ims":["C1"]}`, "F3": ""},
		KindMessage: {"C1/1.1": `{"ts":"1.1","files":[{"id":"F1"},{"id":"F2"}]}`, "C2/1.1": `{"ts":"1.1","files":[{"id":"F1"}]}`},
	})
	type end struct {
		tie Tie
		to  string
	}
	tied := func() map[end][]string {
		got := map[end][]string{}
		for tie := range Tie(numTies) {
			for _, to := range []string{"", "C1", "C2", "F1", "F2", "F3"} {
				if keys := slices.Sorted(s.Tied(tie, to)); keys != nil {
					got[end{tie, to}] = keys
				}
			}
		}
		return got
	}
	if diff := cmp.Diff(map[end][]string{
		{PinsIn, "C1"}:           {"C1/f:F1", "C1/m:1.1"},
		{PinsIn, "C2"}:           {"C2/c:X1", "C2/f:F1"},
		{PinsOfFile, "F1"}:       {"C1/f:F1", "C2/f:F1"},
		{StarsIn, "C1"}:          {"f:F1/C1", "m:1.1/C1"},
		{StarsIn, "C2"}:          {"channel/C2"},
		{StarsOfFile, "F1"}:      {"f:F1/C1"},
		{StarsOfFile, "F2"}:      {"f:F2/"},
		{ThreadsIn, "C1"}:        {"C1/1.1"},
		{ThreadsIn, "C2"}:        {"C2/1.1"},
		{MessageClocksIn, "C1"}:  {"message/C1/1.1", "reaction/C1/1.1/eyes/U1"},
		{MessageClocksIn, "C2"}:  {"late/C2/1.1"},
		{FilesIn, "C1"}:          {"F1", "F2"},
		{FilesIn, "C2"}:          {"F1"},
		{MessagesWithFile, "F1"}: {"C1/1.1", "C2/1.1"},
		{MessagesWithFile, "F2"}: {"C1/1.1"},
	}, tied()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	e := s.Edit()
	e.Put(KindFile, "F1", encode(t, fileSchema, `{"groups":["C2"],"ims":["C1"],"name":"x"}`))
	e.Put(KindFile, "F2", encode(t, fileSchema, `{"ims":["C2"]}`))
	e.Put(KindMessage, "C1/1.1", encode(t, MessageSchema, `{"ts":"1.1","files":[{"id":"F2"}]}`))
	for _, k := range []Kind{KindPin, KindStar, KindThread, KindClock} {
		for key := range s.All(k) {
			e.Delete(k, key)
		}
	}
	e.Put(KindClock, "late/C1/1.1", Exists)
	s, _ = e.Commit(1)
	checked(t, s)
	if diff := cmp.Diff(map[end][]string{
		{MessageClocksIn, "C1"}:  {"late/C1/1.1"},
		{FilesIn, "C1"}:          {"F1"},
		{FilesIn, "C2"}:          {"F1", "F2"},
		{MessagesWithFile, "F1"}: {"C2/1.1"},
		{MessagesWithFile, "F2"}: {"C1/1.1"},
	}, tied()); diff != "" {
		t.Errorf("after an edit (-want +got):\n%s", diff)
	}
	for range s.Tied(FilesIn, "C2") {
		break
	}
}
