package snapshot

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/slackstate/slackstate/internal/numbered"
	"github.com/slackstate/slackstate/internal/parallel"
)

// An index leads from a value to the records that have it. Which values a record
// has is eachIndexed's business alone; Edit does the rest, so no index can be
// forgotten by a handler.
//
// An entry is the hash of a value and the number of a record in its list. What an
// index leads to may therefore be of another value with the same hash, which a
// lookup sees when it looks at the record; so the values, which are in the record
// anyway, need not be kept a second time.
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

// kind returns the kind of the records that an index leads to.
func (ix index) kind() Kind {
	switch ix {
	case userByName, userByEmail, userByBot:
		return KindUser
	case usergroupByHandle:
		return KindUsergroup
	case emojiByTarget:
		return KindEmoji
	}
	return KindConversation
}

// folds reports whether the values of an index compare as Fold says.
func (ix index) folds() bool { return ix != userByBot && ix != imByUser && ix != emojiByTarget }

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

// eachIndexed yields every value that a record is to be found by, as the record has
// it, until yield returns false. "" is none, and one may come twice.
func eachIndexed(k Kind, r Record, yield func(index, string) bool) {
	if r == "" {
		return
	}
	switch k {
	case KindUser:
		if !yield(userByName, r.Str(UserName)) {
			return // before the rest of the record is read: handles are what is looked up most
		}
		p := r.Sub(UserProfile)
		_ = yield(userByName, p.Str(ProfileDisplayName)) &&
			yield(userByName, p.Str(ProfileDisplayNameNorm)) && yield(userByName, p.Str(ProfileRealName)) &&
			yield(userByName, p.Str(ProfileRealNameNorm)) && yield(userByName, r.Str(UserRealName)) &&
			yield(userByEmail, p.Str(ProfileEmail)) && yield(userByBot, p.Str(ProfileBotID))
	case KindConversation:
		if !yield(conversationByName, r.Str(ConvName)) || !yield(conversationByName, r.Str(ConvNameNormalized)) {
			return
		}
		for name := range r.List(ConvPreviousNames) {
			if !yield(conversationByFormerName, name) {
				return
			}
		}
		if r.Is(ConvIsIM) {
			yield(imByUser, r.Str(ConvUser))
		}
	case KindUsergroup:
		if del, _ := r.Int(UsergroupDateDelete); del == 0 {
			yield(usergroupByHandle, r.Str(UsergroupHandle))
		}
	case KindEmoji:
		if to, ok := strings.CutPrefix(r.Str(EmojiValue), "alias:"); ok {
			yield(emojiByTarget, to)
		}
	}
}

// leads reports whether an index is to lead from a value, folded if it folds, to a
// record.
func (ix index) leads(value string, r Record) (yes bool) {
	eachIndexed(ix.kind(), r, func(of index, has string) bool {
		yes = of == ix && has != "" && (has == value || ix.folds() && foldsTo(has, value))
		return !yes
	})
	return yes
}

// An indexEntry is an entry of an index.
type indexEntry struct {
	index index
	entry numbered.Entry
}

// appendIndexEntries appends every index entry that a record of a number asks for.
// An entry may come twice.
func appendIndexEntries(entries []indexEntry, k Kind, number uint32, r Record) []indexEntry {
	var before index // the last value and its index: most values are repetitions, and
	last := ""       // to fold one is the dearest part
	eachIndexed(k, r, func(ix index, value string) bool {
		if value == "" || value == last && ix == before {
			return true
		}
		before, last = ix, value
		if ix.folds() {
			value = Fold(value)
		}
		entries = append(entries, indexEntry{ix, numbered.NewEntry(numbered.Hash(value), number)})
		return true
	})
	return entries
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

// foldsTo reports whether Fold(s) is folded. It allocates only where s begins like
// folded and is not ASCII.
func foldsTo(s, folded string) bool {
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf || i+1 < len(s) && s[i+1] >= utf8.RuneSelf {
			// What comes now may go together with c.
			return (mayFoldToASCII(s[i:]) || !isASCII(folded[min(i, len(folded)):])) && foldText(s) == folded
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if i >= len(folded) || c != folded[i] {
			return false
		}
	}
	return len(s) == len(folded)
}

// mayFoldToASCII reports whether s, which is not ASCII, may fold to it: whether it
// has one of the few letters that do, or one whose encoding begins like theirs.
func mayFoldToASCII(s string) bool {
	for i := range len(s) {
		switch s[i] {
		case 0xc5, 0xcd, 0xe1, 0xe2: // of ſ, the Greek question mark and grave, and the Kelvin sign
			return true
		}
	}
	return false
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
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

// buildIndexes builds the indexes that the records of a table ask for, whose number
// is their place among the rows. Each index belongs to one kind.
func buildIndexes(is *indexes, k Kind, rows *chunks[row]) {
	if _, ok := k.listed(); !ok {
		return
	}
	type worker struct {
		found   [numIndexes]chunks[numbered.Entry]
		entries []indexEntry // room
	}
	workers := parallel.Each(len(rows.list), func(w *worker, piece int) {
		for i, x := range rows.list[piece] {
			w.entries = appendIndexEntries(w.entries[:0], k, uint32(piece*chunkSize+i), x.r)
			for _, x := range w.entries {
				w.found[x.index].add(x.entry)
			}
		}
	})
	for ix := range is {
		var pieces [][]numbered.Entry
		for i := range workers {
			pieces = append(pieces, workers[i].found[ix].list...)
		}
		if len(pieces) > 0 { // an index of this kind
			is[ix] = numbered.BuildIndex(slices.Concat(pieces...))
		}
	}
}

// Keys are the keys of the records that have some value, in ascending order. To
// look up to 32 up and to range over them takes no memory.
type Keys[K ~string] struct {
	rows  *list
	at    *numbered.Index
	index index
	value string
}

// All returns the keys.
func (l Keys[K]) All() iter.Seq[K] {
	return func(yield func(K) bool) { l.each(func(key K, _ Record) bool { return yield(key) }) }
}

// Records returns the keys and the records they have.
func (l Keys[K]) Records() iter.Seq2[K, Record] {
	return func(yield func(K, Record) bool) { l.each(yield) }
}

func (l *Keys[K]) each(yield func(K, Record) bool) {
	if l.value == "" {
		return
	}
	hash := numbered.Hash(l.value)
	switch n, of := l.at.Number(hash); of {
	case 0:
	case 1: // nearly always
		if row := l.rows.At(n); l.index.leads(l.value, row.Value) {
			yield(K(row.Key), row.Value)
		}
	default:
		l.eachOf(hash, yield)
	}
}

// eachOf is each for the rows of several numbers. Nearly all of them have the value,
// so whether one does is looked at when its turn comes: most want but the first.
func (l *Keys[K]) eachOf(hash uint32, yield func(K, Record) bool) {
	const many = 32 // see Keys
	var room [many]uint32
	var rows [many]numbered.Row[Record]
	found := rows[:0]
	for _, n := range l.at.AppendNumbers(room[:0], hash) {
		found = append(found, l.rows.At(n))
	}
	slices.SortFunc(found, func(a, b numbered.Row[Record]) int { return strings.Compare(a.Key, b.Key) })
	for _, row := range found {
		if l.index.leads(l.value, row.Value) && !yield(K(row.Key), row.Value) {
			return
		}
	}
}

func keys[K ~string](s *Snapshot, ix index, value string) Keys[K] {
	place, _ := ix.kind().listed()
	if ix.folds() {
		value = Fold(value)
	}
	return Keys[K]{s.listed.at(place), s.index.at(ix), ix, value}
}

// UsersNamed returns the users with that handle, display name or real name. Names
// are not unique, and compare as Fold says.
func (s *Snapshot) UsersNamed(name string) Keys[UserID] {
	return keys[UserID](s, userByName, name)
}

// UsersByEmail returns the users with that address.
func (s *Snapshot) UsersByEmail(email string) Keys[UserID] {
	return keys[UserID](s, userByEmail, email)
}

// UsersByBot returns the users that belong to a bot.
func (s *Snapshot) UsersByBot(bot BotID) Keys[UserID] { return keys[UserID](s, userByBot, string(bot)) }

// ConversationsNamed returns the conversations that have that name.
func (s *Snapshot) ConversationsNamed(name string) Keys[ChannelID] {
	return keys[ChannelID](s, conversationByName, name)
}

// ConversationsFormerlyNamed returns the conversations that once had that name.
func (s *Snapshot) ConversationsFormerlyNamed(name string) Keys[ChannelID] {
	return keys[ChannelID](s, conversationByFormerName, name)
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
	return keys[ChannelID](s, imByUser, string(user)).All()
}

// UsergroupsByHandle returns the enabled user groups with that handle.
func (s *Snapshot) UsergroupsByHandle(handle string) iter.Seq[UsergroupID] {
	return keys[UsergroupID](s, usergroupByHandle, handle).All()
}

// EmojiAliases returns the names that are aliases of an emoji.
func (s *Snapshot) EmojiAliases(name string) iter.Seq[string] {
	return keys[string](s, emojiByTarget, name).All()
}
