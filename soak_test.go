package slackstate_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

var soakFor = flag.Duration("soak", 0, "how long TestSoak goes on, in real time; 0 is three seconds of a bubble's")

// A thousand events a second, a lost connection now and then, but not so often that
// most of the time is spent waiting to connect again, a reader of changes and a
// file: memory stays what it was after the first third, no goroutine is left over,
// and what is known is what is true.
func TestSoak(t *testing.T) {
	opts := slacktest.Options{Users: 200, MaxQueue: 1 << 20}
	if *soakFor == 0 {
		bubble(t, opts, func(t *testing.T, r *rig) { soak(t, r, 3*time.Second, time.Second) })
		return
	}
	srv, err := slacktest.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	soak(t, &rig{srv, &http.Client{Transport: transport}, new(net.Dialer).DialContext}, *soakFor, 40*time.Second)
}

func soak(t *testing.T, r *rig, long, cut time.Duration) {
	opts := r.options()
	opts.Bootstrap = slackstate.Connect
	opts.Members = slackstate.All
	opts.History = slackstate.History{PerChannel: 50}
	st := open(t, file(t), opts)
	stop := run(t, st)
	snap := wait(t, st, slackstate.Live)
	channel, user := stranger(t, snap)

	reading, cancel := context.WithCancel(t.Context())
	read := make(chan int)
	go func() {
		n := 0
		for range st.Changes(reading, snap.Seq()) {
			n++
		}
		read <- n
	}()

	type size struct {
		heap       uint64
		goroutines int
	}
	measure := func() (s size) {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return size{m.HeapAlloc, runtime.NumGoroutine()}
	}
	const atOnce = 20
	rng := rand.New(rand.NewPCG(1, 1))
	tick := time.NewTicker(atOnce * time.Second / 1000)
	defer tick.Stop()
	var first size
	var events int
	began, lost := time.Now(), time.Now()
	for time.Since(began) < long {
		<-tick.C
		for range atOnce {
			happen(t, r.srv, rng, channel, user)
			events++
		}
		if first.heap == 0 && time.Since(began) > long/3 && st.Status().Phase == api.Live {
			first = measure()
		}
		if time.Since(lost) > cut {
			lost = time.Now()
			r.srv.Disconnect()
		}
	}
	wait(t, st, slackstate.Live) // as it was the first time
	last := measure()
	r.srv.Disconnect()
	<-time.After(time.Second) // until that was noticed
	agree(t, "after "+long.String(), wait(t, st, slackstate.Live), r.srv, false, untold)
	cancel()
	commits := <-read
	stop()
	t.Logf("%d events in %v, %d commits read; %d KiB and %d goroutines after a third, %d KiB and %d at the end",
		events, long, commits, first.heap>>10, first.goroutines, last.heap>>10, last.goroutines)
	if commits < events/4 {
		t.Errorf("%d commits of %d events", commits, events)
	}
	if slack := first.heap/4 + 4<<20; last.heap > first.heap+slack {
		t.Errorf("%d bytes after a third, %d at the end", first.heap, last.heap)
	}
	if last.goroutines > first.goroutines+20 {
		t.Errorf("%d goroutines after a third, %d at the end", first.goroutines, last.goroutines)
	}
}

// happen does something after which there is as much as before: somebody says
// something, has another status, or comes and goes.
func happen(t *testing.T, srv *slacktest.Server, rng *rand.Rand, channel api.ChannelID, user api.UserID) {
	t.Helper()
	var err error
	switch n := rng.IntN(20); {
	case n < 16:
		_, err = srv.Post(string(srv.Self()), string(channel), "hello")
	case n < 18:
		err = srv.SetStatus(string(user), "busy", ":calendar:", time.Time{})
	case n < 19:
		err = srv.MarkRead(string(channel), "")
	default:
		if err = srv.Leave(string(user), string(channel)); err != nil {
			err = srv.Join(string(user), string(channel))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}
