package snapshot

// A clock says which version of a facet was last taken and when it arrived.
var (
	clockSchema  = newSchema("clocks", "")
	ClockVersion = clockSchema.str(1, "version") // a TS; unknown where Slack sends none
	ClockArrival = clockSchema.int(2, "arrival") // milliseconds
)

// The facets of messages, whose clocks have keys of facet/conversation/ts.
const (
	FacetMessage  = "message"  // edits of one
	FacetThread   = "thread"   // replies to one
	FacetFollowed = "followed" // self's subscription to a thread
	FacetReaction = "reaction" // to a message, with one emoji by one user
	FacetMetadata = "metadata" // of a message
	FacetLate     = "late"     // a message that came too late to be counted
)

func messageFacet(facet string) bool {
	switch facet {
	case FacetMessage, FacetThread, FacetFollowed, FacetReaction, FacetMetadata, FacetLate:
		return true
	}
	return false
}

// A tombstone keeps late events from bringing back what was deleted.
var (
	tombstoneSchema = newSchema("tombstones", "")
	TombstoneAt     = tombstoneSchema.int(1, "at") // milliseconds
)

// An alias leads from a conversation's former id to its present one.
var (
	aliasSchema = newSchema("aliases", "")
	AliasTo     = aliasSchema.str(1, "to")
)

// A hidden entity is in no lookup, sequence or dump: a complete listing did not
// contain it, and then any event brings it back, or it is a private conversation
// that self has left, and then only self's return does. What is known of it
// waits here.
var (
	hiddenSchema = newSchema("hidden", "")
	HiddenAt     = hiddenSchema.int(1, "at") // milliseconds
	HiddenRecord = hiddenSchema.str(2, "record")
	HiddenLeft   = hiddenSchema.bool(3, "left")
)

// A stub is an entity that was met before anything but its id was known, or a
// user of whom Slack has said that nothing that is known can be relied on.
var (
	stubSchema = newSchema("stubs", "")
	StubAt     = stubSchema.int(1, "at") // milliseconds
)

// Freshness says how well a collection is known.
var (
	freshnessSchema = newSchema("freshness", "")
	FreshHow        = freshnessSchema.str(1, "state") // "complete" or "partial"
	FreshAsOf       = freshnessSchema.int(2, "as_of") // milliseconds
	FreshSource     = freshnessSchema.str(3, "source")
	FreshReason     = freshnessSchema.str(4, "reason") // why it cannot be had
)

// A call is a listing that has started: its pages are measured against what
// arrived since.
var (
	callSchema = newSchema("calls", "")
	CallMethod = callSchema.str(1, "method")
	CallStart  = callSchema.int(2, "start") // milliseconds
	// Something on its pages, or missing from them, was passed over for an event
	// from before the connection was lost, which the list may well be newer than.
	CallOverruled = callSchema.bool(3, "overruled")
	// Where to go on if the connection is lost, which is kept for as long as the
	// collection is not known whole.
	CallNext   = callSchema.str(4, "next")
	CallBroken = callSchema.bool(5, "broken") // the connection was lost
	// When the call that this one goes on from started, in milliseconds. What was
	// on the earlier pages is not known any more, so nothing is missing from it.
	CallSince = callSchema.int(6, "since")
)

// The config says what is kept beyond the workspace itself. There is none while
// that is nothing.
var (
	configSchema     = newSchema("config", "")
	ConfigHistory    = configSchema.bool(1, "history")    // messages are kept
	ConfigPerChannel = configSchema.int(2, "per_channel") // at most, of one conversation; unknown is no bound
	ConfigMaxAge     = configSchema.int(3, "max_age")     // milliseconds; unknown is no bound
	ConfigFiles      = configSchema.bool(4, "files")
)

// The link is the connection that feeds the state.
var (
	linkSchema  = newSchema("link", "")
	LinkUp      = linkSchema.bool(1, "up")
	LinkLostAt  = linkSchema.int(2, "lost_at")  // what was listed before then may be stale; milliseconds
	LinkAskedAt = linkSchema.int(3, "asked_at") // when the socket that has not said hello yet was asked for
	LinkReady   = linkSchema.bool(4, "ready")   // a first bootstrap has been read to its end
	LinkSince   = linkSchema.int(5, "since")    // when the last connection said hello
)

// A gap is a time in which events may have been missed.
var (
	gapSchema = newSchema("gaps", "")
	GapUntil  = gapSchema.int(1, "lost_at") // what was listed before then may be stale; milliseconds, unknown while it lasts
	GapWhy    = gapSchema.str(2, "why")
	GapOpen   = gapSchema.list(3, "exposes")       // collections that have not been listed since
	GapOnes   = gapSchema.int(4, "conversations")  // how many members and read states have not
	GapLost   = gapSchema.list(5, "beyond_repair") // what no method tells again
)
