package slacktest

import "strconv"

// maxUnpaged is the size over which users.list insists on a limit.
const maxUnpaged = 5000

// maxDNDUsers is how many users one dnd.teamInfo may name.
const maxDNDUsers = 50

func userMethods() map[string]method {
	return map[string]method{
		"users.list":        {answer: usersList},
		"users.info":        {answer: usersInfo},
		"users.getPresence": {answer: usersGetPresence},
		"bots.info":         {answer: botsInfo},
		"dnd.info":          {answer: dndInfo},
		"dnd.teamInfo":      {answer: dndTeamInfo},
	}
}

func usersList(s *Server, c call) (object, error) {
	from, err := s.numberFrom(c, "user")
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(len(s.users))
	if err != nil {
		return nil, err
	}
	if limit > maxUnpaged {
		return nil, Error("limit_required")
	}
	to := min(from+limit, len(s.users))
	members := []userJSON{}
	for _, u := range s.users[min(from, to):to] {
		j := s.userJSON(u)
		if c.flag("include_locale") {
			j.Locale = u.locale
		}
		members = append(members, j)
	}
	next := ""
	if to < len(s.users) {
		next = s.cursorTo("user", strconv.Itoa(to))
	}
	return object{"members": members, "cache_ts": s.clock.last.seconds(), "response_metadata": page(next)}, nil
}

func usersInfo(s *Server, c call) (object, error) {
	u, err := s.findUser(c.args.Get("user"))
	if err != nil {
		return nil, err
	}
	j := s.userJSON(u)
	if c.flag("include_locale") {
		j.Locale = u.locale
	}
	return object{"user": j}, nil
}

func usersGetPresence(s *Server, c call) (object, error) {
	u := s.self
	if id := c.args.Get("user"); id != "" {
		var err error
		if u, err = s.findUser(id); err != nil {
			return nil, err
		}
	}
	body := object{"presence": u.presence()}
	if u == s.self {
		sockets := s.hub.open(false)
		body["online"], body["auto_away"], body["manual_away"] = sockets > 0, false, s.manual == "away"
		body["connection_count"], body["last_activity"] = sockets, s.clock.last.seconds()
	}
	return body, nil
}

func botsInfo(s *Server, c call) (object, error) {
	b := s.botByID[c.args.Get("bot")]
	if b == nil {
		return nil, Error("bot_not_found")
	}
	return object{"bot": b.json("")}, nil
}

func dndInfo(s *Server, c call) (object, error) {
	id := c.args.Get("user")
	if id == "" || id == s.self.id {
		return s.self.dnd.ownStatusJSON(s.clock.tick()), nil
	}
	u, err := s.findUser(id)
	if err != nil {
		return nil, err
	}
	return u.dnd.statusJSON(), nil
}

func dndTeamInfo(s *Server, c call) (object, error) {
	if _, err := c.need("users"); err != nil {
		return nil, err
	}
	ids := c.list("users")
	if len(ids) > maxDNDUsers {
		return nil, Error("too_many_users")
	}
	users := object{}
	for _, id := range ids {
		if u := s.userByID[id]; u != nil {
			users[id] = u.dnd.statusJSON()
		}
	}
	return object{"users": users}, nil
}
