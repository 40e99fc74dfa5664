package snapshot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"strings"
)

// A user's picture comes as up to eight URLs, in most of which nothing differs
// but the size: two thirds of a record. A schema that has a kindAvatars field
// keeps them as what they have in common. Its value is a byte with a bit for each
// size the pattern gives, and the pattern, in which sizeMark stands for the size
// and a first byte below len(avatarHosts) for how it begins.
//
// The pattern is that of the first two URLs, and a URL that it does not give
// stays a field of its own, so equal URLs give equal bytes.

var profileAvatars = ProfileSchema.pictures(36, ProfileImage24, ProfileImage32, ProfileImage48, ProfileImage72,
	ProfileImage192, ProfileImage512, ProfileImage1024, ProfileImageOriginal)

// avatarSizes are what the JSON names of the URLs and most URLs have of the size,
// by bit.
var avatarSizes = [...]string{"24", "32", "48", "72", "192", "512", "1024", "original"}

// avatarHosts are how most patterns begin. A number is written to disk.
var avatarHosts = [...]string{
	1: "https://avatars.slack-edge.com/",
	2: "https://a.slack-edge.com/",
	3: "https://secure.gravatar.com/avatar/",
}

// sizeMark stands for the size; its name among avatarHosts is free.
const sizeMark = 0

// An avatars is the value of a kindAvatars field, "" for none.
type avatars string

// has reports whether the pattern gives the URL of size i.
func (a avatars) has(i int) bool { return a != "" && a[0]>>i&1 != 0 }

// url returns the URL of size i, "" if the pattern does not give it.
func (a avatars) url(i int) string {
	if !a.has(i) {
		return ""
	}
	var buf [256]byte
	return string(appendURL(buf[:0], a[1:], i))
}

// appendURL appends the URL of size i that a pattern gives.
func appendURL[P ~string | ~[]byte](dst []byte, pattern P, i int) []byte {
	for n := range len(pattern) {
		switch c := pattern[n]; {
		case c == sizeMark:
			dst = append(dst, avatarSizes[i]...)
		case n == 0 && int(c) < len(avatarHosts):
			dst = append(dst, avatarHosts[c]...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// check reports what is wrong with a as read from a file.
func (a avatars) check() error {
	if a == "" || bits.OnesCount8(a[0]) < 2 {
		return errors.New("a pattern of less than two")
	}
	for i, c := range []byte(a[1:]) {
		if c != sizeMark && c < ' ' && (i > 0 || int(c) >= len(avatarHosts)) {
			return fmt.Errorf("byte %d in a pattern", c)
		}
	}
	if strings.IndexByte(string(a[1:]), sizeMark) < 0 {
		return errors.New("a pattern without a size")
	}
	return nil
}

// checkAvatars refuses a record that has a URL twice.
func (s *Schema) checkAvatars(r Record) error {
	a := avatars(r.Str(s.avatars))
	for i, f := range s.sizes {
		if _, _, ok := r.find(f); ok && a.has(i) {
			return fmt.Errorf("%s: %s is also in the pattern", s.name, f.name)
		}
	}
	return nil
}

// appendPattern appends the pattern of the URLs a and b, of sizes i and j, and
// reports whether they have one. Where it says nothing of use dst is spoilt.
func appendPattern(dst []byte, a, b []byte, i, j int) ([]byte, bool) {
	for n, host := range avatarHosts {
		if host != "" && len(a) > len(host) && string(a[:len(host)]) == host &&
			len(b) > len(host) && string(b[:len(host)]) == host {
			dst, a, b = append(dst, byte(n)), a[len(host):], b[len(host):]
			break
		}
	}
	sa, sb, marked := avatarSizes[i], avatarSizes[j], false
	for len(a) > 0 && len(b) > 0 {
		n := alikeBefore(a, b, sa, sb)
		dst, a, b = append(dst, a[:n]...), a[n:], b[n:]
		switch {
		case len(a) > 0 && begin(a, b, sa, sb):
			dst, a, b, marked = append(dst, sizeMark), a[len(sa):], b[len(sb):], true
		case n == 0:
			return dst, false
		}
	}
	return dst, marked && len(a) == 0 && len(b) == 0
}

// alikeBefore returns how many bytes two URLs have in common before their sizes, all
// of them printable.
func alikeBefore(a, b []byte, sa, sb string) (n int) {
	b = b[:min(len(a), len(b))]
	for n < len(b) && a[n] == b[n] && a[n] >= ' ' && !begin(a[n:], b[n:], sa, sb) {
		n++
	}
	return n
}

// begin reports whether two URLs begin with their sizes.
func begin(a, b []byte, sa, sb string) bool {
	return len(a) >= len(sa) && len(b) >= len(sb) && a[0] == sa[0] && b[0] == sb[0] &&
		string(a[:len(sa)]) == sa && string(b[:len(sb)]) == sb
}

// foldAvatars puts what the URLs among p have in common in their place. They
// lie in dst.
func (s *Schema) foldAvatars(dst []byte, p *parts) []byte {
	var first [2]int // sizes there are
	n := 0
	for i, f := range s.sizes {
		if n < len(first) && p.has(f.num) {
			first[n] = i
			n++
		}
	}
	if n < len(first) {
		return dst
	}
	lo := len(dst)
	dst = append(dst, 0) // the bits
	i, j := first[0], first[1]
	dst, ok := appendPattern(dst, p.text(dst, s.sizes[i]), p.text(dst, s.sizes[j]), i, j)
	if !ok {
		return dst[:lo]
	}
	hi := len(dst)
	var given byte
	for i, f := range s.sizes {
		if !p.has(f.num) {
			continue
		}
		if gives(dst[lo+1:hi], i, p.text(dst, f)) {
			given |= 1 << i
			p.drop(f.num)
		}
	}
	dst[lo] = given
	dst = appendHeader(dst, s.avatars.num, wireBytes)
	dst = binary.AppendUvarint(dst, uint64(hi-lo))
	dst = append(dst, dst[lo:hi]...)
	p.put(s.avatars.num, hi, len(dst))
	return dst
}

// gives reports whether a pattern gives the URL of size i.
func gives(pattern []byte, i int, url []byte) bool {
	if c := pattern[0]; c != sizeMark && int(c) < len(avatarHosts) {
		var ok bool
		if url, ok = bytes.CutPrefix(url, []byte(avatarHosts[c])); !ok {
			return false
		}
		pattern = pattern[1:]
	}
	for size := avatarSizes[i]; ; {
		n := bytes.IndexByte(pattern, sizeMark)
		if n < 0 {
			return bytes.Equal(pattern, url)
		}
		if len(url) < n+len(size) || !bytes.Equal(url[:n], pattern[:n]) || string(url[n:n+len(size)]) != size {
			return false
		}
		pattern, url = pattern[n+1:], url[n+len(size):]
	}
}

// unfoldAvatars is the reverse.
func (s *Schema) unfoldAvatars(dst []byte, p *parts) []byte {
	if s.avatars == nil || !p.has(s.avatars.num) {
		return dst
	}
	a := avatars(p.text(dst, s.avatars))
	p.drop(s.avatars.num)
	return s.putURLs(dst, p, a)
}

// putURLs puts the URLs that a pattern gives.
func (s *Schema) putURLs(dst []byte, p *parts, a avatars) []byte {
	for i, f := range s.sizes {
		if a.has(i) {
			lo := len(dst)
			dst = appendBytes(dst, f.num, a.url(i))
			p.put(f.num, lo, len(dst))
		}
	}
	return dst
}

// text returns the payload of a wireBytes field that lies in dst.
func (p *parts) text(dst []byte, f *Field) []byte {
	b := dst[p.span[f.num].lo:p.span[f.num].hi]
	for range 2 { // the header and the length
		_, n := binary.Uvarint(b)
		b = b[n:]
	}
	return b
}
