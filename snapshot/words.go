package snapshot

// Some texts are the same for thousands of entities. A field that has a list of
// them holds the number of one in a record, as wireInt, in place of its bytes; any
// other text it holds as it is. Numbers are written to disk: a list may grow at
// its end, and nowhere else.

// words gives a field its list.
func (f *Field) words(list ...string) *Field {
	f.list, f.number = list, make(map[string]int64, len(list))
	for i, w := range list {
		f.number[w] = int64(i)
	}
	return f
}

// word returns the text that a number stands for, "" for one that a record
// cannot have.
func (f *Field) word(n int64) string {
	if n < 0 || n >= int64(len(f.list)) {
		return ""
	}
	return f.list[n]
}

var _ = []*Field{
	UserTZ.words("Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Paris", "Europe/Berlin", "Europe/Madrid", "Europe/Rome",
		"Europe/Amsterdam", "Europe/Brussels", "Europe/Vienna", "Europe/Zurich", "Europe/Stockholm", "Europe/Oslo", "Europe/Copenhagen",
		"Europe/Prague", "Europe/Warsaw", "Europe/Budapest", "Europe/Bucharest", "Europe/Athens", "Europe/Helsinki", "Europe/Kiev",
		"Europe/Istanbul", "Europe/Moscow", "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix",
		"America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "America/Toronto", "America/Vancouver", "America/Halifax",
		"America/Mexico_City", "America/Bogota", "America/Lima", "America/Santiago", "America/Sao_Paulo", "America/Argentina/Buenos_Aires",
		"America/Buenos_Aires", "Africa/Lagos", "Africa/Cairo", "Africa/Johannesburg", "Africa/Nairobi", "Africa/Casablanca",
		"Asia/Jerusalem", "Asia/Riyadh", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka", "Asia/Bangkok", "Asia/Jakarta",
		"Asia/Ho_Chi_Minh", "Asia/Singapore", "Asia/Kuala_Lumpur", "Asia/Manila", "Asia/Hong_Kong", "Asia/Shanghai", "Asia/Chongqing",
		"Asia/Taipei", "Asia/Seoul", "Asia/Tokyo", "Australia/Perth", "Australia/Adelaide", "Australia/Brisbane", "Australia/Canberra",
		"Australia/Sydney", "Australia/Melbourne", "Pacific/Auckland", "UTC"),
	UserTZLabel.words("Greenwich Mean Time", "British Summer Time", "Irish Standard Time", "Western European Time",
		"Western European Summer Time", "Central European Time", "Central European Summer Time", "Eastern European Time",
		"Eastern European Summer Time", "Moscow Time", "Turkey Time", "Eastern Standard Time", "Eastern Daylight Time",
		"Central Standard Time", "Central Daylight Time", "Mountain Standard Time", "Mountain Daylight Time", "Pacific Standard Time",
		"Pacific Daylight Time", "Alaska Standard Time", "Alaska Daylight Time", "Hawaii Standard Time", "Atlantic Standard Time",
		"Atlantic Daylight Time", "Colombia Standard Time", "Peru Standard Time", "Chile Standard Time", "Chile Summer Time",
		"Brasilia Standard Time", "Brasilia Summer Time", "Argentina Standard Time", "Argentina Time", "West Africa Standard Time",
		"East Africa Time", "South Africa Standard Time", "Israel Standard Time", "Israel Daylight Time", "Arabia Standard Time",
		"Gulf Standard Time", "Pakistan Standard Time", "India Standard Time", "Bangladesh Standard Time", "Indochina Time",
		"Western Indonesia Time", "Singapore Standard Time", "Malaysia Time", "Philippine Standard Time", "Hong Kong Standard Time",
		"China Standard Time", "Taipei Standard Time", "Korea Standard Time", "Japan Standard Time", "Australian Western Standard Time",
		"Australian Eastern Standard Time", "Australian Eastern Daylight Time", "New Zealand Standard Time", "New Zealand Daylight Time",
		"Coordinated Universal Time"),
	UserLocale.words("en-US", "en-GB", "de-DE", "fr-FR", "es-ES", "es-LA", "pt-BR", "it-IT", "ja-JP", "ko-KR", "zh-CN", "zh-TW"),
	UserColor.words("9f69e7", "4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "e0a729", "684b6c", "5b89d5", "2b6836", "99a949", "df3dc0",
		"4cc091", "9b3b45", "d58247", "bb86b7", "5a4592", "db3150", "235e5b", "9e3997", "53b759", "c386df", "385a86", "a63024", "5870dd",
		"ea2977", "50a0cf", "d55aef", "d1707d", "43761b", "e06b56", "8f4a2b", "902d59", "de5f24", "a2a5dc", "827327", "3c8c69", "8d4b84",
		"84b22f", "4ec0d6", "e23f99", "e475df", "619a4f", "a72f79", "7d414c", "aba727", "965d1b", "4d5e26", "dd8527", "bd9336", "e85d72",
		"dc7dbb", "bc3663", "9d8eee", "8469bc", "73769d", "b14cbc", "757575"),
	UserWhoCanShare.words("EVERYONE", "NO_ONE"),
	ProfileHuddleState.words("default_unset", "in_a_huddle"),
	PresenceValue.words("active", "away"),
	MessageType.words("message"),
	FreshHow.words("complete", "partial"),
	FreshSource.words("rtm.start", "users.list", "conversations.list", "conversations.members", "conversations.info", "users.conversations"),
}
