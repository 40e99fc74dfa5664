package sync

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/slackstate/slackstate/api"
)

const (
	// A frame that is longer costs the connection.
	longestFrame = 16 << 10

	// One message a second is what Slack asks for, after a few at once.
	sendRate  = rate.Limit(1)
	sendBurst = 4

	// typingEvery is how often a conversation may be told that self is typing.
	typingEvery = 3 * time.Second
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
