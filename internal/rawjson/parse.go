package rawjson

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// maxDepth is how many containers may be open at once, as in encoding/json.
const maxDepth = 10_000

// A SyntaxError says where a text stops being JSON.
type SyntaxError struct {
	Offset int    // of the first byte that cannot be, counted from 0
	Msg    string // what is wrong there; shows at most one character of the text
}

// Error returns the offset and the message.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Msg)
}

// Parse returns the one value that text holds, without the white space around
// it. It accepts exactly what [encoding/json.Valid] accepts: RFC 8259 with at
// most 10,000 containers open at once, any bytes of 0x80 and up inside
// strings, and repeated keys. Any other text is a [*SyntaxError].
func Parse(text string) (Value, error) {
	start := space(text, 0)
	end, err := check(text, start, 0)
	if err != nil {
		return "", err
	}
	if rest := space(text, end); rest < len(text) {
		return "", unexpected(text, rest, "after the value")
	}
	return Value(text[start:end]), nil
}

// check returns the end of the value that starts at i, in a number of
// containers.
func check(s string, i, within int) (int, *SyntaxError) {
	var few [64]byte
	c := checker{text: s, within: within}
	end, _, err := c.values(i, few[:0], math.MaxInt)
	return end, err
}

// A checker passes over values. It keeps its own stack, so that depth costs a
// byte a level.
type checker struct {
	text   string
	within int // how many containers there are around those of the stack

	find  bool // to list the containers that start in findDepth others:
	deep  []span
	start int // of the one that is open, if one is
}

// findDepth is how deep the elements of a list lie in a response that comes in an
// event: in the event, the response and the list.
const findDepth = 3

// A span is where a container lies in a text.
type span struct{ start, end uint32 }

// values checks from where a value starts to the end of the outermost one or, if
// that comes first, to the first value that starts at stop or behind it. open has
// the byte that closes each open container, innermost last; values returns where
// it ended, and those that are open there.
func (c *checker) values(i int, open []byte, stop int) (int, []byte, *SyntaxError) {
	s, within := c.text, c.within
values:
	for i < stop || len(open) == 0 {
		ok := true
		switch at(s, i) {
		case '"':
			if i, ok = stringEnd(s, i+1); !ok {
				return i, open, unexpected(s, i, "in a string")
			}
		case '{', '[':
			if len(open)+within == maxDepth {
				return i, open, &SyntaxError{Offset: i, Msg: fmt.Sprintf("more than %d levels deep", maxDepth)}
			}
			if c.find && len(open)+within == findDepth {
				c.start = i
			}
			closer := s[i] + 2 // the two sorts of bracket have this in common
			open = append(open, closer)
			if i = space(s, i+1); at(s, i) != closer {
				if closer == '}' {
					if i, ok = keyEnd(s, i); !ok {
						return i, open, unexpected(s, i, "in an object key")
					}
				}
				continue
			}
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			if i, ok = numberEnd(s, i); !ok {
				return i, open, unexpected(s, i, "in a number")
			}
		case 't':
			if i, ok = literalEnd(s, i, "true"); !ok {
				return i, open, unexpected(s, i, "in true")
			}
		case 'f':
			if i, ok = literalEnd(s, i, "false"); !ok {
				return i, open, unexpected(s, i, "in false")
			}
		case 'n':
			if i, ok = literalEnd(s, i, "null"); !ok {
				return i, open, unexpected(s, i, "in null")
			}
		default:
			return i, open, unexpected(s, i, "where a value should start")
		}

		// A value ends at i, and with it perhaps the containers around it.
		for len(open) > 0 {
			i = space(s, i)
			closer := open[len(open)-1]
			switch at(s, i) {
			case ',':
				i = space(s, i+1)
				if closer == '}' {
					if i, ok = keyEnd(s, i); !ok {
						return i, open, unexpected(s, i, "in an object key")
					}
				}
				continue values
			case closer:
				i++
				open = open[:len(open)-1]
				if c.find && len(open)+within == findDepth {
					c.deep = append(c.deep, span{uint32(c.start), uint32(i)})
				}
			default:
				return i, open, unexpected(s, i, "after an element")
			}
		}
		return i, open, nil
	}
	return i, open, nil
}

// The functions below return the end of what starts at i and true, or where
// it goes wrong and false.

// keyEnd passes over an object key, its colon and the white space around that.
func keyEnd(s string, i int) (int, bool) {
	if at(s, i) != '"' {
		return i, false
	}
	i, ok := stringEnd(s, i+1)
	if !ok {
		return i, false
	}
	if i = space(s, i); at(s, i) != ':' {
		return i, false
	}
	return space(s, i+1), true
}

// stringEnd passes over the rest of a string and its closing quote.
func stringEnd(s string, i int) (int, bool) {
	for {
		i = indexSpecial(s, i)
		switch at(s, i) {
		case '"':
			return i + 1, true
		case '\\':
			i++
			switch c := at(s, i); {
			case c == 'u':
				for range 4 {
					if i++; hexDigit[at(s, i)] == 0 {
						return i, false
					}
				}
			case escaped[c] == 0:
				return i, false
			}
			i++
		default:
			return i, false
		}
	}
}

func numberEnd(s string, i int) (int, bool) {
	if at(s, i) == '-' {
		i++
	}
	ok := true
	if at(s, i) == '0' {
		i++
	} else if i, ok = digitsEnd(s, i); !ok {
		return i, false
	}
	if at(s, i) == '.' {
		if i, ok = digitsEnd(s, i+1); !ok {
			return i, false
		}
	}
	if at(s, i)|0x20 == 'e' {
		i++
		if c := at(s, i); c == '+' || c == '-' {
			i++
		}
		return digitsEnd(s, i)
	}
	return i, true
}

// digitsEnd passes over one digit or more.
func digitsEnd(s string, i int) (int, bool) {
	start := i
	for at(s, i)-'0' <= 9 {
		i++
	}
	return i, i > start
}

func literalEnd(s string, i int, want string) (int, bool) {
	if strings.HasPrefix(s[i:], want) {
		return i + len(want), true
	}
	for j := 0; at(s, i) == want[j]; j++ {
		i++
	}
	return i, false
}

func unexpected(s string, i int, where string) *SyntaxError {
	if i >= len(s) {
		return &SyntaxError{Offset: len(s), Msg: "unexpected end " + where}
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return &SyntaxError{Offset: i, Msg: fmt.Sprintf("unexpected %q %s", r, where)}
}
