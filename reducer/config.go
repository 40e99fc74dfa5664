package reducer

import (
	"strconv"
	"time"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// A History bounds the messages that are kept of each conversation. The zero
// History keeps none; in any other, a field that is 0 is no bound.
type History struct {
	PerChannel int           // how many messages, replies in threads included
	MaxAge     time.Duration // how old they may get; cut when clocks expire
}

func (h History) on() bool { return h.PerChannel > 0 || h.MaxAge > 0 }

// Event returns the event that makes a snapshot keep what cfg says, nil if it
// does already. What is kept beyond the workspace itself changes what later
// events do, so it is a part of the snapshot, and an event of its own makes
// replaying exact.
func (cfg Config) Event(s *snapshot.Snapshot) []byte {
	var enc snapshot.Encoder
	b := []byte(`{"type":"local.config"`)
	if cfg.History.on() {
		b = append(b, `,"history":true`...)
	}
	number := func(name string, n int64) {
		if n > 0 {
			b = append(b, `,"`+name+`":`...)
			b = strconv.AppendInt(b, n, 10)
		}
	}
	number("per_channel", int64(cfg.History.PerChannel))
	number("max_age", cfg.History.MaxAge.Milliseconds())
	if cfg.Files {
		b = append(b, `,"files":true`...)
	}
	b = append(b, '}')
	if configRecord(&enc, rawjson.Value(b)) == s.Get(snapshot.KindConfig, "") {
		return nil
	}
	return b
}

// configRecord encodes what a local.config says, "" if nothing is to be kept.
func configRecord(enc *snapshot.Encoder, v rawjson.Value) snapshot.Record {
	r := enc.Record(snapshot.KindConfig.Schema(), filter(v, func(name string) bool {
		return name == "history" || name == "per_channel" || name == "max_age" || name == "files"
	}))
	if r == snapshot.Exists {
		return ""
	}
	return r
}

// configured is local.config: what is kept beyond the workspace itself, from now
// on. What is not wanted any more goes, and comes back only with new events. Clock:
// none needed.
func configured(st *step) {
	st.Put(snapshot.KindConfig, "", configRecord(&st.Encoder, st.ev.Body))
	keeps := st.Get(snapshot.KindConfig, "")
	lines := map[string]bool{}
	for pair := range st.Base().All(kept) {
		if !keeps.Is(snapshot.ConfigHistory) {
			st.Delete(kept, pair)
		}
		key, _ := snapshot.Unpair(pair)
		lines[key] = true
	}
	for key := range lines {
		st.trim(key)
	}
	if !keeps.Is(snapshot.ConfigHistory) {
		for name := range st.Base().All(snapshot.KindFreshness) {
			if _, of := snapshot.Unpair(name); name == snapshot.MessagesOf(snapshot.ChannelID(of)) {
				st.Delete(snapshot.KindFreshness, name)
			}
		}
		for thread := range st.Base().All(snapshot.KindThread) {
			st.Delete(snapshot.KindThread, thread)
		}
	}
	if !keeps.Is(snapshot.ConfigFiles) {
		for f := range st.Base().All(snapshot.KindFile) {
			st.forgetFile(f)
		}
	}
}
