package snapshot

import (
	"slices"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// An Assignment gives one field a new value; Field's methods make them.
type Assignment struct {
	field *Field
	wire  int // wireBytes with text, wireInt with number, or none
	text  string
	num   int64
	none  bool
}

// Str assigns a string.
func (f *Field) Str(s string) Assignment { return Assignment{field: f, wire: wireBytes, text: s} }

// Int assigns an integer.
func (f *Field) Int(i int64) Assignment { return Assignment{field: f, wire: wireInt, num: i} }

// Bool assigns a boolean.
func (f *Field) Bool(b bool) Assignment {
	if b {
		return Assignment{field: f, wire: wireTrue}
	}
	return Assignment{field: f, wire: wireFalse}
}

// Sub assigns the record of an object field; "" makes it unknown.
func (f *Field) Sub(r Record) Assignment {
	return Assignment{field: f, wire: wireBytes, text: string(r), none: r == ""}
}

// Raw assigns JSON, in its canonical form; an absent value makes it unknown.
func (f *Field) Raw(v rawjson.Value) Assignment {
	if v == "" {
		return f.Unknown()
	}
	return Assignment{field: f, wire: wireBytes, text: string(rawjson.AppendCanonical(nil, v))}
}

// List assigns a list of strings.
func (f *Field) List(list []string) Assignment {
	var b []byte
	for _, s := range list {
		b = appendElem(b, s)
	}
	return Assignment{field: f, wire: wireBytes, text: string(b)}
}

// Unknown makes the field unknown.
func (f *Field) Unknown() Assignment { return Assignment{field: f, none: true} }

// With returns r with some fields assigned. An empty r counts as a record
// without fields.
func (enc *Encoder) With(s *Schema, r Record, as ...Assignment) Record {
	var p parts
	dst := s.unfoldAvatars(p.load(enc.buf[:0], r), &p)
	tail, odd := r.Tail(), false
	for _, a := range as {
		p.dropName(s.byName[a.field.name])
		odd = odd || tail.Get(a.field.name) != "" // a value of a type that nobody expected
		if a.none {
			continue
		}
		lo := len(dst)
		switch a.wire {
		case wireBytes:
			dst = appendBytes(dst, a.field.num, a.text)
		case wireInt:
			dst = appendInt(dst, a.field.num, a.num)
		default:
			dst = appendBool(dst, a.field.num, a.wire == wireTrue)
		}
		p.put(a.field.num, lo, len(dst))
	}
	if odd {
		mark := len(enc.tail)
		for name, v := range tail.Members() {
			if !slices.ContainsFunc(as, func(a Assignment) bool { return a.field.name == name }) {
				enc.tail = append(enc.tail, member{name, v})
			}
		}
		p.drop(tailNum)
		dst = enc.putTail(dst, &p, mark)
	}
	enc.buf = s.assemble(dst, &p, 0)
	return same(r, enc.buf)
}

// same returns r if buf holds the same bytes, so that "nothing changed" costs
// no memory, and buf's copy otherwise.
func same(r Record, buf []byte) Record {
	if string(buf) == string(r) {
		return r
	}
	return Record(buf)
}

func (p *parts) load(dst []byte, r Record) []byte {
	if r == Exists {
		return dst
	}
	for r != "" {
		num, _, _, rest, ok := r.next()
		if !ok {
			break
		}
		lo := len(dst)
		dst = append(dst, r[:len(r)-len(rest)]...)
		p.put(num, lo, len(dst))
		r = rest
	}
	return dst
}
