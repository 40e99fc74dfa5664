package snapshot

// A FreshState says how well a collection is known.
type FreshState uint8

const (
	// Unknown: never listed, or Slack refuses to list it; Reason says which.
	Unknown FreshState = iota
	// Partial: some of it is known.
	Partial
	// Stale: it was complete, and changes may have been missed since.
	Stale
	// Complete: all of it is known, and events have kept it so.
	Complete
)

var freshNames = [...]string{"unknown", "partial", "stale", "complete"}

func (f FreshState) String() string { return freshNames[f&3] }

// A Freshness is a FreshState with its circumstances.
type Freshness struct {
	State  FreshState
	AsOf   int64  // when Slack was asked for what is known, in milliseconds; 0 if never
	Source string // the method that told, such as "users.list"
	Reason string // why the collection cannot be had, such as "missing_scope"
}

// The collections whose freshness is kept. Members and read states are known
// for each conversation on its own.
const (
	CollectionSelf          = "self"
	CollectionTeam          = "team"
	CollectionProfileFields = "profile_fields"
	CollectionUsers         = "users"
	CollectionConversations = "conversations"
	CollectionBots          = "bots"
	CollectionUsergroups    = "usergroups"
	CollectionEmoji         = "emoji"
	CollectionDND           = "dnd"
)

// Collections returns the names of the collections that are one for the whole
// workspace.
func Collections() []string {
	return []string{CollectionSelf, CollectionTeam, CollectionProfileFields, CollectionUsers,
		CollectionConversations, CollectionBots, CollectionUsergroups, CollectionEmoji, CollectionDND}
}

// Ready reports whether a first bootstrap has been read to its end.
func (s *Snapshot) Ready() bool { return s.Get(KindLink, "").Is(LinkReady) }

// MembersOf names the membership of one conversation as a collection.
func MembersOf(conv ChannelID) string { return Pair("members", string(conv)) }

// ReadOf names the read state of one conversation as a collection.
func ReadOf(conv ChannelID) string { return Pair("read", string(conv)) }

// MessagesOf names the timeline of one conversation as a collection.
func MessagesOf(conv ChannelID) string { return Pair("messages", string(conv)) }

// Freshness returns how well a collection is known.
func (s *Snapshot) Freshness(collection string) Freshness {
	r := s.Get(KindFreshness, collection)
	asOf, _ := r.Int(FreshAsOf)
	f := Freshness{AsOf: asOf, Source: r.Str(FreshSource), Reason: r.Str(FreshReason)}
	switch r.Str(FreshHow) {
	case "complete":
		f.State = Complete
		if lost, ok := s.Get(KindLink, "").Int(LinkLostAt); ok && asOf < lost {
			f.State = Stale
		}
	case "partial":
		f.State = Partial
	}
	return f
}
