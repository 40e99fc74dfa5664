package snapshot

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// An Encoder makes records. The zero value is ready; it keeps its buffers from
// one record to the next and must not be used by two goroutines at once.
//
//  1. A record is canonical: objects that mean the same give the same bytes, in
//     whatever order their members come.
//  2. A name is in a record once: under its number, under that of another type
//     the name comes with, or in the tail.
//  3. A record shares no memory with what it was made from.
type Encoder struct {
	buf  []byte
	tail []member

	texts *arena // where records go, nil for memory of their own

	apart   *Schema // whose members that are kept elsewhere are collected
	members Members
}

// NewBulkEncoder returns an encoder for very many records, which share pieces of
// memory of at most 64 KB.
func NewBulkEncoder() *Encoder { return &Encoder{texts: new(arena)} }

// keep returns the record that a buffer holds.
func (enc *Encoder) keep(buf []byte) Record {
	if enc.texts != nil {
		return Record(enc.texts.copy(buf))
	}
	return Record(buf)
}

// reset lets go of what the encoder was made to hold for a record of unusual
// size.
func (enc *Encoder) reset() {
	const usual = 64 << 10
	if cap(enc.buf) > usual {
		enc.buf = nil
	}
	if cap(enc.tail) > 1024 {
		enc.tail = nil
	}
}

// A member is one of a tail under construction. One without a value takes back
// those of its name before it.
type member struct {
	name  string
	value rawjson.Value
}

// parts collects the encoded fields of one record in the order they come, and
// writes them out in the order of their numbers.
type parts struct {
	set  uint64 // bit n: field n is in spans[n]
	span [maxFields]struct{ lo, hi int }
}

func (p *parts) put(num, lo, hi int) {
	p.set |= 1 << num
	p.span[num].lo, p.span[num].hi = lo, hi
}

func (p *parts) drop(num int)     { p.set &^= 1 << num }
func (p *parts) has(num int) bool { return p.set&(1<<num) != 0 }

// dropName drops every field that shares f's name.
func (p *parts) dropName(f *Field) {
	for ; f != nil; f = f.alt {
		p.drop(f.num)
	}
}

// hasName reports whether there is a field that shares f's name.
func (p *parts) hasName(f *Field) bool {
	for ; f != nil; f = f.alt {
		if p.has(f.num) {
			return true
		}
	}
	return false
}

// Record returns the record of the JSON object v under schema s. Members whose
// value is null are as good as absent, and of members with one name the last
// counts. The schema's key, and members kept elsewhere, are passed over; v may
// be of any kind.
func (enc *Encoder) Record(s *Schema, v rawjson.Value) Record {
	fields := v.Fields()
	return enc.RecordOf(s, &fields)
}

// Split is Record, and returns the members that were passed over. They are good
// until the encoder is used again.
func (enc *Encoder) Split(s *Schema, v rawjson.Value) (Record, Members) {
	enc.apart, enc.members = s, enc.members[:0]
	r := enc.Record(s, v)
	enc.apart = nil
	return r, enc.members
}

// Members are those of a JSON object that its record leaves out.
type Members []member

// Get returns the last member of that name.
func (ms Members) Get(name string) rawjson.Value {
	for i := len(ms) - 1; i >= 0; i-- {
		if ms[i].name == name {
			return ms[i].value
		}
	}
	return ""
}

// Of returns the record of the members under another schema, Exists if it has
// none of them.
func (enc *Encoder) Of(s *Schema, ms Members) Record {
	if !slices.ContainsFunc(ms, func(m member) bool { return s.byName.get(m.name) != nil }) {
		return Exists
	}
	d := enc.begin(enc.buf[:0])
	for _, m := range ms {
		enc.add(&d, s, m.name, m.value)
	}
	enc.buf = enc.finish(&d, s)
	return enc.keep(enc.buf)
}

// RecordOf is Record of an object whose members have been found already.
func (enc *Encoder) RecordOf(s *Schema, fields *rawjson.Fields) Record {
	enc.buf = enc.appendRecord(enc.buf[:0], s, fields)
	return enc.keep(enc.buf)
}

func (enc *Encoder) appendRecord(dst []byte, s *Schema, fields *rawjson.Fields) []byte {
	d := enc.begin(dst)
	for name, val := range fields.Members() {
		enc.add(&d, s, name, val)
	}
	return enc.finish(&d, s)
}

// A draft is a record whose members come one after another. Passing them as a
// sequence would allocate.
type draft struct {
	parts
	odd  uint64 // bit n: the name of field n has a value in the tail
	dst  []byte
	base int // where the record starts in dst
	mark int // where its tail starts in Encoder.tail
}

func (enc *Encoder) begin(dst []byte) draft {
	return draft{dst: dst, base: len(dst), mark: len(enc.tail)}
}

func (enc *Encoder) add(d *draft, s *Schema, name string, val rawjson.Value) {
	named := s.byName.get(name)
	if named == nil && !s.keeps(name) {
		if s == enc.apart {
			enc.members = append(enc.members, member{name, val})
		}
		return
	}
	if val.Kind() == rawjson.Null {
		val = ""
	}
	if named == nil {
		enc.tail = append(enc.tail, member{name, val})
		return
	}
	d.dropName(named)
	f := s.field(name, val)
	switch {
	case f == nil && val != "":
		enc.tail = append(enc.tail, member{name, val})
		d.odd |= 1 << named.num
		return
	case d.odd&(1<<named.num) != 0:
		enc.tail = append(enc.tail, member{name: name})
	}
	if f != nil {
		lo := len(d.dst)
		d.dst = enc.appendValue(d.dst, f, val)
		d.put(f.num, lo, len(d.dst))
	}
}

func (enc *Encoder) finish(d *draft, s *Schema) []byte {
	d.dst = enc.putTail(d.dst, &d.parts, d.mark)
	return s.assemble(d.dst, &d.parts, d.base)
}

// putTail makes field 0 out of the members collected since mark, of which the
// last of each name counts.
func (enc *Encoder) putTail(dst []byte, p *parts, mark int) []byte {
	tail := enc.tail[mark:]
	slices.SortStableFunc(tail, func(a, b member) int { return strings.Compare(a.name, b.name) })
	kept := tail[:0]
	for i, m := range tail {
		if m.value != "" && (i+1 == len(tail) || tail[i+1].name != m.name) {
			kept = append(kept, m)
		}
	}
	if len(kept) > 0 {
		lo := len(dst)
		dst = appendTail(dst, kept)
		p.put(tailNum, lo, len(dst))
	}
	clear(tail) // they are cut out of a text that must not be kept alive
	enc.tail = enc.tail[:mark]
	return dst
}

// assemble moves the collected fields, which lie behind base in the order they
// came, into the order of their numbers, in place of what lay there.
func (s *Schema) assemble(dst []byte, p *parts, base int) []byte {
	if s.avatars != nil {
		dst = s.foldAvatars(dst, p)
	}
	if p.set == 0 {
		return append(dst[:base], Exists...)
	}
	mid := len(dst)
	for num := range maxFields {
		if p.has(num) {
			dst = append(dst, dst[p.span[num].lo:p.span[num].hi]...)
		}
	}
	n := copy(dst[base:], dst[mid:])
	return dst[:base+n]
}

func (enc *Encoder) appendValue(dst []byte, f *Field, v rawjson.Value) []byte {
	switch f.kind {
	case kindString:
		s, _ := v.Str()
		if n, ok := f.number[s]; ok {
			return appendInt(dst, f.num, n)
		}
		return appendBytes(dst, f.num, s)
	case kindBool:
		b, _ := v.Bool()
		return appendBool(dst, f.num, b)
	case kindInt:
		i, _ := v.Int()
		return appendInt(dst, f.num, i)
	}
	dst = appendHeader(dst, f.num, wireBytes)
	lo := len(dst)
	switch f.kind {
	case kindList:
		for e := range v.Elems() {
			s, _ := e.Str()
			dst = appendElem(dst, s)
		}
	case kindObject, kindWhole:
		fields := v.Fields()
		dst = enc.appendRecord(dst, f.sub, &fields)
	case kindRaw:
		dst = rawjson.AppendCanonical(dst, v)
	}
	return insertLen(dst, lo)
}

// insertLen writes the length of dst[lo:] before it.
func insertLen(dst []byte, lo int) []byte {
	var head [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(head[:], uint64(len(dst)-lo))
	return slices.Insert(dst, lo, head[:n]...)
}

// appendHeader begins a field.
func appendHeader(dst []byte, num, wire int) []byte {
	return binary.AppendUvarint(dst, uint64(num)<<2|uint64(wire))
}

func appendBytes(dst []byte, num int, s string) []byte {
	dst = appendHeader(dst, num, wireBytes)
	return appendElem(dst, s)
}

// appendElem appends an element of a list: its length and its bytes.
func appendElem(dst []byte, s string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}

func appendBool(dst []byte, num int, b bool) []byte {
	if b {
		return appendHeader(dst, num, wireTrue)
	}
	return appendHeader(dst, num, wireFalse)
}

func appendInt(dst []byte, num int, i int64) []byte {
	dst = appendHeader(dst, num, wireInt)
	return binary.AppendVarint(dst, i)
}

// appendTail writes members, sorted by name, as field 0.
func appendTail(dst []byte, tail []member) []byte {
	dst = appendHeader(dst, tailNum, wireBytes)
	lo := len(dst)
	for i, m := range tail {
		dst = append(dst, "{,"[min(i, 1)])
		dst = rawjson.AppendString(dst, m.name)
		dst = append(dst, ':')
		dst = rawjson.AppendCanonical(dst, m.value)
	}
	dst = append(dst, '}')
	return insertLen(dst, lo)
}
