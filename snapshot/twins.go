package snapshot

import "fmt"

// Some texts are nearly always what another text of the same record is, or a part of
// it: a normalized name that needed no normalizing, the first name, or the workspace
// of a message's author. A field that
// has such a twin is kept as wireTrue, without a payload, where that is so. Otherwise
// it has its own text, so equal content is equal bytes.

// A twin is the field that a text is taken from, and which part of it.
type twin struct {
	of   *Field
	part part
}

type part uint8

const (
	all       part = iota
	firstWord      // what is before the first space
	rest           // and behind it
)

// cut returns a part of a text.
func cut[T ~string | ~[]byte](s T, p part) T {
	if p == all {
		return s
	}
	for i := range len(s) {
		switch {
		case s[i] != ' ':
		case p == firstWord:
			return s[:i]
		default:
			return s[i+1:]
		}
	}
	if p == firstWord {
		return s
	}
	return s[len(s):]
}

var _ = []*Field{
	ProfileSchema.twin(ProfileDisplayNameNorm, ProfileDisplayName, all),
	ProfileSchema.twin(ProfileRealNameNorm, ProfileRealName, all),
	ProfileSchema.twin(ProfileFirstName, ProfileRealName, firstWord),
	ProfileSchema.twin(ProfileLastName, ProfileRealName, rest),
	MessageSchema.twin(MessageSourceTeam, MessageTeam, all),
	MessageSchema.twin(MessageUserTeam, MessageTeam, all),
}

// twin says that f may be a part of another field, which has no twin itself.
func (s *Schema) twin(f, of *Field, p part) *Field {
	f.twin, f.linked, of.linked = &twin{of, p}, true, true
	s.twins = append(s.twins, f)
	return f
}

// foldTwins leaves out the texts that others tell. They lie in dst.
func (s *Schema) foldTwins(dst []byte, p *parts) []byte {
	for _, f := range s.twins {
		if p.has(f.num) && p.has(f.twin.of.num) && string(p.text(dst, f)) == string(cut(p.text(dst, f.twin.of), f.twin.part)) {
			lo := len(dst)
			dst = appendBool(dst, f.num, true)
			p.put(f.num, lo, len(dst))
		}
	}
	return dst
}

// unfoldTwins is the reverse, of what a record has, which parts were loaded from.
func (s *Schema) unfoldTwins(dst []byte, p *parts, r Record) []byte {
	for _, f := range s.twins {
		if wire, _, ok := r.find(f); ok && wire == wireTrue {
			lo := len(dst)
			dst = appendBytes(dst, f.num, r.Str(f))
			p.put(f.num, lo, len(dst))
		}
	}
	return dst
}

// checkTwins refuses a text that is to be taken from one that is not there, and one
// that is there twice.
func (s *Schema) checkTwins(r Record) error {
	for _, f := range s.twins {
		wire, own, ok := r.find(f)
		if !ok {
			continue
		}
		_, text, there := r.find(f.twin.of)
		switch told := cut(text, f.twin.part); {
		case wire == wireTrue && !there:
			return fmt.Errorf("%s: %s is taken from %s, which is not there", s.name, f.name, f.twin.of.name)
		case wire != wireTrue && there && own == told:
			return fmt.Errorf("%s: %s repeats %s", s.name, f.name, f.twin.of.name)
		}
	}
	return nil
}
