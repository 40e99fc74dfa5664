package snapshot

import (
	"strconv"
	"strings"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// AppendJSON appends the JSON object of r as Slack would send it: the key
// first, then the fields by number, then the tail.
func (s *Schema) AppendJSON(dst []byte, key string, r Record) []byte {
	dst = append(dst, '{')
	dst = s.appendMembers(dst, key, r)
	return append(dst, '}')
}

// appendMembers appends the members of r's object without the braces.
func (s *Schema) appendMembers(dst []byte, key string, r Record) []byte {
	first := len(dst)
	if s.key != "" {
		dst = appendName(dst, first, s.key)
		dst = rawjson.AppendString(dst, key)
	}
	for rest := r; rest != "" && rest != Exists; {
		num, wire, payload, next, ok := rest.next()
		if !ok {
			break
		}
		rest = next
		if num == tailNum || num >= maxFields || s.byNum[num] == nil {
			continue
		}
		f := s.byNum[num]
		if f.kind == kindAvatars {
			dst = s.appendAvatars(dst, first, avatars(payload))
			continue
		}
		dst = appendName(dst, first, f.name)
		if id, ok := strings.CutPrefix(payload, repeated); ok && f.text != nil {
			dst = appendBlocks(dst, id, r.Str(f.text))
			continue
		}
		if wire == wireTrue && f.twin != nil {
			payload = r.Str(f)
		}
		dst = f.appendJSON(dst, wire, payload)
	}
	if tail := r.Tail(); len(tail) > len("{}") {
		if len(dst) > first {
			dst = append(dst, ',')
		}
		dst = append(dst, tail[1:len(tail)-1]...)
	}
	return dst
}

// appendName appends a member's name, and a comma unless it is the first since
// position first.
func appendName(dst []byte, first int, name string) []byte {
	if len(dst) > first {
		dst = append(dst, ',')
	}
	dst = rawjson.AppendString(dst, name)
	return append(dst, ':')
}

func (f *Field) appendJSON(dst []byte, wire int, payload string) []byte {
	switch f.kind {
	case kindBool:
		if wire == wireTrue {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case kindInt:
		return strconv.AppendInt(dst, varint(payload), 10)
	case kindList:
		return appendList(dst, payload)
	case kindObject, kindWhole:
		return f.sub.AppendJSON(dst, "", Record(payload))
	case kindRaw:
		return append(dst, payload...)
	}
	if wire == wireInt {
		payload = f.word(varint(payload))
	}
	return rawjson.AppendString(dst, payload)
}

func appendList(dst []byte, payload string) []byte {
	dst = append(dst, '[')
	first := len(dst)
	for s := range elems(payload) {
		if len(dst) > first {
			dst = append(dst, ',')
		}
		dst = rawjson.AppendString(dst, s)
	}
	return append(dst, ']')
}

// appendAvatars appends the members that a pattern gives.
func (s *Schema) appendAvatars(dst []byte, first int, a avatars) []byte {
	for i, f := range s.sizes {
		if a.has(i) {
			dst = appendName(dst, first, f.name)
			dst = rawjson.AppendString(dst, a.url(i))
		}
	}
	return dst
}
