package reducer

import "github.com/slackstate/slackstate/snapshot"

const team = snapshot.KindTeam

// teamRenamed is team_rename. Clock: event_ts, else arrival.
func teamRenamed(st *step) {
	name := st.ev.str("name")
	if name == "" {
		st.lack("has no name")
		return
	}
	if st.newer(facetTeam, "name", st.ev.Time) {
		st.assign(team, "", snapshot.TeamName.Str(name))
	}
}

// teamDomainChanged is team_domain_change. Clock: event_ts, else arrival.
func teamDomainChanged(st *step) {
	var as []snapshot.Assignment
	if d := st.ev.str("domain"); d != "" {
		as = append(as, snapshot.TeamDomain.Str(d))
	}
	if u := st.ev.str("url"); u != "" {
		as = append(as, snapshot.TeamURL.Str(u))
	}
	if as == nil {
		st.lack("has no domain")
		return
	}
	if st.newer(facetTeam, "domain", st.ev.Time) {
		st.assign(team, "", as...)
	}
}

// teamEmailDomainChanged is email_domain_changed; an empty one is a value too.
// Clock: event_ts.
func teamEmailDomainChanged(st *step) {
	d, ok := st.ev.get("email_domain").Str()
	if !ok {
		st.lack("has no domain")
		return
	}
	if st.newer(facetTeam, "email_domain", st.ev.Time) {
		st.assign(team, "", snapshot.TeamEmailDomain.Str(d))
	}
}

// teamPrefChanged is team_pref_change. Clock: arrival.
func teamPrefChanged(st *step) { st.setPref(snapshot.KindTeamPref, snapshot.TeamPrefValue) }

// teamPlanChanged is team_plan_change: what it carries is set. Clock: arrival.
func teamPlanChanged(st *step) {
	plan := filter(st.ev.Body, func(name string) bool {
		return name == "plan" || name == "can_add_ura" || name == "paid_features"
	})
	r := st.record(team, plan)
	if r == snapshot.Exists {
		st.lack("has no plan")
		return
	}
	st.merge(team, "", r)
}

// profileFieldsChanged is team_profile_change and team_profile_reorder: the
// definitions that changed, or only the order of those that moved. A definition
// is merged by its id. Clock: arrival.
func profileFieldsChanged(st *step) {
	for f := range st.ev.get("profile").Get("fields").Elems() {
		key := id(f, "id")
		switch {
		case key == "":
			st.lack("names no field")
		case st.ev.Type == "team_profile_reorder":
			n, ok := f.Get("ordering").Int()
			if ok && st.Get(snapshot.KindProfileField, key) != "" && st.newer(facetOrder, key, st.ev.Time) {
				st.assign(snapshot.KindProfileField, key, snapshot.ProfileFieldOrdering.Int(n))
			}
		case st.newer(facetField, key, st.ev.Time):
			patch := st.record(snapshot.KindProfileField, f)
			if patch.Has(snapshot.ProfileFieldOrdering) && !st.newer(facetOrder, key, st.ev.Time) {
				patch = st.With(snapshot.KindProfileField.Schema(), patch, snapshot.ProfileFieldOrdering.Unknown())
			}
			st.merge(snapshot.KindProfileField, key, patch)
		}
	}
}

// profileFieldsDeleted is team_profile_delete: ids, or objects that have one.
// What users entered stays. Clock: arrival.
func profileFieldsDeleted(st *step) {
	for f := range st.ev.get("profile").Get("fields").Elems() {
		key := asID(f)
		if key == "" {
			key = id(f, "id")
		}
		switch {
		case key == "":
			st.lack("names no field")
		case st.newer(facetField, key, st.ev.Time):
			st.Delete(snapshot.KindProfileField, key)
		}
	}
}

// gridMigrationFinished is grid_migration_finished: the workspace is part of an
// enterprise now, and users may have other ids. Clock: none needed.
func gridMigrationFinished(st *step) {
	e := st.ev.id("enterprise_id")
	if e == "" {
		st.lack("names no enterprise")
		return
	}
	st.assign(team, "", snapshot.TeamEnterpriseID.Str(e))
	st.hint(user, "")
}

// externalMigrationFinished is external_org_migration_finished: a workspace that
// shares channels with this one is part of an enterprise now, and its users may
// have other ids. Clock: none needed.
func externalMigrationFinished(st *step) { st.hint(user, "") }

// appUninstalled, teamAccessRevoked and tokensRevoked say that the token may be
// good no longer. The state stays as it is: only Slack's answer to the token can
// tell, so it should be asked. Clock: none needed.
func appUninstalled(st *step) { st.hint(snapshot.KindSelf, "") }

func teamAccessRevoked(st *step) {
	for t := range st.ev.get("team_ids").Elems() {
		if own := st.Get(team, "").Str(snapshot.TeamID); own != "" && asID(t) == own {
			st.hint(snapshot.KindSelf, "")
			return
		}
	}
	st.skip("is about another workspace")
}

func tokensRevoked(st *step) {
	for _, of := range []string{"oauth", "bot"} {
		for u := range st.ev.get("tokens").Get(of).Elems() {
			if st.self != "" && asID(u) == string(st.self) {
				st.hint(snapshot.KindSelf, "")
				return
			}
		}
	}
	st.skip("is not self's")
}

// eventsLost is app_rate_limited: Slack dropped events of a minute. Clock:
// arrival.
func eventsLost(st *step) {
	from := st.ev.At
	if minute, ok := st.ev.get("minute_rate_limited").Int(); ok {
		from = minute * 1000
	}
	st.lost(st.ev.At + 1)
	st.openGap(from, st.ev.At+1, "app_rate_limited")
}
