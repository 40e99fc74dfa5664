package slacktest

import (
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// retryAfter is when Slack tries an event again that was not acknowledged: at
// once, after a minute, after five.
var retryAfter = [...]time.Duration{0, time.Minute, 5 * time.Minute}

// ackTime is how long an acknowledgement may take.
const ackTime = 3 * time.Second

// rtmOnly are the types no app can subscribe to.
var rtmOnly = []string{
	"bot_added", "bot_changed", "channel_joined", "channel_marked", "group_joined", "group_marked", "im_marked",
	"manual_presence_change", "mpim_close", "mpim_joined", "mpim_marked", "mpim_open", "pref_change", "presence_change",
	"team_pref_change", "user_typing",
}

// events turns frames into Events API callbacks and hands them to whoever takes
// them: Socket Mode, and the calls of Deliver. Its lock is taken inside the
// workspace's and outside the hub's.
type events struct {
	server *Server
	mu     sync.Mutex
	ids    idSource
	takers []*taker
	sm     socketMode
	closed bool
}

// taker is the queue of one call of Deliver.
type taker struct {
	queue []callback
	wake  chan struct{}
}

// callback is an event as apps get it. The notice of a rate limit has no id.
type callback struct {
	id   string
	body []byte
}

func newEvents(s *Server) *events {
	return &events{server: s, ids: idSource{at: s.opts.Seed % idSpace}, sm: socketMode{waiting: map[string]*envelope{}}}
}

// push passes a frame on to the takers. The workspace's lock is held.
func (e *events) push(f frame) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.takers) == 0 && !e.sm.enabled || slices.Contains(rtmOnly, f.kind) {
		return
	}
	cb := e.callback(f)
	for _, t := range e.takers {
		e.queue(t, cb)
	}
	if e.sm.enabled && len(e.sm.waiting) < e.server.opts.MaxQueue {
		e.offer(&envelope{id: e.ids.next("en"), callback: cb})
	}
}

// queue keeps a callback for a delivery. Where there are too many, one callback
// says so in place of all that are dropped.
func (e *events) queue(t *taker, cb callback) {
	switch n := len(t.queue); {
	case n < e.server.opts.MaxQueue:
	case t.queue[n-1].id == "":
		return
	default:
		now := e.server.clock.last.seconds()
		cb = callback{body: marshal(object{
			"token": "deprecated", "type": "app_rate_limited", "team_id": e.server.team.id,
			"minute_rate_limited": now - now%60, "api_app_id": e.server.self.appID,
		})}
	}
	t.queue = append(t.queue, cb)
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// callback wraps an event. Inside, it is the RTM frame with four differences: it
// always has an event_ts, messages name the type of their channel, a renamed
// group's created is a number, and message_replied lacks its subtype, a bug Slack
// documents.
func (e *events) callback(f frame) callback {
	s := e.server
	var event map[string]json.RawMessage
	if err := json.Unmarshal(f.body, &event); err != nil {
		panic("slacktest: frame is not an object: " + err.Error()) // marshal made it
	}
	if f.channelType != "" {
		event["channel_type"] = marshal(f.channelType)
	}
	if event["event_ts"] == nil {
		event["event_ts"] = marshal(s.clock.last.String())
	}
	if text(event["subtype"]) == "message_replied" {
		delete(event, "subtype")
	}
	if f.kind == "group_rename" {
		var group object
		if json.Unmarshal(event["channel"], &group) == nil {
			group["created"] = s.convByID[group["id"].(string)].created
			event["channel"] = marshal(group)
		}
	}
	cb := callback{id: e.ids.next("Ev")}
	cb.body = marshal(object{
		"token": "deprecated", "team_id": s.team.id, "api_app_id": s.self.appID, "context_team_id": s.team.id,
		"context_enterprise_id": nil, "type": "event_callback", "event": event, "event_id": cb.id,
		"event_time": s.clock.last.seconds(), "event_context": "4-" + cb.id, "is_ext_shared_channel": false,
		"authorizations": []object{{
			"enterprise_id": nil, "team_id": s.team.id, "user_id": s.self.id, "is_bot": true, "is_enterprise_install": false,
		}},
	})
	return cb
}

// close stops what is still waiting.
func (e *events) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	for id := range e.sm.waiting {
		e.forget(id)
	}
}
