package rawjson_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/internal/rawjson"
)

func TestParseTrimsOnlyTheOutside(t *testing.T) {
	for _, tt := range []struct {
		text string
		want rawjson.Value
	}{
		{"0", "0"},
		{" \t\r\n-1.5E+07 \n", "-1.5E+07"},
		{"true", "true"},
		{"null ", "null"},
		{` "" `, `""`},
		{`"\"\\\/\b\f\n\r\t\u00aF"`, `"\"\\\/\b\f\n\r\t\u00aF"`},
		{"\"bytes \xff and \x7f pass\"", "\"bytes \xff and \x7f pass\""},
		{"[ ]", "[ ]"},
		{" { } ", "{ }"},
		{"[ 1,\n[2] , {\"a\" : {}} ]\n", "[ 1,\n[2] , {\"a\" : {}} ]"},
		{`{"a":1,"a":2}`, `{"a":1,"a":2}`},
		{nested(10_000), rawjson.Value(nested(10_000))},
	} {
		got, err := rawjson.Parse(tt.text)
		if err != nil {
			t.Errorf("Parse(%.40q): %v", tt.text, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("Parse(%.40q) (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestParseSaysWhereTheTextStopsBeingJSON(t *testing.T) {
	for _, tt := range []struct {
		text string
		want rawjson.SyntaxError
	}{
		{"", rawjson.SyntaxError{Offset: 0, Msg: "unexpected end where a value should start"}},
		{" \n", rawjson.SyntaxError{Offset: 2, Msg: "unexpected end where a value should start"}},
		{"\ufeff{}", rawjson.SyntaxError{Offset: 0, Msg: `unexpected '\ufeff' where a value should start`}},
		{"{} {}", rawjson.SyntaxError{Offset: 3, Msg: "unexpected '{' after the value"}},
		{"1\x00", rawjson.SyntaxError{Offset: 1, Msg: `unexpected '\x00' after the value`}},
		{"'a'", rawjson.SyntaxError{Offset: 0, Msg: `unexpected '\'' where a value should start`}},
		{"nulL", rawjson.SyntaxError{Offset: 3, Msg: "unexpected 'L' in null"}},
		{"[tru", rawjson.SyntaxError{Offset: 4, Msg: "unexpected end in true"}},
		{"[falsy]", rawjson.SyntaxError{Offset: 5, Msg: "unexpected 'y' in false"}},
		{"truee", rawjson.SyntaxError{Offset: 4, Msg: "unexpected 'e' after the value"}},
		{"-", rawjson.SyntaxError{Offset: 1, Msg: "unexpected end in a number"}},
		{"-a", rawjson.SyntaxError{Offset: 1, Msg: "unexpected 'a' in a number"}},
		{"[1.]", rawjson.SyntaxError{Offset: 3, Msg: "unexpected ']' in a number"}},
		{"[1e+]", rawjson.SyntaxError{Offset: 4, Msg: "unexpected ']' in a number"}},
		{"[01]", rawjson.SyntaxError{Offset: 2, Msg: "unexpected '1' after an element"}},
		{`"never closed`, rawjson.SyntaxError{Offset: 13, Msg: "unexpected end in a string"}},
		{`"closed by an escape\"`, rawjson.SyntaxError{Offset: 22, Msg: "unexpected end in a string"}},
		{`"a\`, rawjson.SyntaxError{Offset: 3, Msg: "unexpected end in a string"}},
		{`"a\u00`, rawjson.SyntaxError{Offset: 6, Msg: "unexpected end in a string"}},
		{`"a\u00g0"`, rawjson.SyntaxError{Offset: 6, Msg: "unexpected 'g' in a string"}},
		{`"a\x"`, rawjson.SyntaxError{Offset: 3, Msg: "unexpected 'x' in a string"}},
		{"\"two\nlines\"", rawjson.SyntaxError{Offset: 4, Msg: `unexpected '\n' in a string`}},
		{"[", rawjson.SyntaxError{Offset: 1, Msg: "unexpected end where a value should start"}},
		{"[1", rawjson.SyntaxError{Offset: 2, Msg: "unexpected end after an element"}},
		{"[1,]", rawjson.SyntaxError{Offset: 3, Msg: "unexpected ']' where a value should start"}},
		{"[1 2]", rawjson.SyntaxError{Offset: 3, Msg: "unexpected '2' after an element"}},
		{"[1}", rawjson.SyntaxError{Offset: 2, Msg: "unexpected '}' after an element"}},
		{`{"a":1]`, rawjson.SyntaxError{Offset: 6, Msg: "unexpected ']' after an element"}},
		{`{1:2}`, rawjson.SyntaxError{Offset: 1, Msg: "unexpected '1' in an object key"}},
		{`{"a"}`, rawjson.SyntaxError{Offset: 4, Msg: "unexpected '}' in an object key"}},
		{`{"a":}`, rawjson.SyntaxError{Offset: 5, Msg: "unexpected '}' where a value should start"}},
		{`{"a":1,}`, rawjson.SyntaxError{Offset: 7, Msg: "unexpected '}' in an object key"}},
		{"{\"a\x01\":1}", rawjson.SyntaxError{Offset: 3, Msg: `unexpected '\x01' in an object key`}},
		{nested(10_001), rawjson.SyntaxError{Offset: 10_000, Msg: "more than 10000 levels deep"}},
	} {
		v, err := rawjson.Parse(tt.text)
		if v != "" {
			t.Errorf("Parse(%.40q) = %.40q beside an error", tt.text, v)
		}
		var got *rawjson.SyntaxError
		if !errors.As(err, &got) {
			t.Errorf("Parse(%.40q) = %v, want a *SyntaxError", tt.text, err)
			continue
		}
		if diff := cmp.Diff(&tt.want, got); diff != "" {
			t.Errorf("Parse(%.40q) (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestSyntaxErrorNamesTheOffset(t *testing.T) {
	_, err := rawjson.Parse(`{"token":secret}`)
	if diff := cmp.Diff("invalid JSON at byte 9: unexpected 's' where a value should start", err.Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A string is scanned in words of eight bytes, so each sort of byte has to be
// found at each offset of a word and with each number of bytes behind it.
func TestStringsAtEveryAlignment(t *testing.T) {
	for before := range 17 {
		for after := range 17 {
			for _, tt := range []struct {
				raw, want string
				ok        bool
			}{
				{"", "", true},
				{`\"`, `"`, true},
				{`\\`, `\`, true},
				{`\u00e9`, "é", true},
				{"é", "é", true},
				{"\xff", "\ufffd", true},
				{"\x7f", "\x7f", true},
				{"\x1f", "", false},
				{`\x`, "", false},
			} {
				head, tail := strings.Repeat("h", before), strings.Repeat("t", after)
				text := `"` + head + tt.raw + tail + `"`
				v, err := rawjson.Parse(text)
				if ok := err == nil; ok != tt.ok {
					t.Fatalf("Parse(%q): %v", text, err)
				}
				if !tt.ok {
					continue
				}
				got, _ := v.Str()
				if diff := cmp.Diff(head+tt.want+tail, got); diff != "" {
					t.Fatalf("Str of %q (-want +got):\n%s", text, diff)
				}
			}
		}
	}
}

func nested(depth int) string {
	return strings.Repeat("[", depth) + strings.Repeat("]", depth)
}
