package slacktest

// The methods by which self acts. What they do is what the operations do, frames
// included.
func writeMethods() map[string]method {
	return map[string]method{
		"chat.postMessage":    {write: chatPostMessage, json: true},
		"conversations.join":  {write: conversationsJoin, json: true},
		"conversations.leave": {write: conversationsLeave, json: true},
		"conversations.mark":  {write: conversationsMark, json: true},
		"conversations.open":  {write: conversationsOpen, json: true},
	}
}

func chatPostMessage(s *Server, c call) (object, error) {
	var ts string
	var err error
	channel, text := c.args.Get("channel"), c.args.Get("text")
	if thread := c.args.Get("thread_ts"); thread != "" {
		ts, err = s.PostThreadReply(s.Self(), channel, thread, text, c.flag("reply_broadcast"))
	} else {
		ts, err = s.Post(s.Self(), channel, text)
	}
	if err != nil {
		return nil, err
	}
	return object{"channel": channel, "ts": ts, "message": object{
		"type": "message", "user": s.Self(), "bot_id": s.self.botID, "text": escape(text), "ts": ts,
	}}, nil
}

func conversationsJoin(s *Server, c call) (object, error) {
	if err := s.Join(s.Self(), c.args.Get("channel")); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return conversationsInfo(s, c)
}

func conversationsLeave(s *Server, c call) (object, error) {
	return object{}, s.Leave(s.Self(), c.args.Get("channel"))
}

func conversationsMark(s *Server, c call) (object, error) {
	return object{}, s.MarkRead(c.args.Get("channel"), c.args.Get("ts"))
}

// conversationsOpen opens the IM with one user, or the group DM with several.
func conversationsOpen(s *Server, c call) (object, error) {
	users := c.list("users")
	if len(users) == 0 {
		return nil, Error("users_list_not_supplied")
	}
	var id string
	var err error
	if len(users) == 1 {
		id, err = s.OpenIM(users[0])
	} else {
		id, err = s.OpenMPIM(s.Self(), users...)
	}
	if err != nil {
		return nil, err
	}
	return object{"channel": object{"id": id}}, nil
}
