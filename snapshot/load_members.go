package snapshot

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/slackstate/slackstate/internal/idset"
)

// Members loads all memberships, before the first Put: the ids that have numbers,
// and copies of the parts of each conversation in ascending order. The error says why Packed cannot have made the part that was
// yielded last or, with none yielded, the ids.
func (l *Load) Members(convs, users IDs, parts iter.Seq[Part]) error {
	if err := checkIDs(convs, users); err != nil {
		return err
	}
	t := idset.NewTransposer(users.Len())
	sets, err := l.packed(convs, users, parts, t)
	if err != nil {
		return err
	}
	m, ok, also := &l.members, false, false
	m.convs, ok = newSide(convs, sets)
	m.users, also = newSide(users, transposed(t, sets))
	if !ok || !also {
		return errors.New("an id has two numbers")
	}
	return nil
}

// checkIDs refuses ids that no key of a membership has.
func checkIDs(convs, users IDs) error {
	for id := range convs.From(0) {
		if id == "" || strings.Contains(id, "/") {
			return fmt.Errorf("%q is no conversation", id)
		}
	}
	for id := range users.From(0) {
		if id == "" {
			return fmt.Errorf("%q is no user", id)
		}
	}
	return nil
}

// packed returns the sets of all conversations by number, shows them to t, and
// counts their pairs and digest in.
func (l *Load) packed(convs, users IDs, parts iter.Seq[Part], t *idset.Transposer) ([]idset.Set, error) {
	hashes := make([]uint64, 0, users.Len())
	for id := range users.From(0) {
		hashes = append(hashes, hashUser(id))
	}
	sets := make([]idset.Set, convs.Len())
	conv, hash := uint32(0), uint64(0)
	var joined []string // the parts of conv so far
	var nums []uint32   // in the last of them
	var texts arena
	for p := range parts {
		if int(p.Conversation) >= convs.Len() || p.Conversation < conv {
			return nil, fmt.Errorf("conversation %d of %d behind %d", p.Conversation, convs.Len(), conv)
		}
		last := int64(-1) // of the numbers in the conversation
		if len(joined) > 0 && p.Conversation == conv {
			last = int64(nums[len(nums)-1])
		} else {
			if len(joined) > 0 {
				sets[conv] = idset.Join(joined)
			}
			conv, joined = p.Conversation, joined[:0]
			hash = hashConversation(convs.ID(conv))
		}
		var err error
		enc := texts.copy(p.Members)
		if nums, err = idset.DecodePart(nums[:0], enc); err != nil {
			return nil, err
		}
		if least, most := nums[0], nums[len(nums)-1]; int64(p.From) <= last || least < p.From || int(most) >= users.Len() {
			return nil, fmt.Errorf("members %d to %d of %d, from %d on, behind %d", least, most, users.Len(), p.From, last)
		}
		digest := uint64(0)
		for _, u := range nums {
			digest += mixPair(hash, hashes[u])
		}
		l.digests[KindMember.slot()] += digest
		l.members.count += len(nums)
		t.Count(conv, nums)
		joined = append(joined, enc)
	}
	if len(joined) > 0 {
		sets[conv] = idset.Join(joined)
	}
	return sets, nil
}

// transposed returns which of the sets each number is in that t has counted.
func transposed(t *idset.Transposer, sets []idset.Set) []idset.Set {
	t.Place()
	var nums []uint32
	for set, s := range sets {
		nums = s.Slice(nums[:0])
		t.Add(uint32(set), nums)
	}
	return t.Sets()
}
