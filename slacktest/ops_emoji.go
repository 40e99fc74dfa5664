package slacktest

import (
	"fmt"
	"maps"
	"slices"
)

// AddEmoji adds a custom emoji. value is a URL, "alias:other", or "" for a URL
// made up here. Errors: error_name_taken, invalid_name.
func (w *Workspace) AddEmoji(name, value string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case name == "":
		return fmt.Errorf("add emoji: %w", Error("invalid_name"))
	case w.emoji[name] != "":
		return fmt.Errorf("add emoji %s: %w", name, Error("error_name_taken"))
	}
	w.emojiAt = w.clock.tick()
	if value == "" {
		value = emojiURL(w.team.id, name, uint64(w.emojiAt))
	}
	w.emoji[name] = value
	w.emitTimed("emoji_changed", object{"subtype": "add", "name": name, "value": value})
	return nil
}

// RemoveEmoji removes a custom emoji and every alias of it; the event names them
// all. Errors: emoji_not_found.
func (w *Workspace) RemoveEmoji(name string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.emoji[name] == "" {
		return fmt.Errorf("remove emoji %q: %w", name, Error("emoji_not_found"))
	}
	names := []string{name}
	for _, alias := range slices.Sorted(maps.Keys(w.emoji)) {
		if w.emoji[alias] == "alias:"+name {
			names = append(names, alias)
		}
	}
	for _, gone := range names {
		delete(w.emoji, gone)
	}
	w.emojiAt = w.clock.tick()
	w.emitTimed("emoji_changed", object{"subtype": "remove", "names": names})
	return nil
}

// RenameEmoji gives a custom emoji another name. Slack is silent on what becomes
// of its aliases; here they keep pointing at the old name. Errors:
// emoji_not_found, error_name_taken.
func (w *Workspace) RenameEmoji(from, to string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.emoji[from] == "":
		return fmt.Errorf("rename emoji %q: %w", from, Error("emoji_not_found"))
	case to == "" || w.emoji[to] != "":
		return fmt.Errorf("rename emoji %q to %q: %w", from, to, Error("error_name_taken"))
	}
	w.emoji[to] = w.emoji[from]
	delete(w.emoji, from)
	w.emojiAt = w.clock.tick()
	w.emitTimed("emoji_changed", object{"subtype": "rename", "old_name": from, "new_name": to, "value": w.emoji[to]})
	return nil
}
