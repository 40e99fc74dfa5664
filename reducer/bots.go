package reducer

import "github.com/slackstate/slackstate/snapshot"

// botChanged is bot_added and bot_changed. Nothing else says that a bot was
// removed than its deleted flag. Clock: bot.updated, else event_ts.
func botChanged(st *step) {
	v := st.ev.get("bot")
	key := id(v, "id")
	if key == "" {
		st.skip("names no bot")
		return
	}
	patch := st.record(snapshot.KindBot, v)
	known, _ := st.Get(snapshot.KindBot, key).Int(snapshot.BotUpdated)
	updated, _ := patch.Int(snapshot.BotUpdated)
	if st.supersedes(facetBot, key, known, updated) {
		st.merge(snapshot.KindBot, key, patch)
	}
}
