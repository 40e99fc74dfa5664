package snapshot

// Self is the user whose token feeds the state.
var (
	selfSchema         = newSchema("self", "").without("prefs")
	SelfID             = selfSchema.str(1, "id")
	SelfName           = selfSchema.str(2, "name")
	SelfCreated        = selfSchema.int(3, "created")
	SelfManualPresence = selfSchema.str(4, "manual_presence")
)

// Preferences are stored one a record, so that changing one of hundreds is
// small.
var (
	selfPrefSchema = newSchema("self prefs", "")
	SelfPrefValue  = selfPrefSchema.raw(1, "value")

	teamPrefSchema = newSchema("team prefs", "")
	TeamPrefValue  = teamPrefSchema.raw(1, "value")
)

// Team is the workspace.
var (
	teamSchema         = newSchema("team", "").without("prefs", "profile")
	TeamID             = teamSchema.str(1, "id")
	TeamName           = teamSchema.str(2, "name")
	TeamDomain         = teamSchema.str(3, "domain")
	TeamURL            = teamSchema.str(4, "url")
	TeamEmailDomain    = teamSchema.str(5, "email_domain")
	TeamIcon           = teamSchema.raw(6, "icon")
	TeamPlan           = teamSchema.str(7, "plan")
	TeamEnterpriseID   = teamSchema.str(8, "enterprise_id")
	TeamEnterpriseName = teamSchema.str(9, "enterprise_name")
)

// ProfileField is the definition of a custom profile field.
var (
	profileFieldSchema   = newSchema("profile fields", "id")
	ProfileFieldOrdering = profileFieldSchema.int(1, "ordering")
	ProfileFieldLabel    = profileFieldSchema.str(2, "label")
	ProfileFieldHint     = profileFieldSchema.str(3, "hint")
	ProfileFieldType     = profileFieldSchema.str(4, "type")
	ProfileFieldHidden   = profileFieldSchema.bool(5, "is_hidden")
)

// User follows https://docs.slack.dev/reference/objects/user-object. The
// fields that lookups read come first: a field is found by walking a record.
var (
	ProfileSchema             = newSchema("profile", "")
	ProfileDisplayName        = ProfileSchema.str(1, "display_name")
	ProfileDisplayNameNorm    = ProfileSchema.str(2, "display_name_normalized")
	ProfileRealName           = ProfileSchema.str(3, "real_name")
	ProfileRealNameNorm       = ProfileSchema.str(4, "real_name_normalized")
	ProfileEmail              = ProfileSchema.str(5, "email")
	ProfileBotID              = ProfileSchema.str(6, "bot_id")
	ProfileStatusText         = ProfileSchema.str(7, "status_text")
	ProfileStatusEmoji        = ProfileSchema.str(8, "status_emoji")
	ProfileStatusExpiration   = ProfileSchema.int(9, "status_expiration")
	ProfileTitle              = ProfileSchema.str(10, "title")
	ProfilePhone              = ProfileSchema.str(11, "phone")
	ProfileSkype              = ProfileSchema.str(12, "skype")
	ProfileFirstName          = ProfileSchema.str(13, "first_name")
	ProfileLastName           = ProfileSchema.str(14, "last_name")
	ProfileAvatarHash         = ProfileSchema.str(15, "avatar_hash")
	ProfileTeam               = ProfileSchema.str(16, "team")
	ProfileImage24            = ProfileSchema.str(17, "image_24")
	ProfileImage32            = ProfileSchema.str(18, "image_32")
	ProfileImage48            = ProfileSchema.str(19, "image_48")
	ProfileImage72            = ProfileSchema.str(20, "image_72")
	ProfileImage192           = ProfileSchema.str(21, "image_192")
	ProfileImage512           = ProfileSchema.str(22, "image_512")
	ProfileImage1024          = ProfileSchema.str(23, "image_1024")
	ProfileImageOriginal      = ProfileSchema.str(24, "image_original")
	ProfileFields             = ProfileSchema.raw(25, "fields")
	ProfilePronouns           = ProfileSchema.str(26, "pronouns")
	ProfileStatusCanonical    = ProfileSchema.str(27, "status_text_canonical")
	ProfileStatusEmojiDisplay = ProfileSchema.raw(28, "status_emoji_display_info")
	ProfileAppID              = ProfileSchema.str(29, "api_app_id")
	ProfileCustomImage        = ProfileSchema.bool(30, "is_custom_image")
	ProfileAlwaysActive       = ProfileSchema.bool(31, "always_active")
	ProfileStartDate          = ProfileSchema.str(32, "start_date")
	ProfileHuddleState        = ProfileSchema.str(33, "huddle_state")
	ProfileGuestExpiration    = ProfileSchema.int(34, "guest_expiration_ts")
	ProfileGuestInvitedBy     = ProfileSchema.str(35, "guest_invited_by")
	ProfileHuddleExpiration   = ProfileSchema.int(37, "huddle_state_expiration_ts") // 36 is profileAvatars

	userSchema            = newSchema("users", "id").without("presence")
	UserName              = userSchema.str(1, "name")
	UserProfile           = userSchema.object(2, "profile", ProfileSchema)
	UserRealName          = userSchema.str(3, "real_name")
	UserDeleted           = userSchema.bool(4, "deleted")
	UserUpdated           = userSchema.int(5, "updated") // seconds
	UserTeamID            = userSchema.str(6, "team_id")
	UserIsBot             = userSchema.bool(7, "is_bot")
	UserIsAppUser         = userSchema.bool(8, "is_app_user")
	UserIsAdmin           = userSchema.bool(9, "is_admin")
	UserIsOwner           = userSchema.bool(10, "is_owner")
	UserIsPrimaryOwner    = userSchema.bool(11, "is_primary_owner")
	UserIsRestricted      = userSchema.bool(12, "is_restricted")
	UserIsUltraRestricted = userSchema.bool(13, "is_ultra_restricted")
	UserIsStranger        = userSchema.bool(14, "is_stranger")
	UserTZ                = userSchema.str(15, "tz")
	UserTZLabel           = userSchema.str(16, "tz_label")
	UserTZOffset          = userSchema.int(17, "tz_offset")
	UserColor             = userSchema.str(18, "color")
	UserLocale            = userSchema.str(19, "locale")
	UserHas2FA            = userSchema.bool(20, "has_2fa")
	UserIsEmailConfirmed  = userSchema.bool(21, "is_email_confirmed")
	UserIsInvitedUser     = userSchema.bool(22, "is_invited_user")
	UserIsWorkflowBot     = userSchema.bool(23, "is_workflow_bot")
	UserWhoCanShare       = userSchema.str(24, "who_can_share_contact_card")
	UserEnterprise        = userSchema.raw(25, "enterprise_user")
)

// Conversation follows https://docs.slack.dev/reference/objects/conversation-object:
// public and private channels, group DMs and DMs alike. Topic and purpose have
// one shape.
var (
	TopicSchema  = newSchema("topic", "")
	TopicValue   = TopicSchema.str(1, "value")
	TopicCreator = TopicSchema.str(2, "creator")
	TopicLastSet = TopicSchema.int(3, "last_set") // seconds

	conversationSchema  = newSchema("conversations", "id").without("members").beside(readSchema)
	ConvName            = conversationSchema.str(1, "name")
	ConvNameNormalized  = conversationSchema.str(2, "name_normalized")
	ConvUser            = conversationSchema.str(3, "user") // a DM's other side
	ConvIsIM            = conversationSchema.bool(4, "is_im")
	ConvIsMPIM          = conversationSchema.bool(5, "is_mpim")
	ConvIsPrivate       = conversationSchema.bool(6, "is_private")
	ConvIsChannel       = conversationSchema.bool(7, "is_channel")
	ConvIsGroup         = conversationSchema.bool(8, "is_group")
	ConvIsMember        = conversationSchema.bool(9, "is_member")
	ConvIsArchived      = conversationSchema.bool(10, "is_archived")
	ConvIsOpen          = conversationSchema.bool(11, "is_open")
	ConvIsGeneral       = conversationSchema.bool(12, "is_general")
	ConvCreated         = conversationSchema.int(13, "created") // seconds
	ConvCreator         = conversationSchema.str(14, "creator")
	ConvTopic           = conversationSchema.object(15, "topic", TopicSchema)
	ConvPurpose         = conversationSchema.object(16, "purpose", TopicSchema)
	ConvPreviousNames   = conversationSchema.list(17, "previous_names")
	ConvUpdated         = conversationSchema.int(18, "updated") // milliseconds
	ConvNumMembers      = conversationSchema.int(19, "num_members")
	ConvIsShared        = conversationSchema.bool(20, "is_shared")
	ConvIsExtShared     = conversationSchema.bool(21, "is_ext_shared")
	ConvIsOrgShared     = conversationSchema.bool(22, "is_org_shared")
	ConvIsPendingExt    = conversationSchema.bool(23, "is_pending_ext_shared")
	ConvIsFrozen        = conversationSchema.bool(24, "is_frozen")
	ConvIsUserDeleted   = conversationSchema.bool(25, "is_user_deleted")
	ConvIsReadOnly      = conversationSchema.bool(26, "is_read_only")
	ConvIsThreadOnly    = conversationSchema.bool(27, "is_thread_only")
	ConvPriority        = conversationSchema.raw(28, "priority")
	ConvUnlinked        = conversationSchema.int(29, "unlinked")
	ConvContextTeamID   = conversationSchema.str(30, "context_team_id")
	ConvSharedTeams     = conversationSchema.list(31, "shared_team_ids")
	ConvConnectedTeams  = conversationSchema.list(32, "connected_team_ids")
	ConvProperties      = conversationSchema.raw(33, "properties")
	ConvLocale          = conversationSchema.str(34, "locale")
	ConvHasPins         = conversationSchema.bool(35, "has_pins")
	ConvIsStarred       = conversationSchema.bool(36, "is_starred")
	ConvInternalTeams   = conversationSchema.list(37, "internal_team_ids")
	ConvPendingShared   = conversationSchema.list(38, "pending_shared")
	ConvPendingTeams    = conversationSchema.list(39, "pending_connected_team_ids")
	ConvConversationHst = conversationSchema.str(40, "conversation_host_id")
	ConvPinCount        = conversationSchema.int(41, "pin_count")
)

// Read is what changes with every message of a conversation: its newest
// message and self's place in it. An unknown counter is not 0.
var (
	MessageSchema    = newSchema("messages", "").without("channel", "channel_type", "event_ts") // the frame's
	MessageTS        = MessageSchema.str(1, "ts")
	MessageUser      = MessageSchema.str(2, "user")
	MessageText      = MessageSchema.str(3, "text")
	MessageType      = MessageSchema.str(4, "type")
	MessageSubtype   = MessageSchema.str(5, "subtype")
	MessageBotID     = MessageSchema.str(6, "bot_id")
	MessageUsername  = MessageSchema.str(7, "username")
	MessageThreadTS  = MessageSchema.str(8, "thread_ts")
	MessageEdited    = MessageSchema.raw(9, "edited")
	MessageTeam      = MessageSchema.str(10, "team")
	MessageClientID  = MessageSchema.str(11, "client_msg_id")
	MessageBlocks    = MessageSchema.raw(12, "blocks")
	MessageFiles     = MessageSchema.raw(13, "files")
	MessageReactions = MessageSchema.raw(14, "reactions")

	// A thread hangs on its first message.
	MessageReplyCount      = MessageSchema.int(15, "reply_count")
	MessageReplyUsers      = MessageSchema.list(16, "reply_users") // the first few
	MessageReplyUsersCount = MessageSchema.int(17, "reply_users_count")
	MessageLatestReply     = MessageSchema.str(18, "latest_reply")
	MessageReplies         = MessageSchema.raw(19, "replies")
	MessageParentUser      = MessageSchema.str(20, "parent_user_id") // of a reply
	MessageHidden          = MessageSchema.bool(21, "hidden")
	MessagePinnedTo        = MessageSchema.list(22, "pinned_to")
	MessageIsStarred       = MessageSchema.bool(23, "is_starred")
	MessageMetadata        = MessageSchema.raw(24, "metadata")
	MessageAttachments     = MessageSchema.raw(25, "attachments")

	MessageSourceTeam = MessageSchema.str(26, "source_team")
	MessageUserTeam   = MessageSchema.str(27, "user_team")
	MessageSuppressed = MessageSchema.bool(28, "suppress_notification")

	readSchema          = newSchema("read state", "").only()
	ReadLatestTS        = readSchema.str(1, "latest") // simple_latest sends only this
	ReadLatest          = readSchema.whole(2, "latest", MessageSchema)
	ReadLastRead        = readSchema.str(3, "last_read")
	ReadUnread          = readSchema.int(4, "unread_count")
	ReadUnreadDisplay   = readSchema.int(5, "unread_count_display")
	ReadMentions        = readSchema.int(6, "mention_count")
	ReadMentionsDisplay = readSchema.int(7, "mention_count_display")
	ReadDMs             = readSchema.int(8, "dm_count")
	ReadHasUnreads      = readSchema.bool(9, "has_unreads")
)

// Member has no fields: that it exists is all there is to it.
var memberSchema = newSchema("members", "")

// Bot is a bot integration; its user is a User of its own.
var (
	botSchema  = newSchema("bots", "id")
	BotName    = botSchema.str(1, "name")
	BotDeleted = botSchema.bool(2, "deleted")
	BotUpdated = botSchema.int(3, "updated") // seconds
	BotAppID   = botSchema.str(4, "app_id")
	BotUserID  = botSchema.str(5, "user_id")
	BotIcons   = botSchema.raw(6, "icons")
	BotTeamID  = botSchema.str(7, "team_id")
)

// Usergroup follows https://docs.slack.dev/reference/objects/usergroup-object.
var (
	usergroupSchema      = newSchema("usergroups", "id")
	UsergroupHandle      = usergroupSchema.str(1, "handle")
	UsergroupName        = usergroupSchema.str(2, "name")
	UsergroupDescription = usergroupSchema.str(3, "description")
	UsergroupTeamID      = usergroupSchema.str(4, "team_id")
	UsergroupDateCreate  = usergroupSchema.int(5, "date_create")
	UsergroupDateUpdate  = usergroupSchema.int(6, "date_update") // seconds
	UsergroupDateDelete  = usergroupSchema.int(7, "date_delete") // not 0: disabled
	UsergroupUsers       = usergroupSchema.list(8, "users")
	UsergroupUserCount   = usergroupSchema.int(9, "user_count")
	UsergroupAutoType    = usergroupSchema.str(10, "auto_type")
	UsergroupCreatedBy   = usergroupSchema.str(11, "created_by")
	UsergroupUpdatedBy   = usergroupSchema.str(12, "updated_by")
	UsergroupDeletedBy   = usergroupSchema.str(13, "deleted_by")
	UsergroupIsExternal  = usergroupSchema.bool(14, "is_external")
	UsergroupPrefs       = usergroupSchema.raw(15, "prefs")

	myUsergroupSchema = newSchema("own usergroups", "")
)

// Emoji is a custom emoji: an image's URL, or "alias:" and another name.
var (
	emojiSchema = newSchema("emoji", "")
	EmojiValue  = emojiSchema.str(1, "value")
)

// DND is a user's do-not-disturb state; the snooze fields are known for self.
var (
	dndSchema        = newSchema("dnd", "").without("snooze_remaining") // wrong a second later
	DNDEnabled       = dndSchema.bool(1, "dnd_enabled")
	DNDNextStart     = dndSchema.int(2, "next_dnd_start_ts") // seconds
	DNDNextEnd       = dndSchema.int(3, "next_dnd_end_ts")
	DNDSnooze        = dndSchema.bool(4, "snooze_enabled")
	DNDSnoozeEnd     = dndSchema.int(5, "snooze_endtime")
	DNDSnoozeForever = dndSchema.bool(6, "snooze_is_indefinite")
)

// Presence is "active" or "away".
var (
	presenceSchema = newSchema("presence", "")
	PresenceValue  = presenceSchema.str(1, "presence")
)

// Pins, stars and files are kept as Slack sent them. A conversation that gets
// another id gets it in them too.
var (
	pinSchema  = newSchema("pins", "")
	PinChannel = pinSchema.str(1, "channel")

	starSchema  = newSchema("stars", "")
	StarChannel = starSchema.str(1, "channel")
	StarGroup   = starSchema.str(2, "group") // how private channels were starred

	fileSchema     = newSchema("files", "id")
	FileName       = fileSchema.str(1, "name")
	FileTitle      = fileSchema.str(2, "title")
	FileMimetype   = fileSchema.str(3, "mimetype")
	FileUser       = fileSchema.str(4, "user")
	FileCreated    = fileSchema.int(5, "created") // seconds
	FileSize       = fileSchema.int(6, "size")    // bytes
	FileIsPublic   = fileSchema.bool(7, "is_public")
	FileChannels   = fileSchema.list(8, "channels") // where it is shared: public channels,
	FileGroups     = fileSchema.list(9, "groups")   // private ones and group DMs,
	FileIMs        = fileSchema.list(10, "ims")     // and DMs
	FilePermalink  = fileSchema.str(11, "permalink")
	FileURLPrivate = fileSchema.str(12, "url_private")
)

// Thread is self's subscription to a thread. Slack calls one that is on active.
var (
	threadSchema     = newSchema("threads", "").without("type", "channel")
	ThreadTS         = threadSchema.str(1, "thread_ts")
	ThreadLastRead   = threadSchema.str(2, "last_read")
	ThreadSubscribed = threadSchema.bool(3, "active")
)
