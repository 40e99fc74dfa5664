package rawjson

import (
	"unicode/utf16"
	"unicode/utf8"
)

// escaped maps the letter of a two-byte escape to what it stands for, and
// escape maps back. Other bytes map to 0.
var (
	escaped = [256]byte{
		'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
	}
	escape = [256]byte{
		'"': '"', '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't',
	}
)

// hexDigit maps a hexadecimal digit to its value plus 1, other bytes to 0.
var hexDigit = [256]byte{
	'0': 1, '1': 2, '2': 3, '3': 4, '4': 5, '5': 6, '6': 7, '7': 8, '8': 9, '9': 10,
	'a': 11, 'b': 12, 'c': 13, 'd': 14, 'e': 15, 'f': 16,
	'A': 11, 'B': 12, 'C': 13, 'D': 14, 'E': 15, 'F': 16,
}

// Str returns the decoded text of a string, and false when v is not one. Bytes
// that are not UTF-8 and surrogates without their other half each read as
// U+FFFD, as in encoding/json. The result shares the memory of v unless it had
// to be decoded.
func (v Value) Str() (string, bool) {
	s := string(v)
	if at(s, 0) != '"' {
		return "", false
	}
	end, plain := closingQuote(s, 1)
	if plain {
		return s[1:end], true
	}
	return unquote(s[1:end]), true
}

// AppendString appends s to dst as a JSON string, quotes included, and returns
// the longer slice. It escapes only what JSON demands, quotes, backslashes and
// control characters, in two bytes where there is such a form. Bytes that are
// not UTF-8 each become U+FFFD.
func AppendString(dst []byte, s string) []byte {
	s = toUTF8(s)
	dst = append(dst, '"')
	for {
		i := indexSpecial(s, 0)
		dst = append(dst, s[:i]...)
		if i == len(s) {
			return append(dst, '"')
		}
		dst = appendEscaped(dst, rune(s[i]))
		s = s[i+1:]
	}
}

// toUTF8 returns s with U+FFFD for each byte that is not UTF-8.
func toUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// unquote returns what the text between the quotes of a string stands for.
func unquote(raw string) string {
	raw = toUTF8(raw)
	i := indexSpecial(raw, 0)
	if i == len(raw) {
		return raw
	}
	var few [256]byte
	dst := append(few[:0], raw[:i]...)
	for raw = raw[i:]; raw != ""; {
		var r rune
		r, raw = cutEscape(raw)
		dst = utf8.AppendRune(dst, r)
		i = indexSpecial(raw, 0)
		dst, raw = append(dst, raw[:i]...), raw[i:]
	}
	return string(dst)
}

// appendRequoted is AppendString of unquote(raw) without the copy between.
func appendRequoted(dst []byte, raw string) []byte {
	raw = toUTF8(raw)
	dst = append(dst, '"')
	for {
		i := indexSpecial(raw, 0)
		dst = append(dst, raw[:i]...)
		if i == len(raw) {
			return append(dst, '"')
		}
		var r rune
		r, raw = cutEscape(raw[i:])
		dst = appendEscaped(dst, r)
	}
}

// appendEscaped appends r as it stands inside a JSON string.
func appendEscaped(dst []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	switch {
	case r >= utf8.RuneSelf || !isSpecial(byte(r)):
		return utf8.AppendRune(dst, r)
	case escape[r] != 0:
		return append(dst, '\\', escape[r])
	default:
		return append(dst, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
	}
}

// cutEscape returns what the escape that raw starts with stands for, and the
// text after it. If raw starts with anything else, that byte stands for itself.
func cutEscape(raw string) (rune, string) {
	if raw[0] != '\\' || len(raw) < 2 {
		return rune(raw[0]), raw[1:]
	}
	if raw[1] != 'u' {
		return rune(escaped[raw[1]]), raw[2:]
	}
	r, rest := cutHex(raw)
	if utf16.IsSurrogate(r) {
		low, after := cutHex(rest)
		if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
			rest = after
		}
	}
	return r, rest
}

// cutHex returns the code of the \uXXXX that raw starts with and the text
// after it. If raw starts with anything else, the code is U+FFFD and the text
// after it is empty.
func cutHex(raw string) (rune, string) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return utf8.RuneError, ""
	}
	var r rune
	for _, c := range []byte(raw[2:6]) {
		r = r<<4 | rune(hexDigit[c]-1)
	}
	return r, raw[6:]
}
