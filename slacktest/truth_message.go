package slacktest

import (
	"fmt"
	"slices"
	"strings"
)

// historyLimit is how many messages a conversation remembers. Counters stay
// exact beyond it: they are counted as messages arrive.
const historyLimit = 200

type message struct {
	ts        stamp
	user      *account
	bot       *bot // set when an integration posted, then user may be nil
	subtype   string
	text      string
	thread    stamp // of the parent; a parent with replies names itself
	broadcast bool
	edited    stamp
	dead      bool // a tombstone: deleted parent whose replies remain
	inviter   *account
	value     string // of topic, purpose and name notices
	oldName   string
	reactions []reaction
	replies   []reply
	pinned    bool
	file      *file // that the message brings
}

type reaction struct {
	Name  string   `json:"name"`
	Users []string `json:"users"`
	Count int      `json:"count"`
}

type reply struct {
	User string `json:"user"`
	TS   string `json:"ts"`
}

type messageJSON struct {
	Type        string       `json:"type"`
	Subtype     string       `json:"subtype,omitempty"`
	User        string       `json:"user,omitempty"`
	BotID       string       `json:"bot_id,omitempty"`
	Username    string       `json:"username,omitempty"`
	BotProfile  any          `json:"bot_profile,omitempty"`
	Text        string       `json:"text"`
	TS          string       `json:"ts"`
	ClientMsgID string       `json:"client_msg_id,omitempty"`
	Team        string       `json:"team,omitempty"`
	Blocks      []block      `json:"blocks,omitempty"`
	Files       []object     `json:"files,omitempty"`
	Upload      bool         `json:"upload,omitempty"`
	Edited      *edited      `json:"edited,omitempty"`
	Hidden      bool         `json:"hidden,omitempty"`
	Inviter     string       `json:"inviter,omitempty"`
	Topic       *string      `json:"topic,omitempty"`
	Purpose     *string      `json:"purpose,omitempty"`
	Name        string       `json:"name,omitempty"`
	OldName     string       `json:"old_name,omitempty"`
	Reactions   []reaction   `json:"reactions,omitempty"`
	PinnedTo    []string     `json:"pinned_to,omitempty"`
	ThreadTS    string       `json:"thread_ts,omitempty"`
	ParentUser  string       `json:"parent_user_id,omitempty"`
	*threadJSON              // of a parent
	Root        *messageJSON `json:"root,omitempty"`
}

type threadJSON struct {
	ReplyCount      int      `json:"reply_count"`
	ReplyUsersCount int      `json:"reply_users_count"`
	LatestReply     string   `json:"latest_reply"`
	ReplyUsers      []string `json:"reply_users"`
	Replies         []reply  `json:"replies"`
	IsLocked        bool     `json:"is_locked"`
	Subscribed      bool     `json:"subscribed"`
}

type edited struct {
	User string `json:"user"`
	TS   string `json:"ts"`
}

type block struct {
	Type     string  `json:"type"`
	BlockID  string  `json:"block_id,omitempty"`
	Elements []block `json:"elements,omitempty"`
	Text     string  `json:"text,omitempty"`
}

// noise are the notices that do not count as unread for display.
var noise = []string{
	"channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name",
	"channel_archive", "channel_unarchive", "channel_convert_to_private", "channel_convert_to_public",
	"group_join", "group_leave", "group_topic", "group_purpose", "group_name", "group_archive", "group_unarchive",
}

// inChannel says whether the message stands in the conversation itself, not
// only in a thread.
func (m *message) inChannel() bool {
	return !m.dead && (m.thread == 0 || m.thread == m.ts || m.broadcast)
}

// counts says whether the message can be unread for self, and whether the
// counter meant for display has it too.
func (m *message) counts(self *account) (all, display bool) {
	all = m.inChannel() && m.user != self
	return all, all && !slices.Contains(noise, m.subtype)
}

// find returns the message with that ts among those still remembered.
func (c *conv) find(ts string) (*message, error) {
	at, ok := parseStamp(ts)
	if ok {
		i, found := slices.BinarySearchFunc(c.history, at, func(m *message, at stamp) int { return int(m.ts - at) })
		if found {
			return c.history[i], nil
		}
	}
	return nil, fmt.Errorf("message %s in %s: %w", ts, c.id, errMessage)
}

func (w *Workspace) insert(c *conv, m *message) {
	c.history = append(c.history, m)
	if len(c.history) > historyLimit {
		c.history = slices.Delete(c.history, 0, len(c.history)-historyLimit)
	}
	if m.inChannel() {
		c.latest = m
	}
	if all, display := m.counts(w.self); c.has(w.self) && m.ts > c.lastRead {
		c.unread += btoi(all)
		c.unreadDisplay += btoi(display)
	}
}

// recount sets the counters from the history after last_read. It is exact as
// long as the history reaches back to last_read.
func (w *Workspace) recount(c *conv) {
	c.unread, c.unreadDisplay = 0, 0
	for _, m := range c.history {
		if m.ts <= c.lastRead {
			continue
		}
		all, display := m.counts(w.self)
		c.unread += btoi(all)
		c.unreadDisplay += btoi(display)
	}
}

// refreshLatest finds the newest message of the conversation again.
func (c *conv) refreshLatest() {
	c.latest = nil
	for _, m := range slices.Backward(c.history) {
		if m.inChannel() {
			c.latest = m
			return
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (w *Workspace) messageJSON(c *conv, m *message) messageJSON {
	j := messageJSON{Type: "message", Subtype: m.subtype, Text: m.text, TS: m.ts.String(), OldName: m.oldName, Reactions: m.reactions}
	if m.dead {
		j.Subtype, j.Hidden, j.User, j.Text = "tombstone", true, slackbotID, "This message was deleted."
		j.ThreadTS, j.threadJSON = m.ts.String(), m.threadJSON()
		return j
	}
	if m.user != nil {
		j.User = m.user.id
	}
	if m.inviter != nil {
		j.Inviter = m.inviter.id
	}
	if m.bot != nil {
		j.BotID, j.Username, j.BotProfile = m.bot.id, m.bot.name, m.bot.json(w.team.id)
	}
	if m.edited != 0 {
		j.Edited = &edited{User: j.User, TS: m.edited.String()}
	}
	if m.file != nil {
		j.Files, j.Upload = []object{w.fileJSON(m.file)}, true
	}
	if m.pinned {
		j.PinnedTo = []string{c.id}
	}
	switch m.subtype {
	case "", "thread_broadcast", "me_message":
		if m.user != nil {
			j.Team, j.Blocks = w.teamOf(m.user), richText(m)
			if !m.user.isBot {
				j.ClientMsgID = clientID(m.ts)
			}
		}
	case "channel_topic", "group_topic":
		j.Topic = &m.value
	case "channel_purpose", "group_purpose":
		j.Purpose = &m.value
	case "channel_name", "group_name":
		j.Name = m.value
	}
	if m.thread != 0 {
		j.ThreadTS = m.thread.String()
		if len(m.replies) > 0 {
			j.threadJSON = m.threadJSON()
		} else if parent, err := c.find(j.ThreadTS); err == nil && parent != m {
			if parent.user != nil {
				j.ParentUser = parent.user.id
			}
			if m.broadcast {
				root := w.messageJSON(c, parent)
				j.Root = &root
			}
		}
	}
	return j
}

// clientID is the id the author's client gave the message: random on Slack, made
// from the ts here.
func clientID(ts stamp) string {
	x := uint64(ts) * 0x9e3779b97f4a7c15
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", uint32(x>>32), uint16(x>>16), x>>4&0xfff, x&0xfff, uint64(ts)&(1<<48-1))
}

func (m *message) threadJSON() *threadJSON {
	t := &threadJSON{ReplyCount: len(m.replies), ReplyUsers: []string{}, Replies: slices.Clone(m.replies)}
	for _, r := range m.replies {
		if !slices.Contains(t.ReplyUsers, r.User) {
			t.ReplyUsers = append(t.ReplyUsers, r.User)
		}
	}
	t.ReplyUsersCount = len(t.ReplyUsers)
	if n := len(m.replies); n > 0 {
		t.LatestReply = m.replies[n-1].TS
	}
	return t
}

func richText(m *message) []block {
	id := strings.ToLower(m.ts.String())
	return []block{{Type: "rich_text", BlockID: "b" + id[len(id)-5:], Elements: []block{{
		Type: "rich_text_section", Elements: []block{{Type: "text", Text: unescape(m.text)}},
	}}}}
}

// escape replaces the three characters Slack's message text reserves, except
// where they already are an entity or a link such as <@U…>.
func escape(text string) string {
	var b strings.Builder
	for i, r := range text {
		rest := text[i:]
		switch {
		case r == '&' && !strings.HasPrefix(rest, "&amp;") && !strings.HasPrefix(rest, "&lt;") && !strings.HasPrefix(rest, "&gt;"):
			b.WriteString("&amp;")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func unescape(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}
