package slacktest

import (
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	// urlLife is how long a socket URL can be opened.
	urlLife = 30 * time.Second
	// defaultQueue is how many frames may wait for a client.
	defaultQueue = 20_000
)

// hub spreads frames over the sockets. Its lock is taken inside the workspace's
// and is never held while anything waits.
type hub struct {
	mu       sync.Mutex
	faults   *Faults
	limit    int
	tickets  int
	sessions []*session // in order of their connect calls
	owed     [][]byte   // replies that the next RTM socket brings
	closed   bool

	echoes    []echo
	late      []delivery // a frame that comes after the next
	lateTimer *time.Timer
}

// session is one connection to be, from the connect call on: what happens before
// its socket opens waits in its queue.
type session struct {
	ticket string
	born   time.Time
	app    bool          // Socket Mode, which gets no RTM frames
	batch  bool          // presence of many users in one frame
	wake   chan struct{} // has a token while the queue may have frames
	quit   chan struct{} // closed when the socket is to be cut

	// The rest is guarded by hub.mu.
	open   bool
	gone   bool
	silent bool // half-open: nothing goes out, and what comes in is lost
	subs   map[string]bool
	queue  []outgoing
	rules  manners
}

// outgoing is a frame that waits for its socket.
type outgoing struct {
	body []byte
	torn bool // the connection ends in the middle of it
}

// connect starts a session, for an app or with presence in batches, and returns
// its ticket.
func (h *hub) connect(app, batch bool) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.expire()
	h.tickets++
	s := &session{
		ticket: strconv.FormatUint(uint64(h.tickets)*0x9e3779b97f4a7c15, 36), born: time.Now(), app: app, batch: batch,
		wake: make(chan struct{}, 1), quit: make(chan struct{}), subs: map[string]bool{},
	}
	h.sessions = append(h.sessions, s)
	return s.ticket
}

// enter opens the session of a ticket, once and in time.
func (h *hub) enter(ticket string, app bool, hello []byte) *session {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.expire()
	for _, s := range h.sessions {
		if s.ticket == ticket && s.app == app && !s.open && !h.closed {
			s.open = true
			if hello != nil {
				first := []outgoing{{body: hello}}
				for _, reply := range h.owed {
					first = append(first, outgoing{body: reply})
				}
				h.owed = nil
				s.queue = append(first, s.queue...)
				s.signal()
			}
			return s
		}
	}
	return nil
}

// expire forgets sessions nobody opened in time.
func (h *hub) expire() {
	h.sessions = slices.DeleteFunc(h.sessions, func(s *session) bool {
		return !s.open && time.Since(s.born) >= urlLife
	})
}

// leave ends a session from the socket's side.
func (h *hub) leave(s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cut(s)
}

// push queues a frame for every session that may see it.
func (h *hub) push(f frame) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.expire()
	var due []delivery
	for _, s := range h.sessions {
		if body := f.forSession(s); body != nil {
			due = append(due, delivery{s, body})
		}
	}
	if len(due) == 0 {
		return // faults strike only what somebody would have got
	}
	fate := h.faults.frame()
	if fate.late && h.late == nil {
		h.delay(due)
		return
	}
	if h.late != nil && unrelated(h.late[0].body, due[0].body) {
		h.faults.count(faultReorder)
	} else {
		h.deliverLate()
	}
	if fate.silence {
		h.silence()
	}
	for _, d := range due {
		for range fate.copies {
			h.enqueue(d.to, outgoing{d.body, fate.torn})
		}
	}
	h.deliverLate()
	h.echo()
	if fate.copies > 0 && !fate.torn && h.faults.repeats(due[0].body) {
		h.echoes = append(h.echoes, echo{due, behind})
	}
	if fate.cut {
		h.cutAll()
	}
}

// silence makes every open socket half-open and reports how many there were.
func (h *hub) silence() (n int) {
	for _, s := range h.sessions {
		if s.open && !s.silent {
			s.silent, s.queue = true, nil
			n++
		}
	}
	return n
}

// stall is silence on demand.
func (h *hub) stall() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.silence()
}

// deaf says whether what comes in over a session is lost.
func (h *hub) deaf(s *session) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return s.silent
}

// owe cuts a session before a reply, which the next socket brings.
func (h *hub) owe(s *session, reply []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.deliverLate()
	h.owed = append(h.owed, reply)
	h.cut(s)
}

// answer queues a frame for one session only. Faults do not touch it.
func (h *hub) answer(s *session, body []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.deliverLate()
	h.enqueue(s, outgoing{body: body})
}

// announce queues a frame about the connection itself for every open socket of
// apps, or of RTM clients.
func (h *hub) announce(app bool, body []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range slices.Clone(h.sessions) {
		if s.open && s.app == app {
			h.enqueue(s, outgoing{body: body})
		}
	}
}

func (h *hub) enqueue(s *session, frame outgoing) {
	if s.gone || s.silent {
		return
	}
	if len(s.queue) >= h.limit {
		h.faults.count(faultSlowClient)
		h.cut(s)
		return
	}
	s.queue = append(s.queue, frame)
	s.signal()
}

// take returns what is queued for a session.
func (h *hub) take(s *session) []outgoing {
	h.mu.Lock()
	defer h.mu.Unlock()
	queued := s.queue
	s.queue = nil
	return queued
}

// subscribe replaces the presence subscriptions of a session.
func (h *hub) subscribe(s *session, users []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(s.subs)
	for _, id := range users {
		s.subs[id] = true
	}
}

// disconnect cuts every open socket and reports how many there were. Sessions
// that wait to be opened stay.
func (h *hub) disconnect() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.cutAll()
}

func (h *hub) cutAll() int {
	n := 0
	for _, s := range slices.Clone(h.sessions) {
		if s.open {
			h.cut(s)
			n++
		}
	}
	return n
}

func (h *hub) cut(s *session) {
	if s.gone {
		return
	}
	s.gone, s.queue = true, nil
	close(s.quit)
	h.sessions = slices.DeleteFunc(h.sessions, func(other *session) bool { return other == s })
}

// close cuts everything for good.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	h.cutAll()
	h.deliverLate() // to nobody
}

// open is the number of sockets that are open, of apps or of RTM clients.
func (h *hub) open(app bool) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, s := range h.sessions {
		n += btoi(s.open && s.app == app)
	}
	return n
}

// answerApp queues a frame for one of the app's sockets, each in its turn, and
// says whether there was any.
func (h *hub) answerApp(turn int, body []byte) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	var apps []*session
	for _, s := range h.sessions {
		if s.open && s.app {
			apps = append(apps, s)
		}
	}
	if len(apps) == 0 {
		return false
	}
	h.enqueue(apps[turn%len(apps)], outgoing{body: body})
	return true
}

func (s *session) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// forSession is the frame as a session gets it, or nil.
func (f frame) forSession(s *session) []byte {
	switch {
	case s.app, f.origin == s:
		return nil
	case f.presence == nil:
		return f.body
	case !s.subs[f.presence.user]:
		return nil
	}
	return presenceChange(s.batch, f.presence.presence, f.presence.user)[0]
}

// presenceChange makes the frames that say users have a presence: one each, or
// one for all where the client asked for batches.
func presenceChange(batch bool, presence string, users ...string) [][]byte {
	var frames [][]byte
	for _, id := range users {
		frames = append(frames, marshal(object{"type": "presence_change", "presence": presence, "user": id}))
		if batch {
			return [][]byte{marshal(object{"type": "presence_change", "presence": presence, "users": users})}
		}
	}
	return frames
}
