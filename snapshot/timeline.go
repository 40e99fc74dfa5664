package snapshot

import (
	"iter"
	"slices"
	"sort"
	"strings"

	"github.com/slackstate/slackstate/internal/pmap"
)

// A Timeline is the messages of one conversation that are kept, in the order of
// their ts.
//
//  1. A Timeline never changes. The next one shares memory with it.
//  2. A change anywhere in it copies a few spans of at most spanMax entries,
//     however many messages there are.
//  3. Finding a message takes time that grows with the logarithm of their
//     number, going on to the next one takes next to none.
//
// The zero Timeline is empty.
type Timeline struct{ root *span }

// A span is a run of messages: a leaf holds them, a branch holds shorter spans.
// All leaves of a timeline are equally deep, and no span is empty.
type span struct {
	first    TS // of its oldest message
	n        int
	messages []message // of a leaf
	spans    []*span   // of a branch
}

type message struct {
	ts TS
	r  Record
}

const spanMax = 32

// Len returns the number of messages.
func (t Timeline) Len() int {
	if t.root == nil {
		return 0
	}
	return t.root.n
}

// Get returns the record of a message, "" if it is not kept.
func (t Timeline) Get(ts TS) Record {
	for s := t.root; s != nil; {
		i, found := s.search(ts)
		if s.spans == nil {
			if found {
				return s.messages[i].r
			}
			return ""
		}
		s = s.spans[i]
	}
	return ""
}

// Oldest returns the ts of the first message, "" if there is none.
func (t Timeline) Oldest() TS {
	if t.root == nil {
		return ""
	}
	return t.root.first
}

// After returns the messages that came after ts, "" for all, oldest first.
func (t Timeline) After(ts TS) iter.Seq2[TS, Record] {
	return func(yield func(TS, Record) bool) {
		if t.root != nil {
			t.root.ascend(ts, yield)
		}
	}
}

// Before returns the messages that came before ts, "" for all, newest first.
func (t Timeline) Before(ts TS) iter.Seq2[TS, Record] {
	return func(yield func(TS, Record) bool) {
		if t.root != nil {
			t.root.descend(ts, yield)
		}
	}
}

func (t Timeline) with(ts TS, r Record) Timeline {
	m := message{ts, r}
	if t.root == nil {
		return Timeline{newLeaf([]message{m})}
	}
	s, more := t.root.with(m)
	if more != nil {
		s = newBranch([]*span{s, more})
	}
	return Timeline{s}
}

func (t Timeline) without(ts TS) Timeline {
	if t.root == nil {
		return t
	}
	s := t.root.without(ts)
	for s != nil && len(s.spans) == 1 {
		s = s.spans[0]
	}
	return Timeline{s}
}

func newLeaf(ms []message) *span { return &span{first: ms[0].ts, n: len(ms), messages: ms} }

func newBranch(spans []*span) *span {
	b := &span{first: spans[0].first, spans: spans}
	for _, s := range spans {
		b.n += s.n
	}
	return b
}

// search returns where a message is or would be: in a leaf its place, and
// whether it is there; in a branch that of the span it belongs to.
func (s *span) search(ts TS) (i int, found bool) {
	// sort.Search, and not slices.BinarySearchFunc, which would have the caller
	// allocate the ts that it looks for.
	if s.spans == nil {
		i = sort.Search(len(s.messages), func(i int) bool { return s.messages[i].ts >= ts })
		return i, i < len(s.messages) && s.messages[i].ts == ts
	}
	i = sort.Search(len(s.spans), func(i int) bool { return s.spans[i].first > ts })
	return max(i-1, 0), i > 0 && s.spans[i-1].first == ts
}

// with returns s with a message in it, in two parts if it got too long.
func (s *span) with(m message) (_, more *span) {
	i, found := s.search(m.ts)
	if s.spans == nil {
		if found {
			ms := slices.Clone(s.messages)
			ms[i] = m
			return newLeaf(ms), nil
		}
		ms := inserted(s.messages, i, m)
		if at := splitAt(len(ms), i); at > 0 {
			return newLeaf(ms[:at:at]), newLeaf(slices.Clone(ms[at:]))
		}
		return newLeaf(ms), nil
	}
	spans := slices.Clone(s.spans)
	spans[i], more = s.spans[i].with(m)
	if more == nil {
		return newBranch(spans), nil
	}
	spans = inserted(spans, i+1, more)
	if at := splitAt(len(spans), i+1); at > 0 {
		return newBranch(spans[:at:at]), newBranch(slices.Clone(spans[at:]))
	}
	return newBranch(spans), nil
}

// splitAt returns where a span of n entries is cut in two after one was
// inserted at i, 0 if it is not too long. Messages mostly come at the end, and
// leave full spans behind then.
func splitAt(n, i int) int {
	switch {
	case n <= spanMax:
		return 0
	case i == n-1:
		return n - 1
	}
	return n / 2
}

// without returns s without a message, nil if that was all.
func (s *span) without(ts TS) *span {
	i, found := s.search(ts)
	if s.spans == nil {
		switch {
		case !found:
			return s
		case s.n == 1:
			return nil
		}
		return newLeaf(removed(s.messages, i))
	}
	part := s.spans[i].without(ts)
	switch {
	case part == s.spans[i]:
		return s
	case part != nil:
		spans := slices.Clone(s.spans)
		spans[i] = part
		return newBranch(spans)
	case len(s.spans) == 1:
		return nil
	}
	return newBranch(removed(s.spans, i))
}

func (s *span) ascend(after TS, yield func(TS, Record) bool) bool {
	i, found := 0, false
	if after != "" {
		i, found = s.search(after)
	}
	if s.spans == nil {
		if found {
			i++
		}
		for _, m := range s.messages[i:] {
			if !yield(m.ts, m.r) {
				return false
			}
		}
		return true
	}
	for _, part := range s.spans[i:] {
		if !part.ascend(after, yield) {
			return false
		}
	}
	return true
}

func (s *span) descend(before TS, yield func(TS, Record) bool) bool {
	if s.spans == nil {
		i := len(s.messages)
		if before != "" {
			i, _ = s.search(before)
		}
		for _, m := range slices.Backward(s.messages[:i]) {
			if !yield(m.ts, m.r) {
				return false
			}
		}
		return true
	}
	i := len(s.spans) - 1
	if before != "" {
		i, _ = s.search(before)
	}
	for _, part := range slices.Backward(s.spans[:i+1]) {
		if !part.descend(before, yield) {
			return false
		}
	}
	return true
}

// inserted and removed copy: other timelines have the list too.
func inserted[E any](list []E, i int, e E) []E {
	next := make([]E, 0, len(list)+1)
	next = append(next, list[:i]...)
	next = append(next, e)
	return append(next, list[i:]...)
}

func removed[E any](list []E, i int) []E {
	next := make([]E, 0, len(list)-1)
	next = append(next, list[:i]...)
	return append(next, list[i+1:]...)
}

// timelines is the table of messages: a timeline for each conversation that has
// any. Nil is empty.
type timelines struct {
	byConv pmap.Map[string, Timeline]
	count  int
}

func (t *timelines) of(conv string) (line Timeline) {
	if t != nil {
		line, _ = t.byConv.Get(conv)
	}
	return line
}

func (t *timelines) get(key string) Record {
	if t == nil {
		return ""
	}
	conv, ts := Unpair(key)
	return t.of(conv).Get(TS(ts))
}

func (t *timelines) len() int {
	if t == nil {
		return 0
	}
	return t.count
}

func (t *timelines) all() iter.Seq2[string, Record] {
	return func(yield func(string, Record) bool) {
		if t == nil {
			return
		}
		for conv, line := range t.byConv.All() {
			for ts, r := range line.After("") {
				if !yield(Pair(conv, string(ts)), r) {
					return
				}
			}
		}
	}
}

// timelinesEdit changes timelines in one batch.
type timelinesEdit struct {
	byConv pmap.Edit[string, Timeline]
	count  int
}

func (e *timelinesEdit) start(base *timelines) {
	if base != nil {
		e.byConv.Start(base.byConv)
		e.count = base.count
	} else {
		e.byConv.Start(pmap.Map[string, Timeline]{})
	}
}

// put stores a message or, with "", removes it.
func (e *timelinesEdit) put(key string, old, r Record) {
	conv, ts := Unpair(key)
	stored, line, known := e.byConv.Entry(conv)
	if !known {
		stored = strings.Clone(conv) // or it would keep the message's key alive
	}
	if r == "" {
		line = line.without(TS(ts))
		e.count--
	} else {
		// The ts in the record is the same, and is kept anyway.
		if own := r.Str(MessageTS); own == ts {
			ts = own
		}
		line = line.with(TS(ts), r)
	}
	if old == "" {
		e.count++
	}
	if line.root == nil {
		e.byConv.Delete(stored)
	} else {
		e.byConv.Set(stored, line)
	}
}

func (e *timelinesEdit) seal() *timelines {
	if e.count == 0 {
		return nil
	}
	return &timelines{e.byConv.Map(), e.count}
}

// Timeline returns the messages of a conversation that are kept.
func (s *Snapshot) Timeline(conv ChannelID) Timeline { return s.timelines.of(string(conv)) }

func (e *Edit) putMessage(key string, r Record) bool {
	old := e.Get(KindMessage, key)
	if old == r {
		return false
	}
	owned := strings.Clone(key)
	e.track(KindMessage, owned, old, r)
	e.account(KindMessage, owned, old, r)
	if !e.begun.timelines {
		e.begun.timelines = true
		e.timelines.start(e.base.timelines)
	}
	e.timelines.put(owned, old, r)
	e.ties.move(KindMessage, owned, old, r)
	return true
}

// Timeline returns the messages of a conversation as the edit has them.
func (e *Edit) Timeline(conv ChannelID) (line Timeline) {
	if !e.begun.timelines {
		return e.base.Timeline(conv)
	}
	line, _ = e.timelines.byConv.Get(string(conv))
	return line
}
