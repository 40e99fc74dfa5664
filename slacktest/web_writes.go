package slacktest

// The methods by which self acts. What they do is what the operations do, frames
// included.
func writeMethods() map[string]method {
	return map[string]method{
		"chat.postMessage":        {write: chatPostMessage, json: true},
		"chat.update":             {write: chatUpdate, json: true},
		"chat.delete":             {write: chatDelete, json: true},
		"conversations.archive":   {write: conversationsArchive, json: true},
		"conversations.unarchive": {write: conversationsUnarchive, json: true},
		"conversations.create":    {write: conversationsCreate, json: true},
		"conversations.invite":    {write: conversationsInvite, json: true},
		"conversations.join":      {write: conversationsJoin, json: true},
		"conversations.leave":     {write: conversationsLeave, json: true},
		"conversations.mark":      {write: conversationsMark, json: true},
		"conversations.open":      {write: conversationsOpen, json: true},
		"conversations.rename":    {write: conversationsRename, json: true},
		"conversations.setTopic":  {write: conversationsSetTopic, json: true},
	}
}

func chatUpdate(s *Server, c call) (object, error) {
	channel, ts, text := c.args.Get("channel"), c.args.Get("ts"), c.args.Get("text")
	if err := s.EditMessage(s.Self(), channel, ts, text); err != nil {
		return nil, err
	}
	return object{"channel": channel, "ts": ts, "text": escape(text), "message": object{
		"type": "message", "user": s.Self(), "bot_id": s.self.botID, "text": escape(text),
	}}, nil
}

func chatDelete(s *Server, c call) (object, error) {
	channel, ts := c.args.Get("channel"), c.args.Get("ts")
	return object{"channel": channel, "ts": ts}, s.DeleteMessage(s.Self(), channel, ts)
}

func conversationsArchive(s *Server, c call) (object, error) {
	return object{}, s.ArchiveChannel(s.Self(), c.args.Get("channel"))
}

func conversationsUnarchive(s *Server, c call) (object, error) {
	return object{}, s.UnarchiveChannel(s.Self(), c.args.Get("channel"))
}

func conversationsCreate(s *Server, c call) (object, error) {
	id, err := s.CreateChannel(ChannelSpec{Name: c.args.Get("name"), Creator: s.Self(), Private: c.flag("is_private")})
	if err != nil {
		return nil, err
	}
	return s.conversationNow(c, id)
}

func conversationsInvite(s *Server, c call) (object, error) {
	channel := c.args.Get("channel")
	for _, user := range c.list("users") {
		if err := s.Invite(s.Self(), channel, user); err != nil {
			return nil, err
		}
	}
	return s.conversationNow(c, channel)
}

func conversationsRename(s *Server, c call) (object, error) {
	channel := c.args.Get("channel")
	if err := s.RenameChannel(s.Self(), channel, c.args.Get("name")); err != nil {
		return nil, err
	}
	return s.conversationNow(c, channel)
}

func conversationsSetTopic(s *Server, c call) (object, error) {
	channel := c.args.Get("channel")
	if err := s.SetTopic(s.Self(), channel, c.args.Get("topic")); err != nil {
		return nil, err
	}
	return s.conversationNow(c, channel)
}

// conversationNow answers with a conversation as it is after what was done to it.
func (s *Server) conversationNow(c call, channel string) (object, error) {
	c.args.Set("channel", channel)
	s.mu.Lock()
	defer s.mu.Unlock()
	return conversationsInfo(s, c)
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
	channel := c.args.Get("channel")
	if err := s.Join(s.Self(), channel); err != nil {
		return nil, err
	}
	return s.conversationNow(c, channel)
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
