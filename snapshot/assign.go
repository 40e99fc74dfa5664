package snapshot

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// An Assignment gives one field a new value; Field's methods make them.
type Assignment struct {
	field *Field
	wire  int // wireBytes with text, wireInt with number, or none
	text  string
	num   int64
	none  bool
	plus  bool // num is added to what is known
}

// Str assigns a string.
func (f *Field) Str(s string) Assignment {
	if n, ok := f.number[s]; ok {
		return Assignment{field: f, wire: wireInt, num: n}
	}
	return Assignment{field: f, wire: wireBytes, text: s}
}

// Int assigns an integer.
func (f *Field) Int(i int64) Assignment { return Assignment{field: f, wire: wireInt, num: i} }

// Plus adds to an integer. One that is unknown, or would be less than 0, stays as
// it is.
func (f *Field) Plus(n int64) Assignment {
	return Assignment{field: f, wire: wireInt, num: n, plus: true}
}

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

// Of assigns what r has in the field, and makes it unknown if that is nothing.
func (f *Field) Of(r Record) Assignment {
	wire, payload, ok := r.find(f)
	a := Assignment{field: f, wire: wire, none: !ok}
	if wire == wireTrue && f.twin != nil {
		a.wire, a.text = wireBytes, r.Str(f)
	}
	switch wire {
	case wireBytes:
		if a.text = payload; f.text != nil {
			a.text = r.blocks(f, payload)
		}
	case wireInt:
		a.num = varint(payload)
	}
	return a
}

// Unknown makes the field unknown.
func (f *Field) Unknown() Assignment { return Assignment{field: f, none: true} }

// With returns r with some fields assigned. An empty r counts as a record
// without fields.
func (enc *Encoder) With(s *Schema, r Record, as ...Assignment) Record {
	var (
		set, drop uint64           // bit n: field n is assigned, and whatever r has of it is dropped
		plus      uint64           // bit n: field n is added to
		by        [maxFields]uint8 // which assignment of as does it
	)
	tail := string(r.Tail())
	for i := range as {
		f := as[i].field
		if s.avatars != nil || f.linked || strings.Contains(tail, f.name) {
			return enc.rebuild(s, r, as)
		}
		if as[i].plus {
			plus |= 1 << f.num
			by[f.num] = uint8(i)
			continue
		}
		set &^= s.named[f.num]
		drop |= s.named[f.num]
		if !as[i].none {
			set |= 1 << f.num
			by[f.num] = uint8(i)
		}
	}
	// What is in r and what is assigned is laid together in the order of numbers.
	dst, rest := enc.buf[:0], r
	if r == Exists {
		rest = ""
	}
	for rest != "" {
		num, _, payload, next, ok := rest.next()
		if !ok {
			break
		}
		for ; set&(1<<num-1) != 0; set &= set - 1 {
			dst = as[by[bits.TrailingZeros64(set)]].append(dst)
		}
		switch {
		case plus&(1<<num) != 0 && varint(payload)+as[by[num]].num >= 0:
			dst = appendInt(dst, num, varint(payload)+as[by[num]].num)
		case drop&(1<<num) == 0:
			dst = append(dst, rest[:len(rest)-len(next)]...)
		}
		rest = next
	}
	for ; set != 0; set &= set - 1 {
		dst = as[by[bits.TrailingZeros64(set)]].append(dst)
	}
	if len(dst) == 0 {
		dst = append(dst, Exists...)
	}
	enc.buf = dst
	return enc.same(r, dst)
}

func (a *Assignment) append(dst []byte) []byte {
	switch a.wire {
	case wireBytes:
		return appendBytes(dst, a.field.num, a.text)
	case wireInt:
		return appendInt(dst, a.field.num, a.num)
	}
	return appendBool(dst, a.field.num, a.wire == wireTrue)
}

// rebuild is With for what does not stay in its place: members of the tail,
// pictures, and texts that are taken from others.
func (enc *Encoder) rebuild(s *Schema, r Record, as []Assignment) Record {
	var p parts
	dst := s.unfold(enc.buf[:0], &p, r)
	tail, odd := r.Tail(), false
	for _, a := range as {
		if a.plus {
			n, known := r.Int(a.field)
			if !known || n+a.num < 0 {
				continue
			}
			a.num += n
		}
		p.dropName(s.byName.get(a.field.name))
		odd = odd || tail.Get(a.field.name) != "" // a value of a type that nobody expected
		if a.none {
			continue
		}
		lo := len(dst)
		dst = a.append(dst)
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
	return enc.same(r, enc.buf)
}

// same returns r if buf holds the same bytes, so that "nothing changed" costs
// no memory, and buf's copy otherwise.
func (enc *Encoder) same(r Record, buf []byte) Record {
	if string(buf) == string(r) {
		return r
	}
	return enc.keep(buf)
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
