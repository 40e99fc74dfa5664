package reducer

import (
	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// A subtypeRow says what a message's subtype does to its conversation, and how
// the message counts there.
type subtypeRow struct {
	counts counting
	fn     func(st *step, key string)
	does   string // what fn does, for the reference
}

type counting uint8

const (
	shown  counting = iota // a message like any other
	notice                 // unread, but not displayed as such
	never                  // no message of its own
)

// subtypes has a line for every message subtype that has been seen. Any other
// counts as a plain message.
//
// It is filled by init because a deleted message is looked up in it again.
var subtypes map[string]subtypeRow

func init() { subtypes = subtypeTable() }

func subtypeTable() map[string]subtypeRow {
	return map[string]subtypeRow{
		"":                       {},
		"bot_message":            {},
		"me_message":             {},
		"thread_broadcast":       {fn: broadcast, does: "the thread's counters, if its first message is kept"},
		"reply_broadcast":        {fn: broadcast, does: "the thread's counters, if its first message is kept"},
		"file_share":             {},
		"file_comment":           {},
		"file_mention":           {},
		"unpinned_item":          {}, // a DM from Slackbot
		"document_mention":       {},
		"assistant_app_thread":   {},
		"tombstone":              {},
		"sh_room_created":        {},
		"slackbot_response":      {},
		"joiner_notification":    {},
		"share_shortcut":         {},
		"app_conversation_leave": {},
		"channel_canvas_updated": {},
		"tabbed_canvas_updated":  {},

		"message_changed": {never, messageChanged, "a message that is kept, or the newest, gets its new content"},
		"message_replied": {never, messageReplied, "a message that is kept, or the newest, gets its thread's counters"},
		"message_deleted": {never, messageDeleted, "a message, its pin and its star are gone; it counts no more"},

		"channel_topic":   {notice, topicSet, "topic"},
		"group_topic":     {notice, topicSet, "topic"},
		"channel_purpose": {notice, purposeSet, "purpose"},
		"group_purpose":   {notice, purposeSet, "purpose"},
		"channel_name":    {notice, nameNotice, "as channel_rename"},
		"group_name":      {notice, nameNotice, "as channel_rename"},

		"channel_archive":   {notice, archiveNotice, "as channel_archive"},
		"group_archive":     {notice, archiveNotice, "as channel_archive"},
		"channel_unarchive": {notice, unarchiveNotice, "as channel_unarchive"},
		"group_unarchive":   {notice, unarchiveNotice, "as channel_unarchive"},

		"channel_join":  {notice, joinNotice, "as member_joined_channel"},
		"group_join":    {notice, joinNotice, "as member_joined_channel"},
		"channel_leave": {notice, leaveNotice, "as member_left_channel"},
		"group_leave":   {notice, leaveNotice, "as member_left_channel"},

		"channel_convert_to_private":  {notice, convertedToPrivate, "is_private; out of sight if self is not in it"},
		"channel_convert_to_public":   {notice, convertedToPublic, "is_private"},
		"channel_posting_permissions": {notice, refetch, "nothing; hint to ask for the conversation again"},

		"pinned_item":       {counts: notice},
		"bot_add":           {counts: notice},
		"bot_remove":        {counts: notice},
		"bot_enable":        {counts: notice},
		"bot_disable":       {counts: notice},
		"ekm_access_denied": {counts: notice},
		"reminder_add":      {counts: notice},
		"huddle_thread":     {counts: notice},
	}
}

// topicSet and purposeSet are the only carriers of topic and purpose. Clock:
// the message's ts, and last_set of what is there.
func topicSet(st *step, key string) {
	st.setTopic(key, facetTopic, snapshot.ConvTopic, st.ev.get("topic"))
}

func purposeSet(st *step, key string) {
	st.setTopic(key, facetPurpose, snapshot.ConvPurpose, st.ev.get("purpose"))
}

func (st *step) setTopic(key, facet string, f *snapshot.Field, v rawjson.Value) {
	text, ok := v.Str()
	if !ok {
		st.lack("has no text")
		return
	}
	version := st.version()
	last, _ := st.Get(conv, key).Sub(f).Int(snapshot.TopicLastSet)
	at := version.Time().Unix()
	if version != "" && at < last {
		st.skip("older than what is set")
		return
	}
	if !st.newer(facet, key, version) {
		return
	}
	as := []snapshot.Assignment{snapshot.TopicValue.Str(text), snapshot.TopicCreator.Unknown()}
	if u := st.ev.id("user"); u != "" {
		as[1] = snapshot.TopicCreator.Str(u)
	}
	if version != "" {
		as = append(as, snapshot.TopicLastSet.Int(at))
	}
	st.assign(conv, key, f.Sub(st.With(snapshot.TopicSchema, st.Get(conv, key).Sub(f), as...)))
}

// nameNotice is the same fact as channel_rename. Clock: ts on the name.
func nameNotice(st *step, key string) {
	if name := st.ev.str("name"); name != "" {
		st.rename(key, name, "")
	}
}

// archiveNotice and unarchiveNotice are the same facts as channel_archive and
// channel_unarchive. Clock: ts on the archived facet.
func archiveNotice(st *step, _ string)   { st.archive(true) }
func unarchiveNotice(st *step, _ string) { st.archive(false) }

// joinNotice and leaveNotice repeat member_joined_channel and
// member_left_channel, and are sometimes withheld. Clock: ts for the
// conversation and the user.
func joinNotice(st *step, key string) {
	user := st.ev.id("user")
	if user != "" && st.newer(facetMember, snapshot.Pair(key, user), st.version()) && st.addMember(key, user) {
		st.countMember(key, +1)
	}
}

func leaveNotice(st *step, key string) {
	user := st.ev.id("user")
	if user != "" && st.newer(facetMember, snapshot.Pair(key, user), st.version()) {
		st.removeMember(key, user)
	}
}

// convertedToPrivate and convertedToPublic keep the id. Clock: ts on the privacy
// facet.
func convertedToPrivate(st *step, key string) { st.setPrivate(key, true) }
func convertedToPublic(st *step, key string)  { st.setPrivate(key, false) }

// refetch is channel_posting_permissions, which does not say what changed. Clock:
// none needed.
func refetch(st *step, key string) { st.hint(conv, key) }
