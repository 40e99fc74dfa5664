package snapshot

import (
	"iter"

	"github.com/slackstate/slackstate/internal/idset"
)

// Packed shows the memberships of a snapshot as they are stored: ids have
// numbers, and the members of a conversation come in parts of some hundred
// bytes. Load.Members takes them back.
type Packed struct{ m *memberships }

// Packed returns the memberships in that form.
func (s *Snapshot) Packed() Packed { return Packed{&s.members} }

// Conversations and Users return the ids that have numbers.
func (p Packed) Conversations() IDs { return p.m.convs.IDs }
func (p Packed) Users() IDs         { return p.m.users.IDs }

// Numbers returns the numbers of a pair's ids. If it has none the two are not, and
// were not in any snapshot before, in a conversation together.
func (p Packed) Numbers(conv, user string) (c, u uint32, ok bool) {
	c, ok = p.m.convs.number(conv)
	u, also := p.m.users.number(user)
	return c, u, ok && also
}

// A Part is some of the members of a conversation: those whose numbers are From
// or higher, up to the next part's.
type Part struct {
	Conversation, From uint32
	Members            []byte // their numbers, encoded
}

// Parts returns the members of a conversation whose numbers are from lo on and
// below hi; the first part is From lo.
func (p Packed) Parts(conv, lo, hi uint32) iter.Seq[Part] {
	return func(yield func(Part) bool) {
		nums := p.m.convs.with.At(int(conv)).Between(nil, lo, hi)
		for i, enc := range idset.Parts(nums) {
			from := nums[i]
			if i == 0 {
				from = lo
			}
			if !yield(Part{conv, from, []byte(enc)}) {
				return
			}
		}
	}
}
