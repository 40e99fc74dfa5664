package sync

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/slackstate/slackstate/api"
)

// TestMain fails if any goroutine of a test is left. A fuzzer leaves some of its
// own.
func TestMain(m *testing.M) {
	before := runtime.NumGoroutine()
	code := m.Run()
	if flag.Lookup("test.fuzz").Value.String() != "" {
		os.Exit(code)
	}
	for deadline := time.Now().Add(5 * time.Second); code == 0 && runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(deadline) {
			buf := make([]byte, 1<<20)
			fmt.Fprintf(os.Stderr, "goroutines left:\n%s\n", buf[:runtime.Stack(buf, true)])
			code = 1
		}
	}
	os.Exit(code)
}

// TestDefaults runs with the client and the dialer that Run makes by itself,
// over the network.
func TestDefaults(t *testing.T) {
	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	defer srv.Close()
	mux.HandleFunc("/api/rtm.start", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"ok":true,"url":"ws%s/socket","team":{"id":"T1"},"self":{"id":"U0"}}`, strings.TrimPrefix(srv.URL, "http"))
	})
	mux.HandleFunc("/socket", func(w http.ResponseWriter, r *http.Request) {
		var up websocket.Upgrader
		c, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		c.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello"}`))
		c.ReadMessage() // until it closes
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	live := false
	err := Run(ctx, Config{
		Token:  token,
		APIURL: srv.URL + "/api",
		Apply:  func(context.Context, []byte, time.Time) error { return nil },
		Phase: func(p api.Phase, _ int, _ error) {
			if p == api.Live {
				live = true
				cancel()
			}
		},
	})
	if err != nil || !live {
		t.Errorf("ended with %v, live %v, want to have been live", err, live)
	}
}
