package snapshot

import (
	"fmt"
	"testing"
)

// TestWords: a common text takes three bytes at most, reads as it was sent, and
// is one with what an assignment makes of it. Any other text stays as it is.
func TestWords(t *testing.T) {
	fields := 0
	for _, s := range []*Schema{userSchema, ProfileSchema, presenceSchema, MessageSchema, freshnessSchema} {
		for _, f := range s.fields {
			if f.list == nil {
				continue
			}
			fields++
			if len(f.number) != len(f.list) {
				t.Errorf("%s.%s: %d words, %d of them different", s.name, f.name, len(f.list), len(f.number))
			}
			for _, w := range append(f.list, "", "neither", f.list[0]+" ") {
				in := fmt.Sprintf("{%q:%q}", f.name, w)
				r := encode(t, s, in)
				if _, listed := f.number[w]; listed && len(r) > 4 {
					t.Errorf("%s takes %d bytes", in, len(r))
				}
				if got := r.Str(f); got != w || !r.Has(f) {
					t.Errorf("%s reads as %q", in, got)
				}
				if got := string(s.AppendJSON(nil, "", r)); s.key == "" && got != in {
					t.Errorf("%s comes back as %s", in, got)
				}
				var enc Encoder
				if got := enc.With(s, "", f.Str(w)); got != r {
					t.Errorf("%s: record %q, assigned %q", in, r, got)
				}
				if err := s.check(r); err != nil {
					t.Errorf("%s: %v", in, err)
				}
			}
			for _, n := range []int64{-1, int64(len(f.list))} {
				if s.check(Record(appendInt(nil, f.num, n))) == nil {
					t.Errorf("%s.%s: word %d is taken", s.name, f.name, n)
				}
			}
		}
	}
	if fields < 8 {
		t.Errorf("only %d fields have words", fields)
	}
	if userSchema.check(Record(appendInt(nil, UserName.num, 0))) == nil {
		t.Error("a number is taken for a text that has no words")
	}
}
