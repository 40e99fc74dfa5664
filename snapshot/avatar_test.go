package snapshot

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/internal/rawjson"
)

const (
	uploaded = "https://avatars.slack-edge.com/2023-08-08/5805794934587_8ff91a006f56df3b8ff9_"
	standard = "https://a.slack-edge.com/80588/img/avatars-default/ava_0007-"
	gravatar = "https://secure.gravatar.com/avatar/c0ffee.jpg?s=24&d=https%3A%2F%2Fa.slack-edge.com%2Fava_0022-"
)

// TestAvatars says which URLs are kept as a pattern. Whatever is, all of them
// come back as they were.
func TestAvatars(t *testing.T) {
	for _, c := range []struct {
		name    string
		urls    map[string]string
		pattern bool
		most    int // bytes of the record
	}{
		{"none", nil, false, 1},
		{"one", map[string]string{"24": standard + "24.png"}, false, 80},
		{"two", map[string]string{"24": standard + "24.png", "512": standard + "512.png"}, true, 60},
		{"a picture somebody uploaded", map[string]string{
			"24": uploaded + "24.jpg", "32": uploaded + "32.jpg", "48": uploaded + "48.jpg", "72": uploaded + "72.jpg",
			"192": uploaded + "192.jpg", "512": uploaded + "512.jpg", "1024": uploaded + "1024.jpg", "original": uploaded + "original.jpg",
		}, true, 60},
		{"the size twice, and in the hash", map[string]string{
			"24": "http://h/24?24=24", "32": "http://h/24?32=32", "1024": "http://h/24?1024=1024",
		}, true, 30},
		{"an original of another type", map[string]string{
			"24": uploaded + "24.jpg", "32": uploaded + "32.jpg", "original": uploaded + "original.png",
		}, true, 160},
		{"nothing in common", map[string]string{"24": "http://a/24", "32": "http://b/32"}, false, 40},
		{"no size in them", map[string]string{"24": "http://a/x", "32": "http://a/x"}, false, 40},
		{"bytes that patterns use", map[string]string{"24": "\x01a24", "32": "\x01a32"}, false, 40},
		{"nothing but the size", map[string]string{"24": "24", "32": "32", "48": "48"}, true, 10},
		{"empty ones", map[string]string{"24": "", "32": "", "48": "48"}, false, 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			var in []byte
			for _, size := range avatarSizes {
				if url, ok := c.urls[size]; ok {
					in = appendName(in, 0, "image_"+size)
					in = rawjson.AppendString(in, url)
				}
			}
			r := encode(t, ProfileSchema, "{"+strings.TrimPrefix(string(in), ",")+"}")
			if err := ProfileSchema.check(r); err != nil {
				t.Error(err)
			}
			if got := r.Has(profileAvatars); got != c.pattern || len(r) > c.most {
				t.Errorf("a pattern: %v, want %v; %d bytes, want at most %d", got, c.pattern, len(r), c.most)
			}
			got := map[string]string{}
			for i, f := range ProfileSchema.sizes {
				if r.Has(f) {
					got[avatarSizes[i]] = r.Str(f)
				}
			}
			if diff := cmp.Diff(c.urls, got, cmp.Transformer("", func(m map[string]string) string { return fmt.Sprint(m) })); diff != "" {
				t.Errorf("accessors (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAvatarsAreCanonical plays random changes of a profile: however a record
// came about, it is the one that its JSON gives.
func TestAvatarsAreCanonical(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func() string {
		var members []string
		for i, f := range ProfileSchema.sizes {
			base := []string{uploaded, standard, gravatar, ""}[rng.IntN(4)*rng.IntN(2)]
			switch rng.IntN(8) {
			case 0:
				members = append(members, fmt.Sprintf("%q:null", f.name))
			case 1:
				members = append(members, fmt.Sprintf("%q:7", f.name))
			case 2, 3:
			default:
				members = append(members, fmt.Sprintf("%q:%q", f.name, base+avatarSizes[i]+".jpg"))
			}
		}
		rng.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		return "{" + strings.Join(members, ",") + "}"
	}
	var enc Encoder
	r := enc.Record(ProfileSchema, rawjson.Value(random()))
	patterns := 0
	for range 5000 {
		if r.Has(profileAvatars) {
			patterns++
		}
		want := map[*Field]string{}
		for _, f := range ProfileSchema.sizes {
			want[f] = r.Str(f)
		}
		switch rng.IntN(3) {
		case 0:
			f := ProfileSchema.sizes[rng.IntN(len(avatarSizes))]
			want[f] = standard + avatarSizes[rng.IntN(len(avatarSizes))] + ".jpg"
			r = enc.With(ProfileSchema, r, f.Str(want[f]))
		case 1:
			f := ProfileSchema.sizes[rng.IntN(len(avatarSizes))]
			want[f] = ""
			r = enc.With(ProfileSchema, r, f.Unknown())
		default:
			patch := enc.Record(ProfileSchema, rawjson.Value(random()))
			for f := range want {
				if patch.Has(f) || patch.Tail().Get(f.name) != "" {
					want[f] = patch.Str(f)
				}
			}
			r = enc.Merge(ProfileSchema, r, patch)
		}
		if err := ProfileSchema.check(r); err != nil {
			t.Fatal(err)
		}
		for f, url := range want {
			if r.Str(f) != url {
				t.Fatalf("%s is %q, want %q, in %q", f.name, r.Str(f), url, r)
			}
		}
		if again := enc.Record(ProfileSchema, rawjson.Value(ProfileSchema.AppendJSON(nil, "", r))); again != r {
			t.Fatalf("record %q, its JSON gives %q", r, again)
		}
	}
	if patterns < 1000 {
		t.Errorf("only %d records had a pattern", patterns)
	}
}

// TestDamagedAvatars: a pattern read from a file is refused unless it is one.
func TestDamagedAvatars(t *testing.T) {
	for name, payload := range map[string]string{
		"empty": "", "of one size": "\x01a\x00", "without a size": "\x03abc", "of a host there is not": "\x03\x09a\x00",
	} {
		r := Record(appendBytes(nil, profileAvatars.num, payload))
		if ProfileSchema.check(r) == nil {
			t.Errorf("a pattern %s is taken", name)
		}
	}
	twice := appendBytes(nil, ProfileImage24.num, "a24")
	twice = appendBytes(twice, profileAvatars.num, "\x03a\x00")
	if ProfileSchema.check(Record(twice)) == nil {
		t.Error("a URL that is there twice is taken")
	}
}
