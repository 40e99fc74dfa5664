package api

import (
	"iter"
	"slices"
	"time"

	"github.com/slackstate/slackstate/snapshot"
)

// A Commit is one event that changed the workspace.
//
//  1. Commits come in order of Seq, each once. Numbers are skipped by events
//     that changed only bookkeeping.
//  2. A commit is on disk before it is delivered, if the State has a file.
//  3. The records before and after are exactly those of the event, however
//     long ago it was. What a view leads to, such as a message's author, is
//     answered from Snapshot.
type Commit struct {
	seq     Seq
	at      int64
	typ     string
	s       Snapshot
	changes []snapshot.Change
}

// NewCommit makes a Commit. It is for the packages of this module.
func NewCommit(seq Seq, at int64, typ string, s Snapshot, changes []snapshot.Change) Commit {
	return Commit{seq, at, typ, s, changes}
}

// Seq returns the event's number.
func (c Commit) Seq() Seq { return c.seq }

// At returns when the event was received.
func (c Commit) At() time.Time { return millis(c.at) }

// Event returns the event's type, such as "user_change". Types that begin with
// "local." are pages of lists and the like.
func (c Commit) Event() string { return c.typ }

// Snapshot returns the workspace right after the event, or later for an event
// that is no longer among the recent ones.
func (c Commit) Snapshot() Snapshot { return c.s }

// A Change is what a commit did to one record.
type Change struct {
	Table  string // the records of one sort, such as "users" or "read state"
	Key    string // the id, or conversation/user for "members"
	Before []byte // the record as JSON, nil if there was none
	After  []byte // likewise, nil if there is none now
}

// Changes returns everything the commit changed in the workspace, sorted.
func (c Commit) Changes() iter.Seq[Change] {
	return func(yield func(Change) bool) {
		for _, ch := range c.changes {
			if !ch.Kind.Entity() {
				continue
			}
			if !yield(Change{ch.Kind.String(), ch.Key,
				entityJSON(ch.Kind, ch.Key, ch.Before), entityJSON(ch.Kind, ch.Key, ch.After)}) {
				return
			}
		}
	}
}

// A View is an entity that commits change.
type View interface {
	User | Channel | ReadState | Message | Thread | File | Membership | Bot | Usergroup | Emoji | DND | UserPresence |
		Pin | Star | ProfileField | Team | Self
	Valid() bool
}

// A Changed is one entity before and after a commit; the one that is missing
// is not Valid, and has no more than its id.
type Changed[V View] struct{ Before, After V }

// Created reports whether the entity is new.
func (c Changed[V]) Created() bool { return !c.Before.Valid() && c.After.Valid() }

// Updated reports whether the entity was there and is there.
func (c Changed[V]) Updated() bool { return c.Before.Valid() && c.After.Valid() }

// Deleted reports whether the entity is gone.
func (c Changed[V]) Deleted() bool { return c.Before.Valid() && !c.After.Valid() }

// ChangesTo returns what a commit did to one sort of entity. Created means that
// it has become known: an event made it, or a list or a joined conversation told
// of what was there before. Event says which. What is deleted answers for itself
// only; what it belonged to may be gone from Snapshot too.
//
// For Message those are the messages that are kept: Created is one that was not
// there before, which may be an old one that came late, Deleted one that its
// author took back; one that is only no longer kept is not told of. Where no
// messages are kept they are the newest ones of conversations: After is another
// message than Before, or the same one edited.
func ChangesTo[V View](c Commit) iter.Seq[Changed[V]] {
	return func(yield func(Changed[V]) bool) {
		for _, ch := range c.changes {
			if _, messages := any(*new(V)).(Message); messages && !c.tellsOfMessage(ch) {
				continue
			}
			before, ok := view[V](c.s, ch.Kind, ch.Key, ch.Before)
			if !ok {
				continue
			}
			after, _ := view[V](c.s, ch.Kind, ch.Key, ch.After)
			if any(before) == any(after) {
				continue // another part of the record changed
			}
			if !yield(Changed[V]{before, after}) {
				return
			}
		}
	}
}

// tellsOfMessage reports whether a change is news of a message. The newest one of
// a conversation whose messages are kept is told of as one of those.
func (c Commit) tellsOfMessage(ch snapshot.Change) bool {
	switch ch.Kind {
	case snapshot.KindMessage:
		return ch.After != "" || c.has(func(o snapshot.Change) bool {
			return o.Kind == snapshot.KindTombstone && o.Key == ch.Key && o.After != ""
		})
	case snapshot.KindRead:
		return !c.has(func(o snapshot.Change) bool {
			conv, _ := snapshot.Unpair(o.Key)
			return o.Kind == snapshot.KindMessage && conv == ch.Key
		})
	}
	return false
}

func (c Commit) has(change func(snapshot.Change) bool) bool {
	return slices.ContainsFunc(c.changes, change)
}

// view makes the view of a record, if records of that kind are viewed as V. One
// of no record is not Valid, but knows its id.
func view[V View](s Snapshot, k snapshot.Kind, key string, r snapshot.Record) (V, bool) {
	var v V
	var want snapshot.Kind
	switch p := any(&v).(type) {
	case *User:
		want, *p = snapshot.KindUser, User{s, UserID(key), r}
	case *Channel:
		want, *p = snapshot.KindConversation, Channel{s, ChannelID(key), r}
	case *ReadState:
		want, *p = snapshot.KindRead, ReadState{s, ChannelID(key), r}
	case *Message:
		conv, _ := snapshot.Unpair(key)
		switch want = snapshot.KindRead; k {
		case want:
			*p = latest(s, ChannelID(key), r)
		case snapshot.KindMessage:
			want, *p = k, Message{s, ChannelID(conv), r}
		}
	case *Thread:
		conv, ts := snapshot.Unpair(key)
		want, *p = snapshot.KindThread, Thread{s, ChannelID(conv), TS(ts), r}
	case *File:
		want, *p = snapshot.KindFile, File{s, FileID(key), r}
	case *Membership:
		conv, user := snapshot.Unpair(key)
		want, *p = snapshot.KindMember, Membership{s, ChannelID(conv), UserID(user), r != ""}
	case *Bot:
		want, *p = snapshot.KindBot, Bot{s, BotID(key), r}
	case *Usergroup:
		want, *p = snapshot.KindUsergroup, Usergroup{s, UsergroupID(key), r}
	case *Emoji:
		want, *p = snapshot.KindEmoji, Emoji{key, r}
	case *DND:
		want, *p = snapshot.KindDND, DND{UserID(key), r}
	case *UserPresence:
		want, *p = snapshot.KindPresence, UserPresence{UserID(key), r}
	case *Pin:
		conv, name := snapshot.Unpair(key)
		want, *p = snapshot.KindPin, Pin{s, ChannelID(conv), name, r}
	case *Star:
		want, *p = snapshot.KindStar, newStar(s, key, r)
	case *ProfileField:
		want, *p = snapshot.KindProfileField, ProfileField{ProfileFieldID(key), r}
	case *Team:
		want, *p = snapshot.KindTeam, Team{s, r}
	case *Self:
		want, *p = snapshot.KindSelf, Self{s, r}
	}
	return v, k == want
}
