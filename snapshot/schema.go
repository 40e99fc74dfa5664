package snapshot

import (
	"fmt"
	"slices"
)

// A Schema lists the fields of one kind of entity that have a number of their
// own. What Slack sends beyond them is kept too, as the record's tail, so a
// field that is missing here costs space and an accessor, never data.
//
// Numbers are written to disk: a field may be added, none may be renumbered.
type Schema struct {
	name   string
	key    string // the JSON member that is the entity's key, kept outside of the record
	closed bool   // members that no field is named after belong to another schema
	fields []*Field
	byNum  [maxFields]*Field
	byName fieldNames
	named  [maxFields]uint64 // by number: a bit for each field that has the name of that one
	other  *Schema           // describes a further part of the same JSON object
	skip   []string          // members of the JSON object that are kept in tables of their own

	blocks  *Field                   // what may repeat a text, nil if nothing does
	twins   []*Field                 // those that have one
	avatars *Field                   // the pattern of those of sizes that have one, nil if no schema of pictures
	sizes   [len(avatarSizes)]*Field // the URLs
}

// A Field is one numbered field of a Schema.
type Field struct {
	num  int
	name string
	kind fieldKind
	sub  *Schema
	alt  *Field // another field with the same JSON name, for a value of another type

	list   []string         // common values of a string, and
	number map[string]int64 // their places

	text *Field // what blocks may repeat
	twin *twin  // what a text may be taken from, nil for nothing

	linked bool // this is taken from another field, or another from this

	size int    // of a picture's URL: 1 more than its place in avatarSizes
	of   *Field // and the field that has the pattern
}

type fieldKind uint8

const (
	kindString fieldKind = iota
	kindBool
	kindInt
	kindList   // an array of strings
	kindObject // a record of the field's own schema; partial ones are merged
	kindWhole  // likewise, but replaced and never merged
	kindRaw    // any JSON, canonical
	kindAvatars
)

// maxFields bounds field numbers, so that a set of them fits one word. Numbers
// below 32 take one byte in a record.
const maxFields = 64

func newSchema(name, key string) *Schema {
	return &Schema{name: name, key: key}
}

// without says which members of the JSON object have a table of their own.
func (s *Schema) without(names ...string) *Schema {
	s.skip = names
	return s
}

// beside says that the JSON object also carries the fields of o.
func (s *Schema) beside(o *Schema) *Schema {
	s.other = o
	return s
}

// only says that the JSON object is another schema's, which keeps the rest.
func (s *Schema) only() *Schema {
	s.closed = true
	return s
}

// Name returns the word errors and freshness use for the kind of entity.
func (s *Schema) Name() string { return s.name }

// Key returns the JSON member that holds the entity's key; "" if none does.
func (s *Schema) Key() string { return s.key }

// pictures says that fields are the URLs of one picture in the sizes of
// avatarSizes, and that what they have in common is kept in field num.
func (s *Schema) pictures(num int, urls ...*Field) *Field {
	s.avatars = &Field{num: num, name: "(pictures)", kind: kindAvatars}
	s.byNum[num] = s.avatars
	for i, f := range urls {
		s.sizes[i], f.size, f.of = f, i+1, s.avatars
	}
	return s.avatars
}

func (s *Schema) add(num int, name string, kind fieldKind, sub *Schema) *Field {
	if num <= tailNum || num >= maxFields || s.byNum[num] != nil {
		panic(fmt.Sprintf("snapshot: field %s.%s: number %d is not free", s.name, name, num))
	}
	f := &Field{num: num, name: name, kind: kind, sub: sub, alt: s.byName.get(name)}
	s.byNum[num] = f
	s.byName.put(f)
	for g := f; g != nil; g = g.alt {
		s.named[g.num] |= 1 << num
		s.named[num] |= 1 << g.num
	}
	s.fields = append(s.fields, f)
	return f
}

func (s *Schema) str(num int, name string) *Field  { return s.add(num, name, kindString, nil) }
func (s *Schema) bool(num int, name string) *Field { return s.add(num, name, kindBool, nil) }
func (s *Schema) int(num int, name string) *Field  { return s.add(num, name, kindInt, nil) }
func (s *Schema) list(num int, name string) *Field { return s.add(num, name, kindList, nil) }
func (s *Schema) raw(num int, name string) *Field  { return s.add(num, name, kindRaw, nil) }
func (s *Schema) object(num int, name string, sub *Schema) *Field {
	return s.add(num, name, kindObject, sub)
}
func (s *Schema) whole(num int, name string, sub *Schema) *Field {
	return s.add(num, name, kindWhole, sub)
}

// keeps reports whether a record keeps a member without a number: not the key,
// nor one that is kept by another schema or in a table of its own.
func (s *Schema) keeps(name string) bool {
	switch {
	case s.closed, name == s.key && s.key != "", s.other != nil && s.other.byName.get(name) != nil:
		return false
	}
	return !slices.Contains(s.skip, name)
}

// Name returns the field's JSON name.
func (f *Field) Name() string { return f.name }
