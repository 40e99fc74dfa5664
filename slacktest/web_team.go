package slacktest

import "slices"

func teamMethods() map[string]method {
	return map[string]method{
		"team.info":             {answer: teamInfo},
		"team.profile.get":      {answer: teamProfileGet},
		"emoji.list":            {answer: emojiList},
		"usergroups.list":       {answer: usergroupsList},
		"usergroups.users.list": {answer: usergroupsUsersList},
	}
}

func teamInfo(s *Server, c call) (object, error) {
	if id := c.args.Get("team"); id != "" && id != s.team.id {
		return nil, Error("team_not_found")
	}
	return object{"team": s.team.infoJSON()}, nil
}

func teamProfileGet(s *Server, c call) (object, error) {
	fields := slices.DeleteFunc(slices.Clone(s.team.fields), func(f profileField) bool {
		return c.args.Get("visibility") == "visible" && f.IsHidden
	})
	return object{"profile": object{"fields": fields, "sections": []object{}}}, nil
}

// emojiList has its cache_ts as a string, unlike all others.
func emojiList(s *Server, _ call) (object, error) {
	return object{"emoji": s.emoji, "cache_ts": s.emojiAt.String()}, nil
}

// usergroupsList shows members and counts on request only.
func usergroupsList(s *Server, c call) (object, error) {
	groups := []subteamJSON{}
	for _, g := range s.subteams {
		if g.disabled != 0 && !c.flag("include_disabled") {
			continue
		}
		j := s.subteamJSON(g)
		if c.flag("include_users") {
			j.Users = userIDs(g.users)
		}
		if c.flag("include_count") || c.flag("include_users") {
			j.UserCount = ptr(len(g.users))
		}
		groups = append(groups, j)
	}
	return object{"usergroups": groups}, nil
}

func usergroupsUsersList(s *Server, c call) (object, error) {
	id, err := c.need("usergroup")
	if err != nil {
		return nil, err
	}
	g, err := s.findSubteam(id)
	if err == nil && g.disabled != 0 && !c.flag("include_disabled") {
		err = Error("no_such_subteam")
	}
	if err != nil {
		return nil, err
	}
	return object{"users": userIDs(g.users)}, nil
}
