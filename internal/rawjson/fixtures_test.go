package rawjson_test

// userText is a member of a workspace as the Web API lists them: one line,
// slashes escaped.
const userText = `{"id":"U07QX4M2KDN","team_id":"T03HNV8P1","name":"m.okafor","deleted":false,"color":"5b89d5",` +
	`"real_name":"Mirembe Okafor","tz":"Africa\/Kampala","tz_label":"East Africa Time","tz_offset":10800,"profile":{` +
	`"title":"Release engineer","phone":"+256 700 555 014","skype":"","real_name":"Mirembe Okafor",` +
	`"real_name_normalized":"Mirembe Okafor","display_name":"mirembe","display_name_normalized":"mirembe",` +
	`"fields":{"Xf05K2PLQ9":{"value":"Building 4, desk 17","alt":""},"Xf05K7RTB3":{"value":"https:\/\/example.org\/~mirembe","alt":"Home page"}},` +
	`"status_text":"On call until Friday","status_emoji":":pager:","status_emoji_display_info":[],"status_expiration":1767387600,` +
	`"avatar_hash":"9d41e07c55af","email":"m.okafor@example.org","first_name":"Mirembe","last_name":"Okafor",` +
	`"image_original":"https:\/\/avatars.example.org\/2024-03-11\/9d41e07c55af_original.png","is_custom_image":true,` +
	`"image_24":"https:\/\/avatars.example.org\/2024-03-11\/9d41e07c55af_24.png",` +
	`"image_32":"https:\/\/avatars.example.org\/2024-03-11\/9d41e07c55af_32.png",` +
	`"image_48":"https:\/\/avatars.example.org\/2024-03-11\/9d41e07c55af_48.png",` +
	`"image_72":"https:\/\/avatars.example.org\/2024-03-11\/9d41e07c55af_72.png",` +
	`"image_192":"https:\/\/avatars.example.org\/2024-03-11\/9d41e07c55af_192.png",` +
	`"image_512":"https:\/\/avatars.example.org\/2024-03-11\/9d41e07c55af_512.png",` +
	`"status_text_canonical":"","team":"T03HNV8P1"},"is_admin":false,"is_owner":false,"is_primary_owner":false,` +
	`"is_restricted":false,"is_ultra_restricted":false,"is_bot":false,"is_app_user":false,"updated":1767301233,` +
	`"is_email_confirmed":true,"has_2fa":true,"who_can_share_contact_card":"EVERYONE"}`

// messageText is a message event as it comes over the socket.
const messageText = `{"type":"message","channel":"C05MW7TQ2","user":"U07QX4M2KDN","text":"Rolling out 4.12 to the second region now,` +
	` watch <https:\/\/status.example.org\/board|the board>\nand shout if latency moves :eyes:","client_msg_id":` +
	`"0b8e5a4e-7c1d-4f0a-9a63-2d9b6f1c7e55","team":"T03HNV8P1","blocks":[{"type":"rich_text","block_id":"kX2","elements":` +
	`[{"type":"rich_text_section","elements":[{"type":"text","text":"Rolling out 4.12"}]}]}],"event_ts":"1767301290.004500","ts":"1767301290.004500"}`
