package reducer

import (
	"slices"

	"github.com/slackstate/slackstate/snapshot"
)

const group = snapshot.KindUsergroup

// usergroupChanged is subteam_created and subteam_updated, which is also sent
// when a group is disabled or enabled. Clock: date_update, else arrival.
func usergroupChanged(st *step) {
	v := st.ev.get("subteam")
	key := id(v, "id")
	if key == "" {
		st.lack("names no user group")
		return
	}
	patch := st.record(group, v)
	st.reveal(group, key)
	known, _ := st.Get(group, key).Int(snapshot.UsergroupDateUpdate)
	updated, _ := patch.Int(snapshot.UsergroupDateUpdate)
	if st.supersedes(facetGroup, key, known, updated) {
		st.putUsergroup(key, patch)
		st.keepMine(key, updated)
	}
}

// keepMine puts self back where an event about self alone left it, if that
// event is newer than a version of the user group, in seconds.
func (st *step) keepMine(key string, version int64) {
	clock := st.Get(snapshot.KindClock, snapshot.Pair(facetGroup, snapshot.Pair(key, "self")))
	if told := snapshot.TS(clock.Str(snapshot.ClockVersion)); told != "" && told.Time().Unix() > version {
		st.moveSelf(key, st.Base().Get(snapshot.KindMyUsergroup, key) != "")
	}
}

// putUsergroup merges a user group. Slack cuts users at 500 and keeps user_count
// exact, so a list of another length is not the membership; one that is not
// sent is what it was only if nothing else says that it moved.
func (st *step) putUsergroup(key string, patch snapshot.Record) {
	known := st.Get(group, key)
	was, _ := known.Int(snapshot.UsergroupDateUpdate)
	updated, _ := patch.Int(snapshot.UsergroupDateUpdate)
	count, counted := patch.Int(snapshot.UsergroupUserCount)
	agrees := func(r snapshot.Record) bool {
		return r.Has(snapshot.UsergroupUsers) && (!counted || count == listLen(r, snapshot.UsergroupUsers))
	}
	r := st.Merge(group.Schema(), known, patch)
	switch {
	case agrees(patch):
		r = st.With(group.Schema(), r, snapshot.UsergroupUserCount.Int(listLen(patch, snapshot.UsergroupUsers)))
	case updated <= was && agrees(known):
		r = st.With(group.Schema(), r, snapshot.UsergroupUsers.List(slices.Collect(known.List(snapshot.UsergroupUsers))))
	default:
		if r.Has(snapshot.UsergroupUsers) {
			st.hint(group, key)
		}
		as := []snapshot.Assignment{snapshot.UsergroupUsers.Unknown()}
		if !counted && updated > was {
			as = append(as, snapshot.UsergroupUserCount.Unknown())
		}
		r = st.With(group.Schema(), r, as...)
	}
	st.Put(group, key, r)
	st.findMine(key)
}

func listLen(r snapshot.Record, f *snapshot.Field) (n int64) {
	for range r.List(f) {
		n++
	}
	return n
}

// findMine finds out whether self is in a user group, if that can be known. A
// disabled one has nobody in it.
func (st *step) findMine(key string) {
	r := st.Get(group, key)
	if deleted, _ := r.Int(snapshot.UsergroupDateDelete); deleted != 0 {
		st.setMine(key, false)
	} else if r.Has(snapshot.UsergroupUsers) && st.self != "" {
		st.setMine(key, slices.Contains(slices.Collect(r.List(snapshot.UsergroupUsers)), string(st.self)))
	}
}

func (st *step) setMine(key string, mine bool) {
	if mine {
		st.Put(snapshot.KindMyUsergroup, key, snapshot.Exists)
	} else {
		st.Delete(snapshot.KindMyUsergroup, key)
	}
}

// usergroupMembersChanged is subteam_members_changed, a difference. It is exact
// if it starts from the version that is known; a repeated one does nothing;
// after a gap the membership is unknown. Clock: date_update.
func usergroupMembersChanged(st *step) {
	ev := &st.ev
	key := ev.id("subteam_id")
	r := st.Get(group, key)
	switch {
	case key == "":
		st.lack("names no user group")
		return
	case r == "":
		st.skip("the user group is not known")
		st.hint(group, key)
		return
	}
	known, _ := r.Int(snapshot.UsergroupDateUpdate)
	updated, ok := ev.get("date_update").Int()
	if ok && known >= updated {
		st.skip("older than what is known of the user group")
		return
	}
	if !st.supersedes(facetGroup, key, known, updated) {
		return
	}
	users := slices.Collect(r.List(snapshot.UsergroupUsers))
	self := string(st.self)
	for u := range ev.get("removed_users").Elems() {
		gone := asID(u)
		users = slices.DeleteFunc(users, func(s string) bool { return s == gone })
		if gone == self && self != "" {
			st.setMine(key, false)
		}
	}
	for u := range ev.get("added_users").Elems() {
		s := asID(u)
		if s != "" && !slices.Contains(users, s) {
			users = append(users, s)
		}
		if s == self && self != "" {
			st.setMine(key, true)
		}
	}
	var as []snapshot.Assignment
	if ok {
		as = append(as, snapshot.UsergroupDateUpdate.Int(updated))
	}
	previous, _ := ev.get("date_previous_update").Int()
	if previous == known && r.Has(snapshot.UsergroupUsers) {
		as = append(as, snapshot.UsergroupUsers.List(users), snapshot.UsergroupUserCount.Int(int64(len(users))))
	} else {
		as = append(as, snapshot.UsergroupUsers.Unknown(), snapshot.UsergroupUserCount.Unknown())
		st.hint(group, key)
	}
	st.assign(group, key, as...)
	st.findMine(key)
	st.keepMine(key, updated)
}

// usergroupSelfAdded and usergroupSelfRemoved are subteam_self_added and
// subteam_self_removed. Clock: event_ts, against date_update where the members
// are known; else arrival.
func usergroupSelfAdded(st *step)   { st.selfInUsergroup(true) }
func usergroupSelfRemoved(st *step) { st.selfInUsergroup(false) }

func (st *step) selfInUsergroup(in bool) {
	key := st.ev.id("subteam_id")
	if key == "" {
		st.lack("names no user group")
		return
	}
	r := st.Get(group, key)
	version, _ := r.Int(snapshot.UsergroupDateUpdate)
	if r.Has(snapshot.UsergroupUsers) && st.ev.Time != "" && st.ev.Time.Time().Unix() < version {
		st.skip("older than what is known of the user group")
		return
	}
	if !st.newer(facetGroup, snapshot.Pair(key, "self"), st.ev.Time) {
		return
	}
	if r == "" {
		st.hint(group, key)
	}
	st.moveSelf(key, in)
}

// moveSelf puts self into a user group or takes it out, also of the list of its
// members where that is known.
func (st *step) moveSelf(key string, in bool) {
	r := st.Get(group, key)
	disabled, _ := r.Int(snapshot.UsergroupDateDelete)
	st.setMine(key, in && disabled == 0)
	users := slices.Collect(r.List(snapshot.UsergroupUsers))
	i := slices.Index(users, string(st.self))
	if !r.Has(snapshot.UsergroupUsers) || st.self == "" || (i >= 0) == in || disabled != 0 {
		return // nobody is in a disabled one, though its list of members stays
	}
	if in {
		users = append(users, string(st.self))
	} else {
		users = slices.Delete(users, i, i+1)
	}
	st.assign(group, key, snapshot.UsergroupUsers.List(users), snapshot.UsergroupUserCount.Int(int64(len(users))))
}
