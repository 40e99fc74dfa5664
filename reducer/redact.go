package reducer

import (
	"bytes"
	"fmt"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// A Redactor takes fields out of frames before they are decoded, so that nothing
// that comes after has ever seen them. The zero value takes out none.
type Redactor struct {
	names map[string]bool
	marks [][]byte // one of them is in each frame that has such a field
}

// NewRedactor returns a Redactor for the members of objects that have one of the
// given names, at any depth. It refuses names without which events and responses
// mean nothing.
func NewRedactor(names []string) (Redactor, error) {
	var r Redactor
	for _, name := range names {
		switch name {
		case "type", "subtype", "event", "payload", "ok", "response", "method", "args", "call", "id", "user", "channel", "ts":
			return Redactor{}, fmt.Errorf("redact %q: without it nothing can be understood", name)
		}
		if r.names == nil {
			r.names = map[string]bool{}
			r.marks = [][]byte{[]byte(`\u`)} // a name may be written with escapes
		}
		r.names[name] = true
		r.marks = append(r.marks, []byte(name))
	}
	return r, nil
}

// Redact returns a frame without those members: the same slice if there are none,
// or if it is no JSON, else another one.
func (r Redactor) Redact(frame []byte) []byte {
	marked := false
	for _, mark := range r.marks {
		marked = marked || bytes.Contains(frame, mark)
	}
	if !marked {
		return frame
	}
	v, err := rawjson.Parse(string(frame))
	if err != nil {
		return frame
	}
	return r.appendValue(make([]byte, 0, len(frame)), v)
}

func (r Redactor) appendValue(dst []byte, v rawjson.Value) []byte {
	first := len(dst) + 1
	switch v.Kind() {
	case rawjson.Object:
		dst = append(dst, '{')
		for name, val := range v.Members() {
			if r.names[name] {
				continue
			}
			if len(dst) > first {
				dst = append(dst, ',')
			}
			dst = append(rawjson.AppendString(dst, name), ':')
			if name == "emoji" { // its names are emoji's, and no fields
				dst = append(dst, val...)
			} else {
				dst = r.appendValue(dst, val)
			}
		}
		return append(dst, '}')
	case rawjson.Array:
		dst = append(dst, '[')
		for val := range v.Elems() {
			if len(dst) > first {
				dst = append(dst, ',')
			}
			dst = r.appendValue(dst, val)
		}
		return append(dst, ']')
	}
	return append(dst, v...)
}
