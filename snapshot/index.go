package snapshot

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/slackstate/slackstate/internal/pmap"
)

// An index leads from a value to the keys of the records that have it. Which
// values a record has is appendIndexKeys' business alone; Edit does the rest, so no
// index can be forgotten by a handler.
type index uint8

const (
	userByName               index = iota // handle, display and real name, folded
	userByEmail                           // folded
	userByBot                             // bot id
	conversationByName                    // present names, folded
	conversationByFormerName              // previous names, folded
	imByUser                              // the other side
	usergroupByHandle                     // enabled ones, folded
	emojiByTarget                         // aliases by the name they point at
	numIndexes
)

// An indexKey is an entry of an index.
type indexKey struct {
	index index
	key   string
}

// indexed reports whether records of the kind are in any index.
func (k Kind) indexed() bool {
	switch k {
	case KindUser, KindConversation, KindUsergroup, KindEmoji:
		return true
	}
	return false
}

// indexedAlike reports whether two records are known to ask for the same index
// entries because they have the same names: most changes are of something else.
func indexedAlike(k Kind, a, b Record) bool {
	switch k {
	case KindUser:
		return alike(a, b, UserName, UserRealName) && alike(a.Sub(UserProfile), b.Sub(UserProfile),
			ProfileDisplayName, ProfileDisplayNameNorm, ProfileRealName, ProfileRealNameNorm, ProfileEmail, ProfileBotID)
	case KindConversation:
		return alike(a, b, ConvName, ConvNameNormalized, ConvUser, ConvPreviousNames) && a.Is(ConvIsIM) == b.Is(ConvIsIM)
	}
	return false
}

// alike reports whether two records agree in some fields of text.
func alike(a, b Record, fields ...*Field) bool {
	for _, f := range fields {
		if a.Str(f) != b.Str(f) {
			return false
		}
	}
	return true
}

// appendIndexKeys appends every index entry that a record asks for. An entry
// may be named twice.
func appendIndexKeys(keys []indexKey, k Kind, r Record) []indexKey {
	add := func(ix index, key string) {
		if key != "" {
			keys = append(keys, indexKey{ix, key})
		}
	}
	switch k {
	case KindUser:
		p := r.Sub(UserProfile)
		names := [...]string{
			r.Str(UserName), r.Str(UserRealName), p.Str(ProfileDisplayName), p.Str(ProfileDisplayNameNorm),
			p.Str(ProfileRealName), p.Str(ProfileRealNameNorm),
		}
		for i, name := range names {
			if !slices.Contains(names[:i], name) { // to fold a name is the dearest part
				add(userByName, Fold(name))
			}
		}
		add(userByEmail, Fold(p.Str(ProfileEmail)))
		add(userByBot, p.Str(ProfileBotID))
	case KindConversation:
		add(conversationByName, Fold(r.Str(ConvName)))
		add(conversationByName, Fold(r.Str(ConvNameNormalized)))
		for name := range r.List(ConvPreviousNames) {
			add(conversationByFormerName, Fold(name))
		}
		if r.Is(ConvIsIM) {
			add(imByUser, r.Str(ConvUser))
		}
	case KindUsergroup:
		if del, _ := r.Int(UsergroupDateDelete); del == 0 {
			add(usergroupByHandle, Fold(r.Str(UsergroupHandle)))
		}
	case KindEmoji:
		if to, ok := strings.CutPrefix(r.Str(EmojiValue), "alias:"); ok {
			add(emojiByTarget, to)
		}
	}
	return keys
}

// Fold returns the form under which names are compared: letters without regard
// to case, and in Unicode's composed form (NFC). A name that is in this form
// already is returned as it is.
func Fold(s string) string {
	upper := false
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf {
			return foldText(s)
		}
		upper = upper || 'A' <= c && c <= 'Z'
	}
	if upper {
		return strings.ToLower(s)
	}
	return s
}

// foldText is Fold for any text. A letter that was folded may go together with an
// accent that it did not go with before, and that makes another letter to fold.
func foldText(s string) string {
	s = norm.NFC.String(s)
	for range 3 {
		folded := strings.Map(foldRune, s)
		if folded == s {
			break
		}
		s = norm.NFC.String(folded)
	}
	return s
}

// foldRune returns the least of the letters that differ from r in case only,
// the lower-case one where that is ASCII.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf { // what else there is of them comes after
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	least := r
	for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
		least = min(least, o)
	}
	if 'A' <= least && least <= 'Z' {
		least += 'a' - 'A'
	}
	return least
}

// An idList is a sorted list of keys joined by a zero byte. Nearly all lists
// have one key, and then cost no more than it does.
type idList string

func (l idList) with(id string) idList {
	if l == "" {
		return idList(id)
	}
	ids := strings.Split(string(l), "\x00")
	i, found := slices.BinarySearch(ids, id)
	if found {
		return l
	}
	return idList(strings.Join(slices.Insert(ids, i, id), "\x00"))
}

func (l idList) without(id string) idList {
	ids := strings.Split(string(l), "\x00")
	i, found := slices.BinarySearch(ids, id)
	if !found {
		return l
	}
	return idList(strings.Join(slices.Delete(ids, i, i+1), "\x00"))
}

// buildIndexes builds the indexes that the records of a table ask for. Each index
// belongs to one kind.
func buildIndexes(is *indexes, k Kind, rows *chunks[row]) {
	var entries [numIndexes]chunks[indexEntry]
	var keys []indexKey
	var texts arena
	for i := range rows.n {
		x := rows.at(i)
		keys = appendIndexKeys(keys[:0], k, x.r)
		for n, entry := range keys {
			if !slices.Contains(keys[:n], entry) {
				entries[entry.index].add(indexEntry{texts.clone(entry.key), idList(x.key)})
			}
		}
	}
	for ix := range entries {
		if entries[ix].n > 0 { // an index of this kind
			is[ix] = buildIndex(&entries[ix])
		}
	}
}

// buildIndex makes an index of entries that lead to one key each.
func buildIndex(entries *chunks[indexEntry]) nameIndex {
	return pmap.BuildJoined(entries.n, func(i int) (string, idList) {
		en := entries.at(i)
		return en.key, en.ids
	}, joinIDs)
}

type indexEntry struct {
	key string
	ids idList
}

// joinIDs makes one list of lists of one key each.
func joinIDs(ids []idList) idList {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	size := len(ids) - 1
	for _, id := range ids {
		size += len(id)
	}
	var b strings.Builder
	b.Grow(size)
	for _, id := range ids {
		if b.Len() > 0 {
			b.WriteByte(0)
		}
		b.WriteString(string(id))
	}
	return idList(b.String())
}

// several reports whether the list has more than one key.
func (l idList) several() bool { return strings.IndexByte(string(l), 0) >= 0 }

func each[K ~string](l idList) iter.Seq[K] {
	return func(yield func(K) bool) {
		for rest := string(l); rest != ""; {
			var id string
			id, rest, _ = strings.Cut(rest, "\x00")
			if !yield(K(id)) {
				return
			}
		}
	}
}

// Keys are the keys of some records, in ascending order. To look them up and to
// range over them takes no memory.
type Keys[K ~string] idList

// All returns the keys.
func (l Keys[K]) All() iter.Seq[K] { return each[K](idList(l)) }

func keys[K ~string](s *Snapshot, ix index, entry string) Keys[K] {
	l, _ := s.index.at(ix).Get(entry)
	return Keys[K](l)
}

// UsersNamed returns the users with that handle, display name or real name. Names
// are not unique, and compare as Fold says.
func (s *Snapshot) UsersNamed(name string) Keys[UserID] {
	return keys[UserID](s, userByName, Fold(name))
}

// UsersByEmail returns the users with that address.
func (s *Snapshot) UsersByEmail(email string) Keys[UserID] {
	return keys[UserID](s, userByEmail, Fold(email))
}

// UsersByBot returns the users that belong to a bot.
func (s *Snapshot) UsersByBot(bot BotID) Keys[UserID] { return keys[UserID](s, userByBot, string(bot)) }

// ConversationsNamed returns the conversations that have that name.
func (s *Snapshot) ConversationsNamed(name string) Keys[ChannelID] {
	return keys[ChannelID](s, conversationByName, Fold(name))
}

// ConversationsFormerlyNamed returns the conversations that once had that name.
func (s *Snapshot) ConversationsFormerlyNamed(name string) Keys[ChannelID] {
	return keys[ChannelID](s, conversationByFormerName, Fold(name))
}

// GroupDMs returns the group DMs that are known to have exactly these members, in
// no particular order.
func (s *Snapshot) GroupDMs(members []UserID) iter.Seq[ChannelID] {
	return func(yield func(ChannelID) bool) {
		members := slices.Compact(slices.Sorted(slices.Values(members)))
		if len(members) == 0 {
			return
		}
		fewest := slices.MinFunc(members, func(a, b UserID) int { return s.numConversations(a) - s.numConversations(b) })
		for conv := range s.ConversationsOf(fewest) {
			if s.NumMembers(conv) == len(members) && s.Get(KindConversation, string(conv)).Is(ConvIsMPIM) &&
				!slices.ContainsFunc(members, func(u UserID) bool { return !s.IsMember(conv, u) }) && !yield(conv) {
				return
			}
		}
	}
}

func (s *Snapshot) numConversations(user UserID) int { return s.members.users.of(string(user)).Len() }

// IMs returns the DMs with a user: one, but for what Slack may send.
func (s *Snapshot) IMs(user UserID) iter.Seq[ChannelID] {
	l, _ := s.index.at(imByUser).Get(string(user))
	return each[ChannelID](l)
}

// UsergroupsByHandle returns the enabled user groups with that handle.
func (s *Snapshot) UsergroupsByHandle(handle string) iter.Seq[UsergroupID] {
	l, _ := s.index.at(usergroupByHandle).Get(Fold(handle))
	return each[UsergroupID](l)
}

// EmojiAliases returns the names that are aliases of an emoji.
func (s *Snapshot) EmojiAliases(name string) iter.Seq[string] {
	l, _ := s.index.at(emojiByTarget).Get(name)
	return each[string](l)
}
