package snapshot

import (
	"bytes"
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

// What such blocks are, around their id and their text, as canonical JSON.
const (
	blocksBeforeID   = `[{"block_id":"`
	blocksBeforeText = `","elements":[{"elements":[{"text":`
	blocksEnd        = `,"type":"text"}],"type":"rich_text_section"}],"type":"rich_text"}]`
)

// unescaped takes back how Slack escapes text, but not that of blocks.
var unescaped = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

// appendBlocks appends the blocks of an id that repeat a text.
func appendBlocks[T ~string | ~[]byte](dst []byte, id T, text string) []byte {
	if strings.IndexByte(text, '&') >= 0 {
		text = unescaped.Replace(text)
	}
	dst = append(dst, blocksBeforeID...)
	dst = append(dst, id...)
	dst = append(dst, blocksBeforeText...)
	dst = rawjson.AppendString(dst, text)
	return append(dst, blocksEnd...)
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

// foldBlocks puts the id of blocks in their place if they repeat the text. They lie
// in dst.
func (s *Schema) foldBlocks(dst []byte, p *parts) []byte {
	f := s.blocks
	if !p.has(f.num) || !p.has(f.text.num) {
		return dst
	}
	whole := p.text(dst, f)
	rest, ok := bytes.CutPrefix(whole, []byte(blocksBeforeID))
	if !ok {
		return dst
	}
	end := bytes.IndexAny(rest, `"\`)
	if end < 0 || rest[end] != '"' {
		return dst
	}
	id, lo := rest[:end], len(dst)
	dst = appendBlocks(dst, id, string(p.text(dst, f.text)))
	if same := bytes.Equal(dst[lo:], whole); !same {
		return dst[:lo]
	}
	dst = appendHeader(dst[:lo], f.num, wireBytes)
	dst = binary.AppendUvarint(dst, uint64(len(repeated)+len(id)))
	dst = append(dst, repeated...)
	dst = append(dst, id...)
	p.put(f.num, lo, len(dst))
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
