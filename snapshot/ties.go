package snapshot

import (
	"iter"
	"slices"
	"strings"

	"github.com/slackstate/slackstate/internal/pmap"
)

// A Tie leads from a conversation or a file to the keys of the records of one
// kind that go when it goes, so that nothing has to be searched for them. Which
// those are is appendTied's business alone; Edit does the rest.
type Tie uint8

// The ties. What is tied to a conversation by having its id for a key is found
// without, and so are its members and its timeline.
const (
	PinsIn           Tie = iota // a conversation
	PinsOfFile                  // that is pinned
	StarsIn                     // a conversation, and on it
	StarsOfFile                 // that is starred
	ThreadsIn                   // a conversation
	MessageClocksIn             // a conversation: those with the facets of messages
	FilesIn                     // a conversation they are shared in
	MessagesWithFile            // kept ones
	numTies
)

type (
	ties   [numTies]tieMap
	tieMap = pmap.Map[string, keySet]
	keySet = pmap.Map[string, struct{}]
)

// A tied is one end of a tie.
type tied struct {
	tie Tie
	to  string
}

// Tied returns the keys of the records that are tied to a conversation or a file,
// in no particular order.
func (s *Snapshot) Tied(t Tie, to string) iter.Seq[string] {
	return func(yield func(string) bool) {
		keys, _ := s.ties.at(t).Get(to)
		for key := range keys.All() {
			if !yield(key) {
				return
			}
		}
	}
}

// keyTied and recordTied say whether a kind has ties, by what of it.
func (k Kind) keyTied() bool {
	return k == KindPin || k == KindStar || k == KindThread || k == KindClock
}

func (k Kind) recordTied() bool { return k == KindFile || k == KindMessage }

// appendTied appends what a record is tied to. Something may be named twice.
func appendTied(list []tied, k Kind, key string, r Record) []tied {
	if r == "" {
		return list
	}
	add := func(t Tie, to string) {
		if to != "" {
			list = append(list, tied{t, to})
		}
	}
	a, b := Unpair(key)
	switch k {
	case KindPin:
		add(PinsIn, a)
		if f, ok := strings.CutPrefix(b, "f:"); ok {
			add(PinsOfFile, f)
		}
	case KindStar:
		add(StarsIn, b)
		if f, ok := strings.CutPrefix(a, "f:"); ok {
			add(StarsOfFile, f)
		}
	case KindThread:
		add(ThreadsIn, a)
	case KindClock:
		if messageFacet(a) {
			conv, _ := Unpair(b)
			add(MessageClocksIn, conv)
		}
	case KindFile:
		for _, f := range [...]*Field{FileChannels, FileGroups, FileIMs} {
			for conv := range r.List(f) {
				add(FilesIn, conv)
			}
		}
	case KindMessage:
		for v := range r.Raw(MessageFiles).Elems() {
			id, _ := v.Get("id").Str()
			add(MessagesWithFile, id)
		}
	}
	return list
}

// at returns the map of a tie.
func (ts *ties) at(t Tie) (m tieMap) {
	if ts != nil {
		m = ts[t]
	}
	return m
}

// A tiesEdit changes ties in one batch. The zero tiesEdit is ready to begin.
type tiesEdit struct {
	base  *ties
	begun uint32 // bit n: maps[n] is in use
	maps  [numTies]pmap.Edit[string, keySet]

	was, is []tied // of the record that is put
}

// begin starts over from base.
func (e *tiesEdit) begin(base *ties) {
	for t := range bitsOf(e.begun) {
		e.maps[t] = pmap.Edit[string, keySet]{}
	}
	e.base, e.begun = base, 0
}

// move carries the ties from one record under a key to another.
func (e *tiesEdit) move(k Kind, key string, old, r Record) {
	if !k.recordTied() && (!k.keyTied() || old != "" && r != "") {
		return
	}
	e.was = appendTied(e.was[:0], k, key, old)
	e.is = appendTied(e.is[:0], k, key, r)
	for _, x := range e.was {
		if !slices.Contains(e.is, x) {
			e.cut(x, key)
		}
	}
	for _, x := range e.is {
		if !slices.Contains(e.was, x) {
			e.join(x, key)
		}
	}
	clear(e.was)
	clear(e.is)
}

func (e *tiesEdit) of(t Tie) *pmap.Edit[string, keySet] {
	m := &e.maps[t]
	if e.begun&(1<<t) == 0 {
		e.begun |= 1 << t
		m.Start(e.base.at(t))
	}
	return m
}

func (e *tiesEdit) join(x tied, key string) {
	m := e.of(x.tie)
	to, keys, ok := m.Entry(x.to)
	if !ok {
		to = strings.Clone(x.to) // it is cut out of a key or a record that may be gone sooner
	}
	m.Set(to, keys.Set(key, struct{}{}))
}

func (e *tiesEdit) cut(x tied, key string) {
	m := e.of(x.tie)
	to, keys, _ := m.Entry(x.to)
	if keys = keys.Delete(key); keys.Len() == 0 {
		m.Delete(x.to)
	} else {
		m.Set(to, keys)
	}
}

// seal returns the ties as they are now.
func (e *tiesEdit) seal() *ties {
	if e.begun == 0 {
		return e.base
	}
	next := new(ties)
	if e.base != nil {
		*next = *e.base
	}
	for t := range bitsOf(e.begun) {
		next[t] = e.maps[t].Map()
	}
	return next
}

// buildTies makes the ties of a table. Each belongs to one kind.
func buildTies(ts *ties, k Kind, rows *chunks[row]) {
	if !k.keyTied() && !k.recordTied() {
		return
	}
	var e tiesEdit
	for i := range rows.n {
		x := rows.at(i)
		e.move(k, x.key, "", x.r)
	}
	for t := range bitsOf(e.begun) {
		ts[t] = e.maps[t].Map()
	}
}
