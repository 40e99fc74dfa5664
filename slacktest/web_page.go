package slacktest

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

const (
	defaultLimit = 100
	maxLimit     = 1000
)

// limit reads the limit of a paginated call: a missing one is the usual, a large
// one is lowered to what Slack serves at most.
func (c call) limit(usual int) (int, error) {
	if c.empty {
		return 0, nil
	}
	most := cmp.Or(c.most, maxLimit)
	arg := c.args.Get("limit")
	if arg == "" || arg == "0" {
		return min(usual, cmp.Or(c.most, usual)), nil
	}
	n, err := strconv.Atoi(arg)
	if err != nil || n < 0 {
		return 0, Error("invalid_limit")
	}
	return min(n, most), nil
}

// cursorTo makes the opaque cursor of a listing that goes on at the item called
// next. Slack's end in "=", which clients must escape, so these always do. No two
// are the same.
func (s *Server) cursorTo(listing, next string) string {
	s.cursors++
	plain := fmt.Sprintf("%s:%d:%s:%d", listing, s.faults.cursorGeneration(), next, s.cursors)
	for len(plain)%3 == 0 {
		plain += ":"
	}
	return base64.StdEncoding.EncodeToString([]byte(plain))
}

// cursorFrom reads where a listing goes on; "" is its beginning. A cursor of
// another listing, or one that has expired, is invalid.
func (s *Server) cursorFrom(c call, listing string) (string, error) {
	arg := c.args.Get("cursor")
	if arg == "" {
		return "", nil
	}
	plain, err := base64.StdEncoding.DecodeString(arg)
	parts := strings.Split(string(plain), ":")
	if err != nil || len(parts) < 3 || parts[0] != listing || parts[1] != strconv.Itoa(s.faults.cursorGeneration()) {
		return "", Error("invalid_cursor")
	}
	return parts[2], nil
}

// numberFrom is cursorFrom for listings that go on at a number.
func (s *Server) numberFrom(c call, listing string) (int, error) {
	at, err := s.cursorFrom(c, listing)
	if at == "" || err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(at)
	if err != nil || n < 0 {
		return 0, Error("invalid_cursor")
	}
	return n, nil
}

// page is the response_metadata of a page; next is "" on the last one.
func page(next string) object { return object{"next_cursor": next} }
