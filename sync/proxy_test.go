package sync

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// A proxy is an HTTP proxy that sends everything to one address, whatever it was
// asked for, and notes what that was.
type proxy struct {
	to    string
	mu    sync.Mutex
	asked []string
	wg    sync.WaitGroup
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.Host)
	p.mu.Unlock()
	if r.Method != http.MethodConnect {
		(&httputil.ReverseProxy{Rewrite: func(pr *httputil.ProxyRequest) {
			pr.Out.URL.Host = p.to
		}}).ServeHTTP(w, r)
		return
	}
	far, err := net.Dial("tcp", p.to)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	near, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		far.Close()
		return
	}
	fmt.Fprint(near, "HTTP/1.1 200 Connection established\r\n\r\n")
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		p.wg.Go(func() {
			io.Copy(way[0], way[1])
			way[0].Close()
		})
	}
}

// An unnamed listener does not say where it listens, so that its Slack gives
// itself a name that only the proxy can resolve. Loopback addresses are never
// asked of a proxy.
type unnamed struct{ net.Listener }

func (unnamed) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// TestProxy runs in a process of its own, since the proxies of the environment
// are read once: Web API and socket both go through them.
func TestProxy(t *testing.T) {
	const variable = "SLACKSTATE_TEST_PROXIED"
	if secret := os.Getenv(variable); secret != "" {
		runProxied(t, secret)
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv, err := slacktest.New(slacktest.Options{Listener: unnamed{l}})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	p := &proxy{to: l.Addr().String()}
	front := httptest.NewServer(p)
	defer p.wg.Wait()
	defer front.Close()

	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProxy$", "-test.v")
	cmd.Env = append(os.Environ(), variable+"="+srv.Token(), "HTTP_PROXY="+front.URL, "NO_PROXY=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	asked := strings.Join(p.asked, "\n")
	for _, want := range []string{"POST slack.test", "CONNECT slack.test:80"} {
		if !strings.Contains(asked, want) {
			t.Errorf("the proxy was asked\n%s\nwant %q among it", asked, want)
		}
	}
}

// runProxied becomes live on a Slack that can only be reached through the proxy.
func runProxied(t *testing.T, secret string) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	live := false
	err := Run(ctx, Config{
		Token:     secret,
		APIURL:    "http://slack.test/api/",
		Bootstrap: Connect,
		Apply:     func(context.Context, []byte, time.Time) error { return nil },
		Phase: func(p api.Phase, _ int, err error) {
			if p == api.Live {
				live = true
				cancel()
			} else if err != nil {
				t.Log(err)
			}
		},
	})
	if err != nil || !live {
		t.Errorf("ended with %v, live %v", err, live)
	}
}
