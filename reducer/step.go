package reducer

import (
	"fmt"
	"strings"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// A step is one event being applied: the edit, and what it leads to.
type step struct {
	snapshot.Edit
	cfg   Config
	ev    Event
	self  snapshot.UserID
	hints []Hint
	why   string
	odd   string
	bad   []string
	told  told // kept from event to event
}

// begin makes the step one of an event that happens to s.
func (st *step) begin(s *snapshot.Snapshot, ev *Event) {
	st.Reset(s)
	st.ev, st.self = *ev, s.SelfID()
	st.hints, st.why, st.odd, st.bad = nil, "", "", nil
}

// end keeps nothing of the event alive but what is returned of it.
func (st *step) end() {
	st.Reset(nil)
	st.ev, st.self = Event{}, ""
	st.hints, st.why, st.odd, st.bad = nil, "", "", nil
}

// The facets of entities that have a clock of their own. An older rename must
// not block a newer archive, so every facet is guarded alone.
const (
	facetName       = "name"
	facetArchived   = "archived"
	facetTopic      = "topic"
	facetPurpose    = "purpose"
	facetPrivacy    = "privacy"
	facetOpen       = "open"
	facetProperties = "properties"
	facetShared     = "shared"
	facetRead       = "read"
	facetSeen       = "seen"   // newest message that was ever counted, once it is no longer the latest
	facetMember     = "member" // of a conversation and a user
	facetExists     = "exists"
	facetUser       = "user"
	facetBot        = "bot"
	facetDND        = "dnd"
	facetPresence   = "presence"
	facetEmoji      = "emoji"
	facetPin        = "pin"  // one
	facetPins       = "pins" // whether a conversation has any
	facetStar       = "star"
	facetGroup      = "usergroup"
	facetTeam       = "team"
	facetPref       = "pref"
	facetField      = "profile field"
	facetOrder      = "profile order"
	facetMessage    = snapshot.FacetMessage
	facetThread     = snapshot.FacetThread
	facetFollowed   = snapshot.FacetFollowed
	facetReaction   = snapshot.FacetReaction
	facetMetadata   = snapshot.FacetMetadata
	facetLate       = snapshot.FacetLate
	facetFile       = "file"
	facetPublic     = "public" // whether a file is
	facetShare      = "share"  // of a file in a conversation
)

// skip ends a handler with the reason why nothing changed.
func (st *step) skip(why string) { st.why = why }

// unsound notes what of an event could not be taken, while the rest was.
func (st *step) unsound(format string, args ...any) {
	const enough = 100
	if len(st.bad) < enough {
		st.bad = append(st.bad, fmt.Sprintf(format, args...))
	}
}

// lack is skip for an event without something that all of its type have.
func (st *step) lack(what string) { st.why, st.odd = what, what }

// hint asks for something. It may be waited for long, so it must not keep the
// frame alive.
func (st *step) hint(k snapshot.Kind, id string) {
	st.hints = append(st.hints, Hint{k, strings.Clone(id), strings.Clone(st.ev.Type)})
}

// newer moves a facet's clock to version and reports whether the event may
// change the facet: not if the clock shows a later version. An event without
// a version is ordered by its arrival, which is now; it moves only the arrival.
// An equal version is let through: assigning the same again is harmless.
func (st *step) newer(facet, key string, version snapshot.TS) bool {
	key = snapshot.Pair(facet, key)
	clock := st.Get(snapshot.KindClock, key)
	last := snapshot.TS(clock.Str(snapshot.ClockVersion))
	if version != "" && last != "" {
		if version < last {
			st.skip("older than what is known of " + facet)
			return false
		}
		if version == last {
			return true
		}
	}
	if version == "" {
		version = last
	}
	as := []snapshot.Assignment{snapshot.ClockArrival.Int(st.ev.At), snapshot.ClockVersion.Unknown()}
	if version != "" {
		as[1] = snapshot.ClockVersion.Str(string(version))
	}
	st.Put(snapshot.KindClock, key, st.With(snapshot.KindClock.Schema(), clock, as...))
	return true
}

// older reports whether the event is older than the last one of a facet. It
// moves nothing.
func (st *step) older(facet, key string) bool {
	last := st.Get(snapshot.KindClock, snapshot.Pair(facet, key)).Str(snapshot.ClockVersion)
	version := st.version()
	return version != "" && string(version) < last
}

// version orders an event: by event_ts, or by the ts of the message it is.
func (st *step) version() snapshot.TS {
	if st.ev.Type == "message" {
		if ts := snapshot.TS(st.ev.str("ts")); ts.Comparable() {
			return ts
		}
	}
	return st.ev.Time
}

// supersedes is newer for objects that have a version of their own: where both
// what is known and the event's object have one, it decides.
func (st *step) supersedes(facet, key string, known, updated int64) bool {
	if known > 0 && updated > 0 && updated != known {
		if updated < known {
			st.skip("older than what is known of " + facet)
			return false
		}
		st.Delete(snapshot.KindClock, snapshot.Pair(facet, key)) // it knows less well
	}
	return st.newer(facet, key, st.ev.Time)
}

// touched reports whether an event changed a facet so late that a list asked
// for at start may not show it.
func (st *step) touched(facet, key string, start int64) bool {
	arrival, ok := st.Get(snapshot.KindClock, snapshot.Pair(facet, key)).Int(snapshot.ClockArrival)
	return ok && arrival >= start-st.cfg.ListLag.Milliseconds()
}

// record encodes a JSON object under the schema of a kind.
func (st *step) record(k snapshot.Kind, v rawjson.Value) snapshot.Record {
	return st.Record(k.Schema(), v)
}

// merge lays a partial record over what is known of an entity.
func (st *step) merge(k snapshot.Kind, key string, patch snapshot.Record) {
	st.Put(k, key, st.Merge(k.Schema(), st.Get(k, key), patch))
}

// assign sets single fields of an entity, making the record if there is none.
func (st *step) assign(k snapshot.Kind, key string, as ...snapshot.Assignment) {
	st.Put(k, key, st.With(k.Schema(), st.Get(k, key), as...))
}

// update is assign for entities that are known.
func (st *step) update(k snapshot.Kind, key string, as ...snapshot.Assignment) {
	if st.Get(k, key) != "" {
		st.assign(k, key, as...)
	}
}

// fresh notes how well a collection is known, as of a time in milliseconds.
func (st *step) fresh(collection, how string, asOf int64, source, reason string) {
	as := []snapshot.Assignment{
		snapshot.FreshHow.Str(how), snapshot.FreshAsOf.Int(asOf),
		snapshot.FreshSource.Str(source), snapshot.FreshReason.Unknown(),
	}
	if how == "" {
		as[0] = snapshot.FreshHow.Unknown()
	}
	if reason != "" {
		as[3] = snapshot.FreshReason.Str(reason)
	}
	st.Put(snapshot.KindFreshness, collection, st.With(snapshot.KindFreshness.Schema(), "", as...))
}

// doubt makes a collection that was complete partial.
func (st *step) doubt(collection string) {
	if st.Get(snapshot.KindFreshness, collection).Str(snapshot.FreshHow) == "complete" {
		st.assign(snapshot.KindFreshness, collection, snapshot.FreshHow.Str("partial"))
	}
}

// alive returns the id under which a conversation that an event names is known
// today, and whether the event may touch it: not if it is deleted for good.
func (st *step) alive(id string) (string, bool) {
	if id == "" {
		st.lack("names no conversation")
		return "", false
	}
	id = string(st.resolve(id))
	if st.Get(snapshot.KindTombstone, id) != "" {
		st.skip("the conversation is deleted")
		return id, false
	}
	return id, true
}

// conversation is alive for events that show that self can see the
// conversation, so that one which a listing left out is back.
func (st *step) conversation(id string) (string, bool) {
	id, ok := st.alive(id)
	if ok && st.Get(conv, id) == "" && !st.left(id) {
		st.revealPart(id)
	}
	return id, ok
}

// visible is conversation for events that cannot bring back one that self has
// left.
func (st *step) visible(id string) (string, bool) {
	id, ok := st.conversation(id)
	if ok && st.left(id) {
		st.skip("the conversation is out of sight")
		return id, false
	}
	return id, ok
}

// known is visible for events that say nothing about a conversation never heard
// of.
func (st *step) known(id string) (string, bool) {
	id, ok := st.visible(id)
	if ok && st.Get(conv, id) == "" {
		st.skip("the conversation is not known")
		st.hint(conv, id)
		return id, false
	}
	return id, ok
}

func (st *step) resolve(id string) snapshot.ChannelID {
	return st.Base().Resolve(snapshot.ChannelID(id))
}

// stub makes sure that an entity has a record, and asks for the rest of it.
// Until the rest is there, it takes what more there is to know.
func (st *step) stub(k snapshot.Kind, key string, as ...snapshot.Assignment) {
	known := st.Get(k, key)
	if known != "" && st.Get(snapshot.KindStub, hiddenKey(k, key)) == "" {
		return
	}
	st.Put(k, key, st.Merge(k.Schema(), st.With(k.Schema(), "", as...), known))
	if known == "" {
		st.suspect(k, key)
	}
}

// suspect notes that what is known of an entity cannot be relied on, and asks for
// it: now, and on the next connection if this one does not answer.
func (st *step) suspect(k snapshot.Kind, key string) {
	stub := snapshot.KindStub
	st.Put(stub, hiddenKey(k, key), st.With(stub.Schema(), "", snapshot.StubAt.Int(st.ev.At)))
	st.hint(k, key)
}

// hiddenKey is the key of an entity among those of all kinds.
func hiddenKey(k snapshot.Kind, key string) string { return snapshot.Pair(k.String(), key) }

// hide takes an entity out of sight and keeps of it what its return needs.
func (st *step) hide(k snapshot.Kind, key string, keep snapshot.Record, as ...snapshot.Assignment) {
	as = append(as, snapshot.HiddenAt.Int(st.ev.At), snapshot.HiddenRecord.Str(string(keep)))
	h := snapshot.KindHidden
	st.Put(h, hiddenKey(k, key), st.With(h.Schema(), "", as...))
	st.Delete(k, key)
}

// left reports whether a conversation is out of sight because self left it.
func (st *step) left(key string) bool {
	return st.Get(conv, key) == "" && st.Get(snapshot.KindHidden, hiddenKey(conv, key)).Is(snapshot.HiddenLeft)
}

// reveal brings a hidden entity back and reports whether it was hidden. The
// members and the read state of a conversation were not kept.
func (st *step) reveal(k snapshot.Kind, key string) bool {
	h := st.Get(snapshot.KindHidden, hiddenKey(k, key))
	if h == "" {
		return false
	}
	st.Put(k, key, snapshot.Record(h.Str(snapshot.HiddenRecord)))
	st.Delete(snapshot.KindHidden, hiddenKey(k, key))
	if k == conv {
		st.reindexSelf(key)
	}
	return true
}

// revealPart is reveal for an event that does not bring the conversation's
// object, which has to be asked for then.
func (st *step) revealPart(key string) {
	if st.reveal(conv, key) {
		st.hint(conv, key)
	}
}
