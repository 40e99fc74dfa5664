package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/slackstate/slackstate/api"
)

// longestText is how many characters Slack takes.
const longestText = 4000

// replyTimeout is how long a reply may take, and again after a reconnect.
const replyTimeout = 30 * time.Second

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

// settle returns the event that a frame is, nil if it is none, and what to do
// once that has gone up: tell the caller of Send.
func (o *Outbox) settle(f frame, self string) (event []byte, then func()) {
	then = func() {}
	if f.meaning != receipt && f.meaning != echo {
		return f.raw, then
	}
	_, v := meaningOf(f.raw)
	ts, _ := v.Get("ts").Str()
	if f.meaning == echo && ts == "" {
		return f.raw, then // it does not say that the message was posted
	}
	id, _ := v.Get("reply_to").Int()
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
