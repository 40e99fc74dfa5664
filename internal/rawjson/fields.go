package rawjson

import (
	"iter"
	"unicode/utf8"
)

// Fields are the members of an object, found once, so that looking for one reads
// keys and not the text. They have the rules of [Value]. The zero Fields are
// none.
type Fields struct {
	text string
	n    int // of at
	at   [maxFound]found
	rest int // where the members that are not found begin; the end of text if there are none

	deep []span // containers in long members, in order
}

// maxFound bounds how many members are found. Slack's frames have a dozen, its
// users twenty; the rest of a larger object is searched as a Value is.
const maxFound = 24

// A found member is one with a plain key.
type found struct{ key, keyEnd, value, end uint32 }

// ParseFields is Parse that finds the members of an object on the way. What is
// no object has none. A long text is checked on all processors.
func ParseFields(text string, fs *Fields) (Value, error) {
	if at(text, space(text, 0)) == '{' && uint64(len(text)) < 1<<32 {
		v, err := fs.parse(text)
		if err != nil {
			*fs = Fields{}
			return "", err
		}
		return v, nil
	}
	*fs = Fields{}
	v, err := Parse(text)
	if err == nil {
		*fs = v.Fields()
	}
	return v, err
}

// parse reads a text that begins as an object.
func (fs *Fields) parse(text string) (Value, *SyntaxError) {
	start := space(text, 0)
	fs.text, fs.n, fs.rest, fs.deep = text, 0, len(text), nil // what is in at beyond n is not looked at
	i := space(text, start+1)
	for more := at(text, i) != '}'; more; {
		member := i
		keyEnd, plain := plainKey(text, i)
		value, ok := afterKey(text, i, keyEnd, plain)
		if !ok {
			return "", unexpected(text, value, "in an object key")
		}
		end, ok := 0, false
		if at(text, value) == '"' {
			end, ok = stringEnd(text, value+1)
		}
		if !ok {
			var err *SyntaxError
			if len(text)-value < longText {
				end, err = check(text, value, 1)
			} else {
				var deep []span
				end, deep, err = checkLong(text, value, 1)
				fs.deep = append(fs.deep, deep...)
			}
			if err != nil {
				return "", err
			}
		}
		fs.add(member, keyEnd, value, end, plain)
		i = space(text, end)
		if more = at(text, i) == ','; more {
			i = space(text, i+1)
		}
	}
	if at(text, i) != '}' {
		return "", unexpected(text, i, "after an element")
	}
	if rest := space(text, i+1); rest < len(text) {
		return "", unexpected(text, rest, "after the value")
	}
	return Value(text[start : i+1]), nil
}

// Fields finds the members of v; there are none if it is no object.
func (v Value) Fields() Fields {
	s := string(v)
	fs := Fields{text: s, rest: len(s)}
	for i := enter(s, '{'); ; {
		f, ok := nextField(s, i)
		if !ok {
			return fs
		}
		end := skip(s, f.value)
		if !fs.add(i, f.end, f.value, end, f.plain) {
			return fs
		}
		i = afterComma(s, end)
	}
}

// add takes the member that starts at i, and reports whether there is room for
// more.
func (fs *Fields) add(i, keyEnd, value, end int, plain bool) bool {
	if fs.rest < len(fs.text) {
		return false
	}
	if !plain || fs.n == maxFound || uint64(end) > 1<<32-1 {
		fs.rest = i
		return false
	}
	fs.at[fs.n] = found{uint32(i + 1), uint32(keyEnd), uint32(value), uint32(end)}
	fs.n++
	return true
}

// plainKey returns where the key that starts at i ends, if it reads as it is
// written.
func plainKey(s string, i int) (end int, ok bool) {
	if at(s, i) != '"' {
		return i, false
	}
	for i++; i+8 <= len(s); i += 8 {
		w := word(s, i)
		if mask := special(w) | w&tops; mask != 0 {
			i += marked(mask)
			return i, s[i] == '"'
		}
	}
	for i < len(s) && !isSpecial(s[i]) && s[i] < utf8.RuneSelf {
		i++
	}
	return i, at(s, i) == '"'
}

// afterKey is keyEnd for a key that plainKey was asked about.
func afterKey(s string, i, end int, plain bool) (value int, ok bool) {
	if !plain {
		return keyEnd(s, i)
	}
	if i = space(s, end+1); at(s, i) != ':' {
		return i, false
	}
	return space(s, i+1), true
}

func (f found) keyText(s string) string  { return s[f.key:f.keyEnd] }
func (f found) valueText(s string) Value { return Value(s[f.value:f.end]) }

// Get returns the member with that key as Value.Get does.
func (fs *Fields) Get(key string) Value {
	if fs.rest < len(fs.text) {
		if v := find(fs.text, fs.rest, key); v != "" {
			return v
		}
	}
	for i := fs.n - 1; i >= 0; i-- {
		if f := fs.at[i]; f.keyText(fs.text) == key {
			return f.valueText(fs.text)
		}
	}
	return ""
}

// Reader returns a Reader of the member with that key, which passes the elements
// of lists at once that were found when a long text was checked.
func (fs *Fields) Reader(key string) Reader {
	if fs.rest == len(fs.text) {
		for i := fs.n - 1; i >= 0; i-- {
			if f := fs.at[i]; f.keyText(fs.text) == key {
				return Reader{text: fs.text[:f.end], at: int(f.value), deep: fs.deep}
			}
		}
	}
	return fs.Get(key).Reader()
}

// Members returns the members as Value.Members does.
func (fs *Fields) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for _, f := range fs.at[:fs.n] {
			if !yield(f.keyText(fs.text), f.valueText(fs.text)) {
				return
			}
		}
		if fs.rest < len(fs.text) {
			members(fs.text, fs.rest, yield)
		}
	}
}
