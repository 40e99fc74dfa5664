package persist_test

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/snapshot"
)

var rowCases = map[string]persist.Row{
	"nothing":           {},
	"the first":         {Seq: 1, At: 1, Type: "hello", Event: []byte(`{"type":"hello"}`)},
	"no event":          {Seq: 2, Type: "local.page"},
	"an empty event":    {Seq: 3, Event: []byte{}},
	"the largest":       {Seq: math.MaxUint64, At: math.MaxInt64, Digest: math.MaxUint64, Sum: math.MaxUint64},
	"a delivery":        {Seq: 9, EventID: "Ev0123", Type: "team_join", Event: []byte("{}"), Reducer: 300},
	"before 1970":       {Seq: 4, At: math.MinInt64},
	"no text":           {Seq: 5, Type: "\x00\xff", Event: []byte("\x00\xff")},
	"a record made":     {Seq: 6, Changes: []snapshot.Change{{Kind: snapshot.KindUser, Key: "U1", After: "\x03"}}},
	"a record deleted":  {Seq: 7, Changes: []snapshot.Change{{Kind: snapshot.KindLink, Before: "\x03"}}},
	"a record replaced": {Seq: 8, Changes: []snapshot.Change{{Kind: 64, Key: "name/C1", Before: "a", After: "b"}, {Kind: 65}}},
}

func TestRowCodec(t *testing.T) {
	for name, r := range rowCases {
		t.Run(name, func(t *testing.T) {
			got, err := persist.DecodeRow(r.Seq, persist.EncodeRow(r))
			if err != nil {
				t.Fatal(err)
			}
			diff(t, r, got)
		})
	}
}

// Rows of the format before this one are read as they are.
func TestOldRows(t *testing.T) {
	for name, r := range rowCases {
		r.EventID, r.Reducer = "", 0
		got, err := persist.DecodeRow(r.Seq, persist.EncodeOldRow(r))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		diff(t, r, got)
	}
}

// rowKey is what a row is stored under.
func rowKey(seq api.Seq) []byte { return binary.BigEndian.AppendUint64(nil, uint64(seq)) }

// Whatever is cut off, put behind or changed, a row is never taken for another.
func TestRowsThatAreNone(t *testing.T) {
	for name, r := range rowCases {
		t.Run(name, func(t *testing.T) {
			v := persist.EncodeRow(r)
			body := v[:len(v)-4]
			refused := map[string][]byte{
				"without a checksum": body,
				"with one byte more": persist.Seal(rowKey(r.Seq), append(body[:len(body):len(body)], 0)),
			}
			for n := range v {
				refused["cut short"] = v[:n]
				refused["cut short, with a checksum"] = persist.Seal(rowKey(r.Seq), body[:min(n, len(body)-1)])
				flipped := append([]byte(nil), v...)
				flipped[n] ^= 1
				refused["with a wrong bit"] = flipped
				for what, v := range refused {
					if got, err := persist.DecodeRow(r.Seq, v); err == nil {
						t.Fatalf("%s at %d: %v", what, n, got)
					}
				}
			}
			if got, err := persist.DecodeRow(r.Seq+1, v); err == nil {
				t.Fatalf("under another number: %v", got)
			}
			overlong := slices.Concat([]byte{2, 0x80, 0}, body[2:]) // a time of 0 in two bytes
			if got, err := persist.DecodeRow(r.Seq, persist.Seal(rowKey(r.Seq), overlong)); err == nil {
				t.Fatalf("with a longer number: %v", got)
			}
			newer := append([]byte{3}, body[1:]...)
			if got, err := persist.DecodeRow(r.Seq, persist.Seal(rowKey(r.Seq), newer)); err == nil {
				t.Fatalf("of another version: %v", got)
			}
		})
	}
}

// Decoding never panics, and what can be decoded is what would be encoded.
func FuzzDecodeRow(f *testing.F) {
	for _, r := range rowCases {
		v := persist.EncodeRow(r)
		f.Add(uint64(r.Seq), v[:len(v)-4])
		v = persist.EncodeOldRow(r)
		f.Add(uint64(r.Seq), v[:len(v)-4])
	}
	f.Fuzz(func(t *testing.T, seq uint64, body []byte) {
		v := persist.Seal(rowKey(api.Seq(seq)), body)
		r, err := persist.DecodeRow(api.Seq(seq), v)
		if err != nil {
			return
		}
		written := persist.EncodeRow(r)
		if v[0] == persist.OldRowVersion {
			written = persist.EncodeOldRow(r)
		}
		if d := cmp.Diff(v, written); d != "" {
			t.Fatalf("-read +written:\n%s", d)
		}
	})
}

// What is encoded is what is decoded.
func FuzzEncodeRow(f *testing.F) {
	f.Add(uint64(1), int64(2), "message", []byte(`{}`), uint8(1), "U1", "", "\x03")
	f.Fuzz(func(t *testing.T, seq uint64, at int64, typ string, event []byte, kind uint8, key, before, after string) {
		r := persist.Row{Seq: api.Seq(seq), At: at, Type: typ, Event: event, Digest: seq * 3, Sum: seq * 5}
		if k := snapshot.Kind(kind); k.Schema() != nil {
			c := snapshot.Change{Kind: k, Key: key, Before: snapshot.Record(before), After: snapshot.Record(after)}
			r.Changes = []snapshot.Change{c, c}
		}
		got, err := persist.DecodeRow(r.Seq, persist.EncodeRow(r))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(r, got); d != "" {
			t.Fatalf("-want +got:\n%s", d)
		}
	})
}
