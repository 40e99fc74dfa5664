package slackstate_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// Metrics are told of every event, of every event that was written, of every
// call, and of every change of phase.
func TestMetrics(t *testing.T) {
	bubble(t, slacktest.Options{Users: 12}, func(t *testing.T, r *rig) {
		var mu sync.Mutex
		events, calls, failures, written := map[string]int{}, map[string]int{}, map[string]string{}, 0
		var phases []string
		opts := r.options()
		opts.Bootstrap = slackstate.Connect
		opts.Metrics = slackstate.Metrics{
			Event: func(typ string, news bool, took time.Duration) {
				mu.Lock()
				defer mu.Unlock()
				events[fmt.Sprint(typ, " ", news)]++
				if took < 0 {
					t.Errorf("%s took %v", typ, took)
				}
			},
			Flush: func(n int, took time.Duration, err error) {
				mu.Lock()
				defer mu.Unlock()
				written += n
				if err != nil || took < 0 {
					t.Errorf("flush of %d took %v: %v", n, took, err)
				}
			},
			Call: func(method string, took time.Duration, err error) {
				mu.Lock()
				defer mu.Unlock()
				calls[method]++
				if err != nil {
					failures[method] = err.Error()
				}
			},
			Phase: func(from, to api.Phase) {
				phases = append(phases, fmt.Sprint(from, " > ", to))
			},
		}
		r.srv.Faults().Fail("team.info", 1, "missing_scope")
		st := open(t, file(t), opts)
		stop := run(t, st)
		wait(t, st, slackstate.Live)
		apply(t, st, ada, ada, `{"type":"of_tomorrow"}`)
		stop()
		wait(t, st, onDisk)

		mu.Lock()
		defer mu.Unlock()
		if diff := cmp.Diff(r.srv.Calls(), calls); diff != "" {
			t.Errorf("calls (-made +told)\n%s", diff)
		}
		if diff := cmp.Diff([]string{"team.info"}, slices.Sorted(maps.Keys(failures))); diff != "" {
			t.Errorf("failed calls (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff([]string{"offline > connecting", "connecting > bootstrapping", "bootstrapping > live", "live > offline"}, phases); diff != "" {
			t.Errorf("phases (-want +got)\n%s", diff)
		}
		for what, want := range map[string]int{
			"hello true": 1, "team_join true": 1, "team_join false": 1, "of_tomorrow false": 1,
			"local.ready true": 1, "local.offline true": 1, "local.failed true": 1,
		} {
			if events[what] != want {
				t.Errorf("%s: told %d times, want %d", what, events[what], want)
			}
		}
		news := 0
		for what, n := range events {
			if strings.HasSuffix(what, " true") {
				news += n
			}
		}
		if written != news || news != int(st.Snapshot().Seq()) {
			t.Errorf("%d events written, %d with news, the last one has number %d", written, news, st.Snapshot().Seq())
		}
	})
}

// What happens to the connection is logged, in a line each.
func TestLog(t *testing.T) {
	bubble(t, slacktest.Options{Users: 12}, func(t *testing.T, r *rig) {
		book := new(logbook)
		opts := r.options()
		opts.Bootstrap = slackstate.Connect
		opts.HTTPClient = &http.Client{Transport: distant{r.client.Transport}}
		opts.Logger = slog.New(book)
		st := open(t, "", opts)
		stop := run(t, st)
		wait(t, st, slackstate.Live)
		<-time.After(5 * time.Minute)
		r.srv.Faults().RateLimit("team.info", 1, 10*time.Second)
		r.srv.Disconnect()
		<-time.After(5 * time.Minute)
		wait(t, st, slackstate.Live)
		stop()
		want := []string{
			"phase connecting", "phase bootstrapping", "repair planned 7", "repair done 7", "repair planned 5", "repair done 5", "phase live",
			"gap opened", "not connected 0", "phase connecting", "phase catching up", "repair planned 7", "rate limited team.info 10s", "repair done 6",
			"repair planned 4", "repair done 4", "repair done 1", "gap closed", "phase live",
			"gap opened", "phase offline",
		}
		if diff := cmp.Diff(want, book.lines); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		for _, secret := range []string{r.srv.Token(), "/websocket/"} {
			if strings.Contains(book.all, secret) {
				t.Errorf("%q is in the log", secret)
			}
		}
	})
}

// A distant Slack takes a millisecond to answer. What one that takes no time lists in
// the very millisecond in which the connection was lost is listed again later.
type distant struct{ http.RoundTripper }

func (d distant) RoundTrip(r *http.Request) (*http.Response, error) {
	<-time.After(time.Millisecond)
	return d.RoundTripper.RoundTrip(r)
}

// A logbook notes what is logged, and in short.
type logbook struct {
	slog.Handler
	mu    sync.Mutex
	lines []string
	all   string
}

func (b *logbook) Enabled(context.Context, slog.Level) bool { return true }

func (b *logbook) Handle(_ context.Context, r slog.Record) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	line := r.Message
	r.Attrs(func(a slog.Attr) bool {
		b.all += a.Value.String() + "\n"
		switch {
		case a.Key == "phase", a.Key == "wants", a.Key == "method", a.Key == "attempt", a.Key == "wait" && r.Message == "rate limited":
			line += " " + a.Value.String()
		}
		return true
	})
	b.lines = append(b.lines, line)
	return nil
}
