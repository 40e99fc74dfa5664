package slacktest_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slackstate/slackstate/slacktest"
)

// The mix of a workload is that of a busy workspace.
func TestWorkloadMix(t *testing.T) {
	const n = 20_000
	s := newServer(t, slacktest.Options{Users: 1000})
	count := map[string]int{}
	size, frames := 0, 0
	for body := range s.Workload(1, n) {
		frame := decode(t, body)
		kind := frame["type"].(string)
		switch {
		case strings.HasSuffix(kind, "_marked"):
			kind = "marked"
		case strings.HasPrefix(kind, "user_") && kind != "user_typing":
			kind = "user"
		case strings.HasPrefix(kind, "reaction_"):
			kind = "reaction"
		case strings.HasPrefix(kind, "member_"):
			kind = "member"
		}
		count[kind]++
		size += len(body)
		frames++
	}
	if frames != n {
		t.Errorf("%d frames, want %d", frames, n)
	}
	if avg := size / n; avg < 440 || avg > 500 {
		t.Errorf("%d bytes a frame on average", avg)
	}
	for kind, percent := range map[string]int{
		"message": 55, "user_typing": 8, "presence_change": 8, "marked": 8, "user": 5, "reaction": 5, "member": 4, "team_join": 1,
	} {
		if got := count[kind] * 100; got < (percent*n)*9/10 || got > (percent*n)*11/10 {
			t.Errorf("%s: %d of %d, want %d %%", kind, count[kind], n, percent)
		}
	}
}

// The same seed gives the same frames, whatever has happened to the server; the
// server itself is not touched. A consumer may stop early.
func TestWorkloadIsDeterministic(t *testing.T) {
	s := newServer(t, slacktest.Options{Users: 100})
	one := slices.Collect(s.Workload(7, 500))
	before := s.Truth()
	two := slices.Collect(s.Workload(7, 500))
	if !bytes.Equal(before, s.Truth()) {
		t.Error("the truth moved")
	}
	ok(t, s.RenameTeam("other"))
	var part [][]byte
	for body := range s.Workload(7, 500) {
		if part = append(part, body); len(part) == 300 {
			break
		}
	}
	for _, tt := range []struct {
		name string
		got  [][]byte
		want [][]byte
		same bool
	}{
		{"again", two, one, true},
		{"after an operation, cut short", part, one[:300], true},
		{"another seed", slices.Collect(s.Workload(8, 500)), one, false},
	} {
		if same := slices.EqualFunc(tt.got, tt.want, bytes.Equal); same != tt.same {
			t.Errorf("%s: same frames %t, want %t", tt.name, same, tt.same)
		}
	}
}

// StartJSON is the truth in the shape of rtm.start.
func TestStartJSON(t *testing.T) {
	s := newServer(t, slacktest.Options{Users: 50})
	all, start := truth(t, s), decode(t, s.StartJSON())
	for _, u := range list(start, "users") {
		delete(u, "locale")
	}
	for _, field := range []string{"self", "users", "channels", "groups", "mpims", "ims", "bots", "subteams"} {
		if diff := cmp.Diff(all[field], start[field]); diff != "" {
			t.Errorf("%s (-truth +start):\n%s", field, diff)
		}
	}
}
