package rawjson_test

import (
	"encoding/json"
	"testing"

	"github.com/slackstate/slackstate/internal/rawjson"
)

func benchmarkTexts(b *testing.B, f func(b *testing.B, text string)) {
	for _, bb := range []struct{ name, text string }{{"user", userText}, {"message", messageText}} {
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(int64(len(bb.text)))
			b.ReportAllocs()
			f(b, bb.text)
		})
	}
}

func BenchmarkParse(b *testing.B) {
	benchmarkTexts(b, func(b *testing.B, text string) {
		for b.Loop() {
			if _, err := rawjson.Parse(text); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkParseFields(b *testing.B) {
	var o rawjson.Fields
	benchmarkTexts(b, func(b *testing.B, text string) {
		for b.Loop() {
			if _, err := rawjson.ParseFields(text, &o); err != nil || o.Get("type") == "none" {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkStdValid does with encoding/json what BenchmarkParse does.
func BenchmarkStdValid(b *testing.B) {
	benchmarkTexts(b, func(b *testing.B, text string) {
		raw := []byte(text)
		for b.Loop() {
			if !json.Valid(raw) {
				b.Fatal("not valid")
			}
		}
	})
}

// fields is what a caller picks from the two texts.
type fields struct {
	ID, Name, RealName, Email, Image string
	Updated                          int64
	Admin, Deleted                   bool
	Type, Channel, User, Text, TS    string
}

func read(v rawjson.Value, to *fields) {
	for key, m := range v.Members() {
		switch key {
		case "id":
			to.ID, _ = m.Str()
		case "name":
			to.Name, _ = m.Str()
		case "updated":
			to.Updated, _ = m.Int()
		case "is_admin":
			to.Admin, _ = m.Bool()
		case "deleted":
			to.Deleted, _ = m.Bool()
		case "profile":
			for key, m := range m.Members() {
				switch key {
				case "real_name":
					to.RealName, _ = m.Str()
				case "email":
					to.Email, _ = m.Str()
				case "image_72":
					to.Image, _ = m.Str()
				}
			}
		case "type":
			to.Type, _ = m.Str()
		case "channel":
			to.Channel, _ = m.Str()
		case "user":
			to.User, _ = m.Str()
		case "text":
			to.Text, _ = m.Str()
		case "ts":
			to.TS, _ = m.Str()
		}
	}
}

// BenchmarkParseAndRead decodes to a struct: one allocation for the one string
// that holds escapes.
func BenchmarkParseAndRead(b *testing.B) {
	benchmarkTexts(b, func(b *testing.B, text string) {
		for b.Loop() {
			v, err := rawjson.Parse(text)
			if err != nil {
				b.Fatal(err)
			}
			var got fields
			read(v, &got)
			if got.ID == "" && got.TS == "" {
				b.Fatal("nothing read")
			}
		}
	})
}

// BenchmarkStdUnmarshal does with encoding/json what BenchmarkParseAndRead does.
func BenchmarkStdUnmarshal(b *testing.B) {
	benchmarkTexts(b, func(b *testing.B, text string) {
		raw := []byte(text)
		for b.Loop() {
			var got struct {
				ID, Name, Type, Channel, User, Text, TS string
				Updated                                 int64
				Admin                                   bool `json:"is_admin"`
				Deleted                                 bool
				Profile                                 struct {
					RealName string `json:"real_name"`
					Email    string
					Image    string `json:"image_72"`
				}
			}
			if err := json.Unmarshal(raw, &got); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkMembers(b *testing.B) {
	benchmarkTexts(b, func(b *testing.B, text string) {
		v := parsed(b, text)
		for b.Loop() {
			n := 0
			for range v.Members() {
				n++
			}
			if n == 0 {
				b.Fatal("no members")
			}
		}
	})
}

func BenchmarkGet(b *testing.B) {
	benchmarkTexts(b, func(b *testing.B, text string) {
		v := parsed(b, text)
		for b.Loop() {
			if v.Get("team") == v.Get("team_id") {
				b.Fatal("one of them should be absent")
			}
		}
	})
}

func BenchmarkAppendCanonical(b *testing.B) {
	benchmarkTexts(b, func(b *testing.B, text string) {
		v := parsed(b, text)
		dst := make([]byte, 0, 4096)
		for b.Loop() {
			dst = rawjson.AppendCanonical(dst[:0], v)
		}
	})
}

func BenchmarkAppendCanonicalSorted(b *testing.B) {
	benchmarkTexts(b, func(b *testing.B, text string) {
		v := parsed(b, string(rawjson.AppendCanonical(nil, parsed(b, text))))
		dst := make([]byte, 0, 4096)
		for b.Loop() {
			dst = rawjson.AppendCanonical(dst[:0], v)
		}
	})
}

// BenchmarkStdMapRoundTrip is how encoding/json sorts members.
func BenchmarkStdMapRoundTrip(b *testing.B) {
	benchmarkTexts(b, func(b *testing.B, text string) {
		raw := []byte(text)
		for b.Loop() {
			var m map[string]any
			if err := json.Unmarshal(raw, &m); err != nil {
				b.Fatal(err)
			}
			if _, err := json.Marshal(m); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func parsed(tb testing.TB, text string) rawjson.Value {
	tb.Helper()
	v, err := rawjson.Parse(text)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}
