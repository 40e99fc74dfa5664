package slacktest

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// maxFrame is the size over which Slack drops the connection.
	maxFrame = 16 << 10
	// writeTime is how long one frame may take to leave.
	writeTime = 10 * time.Second
	// queryLimit is how many users one presence_query may name.
	queryLimit = 500
)

// Codes of RTM errors. Slack documents the first two.
const (
	rtmExpired = 1
	rtmNoText  = 2
	rtmRefused = 3
)

// serveRTM opens a socket for the ticket in the path.
func (s *Server) serveRTM(rw http.ResponseWriter, r *http.Request) {
	conn, err := s.upgrader.Upgrade(rw, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer conn.Close()
	hello := marshal(object{"type": "hello", "region": "eu-central-1", "start": true, "host_id": "gs-fra-test"})
	var sess *session
	if !s.faults.expired() {
		sess = s.hub.enter(r.PathValue("ticket"), false, hello)
	}
	if sess == nil {
		s.turnAway(conn, marshal(object{"type": "error", "error": rtmError(rtmExpired, "Socket URL has expired")}))
		return
	}
	s.log.Debug("socket opened", "ticket", sess.ticket)
	s.run(conn, sess, s.clientFrame)
	s.log.Debug("socket closed", "ticket", sess.ticket)
}

// turnAway says why a socket is not served and closes it in good order.
func (s *Server) turnAway(conn *websocket.Conn, reason []byte) {
	end := time.Now().Add(writeTime)
	err := conn.SetWriteDeadline(end)
	if err == nil {
		err = conn.WriteMessage(websocket.TextMessage, reason)
	}
	if err == nil {
		err = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), end)
	}
	if err != nil {
		s.log.Debug("turn socket away", "err", err)
	}
}

// run serves a socket until either side ends it: this goroutine reads, one
// writes, and one cuts the connection when the hub says so, which also frees
// the other two from whatever they wait for.
func (s *Server) run(conn *websocket.Conn, sess *session, handle func(*session, []byte)) {
	var wg sync.WaitGroup
	wg.Go(func() {
		<-sess.quit
		conn.NetConn().Close() // no close frame: this is a cut
	})
	wg.Go(func() {
		defer s.hub.leave(sess)
		for {
			select {
			case <-sess.quit:
				return
			case <-sess.wake:
			}
			for _, frame := range s.hub.take(sess) {
				if conn.SetWriteDeadline(time.Now().Add(writeTime)) != nil {
					return
				}
				if frame.torn {
					_, _ = conn.NetConn().Write(half(frame.body)) // it is cut either way
					return
				}
				if conn.WriteMessage(websocket.TextMessage, frame.body) != nil {
					return
				}
			}
		}
	})
	conn.SetReadLimit(maxFrame)
	pong := conn.PingHandler()
	conn.SetPingHandler(func(data string) error {
		if s.hub.deaf(sess) {
			return nil
		}
		return pong(data)
	})
	for {
		_, data, err := conn.ReadMessage()
		if errors.Is(err, websocket.ErrReadLimit) {
			s.complain("a frame of more than %d bytes", maxFrame)
		}
		if err != nil {
			break
		}
		if !s.hub.deaf(sess) {
			handle(sess, data)
		}
	}
	s.hub.leave(sess)
	wg.Wait()
}

// half returns the first part of a websocket frame: its header, and half of what
// that announces.
func half(body []byte) []byte {
	header := binary.BigEndian.AppendUint64([]byte{0x81, 127}, uint64(len(body)))
	return append(header, body[:len(body)/2]...)
}

// clientFrame handles one frame of a client.
func (s *Server) clientFrame(sess *session, data []byte) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil {
		s.hub.answer(sess, marshal(object{"type": "error", "error": rtmError(rtmRefused, "invalid_json")}))
		return
	}
	s.judge(sess, fields)
	switch text(fields["type"]) {
	case "ping":
		s.pong(sess, fields)
	case "message":
		s.clientMessage(sess, fields)
	case "typing":
		if err := s.Typing(s.Self(), text(fields["channel"])); err != nil {
			s.refuse(sess, fields["id"], err)
		}
	case "presence_sub":
		s.hub.subscribe(sess, texts(fields["ids"]))
	case "presence_query":
		s.presenceQuery(sess, texts(fields["ids"]))
	default:
		s.refuse(sess, fields["id"], Error("unknown_type"))
	}
}

// pong echoes every extra argument of a ping that is flat.
func (s *Server) pong(sess *session, fields map[string]json.RawMessage) {
	reply := object{}
	for name, value := range fields {
		if flat(value) {
			reply[name] = value
		}
	}
	delete(reply, "id")
	reply["type"] = "pong"
	if id := fields["id"]; id != nil {
		reply["reply_to"] = id
	}
	s.hub.answer(sess, marshal(reply))
}

// clientMessage posts as self. The sender gets an acknowledgement instead of the
// frame, in the place the frame would have had among the others.
func (s *Server) clientMessage(sess *session, fields map[string]json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var m *message
	var err error
	channel, words := text(fields["channel"]), text(fields["text"])
	if thread := text(fields["thread_ts"]); thread != "" {
		broadcast := string(fields["reply_broadcast"]) == "true"
		m, err = s.reply(s.self.id, channel, thread, words, broadcast, sess)
	} else {
		m, err = s.say(s.self.id, channel, words, sess)
	}
	if err != nil {
		s.refuse(sess, fields["id"], err)
		return
	}
	ack := object{"ok": true, "ts": m.ts.String(), "text": m.text}
	if id := fields["id"]; id != nil {
		ack["reply_to"] = id
	}
	if s.faults.reply() {
		s.hub.owe(sess, marshal(ack))
		return
	}
	s.hub.answer(sess, marshal(ack))
}

func (s *Server) presenceQuery(sess *session, ids []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	users := map[string][]string{}
	for _, id := range ids[:min(len(ids), queryLimit)] {
		if u := s.userByID[id]; u != nil && !u.deleted {
			users[u.presence()] = append(users[u.presence()], id)
		}
	}
	for _, presence := range []string{"active", "away"} {
		for _, body := range presenceChange(sess.batch, presence, users[presence]...) {
			s.hub.answer(sess, body)
		}
	}
}

// refuse answers a frame that could not be carried out.
func (s *Server) refuse(sess *session, id json.RawMessage, err error) {
	code := errorCode(err)
	detail := rtmError(rtmRefused, string(code))
	if code == "no_text" {
		detail = rtmError(rtmNoText, "message text is missing")
	}
	reply := object{"ok": false, "error": detail}
	if id != nil {
		reply["reply_to"] = id
	}
	s.hub.answer(sess, marshal(reply))
}

func rtmError(code int, msg string) object { return object{"code": code, "msg": msg} }

// errorCode is Slack's code for an error of an operation.
func errorCode(err error) Error {
	var code Error
	if !errors.As(err, &code) {
		return "internal_error"
	}
	return code
}

// flat says whether a JSON value is neither an object nor an array.
func flat(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] != '{' && raw[0] != '[' }

// text is a JSON string's value, or "" for anything else.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// texts is the value of a JSON array of strings.
func texts(raw json.RawMessage) []string {
	var list []string
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return list
}
