package reducer

// A row of the table is a handler, or the reason why there is none.
type row struct {
	fn  func(*step)
	why string
}

func on(fn func(*step)) row { return row{fn: fn} }
func ignore(why string) row { return row{why: why} }

const (
	connection   = "about the connection"
	webClient    = "for Slack's own web client"
	noFiles      = "files are not kept"
	noMessages   = "message timelines are not kept"
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
	"": ignore("an acknowledgement, or a frame without a type"),

	// The connection.
	"hello":                  on(hello),
	"goodbye":                ignore(connection),
	"error":                  ignore(connection),
	"pong":                   ignore(connection),
	"disconnect":             ignore(connection),
	"reconnect_url":          ignore("a secret of the connection, never kept"),
	"team_migration_started": ignore(connection),
	"accounts_changed":       ignore(webClient),
	"commands_changed":       ignore(webClient),
	"presence_sub":           ignore("written by clients"),
	"presence_query":         ignore("written by clients"),
	"user_typing":            ignore(transient),
	"typing":                 ignore("written by clients"),
	"ping":                   ignore("written by clients"),

	// Conversations, whatever their kind.
	"channel_created":         on(conversationCreated),
	"im_created":              on(imCreated),
	"channel_joined":          on(conversationJoined),
	"group_joined":            on(conversationJoined),
	"mpim_joined":             on(conversationJoined),
	"channel_left":            on(conversationLeft),
	"group_left":              on(conversationLeft),
	"channel_deleted":         on(conversationDeleted),
	"group_deleted":           on(conversationDeleted),
	"channel_archive":         on(conversationArchived),
	"group_archive":           on(conversationArchived),
	"channel_unarchive":       on(conversationUnarchived),
	"group_unarchive":         on(conversationUnarchived),
	"channel_rename":          on(conversationRenamed),
	"group_rename":            on(conversationRenamed),
	"group_open":              on(conversationOpened),
	"im_open":                 on(conversationOpened),
	"mpim_open":               on(conversationOpened),
	"group_close":             on(conversationClosed),
	"im_close":                on(conversationClosed),
	"mpim_close":              on(conversationClosed),
	"channel_marked":          on(conversationMarked),
	"group_marked":            on(conversationMarked),
	"im_marked":               on(conversationMarked),
	"mpim_marked":             on(conversationMarked),
	"channel_history_changed": on(historyChanged),
	"group_history_changed":   on(historyChanged),
	"im_history_changed":      on(historyChanged),
	"mpim_history_changed":    on(historyChanged),
	"member_joined_channel":   on(memberJoined),
	"member_left_channel":     on(memberLeft),
	"channel_id_changed":      on(conversationIDChanged),
	"channel_shared":          on(conversationShared),
	"channel_unshared":        on(conversationUnshared),
	"channel_updated":         on(conversationUpdated),

	// Messages and what hangs on them.
	"message":                    on(message),
	"message.channels":           ignore(subscription),
	"message.groups":             ignore(subscription),
	"message.im":                 ignore(subscription),
	"message.mpim":               ignore(subscription),
	"message.app_home":           ignore(subscription),
	"reaction_added":             ignore(noMessages),
	"reaction_removed":           ignore(noMessages),
	"message_metadata_posted":    ignore(noMessages),
	"message_metadata_updated":   ignore(noMessages),
	"message_metadata_deleted":   ignore(noMessages),
	"thread_marked":              ignore(noMessages),
	"thread_subscribed":          ignore(noMessages),
	"thread_unsubscribed":        ignore(noMessages),
	"update_thread_state":        ignore(noMessages),
	"app_mention":                ignore("a copy of a message that also arrives as one"),
	"desktop_notification":       ignore(rendered),
	"mobile_in_app_notification": ignore(rendered),
	"pin_added":                  on(pinAdded),
	"pin_removed":                on(pinRemoved),
	"star_added":                 on(starAdded),
	"star_removed":               on(starRemoved),

	// Files.
	"file_created":         ignore(noFiles),
	"file_shared":          ignore(noFiles),
	"file_unshared":        ignore(noFiles),
	"file_public":          ignore(noFiles),
	"file_private":         ignore(noFiles),
	"file_change":          ignore(noFiles),
	"file_deleted":         on(fileDeleted),
	"file_comment_added":   ignore(retired),
	"file_comment_edited":  ignore(retired),
	"file_comment_deleted": ignore(retired),

	// Users, presence, do-not-disturb, own preferences.
	"team_join":              on(userChanged),
	"user_change":            on(userChanged),
	"user_profile_changed":   on(userChanged),
	"user_status_changed":    on(userChanged),
	"user_huddle_changed":    on(userChanged),
	"user_invalidated":       on(userInvalidated),
	"presence_change":        on(presenceChanged),
	"presence_change_batch":  on(presenceChanged),
	"manual_presence_change": on(manualPresenceChanged),
	"dnd_updated":            on(dndUpdated),
	"dnd_updated_user":       on(dndUpdated),
	"pref_change":            on(prefChanged),

	// User groups, bots, emoji.
	"subteam_created":         on(usergroupChanged),
	"subteam_updated":         on(usergroupChanged),
	"subteam_members_changed": on(usergroupMembersChanged),
	"subteam_self_added":      on(usergroupSelfAdded),
	"subteam_self_removed":    on(usergroupSelfRemoved),
	"bot_added":               on(botChanged),
	"bot_changed":             on(botChanged),
	"emoji_changed":           on(emojiChanged),

	// The workspace.
	"team_rename":                     on(teamRenamed),
	"team_domain_change":              on(teamDomainChanged),
	"email_domain_changed":            on(teamEmailDomainChanged),
	"team_pref_change":                on(teamPrefChanged),
	"team_plan_change":                on(teamPlanChanged),
	"team_profile_change":             on(profileFieldsChanged),
	"team_profile_delete":             on(profileFieldsDeleted),
	"team_profile_reorder":            on(profileFieldsChanged),
	"external_org_migration_started":  ignore("about another workspace"),
	"external_org_migration_finished": ignore("about another workspace"),
	"grid_migration_started":          ignore("reads go on meanwhile"),
	"grid_migration_finished":         on(gridMigrationFinished),
	"shared_channel_invite_received":  ignore("an invitation is no membership"),
	"shared_channel_invite_accepted":  ignore("an invitation is no membership"),
	"shared_channel_invite_approved":  ignore("an invitation is no membership"),
	"shared_channel_invite_declined":  ignore("an invitation is no membership"),
	"shared_channel_invite_requested": ignore("an invitation is no membership"),
	"team_access_granted":             ignore("about the app's installation"),
	"team_access_revoked":             ignore("about the app's installation"),
	"app_uninstalled":                 ignore("about the app's installation"),
	"tokens_revoked":                  ignore("about the app's installation"),
	"app_rate_limited":                on(eventsLost),

	// Events API types that carry no workspace state.
	"url_verification":                 ignore(connection),
	"app_deleted":                      ignore(noState),
	"app_home_opened":                  ignore(noState),
	"app_installed":                    ignore(noState),
	"app_uninstalled_team":             ignore(noState),
	"app_requested":                    ignore(noState),
	"app_context_changed":              ignore(noState),
	"agent_session_created":            ignore(noState),
	"agent_session_updated":            ignore(noState),
	"agent_session_deleted":            ignore(noState),
	"assistant_thread_started":         ignore(noState),
	"assistant_thread_context_changed": ignore(noState),
	"call_rejected":                    ignore(noState),
	"entity_details_requested":         ignore(noState),
	"function_executed":                ignore(noState),
	"invite_requested":                 ignore(noState),
	"link_shared":                      ignore(noState),
	"resources_added":                  ignore(retired),
	"resources_removed":                ignore(retired),
	"scope_granted":                    ignore(retired),
	"scope_denied":                     ignore(retired),
	"user_resource_granted":            ignore(retired),
	"user_resource_denied":             ignore(retired),
	"user_resource_removed":            ignore(retired),
	"workflow_deleted":                 ignore(noState),
	"workflow_published":               ignore(noState),
	"workflow_unpublished":             ignore(noState),
	"workflow_step_deleted":            ignore(noState),
	"workflow_step_execute":            ignore(noState),
	"interactive":                      ignore("a Socket Mode envelope without an event"),
	"slash_commands":                   ignore("a Socket Mode envelope without an event"),

	// Frames Slack does not document.
	"badge_counts_updated":               ignore(webClient),
	"activity":                           ignore(webClient),
	"apps_changed":                       ignore(noState),
	"apps_installed":                     ignore(noState),
	"apps_uninstalled":                   ignore(noState),
	"app_actions_updated":                ignore(noState),
	"sh_room_join":                       ignore(transient),
	"sh_room_leave":                      ignore(transient),
	"sh_room_update":                     ignore(transient),
	"channel_section_upserted":           ignore("sidebar sections are not kept"),
	"channel_section_deleted":            ignore("sidebar sections are not kept"),
	"channel_sections_channels_upserted": ignore("sidebar sections are not kept"),
	"channel_sections_channels_removed":  ignore("sidebar sections are not kept"),
	"ai_assistant_status":                ignore(transient),
	"user_connection":                    ignore("no shape is known"),

	// Our own.
	"local.call":    on(callStarted),
	"local.page":    on(pageArrived),
	"local.listed":  on(listingEnded),
	"local.failed":  on(listingFailed),
	"local.offline": on(connectionLost),
	"local.ready":   on(bootstrapEnded),
	"local.expire":  on(expire),
}
