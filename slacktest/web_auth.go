package slacktest

import "net/url"

func authMethods() map[string]method {
	return map[string]method{
		"auth.test":             {answer: authTest, json: true},
		"rtm.connect":           {answer: rtmConnect},
		"rtm.start":             {answer: rtmStart},
		"apps.connections.open": {answer: appsConnectionsOpen, json: true, token: appToken},
	}
}

func authTest(s *Server, _ call) (object, error) {
	return object{
		"url": s.team.url(), "team": s.team.name, "team_id": s.team.id,
		"user": s.self.handle, "user_id": s.self.id, "bot_id": s.self.botID, "is_enterprise_install": false,
	}, nil
}

func rtmConnect(s *Server, c call) (object, error) {
	return object{
		"url":  s.socketURL(c),
		"self": object{"id": s.self.id, "name": s.self.handle},
		"team": object{"id": s.team.id, "name": s.team.name, "domain": s.team.domain},
	}, nil
}

// rtmStart answers in the form the server is set to.
func rtmStart(s *Server, c call) (object, error) {
	switch form := s.rtmStart(); form {
	case RTMStartConnect:
		return rtmConnect(s, c)
	case RTMStartFull:
		body := s.startJSON(startArgs{
			mpimAware: c.flag("mpim_aware"), noLatest: c.flag("no_latest"), noUnreads: c.flag("no_unreads"),
			simpleLatest: c.flag("simple_latest"), locale: c.flag("include_locale"), trimmed: s.opts.TrimStart,
		})
		body["url"] = s.socketURL(c)
		return body, nil
	default:
		return nil, Error(form)
	}
}

// socketURL starts a session: from here on, its frames are kept for it.
func (s *Server) socketURL(c call) string {
	s.past = nil
	s.remember()
	return "ws://" + s.base + "/websocket/" + url.PathEscape(s.hub.connect(false, c.flag("batch_presence_aware")))
}

// appsConnectionsOpen is the connect call of Socket Mode. From the first one on,
// events are kept for the app.
func appsConnectionsOpen(s *Server, _ call) (object, error) {
	s.events.enableSocketMode()
	return object{"url": "ws://" + s.base + "/link/?ticket=" + url.QueryEscape(s.hub.connect(true, false)) + "&app_id=" + s.self.appID}, nil
}
