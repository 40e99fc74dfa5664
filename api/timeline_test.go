package api_test

import (
	"fmt"
	"iter"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/snapshot"
)

// talk is a conversation with a thread, in which a message comes late.
var talk = []string{
	`{"type":"local.page","method":"rtm.start","response":{"ok":true,"self":{"id":"U1"},"channels":[{"id":"C1","is_member":true}]}}`,
	`{"type":"local.config","history":true,"per_channel":5}`,
	`{"type":"message","channel":"C1","user":"U2","text":"a","ts":"1600000001.000100"}`,
	`{"type":"message","channel":"C1","user":"U2","text":"c","ts":"1600000003.000100"}`,
	`{"type":"message","channel":"C1","user":"U3","text":"c1","ts":"1600000004.000100","thread_ts":"1600000003.000100"}`,
	`{"type":"message","channel":"C1","user":"U2","text":"b","ts":"1600000002.000100"}`,
	`{"type":"message","channel":"C1","subtype":"thread_broadcast","user":"U3","text":"c2","ts":"1600000005.000100","thread_ts":"1600000003.000100"}`,
}

func texts(all iter.Seq[api.Message]) (got []string) {
	for m := range all {
		got = append(got, m.Text())
	}
	return got
}

// TestTimeline: the messages of a conversation in their order, forward, back, and
// from anywhere; replies stand in their thread.
func TestTimeline(t *testing.T) {
	s, _ := reduce(t, &snapshot.Snapshot{}, talk...)
	snap := api.Of(s)
	c, _ := snap.Channel("C1")
	parent, _ := snap.Message("C1", "1600000003.000100")
	n, latest, _ := parent.ReplyCount()
	for what, pair := range map[string][2][]string{
		"all":                    {texts(c.Messages()), {"a", "b", "c", "c2"}},
		"newest first":           {texts(c.MessagesBefore("")), {"c2", "c", "b", "a"}},
		"before one":             {texts(c.MessagesBefore("1600000003.000100")), {"b", "a"}},
		"before none that is":    {texts(c.MessagesBefore("1600000003.000000")), {"b", "a"}},
		"after one":              {texts(c.MessagesAfter("1600000002.000100")), {"c", "c2"}},
		"after the last":         {texts(c.MessagesAfter("1600000005.000100")), nil},
		"replies":                {texts(parent.Replies()), {"c1", "c2"}},
		"the count and the last": {{fmt.Sprintf("%d %s", n, latest)}, {"2 1600000005.000100"}},
	} {
		if diff := cmp.Diff(pair[1], pair[0]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
}

// TestChangesToMessages: what a commit tells of messages, where they are kept and
// where only the newest of each conversation is.
func TestChangesToMessages(t *testing.T) {
	for _, tt := range []struct {
		name, frame string
		kept, only  []string // where they are kept, and where only the newest is
	}{
		{"a new one, for which the oldest makes room",
			`{"type":"message","channel":"C1","user":"U2","text":"d","ts":"1600000006.000100"}`, []string{" > d"}, []string{"c2 > d"}},
		{"an edit of the newest",
			`{"type":"message","subtype":"message_changed","channel":"C1","ts":"1600000007.000100","message":{"ts":"1600000005.000100","text":"C2"}}`,
			[]string{"c2 > C2"}, []string{"c2 > C2"}},
		{"an edit of another",
			`{"type":"message","subtype":"message_changed","channel":"C1","ts":"1600000007.000100","message":{"ts":"1600000002.000100","text":"B"}}`,
			[]string{"b > B"}, nil},
		{"the newest is deleted, and its thread knows",
			`{"type":"message","subtype":"message_deleted","channel":"C1","ts":"1600000007.000100","deleted_ts":"1600000005.000100"}`,
			[]string{"c > c", "c2 > gone"}, []string{"c2 > gone"}},
		{"an old one is deleted",
			`{"type":"message","subtype":"message_deleted","channel":"C1","ts":"1600000007.000100","deleted_ts":"1600000001.000100"}`,
			[]string{"a > gone"}, nil},
		{"a reaction",
			`{"type":"reaction_added","user":"U3","reaction":"eyes","item":{"channel":"C1","ts":"1600000001.000100"}}`, []string{"a > a"}, nil},
		{"the conversation goes, and nothing is said of each of them",
			`{"type":"channel_deleted","channel":"C1"}`, nil, []string{"c2 > gone"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, world := range []struct {
				frames []string
				want   []string
			}{{talk, tt.kept}, {append([]string{talk[0]}, talk[2:]...), tt.only}} {
				s, _ := reduce(t, &snapshot.Snapshot{}, world.frames...)
				_, c := reduce(t, s, tt.frame)
				var got []string
				for m := range api.ChangesTo[api.Message](c) {
					after := m.After.Text()
					if m.Deleted() {
						after = "gone"
					}
					got = append(got, m.Before.Text()+" > "+after)
				}
				if diff := cmp.Diff(world.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

// TestThreadsAndFiles: the views say what events told.
func TestThreadsAndFiles(t *testing.T) {
	s, _ := reduce(t, &snapshot.Snapshot{}, append(talk,
		`{"type":"local.config","history":true,"files":true}`,
		`{"type":"thread_marked","subscription":{"channel":"C1","thread_ts":"1600000003.000100","last_read":"1600000004.000100","active":true}}`,
		`{"type":"message","channel":"C1","user":"U2","ts":"1600000006.000100","files":[{"id":"F1","name":"a.png","size":3},{"id":"F2","name":"b.png"}]}`,
		`{"type":"file_deleted","file_id":"F2"}`)...)
	snap := api.Of(s)
	th := snap.Thread("C1", "1600000003.000100")
	on, known := th.Following()
	last, _ := th.LastRead()
	first, _ := th.First()
	if got, want := fmt.Sprintf("%v %v %s %s %v", on, known, last, first.Text(), texts(th.Replies())), "true true 1600000004.000100 c [c1 c2]"; got != want {
		t.Errorf("thread: %s, want %s", got, want)
	}
	m, _ := snap.Message("C1", "1600000006.000100")
	var got []string
	for f := range m.Files() {
		size, known := f.Size()
		got = append(got, fmt.Sprint(f.ID(), f.Valid(), f.Name(), size, known))
	}
	if diff := cmp.Diff([]string{"F1truea.png3 true", "F2false0 false"}, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}
