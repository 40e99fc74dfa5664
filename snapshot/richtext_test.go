package snapshot

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// repeating returns the JSON of a message and of the blocks that repeat its text.
func repeating(text, id, inBlocks string) (message, blocks string) {
	quoted := string(rawjson.AppendString(nil, inBlocks))
	blocks = `[{"type":"rich_text","block_id":"` + id + `","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":` +
		quoted + `}]}]}]`
	return `{"ts":"1.0","text":` + string(rawjson.AppendString(nil, text)) + `,"blocks":` + blocks + `}`, blocks
}

// TestBlocks says which blocks are kept as an id. Whatever is, they come back as
// they were.
func TestBlocks(t *testing.T) {
	for _, c := range []struct {
		name         string
		text, id, in string
		folded       bool
	}{
		{name: "the same text", text: "hello", id: "b1", in: "hello", folded: true},
		{name: "text with what Slack escapes", text: "a &amp; b &lt;c&gt;", id: "b1", in: "a & b <c>", folded: true},
		{name: "what is escaped twice", text: "&amp;amp;", id: "b1", in: "&amp;", folded: true},
		{name: "text with what JSON escapes", text: "a \"b\"\n\\ \u2028 ü", id: "b1", in: "a \"b\"\n\\ \u2028 ü", folded: true},
		{name: "no id", text: "x", id: "", in: "x", folded: true},
		{name: "no text", text: "", id: "b1", in: "", folded: true},
		{name: "other text", text: "hello", id: "b1", in: "hallo"},
		{name: "text that is not escaped", text: "a & b", id: "b1", in: "a & b", folded: true},
		{name: "an id with an escape", text: "x", id: `b\"1`, in: "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			message, blocks := repeating(c.text, c.id, c.in)
			r := encode(t, MessageSchema, message)
			_, kept, _ := r.find(MessageBlocks)
			if folded := strings.HasPrefix(kept, repeated); folded != c.folded {
				t.Errorf("folded: %t, want %t: %q", folded, c.folded, r)
			}
			want := string(rawjson.AppendCanonical(nil, parse(t, blocks)))
			if got := string(r.Raw(MessageBlocks)); got != want {
				t.Errorf("blocks %s\nwant %s", got, want)
			}
			if diff := cmp.Diff(unmarshal(t, []byte(message)), object(t, MessageSchema, "", r)); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}

			// What changes beside the blocks leaves them as they are.
			var enc Encoder
			for name, changed := range map[string]Record{
				"another text":        enc.With(MessageSchema, r, MessageText.Str("other")),
				"another text merged": enc.Merge(MessageSchema, r, encode(t, MessageSchema, `{"text":"other"}`)),
				"no text":             enc.With(MessageSchema, r, MessageText.Unknown()),
				"something else":      enc.With(MessageSchema, r, MessageUser.Str("U1")),
				"blocks of another":   enc.With(MessageSchema, encode(t, MessageSchema, `{"text":"other"}`), MessageBlocks.Of(r)),
				"blocks merged":       enc.Merge(MessageSchema, encode(t, MessageSchema, `{"user":"U1","team":"T1"}`), r),
			} {
				if err := MessageSchema.check(changed); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if got := string(changed.Raw(MessageBlocks)); got != want {
					t.Errorf("%s: blocks %s\nwant %s", name, got, want)
				}
			}
			back := enc.With(MessageSchema, enc.With(MessageSchema, r, MessageText.Str("other")), MessageText.Str(c.text))
			if back != r {
				t.Errorf("the text taken back leaves %q\nwant %q", back, r)
			}
		})
	}
}

// TestBlocksSpelling: in whatever way a message and its blocks are spelled, the
// record is the same.
func TestBlocksSpelling(t *testing.T) {
	message, blocks := repeating("hé \"llo\"", "b1", "hé \"llo\"")
	want := encode(t, MessageSchema, message)
	other := strings.Replace(blocks, "b1", "b2", 1)
	for _, c := range []struct{ name, message string }{
		{"blocks first", `{"blocks":` + blocks + `,"ts":"1.0","text":"hé \"llo\""}`},
		{"type first and last", strings.Replace(message, `"type":"rich_text","block_id":"b1",`, `"block_id":"b1","type":"rich_text",`, 1)},
		{"type twice", strings.Replace(message, `"type":"text"`, `"type":"other","type":"text"`, 1)},
		{"elements twice", strings.Replace(message, `"elements":`, `"elements":[],"elements":`, 1)},
		{"white space", strings.NewReplacer(`:`, " : ", `,`, "\n,\t", `]`, " ]", `[`, "[ ").Replace(message)},
		{"escapes", strings.NewReplacer(`"b1"`, `"\u00621"`, `é`, `\u00e9`, `"elements"`, `"\u0065lements"`).Replace(message)},
		{"other blocks before", `{"blocks":` + other + "," + message[1:]},
		{"no blocks before", `{"blocks":null,` + message[1:]},
		{"odd blocks before", `{"blocks":"none",` + message[1:]},
		{"another text before", `{"text":"other",` + message[1:]},
	} {
		if got := encode(t, MessageSchema, c.message); got != want {
			t.Errorf("%s: %s\n%q, want %q", c.name, c.message, got, want)
		}
	}
}

// TestBlocksApart: blocks with anything more in them are kept as they came.
func TestBlocksApart(t *testing.T) {
	message, _ := repeating("hi", "b1", "hi")
	for _, c := range []string{
		strings.Replace(message, `"text":"hi"}]}]`, `"text":"hi","style":{"bold":true}}]}]`, 1),
		strings.Replace(message, `"text":"hi"}]}]`, `"text":"hi"},{"type":"emoji","name":"x"}]}]`, 1),
		strings.Replace(message, `"rich_text_section"`, `"rich_text_quote"`, 1),
		strings.Replace(message, `"block_id":"b1",`, ``, 1),
		strings.Replace(message, `"block_id":"b1"`, `"block_id":1`, 1),
		strings.Replace(message, `"text":"hi",`, ``, 1),
		`{"text":"hi","blocks":[]}`,
		`{"text":"hi","blocks":"\u0000b1"}`,
	} {
		r := encode(t, MessageSchema, c)
		if _, kept, _ := r.find(MessageBlocks); strings.HasPrefix(kept, repeated) {
			t.Errorf("%s: folded to %q", c, kept)
		}
		if diff := cmp.Diff(unmarshal(t, []byte(c)), object(t, MessageSchema, "", r)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c, diff)
		}
	}
}

// TestBlocksRefused: a stored record must be the one that its message gives.
func TestBlocksRefused(t *testing.T) {
	message, blocks := repeating("hi", "b1", "hi")
	r := string(encode(t, MessageSchema, message))
	text := string(appendBytes(nil, MessageText.num, "hi"))
	folded := string(appendBytes(nil, MessageBlocks.num, repeated+"b1"))
	for _, c := range []struct{ name, record string }{
		{"no text", strings.Replace(r, text, "", 1)},
		{"an id that ends its string", strings.Replace(r, folded, string(appendBytes(nil, MessageBlocks.num, repeated+`b"1`)), 1)},
		{"an id with an escape", strings.Replace(r, folded, string(appendBytes(nil, MessageBlocks.num, repeated+`b\n`)), 1)},
		{"in full", strings.Replace(r, folded, string(appendBytes(nil, MessageBlocks.num,
			string(rawjson.AppendCanonical(nil, parse(t, blocks))))), 1)},
	} {
		if c.record == r {
			t.Fatalf("%s: nothing was replaced in %q", c.name, r)
		}
		if err := MessageSchema.check(Record(c.record)); err == nil {
			t.Errorf("%s: %q is taken", c.name, c.record)
		}
	}
}
