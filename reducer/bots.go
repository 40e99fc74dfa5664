package reducer

import (
	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// botChanged is bot_added and bot_changed. Nothing else says that a bot was
// removed than its deleted flag. Clock: bot.updated, else event_ts.
func botChanged(st *step) {
	if !st.putBot(st.ev.get("bot")) {
		st.lack("names no bot")
	}
}

// botProfile takes what a message says of the bot that sent it, if that bot is
// not known or this is a newer version of it. Its team_id is the message's: no
// other object of a bot has one.
func (st *step) botProfile(v rawjson.Value) {
	bot := st.Get(snapshot.KindBot, id(v, "id"))
	known, _ := bot.Int(snapshot.BotUpdated)
	if updated, _ := v.Get("updated").Int(); bot == "" || updated > known {
		st.putBot(filter(v, func(name string) bool { return name != "team_id" }))
	}
}

// putBot merges a bot and reports whether it has an id.
func (st *step) putBot(v rawjson.Value) bool {
	key := id(v, "id")
	if key == "" {
		return false
	}
	patch := st.record(snapshot.KindBot, v)
	known, _ := st.Get(snapshot.KindBot, key).Int(snapshot.BotUpdated)
	updated, _ := patch.Int(snapshot.BotUpdated)
	if st.supersedes(facetBot, key, known, updated) {
		st.merge(snapshot.KindBot, key, patch)
	}
	return true
}
