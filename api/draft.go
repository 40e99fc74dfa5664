package api

// A Draft is a message that is not sent yet.
type Draft struct {
	Channel ChannelID
	// Text is sent as it stands, so it has to be in Slack's own form: &, < and >
	// as entities, mentions as <@U…>. Slack takes up to 4,000 characters.
	Text string
	// Thread is the ts of the message that this one replies to, "" for none.
	Thread TS
}
