package snapshot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// A Record is one entity's data as a compact, immutable run of bytes: the one
// form it has in memory, in the journal and in the file. "" is no record; an
// entity of which nothing is known yet has a record without fields.
//
// A record is a sequence of fields in ascending order of their numbers. Each is
// an unsigned varint number<<2|wire and a payload: wireBytes has a length and
// that many bytes, wireInt a zigzag varint, wireFalse and wireTrue nothing.
// Number 0 is the tail: the members of the JSON object that have no number, as
// canonical JSON. So equal content is equal bytes, and == compares records.
type Record string

const (
	wireBytes = iota
	wireInt
	wireFalse
	wireTrue
)

const tailNum = 0

// Exists is a record without fields, as memberships are: the tail's number with
// a wire type that no tail has.
const Exists Record = "\x03"

// uvarint is binary.Uvarint for strings; n is 0 when s is cut short.
func uvarint(s string) (v uint64, n int) {
	if s != "" && s[0] < 0x80 {
		return uint64(s[0]), 1 // most are short
	}
	return longUvarint(s)
}

func longUvarint(s string) (v uint64, n int) {
	for i := range min(len(s), binary.MaxVarintLen64) {
		b := s[i]
		if b < 0x80 {
			return v | uint64(b)<<(7*i), i + 1
		}
		v |= uint64(b&0x7f) << (7 * i)
	}
	return 0, 0
}

// fieldAt reads the field that begins at r[i]: its number with its wire type, and
// where its payload lies. The next field begins at end. It is 0 where there is no
// field.
func (r Record) fieldAt(i int) (header uint64, start, end int) {
	if header = uint64(r[i]); header < 0x80 {
		i++
	} else {
		var n int
		if header, n = uvarint(string(r[i:])); n == 0 {
			return 0, 0, 0
		}
		i += n
	}
	switch header & 3 {
	case wireBytes:
		size, n := uvarint(string(r[i:]))
		if n == 0 || size > uint64(len(r)-i-n) {
			return 0, 0, 0
		}
		return header, i + n, i + n + int(size)
	case wireInt:
		_, n := uvarint(string(r[i:]))
		if n == 0 {
			return 0, 0, 0
		}
		return header, i, i + n
	}
	return header, i, i
}

// next splits the first field off r. ok is false at the end and where r is no
// record.
func (r Record) next() (num, wire int, payload string, rest Record, ok bool) {
	if r == "" {
		return 0, 0, "", "", false
	}
	header, start, end := r.fieldAt(0)
	if end == 0 {
		return 0, 0, "", "", false
	}
	return int(header >> 2), int(header & 3), string(r[start:end]), r[end:], true
}

func (r Record) find(f *Field) (wire int, payload string, ok bool) {
	for i := 0; i < len(r); {
		header, start, end := r.fieldAt(i)
		switch num := int(header >> 2); {
		case end == 0 || num > f.num:
			return 0, "", false
		case num == f.num:
			return int(header & 3), string(r[start:end]), true
		}
		i = end
	}
	return 0, "", false
}

// Has reports whether the field is known.
func (r Record) Has(f *Field) bool {
	_, _, ok := r.find(f)
	return ok || f.size != 0 && avatars(r.Str(f.of)).has(f.size-1)
}

// Str returns a string field, "" if it is unknown. It does not allocate, except
// for the URL of a picture that is kept as a pattern.
func (r Record) Str(f *Field) string {
	wire, s, ok := r.find(f)
	switch {
	case wire == wireInt && ok:
		return f.word(varint(s))
	case wire == wireTrue && f.twin != nil:
		return cut(r.Str(f.twin.of), f.twin.part)
	case !ok && f.size != 0:
		return avatars(r.Str(f.of)).url(f.size - 1)
	}
	return s
}

// Bool returns a boolean field and whether it is known.
func (r Record) Bool(f *Field) (value, known bool) {
	wire, _, ok := r.find(f)
	return ok && wire == wireTrue, ok
}

// Is reports whether a boolean field is known to be true.
func (r Record) Is(f *Field) bool {
	v, _ := r.Bool(f)
	return v
}

// Int returns an integer field and whether it is known.
func (r Record) Int(f *Field) (value int64, known bool) {
	_, s, ok := r.find(f)
	if !ok {
		return 0, false
	}
	return varint(s), true
}

// varint reads a zigzag varint.
func varint(s string) int64 {
	u, _ := uvarint(s)
	return int64(u>>1) ^ -int64(u&1)
}

// Sub returns the record of an object field, "" if it is unknown.
func (r Record) Sub(f *Field) Record { return Record(r.Str(f)) }

// Raw returns a field kept as JSON, an absent Value if it is unknown. It does not
// allocate, except for blocks that are kept as the text they repeat.
func (r Record) Raw(f *Field) rawjson.Value {
	if f.text != nil {
		return rawjson.Value(r.blocks(f, r.Str(f)))
	}
	return rawjson.Value(r.Str(f))
}

// List returns the strings of a list field in Slack's order.
func (r Record) List(f *Field) iter.Seq[string] { return elems(r.Str(f)) }

// elems returns the strings that make up a list's payload.
func elems(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for rest := s; rest != ""; {
			size, n := uvarint(rest)
			if n == 0 || size > uint64(len(rest)-n) {
				return
			}
			end := n + int(size)
			if !yield(rest[n:end]) {
				return
			}
			rest = rest[end:]
		}
	}
}

// Tail returns the members Slack sent that the schema does not number, as one
// canonical JSON object; absent if there are none.
func (r Record) Tail() rawjson.Value {
	num, wire, payload, _, ok := r.next()
	if !ok || num != tailNum || wire != wireBytes {
		return ""
	}
	return rawjson.Value(payload)
}

// Quoted returns the record of an object that Slack quotes in one of another kind,
// under a name that is not numbered there; absent if it quotes none.
func (r Record) Quoted(name string, s *Schema) Record {
	v := r.Tail().Get(name)
	if v.Kind() != rawjson.Object {
		return ""
	}
	return new(Encoder).Record(s, v)
}

// check reports what is wrong with r as a record of s: bytes read back from a
// file are only trusted after it.
func (s *Schema) check(r Record) error {
	if r == Exists {
		return nil
	}
	last := -1
	for i := 0; i < len(r); {
		header, start, end := r.fieldAt(i)
		if end == 0 {
			return fmt.Errorf("%s: cut short after field %d", s.name, last)
		}
		num, wire, payload := int(header>>2), int(header&3), string(r[start:end])
		if num <= last {
			return fmt.Errorf("%s: field %d after field %d", s.name, num, last)
		}
		last, i = num, end
		if num == tailNum {
			if err := checkTail(wire, payload); err != nil {
				return fmt.Errorf("%s: tail: %w", s.name, err)
			}
			continue
		}
		if num >= maxFields || s.byNum[num] == nil {
			return fmt.Errorf("%s: unknown field number %d", s.name, num)
		}
		if err := s.byNum[num].check(wire, payload); err != nil {
			return fmt.Errorf("%s: %s: %w", s.name, s.byNum[num].name, err)
		}
	}
	if s.avatars != nil {
		if err := s.checkAvatars(r); err != nil {
			return err
		}
	}
	if s.blocks != nil {
		if err := s.checkBlocks(r); err != nil {
			return err
		}
	}
	return s.checkTwins(r)
}

func checkTail(wire int, payload string) error {
	if wire != wireBytes {
		return fmt.Errorf("wire type %d", wire)
	}
	if payload == "" || payload[0] != '{' {
		return errors.New("not an object")
	}
	return checkJSON(payload)
}

// checkJSON refuses what is not JSON, and white space around it: the tail is
// cut at its braces.
func checkJSON(payload string) error {
	v, err := rawjson.Parse(payload)
	if err == nil && len(v) != len(payload) {
		err = errors.New("white space around it")
	}
	return err
}

func (f *Field) check(wire int, payload string) error {
	switch f.kind {
	case kindBool:
		if wire != wireFalse && wire != wireTrue {
			return fmt.Errorf("wire type %d for a boolean", wire)
		}
		return nil
	case kindInt:
		if wire != wireInt {
			return fmt.Errorf("wire type %d for a number", wire)
		}
		return nil
	}
	if wire == wireInt && f.kind == kindString {
		if n := varint(payload); n < 0 || n >= int64(len(f.list)) {
			return fmt.Errorf("word %d of %d", n, len(f.list))
		}
		return nil
	}
	if wire == wireTrue && f.twin != nil {
		return nil
	}
	if wire != wireBytes {
		return fmt.Errorf("wire type %d for text", wire)
	}
	switch f.kind {
	case kindAvatars:
		return avatars(payload).check()
	case kindList:
		for payload != "" {
			size, n := uvarint(payload)
			if n == 0 || size > uint64(len(payload)-n) {
				return errors.New("list cut short")
			}
			payload = payload[n+int(size):]
		}
	case kindObject, kindWhole:
		if payload == "" {
			return errors.New("no record")
		}
		return f.sub.check(Record(payload))
	case kindRaw:
		if id, ok := strings.CutPrefix(payload, repeated); ok && f.text != nil {
			if strings.IndexByte(id, '\\') >= 0 {
				return errors.New("an id with an escape")
			}
			return checkJSON(`"` + id + `"`)
		}
		return checkJSON(payload)
	}
	return nil
}
