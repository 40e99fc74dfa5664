package reducer

import (
	"cmp"
	"strings"

	"github.com/slackstate/slackstate/snapshot"
)

// emojiChanged is emoji_changed: by its subtype names are added, removed with
// the aliases that point at them, or renamed. Without a subtype it only says
// that something changed. Clock: event_ts for each name.
func emojiChanged(st *step) {
	const emoji = snapshot.KindEmoji
	ev := &st.ev
	switch ev.str("subtype") {
	case "add":
		name, value := ev.str("name"), ev.str("value")
		if !validName(name) || value == "" {
			st.lack("has no name or no image")
			return
		}
		if of, ok := strings.CutPrefix(value, "alias:"); ok && st.Get(emoji, of) == "" && st.older(facetEmoji, of) {
			st.skip("was removed with what it is an alias of")
			return
		}
		if st.newer(facetEmoji, name, st.ev.Time) {
			st.Put(emoji, name, st.With(emoji.Schema(), "", snapshot.EmojiValue.Str(value)))
		}
	case "remove":
		for n := range ev.get("names").Elems() {
			name, _ := n.Str()
			if !validName(name) {
				continue
			}
			for _, gone := range append(st.EmojiAliases(name), name) {
				if st.newer(facetEmoji, gone, st.ev.Time) {
					st.Delete(emoji, gone)
				}
			}
		}
	case "rename":
		st.renameEmoji(ev.str("old_name"), ev.str("new_name"), ev.str("value"))
	default:
		st.doubt(snapshot.CollectionEmoji)
		st.hint(emoji, "")
	}
}

// renameEmoji moves an emoji. What becomes of aliases that point at the former
// name is not documented, so they stay and the list is in doubt.
func (st *step) renameEmoji(from, to, value string) {
	const emoji = snapshot.KindEmoji
	if !validName(from) || !validName(to) {
		st.lack("has no names")
		return
	}
	was := st.Get(emoji, from)
	aliased := len(st.EmojiAliases(from)) > 0
	comes, goes := st.newer(facetEmoji, to, st.ev.Time), st.newer(facetEmoji, from, st.ev.Time)
	if was == "" && value == "" && st.Get(emoji, to) != "" {
		st.skip("is renamed already")
		return
	}
	if goes {
		value = cmp.Or(value, was.Str(snapshot.EmojiValue))
		st.Delete(emoji, from)
	}
	if comes && value != "" {
		st.Put(emoji, to, st.With(emoji.Schema(), "", snapshot.EmojiValue.Str(value)))
	}
	if comes && value == "" || goes && aliased {
		st.doubt(snapshot.CollectionEmoji)
		st.hint(emoji, "")
	}
}

func validName(s string) bool { return s != "" && len(s) <= 128 && !strings.ContainsAny(s, "/\x00") }
