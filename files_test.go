package slackstate_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// Files come with messages and events, which mostly name them only, go with
// everything that shows them, and stay gone in the next process.
func TestFiles(t *testing.T) {
	bubble(t, slacktest.Options{Users: 20}, func(t *testing.T, r *rig) {
		path, opts := file(t), r.options()
		opts.ListLag = 0 // answers may lag behind the events that they are asked for by
		opts.Files, opts.History = true, slackstate.History{PerChannel: 10}
		st := open(t, path, opts)
		stop := run(t, st)
		wait(t, st, slackstate.Live)

		self := r.srv.Self()
		harbour, err := r.srv.CreateChannel(slacktest.ChannelSpec{Name: "harbour", Members: []string{self}})
		must(t, err)
		crew, err := r.srv.CreateChannel(slacktest.ChannelSpec{Name: "crew", Private: true, Members: []string{self}})
		must(t, err)
		id, err := r.srv.UploadFile(self, harbour, "map.txt", "the way")
		must(t, err)
		settle := func() api.File {
			<-time.After(10 * time.Second)
			f, _ := st.Snapshot().File(api.FileID(id))
			return f
		}
		newest := func() api.Message {
			var m api.Message
			c, _ := st.Snapshot().Channel(api.ChannelID(harbour))
			for m = range c.Messages() {
			}
			return m
		}

		f := settle()
		owner, _ := f.Owner()
		if public, known := f.Public(); f.Name() != "map.txt" || string(owner.ID()) != self || !public || !known {
			t.Errorf("uploaded: %s", f.JSON())
		}
		if files := slices.Collect(newest().Files()); newest().Text() != "the way" || len(files) != 1 || files[0].ID() != f.ID() {
			t.Errorf("the message that brought it: %s", newest().JSON())
		}
		must(t, r.srv.ShareFile(self, crew, id))
		must(t, r.srv.RenameFile(id, "chart.txt")) // the event does not say to what
		f = settle()
		if f.Name() != "chart.txt" || !f.InDoubt() {
			t.Errorf("soon after: %q, in doubt %v", f.Name(), f.InDoubt())
		}
		<-time.After(2 * time.Minute)
		f = settle()
		if diff := cmp.Diff([]api.ChannelID{api.ChannelID(harbour), api.ChannelID(crew)}, slices.Collect(f.SharedIn())); f.Name() != "chart.txt" || f.InDoubt() || diff != "" {
			t.Errorf("renamed: %q, shared in (-want +got):\n%s", f.Name(), diff)
		}
		if got, err := st.FetchFile(t.Context(), "F404"); !errors.Is(err, api.ErrNotFound) {
			t.Errorf("a file there is not: %v, %v", got, err)
		}

		gone := func(when string) {
			t.Helper()
			if f, ok := st.Snapshot().File(api.FileID(id)); ok {
				t.Errorf("%s: %s", when, f.JSON())
			}
			if files := slices.Collect(newest().Files()); newest().Text() != "the way" || len(files) != 1 || files[0].Valid() {
				t.Errorf("%s: the message that brought it: %s", when, newest().JSON())
			}
		}
		must(t, r.srv.DeleteFile(self, id))
		settle()
		gone("deleted")
		stop()
		closeState(t, st)
		st = open(t, path, opts)
		gone("in the next process")
		closeState(t, st)
	})
}

// A file that events only name is asked for, in the next process if it cannot be
// had in this one. Without Options.Files nobody asks.
func TestFilesAreAskedFor(t *testing.T) {
	bubble(t, slacktest.Options{Users: 60}, func(t *testing.T, r *rig) {
		opts := r.options()
		opts.Files, opts.ListLag = true, 0
		path := file(t)
		st := open(t, path, opts)
		stop := run(t, st)
		snap := wait(t, st, slackstate.Live)
		general, member := stranger(t, snap)
		must(t, r.srv.Join(string(member), string(general)))
		elsewhere, err := r.srv.CreateChannel(slacktest.ChannelSpec{Name: "elsewhere", Creator: string(member)})
		must(t, err)
		id, err := r.srv.UploadFile(string(member), elsewhere, "log.txt", "not for self")
		must(t, err)
		name := func() string {
			<-time.After(10 * time.Second)
			f, _ := st.Snapshot().File(api.FileID(id))
			return f.Name()
		}
		if got := name(); got != "log.txt" {
			t.Errorf("a file that became public: %q", got)
		}

		r.srv.Faults().FailHTTP("files.info", -1, 500)
		secret, err := r.srv.CreateChannel(slacktest.ChannelSpec{Name: "secret", Private: true, Creator: string(member)})
		must(t, err)
		id, err = r.srv.UploadFile(string(member), secret, "plan.txt", "not for self either")
		must(t, err)
		must(t, r.srv.ShareFile(string(member), string(general), id))
		if got := name(); got != "" {
			t.Fatalf("a file that Slack does not tell of is %q", got)
		}
		stop()
		closeState(t, st)
		r.srv.Faults().Clear()
		st = open(t, path, opts)
		stop = run(t, st)
		wait(t, st, slackstate.Live)
		if got := name(); got != "plan.txt" {
			t.Errorf("in the next process: %q", got)
		}
		stop()
		closeState(t, st)
	})
}
