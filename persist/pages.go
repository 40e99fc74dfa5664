package persist

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/slackstate/slackstate/api"
)

// pages reads a bbolt file and checks each page before it looks into it. bbolt
// itself follows pages blindly, in a mapping of the file: a page number that is
// wrong by one bit can take it out of the file (which kills the process), round in
// circles until memory ends, or make it overwrite a page that is in use.
//
// So Open reads what bbolt needs to open the file and to find the head, and Load
// reads the rest, which it has to do anyway. After that bbolt can be trusted with
// the file. Whether records and rows are the right ones is for Load to say.
//
// Buckets may be read by several goroutines at a time.
type pages struct {
	f    io.ReaderAt
	meta boltMeta
	used []atomic.Uint32 // a bit for each page

	rooms *sync.Pool // of *walkRoom
}

// openPages returns a reader of the pages that are in use in a file of the given
// size.
func openPages(f io.ReaderAt, size int64) (*pages, error) {
	m, err := newestMeta(f)
	if err != nil {
		return nil, err
	}
	if have := uint64(size) / uint64(m.PageSize); m.High > have {
		return nil, fmt.Errorf("%w: of %d pages the file has %d", api.ErrTruncated, m.High, have)
	}
	return &pages{f, m, make([]atomic.Uint32, m.High/32+1), new(sync.Pool)}, nil
}

// again returns a reader that does not take what p has read for pages used twice.
func (p *pages) again() *pages {
	return &pages{p.f, p.meta, make([]atomic.Uint32, len(p.used)), p.rooms}
}

// checkStart reads what bbolt reads of a file by itself: the meta pages, the list
// of free pages, the list of buckets and, to find the head, the meta bucket.
func checkStart(f io.ReaderAt, size int64) error {
	p, err := openPages(f, size)
	if err != nil {
		return err
	}
	if _, err := p.free(); err != nil {
		return err
	}
	list, err := p.buckets()
	if err != nil {
		return err
	}
	for _, b := range list {
		if string(b.name) == string(metaBucket) {
			err = p.each(b, func(k, v []byte) error { return nil })
		}
	}
	return err
}

// checkPages reads every page in use. What Load does in passing has to come first
// where something else is about to go through the whole file.
func checkPages(f io.ReaderAt, size int64) error {
	p, err := openPages(f, size)
	if err != nil {
		return err
	}
	list, err := p.buckets()
	if err != nil {
		return err
	}
	for _, b := range list {
		if err := p.each(b, func(k, v []byte) error { return nil }); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
	}
	return p.checkFree()
}

// A boltBucket is where a bucket begins: a page or, for a small one, a page within
// the entry of the list of buckets.
type boltBucket struct {
	name   []byte
	root   uint64
	inline []byte
}

// buckets reads the list of buckets.
func (p *pages) buckets() (list []boltBucket, err error) {
	w := p.walk(pageWalk{buckets: true, visit: func(e element) error {
		const header = 16 // root page, sequence
		if len(e.value) < header {
			return fmt.Errorf("bucket %q is not what belongs here", e.key)
		}
		list = append(list, boltBucket{
			name: bytes.Clone(e.key), root: binary.NativeEndian.Uint64(e.value), inline: bytes.Clone(e.value[header:]),
		})
		return nil
	}})
	defer w.end()
	return list, w.tree(p.meta.Root, 0, pageRange{})
}

// each calls f for each entry of a bucket in the order of the keys. Keys and
// values are good until f returns.
func (p *pages) each(b boltBucket, f func(k, v []byte) error) error {
	return p.from(b, nil, f)
}

// from is each for the entries from a key on. It does not read what is before.
func (p *pages) from(b boltBucket, first []byte, f func(k, v []byte) error) error {
	if b.name == nil {
		return nil // there is no such bucket
	}
	w := p.walk(pageWalk{first: first, visit: func(e element) error {
		if bytes.Compare(e.key, first) < 0 {
			return nil
		}
		return f(e.key, e.value)
	}})
	defer w.end()
	if b.root != 0 {
		return w.tree(b.root, 0, pageRange{})
	}
	if len(b.inline) < headerSize || binary.NativeEndian.Uint16(b.inline[8:]) != leafPage {
		return fmt.Errorf("bucket %q is not what belongs here", b.name)
	}
	return w.leaf(b.inline, pageRange{})
}

// A pagePart calls a function for each entry of a part of a bucket, in the order of
// the keys. Keys and values are good until it returns.
type pagePart func(visit func(k, v []byte) error) error

// parts returns the parts of a bucket in the order of their keys. Several may be
// read at a time, each once. A bucket of many pages has as many as it takes to keep
// some processors equally busy.
func (p *pages) parts(b boltBucket) (parts []pagePart, err error) {
	if b.root == 0 {
		return []pagePart{func(visit func(k, v []byte) error) error { return p.each(b, visit) }}, nil
	}
	trees := []subtree{{id: b.root}}
	for grown := true; grown && len(trees) < maxParts; {
		if trees, grown, err = p.grow(trees); err != nil {
			return nil, err
		}
	}
	size := (len(trees) + maxParts - 1) / maxParts
	for some := range slices.Chunk(trees, size) {
		parts = append(parts, func(visit func(k, v []byte) error) error {
			w := p.walk(pageWalk{visit: func(e element) error { return visit(e.key, e.value) }})
			defer w.end()
			for _, t := range some {
				if err := w.subtree(t); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return parts, nil
}

const maxParts = 16

// A subtree is a page and everything under it.
type subtree struct {
	id   uint64
	keys pageRange
	leaf []byte // the page, if it has been read
}

// grow puts the children of branches in their place, and reports whether there
// were any.
func (p *pages) grow(trees []subtree) (grown []subtree, any bool, err error) {
	w := p.walk(pageWalk{})
	defer w.end()
	for _, t := range trees {
		if t.leaf != nil {
			grown = append(grown, t)
			continue
		}
		page, err := w.read(t.id, 0)
		if err == nil && binary.NativeEndian.Uint16(page[8:]) != branchPage {
			t.leaf = bytes.Clone(page)
			grown = append(grown, t)
			continue
		}
		if err == nil {
			page = bytes.Clone(page) // the children's ranges share it
			err = w.children(page, t.keys, func(id uint64, keys pageRange) error {
				grown = append(grown, subtree{id: id, keys: keys})
				return nil
			})
			any = true
		}
		if err != nil {
			return nil, false, fmt.Errorf("page %d: %w", t.id, err)
		}
	}
	return grown, any, nil
}

// use notes that a page is in use.
func (p *pages) use(id uint64) error {
	bit := uint32(1) << (id % 32)
	if p.used[id/32].Or(bit)&bit != 0 {
		return fmt.Errorf("page %d is used twice", id)
	}
	return nil
}

// free returns the pages that are listed as free.
func (p *pages) free() ([]uint64, error) {
	id := p.meta.Freelist
	if id == noFreelist {
		return nil, errors.New("no list of free pages") // bbolt would go and look
	}
	w := p.walk(pageWalk{})
	defer w.end()
	page, err := w.read(id, 0)
	if err != nil {
		return nil, err
	}
	ids := page[headerSize:]
	n := uint64(binary.NativeEndian.Uint16(page[10:]))
	if n == 0xFFFF { // then the number comes first
		n = binary.NativeEndian.Uint64(ids)
		ids = ids[8:]
	}
	if flags := binary.NativeEndian.Uint16(page[8:]); flags != freelistPage || n > uint64(len(ids)/8) {
		return nil, fmt.Errorf("page %d is not a list of free pages", id)
	}
	free := make([]uint64, n)
	for i := range free {
		free[i] = binary.NativeEndian.Uint64(ids[i*8:])
		if free[i] < 2 || free[i] >= p.meta.High {
			return nil, fmt.Errorf("page %d is listed as free", free[i])
		}
	}
	return free, nil
}

// checkFree reports whether a page that is in use or the same one twice is listed
// as free. It comes after everything has been read.
func (p *pages) checkFree() error {
	free, err := p.free()
	if err != nil {
		return err
	}
	for _, id := range free {
		if err := p.use(id); err != nil {
			return err
		}
	}
	return nil
}
