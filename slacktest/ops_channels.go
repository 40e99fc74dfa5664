package slacktest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ChannelSpec describes a channel to create.
type ChannelSpec struct {
	Name    string
	Creator string   // a user id; "" is the workspace's first owner
	Private bool     // a private channel, which has a C id like all new ones
	Members []string // user ids the creator invites at once
}

// CreateChannel makes a channel and returns its id. The creator joins it. Errors:
// name_taken, invalid_name_specials, invalid_name_maxlength, user_not_found.
func (w *Workspace) CreateChannel(spec ChannelSpec) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	creator, err := w.actor(spec.Creator, w.owner())
	if err != nil {
		return "", fmt.Errorf("create channel: %w", err)
	}
	members, err := w.findUsers(spec.Members)
	if err != nil {
		return "", fmt.Errorf("create channel: %w", err)
	}
	if err := w.checkName(spec.Name); err != nil {
		return "", fmt.Errorf("create channel: %w", err)
	}
	at := w.clock.tick()
	c := &conv{id: w.ids.next("C"), name: spec.Name, creator: creator, created: at.seconds(), updated: at.millis()}
	if spec.Private {
		c.kind = private
	}
	w.addConv(c)
	if c.kind == public {
		w.emitTimed("channel_created", object{"channel": object{
			"id": c.id, "name": c.name, "name_normalized": fold(c.name), "created": c.created, "creator": creator.id,
			"is_channel": true, "is_shared": false, "is_org_shared": false, "context_team_id": w.team.id,
		}})
	}
	w.join(c, creator, nil)
	for _, u := range members {
		if u != creator {
			w.join(c, u, creator)
		}
	}
	return c.id, nil
}

// RenameChannel gives a channel another name; the old one is remembered among
// its previous names. Errors: name_taken, is_archived, not_authorized for
// #general, invalid_name_*, channel_not_found.
func (w *Workspace) RenameChannel(by, channel, name string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, actor, err := w.channelAct(by, channel)
	if err == nil && c.general {
		err = Error("not_authorized")
	}
	if err == nil {
		err = w.checkName(name)
	}
	if err != nil {
		return fmt.Errorf("rename channel %s: %w", channel, err)
	}
	old := c.name
	delete(w.convNames, old)
	w.convNames[name] = true
	c.name, c.previous = name, append(c.previous, old)
	if w.visible(c) {
		fields := object{
			"id": c.id, "name": c.name, "name_normalized": fold(c.name), "created": c.created,
			"is_channel": !c.oldGroup, "is_mpim": false,
		}
		if c.kind == private { // here, and only here, Slack quotes the number
			fields["created"] = strconv.FormatInt(c.created, 10)
		}
		w.emitTimed(c.verb("rename"), object{"channel": fields})
	}
	w.notice(c, actor, "name", fmt.Sprintf("has renamed the channel from %q to %q", old, name), func(m *message) {
		m.oldName, m.value = old, name
	})
	return nil
}

// ArchiveChannel closes a channel. Errors: already_archived, cant_archive_general.
func (w *Workspace) ArchiveChannel(by, channel string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, actor, err := w.namedAct(by, channel)
	switch {
	case err != nil:
	case c.archived:
		err = Error("already_archived")
	case c.general:
		err = Error("cant_archive_general")
	}
	if err != nil {
		return fmt.Errorf("archive channel %s: %w", channel, err)
	}
	w.notice(c, actor, "archive", "archived the channel", nil)
	c.archived = true
	if w.visible(c) {
		w.emitTimed(c.verb("archive"), object{"channel": c.id, "user": actor.id, "is_moved": 0})
	}
	return nil
}

// UnarchiveChannel opens an archived channel again. Errors: not_archived.
func (w *Workspace) UnarchiveChannel(by, channel string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, actor, err := w.namedAct(by, channel)
	if err == nil && !c.archived {
		err = Error("not_archived")
	}
	if err != nil {
		return fmt.Errorf("unarchive channel %s: %w", channel, err)
	}
	c.archived = false
	if w.visible(c) {
		fields := object{"channel": c.id, "user": actor.id}
		if c.kind == private { // the event of private channels names nobody
			fields = object{"channel": c.id, "actor_id": actor.id}
		}
		w.emitTimed(c.verb("unarchive"), fields)
	}
	w.notice(c, actor, "unarchive", "un-archived the channel", nil)
	return nil
}

// DeleteChannel removes a channel for good. Errors: cant_delete_general.
func (w *Workspace) DeleteChannel(by, channel string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, actor, err := w.namedAct(by, channel)
	if err == nil && c.general {
		err = Error("cant_delete_general")
	}
	if err != nil {
		return fmt.Errorf("delete channel %s: %w", channel, err)
	}
	seen := w.visible(c)
	w.dropConv(c)
	if seen {
		fields := object{"channel": c.id, "actor_id": actor.id}
		if c.kind == private {
			fields["date_deleted"] = w.clock.last.seconds()
		}
		w.emitTimed(c.verb("deleted"), fields)
	}
	return nil
}

// SetTopic sets the topic. Only members hear of it, in a message: Slack has no
// other event for it. Errors: is_archived, too_long, not_in_channel.
func (w *Workspace) SetTopic(by, channel, topic string) error {
	return w.setNote(by, channel, topic, "topic", func(c *conv) *note { return &c.topic })
}

// SetPurpose sets the purpose, like SetTopic.
func (w *Workspace) SetPurpose(by, channel, purpose string) error {
	return w.setNote(by, channel, purpose, "purpose", func(c *conv) *note { return &c.purpose })
}

func (w *Workspace) setNote(by, channel, value, what string, of func(*conv) *note) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, actor, err := w.channelAct(by, channel)
	switch {
	case err != nil:
	case utf8.RuneCountInString(value) > 250:
		err = Error("too_long")
	case !c.has(actor):
		err = errMember
	}
	if err != nil {
		return fmt.Errorf("set %s of %s: %w", what, channel, err)
	}
	value = escape(value)
	m := w.notice(c, actor, what, "set the channel "+what+": "+value, func(m *message) { m.value = value })
	*of(c) = note{Value: value, Creator: actor.id, LastSet: m.ts.seconds()}
	return nil
}

// ConvertToPrivate makes a public channel private; its id stays. Members read of
// it in a message, others lose the channel without a word. Errors: is_archived,
// method_not_supported_for_channel_type.
func (w *Workspace) ConvertToPrivate(by, channel string) error {
	return w.convert(by, channel, public, private, "made this channel *private*. Now, it can only be viewed or joined by invitation.")
}

// ConvertToPublic makes a private channel public, like ConvertToPrivate.
func (w *Workspace) ConvertToPublic(by, channel string) error {
	return w.convert(by, channel, private, public, "made this channel *public*. Any member in this workspace can see and join it.")
}

func (w *Workspace) convert(by, channel string, from, to kind, text string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, actor, err := w.channelAct(by, channel)
	if err == nil && (c.kind != from || c.general) {
		err = errKind
	}
	if err != nil {
		return fmt.Errorf("convert %s: %w", channel, err)
	}
	c.kind = to
	w.post(c, &message{user: actor, text: text, subtype: map[kind]string{
		private: "channel_convert_to_private", public: "channel_convert_to_public",
	}[to]}, nil)
	return nil
}

// notice posts one of the messages by which a channel tells what happened to it.
func (w *Workspace) notice(c *conv, by *account, what, text string, set func(*message)) *message {
	subtype := "channel_" + what
	if c.oldGroup {
		subtype = "group_" + what
	}
	m := &message{user: by, subtype: subtype, text: "<@" + by.id + "> " + text}
	if set != nil {
		set(m)
	}
	w.post(c, m, nil)
	c.updated = m.ts.millis()
	return m
}

// verb names an event of the conversation's family.
func (c *conv) verb(verb string) string { return c.family() + "_" + verb }

// actor finds who acts; "" is whoever usually does.
func (w *Workspace) actor(id string, usually *account) (*account, error) {
	if id == "" {
		return usually, nil
	}
	return w.findActive(id)
}

// owner is the first person of the workspace.
func (w *Workspace) owner() *account { return w.users[2] }

// namedAct finds a channel and who acts on it.
func (w *Workspace) namedAct(by, channel string) (*conv, *account, error) {
	c, err := w.findNamed(channel)
	if err != nil {
		return nil, nil, err
	}
	actor, err := w.actor(by, w.usual(c))
	return c, actor, err
}

// usual is who acts on a conversation when nobody is named: its creator, or else
// a member, or else the owner.
func (w *Workspace) usual(c *conv) *account {
	if c.has(c.creator) && !c.creator.deleted {
		return c.creator
	}
	for _, u := range c.members {
		if !u.deleted && u != w.self {
			return u
		}
	}
	return w.owner()
}

// channelAct is namedAct for what archived channels refuse.
func (w *Workspace) channelAct(by, channel string) (*conv, *account, error) {
	c, actor, err := w.namedAct(by, channel)
	if err == nil && c.archived {
		err = errArchived
	}
	return c, actor, err
}

func (w *Workspace) dropConv(c *conv) {
	delete(w.convByID, c.id)
	delete(w.convNames, c.name)
	for i, other := range w.convs {
		if other == c {
			w.convs = append(w.convs[:i], w.convs[i+1:]...)
			return
		}
	}
}

// checkName applies Slack's rules for channel names.
func (w *Workspace) checkName(name string) error {
	switch {
	case name == "":
		return Error("invalid_name_required")
	case utf8.RuneCountInString(name) > 80:
		return Error("invalid_name_maxlength")
	case strings.ToLower(name) != name || strings.ContainsAny(name, " .,#@!?/\\\"<>&"):
		return Error("invalid_name_specials")
	case w.convNames[name]:
		return Error("name_taken")
	}
	return nil
}
