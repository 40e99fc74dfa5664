package rawjson_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/internal/rawjson"
)

func TestKind(t *testing.T) {
	for text, want := range map[rawjson.Value]rawjson.Kind{
		"":      rawjson.Absent,
		"null":  rawjson.Null,
		"true":  rawjson.Bool,
		"false": rawjson.Bool,
		"0":     rawjson.Number,
		"-1":    rawjson.Number,
		`"7"`:   rawjson.String,
		"{}":    rawjson.Object,
		"[]":    rawjson.Array,
	} {
		if got := text.Kind(); got != want {
			t.Errorf("Value(%q).Kind() = %d, want %d", text, got, want)
		}
	}
}

type pair struct {
	Key   string
	Value rawjson.Value
}

func TestMembers(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []pair
	}{
		{`{}`, nil},
		{`{ }`, nil},
		{`{"b":1,"a":[2]}`, []pair{{"b", "1"}, {"a", "[2]"}}},
		{`{"a":1,"a":2}`, []pair{{"a", "1"}, {"a", "2"}}},
		{"{ \"a\" :\t{ \"b\" : 1 } ,\n\"c\":\"}\\\"]\" }", []pair{{"a", `{ "b" : 1 }`}, {"c", `"}\"]"`}}},
		{`{"":null,"a\u0062\n":true}`, []pair{{"", "null"}, {"ab\n", "true"}}},
		{"{\"\xff\":-1.5e3}", []pair{{"\ufffd", "-1.5e3"}}},
		{`["a",1]`, nil},
		{`"a"`, nil},
		{`null`, nil},
	} {
		var got []pair
		for k, m := range parsed(t, tt.text).Members() {
			got = append(got, pair{k, m})
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("members of %s (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestElems(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []rawjson.Value
	}{
		{`[]`, nil},
		{`[ ]`, nil},
		{`[1,"b",[3],{"d":4},null,true]`, []rawjson.Value{"1", `"b"`, "[3]", `{"d":4}`, "null", "true"}},
		{"[ 1 ,\n[ 2 , 3 ] ]", []rawjson.Value{"1", "[ 2 , 3 ]"}},
		{`{"a":1}`, nil},
		{`1`, nil},
	} {
		var got []rawjson.Value
		for e := range parsed(t, tt.text).Elems() {
			got = append(got, e)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("elements of %s (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestIterationStopsWhenToldTo(t *testing.T) {
	var got []rawjson.Value
	for _, m := range parsed(t, `{"a":1,"b":2,"c":3}`).Members() {
		if got = append(got, m); len(got) == 2 {
			break
		}
	}
	for e := range parsed(t, `[4,5,6]`).Elems() {
		if got = append(got, e); len(got) == 3 {
			break
		}
	}
	if diff := cmp.Diff([]rawjson.Value{"1", "2", "4"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestGet(t *testing.T) {
	for _, tt := range []struct {
		text, key string
		want      rawjson.Value
	}{
		{`{"a":1,"b":{"a":2}}`, "b", `{"a":2}`},
		{`{"b":{"a":2},"a":1}`, "a", "1"},
		{`{"a":1,"\u0061":2,"b":3}`, "a", "2"},
		{`{"a\u0062":1}`, `a\u0062`, ""},
		{`{"":1}`, "", "1"},
		{`{"a":null}`, "a", "null"},
		{`{"a":1}`, "b", ""},
		{`{}`, "a", ""},
		{`["a","b"]`, "a", ""},
	} {
		if got := parsed(t, tt.text).Get(tt.key); got != tt.want {
			t.Errorf("Value(%s).Get(%q) = %q, want %q", tt.text, tt.key, got, tt.want)
		}
	}
	if got := rawjson.Value("").Get("a"); got != "" {
		t.Errorf("member of an absent value = %q", got)
	}
}

func TestStr(t *testing.T) {
	for _, tt := range []struct {
		text, want string
		ok         bool
	}{
		{`""`, "", true},
		{`"plain"`, "plain", true},
		{`"https:\/\/example.org\/a"`, "https://example.org/a", true},
		{`"\"\\\b\f\n\r\t"`, "\"\\\b\f\n\r\t", true},
		{`"\u0041\u00e9\u4e2d\u0000"`, "Aé中\x00", true},
		{`"grüße \u263A"`, "grüße ☺", true},
		{`"\ud83d\ude00"`, "😀", true},
		{`"\uD83D\uDE00"`, "😀", true},
		{`"\ud83d"`, "\ufffd", true},
		{`"\ude00\ud83d"`, "\ufffd\ufffd", true},
		{`"\ud83d\ud83d\ude00"`, "\ufffd😀", true},
		{`"\ud83d\u0041"`, "\ufffdA", true},
		{`"\ud83d\n"`, "\ufffd\n", true},
		{"\"\xff\xfe\"", "\ufffd\ufffd", true},
		{"\"\xe4\xb8\\n\"", "\ufffd\ufffd\n", true},
		{"\"\xed\xa0\xbd\"", "\ufffd\ufffd\ufffd", true},
		{`"` + strings.Repeat(`\n`, 300) + `"`, strings.Repeat("\n", 300), true},
		{`7`, "", false},
		{`null`, "", false},
		{`["a"]`, "", false},
	} {
		got, ok := parsed(t, tt.text).Str()
		if diff := cmp.Diff(tt.want, got); diff != "" || ok != tt.ok {
			t.Errorf("Value(%q).Str() is %t (-want +got):\n%s", tt.text, ok, diff)
		}
	}
	if _, ok := rawjson.Value("").Str(); ok {
		t.Error("an absent value is a string")
	}
}

func TestInt(t *testing.T) {
	const maxInt, minInt = 1<<63 - 1, -1 << 63
	for _, tt := range []struct {
		text string
		want int64
		ok   bool
	}{
		{`0`, 0, true},
		{`-0`, 0, true},
		{`42`, 42, true},
		{`-10800`, -10800, true},
		{`"42"`, 42, true},
		{`"\u0034\u0032"`, 42, true},
		{`1.0`, 1, true},
		{`"1767301290.000000"`, 1767301290, true},
		{`1e3`, 1000, true},
		{`1.5E+1`, 15, true},
		{`10e-1`, 1, true},
		{`0.0012e4`, 12, true},
		{`0e99999999999999999999`, 0, true},
		{`-0.000e-99999999999999999999`, 0, true},
		{`9223372036854775807`, maxInt, true},
		{`-9223372036854775808`, minInt, true},
		{`92233720368547758070e-1`, maxInt, true},
		{`-922337203685477580.8e1`, minInt, true},
		{`9223372036854775808`, 0, false},
		{`-9223372036854775809`, 0, false},
		{`18446744073709551616`, 0, false},
		{`1e19`, 0, false},
		{`1e99999999999999999999`, 0, false},
		{`1e-99999999999999999999`, 0, false},
		{`1.5`, 0, false},
		{`15e-2`, 0, false},
		{`"1767301290.004500"`, 0, false},
		{`""`, 0, false},
		{`" 1"`, 0, false},
		{`"1 "`, 0, false},
		{`"+1"`, 0, false},
		{`"01"`, 0, false},
		{`"0x1f"`, 0, false},
		{`"1_000"`, 0, false},
		{`true`, 0, false},
		{`null`, 0, false},
		{`[1]`, 0, false},
	} {
		if got, ok := parsed(t, tt.text).Int(); got != tt.want || ok != tt.ok {
			t.Errorf("Value(%s).Int() = %d, %t, want %d, %t", tt.text, got, ok, tt.want, tt.ok)
		}
	}
	if _, ok := rawjson.Value("").Int(); ok {
		t.Error("an absent value is a number")
	}
}

func TestBool(t *testing.T) {
	for _, tt := range []struct {
		text    string
		val, ok bool
	}{
		{`true`, true, true},
		{`false`, false, true},
		{`"true"`, true, true},
		{`"false"`, false, true},
		{`1`, true, true},
		{`0`, false, true},
		{`"1"`, true, true},
		{`"0"`, false, true},
		{`2`, false, false},
		{`1.0`, false, false},
		{`"True"`, false, false},
		{`"yes"`, false, false},
		{`""`, false, false},
		{`null`, false, false},
		{`[true]`, false, false},
	} {
		if val, ok := parsed(t, tt.text).Bool(); val != tt.val || ok != tt.ok {
			t.Errorf("Value(%s).Bool() = %t, %t, want %t, %t", tt.text, val, ok, tt.val, tt.ok)
		}
	}
	if _, ok := rawjson.Value("").Bool(); ok {
		t.Error("an absent value is a truth value")
	}
}

func TestReadingAllocatesNothing(t *testing.T) {
	user := parsed(t, userText)
	fields := user.Get("profile").Get("fields")
	list := rawjson.Value(`["plain","grüße"]`)
	dst := make([]byte, 0, 2*len(userText))
	for name, f := range map[string]func(){
		"Parse": func() {
			if _, err := rawjson.Parse(userText); err != nil {
				t.Error(err)
			}
		},
		"Members": func() {
			for _, m := range user.Members() {
				if m.Kind() == rawjson.Absent {
					t.Error("a member is absent")
				}
			}
		},
		"Elems and Str": func() {
			for e := range list.Elems() {
				if _, ok := e.Str(); !ok {
					t.Errorf("%s is not a string", e)
				}
			}
		},
		"Get": func() {
			if fields.Get("Xf05K7RTB3").Get("alt") != `"Home page"` {
				t.Error("the field is not there")
			}
		},
		"Int and Bool": func() {
			_, isInt := user.Get("updated").Int()
			_, isBool := user.Get("is_bot").Bool()
			if !isInt || !isBool {
				t.Error("the members are not what they should be")
			}
		},
		"AppendCanonical": func() {
			dst = rawjson.AppendCanonical(dst[:0], user)
		},
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
