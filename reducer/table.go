package reducer

// A row of the table is a handler, or the reason why there is none, and what
// the reference says of the type.
type row struct {
	fn    func(*step)
	via   source
	clock clock
	text  string // what the event does, or why nothing
}

func on(fn func(*step), via source, c clock, does string) row { return row{fn, via, c, does} }
func ignore(via source, why string) row                       { return row{via: via, text: why} }

// A source says where events of a type come from.
type source string

const (
	rtm        source = "RTM"
	eventsAPI  source = "Events API"
	everywhere source = "RTM, Events API"
	wire       source = "RTM, undocumented"
	socketMode source = "Socket Mode"
	clients    source = "clients"
	ours       source = "slackstate"
)

// A clock says what orders events about the same thing. Where an event lacks it,
// the order is that of arrival.
type clock string

const (
	noClock      clock = "none needed"
	final        clock = "none, it is final"
	arrival      clock = "arrival"
	eventTime    clock = "event_ts"
	messageTime  clock = "ts"
	userVersion  clock = "user.updated, event_ts"
	botVersion   clock = "bot.updated, event_ts"
	groupVersion clock = "date_update, event_ts"
)

const (
	connection   = "about the connection"
	webClient    = "for Slack's own web client"
	noState      = "changes nothing in the workspace"
	retired      = "no longer served"
	transient    = "passes within seconds"
	rendered     = "a rendered copy of what other events carry"
	subscription = "a subscription's name; what it delivers is a message"
)

// table has a line for every type of event that Slack documents, for those
// that have only been seen on the wire, and for our own. The family a type
// belongs to does not tell a conversation's kind, so the same verb of
// channel_*, group_*, im_* and mpim_* is one handler.
var table = map[string]row{
	"": ignore(rtm, "an acknowledgement, or a frame without a type"),

	// The connection.
	"hello":                  on(hello, rtm, noClock, "a connection has begun; what may have been missed while there was none is stale"),
	"goodbye":                ignore(rtm, connection),
	"error":                  ignore(rtm, connection),
	"pong":                   ignore(rtm, connection),
	"disconnect":             ignore(socketMode, connection),
	"reconnect_url":          ignore(rtm, "a secret of the connection, never kept"),
	"team_migration_started": ignore(rtm, connection),
	"accounts_changed":       ignore(rtm, webClient),
	"commands_changed":       ignore(rtm, webClient),
	"presence_sub":           ignore(clients, "written by clients"),
	"presence_query":         ignore(clients, "written by clients"),
	"user_typing":            ignore(rtm, transient),
	"typing":                 ignore(clients, "written by clients"),
	"ping":                   ignore(clients, "written by clients"),

	// Conversations, whatever their kind.
	"channel_created":         on(conversationCreated, everywhere, noClock, "a conversation, of which only what is not known yet is taken"),
	"im_created":              on(imCreated, everywhere, noClock, "a DM, of which only what is not known yet is taken"),
	"channel_joined":          on(conversationJoined, rtm, eventTime, "self is a member; the whole object, facet by facet"),
	"group_joined":            on(conversationJoined, rtm, eventTime, "as channel_joined"),
	"mpim_joined":             on(conversationJoined, wire, eventTime, "as channel_joined"),
	"channel_left":            on(conversationLeft, everywhere, eventTime, "self is no member; a private conversation goes out of sight"),
	"group_left":              on(conversationLeft, everywhere, eventTime, "as channel_left"),
	"channel_deleted":         on(conversationDeleted, everywhere, final, "the conversation and all that hangs on it are gone, and its id stays dead"),
	"group_deleted":           on(conversationDeleted, everywhere, final, "as channel_deleted"),
	"channel_archive":         on(conversationArchived, everywhere, eventTime, "archived; the list of its members is in doubt"),
	"group_archive":           on(conversationArchived, everywhere, eventTime, "as channel_archive"),
	"channel_unarchive":       on(conversationUnarchived, everywhere, eventTime, "not archived; the list of its members is in doubt"),
	"group_unarchive":         on(conversationUnarchived, everywhere, eventTime, "as channel_unarchive"),
	"channel_rename":          on(conversationRenamed, everywhere, eventTime, "name and normalized name; the former name is remembered"),
	"group_rename":            on(conversationRenamed, everywhere, eventTime, "as channel_rename"),
	"group_open":              on(conversationOpened, everywhere, eventTime, "open in the sidebar"),
	"im_open":                 on(conversationOpened, everywhere, eventTime, "as group_open"),
	"mpim_open":               on(conversationOpened, wire, eventTime, "as group_open"),
	"group_close":             on(conversationClosed, everywhere, eventTime, "not open in the sidebar"),
	"im_close":                on(conversationClosed, everywhere, eventTime, "as group_close"),
	"mpim_close":              on(conversationClosed, wire, eventTime, "as group_close"),
	"channel_marked":          on(conversationMarked, rtm, eventTime, "last_read, also backwards; counters as sent, or counted if the timeline shows all that is unread, or unknown"),
	"group_marked":            on(conversationMarked, rtm, eventTime, "as channel_marked"),
	"im_marked":               on(conversationMarked, rtm, eventTime, "as channel_marked"),
	"mpim_marked":             on(conversationMarked, wire, eventTime, "as channel_marked"),
	"channel_history_changed": on(historyChanged, everywhere, noClock, "nothing; hint to read the conversation again"),
	"group_history_changed":   on(historyChanged, everywhere, noClock, "as channel_history_changed"),
	"im_history_changed":      on(historyChanged, everywhere, noClock, "as channel_history_changed"),
	"mpim_history_changed":    on(historyChanged, wire, noClock, "as channel_history_changed"),
	"member_joined_channel":   on(memberJoined, everywhere, eventTime, "one member more; a stub of a user with a team"),
	"member_left_channel":     on(memberLeft, everywhere, eventTime, "one member less; if that is self, as channel_left"),
	"channel_id_changed":      on(conversationIDChanged, eventsAPI, final, "everything moves to the new id, and the former one leads to it"),
	"channel_shared":          on(conversationShared, eventsAPI, eventTime, "one connected team more"),
	"channel_unshared":        on(conversationUnshared, eventsAPI, eventTime, "one connected team less; is_ext_shared as sent"),
	"channel_updated":         on(conversationUpdated, wire, eventTime, "is_private, is_mpim and properties"),

	// Messages and what hangs on them.
	"message":                    on(message, everywhere, messageTime, "latest and counters; its place in the timeline; what its subtype tells"),
	"message.channels":           ignore(eventsAPI, subscription),
	"message.groups":             ignore(eventsAPI, subscription),
	"message.im":                 ignore(eventsAPI, subscription),
	"message.mpim":               ignore(eventsAPI, subscription),
	"message.app_home":           ignore(eventsAPI, subscription),
	"reaction_added":             on(reactionAdded, everywhere, eventTime, "one user more on a reaction to a message that is kept"),
	"reaction_removed":           on(reactionRemoved, everywhere, eventTime, "one user less on a reaction to a message that is kept"),
	"message_metadata_posted":    on(metadataSet, eventsAPI, eventTime, "metadata of a message that is kept"),
	"message_metadata_updated":   on(metadataSet, eventsAPI, eventTime, "metadata of a message that is kept"),
	"message_metadata_deleted":   on(metadataSet, eventsAPI, eventTime, "a message that is kept has no metadata"),
	"thread_marked":              on(threadMarked, wire, eventTime, "self's place in a thread, where messages are kept"),
	"thread_subscribed":          on(threadMarked, wire, eventTime, "self follows a thread, where messages are kept"),
	"thread_unsubscribed":        on(threadMarked, wire, eventTime, "self follows a thread no longer, where messages are kept"),
	"update_thread_state":        ignore(wire, "a badge that Slack's clients show"),
	"app_mention":                ignore(eventsAPI, "a copy of a message that also arrives as one"),
	"desktop_notification":       ignore(wire, rendered),
	"mobile_in_app_notification": ignore(wire, rendered),
	"pin_added":                  on(pinAdded, everywhere, eventTime, "one pin more"),
	"pin_removed":                on(pinRemoved, everywhere, eventTime, "one pin less; has_pins and pin_count as sent"),
	"star_added":                 on(starAdded, everywhere, eventTime, "one of self's stars more"),
	"star_removed":               on(starRemoved, everywhere, eventTime, "one of self's stars less"),

	// Files.
	"file_created":         on(fileCreated, everywhere, noClock, "a file, where files are kept"),
	"file_shared":          on(fileShared, everywhere, eventTime, "one conversation more that has a file, where files are kept"),
	"file_unshared":        on(fileUnshared, everywhere, eventTime, "one conversation less that has a file"),
	"file_public":          on(filePublic, everywhere, eventTime, "a file's is_public"),
	"file_private":         on(filePublic, wire, eventTime, "a file's is_public"),
	"file_change":          on(fileChanged, everywhere, eventTime, "the fields that are sent; a hint to ask for the rest"),
	"file_deleted":         on(fileDeleted, everywhere, final, "it is gone with its pins and stars, and messages that are kept say so"),
	"file_comment_added":   ignore(everywhere, retired),
	"file_comment_edited":  ignore(everywhere, retired),
	"file_comment_deleted": ignore(everywhere, retired),

	// Users, presence, do-not-disturb, own preferences.
	"team_join":              on(userChanged, everywhere, userVersion, "a user, merged"),
	"user_change":            on(userChanged, everywhere, userVersion, "a user, merged; a deactivated one has no presence, and its DM says so"),
	"user_profile_changed":   on(userChanged, everywhere, userVersion, "as user_change"),
	"user_status_changed":    on(userChanged, everywhere, userVersion, "as user_change"),
	"user_huddle_changed":    on(userChanged, everywhere, userVersion, "as user_change"),
	"user_invalidated":       on(userInvalidated, wire, noClock, "the user is in doubt; hint to ask for it again"),
	"presence_change":        on(presenceChanged, rtm, arrival, "presence"),
	"presence_change_batch":  on(presenceChanged, wire, arrival, "as presence_change"),
	"manual_presence_change": on(manualPresenceChanged, rtm, eventTime, "the presence that self chose"),
	"dnd_updated":            on(dndUpdated, everywhere, eventTime, "do-not-disturb, all of it"),
	"dnd_updated_user":       on(dndUpdated, everywhere, eventTime, "do-not-disturb, merged: snoozing is not in it"),
	"pref_change":            on(prefChanged, rtm, eventTime, "one of self's preferences"),

	// User groups, bots, emoji.
	"subteam_created":         on(usergroupChanged, everywhere, groupVersion, "a user group, merged; its members if they are all in it"),
	"subteam_updated":         on(usergroupChanged, everywhere, groupVersion, "as subteam_created"),
	"subteam_members_changed": on(usergroupMembersChanged, everywhere, groupVersion, "members, if the difference starts from what is known; else they are unknown"),
	"subteam_self_added":      on(usergroupSelfAdded, everywhere, eventTime, "self is in the user group"),
	"subteam_self_removed":    on(usergroupSelfRemoved, everywhere, eventTime, "self is not in the user group"),
	"bot_added":               on(botChanged, rtm, botVersion, "a bot, merged"),
	"bot_changed":             on(botChanged, rtm, botVersion, "as bot_added"),
	"emoji_changed":           on(emojiChanged, everywhere, eventTime, "names added, removed with their aliases, or renamed"),

	// The workspace.
	"team_rename":                     on(teamRenamed, everywhere, eventTime, "name"),
	"team_domain_change":              on(teamDomainChanged, everywhere, eventTime, "domain and url"),
	"email_domain_changed":            on(teamEmailDomainChanged, everywhere, eventTime, "email_domain"),
	"team_pref_change":                on(teamPrefChanged, rtm, eventTime, "one of the workspace's preferences"),
	"team_plan_change":                on(teamPlanChanged, rtm, arrival, "plan, can_add_ura and paid_features"),
	"team_profile_change":             on(profileFieldsChanged, rtm, eventTime, "definitions of profile fields, merged"),
	"team_profile_delete":             on(profileFieldsDeleted, rtm, eventTime, "definitions of profile fields are gone"),
	"team_profile_reorder":            on(profileFieldsChanged, rtm, eventTime, "ordering of profile fields that are known"),
	"external_org_migration_started":  ignore(rtm, "about another workspace, of which nothing is kept"),
	"external_org_migration_finished": on(externalMigrationFinished, rtm, noClock, "nothing; hint to list users again, who may have other ids"),
	"grid_migration_started":          ignore(eventsAPI, "reads go on meanwhile"),
	"grid_migration_finished":         on(gridMigrationFinished, eventsAPI, noClock, "enterprise_id; hint to list users again"),
	"shared_channel_invite_received":  ignore(everywhere, "an invitation is no membership"),
	"shared_channel_invite_accepted":  ignore(eventsAPI, "an invitation is no membership"),
	"shared_channel_invite_approved":  ignore(eventsAPI, "an invitation is no membership"),
	"shared_channel_invite_declined":  ignore(eventsAPI, "an invitation is no membership"),
	"shared_channel_invite_requested": ignore(eventsAPI, "an invitation is no membership"),
	"team_access_granted":             ignore(eventsAPI, "about another workspace"),
	"team_access_revoked":             on(teamAccessRevoked, eventsAPI, noClock, "nothing; hint to ask who self is, if it is this workspace"),
	"app_uninstalled":                 on(appUninstalled, eventsAPI, noClock, "nothing; hint to ask who self is"),
	"tokens_revoked":                  on(tokensRevoked, eventsAPI, noClock, "nothing; hint to ask who self is, if self is among them"),
	"app_rate_limited":                on(eventsLost, eventsAPI, arrival, "everything is stale: Slack dropped events"),

	// Events API types that carry no workspace state.
	"url_verification":                 ignore(eventsAPI, connection),
	"app_deleted":                      ignore(eventsAPI, noState),
	"app_home_opened":                  ignore(eventsAPI, noState),
	"app_installed":                    ignore(eventsAPI, noState),
	"app_uninstalled_team":             ignore(eventsAPI, noState),
	"app_requested":                    ignore(eventsAPI, noState),
	"app_context_changed":              ignore(eventsAPI, noState),
	"agent_session_created":            ignore(eventsAPI, noState),
	"agent_session_updated":            ignore(eventsAPI, noState),
	"agent_session_deleted":            ignore(eventsAPI, noState),
	"assistant_thread_started":         ignore(eventsAPI, noState),
	"assistant_thread_context_changed": ignore(eventsAPI, noState),
	"call_rejected":                    ignore(eventsAPI, noState),
	"entity_details_requested":         ignore(eventsAPI, noState),
	"function_executed":                ignore(eventsAPI, noState),
	"invite_requested":                 ignore(eventsAPI, noState),
	"link_shared":                      ignore(eventsAPI, noState),
	"resources_added":                  ignore(eventsAPI, retired),
	"resources_removed":                ignore(eventsAPI, retired),
	"scope_granted":                    ignore(eventsAPI, retired),
	"scope_denied":                     ignore(eventsAPI, retired),
	"user_resource_granted":            ignore(eventsAPI, retired),
	"user_resource_denied":             ignore(eventsAPI, retired),
	"user_resource_removed":            ignore(eventsAPI, retired),
	"workflow_deleted":                 ignore(eventsAPI, noState),
	"workflow_published":               ignore(eventsAPI, noState),
	"workflow_unpublished":             ignore(eventsAPI, noState),
	"workflow_step_deleted":            ignore(eventsAPI, noState),
	"workflow_step_execute":            ignore(eventsAPI, noState),
	"interactive":                      ignore(socketMode, "a Socket Mode envelope without an event"),
	"slash_commands":                   ignore(socketMode, "a Socket Mode envelope without an event"),

	// Frames Slack does not document.
	"badge_counts_updated":               ignore(wire, webClient),
	"activity":                           ignore(wire, webClient),
	"apps_changed":                       ignore(wire, noState),
	"apps_installed":                     ignore(wire, noState),
	"apps_uninstalled":                   ignore(wire, noState),
	"app_actions_updated":                ignore(wire, noState),
	"sh_room_join":                       ignore(wire, transient),
	"sh_room_leave":                      ignore(wire, transient),
	"sh_room_update":                     ignore(wire, transient),
	"channel_section_upserted":           ignore(wire, "sidebar sections are not kept"),
	"channel_section_deleted":            ignore(wire, "sidebar sections are not kept"),
	"channel_sections_channels_upserted": ignore(wire, "sidebar sections are not kept"),
	"channel_sections_channels_removed":  ignore(wire, "sidebar sections are not kept"),
	"ai_assistant_status":                ignore(wire, transient),
	"user_connection":                    ignore(wire, "no shape is known"),

	// Our own.
	"local.call":     on(callStarted, ours, noClock, "a listing has begun"),
	"local.page":     on(pageArrived, ours, noClock, "rows merged, but for facets that an event changed since the call"),
	"local.listed":   on(listingEnded, ours, noClock, "what a complete list left out is missing"),
	"local.failed":   on(listingFailed, ours, noClock, "a collection cannot be had, and why"),
	"local.offline":  on(connectionLost, ours, noClock, "presence is forgotten, and everything is stale"),
	"local.ready":    on(bootstrapEnded, ours, noClock, "a first bootstrap has been read to its end"),
	"local.expire":   on(expire, ours, noClock, "what orders older events is dropped, and messages that are too old"),
	"local.config":   on(configured, ours, noClock, "what is kept beyond the workspace itself"),
	"local.repaired": on(roundEnded, ours, noClock, "gaps of which nothing is left in doubt are closed"),
}
