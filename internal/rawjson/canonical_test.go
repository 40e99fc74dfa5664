package rawjson_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/internal/rawjson"
)

func TestAppendCanonical(t *testing.T) {
	for _, tt := range []struct {
		name, text, want string
	}{
		{"white space goes", " { \"a\" : [ 1 , { } , [ ] ] } ", `{"a":[1,{},[]]}`},
		{"members are sorted at every level", `{"b":[{"d":1,"c":2}],"a":{"f":3,"e":4}}`, `{"a":{"e":4,"f":3},"b":[{"c":2,"d":1}]}`},
		{"elements keep their order", `[3,1,2,"b","a"]`, `[3,1,2,"b","a"]`},
		{"keys are sorted by decoded bytes", `{"\u007a":1,"é":2,"Z":3,"":4,"\"":5,"!":6}`, `{"":4,"!":6,"\"":5,"Z":3,"z":1,"é":2}`},
		{"a key before its extensions", `{"ab":1,"a":2,"a b":3}`, `{"a":2,"a b":3,"ab":1}`},
		{"the last of equal keys stays", `{"a":1,"b":2,"a":3}`, `{"a":3,"b":2}`},
		{"keys equal after decoding", `{"\u0061":1,"a":{"x":1,"x":2}}`, `{"a":{"x":2}}`},
		{"keys equal after repair", "{\"\xff\":1,\"\xfe\":2}", `{"` + "\ufffd" + `":2}`},
		{"needless escapes go", `"\/\u0041\u00e9\ud83d\ude00\u2028"`, "\"/Aé😀\u2028\""},
		{"needed escapes are as short as can be", `"\u0022\u005c\u0008\u000C\u000a\u000D\u0009\u001F\u007f"`, `"\"\\\b\f\n\r\t\u001f` + "\x7f" + `"`},
		{"broken text is repaired", "\"\xff\\ud83d\"", "\"\ufffd\ufffd\""},
		{"numbers keep their spelling", `[1,1.0,1e0,-0,1E+2]`, `[1,1.0,1e0,-0,1E+2]`},
		{"literals", `[true,false,null]`, `[true,false,null]`},
		{"depth", nested(10_000), nested(10_000)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := string(rawjson.AppendCanonical(nil, parsed(t, tt.text)))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("canonical form (-want +got):\n%s", diff)
			}
			again := string(rawjson.AppendCanonical(nil, parsed(t, got)))
			if diff := cmp.Diff(got, again); diff != "" {
				t.Errorf("canonical form of itself (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAppendCanonicalAppends(t *testing.T) {
	got := string(rawjson.AppendCanonical([]byte("kept "), parsed(t, `{"b":1,"a":2}`)))
	if diff := cmp.Diff(`kept {"a":2,"b":1}`, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := string(rawjson.AppendCanonical([]byte("kept"), "")); got != "kept" {
		t.Errorf("an absent value appends to %q", got)
	}
}

// More members than there is room for without allocating, twice, one object
// starting while the other is half read.
func TestAppendCanonicalOfLargeObjects(t *testing.T) {
	const n = 26 * 26
	object := func(step int, middle string) string { // step and n have no common divisor
		var members []string
		for i := range n {
			i = i * step % n
			key, value := string([]byte{byte('a' + i/26), byte('a' + i%26)}), "1"
			if i == n/2 {
				value = middle
			}
			members = append(members, `"`+key+`":`+value)
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	got := string(rawjson.AppendCanonical(nil, parsed(t, object(135, object(77, "2")))))
	if diff := cmp.Diff(object(1, object(1, "2")), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAppendString(t *testing.T) {
	for in, want := range map[string]string{
		"":                         `""`,
		"plain":                    `"plain"`,
		"a\"b\\c/d":                `"a\"b\\c/d"`,
		"\b\f\n\r\t\x00\x1f\x7f":   `"\b\f\n\r\t\u0000\u001f` + "\x7f\"",
		"<a href='x'>&\u2028é😀":    "\"<a href='x'>&\u2028é😀\"",
		"\xff\xfe\xed\xa0\xbd":     "\"\ufffd\ufffd\ufffd\ufffd\ufffd\"",
		"tail after the escape\n.": `"tail after the escape\n."`,
	} {
		if diff := cmp.Diff("kept"+want, string(rawjson.AppendString([]byte("kept"), in))); diff != "" {
			t.Errorf("AppendString of %q (-want +got):\n%s", in, diff)
		}
	}
}

// Values that Parse never saw, each of a shape that has to end somewhere else
// than a parsed one.
func TestConvertedValuesEnd(t *testing.T) {
	for _, v := range []rawjson.Value{
		`"`, `"a`, `"\`, `"\u`, `"\u12`, `"\zz"`, `{`, `{"`, `{"a`, `{"a"`, `{"a":`, `{"a":}`, `{"a":1`, `{"a":1,`, `{"a" "b"}`, `{1}`,
		`[`, `[1`, `[1,`, `[,]`, `[1 2]`, `[:]`, `[}`, `]`, `}`, `,`, `nul`, `-`, "\x00", "\xff",
		rawjson.Value(strings.Repeat("[", 1_000_000)),
		rawjson.Value(strings.Repeat(`{"a":`, 1_000_000)),
	} {
		n := 0
		for k, m := range v.Members() {
			n += len(k) + len(m)
		}
		for e := range v.Elems() {
			n += len(e)
		}
		if n > len(v) {
			t.Errorf("Value(%.40q) has elements of %d bytes", v, n)
		}
		if s, ok := v.Str(); ok && len(s) > len(v) {
			t.Errorf("Value(%.40q).Str() = %q", v, s)
		}
		if i, ok := v.Int(); ok {
			t.Errorf("Value(%.40q).Int() = %d", v, i)
		}
		if b, ok := v.Bool(); ok {
			t.Errorf("Value(%.40q).Bool() = %t", v, b)
		}
		if got := rawjson.AppendCanonical(nil, v); len(got) > 2*len(v)+1 {
			t.Errorf("AppendCanonical of Value(%.40q) has %d bytes", v, len(got))
		}
	}
}
