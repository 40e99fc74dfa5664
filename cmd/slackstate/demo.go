package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// demoTime bounds the demo, which takes a few seconds.
const demoTime = 20 * time.Second

// demo shows a whole life cycle on an embedded Slack: both ways of loading,
// live changes, a process killed in the middle of them, and what the next one
// makes of the file it left. It fails if cache and truth differ anywhere.
func demo(ctx context.Context, e env, args []string) error {
	fs := flag.NewFlagSet("demo", flag.ContinueOnError)
	users := fs.Int("users", 1000, "how many `users` the workspace has")
	if err := parse(e, fs, args); err != nil {
		return err
	}
	if *users < 30 {
		return misused(e, fs, "--users is 30 at least")
	}
	ctx, cancel := context.WithTimeout(ctx, demoTime)
	defer cancel()
	dir, err := os.MkdirTemp("", "slackstate-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	srv, err := slacktest.New(slacktest.Options{Users: *users, RTMStart: slacktest.RTMStartFull})
	if err != nil {
		return err
	}
	defer srv.Close()

	d := &demonstration{ctx: ctx, p: newPrinter(e.stdout), srv: srv, file: filepath.Join(dir, "workspace.db")}
	for _, act := range []func() error{d.loadByStart, d.loadByLists, d.live, d.kill, d.resume} {
		if err := act(); err != nil {
			return errors.Join(err, d.child.stop())
		}
	}
	d.p.line("")
	d.p.good("cache and truth agree. Nothing else is running; the file is gone.")
	return nil
}

// A demonstration is one run of the demo, act by act.
type demonstration struct {
	ctx   context.Context
	p     *printer
	srv   *slacktest.Server
	file  string
	child *child
	cast  cast // who and what the acts are about

	killed api.Seq // the last change the child told before it died
}

// options are those of a program that wants to know everything.
func (d *demonstration) options() *slackstate.Options {
	return &slackstate.Options{
		Token: d.srv.Token(), APIURL: d.srv.URL(),
		RTM:       &slackstate.RTMArgs{MPIMAware: true, PresenceSub: true},
		Members:   slackstate.All,
		ReadState: slackstate.Joined,
		ListLag:   -1, // the lists of this Slack do not lag behind its events
		Unpaced:   true,
	}
}

// loadByStart loads the workspace through rtm.start as it once was, in memory.
func (d *demonstration) loadByStart() error {
	d.p.title("1  rtm.start: a whole workspace in one answer")
	st, err := slackstate.Open("", d.options())
	if err != nil {
		return err
	}
	began := time.Now()
	return errors.Join(d.during(st, func() error {
		snap, err := st.Wait(d.ctx, slackstate.Live)
		if err != nil {
			return fmt.Errorf("load by rtm.start: %w", err)
		}
		d.p.line("live after %s: %s", since(began), census(snap))
		return d.compare(snap)
	}), st.Close())
}

// during runs the state while fn does.
func (d *demonstration) during(st *slackstate.State, fn func() error) error {
	ctx, cancel := context.WithCancel(d.ctx)
	defer cancel()
	ran := make(chan error, 1)
	go func() { ran <- st.Run(ctx) }()
	did := make(chan error, 1)
	go func() { did <- fn() }()
	select {
	case err := <-did:
		cancel()
		return errors.Join(err, <-ran)
	case err := <-ran:
		cancel()
		return errors.Join(err, errors.New("the connection ended early"), <-did)
	}
}

// loadByLists loads it again in a process of its own, as Slack is today.
func (d *demonstration) loadByLists() error {
	d.srv.SetRTMStart(slacktest.RTMStartConnect)
	d.p.title("2  rtm.connect and lists: the same, in a child process with a file")
	began := time.Now()
	var err error
	if d.child, err = startChild(d.ctx, d.srv.URL(), d.srv.Token(), d.file); err != nil {
		return err
	}
	for phase := range d.child.phases {
		d.p.line("child: %s", phase)
		if isLive(phase) {
			d.p.line("live after %s", since(began))
			return nil
		}
	}
	return fmt.Errorf("the child ended before it was live: %w", d.child.wait())
}

// live lets things happen and shows what the child makes of them.
func (d *demonstration) live() error {
	d.p.title("3  live: what happens in Slack, and the change that arrives")
	var err error
	if d.cast, err = castOf(d.srv); err != nil {
		return err
	}
	for _, step := range d.cast.liveSteps(d.srv) {
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
		c, err := d.child.change(d.ctx, step.sign)
		if err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
		d.killed = c.Seq
		d.p.change(step.what, c)
	}
	return nil
}

// kill ends the child as a power failure would, and lets the world go on.
func (d *demonstration) kill() error {
	d.p.title("4  kill -9, and nobody is listening")
	if err := d.child.kill(); err != nil {
		return err
	}
	d.p.line("child killed with SIGKILL after change %d", d.killed)
	if err := awaitNoSocket(d.ctx, d.srv); err != nil {
		return err
	}
	for _, step := range d.cast.unseenSteps(d.srv) {
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
		d.p.line("unseen: %s", step.what)
	}
	return nil
}

// resume goes on from the file.
func (d *demonstration) resume() error {
	d.p.title("5  resume: answer from disk, then repair")
	began := time.Now()
	st, err := slackstate.Open(d.file, d.options())
	if err != nil {
		return err
	}
	snap := st.Snapshot()
	u, ok := snap.User(api.UserID(d.cast.user))
	answered := time.Since(began)
	if !ok {
		return errors.Join(fmt.Errorf("user %s is not in the file", d.cast.user), st.Close())
	}
	d.p.line("first answer after %s: %s is %q, as of change %d", round(answered), u.ID(), u.DisplayName(), snap.Seq())
	if snap.Seq() < d.killed {
		return errors.Join(fmt.Errorf("change %d was told and is not in the file, which ends at %d", d.killed, snap.Seq()), st.Close())
	}
	d.p.line("users are %v, %s", snap.Freshness("users").Known, census(snap))
	return errors.Join(d.during(st, func() error { return d.repaired(st, snap) }), st.Close())
}

// repaired waits until the state has caught up and shows what that took.
func (d *demonstration) repaired(st *slackstate.State, from api.Snapshot) error {
	began := time.Now()
	if _, err := st.Wait(d.ctx, slackstate.Live); err != nil {
		return fmt.Errorf("catch up: %w", err)
	}
	snap := from
	d.p.line("live again after %s; repaired by listing, carried by no socket:", since(began))
	if err := d.srv.RenameTeam("Demo Works, repaired"); err != nil { // the first event of the new connection
		return err
	}
	repaired := 0
	for c, err := range st.Changes(d.ctx, from.Seq()) {
		if err != nil {
			return fmt.Errorf("changes after %d: %w", from.Seq(), err)
		}
		listed := strings.HasPrefix(c.Event(), "local.")
		n := d.p.repair(c)
		if listed {
			repaired += n
		}
		if !listed {
			snap = c.Snapshot()
			break
		}
	}
	d.p.line("%d records repaired by lists; the last line above is the next event, live", repaired)
	d.p.title("6  the verdict")
	return d.compare(snap)
}

// compare holds a snapshot against the server's truth.
func (d *demonstration) compare(snap api.Snapshot) error {
	if err := snap.Check(); err != nil {
		return fmt.Errorf("the snapshot is not consistent: %w", err)
	}
	c, err := compare(snap.JSON(), d.srv.Truth())
	if err != nil {
		return err
	}
	c.allow(untold...)
	if len(c.wrong) > 0 {
		for _, w := range c.wrong[:min(20, len(c.wrong))] {
			d.p.bad(w)
		}
		return fmt.Errorf("cache and truth differ in %d places", len(c.wrong))
	}
	d.p.good("cache = truth: %d entities, %d fields, %d memberships, %d counters", c.entities, c.fields, c.memberships, c.counters)
	return nil
}

// untold is what no method but the old rtm.start tells.
var untold = []string{
	"self.created", "self.manual_presence", "self.prefs",
	"team.msg_edit_window_mins", "team.over_storage_limit", "team.plan", "team.prefs",
	"users.presence",
}
