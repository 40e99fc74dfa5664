package snapshot

import (
	"errors"
	"fmt"
)

// A Kind names one table of a snapshot: what its keys are and which schema its
// records follow. The numbers are written to disk.
type Kind uint8

// The entities: what Digest covers and a dump shows.
const (
	KindSelf         Kind = 1 + iota // one record, key ""
	KindSelfPref                     // own preference by name
	KindTeam                         // one record, key ""
	KindTeamPref                     // workspace preference by name
	KindProfileField                 // definition of a custom profile field, Xf…
	KindUser                         // U… or W…
	KindConversation                 // every conversation; what changes rarely
	KindRead                         // the same keys; what changes with every message
	KindMember                       // conversation/user
	KindBot                          // B…
	KindUsergroup                    // S…
	KindMyUsergroup                  // S…, those that contain self
	KindEmoji                        // name
	KindDND                          // user
	KindPresence                     // user
	KindPin                          // conversation/item
	KindStar                         // item
	KindFile                         // F…
	KindMessage                      // conversation/ts: the timelines
	KindThread                       // conversation/thread_ts: what self follows
	lastEntity       = KindThread
)

// The bookkeeping: what Sum covers. It decides how later events are taken, and
// is no part of the workspace.
const (
	KindClock     Kind = 64 + iota // facet/id: when it last changed, by which clock
	KindTombstone                  // conversation, or conversation/ts: never to be revived by late events
	KindAlias                      // a conversation's former id
	KindFreshness                  // collection, or members/conversation
	KindCall                       // a listing under way
	KindHidden                     // kind/id: an entity out of sight that may come back
	KindStub                       // kind/id: an entity known by its id only, or in doubt
	KindLink                       // the connection that feeds the state, key ""
	KindGap                        // when it began, in milliseconds: a time in which events may have been missed
	KindConfig                     // what is kept beyond the workspace itself, key ""
	lastKind      = KindConfig
)

// Entity reports whether the kind is part of the workspace, and not
// bookkeeping.
func (k Kind) Entity() bool { return k >= KindSelf && k <= lastEntity }

// numTables is how many kinds there can be; slot gives each a place among them.
// Kinds have room between entities and bookkeeping, a snapshot has not: it is
// copied with every event.
const numTables = int(lastEntity) + 1 + int(lastKind-KindClock) + 1

// slot returns the place of a kind's table; 0, where no kind is, for a number
// that is none.
func (k Kind) slot() int {
	switch {
	case k.Entity():
		return int(k)
	case k >= KindClock && k <= lastKind:
		return int(lastEntity) + 1 + int(k-KindClock)
	}
	return 0
}

// Kinds returns every kind, entities first.
func Kinds() []Kind {
	var ks []Kind
	for k := range Kind(len(schemas)) {
		if schemas[k] != nil {
			ks = append(ks, k)
		}
	}
	return ks
}

// Schema returns the schema of the kind's records, nil for a kind that does
// not exist.
func (k Kind) Schema() *Schema {
	if int(k) < len(schemas) {
		return schemas[k]
	}
	return nil
}

// hollow reports whether a record of the kind shows nothing, as that of an
// entity does of which only the id is known: a dump leaves it out. Where there
// is more to an entity than its record, or the id is news, it shows.
func (k Kind) hollow(r Record) bool {
	switch k {
	case KindSelf, KindTeam, KindUser, KindConversation, KindRead:
		return r == "" || r == Exists
	}
	return r == ""
}

// Check reports what is wrong with a record that was stored under a key.
func (k Kind) Check(key string, r Record) error {
	s := k.Schema()
	if s == nil {
		return fmt.Errorf("no kind of record has number %d", k)
	}
	if err := s.check(r); err != nil {
		return err
	}
	a, b := Unpair(key)
	switch k {
	case KindMember:
		if a == "" || b == "" || r != Exists {
			return errors.New("no membership")
		}
	case KindMessage:
		if a == "" || b == "" || r.Str(MessageTS) != b {
			return errors.New("no message of that ts")
		}
	case KindHidden:
		for _, of := range Kinds() {
			if of.String() == a {
				return of.Check(b, Record(r.Str(HiddenRecord)))
			}
		}
	}
	return nil
}

func (k Kind) String() string {
	if s := k.Schema(); s != nil {
		return s.name
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

var schemas = [...]*Schema{
	KindSelf:         selfSchema,
	KindSelfPref:     selfPrefSchema,
	KindTeam:         teamSchema,
	KindTeamPref:     teamPrefSchema,
	KindProfileField: profileFieldSchema,
	KindUser:         userSchema,
	KindConversation: conversationSchema,
	KindRead:         readSchema,
	KindMember:       memberSchema,
	KindBot:          botSchema,
	KindUsergroup:    usergroupSchema,
	KindMyUsergroup:  myUsergroupSchema,
	KindEmoji:        emojiSchema,
	KindDND:          dndSchema,
	KindPresence:     presenceSchema,
	KindPin:          pinSchema,
	KindStar:         starSchema,
	KindFile:         fileSchema,
	KindMessage:      MessageSchema,
	KindThread:       threadSchema,
	KindClock:        clockSchema,
	KindTombstone:    tombstoneSchema,
	KindAlias:        aliasSchema,
	KindFreshness:    freshnessSchema,
	KindCall:         callSchema,
	KindHidden:       hiddenSchema,
	KindStub:         stubSchema,
	KindLink:         linkSchema,
	KindGap:          gapSchema,
	KindConfig:       configSchema,
}
