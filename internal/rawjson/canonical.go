package rawjson

import (
	"slices"
	"strings"
)

// AppendCanonical appends the canonical text of v to dst and returns the
// longer slice. An absent v appends nothing.
//
//  1. There is no white space between tokens.
//  2. The members of an object ascend by the bytes of their decoded keys. Of
//     members with the same key only the last is kept, as when encoding/json
//     reads into a map.
//  3. Strings and keys are written as by [AppendString].
//  4. Numbers keep their spelling: 1, 1.0 and 1e0 stay different texts.
//  5. So two values that mean the same give the same bytes but for the
//     spelling of numbers, and a canonical text gives itself.
func AppendCanonical(dst []byte, v Value) []byte {
	r := v.Reader()
	return r.AppendCanonical(dst)
}

// A canonizer writes the canonical form in one pass over the text. Members are
// written in the order they are read; an object that turns out not to be
// sorted is put in order at its end.
//
// Each method appends what starts at a position in the text to dst, and
// returns dst and the position after it. The slice called spare is empty; what
// capacity it has may be used until the method returns.
type canonizer struct {
	text  string
	depth int
}

// A written is a member as it lies in the output.
type written struct {
	key        string // decoded
	start, end int
}

func (c *canonizer) value(dst []byte, i int, spare []written) ([]byte, int) {
	s := c.text
	switch open := at(s, i); open {
	case '"':
		end, plain := closingQuote(s, i+1)
		return appendQuoted(dst, s[i+1:end], plain), min(end+1, len(s))
	case '{', '[':
		if c.depth == maxDepth {
			break // not from Parse; copying it keeps the recursion bounded
		}
		c.depth++
		if open == '{' {
			dst, i = c.object(dst, i+1, spare)
		} else {
			dst, i = c.array(dst, i+1, spare)
		}
		c.depth--
		return dst, i
	}
	end := skip(s, i)
	return append(dst, s[i:end]...), end
}

// array starts after the opening bracket.
func (c *canonizer) array(dst []byte, i int, spare []written) ([]byte, int) {
	s := c.text
	dst = append(dst, '[')
	for i = space(s, i); i < len(s) && s[i] != ']'; {
		start := i
		if dst, i = c.value(dst, i, spare); i == start {
			break
		}
		if i = afterComma(s, i); at(s, i) != ']' {
			dst = append(dst, ',')
		}
	}
	return append(dst, ']'), min(i+1, len(s))
}

// object starts after the opening brace.
func (c *canonizer) object(dst []byte, i int, spare []written) ([]byte, int) {
	s := c.text
	members, sorted := spare, true
	start := len(dst)
	dst = append(dst, '{')
	i = space(s, i)
	for f, ok := nextField(s, i); ok; f, ok = nextField(s, i) {
		m := written{key: f.key(s)}
		if n := len(members); n > 0 {
			sorted = sorted && members[n-1].key < m.key
			dst = append(dst, ',')
		}
		m.start = len(dst)
		dst = append(appendQuoted(dst, s[f.start:f.end], f.plain), ':')
		dst, i = c.value(dst, f.value, members[len(members):])
		m.end = len(dst)
		members = append(members, m)
		i = afterComma(s, i)
	}
	dst = append(dst, '}')
	if !sorted {
		dst = reorder(dst, start, members)
	}
	return dst, min(i+1, len(s))
}

// appendQuoted appends a string, given as the text between its quotes and
// whether that is plain.
func appendQuoted(dst []byte, raw string, plain bool) []byte {
	if plain {
		dst = append(dst, '"')
		dst = append(dst, raw...)
		return append(dst, '"')
	}
	return appendRequoted(dst, raw)
}

// reorder sorts the object that begins at start and ends dst, and drops the
// members that a later one with the same key replaces. It builds the new text
// behind the old one, then moves it over.
func reorder(dst []byte, start int, members []written) []byte {
	slices.SortFunc(members, func(a, b written) int {
		if c := strings.Compare(a.key, b.key); c != 0 {
			return c
		}
		return a.start - b.start
	})
	end := len(dst)
	separator := byte('{')
	for i, m := range members {
		if i+1 < len(members) && members[i+1].key == m.key {
			continue
		}
		dst = append(dst, separator)
		dst = append(dst, dst[m.start:m.end]...)
		separator = ','
	}
	dst = append(dst, '}')
	n := copy(dst[start:], dst[end:])
	return dst[:start+n]
}
