package rawjson_test

import (
	"strings"
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
		for expected := ""; ; {
			guess := *r
			guessed := guess.KeyIs(expected)
			key, ok := r.Key()
			if guessed && (!ok || key != expected || guess.Kind() != r.Kind() || guess.Value() != rest(*r)) {
				list = append(list, "not the key "+expected)
			}
			if !ok {
				break
			}
			list = append(append(list, key), walkReader(r)...)
			if expected = key; strings.ContainsAny(key, `"\`) {
				expected = "" // not to be asked for
			}
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

// rest returns the value that comes next.
func rest(r rawjson.Reader) rawjson.Value { return r.Value() }

// TestKeyIs: the key that comes next is passed if it is the one that is asked for,
// written in the usual way.
func TestKeyIs(t *testing.T) {
	for _, c := range []struct {
		text, key string
		want      bool
	}{
		{`{"name":1}`, "name", true},
		{`{ "name": 1}`, "name", true},
		{`{"name" :1}`, "name", false},
		{`{"n\u0061me":1}`, "name", false},
		{`{"name":1}`, "nam", false},
		{`{"name":1}`, "names", false},
		{`{"":1}`, "", true},
		{`{}`, "", false},
		{`{}`, "name", false},
	} {
		v, err := rawjson.Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		r := v.Reader()
		r.Enter(rawjson.Object)
		if got := r.KeyIs(c.key); got != c.want {
			t.Errorf("%s: KeyIs(%q) is %t", c.text, c.key, got)
		} else if got && r.Value() != "1" {
			t.Errorf("%s: the value does not come after %q", c.text, c.key)
		} else if key, ok := r.Key(); ok == got && c.text != "{}" {
			t.Errorf("%s: after KeyIs(%q) comes %q, %t", c.text, c.key, key, ok)
		}
	}
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
