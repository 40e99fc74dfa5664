package rawjson_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// A Reader comes by what the methods of Value find, in the same order.
func FuzzReader(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := rawjson.Parse(text)
		if err != nil {
			return
		}
		r := v.Reader()
		if diff := cmp.Diff(walk(v), walkReader(&r)); diff != "" {
			t.Errorf("Value and Reader differ on %q (-Value +Reader):\n%s", text, diff)
		}
		if kind := r.Kind(); kind != rawjson.Absent {
			t.Errorf("behind %q comes a value of kind %d", text, kind)
		}
		r = v.Reader()
		if got, want := r.Value(), v; got != want || r.Kind() != rawjson.Absent {
			t.Errorf("Reader of %q reads %q", want, got)
		}
	})
}

// walk lists what a value holds: keys, decoded strings, and canonical texts at
// the second level, so that a Reader is shown to stop where it should.
func walk(v rawjson.Value) (list []string) {
	switch v.Kind() {
	case rawjson.Object:
		for key, m := range v.Members() {
			list = append(append(list, key), walk(m)...)
		}
		return append(list, "}")
	case rawjson.Array:
		for e := range v.Elems() {
			list = append(list, string(rawjson.AppendCanonical(nil, e)))
		}
		return append(list, "]")
	case rawjson.String:
		s, _ := v.Str()
		return []string{s}
	}
	return []string{string(v)}
}

func walkReader(r *rawjson.Reader) (list []string) {
	switch kind := r.Kind(); {
	case r.Enter(rawjson.Object):
		for key, ok := r.Key(); ok; key, ok = r.Key() {
			list = append(append(list, key), walkReader(r)...)
		}
		return append(list, "}")
	case r.Enter(rawjson.Array):
		for r.Next() {
			list = append(list, string(r.AppendCanonical(nil)))
		}
		return append(list, "]")
	case kind == rawjson.String:
		s, _ := r.Str()
		return []string{s}
	}
	return []string{string(r.Value())}
}

// On a text that Parse never saw, going through what seems to be there ends.
func FuzzReaderConverted(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		r := rawjson.Value(text).Reader()
		steps := 0
		var pass func(depth int)
		pass = func(depth int) {
			if steps++; steps > 3*len(text)+10 {
				t.Fatalf("reading %q does not end", text)
			}
			switch {
			case depth < 100 && r.Enter(rawjson.Object):
				for _, ok := r.Key(); ok; _, ok = r.Key() {
					pass(depth + 1)
				}
			case depth < 100 && r.Enter(rawjson.Array):
				for r.Next() {
					pass(depth + 1)
				}
			case r.Kind() == rawjson.String:
				r.Str()
			case steps%2 == 0:
				r.AppendCanonical(nil)
			default:
				r.Value()
			}
		}
		pass(0)
	})
}
