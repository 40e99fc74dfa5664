package main

import (
	"errors"
	"fmt"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// A listing is what was recorded of one method with the same arguments, from
// the first page to the last.
type listing struct {
	method string
	args   rawjson.Value // canonical, without what tells pages apart; absent for none
	pages  []rawjson.Value
	failed *refusal // the last answer, if it was none
}

// contents names the member of a page that holds what a method lists, for those
// methods whose listings end: what they leave out is gone.
var contents = map[string]string{
	"users.list":            "members",
	"conversations.list":    "channels",
	"conversations.members": "members",
}

// everything holds the arguments with which a method leaves nothing out. They
// stand in for arguments that were not recorded.
var everything = map[string]rawjson.Value{
	"conversations.list": `{"types":"public_channel,private_channel,mpim,im"}`,
	"usergroups.list":    `{"include_count":"true","include_disabled":"true","include_users":"true"}`,
}

// subject names the argument without which an answer does not say what it is
// about.
var subject = map[string]string{
	"conversations.members": "channel",
	"usergroups.users.list": "usergroup",
}

func newListing(method string, args rawjson.Value) listing {
	if args.Kind() != rawjson.Object {
		return listing{method: method, args: everything[method]}
	}
	b := []byte{'{'}
	for name, v := range args.Members() {
		if name == "cursor" || name == "limit" || name == "token" {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(rawjson.AppendString(b, name), ':'), v...)
	}
	b = append(b, '}')
	return listing{method: method, args: rawjson.Value(rawjson.AppendCanonical(nil, rawjson.Value(b)))}
}

// add takes the next answer. One that is not ok ends the listing, unless the
// program tried again and another follows.
func (l *listing) add(body rawjson.Value) error {
	ok, said := body.Get("ok").Bool()
	switch {
	case !said:
		return errors.New("not a response of the Web API: it has no ok")
	case !ok:
		l.failed = refused(body)
		return nil
	}
	if name := subject[l.method]; name != "" && text(l.args, name) == "" {
		return fmt.Errorf("args does not say which %s", name)
	}
	if name := contents[l.method]; name != "" {
		// An empty list may be written as null.
		if k := body.Get(name).Kind(); k != rawjson.Array && k != rawjson.Null {
			return fmt.Errorf("it has no list of %s", name)
		}
	}
	l.pages, l.failed = append(l.pages, body), nil
	return nil
}

// events returns what applies the listing: its pages, and how it ended. Of one
// that was cut off there is no end, and so nothing is taken to be gone.
func (l listing) events() [][]byte {
	var all [][]byte
	for _, body := range l.pages {
		b := append(l.event("local.page"), `,"response":`...)
		all = append(all, append(append(b, body...), '}'))
	}
	if l.failed != nil {
		b := append(l.event("local.failed"), `,"error":`...)
		b = append(rawjson.AppendString(b, l.failed.code), `,"detail":`...)
		return append(all, append(rawjson.AppendString(b, l.failed.detail), '}'))
	}
	last := l.pages[len(l.pages)-1]
	if contents[l.method] != "" && text(last.Get("response_metadata"), "next_cursor") == "" {
		all = append(all, l.ended())
	}
	return all
}

// ended returns the event that names everything that was on a page.
func (l listing) ended() []byte {
	b := append(l.event("local.listed"), `,"seen":[`...)
	first := len(b)
	for _, body := range l.pages {
		for e := range body.Get(contents[l.method]).Elems() {
			id, ok := e.Str()
			if !ok {
				id = text(e, "id")
			}
			if len(b) > first {
				b = append(b, ',')
			}
			b = rawjson.AppendString(b, id)
		}
	}
	return append(b, "]}"...)
}

// event begins an event about the listing, without the closing brace.
func (l listing) event(kind string) []byte {
	b := append([]byte(`{"type":"`), kind...)
	b = rawjson.AppendString(append(b, `","method":`...), l.method)
	if l.args != "" {
		b = append(append(b, `,"args":`...), l.args...)
	}
	return b
}

// A refusal is what an answer says that is not ok.
type refusal struct{ code, detail string }

func refused(body rawjson.Value) *refusal {
	r := &refusal{code: text(body, "error")}
	if r.code == "" {
		r.code = "unknown_error"
	}
	if needed := text(body, "needed"); needed != "" {
		r.detail = "needed: " + needed + ", provided: " + text(body, "provided")
	}
	return r
}

func (r *refusal) Error() string {
	if r.detail != "" {
		return r.code + ": " + r.detail
	}
	return r.code
}

func text(v rawjson.Value, name string) string {
	s, _ := v.Get(name).Str()
	return s
}
