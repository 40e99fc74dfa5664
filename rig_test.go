package slackstate_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/slacktest"
)

// A rig is a Slack within a bubble, and how to get there.
type rig struct {
	srv    *slacktest.Server
	client *http.Client
	dial   func(ctx context.Context, network, addr string) (net.Conn, error)
}

// bubble runs a test inside synctest against a Slack over pipes, so that a day
// of waiting passes at once.
func bubble(t *testing.T, opts slacktest.Options, test func(*testing.T, *rig)) {
	synctest.Test(t, func(t *testing.T) {
		// A bubble begins in the year 2000, when no message has its timestamp.
		<-time.After(time.Until(time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)))
		l, dial := slacktest.Pipe()
		opts.Listener = l
		srv, err := slacktest.New(opts)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(srv.Close)
		transport := &http.Transport{DialContext: dial}
		t.Cleanup(transport.CloseIdleConnections)
		test(t, &rig{srv, &http.Client{Transport: transport}, dial})
	})
}

// options reach the rig's Slack, whose lists do not lag behind its events.
func (r *rig) options() *slackstate.Options {
	return &slackstate.Options{
		Token: r.srv.Token(), APIURL: r.srv.URL(), HTTPClient: r.client, DialContext: r.dial, ListLag: -1,
	}
}

// lagging are options that reckon with lists that lag behind events, a minute at most.
func (r *rig) lagging() *slackstate.Options {
	opts := r.options()
	opts.ListLag = 0
	return opts
}

// run runs a state until the returned func is called, which fails the test if
// Run did not end as its context did.
func run(t *testing.T, st *slackstate.State) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- st.Run(ctx) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v, want nil", err)
		}
	}
}

// A diary notes the phases that a state's Logger hears of.
type diary struct {
	slog.Handler
	mu     sync.Mutex
	phases []string
}

func (d *diary) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "phase" {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.phases = append(d.phases, a.Value.String())
		}
		return true
	})
	return nil
}

func (d *diary) Enabled(context.Context, slog.Level) bool { return true }

func (d *diary) noted() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.phases)
}
