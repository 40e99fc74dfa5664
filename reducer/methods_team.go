package reducer

import (
	"slices"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// rtmConnect is the answer of rtm.connect: who and where, and a socket that
// delivers everything from the call on. It may be told before the socket says
// hello, or after.
func (p *page) rtmConnect() { p.connected(false) }

// connected reads what rtm.connect and rtm.start have in common. Only a whole
// rtm.start has all of the team.
func (p *page) connected(whole bool) {
	p.setSelf(p.record(snapshot.KindSelf, p.get("self")))
	p.setTeam(p.record(team, p.get("team")), whole)
	p.prefs(snapshot.KindSelfPref, snapshot.SelfPrefValue, p.get("self").Get("prefs"))
	p.prefs(snapshot.KindTeamPref, snapshot.TeamPrefValue, p.get("team").Get("prefs"))
	if p.Get(link, "").Is(snapshot.LinkUp) {
		p.assign(link, "", snapshot.LinkLostAt.Int(p.start))
	} else {
		p.assign(link, "", snapshot.LinkAskedAt.Int(p.start))
	}
}

func (p *page) setSelf(patch snapshot.Record) {
	if patch == snapshot.Exists {
		return
	}
	if p.touched(facetUser, "manual_presence") {
		patch = p.With(snapshot.KindSelf.Schema(), patch, snapshot.SelfManualPresence.Unknown())
	}
	p.merge(snapshot.KindSelf, "", patch)
	p.fresh(snapshot.CollectionSelf, "complete")
	if self := snapshot.UserID(patch.Str(snapshot.SelfID)); self != "" && self != p.self {
		p.self = self
		for key := range p.Base().All(conv) {
			p.reindexSelf(key)
		}
		for key := range p.Base().All(group) {
			p.findMine(key)
		}
	}
}

// setTeam lays what is told of the team over what is known. What is not the whole
// of it leaves the rest as stale as it was.
func (p *page) setTeam(patch snapshot.Record, whole bool) {
	if patch == snapshot.Exists {
		return
	}
	var drop []snapshot.Assignment
	for facet, fields := range map[string][]*snapshot.Field{
		"name":         {snapshot.TeamName},
		"domain":       {snapshot.TeamDomain, snapshot.TeamURL},
		"email_domain": {snapshot.TeamEmailDomain},
	} {
		if p.touched(facetTeam, facet) {
			for _, f := range fields {
				drop = append(drop, f.Unknown())
			}
		}
	}
	p.merge(team, "", p.With(team.Schema(), patch, drop...))
	if whole {
		p.fresh(snapshot.CollectionTeam, "complete")
	} else {
		p.begun(snapshot.CollectionTeam)
	}
}

func (p *page) prefs(k snapshot.Kind, f *snapshot.Field, v rawjson.Value) {
	for name, val := range v.Members() {
		if name != "" && val.Kind() != rawjson.Null && !p.touched(facetPref, prefKey(k, name)) {
			p.assign(k, name, f.Raw(val))
		}
	}
}

// authTest is the answer of auth.test, which has names of its own.
func (p *page) authTest() {
	said := func(f *snapshot.Field, name string) (as []snapshot.Assignment) {
		if s := p.str(name); s != "" {
			as = append(as, f.Str(s))
		}
		return as
	}
	p.setSelf(p.With(snapshot.KindSelf.Schema(), "", slices.Concat(
		said(snapshot.SelfID, "user_id"), said(snapshot.SelfName, "user"))...))
	p.setTeam(p.With(team.Schema(), "", slices.Concat(
		said(snapshot.TeamID, "team_id"), said(snapshot.TeamName, "team"), said(snapshot.TeamURL, "url"))...), false)
}

// teamInfo is the answer of team.info, which also tells about other teams.
func (p *page) teamInfo() {
	v := p.get("team")
	if own := p.Get(team, "").Str(snapshot.TeamID); own != "" && own != id(v, "id") {
		p.skip("is about another team")
		return
	}
	p.setTeam(p.record(team, v), true)
}

// profileFields is the answer of team.profile.get: every definition.
func (p *page) profileFields() { p.fieldDefinitions(p.get("profile").Get("fields")) }

func (p *page) fieldDefinitions(v rawjson.Value) {
	if p.missing(v) {
		return
	}
	const k = snapshot.KindProfileField
	seen := map[string]bool{}
	for f := range v.Elems() {
		if key := id(f, "id"); key != "" {
			seen[key] = true
			if !p.touched(facetField, key) {
				p.merge(k, key, p.record(k, f))
			}
		}
	}
	p.removeUnseen(k, facetField, seen)
	p.fresh(snapshot.CollectionProfileFields, "complete")
}
