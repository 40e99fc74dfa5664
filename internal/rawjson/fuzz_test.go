package rawjson_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/internal/rawjson"
)

var seeds = []string{
	userText, messageText,
	"", " ", "null", " true\n", "-0", "1.50e+3", "01", "1.", ".5", "1e", "- 1", "nul", "+1",
	`""`, `"a\n\u00e9\ud83d\ude00"`, `"\ud83d\ud83d\ude00x\udc00"`, `"\/\"\\\b\f\r\t"`, "\"\x7f\xff\xc3\"", "\"\n\"", `"\x"`, `"\u12g4"`, `"`, `"\`, `"\u`,
	`[]`, `[ 1 , [ ] , {} ]`, `[1,]`, `[,1]`, `[1 2]`, `[}`, `{]`, `[`, `]`, `[1`,
	`{"b":1,"a":{"d":[2,"x"],"c":null},"b":3}`, `{"\u0061":1,"a":2}`, "{\"\xff\":1,\"\xfe\":2}", `{"a" : 1 , "b":"2"}`,
	`{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `{"a"1}`, `{1:2}`, `{"a":1 "b":2}`, `1 2`, `{} x`,
}

func addSeeds(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	for _, n := range []int{64, 65, 10_000, 10_001} {
		f.Add(strings.Repeat("[", n) + strings.Repeat("]", n))
	}
}

// Parse accepts a text exactly when encoding/json does.
func FuzzParse(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := rawjson.Parse(text)
		if got, want := err == nil, json.Valid([]byte(text)); got != want {
			t.Fatalf("Parse(%q) = %v, encoding/json.Valid = %v", text, err, want)
		}
		if want := rawjson.Value(strings.Trim(text, " \t\r\n")); err == nil && v != want {
			t.Errorf("Parse(%q) = %q, want %q", text, v, want)
		}
	})
}

// ParseFields does what Parse does, and the Fields it and Value.Fields find
// read as the Value does.
func FuzzFields(f *testing.F) {
	addSeeds(f)
	var many []string
	for i := range 20 {
		many = append(many, fmt.Sprintf(`"%d":%d`, i%18, i))
	}
	f.Add("{" + strings.Join(many, " , ") + "}")
	f.Add(`{"` + strings.Join(many, `","`) + `"}`)
	f.Fuzz(func(t *testing.T, text string) {
		want, wantErr := rawjson.Parse(text)
		var parsed rawjson.Fields
		got, err := rawjson.ParseFields(text, &parsed)
		if diff := cmp.Diff(wantErr, err); diff != "" || got != want {
			t.Fatalf("ParseFields(%q) = %q, want %q; errors (-Parse +ParseFields):\n%s", text, got, want, diff)
		}
		found := want.Fields()
		for _, o := range []rawjson.Fields{parsed, found} {
			if diff := cmp.Diff(list(want.Members()), list(o.Members())); diff != "" {
				t.Errorf("members of %q (-Value +Fields):\n%s", text, diff)
			}
			for key := range want.Members() {
				if got, want := o.Get(key), want.Get(key); got != want {
					t.Errorf("Get(%q) of %q = %q, want %q", key, text, got, want)
				}
			}
			if got := o.Get("no such key"); got != want.Get("no such key") {
				t.Errorf("Get of a missing key = %q", got)
			}
		}
	})
}

func list(members iter.Seq2[string, rawjson.Value]) (all [][2]string) {
	for key, v := range members {
		all = append(all, [2]string{key, string(v)})
	}
	return all
}

// Reading a value with Members, Elems, Str and Get gives what encoding/json
// decodes.
func FuzzRead(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := rawjson.Parse(text)
		if err != nil {
			return
		}
		if diff := cmp.Diff(marshal(t, stdDecode(t, text)), marshal(t, tree(t, v))); diff != "" {
			t.Errorf("encoding/json and rawjson differ (-want +got):\n%s", diff)
		}
	})
}

// The canonical form means what the value means, is valid, and is its own
// canonical form.
func FuzzAppendCanonical(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := rawjson.Parse(text)
		if err != nil {
			return
		}
		once := string(rawjson.AppendCanonical([]byte("kept"), v))
		once, ok := strings.CutPrefix(once, "kept")
		if !ok {
			t.Fatal("what dst held before is gone")
		}
		if !utf8.ValidString(once) {
			t.Errorf("canonical %q is not UTF-8", once)
		}
		want := marshal(t, stdDecode(t, text))
		if diff := cmp.Diff(want, once); diff != "" {
			t.Errorf("not what encoding/json writes (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want, marshal(t, stdDecode(t, once))); diff != "" {
			t.Errorf("canonical means something else (-want +got):\n%s", diff)
		}
		if twice := string(rawjson.AppendCanonical(nil, parsed(t, once))); twice != once {
			t.Errorf("canonical of %q is %q", once, twice)
		}
	})
}

// AppendString writes what encoding/json writes with the needless escapes
// taken out.
func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "plain", "a\"b\\c/d", "\x00\x1f\b\f\n\r\t\x7f", "\u00e9\U0001f600\u2028", "\xff\xed\xa0\x80", "<&>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := string(rawjson.AppendString(nil, s)), marshal(t, s); got != want {
			t.Errorf("AppendString(%q) = %s, want %s", s, got, want)
		}
	})
}

// Int agrees with exact arithmetic, bare and quoted.
func FuzzInt(f *testing.F) {
	for _, s := range []string{
		"0", "-0", "7", "-12", "1.0", "1e3", "10e-1", "15e-1", "1.5e1", "0e999999999999999999999", "1e-99999999999999999999", "1E19",
		"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
		"92233720368547758070e-1", "18446744073709551616", "0.00000000000000000001e20", "1767301290.000000", "01", "1.", "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := rawjson.Parse(text)
		if err != nil || v.Kind() != rawjson.Number {
			return
		}
		want, wantOK := exactInt(string(v))
		for _, v := range []rawjson.Value{v, `"` + v + `"`} {
			if got, ok := v.Int(); got != want || ok != wantOK {
				t.Errorf("Value(%q).Int() = %d, %t, want %d, %t", v, got, ok, want, wantOK)
			}
		}
	})
}

// A Value that Parse never saw may read as anything, but reading it ends, and
// what comes out of it lies within it.
func FuzzConverted(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		v := rawjson.Value(text)
		var total int
		for _, m := range v.Members() {
			total += len(m)
		}
		for e := range v.Elems() {
			total += len(e)
		}
		if total > len(text) {
			t.Errorf("Value(%q) has %d bytes of elements", text, total)
		}
		if s, ok := v.Str(); ok && len(s) > 3*len(text) {
			t.Errorf("Value(%q).Str() has %d bytes", text, len(s))
		}
		if _, ok := v.Int(); ok && v.Kind() != rawjson.Number && v.Kind() != rawjson.String {
			t.Errorf("Value(%q) is a number", text)
		}
		if m := v.Get("a"); !strings.Contains(text, string(m)) {
			t.Errorf("Value(%q).Get(\"a\") = %q", text, m)
		}
		if got := rawjson.AppendCanonical([]byte("kept"), v); !bytes.HasPrefix(got, []byte("kept")) {
			t.Errorf("AppendCanonical(kept, %q) = %q", text, got)
		}
	})
}

// tree reads all of v through the package, in the shape of stdDecode.
func tree(t *testing.T, v rawjson.Value) any {
	switch v.Kind() {
	case rawjson.Null:
		return nil
	case rawjson.Bool:
		b, ok := v.Bool()
		if !ok {
			t.Errorf("Value(%q).Bool() is not ok", v)
		}
		return b
	case rawjson.Number:
		return json.Number(v)
	case rawjson.String:
		s, ok := v.Str()
		if !ok {
			t.Errorf("Value(%q).Str() is not ok", v)
		}
		return s
	case rawjson.Array:
		list := []any{}
		for e := range v.Elems() {
			list = append(list, tree(t, e))
		}
		return list
	case rawjson.Object:
		last := map[string]rawjson.Value{}
		for k, m := range v.Members() {
			last[k] = m
		}
		decoded := map[string]any{}
		for k, m := range last {
			if got := v.Get(k); got != m {
				t.Errorf("Value(%q).Get(%q) = %q, want %q", v, k, got, m)
			}
			decoded[k] = tree(t, m)
		}
		return decoded
	}
	t.Errorf("Value(%q).Kind() = %d", v, v.Kind())
	return nil
}

func stdDecode(t *testing.T, text string) any {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("encoding/json refuses %q: %v", text, err)
	}
	return v
}

// marshal is the canonical form by way of encoding/json, which sorts maps but
// even with HTML escaping off has three escapes more than it must.
func marshal(t *testing.T, v any) string {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatalf("encoding/json cannot write %v: %v", v, err)
	}
	text := strings.TrimSuffix(buf.String(), "\n")
	// An escaped backslash before the rest must not be taken for their escape.
	return strings.NewReplacer(`\\`, `\\`, `\u2028`, "\u2028", `\u2029`, "\u2029", `\ufffd`, "\ufffd").Replace(text)
}

// exactInt is Int by way of math/big.
func exactInt(number string) (int64, bool) {
	mantissa, exp, _ := strings.Cut(strings.ToLower(number), "e")
	if strings.Trim(mantissa, "-0.") == "" {
		return 0, true
	}
	if exp != "" {
		// Far more than the mantissa can make up for, and too much for math/big.
		if n, err := strconv.Atoi(exp); err != nil || n > len(mantissa)+1000 || n < -len(mantissa)-1000 {
			return 0, false
		}
	}
	r, ok := new(big.Rat).SetString(number)
	if !ok || !r.IsInt() || !r.Num().IsInt64() {
		return 0, false
	}
	return r.Num().Int64(), true
}
