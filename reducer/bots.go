package reducer

import (
	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// botChanged is bot_added and bot_changed. Nothing else says that a bot was
// removed than its deleted flag. Clock: bot.updated, else event_ts.
func botChanged(st *step) {
	if !st.putBot(st.ev.get("bot")) {
		st.skip("names no bot")
	}
}

// putBot merges a bot, which the messages it sends may bring too, and reports
// whether it has an id.
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
