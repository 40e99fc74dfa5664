package slacktest_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/slackstate/slackstate/slacktest"
)

// Everything may happen at once: operations, calls, sockets that come and go,
// faults. The race detector and the final listing are the judges.
func TestConcurrentUse(t *testing.T) {
	s := newServer(t, slacktest.Options{Users: 100})
	for _, name := range slacktest.FaultNames() {
		ok(t, s.Faults().Enable(name))
	}
	var wg, life sync.WaitGroup
	over := make(chan struct{})
	for i := range uint64(3) {
		life.Go(func() {
			// As long as anybody listens, so that nobody waits for a frame in vain.
			rng := rand.New(rand.NewPCG(i, 9))
			for n := 0; ; n++ {
				select {
				case <-over:
					if n >= 300 {
						return
					}
				default:
				}
				s.Random(rng)
			}
		})
		c := newCaller(t, s)
		wg.Go(func() {
			for range 20 {
				resp, err := c.http.Get(s.URL() + "rtm.start?token=" + s.Token())
				if err != nil {
					t.Error(err)
					return
				}
				resp.Body.Close()
				s.Truth()
			}
		})
		wg.Go(func() {
			for range 10 {
				resp, err := c.http.Get(s.URL() + "rtm.connect?token=" + s.Token())
				if err != nil {
					t.Error(err)
					return
				}
				if resp.StatusCode != 200 {
					resp.Body.Close()
					continue
				}
				sock := c.open(decodeBody(t, resp)["url"].(string))
				for range 20 {
					if _, err := sock.tryRead(); err != nil {
						break // cut by a fault
					}
				}
				sock.conn.Close()
			}
		})
	}
	wg.Wait()
	close(over)
	life.Wait()
	s.Faults().Clear()
	c := newCaller(t, s)
	n := 0
	for _, page := range c.pages("users.list", "members", "limit", "50") {
		n += len(list(page, "members"))
	}
	if want := len(list(truth(t, s), "users")); n != want {
		t.Errorf("listed %d users, want %d", n, want)
	}
}
