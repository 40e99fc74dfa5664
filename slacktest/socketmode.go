package slacktest

import (
	"encoding/json"
	"net/http"
	"time"
)

// maxAppSockets is how many sockets an app may have open.
const maxAppSockets = 10

// socketMode is what of the events is under way to the app. It is guarded by
// events.mu.
type socketMode struct {
	enabled bool
	turn    int
	waiting map[string]*envelope // not acknowledged yet
}

// envelope is one delivery over Socket Mode.
type envelope struct {
	id       string
	callback callback
	tries    int
	timer    *time.Timer
}

// serveSocketMode opens a socket for the ticket in the query.
func (s *Server) serveSocketMode(rw http.ResponseWriter, r *http.Request) {
	conn, err := s.upgrader.Upgrade(rw, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer conn.Close()
	host := object{"host": "applink-test"}
	if s.AppSockets() >= maxAppSockets {
		s.turnAway(conn, marshal(object{"type": "disconnect", "reason": "too_many_websockets", "debug_info": host}))
		return
	}
	sess := s.hub.enter(r.URL.Query().Get("ticket"), true, nil)
	if sess == nil {
		s.turnAway(conn, marshal(object{"type": "disconnect", "reason": "link_disabled", "debug_info": host}))
		return
	}
	s.hub.answer(sess, marshal(object{
		"type": "hello", "num_connections": s.AppSockets(), "connection_info": object{"app_id": s.self.appID},
		"debug_info": object{"host": "applink-test", "build_number": 54, "approximate_connection_time": 18060},
	}))
	s.run(conn, sess, s.appFrame)
}

// appFrame takes the acknowledgement of an envelope.
func (s *Server) appFrame(_ *session, data []byte) {
	var ack struct {
		EnvelopeID string `json:"envelope_id"`
	}
	if json.Unmarshal(data, &ack) != nil {
		return // Slack says nothing to what it does not understand
	}
	s.events.mu.Lock()
	defer s.events.mu.Unlock()
	s.events.forget(ack.EnvelopeID)
}

// AppDisconnect tells every Socket Mode socket that it is about to be closed;
// reason is "warning", "refresh_requested" or "link_disabled". It does not close
// them: follow it with Disconnect.
func (s *Server) AppDisconnect(reason string) {
	s.hub.announce(true, marshal(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": "applink-test"}}))
}

// Unacknowledged is the number of Socket Mode envelopes that were sent, or could
// not be sent, and have not been acknowledged or given up.
func (s *Server) Unacknowledged() int {
	s.events.mu.Lock()
	defer s.events.mu.Unlock()
	return len(s.events.sm.waiting)
}

func (e *events) enableSocketMode() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sm.enabled = true
}

// offer sends an envelope to one of the sockets and sets the time for the next
// try. With no socket, or no acknowledgement, that try will come.
func (e *events) offer(env *envelope) {
	if e.closed {
		return
	}
	fields := object{
		"envelope_id": env.id, "type": "events_api", "accepts_response_payload": false,
		"payload": json.RawMessage(env.callback.body), "retry_attempt": env.tries, "retry_reason": "",
	}
	if env.tries > 0 {
		fields["retry_reason"] = "timeout"
	}
	e.sm.turn++
	e.server.hub.answerApp(e.sm.turn, marshal(fields))
	e.sm.waiting[env.id] = env
	e.server.running.Add(1)
	wait := ackTime
	if env.tries < len(retryAfter) {
		wait += retryAfter[env.tries]
	}
	env.timer = time.AfterFunc(wait, func() {
		defer e.server.running.Done()
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.sm.waiting[env.id] != env {
			return
		}
		if env.tries++; env.tries > len(retryAfter) {
			delete(e.sm.waiting, env.id)
			return
		}
		e.offer(env)
	})
}

// forget ends the wait for an envelope.
func (e *events) forget(id string) {
	env := e.sm.waiting[id]
	if env == nil {
		return
	}
	delete(e.sm.waiting, id)
	if env.timer.Stop() {
		e.server.running.Done()
	}
}
