package snapshot

import (
	"encoding/binary"
	"errors"
	"strings"

	"github.com/slackstate/slackstate/internal/rawjson"
)

// Most messages say everything twice: as text, and as one block of rich text with
// nothing in it but the same text. That is half of a message. A schema that has
// said so keeps of such blocks only their id, behind a byte that no JSON begins
// with. Blocks that are not exactly those which the text gives stay as they came,
// so equal messages give equal bytes.

var _ = MessageSchema.repeats(MessageBlocks, MessageText)

// repeats says that the blocks of f may repeat a text.
func (s *Schema) repeats(f, text *Field) *Field {
	s.blocks, f.text, f.linked, text.linked = f, text, true, true
	return f
}

// repeated begins the payload of blocks of which only the id is kept.
const repeated = "\x00"

// A richText is blocks with nothing in them but a text: one block, with one section
// in it, with one piece of text in that.
type richText struct{ id, text string }

// richTextTypes are the types of the objects that a richText is made of. Each is the
// only element of an array.
var richTextTypes = [...]string{"rich_text", "rich_text_section", "text"}

// read passes blocks, and reports whether they are nothing but a text. Where it says
// that they are not they may still be, if they are spelled in an unusual way: the
// canonical spelling is never taken amiss.
func (t *richText) read(r *rawjson.Reader) bool { return t.readLevel(r, 0) }

func (t *richText) readLevel(r *rawjson.Reader, level int) bool {
	if !r.Enter(rawjson.Array) || !r.Enter(rawjson.Object) {
		return false
	}
	const typ, id, content = 1, 2, 4
	read, whole, innermost := 0, typ|content, level == len(richTextTypes)-1
	if level == 0 {
		whole |= id
	}
	for name, more := r.Key(); more; name, more = r.Key() {
		member, ok := 0, false
		switch name {
		case "type":
			var s string
			s, ok = r.Str()
			member, ok = typ, ok && s == richTextTypes[level]
		case "block_id":
			v := r.Value()
			t.id, ok = v.Str()
			member, ok = id, ok && len(v) == len(t.id)+2 && string(v[1:len(v)-1]) == t.id // without escapes
		case "elements":
			member, ok = content, !innermost && t.readLevel(r, level+1)
		case "text":
			t.text, ok = r.Str()
			member, ok = content, ok && innermost
		}
		if !ok || read&member != 0 {
			return false
		}
		read |= member
	}
	return read == whole && !r.Next()
}

// What such blocks are, around their id and their text, as canonical JSON.
const (
	blocksBeforeID   = `[{"block_id":"`
	blocksBeforeText = `","elements":[{"elements":[{"text":`
	blocksEnd        = `,"type":"text"}],"type":"rich_text_section"}],"type":"rich_text"}]`
)

func (t richText) appendJSON(dst []byte) []byte {
	dst = append(dst, blocksBeforeID...)
	dst = append(dst, t.id...)
	dst = append(dst, blocksBeforeText...)
	dst = rawjson.AppendString(dst, t.text)
	return append(dst, blocksEnd...)
}

// unescaped takes back how Slack escapes text, but not that of blocks.
func unescaped(text string) string {
	if strings.IndexByte(text, '&') < 0 {
		return text
	}
	return escapes.Replace(text)
}

var escapes = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

// appendBlocks appends the blocks of an id that repeat a text.
func appendBlocks(dst []byte, id, text string) []byte {
	return richText{id, unescaped(text)}.appendJSON(dst)
}

// blocks returns the payload of blocks as JSON, given that a record has it.
func (r Record) blocks(f *Field, payload string) string {
	id, ok := strings.CutPrefix(payload, repeated)
	if !ok {
		return payload
	}
	var room [512]byte
	return string(appendBlocks(room[:0], id, r.Str(f.text)))
}

// repeats reports whether blocks are to be kept as their id, next to a text.
func (t richText) repeats(text string) bool { return t.text == unescaped(text) }

// putRichText adds blocks to a record whose other fields lie in dst.
func (s *Schema) putRichText(dst []byte, p *parts, t richText) []byte {
	f := s.blocks
	if p.has(f.text.num) && t.repeats(view(p.text(dst, f.text))) {
		return s.putBlocksID(dst, p, t.id)
	}
	lo := len(dst)
	dst = appendHeader(dst, f.num, wireBytes)
	body := len(dst)
	dst = insertLen(t.appendJSON(dst), body)
	p.put(f.num, lo, len(dst))
	return dst
}

func (s *Schema) putBlocksID(dst []byte, p *parts, id string) []byte {
	lo := len(dst)
	dst = appendHeader(dst, s.blocks.num, wireBytes)
	dst = binary.AppendUvarint(dst, uint64(len(repeated)+len(id)))
	dst = append(dst, repeated...)
	dst = append(dst, id...)
	p.put(s.blocks.num, lo, len(dst))
	return dst
}

// foldBlocks puts the id of blocks in their place if they repeat the text. They lie
// in dst as canonical JSON.
func (s *Schema) foldBlocks(dst []byte, p *parts) []byte {
	f := s.blocks
	if !p.has(f.num) || !p.has(f.text.num) {
		return dst
	}
	var t richText
	r := rawjson.Value(view(p.text(dst, f))).Reader()
	if t.read(&r) && t.repeats(view(p.text(dst, f.text))) {
		return s.putBlocksID(dst, p, t.id)
	}
	return dst
}

// unfoldBlocks is the reverse, of what a record has, which parts were loaded from.
func (s *Schema) unfoldBlocks(dst []byte, p *parts, of Record) []byte {
	_, payload, _ := of.find(s.blocks)
	if !p.has(s.blocks.num) || !strings.HasPrefix(payload, repeated) {
		return dst
	}
	lo := len(dst)
	dst = appendBytes(dst, s.blocks.num, of.blocks(s.blocks, payload))
	p.put(s.blocks.num, lo, len(dst))
	return dst
}

// checkBlocks refuses blocks that are kept as an id without a text, or are not
// though they could.
func (s *Schema) checkBlocks(r Record) error {
	_, payload, ok := r.find(s.blocks)
	if !ok {
		return nil
	}
	if !strings.HasPrefix(payload, repeated) {
		var p parts
		dst := p.load(nil, r)
		if n := len(dst); len(s.foldBlocks(dst, &p)) > n {
			return errors.New(s.name + ": blocks repeat the text in full")
		}
		return nil
	}
	if !r.Has(s.blocks.text) {
		return errors.New(s.name + ": blocks repeat a text that is not there")
	}
	return nil
}
