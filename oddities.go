package slackstate

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slackstate/slackstate/api"
)

// How much is kept of frames that are not understood. Whoever sends many kinds
// of them is counted as one kind from then on.
const (
	maxOddities   = 64
	maxOddFrame   = 4 << 10
	maxOddityName = 64
)

// oddities counts frames that are not understood, and keeps one of each kind. It
// is in memory only, and of bounded size.
type oddities struct {
	mu    sync.Mutex
	kinds map[oddKind]*api.Oddity
	count uint64
}

type oddKind struct{ typ, subtype, reason string }

// add counts a frame. It keeps a copy.
func (o *oddities) add(typ, subtype, reason, frame string, at int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.count++
	kind := oddKind{clipped(typ), clipped(subtype), reason}
	known := o.kinds[kind]
	if known == nil && len(o.kinds) >= maxOddities {
		kind = oddKind{reason: "one kind too many"}
		known = o.kinds[kind]
	}
	if known == nil {
		if o.kinds == nil {
			o.kinds = map[oddKind]*api.Oddity{}
		}
		known = &api.Oddity{Type: kind.typ, Subtype: kind.subtype, Reason: kind.reason}
		o.kinds[kind] = known
	}
	known.Count++
	known.At, known.Frame = time.UnixMilli(at), nil
	if len(frame) <= maxOddFrame && !secret(frame) {
		known.Frame = []byte(frame)
	}
}

// clipped returns a copy of a name that a frame gave, no longer than names are.
func clipped(name string) string {
	return strings.ToValidUTF8(strings.Clone(name[:min(len(name), maxOddityName)]), "")
}

// secret reports whether a frame may have a token or the address of a socket in
// it. It is better to keep too few of those that nobody understands.
func secret(frame string) bool {
	lower := strings.ToLower(frame)
	for _, mark := range []string{"xox", "xapp-", "xwfp-", "wss:", `"token"`, "secret"} {
		if strings.Contains(lower, mark) {
			return true
		}
	}
	return false
}

// all returns a copy of what is kept, the most frequent first.
func (o *oddities) all() []api.Oddity {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := make([]api.Oddity, 0, len(o.kinds))
	for _, k := range o.kinds {
		one := *k
		one.Frame = bytes.Clone(k.Frame)
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b api.Oddity) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Type, b.Type),
			cmp.Compare(a.Subtype, b.Subtype), cmp.Compare(a.Reason, b.Reason))
	})
	return list
}

func (o *oddities) total() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.count
}

// Oddities returns which kinds of frames since Open were not understood, or only
// in part, the most frequent first, and of each the last one for diagnosis. Of
// more than 64 kinds the rest is counted as one. They are kept in memory only,
// and without what may be a secret.
func (s *State) Oddities() []api.Oddity { return s.odd.all() }
