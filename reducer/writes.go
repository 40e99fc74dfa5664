package reducer

import (
	"strings"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// writes has a line for every method by which self acts and whose response, or
// whose arguments, tell what came of it. Such a page tells of one moment after
// the call began, and lags behind nothing: it stands back only for what an event
// changed since then.
var writes = map[string]func(*page){
	"chat.postMessage":         (*page).posted,
	"chat.update":              (*page).messageEdited,
	"chat.delete":              (*page).messageRemoved,
	"conversations.create":     (*page).conversationAnswered,
	"conversations.join":       (*page).conversationAnswered,
	"conversations.rename":     (*page).renamed,
	"conversations.setTopic":   (*page).conversationAnswered,
	"conversations.setPurpose": (*page).conversationAnswered,
	"conversations.open":       (*page).opened,
	"conversations.close":      (*page).closed,
	"conversations.archive":    (*page).archived,
	"conversations.unarchive":  (*page).unarchived,
	"conversations.invite":     (*page).invited,
	"conversations.kick":       (*page).kicked,
	"conversations.leave":      (*page).quit,
	"conversations.mark":       (*page).markerMoved,
	"usergroups.create":        (*page).usergroupAnswered,
	"usergroups.update":        (*page).usergroupAnswered,
	"usergroups.enable":        (*page).usergroupAnswered,
	"usergroups.disable":       (*page).usergroupAnswered,
	"usergroups.users.update":  (*page).usergroupAnswered,
	"users.profile.set":        (*page).profile,
	"pins.remove":              (*page).unpinned,
	"dnd.setSnooze":            (*page).snoozed,
	"dnd.endSnooze":            (*page).snoozed,
}

// Understands reports whether a response of a method says something about the
// workspace.
func Understands(method string) bool {
	return pages[method] != nil || writes[method] != nil
}

// happened applies the event that something self did amounts to. Its members come
// in pairs of name and JSON.
func (p *page) happened(apply func(*step), typ string, members ...string) {
	ev, err := Decode(jsonObject(append([]string{"type", quoted(typ)}, members...)...), p.ev.At)
	if err != nil {
		p.skip("cannot be told as an event")
		return
	}
	page := p.ev
	p.ev = ev
	apply(p.step)
	p.ev = page
}

// jsonObject returns a JSON object of pairs of name and JSON.
func jsonObject(members ...string) []byte {
	b := []byte{'{'}
	for i := 0; i < len(members); i += 2 {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(rawjson.AppendString(b, members[i]), ':')
		b = append(b, members[i+1]...)
	}
	return append(b, '}')
}

func quoted(s string) string { return string(rawjson.AppendString(nil, s)) }

// acted returns the conversation that the call names, if it is known and no
// event has changed the facet, of a user or a message in it, since the call.
func (p *page) acted(facet, of string) (key string, ok bool) {
	key, ok = p.known(id(p.args, "channel"))
	clock := key
	if of != "" {
		clock = snapshot.Pair(key, of)
	}
	if ok && p.touched(facet, clock) {
		p.skip("an event has told of it")
		return "", false
	}
	return key, ok
}

// message returns the message of a response as pairs of name and JSON. Some
// responses have its ts only beside it.
func (p *page) message() (m []string) {
	for name, v := range p.get("message").Members() {
		if name != "ts" && name != "type" && name != "channel" {
			m = append(m, name, string(v))
		}
	}
	return append(m, "ts", string(p.get("ts")))
}

func (p *page) posted() {
	if asID(p.get("channel")) == "" {
		p.skip("has no message")
		return
	}
	p.happened(message, "message", append(p.message(), "channel", string(p.get("channel")))...)
}

func (p *page) messageEdited() {
	ts, key := p.str("ts"), string(p.resolve(asID(p.get("channel"))))
	switch {
	case ts == "" || key == "" || p.get("message").Kind() != rawjson.Object:
		p.skip("has no message")
	case p.touched(facetMessage, snapshot.Pair(key, ts)):
		p.skip("an event has told of it")
	default:
		p.happened(message, "message", "subtype", `"message_changed"`, "hidden", "true", "channel", quoted(key),
			"message", string(jsonObject(p.message()...)))
	}
}

func (p *page) messageRemoved() {
	if asID(p.get("channel")) == "" {
		p.skip("has no message")
		return
	}
	p.happened(message, "message", "subtype", `"message_deleted"`, "hidden", "true",
		"channel", quoted(asID(p.get("channel"))), "deleted_ts", quoted(p.str("ts")))
}

// conversationAnswered is for methods that answer with the conversation as it is
// now.
func (p *page) conversationAnswered() {
	if v := p.get("channel"); v.Kind() == rawjson.Object {
		p.convRow(readConv(&p.Encoder, v))
		return
	}
	p.skip("has no conversation")
}

// renamed keeps the name that the conversation had.
func (p *page) renamed() {
	v := p.get("channel")
	if p.touched(facetName, string(p.resolve(id(v, "id")))) {
		p.skip("an event has told of it")
		return
	}
	p.happened(conversationRenamed, "channel_rename", "channel", string(v))
}

// opened is conversations.open, which answers with no more than the id unless it
// is asked for more.
func (p *page) opened() {
	v := p.get("channel")
	key := id(v, "id")
	switch users := str(p.args, "users"); {
	case key == "":
		p.skip("has no conversation")
	case v.Get("is_im") != "" || v.Get("is_mpim") != "":
		p.convRow(readConv(&p.Encoder, v))
	case p.touched(facetOpen, key):
		p.skip("an event has told of it")
	case users == "" || strings.Contains(users, ","):
		if users != "" || p.Get(conv, key) != "" {
			p.happened(conversationOpened, "mpim_open", "channel", quoted(key))
		}
	default:
		p.happened(conversationOpened, "im_open", "channel", quoted(key), "user", quoted(users))
	}
}

func (p *page) closed() {
	if key, ok := p.acted(facetOpen, ""); ok {
		p.happened(conversationClosed, "im_close", "channel", quoted(key))
	}
}

func (p *page) archived() {
	if key, ok := p.acted(facetArchived, ""); ok {
		p.happened(conversationArchived, "channel_archive", "channel", quoted(key))
	}
}

func (p *page) unarchived() {
	if key, ok := p.acted(facetArchived, ""); ok {
		p.happened(conversationUnarchived, "channel_unarchive", "channel", quoted(key))
	}
}

func (p *page) invited() {
	for user := range strings.SplitSeq(str(p.args, "users"), ",") {
		if key, ok := p.acted(facetMember, user); ok && user != "" {
			p.happened(memberJoined, "member_joined_channel", "channel", quoted(key), "user", quoted(user))
		}
	}
	p.conversationAnswered()
}

func (p *page) kicked() {
	user := id(p.args, "user")
	if key, ok := p.acted(facetMember, user); ok {
		p.happened(memberLeft, "member_left_channel", "channel", quoted(key), "user", quoted(user))
	}
}

func (p *page) quit() {
	if key, ok := p.acted(facetMember, string(p.self)); ok {
		p.happened(conversationLeft, "channel_left", "channel", quoted(key))
	}
}

func (p *page) markerMoved() {
	if key, ok := p.acted(facetRead, ""); ok {
		p.happened(conversationMarked, "channel_marked", "channel", quoted(key), "ts", quoted(str(p.args, "ts")))
	}
}

func (p *page) usergroupAnswered() {
	v := p.get("usergroup")
	if key := id(v, "id"); key != "" {
		p.usergroupRow(key, v)
		return
	}
	p.skip("has no user group")
}

// profile is users.profile.get and users.profile.set, by default of self.
func (p *page) profile() {
	user, v := id(p.args, "user"), p.get("profile")
	if user == "" {
		user = string(p.self)
	}
	if v.Kind() != rawjson.Object || user == "" || p.Get(snapshot.KindUser, user) == "" {
		p.skip("is of nobody who is known")
		return
	}
	p.userRow(readUser(&p.Encoder, rawjson.Value(jsonObject("id", quoted(user), "profile", string(v)))))
}

func (p *page) unpinned() {
	ts := str(p.args, "timestamp")
	if key, ok := p.acted(facetPin, "m:"+ts); ok && ts != "" {
		p.happened(pinRemoved, "pin_removed", "channel_id", quoted(key),
			"item", string(jsonObject("type", `"message"`, "message", string(jsonObject("ts", quoted(ts))))))
	}
}

// snoozed is for the methods that answer with self's do-not-disturb.
func (p *page) snoozed() {
	p.dndRow(string(p.self), filter(p.body, func(name string) bool {
		return strings.HasPrefix(name, "snooze_") || strings.HasPrefix(name, "next_dnd_") || name == "dnd_enabled"
	}), false)
}
