package sync

import (
	"strings"
	"time"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// An answer is what a Web API method said, read in one pass: some answers are
// hundreds of megabytes long.
type answer struct {
	body  rawjson.Value // the whole object
	asked time.Time     // when the request was sent
	at    time.Time     // when the body had been read

	ok       bool
	code     string   // error
	detail   string   // what Slack adds to an error
	warnings []string // from both places where Slack puts them
	next     string   // the next cursor, empty on the last page

	url        string // of the socket
	team, user string // whose token it is
	whole      bool   // holds the workspace, as rtm.start once did
}

// readAnswer reads the body of an answer. It returns false if that is not a
// JSON object with an ok in it.
func readAnswer(text string) (a answer, valid bool) {
	body, err := rawjson.Parse(text)
	if err != nil {
		return answer{}, false
	}
	a.body = body
	var needed, provided string
	for key, v := range body.Members() {
		switch key {
		case "ok":
			a.ok, valid = v.Bool()
		case "error":
			a.code, _ = v.Str()
		case "needed":
			needed, _ = v.Str()
		case "provided":
			provided, _ = v.Str()
		case "warning":
			s, _ := v.Str()
			a.warnings = append(a.warnings, strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })...)
		case "response_metadata":
			a.next, _ = v.Get("next_cursor").Str()
			a.warnings = append(a.warnings, stringsOf(v.Get("warnings"))...)
			a.detail = strings.Join(stringsOf(v.Get("messages")), "; ")
		case "url":
			a.url, _ = v.Str()
		case "team":
			a.team, _ = v.Get("id").Str()
		case "self":
			a.user, _ = v.Get("id").Str()
		case "users", "channels":
			a.whole = a.whole || v.Kind() == rawjson.Array
		}
	}
	if needed != "" {
		a.detail = "needed: " + needed + ", provided: " + provided
	}
	if !a.ok && a.code == "" {
		a.code = "unknown_error"
	}
	return a, valid
}

// stringsOf returns the strings in an array.
func stringsOf(v rawjson.Value) (all []string) {
	for e := range v.Elems() {
		if s, ok := e.Str(); ok {
			all = append(all, s)
		}
	}
	return all
}
