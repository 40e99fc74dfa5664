package snapshot

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTwins says which texts are taken from others. Whatever is, all of them come
// back as they were.
func TestTwins(t *testing.T) {
	type texts struct{ display, displayNorm, real, realNorm, first, last string }
	read := func(r Record) texts {
		return texts{r.Str(ProfileDisplayName), r.Str(ProfileDisplayNameNorm), r.Str(ProfileRealName), r.Str(ProfileRealNameNorm),
			r.Str(ProfileFirstName), r.Str(ProfileLastName)}
	}
	for _, c := range []struct {
		name, json string
		taken      int
		want       texts
	}{
		{"all", `{"display_name":"ida","display_name_normalized":"ida","real_name":"Ida Berg","real_name_normalized":"Ida Berg",
			"first_name":"Ida","last_name":"Berg"}`, 4, texts{"ida", "ida", "Ida Berg", "Ida Berg", "Ida", "Berg"}},
		{"one of one word", `{"real_name":"Ida","first_name":"Ida","last_name":""}`, 2, texts{"", "", "Ida", "", "Ida", ""}},
		{"one of three", `{"real_name":"Ida af Berg","first_name":"Ida","last_name":"af Berg"}`, 2,
			texts{"", "", "Ida af Berg", "", "Ida", "af Berg"}},
		{"first names of two", `{"real_name":"Ida Eva Berg","first_name":"Ida Eva","last_name":"Berg"}`, 0,
			texts{"", "", "Ida Eva Berg", "", "Ida Eva", "Berg"}},
		{"none that is there", `{"display_name_normalized":"","first_name":"Ida"}`, 0, texts{"", "", "", "", "Ida", ""}},
		{"empty ones", `{"display_name":"","display_name_normalized":"","real_name":"","first_name":"","last_name":""}`, 3, texts{}},
		{"accents", `{"real_name":"Zoé Roy","real_name_normalized":"Zoe Roy","first_name":"Zoé","last_name":"Roy"}`, 2,
			texts{"", "", "Zoé Roy", "Zoe Roy", "Zoé", "Roy"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := encode(t, ProfileSchema, c.json)
			taken := 0
			for _, f := range ProfileSchema.twins {
				if wire, _, ok := r.find(f); ok && wire == wireTrue {
					taken++
				}
			}
			if taken != c.taken {
				t.Errorf("%d texts are taken from others, want %d: %q", taken, c.taken, r)
			}
			if got := read(r); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if diff := cmp.Diff(unmarshal(t, []byte(c.json)), object(t, ProfileSchema, "", r)); diff != "" {
				t.Errorf("JSON (-want +got):\n%s", diff)
			}

			// A change of the one leaves the other as it is.
			var enc Encoder
			renamed := c.want
			renamed.display, renamed.real = "x", "y z"
			for name, changed := range map[string]Record{
				"assigned": enc.With(ProfileSchema, r, ProfileDisplayName.Str("x"), ProfileRealName.Str("y z")),
				"merged":   enc.Merge(ProfileSchema, r, encode(t, ProfileSchema, `{"display_name":"x","real_name":"y z"}`)),
			} {
				if err := ProfileSchema.check(changed); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if got := read(changed); got != renamed {
					t.Errorf("%s: %q, want %q", name, got, renamed)
				}
				back := c.want
				if !r.Has(ProfileDisplayName) {
					back.display = "x"
				}
				if !r.Has(ProfileRealName) {
					back.real = "y z"
				}
				if got := read(enc.Merge(ProfileSchema, changed, r)); got != back {
					t.Errorf("%s and merged back: %q, want %q", name, got, back)
				}
			}
			lone := enc.With(ProfileSchema, encode(t, ProfileSchema, `{"title":"cook"}`), ProfileFirstName.Of(r), ProfileLastName.Of(r))
			if got := read(lone); got.first != c.want.first || got.last != c.want.last {
				t.Errorf("carried over: %q", lone)
			}
		})
	}
}

// TestTwinsRefused: a stored record must be the one that its texts give.
func TestTwinsRefused(t *testing.T) {
	text := func(f *Field, s string) string { return string(appendBytes(nil, f.num, s)) }
	taken := func(f *Field) string { return string(appendBool(nil, f.num, true)) }
	for _, c := range []struct {
		name, record string
		ok           bool
	}{
		{"taken", text(ProfileRealName, "Ida Berg") + taken(ProfileRealNameNorm), true},
		{"from nothing", taken(ProfileRealNameNorm), false},
		{"in full", text(ProfileRealName, "Ida Berg") + text(ProfileRealNameNorm, "Ida Berg"), false},
		{"a part in full", text(ProfileRealName, "Ida Berg") + text(ProfileLastName, "Berg"), false},
		{"of a field without a twin", text(ProfileRealName, "Ida Berg") + taken(ProfileTitle), false},
		{"false", text(ProfileRealName, "Ida Berg") + string(appendBool(nil, ProfileRealNameNorm.num, false)), false},
	} {
		if err := ProfileSchema.check(Record(c.record)); (err == nil) != c.ok {
			t.Errorf("%s: error %v", c.name, err)
		}
	}
}
