package snapshot

import "github.com/slackstate/slackstate/internal/rawjson"

// Merge returns base with everything patch knows laid over it: what a partial
// object means. Objects are merged member by member, lists and messages are
// replaced, and what patch does not mention stays.
func (enc *Encoder) Merge(s *Schema, base, patch Record) Record {
	switch {
	case base == "" || base == Exists && patch != "":
		return patch
	case patch == "" || patch == Exists:
		return base
	}
	if base == patch {
		return base
	}
	if s.covers(base, patch) {
		return patch
	}
	enc.buf = enc.appendMerge(enc.buf[:0], s, base, patch)
	return enc.same(base, enc.buf)
}

// covers reports whether patch knows everything that base does, as objects that
// Slack sends whole do, so that of base nothing is left. It may miss that it is
// so.
func (s *Schema) covers(base, patch Record) bool {
	for base != "" && base != Exists {
		num, _, payload, rest, ok := base.next()
		if !ok {
			return false
		}
		base = rest
		for at := -1; at != num; patch = rest {
			var by string
			at, _, by, rest, ok = patch.next()
			if !ok || at > num {
				return false
			}
			if at < num {
				continue
			}
			switch f := s.byNum[num]; {
			case f == nil, f.kind == kindAvatars:
				if by != payload {
					return false
				}
			case f.kind == kindObject:
				if !f.sub.covers(Record(payload), Record(by)) {
					return false
				}
			}
		}
	}
	return true
}

func (enc *Encoder) appendMerge(dst []byte, s *Schema, base, patch Record) []byte {
	d := enc.begin(nil)
	defer enc.end(d)
	p, lo := &d.parts, len(dst)
	dst = s.unfold(dst, p, base)
	baseTail, patchTail := base.Tail(), patch.Tail()
	for rest := patch; rest != "" && rest != Exists; {
		num, _, payload, next, ok := rest.next()
		if !ok {
			break
		}
		at := len(dst)
		f := s.byNum[num]
		if f != nil && f.kind == kindAvatars {
			dst, rest = s.putURLs(dst, p, avatars(payload)), next
			continue
		}
		if f != nil && f == s.blocks {
			dst = appendBytes(dst, num, patch.blocks(f, payload))
		} else if f != nil && f.twin != nil {
			dst = appendBytes(dst, num, patch.Str(f))
		} else if old := base.subOf(f); old != "" && !f.sub.covers(old, Record(payload)) {
			dst = appendHeader(dst, num, wireBytes)
			body := len(dst)
			dst = enc.appendMerge(dst, f.sub, old, Record(payload))
			dst = insertLen(dst, body)
		} else {
			dst = append(dst, rest[:len(rest)-len(next)]...)
		}
		if f != nil {
			p.dropName(s.byName.get(f.name))
		}
		p.put(num, at, len(dst))
		rest = next
	}
	if baseTail != "" || patchTail != "" {
		dst = enc.mergeTails(dst, p, s, baseTail, patchTail)
	}
	return s.assemble(dst, p, lo)
}

// unfold appends the fields of a record to dst as parts, each as if there were no
// others.
func (s *Schema) unfold(dst []byte, p *parts, r Record) []byte {
	dst = s.unfoldAvatars(p.load(dst, r), p)
	if s.blocks != nil {
		dst = s.unfoldBlocks(dst, p, r)
	}
	return s.unfoldTwins(dst, p, r)
}

// subOf returns the record to merge into when f is an object both sides know.
func (r Record) subOf(f *Field) Record {
	if f == nil || f.kind != kindObject {
		return ""
	}
	return r.Sub(f)
}

// mergeTails lays patch over base. A name that is a field on one side and in
// the tail on the other stays as the newer one, patch, has it.
func (enc *Encoder) mergeTails(dst []byte, p *parts, s *Schema, base, patch rawjson.Value) []byte {
	mark := len(enc.tail)
	for name, v := range base.Members() {
		if !p.hasName(s.byName.get(name)) {
			enc.tail = append(enc.tail, member{name, v})
		}
	}
	for name, v := range patch.Members() {
		p.dropName(s.byName.get(name))
		enc.tail = append(enc.tail, member{name, v})
	}
	p.drop(tailNum)
	return enc.putTail(dst, p, mark)
}
