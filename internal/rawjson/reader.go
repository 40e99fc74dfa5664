package rawjson

// A Reader reads a value from front to back and no part of its text twice, where
// the methods of Value walk what they pass over again when it is asked for. It has
// the rules of [Value]: on a text that Parse never saw it may read nonsense, but
// going through an object by Key, or through an array by Next, comes to an end.
type Reader struct {
	text string
	at   int    // where the next value starts, or what closes the container it is in
	deep []span // containers that were found before, in order; those before at count no more
}

// Reader returns a Reader of v, which is the value that comes next.
func (v Value) Reader() Reader { return Reader{text: string(v)} }

// Kind returns the kind of the value that comes next, Absent if none does.
func (r *Reader) Kind() Kind { return kindOf(at(r.text, r.at)) }

// Enter goes into the object or array that comes next, and reports whether it is
// of that kind; anything else is not passed. Key or Next then lead through it.
func (r *Reader) Enter(k Kind) bool {
	if (k != Object && k != Array) || r.Kind() != k {
		return false
	}
	r.at = space(r.text, r.at+1)
	return true
}

// Key returns the decoded key of the object's next member, whose value comes next
// then. Behind the last one it leaves the object and returns false.
func (r *Reader) Key() (key string, ok bool) {
	f, ok := nextField(r.text, r.at)
	if !ok {
		r.leave('}')
		return "", false
	}
	r.at = f.value
	return f.key(r.text), true
}

// KeyIs is Key for a caller who expects a key. It passes that key if it comes next,
// written as it is and right before its colon. In the key there may be no quote and
// no backslash.
func (r *Reader) KeyIs(key string) bool {
	start := r.at + 1
	end := start + len(key)
	if end+1 >= len(r.text) || r.text[r.at] != '"' || r.text[start:end] != key || r.text[end:end+2] != `":` {
		return false
	}
	r.at = space(r.text, end+2)
	return true
}

// Next reports whether the array has another element, which comes next then.
// Behind the last one it leaves the array.
func (r *Reader) Next() bool {
	if r.Kind() == Absent {
		r.leave(']')
		return false
	}
	return true
}

func (r *Reader) leave(closer byte) {
	if at(r.text, r.at) == closer {
		r.at = afterComma(r.text, r.at+1)
	} else {
		r.at = len(r.text) // not from Parse
	}
}

// Value passes the value that comes next, and returns it.
func (r *Reader) Value() Value {
	start := r.at
	end := r.skip()
	r.at = afterComma(r.text, end)
	return Value(r.text[start:end])
}

// skip returns the end of the value that comes next. It is the function of that
// name, but for not reading what was found before.
func (r *Reader) skip() int {
	s := r.text
	if c := at(s, r.at); len(r.deep) == 0 || c != '{' && c != '[' {
		return skip(s, r.at)
	}
	for depth, i := 0, r.at; i < len(s); i++ {
		switch s[i] {
		case '"':
			i, _ = closingQuote(s, i+1)
		case '{', '[':
			if end, ok := r.found(i); ok {
				i = end - 1
			} else {
				depth++
				break
			}
			if depth == 0 {
				return i + 1
			}
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// found returns the end of the container that starts at i, if it was found
// before.
func (r *Reader) found(i int) (end int, ok bool) {
	for len(r.deep) > 0 && int(r.deep[0].start) < i {
		r.deep = r.deep[1:]
	}
	if len(r.deep) > 0 && int(r.deep[0].start) == i {
		return int(r.deep[0].end), true
	}
	return 0, false
}

// Str passes the string that comes next, and returns its decoded text as
// [Value.Str] does; anything else is not passed.
func (r *Reader) Str() (s string, ok bool) {
	if at(r.text, r.at) != '"' {
		return "", false
	}
	start := r.at + 1
	end, plain := closingQuote(r.text, start)
	r.at = afterComma(r.text, min(end+1, len(r.text)))
	if s = r.text[start:end]; !plain {
		s = unquote(s)
	}
	return s, true
}

// AppendCanonical passes the value that comes next, and appends its canonical
// text as [AppendCanonical] does.
func (r *Reader) AppendCanonical(dst []byte) []byte {
	c, end := canonizer{text: r.text}, 0
	if k := r.Kind(); k == Object || k == Array {
		var few [64]written // to clear it takes longer than to write anything else
		dst, end = c.value(dst, r.at, few[:0])
	} else {
		dst, end = c.value(dst, r.at, nil)
	}
	r.at = afterComma(r.text, end)
	return dst
}
