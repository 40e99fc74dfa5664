package slacktest

import "slices"

type kind int

const (
	public  kind = iota
	private      // a "group" of old
	mpim
	im
)

// conv is a conversation of any kind.
type conv struct {
	id      string
	seq     int // order of creation, which is the order of listings
	kind    kind
	name    string
	created int64
	creator *account
	// oldGroup marks private channels from before March 2021: G ids, is_group.
	// Younger ones have C ids and say is_channel.
	oldGroup       bool
	general        bool
	archived       bool
	open           bool // direct messages of self
	peer           *account
	topic, purpose note
	previous       []string
	updated        int64      // milliseconds
	members        []*account // sorted by id; an IM has none of its own
	pins           []pin

	history       []*message // oldest first, bounded by historyLimit
	latest        *message
	lastRead      stamp
	unread        int
	unreadDisplay int
}

// note is a topic or a purpose.
type note struct {
	Value   string `json:"value"`
	Creator string `json:"creator"`
	LastSet int64  `json:"last_set"`
}

func (c *conv) has(u *account) bool {
	if c.kind == im {
		return true // only the IMs of self exist
	}
	_, ok := slices.BinarySearchFunc(c.members, u, byUserID)
	return ok
}

func (c *conv) add(u *account) {
	if at, ok := slices.BinarySearchFunc(c.members, u, byUserID); !ok {
		c.members = slices.Insert(c.members, at, u)
	}
}

func (c *conv) remove(u *account) {
	if at, ok := slices.BinarySearchFunc(c.members, u, byUserID); ok {
		c.members = slices.Delete(c.members, at, at+1)
	}
}

func (c *conv) memberIDs() []string {
	ids := make([]string, len(c.members))
	for i, u := range c.members {
		ids[i] = u.id
	}
	return ids
}

// family is the first word of the conversation's events (channel_*, group_*,
// mpim_*, im_*) and the channel_type of its messages in the Events API.
func (c *conv) family() string {
	return [...]string{public: "channel", private: "group", mpim: "mpim", im: "im"}[c.kind]
}

// idLetter is the unreliable channel_type of membership events.
func (c *conv) idLetter() string { return c.id[:1] }

type convJSON struct {
	ID            string   `json:"id"`
	Name          string   `json:"name"`
	Normalized    string   `json:"name_normalized"`
	IsChannel     bool     `json:"is_channel"`
	IsGroup       bool     `json:"is_group"`
	IsIM          bool     `json:"is_im"`
	IsMPIM        bool     `json:"is_mpim"`
	IsPrivate     bool     `json:"is_private"`
	Created       int64    `json:"created"`
	Creator       string   `json:"creator"`
	IsArchived    bool     `json:"is_archived"`
	IsGeneral     bool     `json:"is_general"`
	Unlinked      int      `json:"unlinked"`
	IsShared      bool     `json:"is_shared"`
	IsExtShared   bool     `json:"is_ext_shared"`
	IsOrgShared   bool     `json:"is_org_shared"`
	IsFrozen      bool     `json:"is_frozen"`
	PendingShared []string `json:"pending_shared"`
	IsPending     bool     `json:"is_pending_ext_shared"`
	PendingTeams  []string `json:"pending_connected_team_ids"`
	SharedTeams   []string `json:"shared_team_ids"`
	ContextTeam   string   `json:"context_team_id"`
	Parent        *string  `json:"parent_conversation"`
	Updated       int64    `json:"updated"`
	Topic         note     `json:"topic"`
	Purpose       note     `json:"purpose"`
	PreviousNames []string `json:"previous_names"`
	Priority      int      `json:"priority"`
	HasPins       bool     `json:"has_pins,omitempty"`
	IsOpen        *bool    `json:"is_open,omitempty"`
	IsMember      *bool    `json:"is_member,omitempty"`
	NumMembers    *int     `json:"num_members,omitempty"`
	Members       []string `json:"members,omitzero"`
	Locale        string   `json:"locale,omitempty"`
	*readJSON
}

type imJSON struct {
	ID            string `json:"id"`
	Created       int64  `json:"created"`
	IsIM          bool   `json:"is_im"`
	IsArchived    bool   `json:"is_archived"`
	IsOrgShared   bool   `json:"is_org_shared"`
	User          string `json:"user"`
	IsUserDeleted bool   `json:"is_user_deleted"`
	Priority      int    `json:"priority"`
	HasPins       bool   `json:"has_pins,omitempty"`
	IsOpen        *bool  `json:"is_open,omitempty"`
	NumMembers    *int   `json:"num_members,omitempty"`
	Locale        string `json:"locale,omitempty"`
	*readJSON
}

// readJSON is the read state of self: only for conversations self is in.
type readJSON struct {
	LastRead      string `json:"last_read"`
	Latest        any    `json:"latest,omitempty"` // a message, a bare ts, or null
	UnreadCount   *int   `json:"unread_count,omitempty"`
	UnreadDisplay *int   `json:"unread_count_display,omitempty"`
}

// nothing marshals to null where a nil would be left out.
type nothing struct{}

func (nothing) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

// row is a conversation as conversations.list shows it, without members and
// read state.
func (w *Workspace) row(c *conv) any {
	if c.kind == im {
		return w.imRow(c)
	}
	j := w.convRow(c)
	j.IsMember = ptr(c.has(w.self))
	if c.kind != mpim {
		j.NumMembers = ptr(len(c.members))
	}
	return j
}

func (w *Workspace) imRow(c *conv) imJSON {
	return imJSON{
		ID: c.id, Created: c.created, IsIM: true, User: c.peer.id,
		IsUserDeleted: c.peer.deleted, HasPins: len(c.pins) > 0,
	}
}

func (w *Workspace) convRow(c *conv) convJSON {
	j := convJSON{
		ID: c.id, Name: c.name, Normalized: fold(c.name),
		IsChannel: c.kind != mpim && !c.oldGroup,
		IsGroup:   c.kind == mpim || c.oldGroup,
		IsMPIM:    c.kind == mpim, IsPrivate: c.kind != public,
		Created: c.created, Creator: c.creator.id,
		IsArchived: c.archived, IsGeneral: c.general,
		PendingShared: []string{}, PendingTeams: []string{},
		SharedTeams: []string{w.team.id}, ContextTeam: w.team.id,
		Updated: c.updated, Topic: c.topic, Purpose: c.purpose,
		PreviousNames: append([]string{}, c.previous...), HasPins: len(c.pins) > 0,
	}
	if c.kind == mpim {
		j.IsOpen = &c.open
	}
	return j
}
