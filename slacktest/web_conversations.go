package slacktest

import (
	"cmp"
	"slices"
	"strconv"
)

func conversationMethods() map[string]method {
	return map[string]method{
		"conversations.list":    {answer: conversationsList},
		"conversations.info":    {answer: conversationsInfo},
		"conversations.members": {answer: conversationsMembers},
		"users.conversations":   {answer: usersConversations},
	}
}

// typeNames are the values of the types argument.
var typeNames = [...]string{public: "public_channel", private: "private_channel", mpim: "mpim", im: "im"}

// conversationsList lists what self can see.
func conversationsList(s *Server, c call) (object, error) {
	return s.conversationPage(c, "team", s.visible, s.row)
}

// usersConversations lists what a user is in, as far as self can see it. Its
// rows do not say is_member: they are all there is.
func usersConversations(s *Server, c call) (object, error) {
	u := s.self
	if id := c.args.Get("user"); id != "" {
		var err error
		if u, err = s.findUser(id); err != nil {
			return nil, err
		}
	}
	in := func(conv *conv) bool {
		if conv.kind == im {
			return u == s.self || u == conv.peer
		}
		return s.visible(conv) && conv.has(u)
	}
	return s.conversationPage(c, "joined"+u.id, in, func(conv *conv) any {
		if conv.kind == im {
			return s.imRow(conv)
		}
		return s.convRow(conv)
	})
}

// conversationPage cuts a page of the conversations that pass in, and only then
// drops what types and exclude_archived do not want: so pages are short, or
// empty, and still have a cursor.
func (s *Server) conversationPage(c call, listing string, in func(*conv) bool, row func(*conv) any) (object, error) {
	wanted := c.list("types")
	if wanted == nil {
		wanted = []string{typeNames[public]}
	}
	for _, name := range wanted {
		if !slices.Contains(typeNames[:], name) {
			return nil, Error("invalid_types")
		}
	}
	from, err := s.numberFrom(c, listing)
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(defaultLimit)
	if err != nil {
		return nil, err
	}
	at, _ := slices.BinarySearchFunc(s.convs, from, func(conv *conv, seq int) int { return cmp.Compare(conv.seq, seq) })
	rows, next := []any{}, ""
	for _, conv := range s.convs[at:] {
		if !in(conv) {
			continue
		}
		if limit == 0 {
			next = s.cursorTo(listing, strconv.Itoa(conv.seq))
			break
		}
		limit--
		if slices.Contains(wanted, typeNames[conv.kind]) && !(conv.archived && c.flag("exclude_archived")) {
			rows = append(rows, row(conv))
		}
	}
	return object{"channels": rows, "response_metadata": page(next)}, nil
}

// conversationsInfo shows one conversation, with read state if self is in it.
func conversationsInfo(s *Server, c call) (object, error) {
	conv, err := s.lookUp(c)
	if err != nil {
		return nil, err
	}
	locale := ""
	if c.flag("include_locale") {
		locale = s.self.locale
	}
	if conv.kind == im {
		j := s.imRow(conv)
		j.IsOpen, j.readJSON, j.Locale = &conv.open, s.readJSON(conv, startArgs{}), locale
		if c.flag("include_num_members") {
			j.NumMembers = ptr(2)
		}
		return object{"channel": j}, nil
	}
	j := s.convRow(conv)
	j.IsMember, j.readJSON, j.Locale = ptr(conv.has(s.self)), s.readJSON(conv, startArgs{}), locale
	if c.flag("include_num_members") {
		j.NumMembers = ptr(len(conv.members))
	}
	return object{"channel": j}, nil
}

func conversationsMembers(s *Server, c call) (object, error) {
	conv, err := s.lookUp(c)
	if err != nil {
		return nil, err
	}
	from, err := s.cursorFrom(c, "members"+conv.id)
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(defaultLimit)
	if err != nil {
		return nil, err
	}
	members := conv.members
	if conv.kind == im {
		members = sorted([]*account{s.self, conv.peer}, byUserID)
	}
	at, _ := slices.BinarySearchFunc(members, from, func(u *account, id string) int { return cmp.Compare(u.id, id) })
	to, next := min(at+limit, len(members)), ""
	if to < len(members) {
		next = s.cursorTo("members"+conv.id, members[to].id)
	}
	return object{"members": userIDs(members[at:to]), "response_metadata": page(next)}, nil
}

// lookUp finds the conversation a call names. One self cannot see does not exist.
func (s *Server) lookUp(c call) (*conv, error) {
	id, err := c.need("channel")
	if err != nil {
		return nil, err
	}
	conv, err := s.findConv(id)
	if err == nil && !s.visible(conv) {
		err = errChannel
	}
	return conv, err
}
