package sync

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/api"
)

// heardOf returns the frames of types that were written so far, without their
// ids.
func heardOf(t *testing.T, written <-chan string, types ...string) (all []string) {
	t.Helper()
	synctest.Wait() // for the reader at the other end
	for range len(written) {
		raw := <-written
		var f struct {
			Type string
			IDs  []string
		}
		if err := json.Unmarshal([]byte(raw), &f); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(types, f.Type) {
			all = append(all, fmt.Sprintf("%s %s", f.Type, strings.Join(f.IDs, ",")))
		}
	}
	return all
}

// The followed users are asked for on every connection and every other socket,
// whole each time, together with how they are now.
func TestFollowPresence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, o, _ := sending(t)
		presence := func(written <-chan string, want ...string) {
			t.Helper()
			synctest.Wait()
			if diff := cmp.Diff(want, heardOf(t, written, "presence_sub", "presence_query")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		}
		if err := o.FollowPresence(t.Context(), "U1", "U2"); err != nil { // not connected yet
			t.Fatal(err)
		}
		c, written := w.accept(true)
		keepAlive(t, c)
		pass(time.Minute)
		presence(written, "presence_sub U1,U2", "presence_query U1,U2")

		if err := o.FollowPresence(t.Context(), "U3"); err != nil {
			t.Fatal(err)
		}
		presence(written, "presence_sub U3", "presence_query U3")

		c.Close()
		c, written = w.accept(true)
		keepAlive(t, c)
		pass(time.Minute)
		presence(written, "presence_sub U3", "presence_query U3")

		send(t, c, `{"type":"goodbye"}`)
		c, written = w.accept(true)
		keepAlive(t, c)
		pass(time.Minute)
		presence(written, "presence_sub U3", "presence_query U3")

		if err := o.FollowPresence(t.Context()); err != nil {
			t.Fatal(err)
		}
		presence(written, "presence_sub ")
	})
}

func TestQueryPresence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, written := sender(t)
		users := make([]api.UserID, 501)
		for i := range users {
			users[i] = api.UserID(fmt.Sprintf("U%d", i))
		}
		if err := w.cfg.Outbox.QueryPresence(t.Context(), users...); err != nil {
			t.Fatal(err)
		}
		got := heardOf(t, written, "presence_query")
		if len(got) != 2 || !strings.HasSuffix(got[0], ",U499") || got[1] != "presence_query U500" {
			t.Errorf("%d frames", len(got))
		}
	})
}
