package reducer

import (
	"strings"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

const user = snapshot.KindUser

// userChanged is team_join, user_change and its twins user_profile_changed,
// user_status_changed and user_huddle_changed, which carry the same body at the
// same instant. The object may lack what the token may not see, so it is
// merged. Clock: user.updated, and event_ts where that is equal or missing.
func userChanged(st *step) {
	key, patch := st.told.read(&st.Encoder, st.ev.get("user"))
	if key == "" {
		st.lack("names no user")
		return
	}
	known, _ := st.Get(user, key).Int(snapshot.UserUpdated)
	updated, _ := patch.Int(snapshot.UserUpdated)
	if !st.supersedes(facetUser, key, known, updated) {
		return
	}
	st.putUser(key, patch)
	st.renameSelf(key, patch)
}

// A told is the last user that an event brought. The twins of user_change bring it
// again, and what it is encoded to is the same record.
type told struct {
	text  []byte
	key   string
	patch snapshot.Record
}

// read returns the id and the record of a user.
func (t *told) read(enc *snapshot.Encoder, v rawjson.Value) (key string, patch snapshot.Record) {
	const usual = 16 << 10
	if len(v) > usual {
		return id(v, "id"), enc.Record(user.Schema(), v)
	}
	if string(t.text) != string(v) {
		patch, rest := enc.Split(user.Schema(), v)
		t.text = append(t.text[:0], v...)
		t.key, t.patch = strings.Clone(asID(rest.Get("id"))), patch
	}
	return t.key, t.patch
}

// putUser merges a user and carries what depends on it along. Custom profile
// fields are shown as empty where they are left out, so empty ones do not
// replace any.
func (st *step) putUser(key string, patch snapshot.Record) {
	known := st.Get(user, key)
	was := known.Is(snapshot.UserDeleted)
	p := patch.Sub(snapshot.UserProfile)
	if f := p.Raw(snapshot.ProfileFields); (f == "{}" || f == "[]") && known.Sub(snapshot.UserProfile).Has(snapshot.ProfileFields) {
		p = st.With(snapshot.ProfileSchema, p, snapshot.ProfileFields.Unknown())
		patch = st.With(user.Schema(), patch, snapshot.UserProfile.Sub(p))
	}
	st.merge(user, key, patch)
	st.Delete(snapshot.KindStub, hiddenKey(user, key))
	deleted, told := patch.Bool(snapshot.UserDeleted)
	if !told || deleted == was {
		return
	}
	if deleted {
		st.Delete(snapshot.KindPresence, key)
	}
	for im := range st.Base().IMs(snapshot.UserID(key)) {
		st.update(conv, string(im), snapshot.ConvIsUserDeleted.Bool(deleted))
	}
}

// stranger makes a stub of the author of a message from another workspace, of
// whom no list tells but what the message says itself.
func (st *step) stranger() {
	key := st.ev.id("user")
	if key == "" || st.Get(user, key) != "" {
		return
	}
	home := st.ev.id("user_team")
	if home == "" {
		home = st.ev.id("source_team")
	}
	own := st.Get(team, "").Str(snapshot.TeamID)
	if home == "" || own == "" || home == own {
		return
	}
	as := []snapshot.Assignment{snapshot.UserTeamID.Str(home)}
	if p := st.ev.get("user_profile"); p.Kind() == rawjson.Object {
		if name := str(p, "name"); name != "" {
			as = append(as, snapshot.UserName.Str(name))
		}
		as = append(as, snapshot.UserProfile.Sub(st.Record(snapshot.ProfileSchema,
			filter(p, func(name string) bool { return name != "name" && !strings.HasPrefix(name, "is_") }))))
	}
	st.stub(user, key, as...)
}

// meet asks who somebody is whom the list of users does not have: one of another
// workspace, or one whose coming was missed.
func (st *step) meet(key string) {
	if key != "" && st.Get(user, key) == "" && st.usersListed() {
		st.hint(user, key)
	}
}

// usersListed reports whether the list of users has been read to its end, now or
// before events were missed.
func (st *step) usersListed() bool {
	return st.Get(snapshot.KindFreshness, snapshot.CollectionUsers).Str(snapshot.FreshHow) == "complete"
}

// renameSelf gives self the name of its user.
func (st *step) renameSelf(key string, patch snapshot.Record) {
	if name := patch.Str(snapshot.UserName); name != "" && key == string(st.self) {
		st.update(snapshot.KindSelf, "", snapshot.SelfName.Str(name))
	}
}

// userInvalidated is user_invalidated: nothing that is known of the user can be
// relied on until Slack was asked for the user again, on the next connection if
// not on this one. Nothing is deleted. Clock: none needed.
func userInvalidated(st *step) {
	key := id(st.ev.get("user"), "id")
	if key == "" {
		st.lack("names no user")
		return
	}
	if st.Get(user, key) == "" {
		st.hint(user, key)
		return
	}
	st.suspect(user, key)
}

// presenceChanged is presence_change and its batch form. It may name users
// that are not known otherwise. Clock: arrival, against what users.getPresence
// was asked for before; the values end with the connection.
func presenceChanged(st *step) {
	ev := &st.ev
	value := ev.str("presence")
	if value == "" {
		st.lack("has no presence")
		return
	}
	set := func(key string) {
		if key != "" && st.newer(facetPresence, key, "") {
			st.assign(snapshot.KindPresence, key, snapshot.PresenceValue.Str(value))
		}
	}
	set(ev.id("user"))
	for u := range ev.get("users").Elems() {
		set(asID(u))
	}
}

// manualPresenceChanged is manual_presence_change: what self chose, not what
// others see. Clock: event_ts.
func manualPresenceChanged(st *step) {
	p := st.ev.str("presence")
	if p == "" {
		st.lack("has no presence")
		return
	}
	if st.newer(facetUser, "manual_presence", st.ev.Time) {
		st.assign(snapshot.KindSelf, "", snapshot.SelfManualPresence.Str(p))
	}
}

// dndUpdated is dnd_updated, for self, and dnd_updated_user, which lacks the
// snooze fields. Clock: event_ts.
func dndUpdated(st *step) {
	key := st.ev.id("user")
	if key == "" {
		key = string(st.self)
	}
	v := st.ev.get("dnd_status")
	if key == "" || v.Kind() != rawjson.Object {
		st.lack("has no user or no status")
		return
	}
	if st.newer(facetDND, key, st.ev.Time) {
		st.putDND(key, v, st.ev.Type == "dnd_updated")
	}
}

// putDND stores a do-not-disturb state; whole says that it has all fields. No
// snooze has no end.
func (st *step) putDND(key string, v rawjson.Value, whole bool) {
	const dnd = snapshot.KindDND
	r := st.record(dnd, v)
	if !whole {
		r = st.Merge(dnd.Schema(), st.Get(dnd, key), r)
	}
	if snooze, known := r.Bool(snapshot.DNDSnooze); known && !snooze {
		r = st.With(dnd.Schema(), r, snapshot.DNDSnoozeEnd.Unknown())
	}
	st.Put(dnd, key, r)
}

// prefChanged is pref_change: one of self's preferences, any JSON; null takes it
// back. Clock: arrival.
func prefChanged(st *step) { st.setPref(snapshot.KindSelfPref, snapshot.SelfPrefValue) }

func (st *step) setPref(k snapshot.Kind, f *snapshot.Field) {
	name, v := st.ev.str("name"), st.ev.get("value")
	if name == "" || v == "" {
		st.lack("has no name or no value")
		return
	}
	switch {
	case !st.newer(facetPref, prefKey(k, name), st.ev.Time):
	case v.Kind() == rawjson.Null:
		st.Delete(k, name)
	default:
		st.assign(k, name, f.Raw(v))
	}
}

// prefKey tells self's preferences from the workspace's.
func prefKey(k snapshot.Kind, name string) string { return snapshot.Pair(k.String(), name) }
