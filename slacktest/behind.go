package slacktest

import (
	"maps"
	"slices"
	"time"
)

// A look is the truth as it was from a moment on.
type look struct {
	at time.Time
	*Workspace
}

// Behind lets lists lag behind events: each row of an answer may be as it was up to
// d before the call, when an event has told of something newer already. No row is
// older than the newest connect call, before which there may have been something
// that no event told of. It lasts until Clear.
func (f *Faults) Behind(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.behind = d
}

// isBehind returns by how much lists lag behind events.
func (f *Faults) isBehind() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.behind
}

// remember keeps the truth as it is now, for lists that are behind. It is called
// after every change, with the workspace's lock held.
func (s *Server) remember() {
	d := s.faults.isBehind()
	if d == 0 {
		s.past = nil
		return
	}
	// The last one from before is how it was then.
	for len(s.past) > 1 && time.Since(s.past[1].at) > d {
		s.past = s.past[1:]
	}
	s.past = append(s.past, look{time.Now(), s.clone()})
}

// earlier returns what a list answered at moments before now, if lists are behind.
// It is called with the workspace's lock held.
func (s *Server) earlier(m method, c call) (answers []object) {
	d := s.faults.isBehind()
	if d == 0 {
		return nil
	}
	for i, l := range s.past {
		if i+1 < len(s.past) && time.Since(s.past[i+1].at) > d {
			continue // it was over by then
		}
		then := &Server{Workspace: l.Workspace, opts: s.opts, faults: s.faults, hub: s.hub}
		if body, err := m.answer(then, c); err == nil {
			answers = append(answers, body)
		}
	}
	if len(answers) > 0 {
		s.faults.count(faultBehind)
	}
	return answers
}

// clone copies what lists show of a workspace.
func (w *Workspace) clone() *Workspace {
	copies := map[*account]*account{}
	one := func(u *account) *account {
		if u == nil {
			return nil
		}
		if copies[u] == nil {
			as := *u
			as.fields = maps.Clone(u.fields)
			copies[u] = &as
		}
		return copies[u]
	}
	all := func(us []*account) []*account {
		var list []*account
		for _, u := range us {
			list = append(list, one(u))
		}
		return list
	}
	then := &Workspace{clock: w.clock, team: w.team, self: one(w.self), users: all(w.users), convByID: map[string]*conv{}}
	for _, c := range w.convs {
		as := *c
		as.creator, as.peer, as.members = one(c.creator), one(c.peer), all(c.members)
		as.previous, as.pins = slices.Clone(c.previous), slices.Clone(c.pins)
		then.convs = append(then.convs, &as)
		then.convByID[c.id] = &as
	}
	for _, g := range w.subteams {
		as := *g
		as.users, as.channels = all(g.users), slices.Clone(g.channels)
		then.subteams = append(then.subteams, &as)
	}
	return then
}
