package snapshot

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
	"unsafe"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// An Encoder makes records. The zero value is ready; it keeps its buffers from
// one record to the next and must not be used by two goroutines at once.
//
//  1. A record is canonical: objects that mean the same give the same bytes, in
//     whatever order their members come.
//  2. A name is in a record once: under its number, under that of another type
//     the name comes with, or in the tail.
//  3. A record shares no memory with what it was made from, and none with the
//     Encoder but for one of Passing.
type Encoder struct {
	buf  []byte
	tail []member

	passing []byte // what Passing has returned

	drafts []*draft // of the records under construction, each within the one before
	depth  int      // how many of them are in use

	orders map[*Schema]*order // in which members came

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
	if cap(enc.passing) > usual {
		enc.passing = nil
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
	set  uint64 // bit n: field n is in span[n]
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
	r := v.Reader()
	enc.buf = enc.appendRecord(enc.buf[:0], s, &r)
	return enc.keep(enc.buf)
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
		r := m.value.Reader()
		enc.add(d, s, m.name, &r)
	}
	enc.buf = enc.finish(d, s)
	return enc.keep(enc.buf)
}

// Passing is Record of an object whose members have been found already, for a record
// that is not kept as it is: it is good until the next one is made this way.
func (enc *Encoder) Passing(s *Schema, fields *rawjson.Fields) Record {
	d := enc.begin(enc.passing[:0])
	for name, val := range fields.Members() {
		r := val.Reader()
		enc.add(d, s, name, &r)
	}
	enc.passing = enc.finish(d, s)
	return Record(view(enc.passing))
}

// view returns the text in a buffer, for as long as that stays as it is.
func view(buf []byte) string { return unsafe.String(unsafe.SliceData(buf), len(buf)) }

// appendRecord passes the value that comes next, and appends its record.
func (enc *Encoder) appendRecord(dst []byte, s *Schema, r *rawjson.Reader) []byte {
	d := enc.begin(dst)
	if !r.Enter(rawjson.Object) {
		r.Value()
		return enc.finish(d, s)
	}
	for o, last := enc.order(s), tailNum; ; {
		f := o[last]
		if f == nil || !r.KeyIs(f.name) {
			name, ok := r.Key()
			if !ok {
				return enc.finish(d, s)
			}
			if f = s.byName.get(name); f == nil {
				enc.addUnnumbered(d, s, name, r)
				continue
			}
			o[last] = f
		}
		enc.addNamed(d, s, f, r)
		last = f.num
	}
}

// An order says which field came after which in the last object, by number; before
// the first there is tailNum. Slack writes the members of its objects in one order,
// so a member is nearly always the one that is expected.
type order [maxFields]*Field

func (enc *Encoder) order(s *Schema) *order {
	o := enc.orders[s]
	if o == nil {
		if o = new(order); enc.orders == nil {
			enc.orders = map[*Schema]*order{}
		}
		enc.orders[s] = o
	}
	return o
}

// A draft is a record whose members come one after another. Passing them as a
// sequence would allocate. Drafts are large, and so are used again.
type draft struct {
	parts
	odd  uint64 // bit n: the name of field n has a value in the tail
	dst  []byte
	base int // where the record starts in dst
	mark int // where its tail starts in Encoder.tail

	rich   richText // blocks that wait for the text they may repeat
	isRich bool
}

func (enc *Encoder) begin(dst []byte) *draft {
	if enc.depth == len(enc.drafts) {
		enc.drafts = append(enc.drafts, new(draft))
	}
	d := enc.drafts[enc.depth]
	enc.depth++
	d.set, d.odd, d.isRich = 0, 0, false
	d.dst, d.base, d.mark = dst, len(dst), len(enc.tail)
	return d
}

// end gives the last draft back.
func (enc *Encoder) end(d *draft) {
	d.dst, d.rich = nil, richText{}
	enc.depth--
}

// add takes the value that comes next, as the member of a name.
func (enc *Encoder) add(d *draft, s *Schema, name string, r *rawjson.Reader) {
	if named := s.byName.get(name); named != nil {
		enc.addNamed(d, s, named, r)
	} else {
		enc.addUnnumbered(d, s, name, r)
	}
}

// addUnnumbered is add for a name that no field has.
func (enc *Encoder) addUnnumbered(d *draft, s *Schema, name string, r *rawjson.Reader) {
	val := r.Value()
	switch {
	case s.keeps(name):
		enc.tail = append(enc.tail, member{name, known(val)})
	case s == enc.apart:
		enc.members = append(enc.members, member{name, val})
	}
}

// addNamed is add for the name that a field has, the last one added under it.
func (enc *Encoder) addNamed(d *draft, s *Schema, named *Field, r *rawjson.Reader) {
	d.dropName(named)
	if named == s.blocks {
		start := *r
		if d.isRich = d.rich.read(r); d.isRich {
			return
		}
		*r = start
	}
	lo := len(d.dst)
	for f := named; f != nil; f = f.alt {
		var ok bool
		if d.dst, ok = enc.appendValue(d.dst, f, r); ok {
			d.put(f.num, lo, len(d.dst))
			if d.odd&(1<<named.num) != 0 {
				enc.tail = append(enc.tail, member{name: named.name})
			}
			return
		}
	}
	val := known(r.Value())
	if val != "" {
		d.odd |= 1 << named.num
	} else if d.odd&(1<<named.num) == 0 {
		return
	}
	enc.tail = append(enc.tail, member{named.name, val})
}

// known returns a value that says something, "" for null.
func known(v rawjson.Value) rawjson.Value {
	if v.Kind() == rawjson.Null {
		return ""
	}
	return v
}

func (enc *Encoder) finish(d *draft, s *Schema) []byte {
	if d.isRich {
		d.dst = s.putRichText(d.dst, &d.parts, d.rich)
	}
	dst := s.assemble(enc.putTail(d.dst, &d.parts, d.mark), &d.parts, d.base)
	enc.end(d)
	return dst
}

// putTail makes field 0 out of the members collected since mark, of which the
// last of each name counts.
func (enc *Encoder) putTail(dst []byte, p *parts, mark int) []byte {
	tail := enc.tail[mark:]
	if len(tail) == 0 {
		return dst
	}
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
	if s.blocks != nil {
		dst = s.foldBlocks(dst, p)
	}
	dst = s.foldTwins(dst, p)
	if p.set == 0 {
		return append(dst[:base], Exists...)
	}
	mid := len(dst)
	for set := p.set; set != 0; set &= set - 1 {
		span := p.span[bits.TrailingZeros64(set)]
		dst = append(dst, dst[span.lo:span.hi]...)
	}
	n := copy(dst[base:], dst[mid:])
	return dst[:base+n]
}

// appendValue passes the value that comes next, and appends it as field f. If it
// is of a type that the field does not take, nothing is passed and appended.
// Slack sends some fields with more than one type; a value of a type nobody
// expects goes to the tail, where it is kept as it came.
func (enc *Encoder) appendValue(dst []byte, f *Field, r *rawjson.Reader) (_ []byte, ok bool) {
	kind := r.Kind()
	if kind == rawjson.Null || kind == rawjson.Absent {
		return dst, false
	}
	lo, start := len(dst), *r
	switch f.kind {
	case kindString:
		var s string
		if s, ok = r.Str(); ok {
			dst = f.appendStr(dst, s)
		}
	case kindBool:
		var b bool
		if b, ok = r.Value().Bool(); ok {
			dst = appendBool(dst, f.num, b)
		}
	case kindInt:
		var i int64
		if i, ok = r.Value().Int(); ok {
			dst = appendInt(dst, f.num, i)
		}
	case kindList:
		if ok = r.Enter(rawjson.Array); ok {
			dst = appendHeader(dst, f.num, wireBytes)
			body := len(dst)
			for ok && r.Next() {
				var s string
				s, ok = r.Str()
				dst = appendElem(dst, s)
			}
			dst = insertLen(dst, body)
		}
	case kindObject, kindWhole:
		if ok = kind == rawjson.Object || emptyArray(*r); ok { // Slack writes {} as []
			dst = appendHeader(dst, f.num, wireBytes)
			body := len(dst)
			dst = insertLen(enc.appendRecord(dst, f.sub, r), body)
		}
	case kindRaw:
		dst = appendHeader(dst, f.num, wireBytes)
		body := len(dst)
		dst, ok = insertLen(r.AppendCanonical(dst), body), true
	}
	if !ok {
		*r = start
		return dst[:lo], false
	}
	return dst, true
}

// emptyArray reports whether an array without elements comes next.
func emptyArray(r rawjson.Reader) bool { return r.Enter(rawjson.Array) && !r.Next() }

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

// appendStr appends a field of text.
func (f *Field) appendStr(dst []byte, s string) []byte {
	if f.number != nil {
		if n, ok := f.number[s]; ok {
			return appendInt(dst, f.num, n)
		}
	}
	return appendBytes(dst, f.num, s)
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
