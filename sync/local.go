package sync

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// A call names one listing in the events about it.
type call struct {
	id     string // unique in this process and across restarts
	method string
	args   map[string]string // without token and cursor
}

// began returns the event that says the listing begins, or goes on where the
// call named by resumes was cut off.
func (c call) began(resumes string) []byte {
	b := c.head("local.call")
	if resumes != "" {
		b = member(b, "resumes", resumes)
	}
	return append(b, '}')
}

// page returns the event that carries one answer, asked for with cursor and
// followed by the page at next. Members of the answer called except are left
// out, the rest stays as Slack wrote it.
func (c call) page(cursor, next string, response rawjson.Value, except string) []byte {
	b := slices.Grow(c.head("local.page"), len(response)+len(cursor)+len(next)+64)
	b = member(b, "cursor", cursor)
	b = member(b, "next", next)
	b = append(b, `,"response":`...)
	if except == "" {
		b = append(b, response...)
	} else {
		b = appendWithout(b, response, except)
	}
	return append(b, '}')
}

// listed returns the event that says the listing is complete, with the ids on
// all its pages.
func (c call) listed(seen []string) []byte {
	b := append(c.head("local.listed"), `,"seen":[`...)
	for i, id := range seen {
		if i > 0 {
			b = append(b, ',')
		}
		b = rawjson.AppendString(b, id)
	}
	return append(b, "]}"...)
}

// failed returns the event that says the listing cannot be had.
func (c call) failed(code, detail string) []byte {
	b := member(c.head("local.failed"), "error", code)
	return append(member(b, "detail", detail), '}')
}

// offline returns the event that says a connection is gone, on which something
// was heard last at since.
func offline(why string, since time.Time) []byte {
	return fmt.Appendf(member([]byte(`{"type":"local.offline"`), "why", why), `,"since":%d}`, since.UnixMilli())
}

// ready returns the event that says all that was planned is loaded.
func ready() []byte { return []byte(`{"type":"local.ready"}`) }

// repaired returns the event that says another round of asking is over.
func repaired() []byte { return []byte(`{"type":"local.repaired"}`) }

// head returns the start of an event about c, without the closing brace. The
// arguments are sorted, so that equal calls read equal.
func (c call) head(kind string) []byte {
	b := append([]byte(`{"type":"`), kind...)
	b = append(b, '"')
	b = member(b, "call", c.id)
	b = member(b, "method", c.method)
	b = append(b, `,"args":{`...)
	for i, name := range slices.Sorted(maps.Keys(c.args)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = rawjson.AppendString(b, name)
		b = append(b, ':')
		b = rawjson.AppendString(b, c.args[name])
	}
	return append(b, '}')
}

// member appends a member to an object that already has one.
func member(b []byte, name, value string) []byte {
	b = append(b, ',', '"')
	b = append(b, name...)
	b = append(b, '"', ':')
	return rawjson.AppendString(b, value)
}

// appendWithout appends an object without the members of that name.
func appendWithout(b []byte, object rawjson.Value, name string) []byte {
	b = append(b, '{')
	first := true
	for key, value := range object.Members() {
		if key == name {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = rawjson.AppendString(b, key)
		b = append(b, ':')
		b = append(b, value...)
	}
	return append(b, '}')
}
