package slacktest

import "slices"

func messageMethods() map[string]method {
	return map[string]method{
		"conversations.history": {answer: conversationsHistory},
		"conversations.replies": {answer: conversationsReplies},
		"pins.list":             {answer: pinsList},
		"files.info":            {answer: filesInfo},
	}
}

// conversationsHistory shows what stands in a conversation, newest first, between
// oldest and latest, which count only if inclusive says so.
func conversationsHistory(s *Server, c call) (object, error) {
	conv, err := s.lookInto(c)
	if err != nil {
		return nil, err
	}
	return s.messagePage(c, conv, "history"+conv.id, true, (*message).inChannel)
}

// conversationsReplies shows a thread, the parent first.
func conversationsReplies(s *Server, c call) (object, error) {
	conv, err := s.lookInto(c)
	if err != nil {
		return nil, err
	}
	parent, err := conv.find(c.args.Get("ts"))
	if err != nil {
		return nil, Error("thread_not_found")
	}
	return s.messagePage(c, conv, "replies"+parent.ts.String(), false, func(m *message) bool {
		return m == parent || m.thread == parent.ts
	})
}

// messagePage cuts a page of the messages that fit. Its cursor is the ts to go on
// at, which still works when that message is gone.
func (s *Server) messagePage(c call, conv *conv, listing string, newestFirst bool, fits func(*message) bool) (object, error) {
	from, err := s.cursorFrom(c, listing)
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(defaultLimit)
	if err != nil {
		return nil, err
	}
	rows, next := []messageJSON{}, ""
	history := slices.Clone(conv.history)
	if newestFirst {
		slices.Reverse(history)
	}
	for _, m := range history {
		ts := m.ts.String()
		passed := from != "" && ts != from && (ts > from) == newestFirst
		if passed || !fits(m) || !c.within(m.ts) {
			continue
		}
		if len(rows) == limit {
			next = s.cursorTo(listing, ts)
			break
		}
		rows = append(rows, s.messageJSON(conv, m))
	}
	return object{
		"messages": rows, "has_more": next != "", "pin_count": len(conv.pins), "response_metadata": page(next),
	}, nil
}

// within applies the arguments oldest, latest and inclusive.
func (c call) within(ts stamp) bool {
	at, inclusive := ts.String(), c.flag("inclusive")
	oldest, latest := c.args.Get("oldest"), c.args.Get("latest")
	if inclusive && (at == oldest || at == latest) {
		return true
	}
	return (oldest == "" || at > oldest) && (latest == "" || at < latest)
}

func pinsList(s *Server, c call) (object, error) {
	conv, err := s.lookInto(c)
	if err != nil {
		return nil, err
	}
	items := []object{}
	for _, p := range conv.pins {
		items = append(items, s.pinJSON(conv, p))
	}
	return object{"items": items}, nil
}

// lookInto is lookUp for what only members may read.
func (s *Server) lookInto(c call) (*conv, error) {
	conv, err := s.lookUp(c)
	if err == nil && !conv.has(s.self) {
		err = errMember
	}
	return conv, err
}
