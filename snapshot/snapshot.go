package snapshot

import (
	"iter"
	"strings"
)

// A Snapshot is one state of a workspace, as of one event.
//
//  1. A Snapshot never changes. Any number of goroutines may read one, for as
//     long as they like, and it costs nobody anything but memory.
//  2. The only way to another state is Edit, and it leaves this one alone.
//  3. Equal contents have equal digests, however they were reached.
//
// Everything a snapshot holds is a [Record] in one of its tables, found by
// [Kind] and key. Indexes and digests follow from the tables and are kept in
// step by Edit. The zero Snapshot is the empty workspace.
type Snapshot struct {
	seq     Seq
	at      int64 // milliseconds
	tables  tables
	listed  listed
	members memberships
	index   *indexes
	ties    *ties
	digest  uint64
	sum     uint64
	partial bool

	timelines *timelines
}

// Seq returns the number of the event this snapshot is as of.
func (s *Snapshot) Seq() Seq { return s.seq }

// At returns when that event was received, in milliseconds since 1970.
func (s *Snapshot) At() int64 { return s.at }

// Partial reports whether this is what Load.Early returned: some tables, found by
// key, and nothing else.
func (s *Snapshot) Partial() bool { return s.partial }

// Get returns a record, "" if there is none.
func (s *Snapshot) Get(k Kind, key string) Record {
	switch k {
	case KindMember:
		return s.members.get(key)
	case KindMessage:
		return s.timelines.get(key)
	}
	if place, ok := k.listed(); ok {
		row, _ := s.listed.at(place).Row(key)
		return row.Value
	}
	r, _ := s.tables.at(k.slot()).Get(key)
	return r
}

// All returns the keys and records of a table in no particular order.
func (s *Snapshot) All(k Kind) iter.Seq2[string, Record] {
	switch k {
	case KindMember:
		return s.members.all()
	case KindMessage:
		return s.timelines.all()
	}
	if place, ok := k.listed(); ok {
		return s.listed.at(place).All()
	}
	return s.tables.at(k.slot()).All()
}

// Len returns the number of records in a table.
func (s *Snapshot) Len(k Kind) int {
	switch k {
	case KindMember:
		return s.members.count
	case KindMessage:
		return s.timelines.len()
	}
	if place, ok := k.listed(); ok {
		return s.listed.at(place).Len()
	}
	return s.tables.at(k.slot()).Len()
}

// SelfID returns the user whose view this is, "" before the first bootstrap.
func (s *Snapshot) SelfID() UserID { return UserID(s.Get(KindSelf, "").Str(SelfID)) }

// Resolve follows the aliases of a conversation that changed its id.
func (s *Snapshot) Resolve(id ChannelID) ChannelID {
	for range 8 { // ids change once in a conversation's life; a ring must not hang us
		to := s.Get(KindAlias, string(id)).Str(AliasTo)
		if to == "" {
			break
		}
		id = ChannelID(to)
	}
	return id
}

// Pair makes the key of a record that belongs to two things.
func Pair(a, b string) string { return a + "/" + b }

// Unpair splits such a key.
func Unpair(key string) (a, b string) {
	a, b, _ = strings.Cut(key, "/")
	return a, b
}

// IsMember reports whether user is known to be in conversation.
func (s *Snapshot) IsMember(conv ChannelID, user UserID) bool {
	return s.members.has(string(conv), string(user))
}

// Members returns the known members of a conversation in no particular order.
func (s *Snapshot) Members(conv ChannelID) iter.Seq[UserID] {
	return typed[UserID](s.members.of(string(conv)))
}

// NumMembers returns how many members of a conversation are known by id.
func (s *Snapshot) NumMembers(conv ChannelID) int { return s.members.size(string(conv)) }

// ConversationsOf returns the conversations a user is known to be in, in no
// particular order.
func (s *Snapshot) ConversationsOf(user UserID) iter.Seq[ChannelID] {
	return typed[ChannelID](s.members.in(string(user)))
}

func typed[K ~string](ids iter.Seq[string]) iter.Seq[K] {
	return func(yield func(K) bool) {
		for id := range ids {
			if !yield(K(id)) {
				return
			}
		}
	}
}
