package persist

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/snapshot"
)

// A Row is what the journal holds of one event.
type Row struct {
	Seq     api.Seq
	At      int64  // when the event was received, in milliseconds
	Type    string // the event's type
	Event   []byte // the event as it came; nil for pages of lists, which are not kept
	Changes []snapshot.Change

	// EventID is what Slack names an event by in each of its deliveries, "" if
	// it came without.
	EventID string

	// Reducer is the version of the rules by which the event led to Changes.
	Reducer uint64

	Digest, Sum uint64 // of the state after the event

	// Bulk says that the event is a page of the first bootstrap: Append
	// writes what it changed to the tables and keeps no row of it. Rows never
	// returns it.
	Bulk bool

	// AllMembers says of such a page that all memberships of the state are new,
	// and not among Changes.
	AllMembers bool
}

// rowVersion is the first byte of every row. Rows of version 1 have neither
// EventID nor Reducer, and are read as they are: they go with time.
const (
	rowVersion    = 2
	oldRowVersion = 1
)

// seqKey is a row's key: big-endian, so that rows lie in order.
func seqKey(seq api.Seq) []byte { return binary.BigEndian.AppendUint64(nil, uint64(seq)) }

// appendRow appends the value that is stored for a row under its key. Numbers
// are varints, texts have their length before them.
func appendRow(dst, key []byte, r *Row) []byte {
	start := len(dst)
	dst = append(dst, rowVersion)
	dst = binary.AppendVarint(dst, r.At) // in front, where rowTime finds it
	dst = appendText(dst, r.EventID)     // and rowEventID
	dst = binary.AppendUvarint(dst, r.Reducer)
	dst = binary.BigEndian.AppendUint64(dst, r.Digest)
	dst = binary.BigEndian.AppendUint64(dst, r.Sum)
	dst = appendText(dst, r.Type)
	if r.Event == nil {
		dst = append(dst, 0)
	} else {
		dst = binary.AppendUvarint(dst, uint64(len(r.Event))+1)
		dst = append(dst, r.Event...)
	}
	dst = binary.AppendUvarint(dst, uint64(len(r.Changes)))
	for i := range r.Changes {
		c := &r.Changes[i]
		dst = append(dst, byte(c.Kind))
		dst = appendText(dst, c.Key)
		dst = appendText(dst, string(c.Before))
		dst = appendText(dst, string(c.After))
	}
	return seal(dst, start, key)
}

func appendText(dst []byte, s string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}

// decodeRow returns the row stored under seq, in memory of its own.
func decodeRow(seq api.Seq, v []byte) (Row, error) {
	body, err := unseal(seqKey(seq), v)
	if err != nil {
		return Row{}, err
	}
	d := decoder{rest: string(body)}
	version := d.byte()
	if version != rowVersion && version != oldRowVersion && d.err == nil {
		return Row{}, fmt.Errorf("version %d", version)
	}
	r := Row{Seq: seq, At: d.varint()}
	if version != oldRowVersion {
		r.EventID, r.Reducer = d.text(), d.uvarint()
	}
	r.Digest, r.Sum, r.Type = d.uint64(), d.uint64(), d.text()
	if n := d.uvarint(); n > 0 {
		r.Event = []byte(d.take(n - 1))
	}
	const smallest = 4 // bytes a change takes, which bounds how many there can be
	n := d.uvarint()
	if n > uint64(len(d.rest)/smallest) {
		return Row{}, errShort
	}
	if n > 0 {
		r.Changes = make([]snapshot.Change, n)
	}
	for i := range r.Changes {
		k := snapshot.Kind(d.byte())
		if k.Schema() == nil && d.err == nil {
			return Row{}, fmt.Errorf("no kind of record has number %d", uint8(k))
		}
		r.Changes[i] = snapshot.Change{Kind: k, Key: d.text(), Before: snapshot.Record(d.text()), After: snapshot.Record(d.text())}
	}
	if d.err == nil && d.rest != "" {
		return Row{}, fmt.Errorf("%d bytes too many", len(d.rest))
	}
	return r, d.err
}

// rowTime returns a stored row's At without reading the rest, 0 if it cannot.
func rowTime(v []byte) int64 {
	at, _ := binary.Varint(v[min(1, len(v)):])
	return at
}

// rowEventID returns a stored row's EventID likewise, in the row's memory.
func rowEventID(v []byte) []byte {
	if len(v) == 0 || v[0] != rowVersion {
		return nil
	}
	_, n := binary.Varint(v[1:])
	v = v[min(1+max(n, 0), len(v)):]
	size, n := binary.Uvarint(v)
	if n <= 0 || size > uint64(len(v)-n) {
		return nil
	}
	return v[n : n+int(size)]
}

var (
	errShort    = errors.New("cut short")
	errOverlong = errors.New("a number takes more bytes than it needs")
)

// A decoder takes values off the front of rest. After the first error
// everything it returns is zero.
type decoder struct {
	rest string
	err  error
}

func (d *decoder) fail(err error) {
	d.rest = ""
	if d.err == nil {
		d.err = err
	}
}

func (d *decoder) take(n uint64) string {
	if n > uint64(len(d.rest)) {
		d.fail(errShort)
		return ""
	}
	s := d.rest[:n]
	d.rest = d.rest[n:]
	return s
}

func (d *decoder) byte() byte {
	if s := d.take(1); s != "" {
		return s[0]
	}
	return 0
}

func (d *decoder) text() string { return d.take(d.uvarint()) }

func (d *decoder) uint64() uint64 {
	var v uint64
	for _, b := range []byte(d.take(8)) {
		v = v<<8 | uint64(b)
	}
	return v
}

func (d *decoder) uvarint() uint64 {
	var buf [binary.MaxVarintLen64]byte
	v, n := binary.Uvarint(buf[:copy(buf[:], d.rest)])
	switch {
	case n <= 0:
		d.fail(errShort)
		return 0
	case n > 1 && buf[n-1] == 0: // equal rows are equal bytes
		d.fail(errOverlong)
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) varint() int64 {
	u := d.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}
