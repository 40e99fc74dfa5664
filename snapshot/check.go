package snapshot

import (
	"errors"
	"fmt"

	"github.com/slackstate/slackstate/internal/pmap"
)

// Check verifies everything that must hold of a snapshot and follows from its
// tables: that records are well formed, that both digests are what the records
// add up to, that the indexes and ties hold exactly what the records ask for, that
// memberships agree in both directions, and that self is listed among the
// members of exactly the conversations that say so. The error names each entity
// that is wrong, and is nil if none is; a partial snapshot does not pass. It reads
// the whole snapshot.
func (s *Snapshot) Check() error {
	if s.partial {
		return errors.New("the snapshot is partial")
	}
	var errs []error
	load := NewLoad()
	for _, k := range Kinds() {
		for key, r := range s.All(k) {
			if err := load.Put(k, key, r); err != nil {
				errs = append(errs, fmt.Errorf("%v %q: %w", k, key, err))
			}
		}
	}
	fresh := load.Snapshot(s.seq, s.at)
	if fresh.digest != s.digest {
		errs = append(errs, fmt.Errorf("digest is %016x, the records add up to %016x", s.digest, fresh.digest))
	}
	if fresh.sum != s.sum {
		errs = append(errs, fmt.Errorf("sum is %016x, the records add up to %016x", s.sum, fresh.sum))
	}
	for _, k := range Kinds() {
		if place, ok := k.listed(); ok {
			errs = append(errs, s.checkList(k, s.listed.at(place))...)
		}
	}
	for t := range Tie(numTies) {
		errs = append(errs, s.checkTie(fresh, t)...)
	}
	errs = append(errs, s.members.check()...)
	errs = append(errs, s.checkSelf()...)
	return errors.Join(errs...)
}

// checkList verifies that the records of a kind are found by their keys, and that
// the indexes of the kind hold exactly what they ask for.
func (s *Snapshot) checkList(k Kind, l *list) (errs []error) {
	asked := map[indexEntry]bool{}
	n := 0
	for key := range l.All() {
		n++
		number, ok := l.Number(key)
		if !ok || l.At(number).Key != key {
			errs = append(errs, fmt.Errorf("%v %q is not found by its key", k, key))
			continue
		}
		for _, x := range appendIndexEntries(nil, k, number, l.At(number).Value) {
			if asked[x] = true; !s.index.at(x.index).Has(x.entry) {
				errs = append(errs, fmt.Errorf("index %d does not lead to %v %q, as it should", x.index, k, key))
			}
		}
	}
	if n != l.Len() {
		errs = append(errs, fmt.Errorf("%d %v, %d counted", n, k, l.Len()))
	}
	var entries [numIndexes]int
	for x := range asked {
		entries[x.index]++
	}
	for ix, want := range entries {
		if have := s.index.at(index(ix)).Len(); index(ix).kind() == k && have != want {
			errs = append(errs, fmt.Errorf("index %d has %d entries, the records ask for %d", ix, have, want))
		}
	}
	return errs
}

func (s *Snapshot) checkTie(fresh *Snapshot, t Tie) (errs []error) {
	same := func(struct{}, struct{}) bool { return true }
	for to, d := range pmap.Diff(s.ties.at(t), fresh.ties.at(t), func(keySet, keySet) bool { return false }) {
		for key, one := range pmap.Diff(d.Old, d.New, same) {
			if one.HadOld {
				errs = append(errs, fmt.Errorf("tie %d: %q is tied to %q, which its record does not say", t, key, to))
			} else {
				errs = append(errs, fmt.Errorf("tie %d: %q is not tied to %q, as its record says", t, key, to))
			}
		}
	}
	return errs
}

func (m *memberships) check() (errs []error) {
	pairs := 0
	for conv, c := range m.convs.all() {
		for user := range m.users.names(c.with) {
			pairs++
			if !m.users.of(user).Has(c.num) {
				errs = append(errs, fmt.Errorf("%s has member %s, who is not in it", conv, user))
			}
		}
	}
	back := 0
	for _, u := range m.users.all() {
		back += u.with.Len()
	}
	if pairs != back || pairs != m.count {
		errs = append(errs, fmt.Errorf("%d memberships by conversation, %d by user, %d counted", pairs, back, m.count))
	}
	return append(append(errs, m.convs.check()...), m.users.check()...)
}

// check verifies that ids and numbers agree.
func (s *side) check() (errs []error) {
	for id, x := range s.all() {
		if num, ok := s.number(id); !ok || num != x.num {
			errs = append(errs, fmt.Errorf("%s has number %d, and is not found under it", id, x.num))
		}
	}
	return errs
}

func (s *Snapshot) checkSelf() (errs []error) {
	self := s.SelfID()
	if self == "" {
		return nil
	}
	for id, r := range s.All(KindConversation) {
		if r.Is(ConvIsIM) {
			continue
		}
		if flag, in := r.Is(ConvIsMember), s.IsMember(ChannelID(id), self); flag != in {
			errs = append(errs, fmt.Errorf("conversation %s: is_member is %v, self among its members: %v", id, flag, in))
		}
	}
	return errs
}
