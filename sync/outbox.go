package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/internal/rawjson"
)

// What Slack takes. A frame that is longer costs the connection.
const (
	longestText  = 4000 // characters
	longestFrame = 16 << 10
	mostQueried  = 500 // users in one presence_query
)

const (
	// One message a second is what Slack asks for, after a few at once.
	sendRate  = rate.Limit(1)
	sendBurst = 4

	// typingEvery is how often a conversation may be told that self is typing.
	typingEvery = 3 * time.Second

	// replyTimeout is how long a reply may take, and again after a reconnect.
	replyTimeout = 30 * time.Second
)

// An Outbox is what goes out over the socket. It outlives connections and Runs.
//
//  1. No two frames have the same id. The first is random, since the next
//     process may still get a reply to the last frame of this one.
//  2. A message is written at most once. Its reply counts on the connection
//     that it was written to and on the next one that says hello, whether or
//     not the caller still waits.
//  3. What Slack has acknowledged has gone up as an event when Send returns,
//     or waits with the other frames for the first listing.
//  4. All frames but pings share one budget.
type Outbox struct {
	ids  atomic.Int64
	pace *rate.Limiter

	mu       sync.Mutex
	line     *socket // nil unless one has said hello
	lines    int     // how many have
	waiting  map[int64]*outgoing
	typed    map[api.ChannelID]time.Time // when typing was last sent
	followed []api.UserID
	followup chan struct{} // closed once Slack was asked for followed, nil if it was
}

// An outgoing message has no reply yet.
type outgoing struct {
	draft   api.Draft
	line    int // the number of the connection it was written to
	timeout *time.Timer
	outcome chan outcome // takes one
}

// An outcome is how Slack replied to a message, or that it did not.
type outcome struct {
	ts  api.TS
	err error
}

// end tells the caller of Send. Only the first call counts.
func (m *outgoing) end(o outcome) {
	m.timeout.Stop()
	select {
	case m.outcome <- o:
	default:
	}
}

// NewOutbox returns an outbox that is not connected.
func NewOutbox() *Outbox {
	o := &Outbox{
		pace:    rate.NewLimiter(sendRate, sendBurst),
		waiting: map[int64]*outgoing{},
		typed:   map[api.ChannelID]time.Time{},
	}
	o.ids.Store(rand.Int64N(1 << 30))
	return o
}

// nextID returns an id for a frame. It fits into 32 bits for two years of one
// frame a second.
func (o *Outbox) nextID() int64 { return o.ids.Add(1) }

// Send sends a message and waits for the reply. An error that does not match
// [api.ErrUnacknowledged] means that nothing was posted.
func (o *Outbox) Send(ctx context.Context, d api.Draft) (api.TS, error) {
	id := o.nextID()
	b := member(header(id, "message"), "channel", string(d.Channel))
	if d.Thread != "" {
		b = member(b, "thread_ts", string(d.Thread))
	}
	raw := append(member(b, "text", d.Text), '}')
	if n := utf8.RuneCountInString(d.Text); n > longestText {
		return "", fmt.Errorf("a message of %d characters: %w", n, api.ErrTooLong)
	}
	if err := fits(raw); err != nil {
		return "", err
	}
	if err := o.turn(ctx); err != nil {
		return "", err
	}
	m := &outgoing{draft: d, outcome: make(chan outcome, 1)}
	line, err := o.expect(id, m)
	if err != nil {
		return "", err
	}
	// A frame that was written in part may have arrived, so only one that was
	// not begun is known not to have.
	if err := line.write(ctx, raw); errors.Is(err, errUnsent) {
		o.forget(id)
		return "", cmp.Or(ctx.Err(), api.ErrOffline)
	}
	select {
	case out := <-m.outcome:
		return out.ts, out.err
	case <-ctx.Done():
		return "", fmt.Errorf("%w: %w", api.ErrUnacknowledged, ctx.Err())
	}
}

// Typing says that self is typing. It does nothing if it has said so within
// three seconds, or if messages leave no room for it.
func (o *Outbox) Typing(ctx context.Context, channel api.ChannelID) error {
	o.mu.Lock()
	line, now := o.line, time.Now()
	maps.DeleteFunc(o.typed, func(_ api.ChannelID, at time.Time) bool { return now.Sub(at) >= typingEvery })
	_, typed := o.typed[channel]
	due := line != nil && !typed && o.pace.Allow()
	if due {
		o.typed[channel] = now
	}
	o.mu.Unlock()
	if line == nil {
		return api.ErrOffline
	}
	if !due {
		return nil
	}
	return sent(ctx, line.write(ctx, append(member(header(o.nextID(), "typing"), "channel", string(channel)), '}')))
}

// FollowPresence replaces the users whose presence Slack tells of, now and on
// every later connection. It returns when Slack has been asked, or at once while
// there is no connection. If ctx ends before, Slack will be asked all the same.
func (o *Outbox) FollowPresence(ctx context.Context, users ...api.UserID) error {
	if err := fits(presence(o.nextID(), "presence_sub", users)); err != nil {
		return err
	}
	o.mu.Lock()
	o.followed = slices.Clone(users)
	if o.followup == nil {
		o.followup = make(chan struct{})
	}
	asked, line := o.followup, o.line
	o.mu.Unlock()
	if line == nil {
		return nil
	}
	line.refollow()
	select {
	case <-asked:
		return nil
	case <-line.gone:
		return nil // the next one asks
	case <-ctx.Done():
		return ctx.Err()
	}
}

// QueryPresence asks for the presence of users once, 500 in a frame. The answers
// are events like all others.
func (o *Outbox) QueryPresence(ctx context.Context, users ...api.UserID) error {
	for some := range slices.Chunk(users, mostQueried) {
		raw := presence(o.nextID(), "presence_query", some)
		if err := fits(raw); err != nil {
			return err
		}
		if err := o.turn(ctx); err != nil {
			return err
		}
		line := o.current()
		if line == nil {
			return api.ErrOffline
		}
		if err := sent(ctx, line.write(ctx, raw)); err != nil {
			return err
		}
	}
	return nil
}

// turn waits until the budget allows a frame, unless there is no connection.
func (o *Outbox) turn(ctx context.Context) error {
	if o.current() == nil {
		return api.ErrOffline
	}
	if o.pace.Wait(ctx) != nil {
		return cmp.Or(ctx.Err(), context.DeadlineExceeded) // or it would be
	}
	return nil
}

func (o *Outbox) current() *socket {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.line
}

// expect notes a message before it is written, so that no reply comes too early.
func (o *Outbox) expect(id int64, m *outgoing) (*socket, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.line == nil {
		return nil, api.ErrOffline
	}
	m.line = o.lines
	m.timeout = time.AfterFunc(replyTimeout, func() {
		o.forget(id)
		m.end(outcome{err: api.ErrUnacknowledged})
	})
	o.waiting[id] = m
	return o.line, nil
}

func (o *Outbox) forget(id int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if m := o.waiting[id]; m != nil {
		m.timeout.Stop()
		delete(o.waiting, id)
	}
}

// take returns the message that a reply is to, nil if there is none.
func (o *Outbox) take(id int64) *outgoing {
	o.mu.Lock()
	defer o.mu.Unlock()
	m := o.waiting[id]
	delete(o.waiting, id)
	return m
}

// connect makes a socket that has said hello the one to write to. What was
// written to the last one gets its reply here, or not at all.
func (o *Outbox) connect(line *socket) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.line = line
	o.lines++
	for id, m := range o.waiting {
		if m.line < o.lines-1 {
			delete(o.waiting, id)
			m.end(outcome{err: api.ErrUnacknowledged})
			continue
		}
		m.timeout.Reset(replyTimeout)
	}
}

// disconnect takes a socket away. While there is none, no reply is late.
func (o *Outbox) disconnect(line *socket) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.line != line {
		return
	}
	o.line = nil
	for _, m := range o.waiting {
		m.timeout.Stop()
	}
}

// stop ends the waiting for replies, because nobody reads any more.
func (o *Outbox) stop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range o.waiting {
		m.end(outcome{err: api.ErrUnacknowledged})
	}
}

// follow asks a new socket for the presence of the followed users, and again
// whenever others are. Slack tells of changes only, so it is also asked how they
// are now. It returns when the socket or ctx ends.
func (o *Outbox) follow(ctx context.Context, line *socket) {
	o.mu.Lock()
	if len(o.followed) > 0 {
		line.refollow()
	}
	o.mu.Unlock()
	for {
		select {
		case <-line.follow:
		case <-line.gone:
			return
		case <-ctx.Done():
			return
		}
		if o.pace.Wait(ctx) != nil {
			return
		}
		o.mu.Lock()
		users, asked := o.followed, o.followup
		o.followup = nil
		o.mu.Unlock()
		if line.write(ctx, presence(o.nextID(), "presence_sub", users)) != nil {
			return
		}
		if asked != nil {
			close(asked)
		}
		if o.QueryPresence(ctx, users...) != nil {
			return
		}
	}
}

// sent is what becomes of a frame that has no reply.
func sent(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	return cmp.Or(ctx.Err(), api.ErrOffline)
}

// fits says whether Slack takes a frame.
func fits(raw []byte) error {
	if len(raw) > longestFrame {
		return fmt.Errorf("a frame of %d bytes: %w", len(raw), api.ErrTooLong)
	}
	return nil
}

// header returns the beginning of a frame, without the closing brace.
func header(id int64, typ string) []byte {
	b := strconv.AppendInt([]byte(`{"id":`), id, 10)
	return member(b, "type", typ)
}

// presence returns a frame about the presence of users.
func presence(id int64, typ string, users []api.UserID) []byte {
	b := append(header(id, typ), `,"ids":[`...)
	for i, u := range users {
		if i > 0 {
			b = append(b, ',')
		}
		b = rawjson.AppendString(b, string(u))
	}
	return append(b, "]}"...)
}

// settle returns the event that a frame is, nil if it is none, and what to do
// once that has gone up: tell the caller of Send.
func (o *Outbox) settle(f frame, self string) (event []byte, then func()) {
	then = func() {}
	if f.meaning != receipt && f.meaning != echo {
		return f.raw, then
	}
	_, v := meaningOf(f.raw)
	id, _ := v.Get("reply_to").Int()
	ts, _ := v.Get("ts").Str()
	m := o.take(id)
	switch ok, told := v.Get("ok").Bool(); {
	case f.meaning == echo:
		event = f.raw
	case m == nil:
		return nil, then
	case told && ok && ts != "":
		text, _ := v.Get("text").Str()
		event = m.posted(self, cmp.Or(text, m.draft.Text), api.TS(ts))
	default:
		code, msg := errorOf(v)
		return nil, func() { m.end(outcome{err: &api.RejectedError{Code: code, Msg: msg}}) }
	}
	if m != nil {
		then = func() { m.end(outcome{ts: api.TS(ts)}) }
	}
	return event, then
}

// posted returns the event that an acknowledged message is. The reply names
// neither its conversation nor its author.
func (m *outgoing) posted(self, text string, ts api.TS) []byte {
	b := member([]byte(`{"type":"message"`), "channel", string(m.draft.Channel))
	b = member(b, "user", self)
	b = member(b, "text", text)
	b = member(b, "ts", string(ts))
	if m.draft.Thread != "" {
		b = member(b, "thread_ts", string(m.draft.Thread))
	}
	return append(b, '}')
}
