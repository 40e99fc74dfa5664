package rawjson

import "iter"

// A Value is the text of one JSON value. The empty Value is absent: what Get
// returns when there is no such member.
//
//  1. A Value comes from [Parse] or from another Value, so it is valid JSON
//     without white space around it.
//  2. It shares the memory of the text given to Parse and keeps all of that
//     text alive. So do the strings read from it, unless they needed decoding.
//  3. It never changes and may be used from any number of goroutines.
//  4. A Value converted from some other string may read as anything, but
//     nothing in this package panics on it or fails to end.
type Value string

// A Kind says which sort of JSON value a Value is.
type Kind uint8

// The kinds. Absent is the zero Kind.
const (
	Absent Kind = iota
	Null
	Bool
	Number
	String
	Object
	Array
)

// Kind returns the kind of v, which its first byte decides.
func (v Value) Kind() Kind { return kindOf(at(string(v), 0)) }

// kindOf returns the kind of a value by its first byte.
func kindOf(first byte) Kind {
	switch first {
	case 'n':
		return Null
	case 't', 'f':
		return Bool
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return Number
	case '"':
		return String
	case '{':
		return Object
	case '[':
		return Array
	}
	return Absent
}

// Members returns the members of an object in the order of the text, with
// decoded keys. A repeated key is repeated. There are none when v is not an
// object.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) { members(string(v), enter(string(v), '{'), yield) }
}

// members yields the members of an object from the one that starts at i on.
func members(s string, i int, yield func(string, Value) bool) {
	for {
		f, ok := nextField(s, i)
		if !ok {
			return
		}
		end := skip(s, f.value)
		if !yield(f.key(s), Value(s[f.value:end])) {
			return
		}
		i = afterComma(s, end)
	}
}

// Elems returns the elements of an array in order. There are none when v is
// not an array.
func (v Value) Elems() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		s := string(v)
		for i := enter(s, '['); ; {
			end := skip(s, i)
			if end == i || !yield(Value(s[i:end])) {
				return
			}
			i = afterComma(s, end)
		}
	}
}

// Get returns the member of an object with that key, the last one if the key
// is repeated, or an absent Value if there is none or v is not an object.
func (v Value) Get(key string) Value { return find(string(v), enter(string(v), '{'), key) }

// find is Get from the member on that starts at i.
func find(s string, i int, key string) Value {
	var found Value
	for {
		f, ok := nextField(s, i)
		if !ok {
			return found
		}
		end := skip(s, f.value)
		if f.key(s) == key {
			found = Value(s[f.value:end])
		}
		i = afterComma(s, end)
	}
}
