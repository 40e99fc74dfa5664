package snapshot

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/slackstate/slackstate/internal/pmap"
)

// An index leads from a value to the keys of the records that have it. Which
// values a record has is appendIndexKeys' business alone; Edit does the rest, so no
// index can be forgotten by a handler.
type index uint8

const (
	userByName         index = iota // handle, display and real name, folded
	userByEmail                     // folded
	userByBot                       // bot id
	conversationByName              // present and previous names, folded
	imByUser                        // the other side
	usergroupByHandle               // enabled ones, folded
	emojiByTarget                   // aliases by the name they point at
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
		add(userByName, Fold(r.Str(UserName)))
		add(userByName, Fold(r.Str(UserRealName)))
		add(userByName, Fold(p.Str(ProfileDisplayName)))
		add(userByName, Fold(p.Str(ProfileDisplayNameNorm)))
		add(userByName, Fold(p.Str(ProfileRealName)))
		add(userByName, Fold(p.Str(ProfileRealNameNorm)))
		add(userByEmail, Fold(p.Str(ProfileEmail)))
		add(userByBot, p.Str(ProfileBotID))
	case KindConversation:
		add(conversationByName, Fold(r.Str(ConvName)))
		add(conversationByName, Fold(r.Str(ConvNameNormalized)))
		for name := range r.List(ConvPreviousNames) {
			add(conversationByName, Fold(name))
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
// to case. A name that is folded already is returned as it is.
func Fold(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return foldFrom(s, i)
		}
	}
	return s
}

// foldFrom folds a string of which the first n bytes are folded. Most letters of
// most names are ASCII, which needs no tables.
func foldFrom(s string, n int) string {
	var room [64]byte
	folded := append(room[:0], s[:n]...)
	for _, r := range s[n:] {
		switch {
		case 'A' <= r && r <= 'Z':
			folded = append(folded, byte(r)+'a'-'A')
		case r < utf8.RuneSelf:
			folded = append(folded, byte(r))
		default:
			folded = utf8.AppendRune(folded, foldRune(r))
		}
	}
	return string(folded)
}

// foldRune returns the least of the letters that differ from r in case only,
// the lower-case one where that is ASCII.
func foldRune(r rune) rune {
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
	var b strings.Builder
	for _, id := range slices.Compact(ids) {
		if b.Len() > 0 {
			b.WriteByte(0)
		}
		b.WriteString(string(id))
	}
	return idList(b.String())
}

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

// UsersNamed returns the users with that handle, display name or real name, by
// ascending id. Case makes no difference, and names are not unique.
func (s *Snapshot) UsersNamed(name string) iter.Seq[UserID] {
	l, _ := s.index.at(userByName).Get(Fold(name))
	return each[UserID](l)
}

// UsersByEmail returns the users with that address, by ascending id.
func (s *Snapshot) UsersByEmail(email string) iter.Seq[UserID] {
	l, _ := s.index.at(userByEmail).Get(Fold(email))
	return each[UserID](l)
}

// UsersByBot returns the users that belong to a bot.
func (s *Snapshot) UsersByBot(bot BotID) iter.Seq[UserID] {
	l, _ := s.index.at(userByBot).Get(string(bot))
	return each[UserID](l)
}

// ConversationsNamed returns the conversations that have or had that name, by
// ascending id.
func (s *Snapshot) ConversationsNamed(name string) iter.Seq[ChannelID] {
	l, _ := s.index.at(conversationByName).Get(Fold(name))
	return each[ChannelID](l)
}

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
