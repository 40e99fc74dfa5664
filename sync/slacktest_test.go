package sync

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/slacktest"
)

// truth is the part of a workspace that listings must find.
type truth struct {
	Users, Channels, Groups, Mpims []struct {
		ID      string
		Members []string
	}
}

func truthOf(t *testing.T, srv *slacktest.Server) (want truth) {
	t.Helper()
	if err := json.Unmarshal(srv.Truth(), &want); err != nil {
		t.Fatal(err)
	}
	return want
}

// listed returns the seen ids of each local.listed, sorted, by method and
// conversation. A later listing replaces an earlier one.
func (w *watch) listed() map[string][]string {
	all := map[string][]string{}
	for _, e := range w.all() {
		var l struct {
			Type, Method string
			Args         map[string]string
			Seen         []string
		}
		if json.Unmarshal([]byte(e.raw), &l) == nil && l.Type == "local.listed" {
			slices.Sort(l.Seen)
			all[strings.TrimSpace(l.Method+" "+l.Args["channel"])] = l.Seen
		}
	}
	return all
}

// untilLive lets time pass until the connection has become live n times.
func (w *watch) untilLive(n int) {
	w.t.Helper()
	for range 24 * 3600 {
		lives := 0
		for _, p := range w.history() {
			if p == "live 0" {
				lives++
			}
		}
		if lives == n {
			return
		}
		pass(time.Second)
	}
	w.t.Fatalf("phases %v, want to be live %d times within a day", w.history(), n)
}

// TestAgainstSlacktest runs against a Slack that limits rates and fails at
// random, and finds all of its users and members, and every frame it sends.
func TestAgainstSlacktest(t *testing.T) {
	for _, tt := range []struct {
		name string
		how  Bootstrap
		form slacktest.RTMStartForm
	}{
		{"rtm.connect", Connect, slacktest.RTMStartConnect},
		{"rtm.start in full", Start, slacktest.RTMStartFull},
		{"rtm.start of today", Start, slacktest.RTMStartConnect},
		{"no rtm.start", Start, "method_deprecated"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, dial := slacktest.Pipe()
				srv, err := slacktest.New(slacktest.Options{Users: 250, Seed: 7, Listener: l, RTMStart: tt.form, TrimStart: true})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(srv.Close)
				for _, fault := range []string{"ratelimit", "servererror"} {
					if err := srv.Faults().Enable(fault); err != nil {
						t.Fatal(err)
					}
				}
				w := observe(t, dial)
				w.cfg.Token, w.cfg.APIURL, w.cfg.Bootstrap = srv.Token(), srv.URL(), tt.how
				w.cfg.Pending = func() (p []Want) {
					all := truthOf(t, srv)
					for _, c := range slices.Concat(all.Channels, all.Groups, all.Mpims) {
						p = append(p, Want{"conversations.members", c.ID})
					}
					return p
				}
				w.start()
				w.untilLive(1)

				check := func() {
					t.Helper()
					want, got := map[string][]string{}, w.listed()
					all := truthOf(t, srv)
					for _, u := range all.Users {
						want["users.list"] = append(want["users.list"], u.ID)
					}
					for _, c := range slices.Concat(all.Channels, all.Groups, all.Mpims) {
						want["conversations.members "+c.ID] = c.Members
					}
					for key := range got {
						if want[key] == nil {
							delete(got, key)
						}
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("listed (-want +got)\n%s", diff)
					}
				}
				check()

				rng := rand.New(rand.NewPCG(1, 2))
				for range 50 {
					srv.Random(rng)
				}
				user, err := srv.AddUser("Ada Lovelace")
				if err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if !slices.ContainsFunc(w.told(), func(s string) bool {
					return strings.Contains(s, `"team_join"`) && strings.Contains(s, user)
				}) {
					t.Error("nobody told of the new user")
				}

				srv.Disconnect()
				w.untilLive(2)
				check()

				srv.Goodbye() // and another socket takes over, which nobody is told
				pass(time.Minute)
				if n := srv.Sockets(); n != 1 {
					t.Errorf("%d sockets are open, want 1", n)
				}
				if err := srv.RenameTeam("Over the New Socket"); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if n := strings.Count(strings.Join(w.told(), ""), "Over the New Socket"); n != 1 {
					t.Errorf("told %d times of the new name, want once", n)
				}
				if err := w.stop(); err != nil {
					t.Errorf("stopped with %v, want nil", err)
				}
				if diff := cmp.Diff([]string{
					"ready", "offline read socket: websocket: close 1006 (abnormal closure): unexpected EOF",
					"ready", "offline stopped",
				}, w.toldOf("ready", "offline")); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		})
	}
}
