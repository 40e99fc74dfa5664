package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"
	"unicode/utf8"
)

// What the RTM guide asks of clients. Slack lets most of it pass for a while, and
// so does this server: it keeps what it could complain of.
const (
	// messageBurst is how many messages may come at once, if it is one a second
	// in the long run.
	messageBurst = 5
	// typingPause is how often a client may say in one conversation that it types.
	typingPause = 3 * time.Second
	// maxComplaints is how many are kept.
	maxComplaints = 100
)

// manners is what has to be known of one connection to judge its frames. It
// belongs to the goroutine that reads them.
type manners struct {
	ids    map[int64]bool
	credit float64   // messages that may come now
	last   time.Time // when credit was last counted
	typed  map[string]time.Time
}

// record is what there is to complain of.
type record struct {
	mu         sync.Mutex
	complaints []string
}

// Complaints returns what RTM clients have done so far that Slack's guide asks
// them not to do: ids that are missing, not positive or used twice on one
// connection, frames over 16 KB and texts over 4,000 characters, more than 500
// users in a presence_query, more than one message a second but for a few, and
// typing more often than every three seconds in one conversation.
func (s *Server) Complaints() []string {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return slices.Clone(s.record.complaints)
}

func (s *Server) complain(format string, args ...any) {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	if len(s.record.complaints) < maxComplaints {
		s.record.complaints = append(s.record.complaints, fmt.Sprintf(format, args...))
	}
}

// judge looks at one frame of a client.
func (s *Server) judge(sess *session, fields map[string]json.RawMessage) {
	m, now, typ := &sess.rules, time.Now(), text(fields["type"])
	if m.ids == nil {
		m.ids, m.typed, m.credit, m.last = map[int64]bool{}, map[string]time.Time{}, messageBurst, now
	}
	var id int64
	switch err := json.Unmarshal(fields["id"], &id); {
	case err != nil || id <= 0:
		s.complain("%s with id %s", typ, fields["id"])
	case m.ids[id]:
		s.complain("%s with id %d, which was used before", typ, id)
	}
	m.ids[id] = true
	switch typ {
	case "message":
		m.credit = min(messageBurst, m.credit+now.Sub(m.last).Seconds()) - 1
		m.last = now
		if m.credit < 0 {
			s.complain("more than a message a second")
		}
		if n := utf8.RuneCountInString(text(fields["text"])); n > maxText {
			s.complain("a message of %d characters", n)
		}
	case "typing":
		channel := text(fields["channel"])
		if at, ok := m.typed[channel]; ok && now.Sub(at) < typingPause {
			s.complain("typing in %s again after %v", channel, now.Sub(at))
		}
		m.typed[channel] = now
	case "presence_query":
		if n := len(texts(fields["ids"])); n > queryLimit {
			s.complain("a presence_query for %d users", n)
		}
	}
}
