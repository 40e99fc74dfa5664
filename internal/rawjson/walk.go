package rawjson

// The functions here walk text that Parse has accepted, so they check no
// syntax. On any other text they may cut nonsense, but every step goes
// forward and stays in bounds.

// A field is the key of a member and where its value starts.
type field struct {
	start, end int  // of the key, between the quotes
	plain      bool // the key reads as it is written
	value      int
}

// key returns the decoded key.
func (f field) key(s string) string {
	if f.plain {
		return s[f.start:f.end]
	}
	return unquote(s[f.start:f.end])
}

// nextField returns the field that starts at i, or false at the end of the
// object.
func nextField(s string, i int) (f field, ok bool) {
	if at(s, i) != '"' {
		return f, false
	}
	f.start = i + 1
	f.end, f.plain = closingQuote(s, f.start)
	i = space(s, f.end+1)
	if at(s, i) != ':' {
		return f, false
	}
	f.value = space(s, i+1)
	return f, true
}

// enter returns where the first element starts in the text of a container
// that the byte open begins, or the end of s if s is something else.
func enter(s string, open byte) int {
	if at(s, 0) != open {
		return len(s)
	}
	return space(s, 1)
}

// afterComma returns where the element starts that follows one ending at i. If
// that was the last, it returns where the container closes, which is no place
// for an element.
func afterComma(s string, i int) int {
	i = space(s, i)
	if at(s, i) != ',' {
		return i
	}
	return space(s, i+1)
}

// skip returns the end of the value that starts at i, which is i when no
// value can start there.
func skip(s string, i int) int {
	switch at(s, i) {
	case '"':
		end, _ := closingQuote(s, i+1)
		return min(end+1, len(s))
	case '{', '[':
		return skipContainer(s, i)
	}
	for i < len(s) && !endsScalar[s[i]] {
		i++
	}
	return i
}

var endsScalar = [256]bool{
	' ': true, '\t': true, '\n': true, '\r': true, ',': true, ':': true,
	'"': true, '{': true, '}': true, '[': true, ']': true,
}

// skipContainer returns the end of the object or array that starts at i.
func skipContainer(s string, i int) int {
	for depth := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			i, _ = closingQuote(s, i+1)
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}
