package sync

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestArgs(t *testing.T) {
	all := Args{true, true, true, true, true, true, true}
	for _, tt := range []struct {
		name string
		got  map[string]string
		want map[string]string
	}{
		{"start, none", Args{}.start(), map[string]string{
			"batch_presence_aware": "false", "include_locale": "false", "mpim_aware": "false", "no_latest": "0",
			"no_unreads": "false", "presence_sub": "false", "simple_latest": "false"}},
		{"start, all", all.start(), map[string]string{
			"batch_presence_aware": "true", "include_locale": "true", "mpim_aware": "true", "no_latest": "1",
			"no_unreads": "true", "presence_sub": "true", "simple_latest": "true"}},
		{"connect, none", Args{}.connect(), map[string]string{"batch_presence_aware": "false", "presence_sub": "false"}},
		{"connect, all", all.connect(), map[string]string{"batch_presence_aware": "true", "presence_sub": "true"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestRTMStart: which methods are asked on the first connection and on the
// second one.
func TestRTMStart(t *testing.T) {
	const lists = "conversations.list dnd.info emoji.list team.info team.profile.get usergroups.list users.list"
	whole := func(extra string) string {
		return `{"ok":true,"url":"ws://slack.test/the-ticket/0","team":{"id":"T1"},"self":{"id":"U0"},"users":[],"channels":[]` + extra + `}`
	}
	failing := func(code string) string { return `{"ok":false,"error":"` + code + `"}` }
	for _, tt := range []struct {
		name          string
		answer        string // "" for rtm.connect's
		status        int
		page          string // the first answer that goes up
		first, second string
	}{
		{"in full", whole(""), 0, "rtm.start",
			"rtm.start emoji.list team.profile.get users.list", "rtm.start emoji.list team.profile.get users.list"},
		{"in full with a warning", whole(`,"warning":"method_deprecated"`), 0, "rtm.start",
			"rtm.start emoji.list team.profile.get users.list", "rtm.start emoji.list team.profile.get users.list"},
		{"as rtm.connect", "", 0, "rtm.connect", "rtm.start " + lists, "rtm.connect " + lists},
		{"method_deprecated", failing("method_deprecated"), 0, "rtm.connect", "rtm.start rtm.connect " + lists, "rtm.connect " + lists},
		{"deprecated as a warning", `{"ok":false,"error":"fatal_error","warning":"method_deprecated"}`, 0, "rtm.connect",
			"rtm.start rtm.connect " + lists, "rtm.connect " + lists},
		{"rtm_connect_required", failing("rtm_connect_required"), 0, "rtm.connect", "rtm.start rtm.connect " + lists, "rtm.connect " + lists},
		{"deprecated_endpoint", failing("deprecated_endpoint"), 0, "rtm.connect", "rtm.start rtm.connect " + lists, "rtm.connect " + lists},
		{"enterprise_is_restricted", failing("enterprise_is_restricted"), 0, "rtm.connect", "rtm.start rtm.connect " + lists, "rtm.connect " + lists},
		{"unknown_method", failing("unknown_method"), 0, "rtm.connect", "rtm.start rtm.connect " + lists, "rtm.connect " + lists},
		{"http_404", "gone", 404, "rtm.connect", "rtm.start rtm.connect " + lists, "rtm.connect " + lists},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSlack(t)
				if tt.answer != "" {
					s.answer("rtm.start", func(request) reply { return reply{status: tt.status, body: tt.answer} })
				}
				w := config(t, s)
				w.cfg.Bootstrap = Start
				w.start()
				c, _ := w.accept(true)
				pass(time.Second)
				asked := func(from int) string {
					var methods []string
					for _, r := range s.requests("")[from:] {
						methods = append(methods, r.method)
					}
					lists := slices.IndexFunc(methods, func(m string) bool { return !strings.HasPrefix(m, "rtm.") })
					slices.Sort(methods[lists:])
					return strings.Join(methods, " ")
				}
				if diff := cmp.Diff(tt.first, asked(0)); diff != "" {
					t.Errorf("first (-want +got)\n%s", diff)
				}
				if diff := cmp.Diff([]string{"call " + tt.page, "page " + tt.page, "listed " + tt.page}, w.told()[:3]); diff != "" {
					t.Errorf("events (-want +got)\n%s", diff)
				}
				n := len(s.requests(""))
				c.Close()
				w.accept(true)
				pass(time.Second)
				if diff := cmp.Diff(tt.second, asked(n)); diff != "" {
					t.Errorf("second (-want +got)\n%s", diff)
				}
				if err := w.stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// The answer goes up without the socket URL and otherwise as it was, with the
// times at which it was asked for and had.
func TestOpeningAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlack(t)
		const answer = `{"ok":true, "self":{"id":"U0","name":"é"},"url":"ws://slack.test/the-ticket/0",` +
			`"team":{"id":"T1","url":"https://t"},"users":[ {"id":"U0"} ],"channels":[]}`
		s.answer("rtm.start", func(request) reply {
			pass(2 * time.Second)
			return reply{body: answer}
		})
		w := config(t, s)
		w.cfg.Bootstrap = Start
		w.start()
		c, _ := w.accept(false)
		pass(time.Second)
		send(t, c, `{"type":"hello"}`)
		type told struct {
			Event string
			At    time.Duration
		}
		var got []told
		for _, e := range w.all()[:4] {
			got = append(got, told{short(e.raw), e.at})
		}
		if diff := cmp.Diff([]told{
			{"call rtm.start", 0},
			{"page rtm.start", 2 * time.Second},
			{"listed rtm.start", 2 * time.Second},
			{`{"type":"hello"}`, 3 * time.Second},
		}, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		const want = `"response":{"ok":true,"self":{"id":"U0","name":"é"},"team":{"id":"T1","url":"https://t"},"users":[ {"id":"U0"} ],"channels":[]}}`
		if raw := w.all()[1].raw; !strings.HasSuffix(raw, want) {
			t.Errorf("page is %s, want it to end in %s", raw, want)
		}
	})
}
