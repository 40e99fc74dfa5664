package rawjson

import (
	"math"
	"strconv"
	"strings"
)

// Bool returns the truth of v, and whether it has one. Slack writes it as true
// or false, as 1 or 0, and each of these in quotes; nothing else is accepted.
func (v Value) Bool() (val, ok bool) {
	switch v.unquoted() {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}

// Int returns the whole number that v is, and false when it is none or does not
// fit in an int64. Slack puts some numbers in quotes, so a string that is
// exactly a JSON number counts as one. Only the value matters, not the
// spelling: 1.0 and 1e3 are whole.
func (v Value) Int() (n int64, ok bool) {
	if n, ok = v.digits(); ok {
		return n, true
	}
	s := v.unquoted()
	if end, ok := numberEnd(s, 0); !ok || end != len(s) {
		return 0, false
	}
	s, negative := strings.CutPrefix(s, "-")
	u, ok := whole(s)
	switch {
	case !ok:
		return 0, false
	case negative && u <= -math.MinInt64:
		return -int64(u), true
	case !negative && u <= math.MaxInt64:
		return int64(u), true
	}
	return 0, false
}

// digits is Int for what most numbers are: digits, and few enough to fit.
func (v Value) digits() (n int64, ok bool) {
	if len(v) == 0 || len(v) > 18 || v[0] == '0' {
		return 0, v == "0"
	}
	for i := range len(v) {
		d := v[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = 10*n + int64(d)
	}
	return n, true
}

// unquoted returns the decoded text of a string and the text of anything else.
func (v Value) unquoted() string {
	if s, ok := v.Str(); ok {
		return s
	}
	return string(v)
}

// whole returns the value of a JSON number without a sign, and false when it
// is not whole or does not fit.
func whole(s string) (u uint64, ok bool) {
	var exp int64 // the power of ten that u still has to be multiplied by
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		// Out of range this gives the nearest limit, which no text is long
		// enough to make up for; two bits are left for counting on from there.
		exp, _ = strconv.ParseInt(s[i+1:], 10, 62)
		s = s[:i]
	}
	zeros := int64(0) // read but not yet in u, so that 10e-1 stays exact
	fraction := false
	for _, c := range []byte(s) {
		if c == '.' {
			fraction = true
			continue
		}
		if fraction {
			exp--
		}
		zeros++
		if c != '0' {
			if u, ok = shift(u, zeros); !ok || u > math.MaxUint64-uint64(c-'0') {
				return 0, false
			}
			u += uint64(c - '0')
			zeros = 0
		}
	}
	if u == 0 {
		return 0, true
	}
	return shift(u, exp+zeros)
}

// shift returns u times ten to the n, and false when that is not whole or does
// not fit.
func shift(u uint64, n int64) (uint64, bool) {
	if u == 0 {
		return 0, true
	}
	for ; n > 0 && u <= math.MaxUint64/10; n-- {
		u *= 10
	}
	return u, n == 0
}
