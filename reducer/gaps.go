package reducer

import (
	"slices"
	"strconv"

	"github.com/slackstate/slackstate/snapshot"
)

// repairable are the collections that one method lists whole, so that a gap
// stays open until it has. Members and read states of conversations are
// repairable, too.
var repairable = []string{
	snapshot.CollectionTeam, snapshot.CollectionProfileFields, snapshot.CollectionUsers,
	snapshot.CollectionConversations, snapshot.CollectionUsergroups, snapshot.CollectionEmoji,
}

// untold are the kinds that no method lists for a whole workspace since
// rtm.start no longer does.
var untold = []snapshot.Kind{
	snapshot.KindSelfPref, snapshot.KindTeamPref, snapshot.KindPin, snapshot.KindStar, snapshot.KindFile,
}

const gap = snapshot.KindGap

// openGap notes that from a time on, in milliseconds, events may be missed, and
// what that leaves in doubt. Until is when events came again, 0 if they do not
// yet. A gap that has not ended goes on.
func (st *step) openGap(from, until int64, why string) {
	for _, r := range st.Base().All(gap) {
		if !r.Has(snapshot.GapUntil) {
			return
		}
	}
	key := strconv.FormatInt(from, 10)
	for st.Get(gap, key) != "" { // two within a millisecond
		from++
		key = strconv.FormatInt(from, 10)
	}
	as := []snapshot.Assignment{snapshot.GapWhy.Str(why)}
	if until > 0 {
		as = append(as, snapshot.GapUntil.Int(until))
	}
	var lost []string
	for _, k := range untold {
		for range st.Base().All(k) {
			lost = append(lost, k.String())
			break
		}
	}
	if len(lost) > 0 {
		as = append(as, snapshot.GapLost.List(lost))
	}
	r := st.With(gap.Schema(), "", as...)
	if r = st.exposed(r, st.ev.At+1); r.Has(snapshot.GapOpen) || r.Has(snapshot.GapOnes) || len(lost) > 0 {
		st.Put(gap, key, r)
	}
}

// endGap notes since when events come again.
func (st *step) endGap(until int64) {
	for key, r := range st.Base().All(gap) {
		if !r.Has(snapshot.GapUntil) {
			st.Put(gap, key, st.With(gap.Schema(), r, snapshot.GapUntil.Int(until)))
		}
	}
}

// exposed returns the record of a gap with what was listed before a time and
// not since. What Slack refuses to list is said to be so where its freshness is.
func (st *step) exposed(r snapshot.Record, until int64) snapshot.Record {
	var names []string
	ones := int64(0)
	for name, f := range st.Base().All(snapshot.KindFreshness) {
		asOf, _ := f.Int(snapshot.FreshAsOf)
		if now := st.Get(snapshot.KindFreshness, name); now != f {
			asOf, _ = now.Int(snapshot.FreshAsOf)
			f = now
		}
		if f.Str(snapshot.FreshHow) != "complete" || asOf >= until || f.Str(snapshot.FreshReason) != "" {
			continue
		}
		if _, one := snapshot.Unpair(name); one != "" {
			ones++
		} else if slices.Contains(repairable, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	as := []snapshot.Assignment{snapshot.GapOpen.Unknown(), snapshot.GapOnes.Unknown()}
	if len(names) > 0 {
		as[0] = snapshot.GapOpen.List(names)
	}
	if ones > 0 {
		as[1] = snapshot.GapOnes.Int(ones)
	}
	return st.With(gap.Schema(), r, as...)
}

// repair closes the gaps of which nothing is left in doubt, and notes of the
// others what is. A gap that cannot be repaired wholly is kept for as long as
// late events may come.
func (st *step) repair() {
	for key, r := range st.Base().All(gap) {
		until, ended := r.Int(snapshot.GapUntil)
		if !ended {
			continue
		}
		now := st.exposed(r, until)
		if now.Has(snapshot.GapOpen) || now.Has(snapshot.GapOnes) || now.Has(snapshot.GapLost) {
			st.Put(gap, key, now)
		} else {
			st.Delete(gap, key)
		}
	}
}

// roundEnded is local.repaired: all that was wanted lately was asked for. Clock:
// none needed.
func roundEnded(st *step) { st.repair() }

// retold notes that a full answer of rtm.start told what no other method does.
func (st *step) retold() {
	for key, r := range st.Base().All(gap) {
		st.Put(gap, key, st.With(gap.Schema(), r, snapshot.GapLost.Unknown()))
	}
}
