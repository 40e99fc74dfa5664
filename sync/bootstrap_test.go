package sync

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// live starts a Run, accepts its socket and lets the lists finish.
func live(t *testing.T, setup func(*slack, *watch)) *watch {
	t.Helper()
	s := newSlack(t)
	w := config(t, s)
	setup(s, w)
	w.start()
	c, _ := w.accept(true)
	keepAlive(t, c)
	pass(time.Minute)
	if got := w.history(); got[len(got)-1] != "live 0" {
		t.Fatalf("phases %v, want live", got)
	}
	return w
}

// ordered sorts the events of methods that run beside each other by method,
// and keeps the order of each.
func ordered(told []string) []string {
	method := func(s string) string { return strings.Fields(s + " -")[1] }
	slices.SortStableFunc(told, func(a, b string) int { return strings.Compare(method(a), method(b)) })
	return told
}

func TestBootstrapConnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := live(t, func(s *slack, w *watch) {
			s.answer("users.list", body(`{"ok":true,"members":[{"id":"U1"}]}`))
			s.answer("conversations.list", body(`{"ok":true,"channels":[{"id":"C1"},{"id":"D1"}]}`))
			s.answer("usergroups.list", body(`{"ok":true,"usergroups":[{"id":"S1"}]}`))
			s.answer("emoji.list", body(`{"ok":true,"emoji":{"a":"alias:b"}}`))
			s.answer("team.profile.get", body(`{"ok":true,"profile":{"fields":[{"id":"Xf1"}]}}`))
		})
		told := w.told()
		if diff := cmp.Diff([]string{
			"call rtm.connect", "page rtm.connect", "listed rtm.connect", `{"type":"hello"}`,
		}, told[:4]); diff != "" {
			t.Errorf("first (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff([]string{
			"call conversations.list", "page conversations.list", "listed conversations.list C1,D1",
			"call dnd.info", "page dnd.info", "listed dnd.info",
			"call emoji.list", "page emoji.list", "listed emoji.list a",
			"call team.info", "page team.info", "listed team.info",
			"call team.profile.get", "page team.profile.get", "listed team.profile.get Xf1",
			"call usergroups.list", "page usergroups.list", "listed usergroups.list S1",
			"call users.list", "page users.list", "listed users.list U1",
		}, ordered(told[4:len(told)-1])); diff != "" {
			t.Errorf("lists (-want +got)\n%s", diff)
		}
		if last := told[len(told)-1]; last != "ready" {
			t.Errorf("last %q, want ready", last)
		}
		if diff := cmp.Diff([]string{"connecting 0", "bootstrapping 0", "live 0"}, w.history()); diff != "" {
			t.Errorf("phases (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff([]string{"T1 U0"}, w.identities()); diff != "" {
			t.Errorf("identities (-want +got)\n%s", diff)
		}
		asked := map[string]string{}
		for _, r := range w.slack.requests("") {
			asked[r.method] = r.form.Encode()
		}
		if diff := cmp.Diff(map[string]string{
			"rtm.connect":        "batch_presence_aware=false&presence_sub=false",
			"team.info":          "",
			"users.list":         "include_locale=false&limit=999",
			"conversations.list": "limit=999&types=public_channel%2Cprivate_channel%2Cmpim%2Cim",
			"usergroups.list":    "include_count=true&include_disabled=true&include_users=true",
			"emoji.list":         "",
			"team.profile.get":   "",
			"dnd.info":           "",
		}, asked); diff != "" {
			t.Errorf("requests (-want +got)\n%s", diff)
		}
	})
}

// Whatever keeps one collection from being had leaves the others alone.
func TestOneCollectionFails(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer func(request) reply
		want   []string // of users.list
		detail string
	}{
		{"missing scope", body(`{"ok":false,"error":"missing_scope","needed":"users:read","provided":"bot"}`),
			[]string{"call users.list", "failed users.list missing_scope"}, `"detail":"needed: users:read, provided: bot"`},
		{"not there", func(request) reply { return reply{status: 404, body: "gone"} },
			[]string{"call users.list", "failed users.list http_404"}, `"detail":""`},
		{"down", func(request) reply { return reply{status: 503} },
			[]string{"call users.list", "call users.list", "failed users.list http_503"}, `"detail":""`},
		{"unknown", body(`{"ok":false,"error":"whats_this"}`),
			[]string{"call users.list", "failed users.list whats_this"}, `"detail":""`},
		{"without its list", body(`{"ok":true}`),
			[]string{"call users.list", "failed users.list bad_answer"}, `"detail":"the list is not in it"`},
		{"fails halfway", script(`{"ok":true,"members":[{"id":"U1"}],"response_metadata":{"next_cursor":"a"}}`, `{"ok":false,"error":"access_denied"}`),
			[]string{"call users.list", "page users.list >a", "failed users.list access_denied"}, `"detail":""`},
		{"goes round in circles", script(`{"ok":true,"members":[],"response_metadata":{"next_cursor":"a"}}`),
			[]string{"call users.list", "page users.list >a", "page users.list a>a", "failed users.list bad_answer"}, `"detail":"the page names itself as the next"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := live(t, func(s *slack, w *watch) { s.answer("users.list", tt.answer) })
				about := func(s string) bool { return strings.Contains(s, "users.list") }
				if diff := cmp.Diff(tt.want, slices.DeleteFunc(w.told(), func(s string) bool { return !about(s) })); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if n := len(w.toldOf("listed")); n != 7 {
					t.Errorf("%d listed, want rtm.connect and 6 lists", n)
				}
				for _, e := range w.all() {
					if strings.Contains(e.raw, "local.failed") && !strings.Contains(e.raw, tt.detail) {
						t.Errorf("%s, want %s", e.raw, tt.detail)
					}
				}
			})
		})
	}
}

// While live, what failed for a passing reason is asked for again, what was
// refused is not, and what has come to be wanted since is loaded.
func TestProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wanted []Want
		w := live(t, func(s *slack, w *watch) {
			w.cfg.Pending = func() []Want {
				defer w.enter()()
				return wanted
			}
			s.answer("bots.info", body(`{"ok":true,"bot":{"id":"B1"}}`))
			s.answer("users.list", func(request) reply { return reply{status: 500} })
			s.answer("emoji.list", body(`{"ok":false,"error":"missing_scope"}`))
		})
		w.slack.answer("users.list", body(`{"ok":true,"members":[{"id":"U1"}]}`))
		before := len(w.told())
		w.mu.Lock()
		wanted = []Want{{"bots.info", "B1"}}
		w.mu.Unlock()
		pass(3 * probeEvery)
		if diff := cmp.Diff([]string{
			"call users.list", "page users.list", "listed users.list U1",
			"call bots.info B1", "page bots.info B1", "listed bots.info B1",
			"repaired",
		}, slices.Compact(w.told()[before:])); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// What Slack does not know is asked for once more when it has had the time to know,
// and not each time that something else becomes doubtful.
func TestUnknownIsAskedForOnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := live(t, func(s *slack, w *watch) {
			w.cfg.Queue, w.cfg.Recheck = NewQueue(), 5*time.Minute
			w.cfg.Pending = func() []Want { return []Want{{"bots.info", "B1"}, {"bots.info", "B2"}} }
			s.answer("bots.info", func(r request) reply {
				if r.form.Get("bot") == "B1" {
					return reply{body: `{"ok":false,"error":"bot_not_found"}`}
				}
				return reply{body: `{"ok":false,"error":"missing_scope"}`}
			})
		})
		failed := func() []string { return w.toldOf("failed bots.info") }
		w.cfg.Queue.Doubt()
		pass(30 * time.Second)
		if got := failed(); len(got) != 2 {
			t.Errorf("after a doubt: %q, want each asked for once", got)
		}
		pass(3 * probeEvery)
		w.cfg.Queue.Doubt()
		pass(3 * probeEvery)
		want := []string{"failed bots.info B1 bot_not_found", "failed bots.info B1 bot_not_found", "failed bots.info B2 missing_scope"}
		if diff := cmp.Diff(want, slices.Sorted(slices.Values(failed()))); diff != "" {
			t.Errorf("in the end (-want +got)\n%s", diff)
		}
	})
}

// Pending is asked until it names nothing new, after the frames of the first
// listing went up, and what it names is tried once.
func TestPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		w := live(t, func(s *slack, w *watch) {
			s.answer("conversations.members", func(r request) reply {
				if r.form.Get("channel") == "C2" {
					return reply{body: `{"ok":false,"error":"channel_not_found"}`}
				}
				if r.form.Get("cursor") == "" {
					return reply{body: `{"ok":true,"members":["U1","U2"],"response_metadata":{"next_cursor":"m"}}`}
				}
				return reply{body: `{"ok":true,"members":["U3"],"response_metadata":{"next_cursor":""}}`}
			})
			s.answer("conversations.info", body(`{"ok":true,"channel":{"id":"C1","last_read":"1.2"}}`))
			s.answer("bots.info", body(`{"ok":true,"bot":{"id":"B1"}}`))
			w.cfg.Args.IncludeLocale = true
			w.cfg.Pending = func() []Want {
				defer w.enter()()
				if asked++; asked == 1 {
					return []Want{{"conversations.members", "C1"}, {"conversations.members", "C2"}, {"conversations.info", "C1"}}
				}
				return []Want{{"conversations.members", "C1"}, {"conversations.members", "C2"}, {"bots.info", "B1"}}
			}
		})
		told := w.told()
		from := slices.Index(told, "call conversations.info C1")
		for i, s := range told {
			if strings.Contains(s, "conversations.members") {
				from = min(from, i)
			}
		}
		if diff := cmp.Diff([]string{
			"ready",
			"call bots.info B1", "page bots.info B1", "listed bots.info B1",
			"call conversations.info C1", "page conversations.info C1", "listed conversations.info C1",
		}, ordered(slices.DeleteFunc(slices.Clone(told[from:]), func(s string) bool {
			return strings.Contains(s, "members")
		}))); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if diff := cmp.Diff([]string{
			"call conversations.members C1", "page conversations.members C1 >m",
			"page conversations.members C1 m>", "listed conversations.members C1 U1,U2,U3",
		}, w.toldOf("call conversations.members C1", "page conversations.members C1", "listed conversations.members C1")); diff != "" {
			t.Errorf("members (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff([]string{"failed conversations.members C2 channel_not_found"}, w.toldOf("failed")); diff != "" {
			t.Errorf("failures (-want +got)\n%s", diff)
		}
		if asked != 3 {
			t.Errorf("asked %d times, want 3", asked)
		}
		if diff := cmp.Diff("channel=C1&include_locale=true", w.slack.requests("conversations.info")[0].form.Encode()); diff != "" {
			t.Errorf("arguments (-want +got)\n%s", diff)
		}
	})
}

// A method that has to rest keeps back neither the other lists nor what waits
// in line for another method.
func TestRestingMethodHoldsUpOnlyItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlack(t)
		w := config(t, s)
		s.answer("conversations.members", func(r request) reply {
			if r.at.Sub(w.began) < time.Hour {
				return limited("3600")
			}
			return reply{body: `{"ok":true,"members":[]}`}
		})
		s.answer("bots.info", body(`{"ok":true,"bot":{}}`))
		w.cfg.Pending = func() (all []Want) {
			for i := range 6 {
				all = append(all, Want{"conversations.members", fmt.Sprint("C", i)})
			}
			for i := range 5 {
				all = append(all, Want{"bots.info", fmt.Sprint("B", i)})
			}
			return all
		}
		w.start()
		c, _ := w.accept(true)
		keepAlive(t, c)
		pass(time.Minute)
		if got := len(w.toldOf("listed bots.info")); got != 5 {
			t.Errorf("%d bots after a minute, want 5", got)
		}
		if got := len(w.slack.requests("conversations.members")); got < 1 || got > parallel {
			t.Errorf("%d requests for members before the rest is over, want at most those under way", got)
		}
		pass(time.Hour)
		if got := w.toldOf("ready"); len(got) != 1 {
			t.Errorf("ready %d times, want once", len(got))
		}
	})
}

// What is wanted only later, and is not fresh although it was asked for, is asked
// for once more some time after that, and no third time.
func TestRecheckOfLateWants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late := false
		w := live(t, func(s *slack, w *watch) {
			w.cfg.Recheck = time.Minute
			w.cfg.Pending = func() []Want {
				defer w.enter()()
				if !late {
					return nil
				}
				return []Want{{"conversations.info", "C1"}}
			}
			s.answer("conversations.info", body(`{"ok":true,"channel":{"id":"C1"}}`))
		})
		pass(5 * time.Minute) // long after the first recheck
		leave := w.enter()
		late = true
		leave()
		before := len(w.told())
		pass(4 * probeEvery)
		var asked []string
		for _, told := range w.told()[before:] {
			if strings.HasPrefix(told, "call ") {
				asked = append(asked, told)
			}
		}
		if diff := cmp.Diff([]string{"call conversations.info C1", "call conversations.info C1"}, asked); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// Some time after becoming live, what is not fresh although it was listed is
// listed once more: lists lag behind events.
func TestRecheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := live(t, func(s *slack, w *watch) {
			w.cfg.Recheck = 3 * time.Minute
			w.cfg.Pending = func() []Want {
				defer w.enter()()
				return []Want{{Method: "users.list"}, {"bots.info", "B1"}}
			}
			s.answer("bots.info", body(`{"ok":true,"bot":{"id":"B1"}}`))
			s.answer("users.list", body(`{"ok":true,"members":[{"id":"U1"}]}`))
		})
		before := len(w.told())
		pass(90 * time.Second)
		if told := w.told()[before:]; len(told) > 0 {
			t.Errorf("asked early: %v", told)
		}
		pass(3 * probeEvery)
		if diff := cmp.Diff([]string{
			"repaired",
			"call bots.info B1", "page bots.info B1", "listed bots.info B1",
			"call users.list", "page users.list", "listed users.list U1",
		}, slices.Compact(ordered(w.told()[before:]))); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}
