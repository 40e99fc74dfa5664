package rawjson

import "math/bits"

// at returns the byte at i, or 0 past the end. A 0 is never part of JSON
// syntax, so callers need no separate check for the end.
func at(s string, i int) byte {
	if uint(i) < uint(len(s)) {
		return s[i]
	}
	return 0
}

// space returns the first position from i on that holds no white space.
func space(s string, i int) int {
	const white = 1<<' ' | 1<<'\t' | 1<<'\n' | 1<<'\r'
	for uint(i) < uint(len(s)) && s[i] <= ' ' && uint64(white)>>s[i]&1 != 0 {
		i++
	}
	return i
}

// Strings are scanned eight bytes at a time: in a word, a byte less than n
// shows as its top bit after subtracting n from each byte. Borrows can set
// wrong bits only above a right one, so the lowest bit set is always right.
const (
	ones    = 0x0101010101010101
	tops    = 0x80 * ones
	quotes  = '"' * ones
	slashes = '\\' * ones
	blanks  = ' ' * ones
)

// word returns the eight bytes of s at i, the first one lowest.
func word(s string, i int) uint64 {
	b := s[i : i+8]
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// marked returns the offset in its word of the byte whose bit is the lowest.
func marked(mask uint64) int { return bits.TrailingZeros64(mask) / 8 }

// special marks quotes, backslashes and control characters.
func special(w uint64) uint64 {
	return (((w ^ quotes) - ones) | ((w ^ slashes) - ones) | (w - blanks)) &^ w & tops
}

func isSpecial(c byte) bool { return c < ' ' || c == '"' || c == '\\' }

// indexSpecial returns the first quote, backslash or control character from i
// on, or the end of s.
func indexSpecial(s string, i int) int {
	for ; i+8 <= len(s); i += 8 {
		if mask := special(word(s, i)); mask != 0 {
			return i + marked(mask)
		}
	}
	for i < len(s) && !isSpecial(s[i]) {
		i++
	}
	return i
}

// closingQuote returns the position of the quote that ends the string whose
// first character is at i, or the end of s if there is none, and whether all
// between is plain: ASCII without escapes, to be read as it stands.
func closingQuote(s string, i int) (end int, plain bool) {
	var high uint64
	plain = true
	for i < len(s) {
		if i+8 <= len(s) {
			w := word(s, i)
			mask := (((w ^ quotes) - ones) | ((w ^ slashes) - ones)) &^ w & tops
			if mask == 0 {
				high |= w
				i += 8
				continue
			}
			high |= w & (mask&-mask - 1)
			i += marked(mask)
		}
		switch c := s[i]; c {
		case '"':
			return i, plain && high&tops == 0
		case '\\':
			plain = false
			i += 2
		default:
			high |= uint64(c)
			i++
		}
	}
	return len(s), false
}
