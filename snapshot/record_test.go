package snapshot

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// testSchema has a field of every kind, and a name that comes with two types.
var (
	testPart  = newSchema("part", "")
	partName  = testPart.str(1, "name")
	partCount = testPart.int(2, "count")

	testSchema = newSchema("test", "id").without("elsewhere")
	testStr    = testSchema.str(1, "str")
	testBool   = testSchema.bool(2, "bool")
	testInt    = testSchema.int(3, "int")
	testList   = testSchema.list(40, "list")
	testObject = testSchema.object(5, "object", testPart)
	testWhole  = testSchema.whole(6, "whole", testPart)
	testRaw    = testSchema.raw(63, "raw")
	testEither = testSchema.str(8, "either")
	testOr     = testSchema.whole(9, "either", testPart)
)

// TestRecord says what becomes of a JSON object, as the JSON of its record.
func TestRecord(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing", `{}`, `{}`},
		{"not an object", `["str"]`, `{}`},
		{"a string", `{"str":"a\u00e9\n\"b\""}`, `{"str":"aé\n\"b\""}`},
		{"an empty string is not an absent one", `{"str":""}`, `{"str":""}`},
		{"booleans", `{"bool":true}`, `{"bool":true}`},
		{"false is not absent", `{"bool":false}`, `{"bool":false}`},
		{"a boolean as a number", `{"bool":1}`, `{"bool":true}`},
		{"a boolean in quotes", `{"bool":"false"}`, `{"bool":false}`},
		{"a number", `{"int":-42}`, `{"int":-42}`},
		{"zero is not absent", `{"int":0}`, `{"int":0}`},
		{"a number in quotes", `{"int":"1700000000"}`, `{"int":1700000000}`},
		{"the largest numbers", `{"int":9223372036854775807}`, `{"int":9223372036854775807}`},
		{"a list", `{"list":["b","","a"]}`, `{"list":["b","","a"]}`},
		{"an empty list is not an absent one", `{"list":[]}`, `{"list":[]}`},
		{"an object", `{"object":{"count":2,"name":"n"}}`, `{"object":{"name":"n","count":2}}`},
		{"an empty object is not an absent one", `{"object":{}}`, `{"object":{}}`},
		{"an empty object as an array", `{"object":[],"whole":[]}`, `{"object":{},"whole":{}}`},
		{"an object with more than the schema names", `{"object":{"x":1,"name":"n"}}`, `{"object":{"name":"n","x":1}}`},
		{"raw JSON", `{"raw":[{"b":1.50,"a":null}, "x"]}`, `{"raw":[{"a":null,"b":1.50},"x"]}`},
		{"one name, first type", `{"either":"s"}`, `{"either":"s"}`},
		{"one name, second type", `{"either":{"name":"n"}}`, `{"either":{"name":"n"}}`},
		{"one name, a type nobody expects", `{"either":7}`, `{"either":7}`},

		{"null is as good as absent", `{"str":null,"int":null,"object":null,"raw":null,"x":null}`, `{}`},
		{"null within an object field too", `{"object":{"name":null,"x":null}}`, `{"object":{}}`},
		{"what has no field is kept", `{"z":{"y":[1, 2],"x":null},"a":"b"}`, `{"a":"b","z":{"x":null,"y":[1,2]}}`},
		{"a wrong type is kept as it came", `{"str":5,"bool":"maybe","int":1.5,"list":["a",1],"object":"o"}`,
			`{"bool":"maybe","int":1.5,"list":["a",1],"object":"o","str":5}`},
		{"a number too large is kept as it came", `{"int":9223372036854775808}`, `{"int":9223372036854775808}`},
		{"the key is not", `{"id":"K","str":"s"}`, `{"str":"s"}`},
		{"the key is not, whatever its type", `{"id":5}`, `{}`},
		{"nor what has a table of its own", `{"elsewhere":[1]}`, `{}`},
		{"an empty name is a name", `{"":"x"}`, `{"":"x"}`},

		{"of equal names the last counts", `{"str":"a","str":"b"}`, `{"str":"b"}`},
		{"also in the tail", `{"x":1,"y":2,"x":3}`, `{"x":3,"y":2}`},
		{"also across types", `{"either":"s","either":{"name":"n"}}`, `{"either":{"name":"n"}}`},
		{"also back across types", `{"either":{"name":"n"},"either":"s"}`, `{"either":"s"}`},
		{"also from a field to the tail", `{"str":"a","str":5}`, `{"str":5}`},
		{"also from the tail to a field", `{"str":5,"str":"a"}`, `{"str":"a"}`},
		{"also there and back", `{"str":5,"str":"a","str":6}`, `{"str":6}`},
		{"also if it is null", `{"str":"a","x":1,"str":null,"x":null}`, `{}`},
		{"also if it is null in the tail", `{"str":5,"str":null}`, `{}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := encode(t, testSchema, c.in)
			got, want := string(testSchema.AppendJSON(nil, "K", r)), strings.Replace(`{"id":"K",`+c.want[1:], ",}", "}", 1)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.in, diff)
			}
			if again := encode(t, testSchema, got); again != r {
				t.Errorf("%s: record %q, its JSON gives %q", c.in, r, again)
			}
		})
	}
}

// TestExists is the record of an entity of which nothing is known yet.
func TestExists(t *testing.T) {
	if got := encode(t, testSchema, `{"id":"K","str":null}`); got != Exists {
		t.Errorf("record is %q, want Exists", got)
	}
	if got := testSchema.AppendJSON(nil, "K", Exists); string(got) != `{"id":"K"}` {
		t.Errorf("JSON is %s", got)
	}
	for _, f := range testSchema.fields {
		if Exists.Has(f) || Record("").Has(f) {
			t.Errorf("%s is known", f.Name())
		}
	}
}

// TestAccessors reads every kind of field, known and unknown.
func TestAccessors(t *testing.T) {
	r := encode(t, testSchema, `{"str":"s","bool":false,"int":-1,"list":["a","b"],"object":{"count":3},
		"raw":{"b":1,"a":2},"either":{"name":"n"},"x":1}`)
	type values struct {
		Str, Raw, Tail          string
		Bool, BoolKnown, Is     bool
		Int                     int64
		IntKnown                bool
		List                    []string
		Count                   int64
		Either, Or, Whole, Part string
	}
	read := func(r Record) (v values) {
		v.Str, v.Raw, v.Tail = r.Str(testStr), string(r.Raw(testRaw)), string(r.Tail())
		v.Bool, v.BoolKnown = r.Bool(testBool)
		v.Is = r.Is(testBool)
		v.Int, v.IntKnown = r.Int(testInt)
		v.List = slices.Collect(r.List(testList))
		v.Count, _ = r.Sub(testObject).Int(partCount)
		v.Either, v.Or = r.Str(testEither), r.Sub(testOr).Str(partName)
		v.Whole, v.Part = string(r.Sub(testWhole)), r.Sub(testObject).Str(partName)
		return v
	}
	want := values{Str: "s", Raw: `{"a":2,"b":1}`, Tail: `{"x":1}`, BoolKnown: true, Int: -1, IntKnown: true,
		List: []string{"a", "b"}, Count: 3, Or: "n"}
	if diff := cmp.Diff(want, read(r)); diff != "" {
		t.Errorf("known (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(values{}, read("")); diff != "" {
		t.Errorf("no record (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(values{}, read(Exists)); diff != "" {
		t.Errorf("a record without fields (-want +got):\n%s", diff)
	}
	for range r.List(testList) {
		break // a list may be left early
	}
}

// TestCanonical: what means the same is the same bytes, whatever an encoder has come
// to expect of the order of members.
func TestCanonical(t *testing.T) {
	var enc Encoder
	random := rand.New(rand.NewPCG(1, 2))
	for _, f := range fixtures {
		v := parse(t, f.json)
		want := encode(t, f.kind.Schema(), f.json)
		for range 50 {
			text := shuffled(random, v)
			if got := enc.Record(f.kind.Schema(), parse(t, text)); got != want {
				t.Fatalf("%v: %s\n got %q\nwant %q", f.kind, text, got, want)
			}
		}
	}
	same := []string{`{"int":7,"bool":true,"x":"/"}`, `{"x":"\/","bool":"1","int":"7"}`, `{"int":7.0,"bool":1,"x":"\u002f","str":null}`}
	for _, text := range same {
		if got, want := encode(t, testSchema, text), encode(t, testSchema, same[0]); got != want {
			t.Errorf("%s: record %q, want that of %s, %q", text, got, same[0], want)
		}
	}
}

// TestEncoderIsReused: what an encoder made before leaves no trace.
func TestEncoderIsReused(t *testing.T) {
	var enc Encoder
	var got []Record
	for range 3 {
		for _, f := range fixtures {
			got = append(got, enc.Record(f.kind.Schema(), parse(t, f.json)))
		}
	}
	for i, r := range got {
		f := fixtures[i%len(fixtures)]
		if want := encode(t, f.kind.Schema(), f.json); r != want {
			t.Errorf("record %d, %v: got %q, want %q", i, f.kind, r, want)
		}
	}
}

// TestWith assigns fields one by one.
func TestWith(t *testing.T) {
	part := encode(t, testPart, `{"name":"n"}`)
	for _, c := range []struct {
		name, in string
		as       []Assignment
		want     string
	}{
		{"every kind", `{"int":1}`, []Assignment{testStr.Str("s"), testBool.Bool(true), testInt.Int(math.MinInt64),
			testList.List([]string{"a"}), testObject.Sub(part), testWhole.Sub(Exists), testRaw.Raw(`{"b":1, "a":2}`)},
			`{"str":"s","bool":true,"int":-9223372036854775808,"list":["a"],"object":{"name":"n"},"whole":{},"raw":{"a":2,"b":1}}`},
		{"nothing", `{"int":1,"x":2}`, nil, `{"int":1,"x":2}`},
		{"false", `{}`, []Assignment{testBool.Bool(false)}, `{"bool":false}`},
		{"an empty list", `{}`, []Assignment{testList.List(nil)}, `{"list":[]}`},
		{"unknown", `{"int":1,"str":"s"}`, []Assignment{testInt.Unknown()}, `{"str":"s"}`},
		{"unknown, all of it", `{"int":1}`, []Assignment{testInt.Unknown()}, `{}`},
		{"unknown by no value", `{"object":{},"raw":1}`, []Assignment{testObject.Sub(""), testRaw.Raw("")}, `{}`},
		{"the last of two", `{}`, []Assignment{testInt.Int(1), testInt.Unknown(), testInt.Int(2)}, `{"int":2}`},
		{"added to", `{"int":5,"y":1}`, []Assignment{testInt.Plus(-5), testStr.Str("s")}, `{"int":0,"str":"s","y":1}`},
		{"added to nothing", `{"str":"s"}`, []Assignment{testInt.Plus(1)}, `{"str":"s"}`},
		{"taken from less than that", `{"int":1}`, []Assignment{testInt.Plus(-2)}, `{"int":1}`},
		{"added to beside a wrong type", `{"int":5,"str":1}`, []Assignment{testStr.Str("s"), testInt.Plus(1)}, `{"int":6,"str":"s"}`},
		{"added to a wrong type", `{"int":"x"}`, []Assignment{testInt.Plus(1)}, `{"int":"x"}`},
		{"the same name, another type", `{"either":{"name":"n"}}`, []Assignment{testEither.Str("s")}, `{"either":"s"}`},
		{"the same name, unknown", `{"either":{"name":"n"}}`, []Assignment{testEither.Unknown()}, `{}`},
		{"in place of a wrong type", `{"int":"x","y":1}`, []Assignment{testInt.Int(1)}, `{"int":1,"y":1}`},
		{"unknown in place of a wrong type", `{"int":"x"}`, []Assignment{testInt.Unknown()}, `{}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var enc Encoder
			r := encode(t, testSchema, c.in)
			got := enc.With(testSchema, r, c.as...)
			if want := encode(t, testSchema, c.want); got != want {
				t.Errorf("got %s, want %s", testSchema.AppendJSON(nil, "", got), c.want)
			}
			if fresh := enc.With(testSchema, "", c.as...); c.in == "{}" && fresh != got {
				t.Errorf("without a record: %q, with an empty one: %q", fresh, got)
			}
		})
	}
}

// TestMerge lays a partial object over what is known.
func TestMerge(t *testing.T) {
	for _, c := range []struct{ name, base, patch, want string }{
		{"what is not sent stays", `{"str":"s","x":1}`, `{"int":2,"y":3}`, `{"str":"s","int":2,"x":1,"y":3}`},
		{"what is sent replaces", `{"str":"s","list":["a","b"],"x":1}`, `{"str":"","list":[],"x":2}`, `{"str":"","list":[],"x":2}`},
		{"null is not sent", `{"str":"s","x":1}`, `{"str":null,"x":null}`, `{"str":"s","x":1}`},
		{"an object is merged", `{"object":{"name":"n","x":1}}`, `{"object":{"count":2,"y":2}}`, `{"object":{"name":"n","count":2,"x":1,"y":2}}`},
		{"also with an empty one", `{"object":{"name":"n"}}`, `{"object":[]}`, `{"object":{"name":"n"}}`},
		{"also over an empty one", `{"object":{}}`, `{"object":{"name":"n"}}`, `{"object":{"name":"n"}}`},
		{"a whole one is replaced", `{"whole":{"name":"n","x":1}}`, `{"whole":{"count":2}}`, `{"whole":{"count":2}}`},
		{"raw JSON is replaced", `{"raw":{"a":1}}`, `{"raw":{"b":2}}`, `{"raw":{"b":2}}`},
		{"what lies in the tail is replaced", `{"x":{"a":1}}`, `{"x":{"b":2}}`, `{"x":{"b":2}}`},
		{"one name, two types", `{"either":{"name":"n"}}`, `{"either":"s"}`, `{"either":"s"}`},
		{"one name, two types, back", `{"either":"s"}`, `{"either":{"name":"n"}}`, `{"either":{"name":"n"}}`},
		{"from a field to the tail", `{"int":1,"x":1}`, `{"int":"x"}`, `{"int":"x","x":1}`},
		{"from the tail to a field", `{"int":"x","x":1}`, `{"int":1}`, `{"int":1,"x":1}`},
		{"from the tail to a field, and no tail is left", `{"int":"x"}`, `{"int":1}`, `{"int":1}`},
		{"from an object to the tail", `{"object":{"name":"n"}}`, `{"object":"o"}`, `{"object":"o"}`},
		{"from the tail to an object", `{"object":"o"}`, `{"object":{"name":"n"}}`, `{"object":{"name":"n"}}`},
		{"within an object", `{"object":{"count":"x"}}`, `{"object":{"count":1}}`, `{"object":{"count":1}}`},
		{"nothing over something", `{"int":1}`, `{}`, `{"int":1}`},
		{"something over nothing", `{}`, `{"int":1,"x":1}`, `{"int":1,"x":1}`},
		{"nothing over nothing", `{}`, `{}`, `{}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var enc Encoder
			base, patch := encode(t, testSchema, c.base), encode(t, testSchema, c.patch)
			got := enc.Merge(testSchema, base, patch)
			if want := encode(t, testSchema, c.want); got != want {
				t.Errorf("got %s, want %s", testSchema.AppendJSON(nil, "", got), c.want)
			}
			if err := testSchema.check(got); err != nil {
				t.Errorf("record %q: %v", got, err)
			}
			if again := enc.Merge(testSchema, got, patch); again != got {
				t.Errorf("once more: %s", testSchema.AppendJSON(nil, "", again))
			}
		})
	}
	var enc Encoder
	r := encode(t, testSchema, `{"int":1}`)
	if got := enc.Merge(testSchema, "", r); got != r {
		t.Errorf("over no record: %q", got)
	}
	if got := enc.Merge(testSchema, r, ""); got != r {
		t.Errorf("no record: %q", got)
	}
}

// TestCheckRecord: bytes that no encoder wrote are refused.
func TestCheckRecord(t *testing.T) {
	good := encode(t, testSchema, `{"str":"s","bool":true,"int":300,"list":["a","b"],"object":{"name":"n"},"raw":[1],"x":1}`)
	for _, c := range []struct {
		name string
		r    Record
	}{
		{"an unknown number", Record(appendBytes(nil, 7, "s"))},
		{"a number beyond all", Record(appendBytes(nil, maxFields, "s"))},
		{"a number beyond belief", Record("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")},
		{"a field twice", Record(appendInt(appendInt(nil, 3, 1), 3, 1))},
		{"fields out of order", Record(appendInt(appendBool(nil, 5, true), 3, 1))},
		{"a tail after a field", Record(appendTail(appendInt(nil, 3, 1), []member{{"x", "1"}}))},
		{"text in place of a boolean", Record(appendBytes(nil, 2, "s"))},
		{"text in place of a number", Record(appendBytes(nil, 3, "s"))},
		{"a number in place of text", Record(appendInt(nil, 1, 1))},
		{"a boolean in place of an object", Record(appendBool(nil, 5, true))},
		{"a tail that is no text", "\x02"},
		{"a tail that is no object", Record(appendBytes(nil, 0, "[1]"))},
		{"a tail that is no JSON", Record(appendBytes(nil, 0, `{"x":}`))},
		{"a tail with white space around it", Record(appendBytes(nil, 0, ` {"x":1}`))},
		{"an empty tail", Record(appendBytes(nil, 0, ""))},
		{"raw JSON that is none", Record(appendBytes(nil, 63, "{"))},
		{"no raw JSON", Record(appendBytes(nil, 63, ""))},
		{"an object without a record", Record(appendBytes(nil, 5, ""))},
		{"an object with a bad record", Record(appendBytes(nil, 5, string(appendBytes(nil, 2, "s"))))},
		{"a list cut short", Record(appendBytes(nil, 40, "\x05ab"))},
		{"no membership", Exists + Exists},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := testSchema.check(c.r); err == nil {
				t.Errorf("%q passes", c.r)
			}
		})
	}
	ends := map[int]bool{0: true}
	for rest := good; rest != ""; {
		_, _, _, next, ok := rest.next()
		if !ok {
			t.Fatalf("%q ends early", good)
		}
		rest = next
		ends[len(good)-len(rest)] = true
	}
	for n := range len(good) {
		if passes := testSchema.check(good[:n]) == nil; passes != ends[n] {
			t.Errorf("cut at byte %d, where a field ends: %t, the record passes: %t", n, ends[n], passes)
		}
	}
}

// FuzzRecord: whatever passes the check can be used without a panic, and reads
// as JSON that gives a record that reads the same.
func FuzzRecord(f *testing.F) {
	for _, fx := range fixtures {
		f.Add([]byte(encode(f, fx.kind.Schema(), fx.json)), []byte(encode(f, fx.kind.Schema(), fx.json)))
	}
	f.Add([]byte(encode(f, testSchema, `{"str":5,"list":["a"],"object":{"count":"x"},"either":"s"}`)),
		[]byte(encode(f, testSchema, `{"str":"s","object":{"name":"n"},"either":{},"raw":1}`)))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		base, patch := Record(a), Record(b)
		for _, s := range []*Schema{testSchema, userSchema, conversationSchema, readSchema} {
			if s.check(base) != nil {
				continue
			}
			text := s.AppendJSON(nil, "K", base)
			v, err := rawjson.Parse(string(text))
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			var enc Encoder
			canonical := enc.Record(s, v)
			if again := s.AppendJSON(nil, "K", canonical); encode(t, s, string(again)) != canonical {
				t.Fatalf("%s gives %s", text, again)
			}
			if s.check(patch) != nil {
				continue
			}
			merged := enc.Merge(s, base, patch)
			if err := s.check(merged); merged != "" && err != nil {
				t.Fatalf("%q merged with %q: %q: %v", base, patch, merged, err)
			}
			for _, field := range s.fields {
				if err := s.check(enc.With(s, merged, field.Unknown())); err != nil {
					t.Fatalf("%q without %s: %v", merged, field.Name(), err)
				}
			}
		}
	})
}

func ExampleRecord() {
	v, err := rawjson.Parse(`{"id":"U1","name":"ida","profile":{"display_name":"Ida"},"updated":"1700000000","shoe_size":41}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	var enc Encoder
	s := KindUser.Schema()
	r := enc.Record(s, v)
	updated, known := r.Int(UserUpdated)
	fmt.Println(r.Str(UserName), r.Sub(UserProfile).Str(ProfileDisplayName), updated, known, r.Has(UserTZ))
	fmt.Printf("%s\n", s.AppendJSON(nil, "U1", r))
	// Output:
	// ida Ida 1700000000 true false
	// {"id":"U1","name":"ida","profile":{"display_name":"Ida"},"updated":1700000000,"shoe_size":41}
}
