package snapshot

import "maps"

// places leads from keys to the places of their records. The zero places are none.
//
// A key that is as short as ids are is in the map itself. To compare with one that
// is somewhere else has to wait for memory, which of all that a lookup does takes
// longest, and a first bootstrap looks up millions.
type places struct {
	short map[shortKey]uint32
	long  map[string]uint32
}

// A shortKey is a key of less than its size, and in the last byte how long that is.
type shortKey [16]byte

func shorten(key string) (s shortKey, ok bool) {
	if len(key) >= len(s) {
		return s, false
	}
	copy(s[:], key)
	s[len(s)-1] = byte(len(key))
	return s, true
}

// get returns the place of a key, -1 if it has none.
func (p *places) get(key string) int {
	var at uint32
	var ok bool
	if s, is := shorten(key); is {
		at, ok = p.short[s]
	} else {
		at, ok = p.long[key]
	}
	if !ok {
		return -1
	}
	return int(at)
}

// put gives a key, whose memory is kept if it is long, a place.
func (p *places) put(key string, at int) {
	if s, ok := shorten(key); ok {
		if p.short == nil {
			p.short = map[shortKey]uint32{}
		}
		p.short[s] = uint32(at)
		return
	}
	if p.long == nil {
		p.long = map[string]uint32{}
	}
	p.long[key] = uint32(at)
}

// expect makes room for n short keys more, which otherwise move again and again as
// they become more.
func (p *places) expect(n int) {
	if n += len(p.short); n > 2*len(p.short) {
		short := make(map[shortKey]uint32, n)
		maps.Copy(short, p.short)
		p.short = short
	}
}
