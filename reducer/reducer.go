package reducer

import (
	"slices"
	"time"

	"github.com/slackstate/slackstate/snapshot"
)

// Config is what reducing depends on besides the snapshot and the event. What of
// it may change in the life of a file gets into the snapshot by an event.
type Config struct {
	// ListLag is how far Slack's lists may lag behind its events: a page leaves
	// alone what an event changed later than this long before the call.
	ListLag time.Duration

	// History and Files say what is kept beyond the workspace itself. They count
	// once Event's event is reduced.
	History History
	Files   bool
}

// DefaultListLag is a ListLag that fits what has been seen of Slack.
const DefaultListLag = 60 * time.Second

// Version is the number of the reducer's rules. It goes up with every change that
// makes some event do something else than before, so that what is recorded of an
// event's outcome is held against the rules it came about by, and no others.
const Version = 2

// An Outcome says what became of an event.
type Outcome uint8

const (
	// Ignored: nothing changed at all.
	Ignored Outcome = iota
	// Noted: only bookkeeping changed, such as the clock of a name that was
	// confirmed. Nothing a reader sees is different.
	Noted
	// Changed: the workspace is different.
	Changed
)

func (o Outcome) String() string { return [...]string{"ignored", "noted", "changed"}[o%3] }

// A Result is what an event did.
type Result struct {
	Outcome Outcome
	Changes []snapshot.Change // net, sorted by kind and key; bookkeeping included
	Hints   []Hint            // what Slack should be asked for now
	Why     string            // for Ignored: why nothing changed, "" if it was so already
	Odd     string            // what is not understood of the event, "" if all is
	Unsound []string          // what of a page could not be taken, and why; the first hundred

	// AllMembers says that there were no memberships before, and that those of
	// the snapshot, which may be millions, are not among Changes. It is only set
	// for a page of the first bootstrap.
	AllMembers bool
}

// EveryChange returns Changes with the memberships that AllMembers left out; next
// is the snapshot that came with r.
func (r Result) EveryChange(next *snapshot.Snapshot) []snapshot.Change {
	if !r.AllMembers {
		return r.Changes
	}
	all := slices.Clone(r.Changes)
	for key := range next.All(snapshot.KindMember) {
		all = append(all, snapshot.Change{Kind: snapshot.KindMember, Key: key, After: snapshot.Exists})
	}
	slices.SortFunc(all, snapshot.Change.Compare)
	return all
}

// A Hint names something that an event said has changed without saying how.
type Hint struct {
	Kind snapshot.Kind
	ID   string // of one entity, or "" for the whole collection
	Why  string // the event's type
}

// Reduce returns the snapshot after an event, and what the event did. The given
// snapshot stays as it is; the two are the same one if the event is Ignored.
// Every event is good for some result: one that makes no sense is Ignored.
func Reduce(cfg Config, s *snapshot.Snapshot, ev Event) (*snapshot.Snapshot, Result) {
	return New(cfg).Reduce(s, &ev)
}

// A Reducer reduces one event after another in the same memory. Its results do
// not depend on what it reduced before, and share nothing with it. It is for one
// goroutine at a time.
type Reducer struct{ st step }

// New returns a Reducer.
func New(cfg Config) *Reducer { return &Reducer{step{cfg: cfg}} }

// Reduce is the function of that name. An Event is large, so that to copy it takes as
// long as much of what is done with one that changes nothing.
func (r *Reducer) Reduce(s *snapshot.Snapshot, ev *Event) (*snapshot.Snapshot, Result) {
	h, known := table[ev.Type]
	switch {
	case !known:
		return s, Result{Why: "unknown type", Odd: "unknown type"}
	case ev.Type == "" && !ev.acknowledges():
		return s, Result{Why: h.text, Odd: "has no type"}
	case h.fn == nil:
		return s, Result{Why: h.text}
	}
	st := &r.st
	st.begin(s, ev)
	h.fn(st)
	next, changes := st.Commit(ev.At)
	res := Result{Changes: changes, Hints: st.hints, Odd: st.odd, Unsound: st.bad, AllMembers: st.AllMembers()}
	for _, c := range changes {
		if c.Kind.Entity() {
			res.Outcome = Changed
			break
		}
		res.Outcome = Noted
	}
	if res.Outcome == Ignored {
		res.Why = st.why
	}
	st.end()
	return next, res
}
