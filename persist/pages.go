package persist

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
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

// What follows is bbolt's format, which is in the machine's byte order.
const (
	boltMagic   = 0xED0CDAED
	boltVersion = 2

	headerSize  = 16 // of a page: id, flags, count, overflow
	elementSize = 16

	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10

	bucketElement = 0x01

	noFreelist = ^uint64(0)
)

// A boltMeta is one of the two pages at the start of a file. Transactions write
// them in turn, so one of them is sound whatever happens.
type boltMeta struct {
	Magic, Version, PageSize, Flags uint32
	Root, Sequence                  uint64
	Freelist                        uint64
	High                            uint64 // pages from here on are not in use
	Txid                            uint64
	Checksum                        uint64
}

// newestMeta returns the meta page that bbolt will go by.
func newestMeta(f io.ReaderAt) (boltMeta, error) {
	var best boltMeta
	if m, ok := metaAt(f, 0); ok {
		best = m
		if m, ok := metaAt(f, int64(m.PageSize)); ok && m.Txid > best.Txid {
			best = m
		}
		return best, nil
	}
	// Without the first, the place of the second has to be guessed.
	for size := int64(1 << 10); size <= 1<<24; size *= 2 {
		if m, ok := metaAt(f, size); ok && int64(m.PageSize) == size {
			return m, nil
		}
	}
	return best, errors.New("not a bbolt file")
}

func metaAt(f io.ReaderAt, off int64) (m boltMeta, ok bool) {
	buf := make([]byte, binary.Size(m))
	if _, err := f.ReadAt(buf, off+headerSize); err != nil {
		return m, false
	}
	if _, err := binary.Decode(buf, binary.NativeEndian, &m); err != nil {
		return m, false
	}
	h := fnv.New64a()
	_, _ = h.Write(buf[:len(buf)-8]) // never fails
	return m, m.Magic == boltMagic && m.Version == boltVersion && m.Checksum == h.Sum64() && m.PageSize >= 1<<10
}

// use notes that a page is in use.
func (p *pages) use(id uint64) error {
	bit := uint32(1) << (id % 32)
	if p.used[id/32].Or(bit)&bit != 0 {
		return fmt.Errorf("page %d is used twice", id)
	}
	return nil
}

// A pageWalk goes through one tree of pages.
type pageWalk struct {
	*pages
	buckets bool                // the entries have to be buckets, or else must not be
	first   []byte              // pages with lower keys only are passed over
	visit   func(element) error // for each entry of a leaf
	*walkRoom
	aheadID uint64 // the first page in ahead, which is empty at first
	last    uint64 // the last page read
}

// A walkRoom is room for pages. Walks use it one after the other.
type walkRoom struct {
	bufs  [][]byte // by depth: a page stays as long as its children are visited
	ahead []byte   // several pages, of which a walk may not need all
}

// A pageRange is what keys a subtree may have: from lo on, before hi. nil is no
// bound.
type pageRange struct{ lo, hi []byte }

// tree goes through the page id and everything under it.
func (w *pageWalk) tree(id uint64, depth int, keys pageRange) error {
	if keys.hi != nil && bytes.Compare(keys.hi, w.first) <= 0 {
		return nil
	}
	page, err := w.read(id, depth)
	if err != nil {
		return err
	}
	if err := w.page(page, depth, keys); err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	return nil
}

// subtree is tree for a page that may have been read.
func (w *pageWalk) subtree(t subtree) error {
	if t.leaf == nil {
		return w.tree(t.id, 0, t.keys)
	}
	if err := w.page(t.leaf, 0, t.keys); err != nil {
		return fmt.Errorf("page %d: %w", t.id, err)
	}
	return nil
}

func (w *pageWalk) page(page []byte, depth int, keys pageRange) error {
	switch flags := binary.NativeEndian.Uint16(page[8:]); flags {
	case leafPage:
		return w.leaf(page, keys)
	case branchPage:
		return w.children(page, keys, func(id uint64, keys pageRange) error { return w.tree(id, depth+1, keys) })
	default:
		return fmt.Errorf("flags %#x", flags)
	}
}

// children calls f for each child of a branch.
func (w *pageWalk) children(page []byte, keys pageRange, f func(id uint64, keys pageRange) error) error {
	var last element // its upper bound is the next one's key
	err := eachElement(page, keys, func(e element) error {
		if last.key != nil {
			if err := f(last.child, pageRange{last.key, e.key}); err != nil {
				return err
			}
		}
		last = e
		return nil
	})
	if err != nil {
		return err
	}
	if last.key == nil {
		return errors.New("a branch that leads nowhere")
	}
	return f(last.child, pageRange{last.key, keys.hi})
}

func (w *pageWalk) leaf(page []byte, keys pageRange) error {
	return eachElement(page, keys, func(e element) error {
		if e.bucket != w.buckets {
			return fmt.Errorf("entry %q is not what belongs here", e.key)
		}
		return w.visit(e)
	})
}

// read returns a page with its overflow pages. It is good until the next page
// of that depth is read or, if it is a leaf, any page.
func (w *pageWalk) read(id uint64, depth int) ([]byte, error) {
	if id < 2 || id >= w.meta.High {
		return nil, fmt.Errorf("page %d is outside of the file", id)
	}
	page, err := w.readPages(id, 1, depth)
	if err != nil {
		return nil, fmt.Errorf("page %d: %w", id, err)
	}
	n := uint64(binary.NativeEndian.Uint32(page[12:])) + 1
	if self := binary.NativeEndian.Uint64(page); self != id || n > w.meta.High-id {
		return nil, fmt.Errorf("page %d takes itself for %d of %d pages", id, self, n)
	}
	for i := id; i < id+n; i++ {
		if err := w.use(i); err != nil {
			return nil, err
		}
	}
	if n > 1 {
		if page, err = w.readPages(id, n, depth); err != nil {
			return nil, fmt.Errorf("page %d: %w", id, err)
		}
	}
	w.last = id + n - 1
	if binary.NativeEndian.Uint16(page[8:]) != leafPage {
		page = append(w.room(depth, 0), page...)
	}
	return page, nil
}

// room returns n bytes that are used for pages of a depth only.
func (w *pageWalk) room(depth, n int) []byte {
	for len(w.bufs) <= depth {
		w.bufs = append(w.bufs, nil)
	}
	if cap(w.bufs[depth]) < n || w.bufs[depth] == nil {
		w.bufs[depth] = make([]byte, max(n, int(w.meta.PageSize)))
	}
	return w.bufs[depth][:n]
}

const pieceSize = 64 << 10

// readPages returns n pages. Much of a file was written in order, and is read in
// larger pieces.
func (w *pageWalk) readPages(id, n uint64, depth int) ([]byte, error) {
	size := uint64(w.meta.PageSize)
	if id < w.aheadID || (id+n)*size > w.aheadID*size+uint64(len(w.ahead)) {
		if id != w.last+1 || n*size > pieceSize {
			page := w.room(depth, int(n*size))
			_, err := w.f.ReadAt(page, int64(id*size))
			return page, err
		}
		if w.ahead == nil {
			w.ahead = make([]byte, max(pieceSize, size))
		}
		w.ahead, w.aheadID = w.ahead[:min(uint64(cap(w.ahead)), (w.meta.High-id)*size)], id
		if _, err := w.f.ReadAt(w.ahead, int64(id*size)); err != nil {
			w.ahead = w.ahead[:0]
			return nil, err
		}
	}
	at := (id - w.aheadID) * size
	return w.ahead[at : at+n*size], nil
}

// walk begins a walk, which is to be ended.
func (p *pages) walk(w pageWalk) *pageWalk {
	w.pages = p
	var ok bool
	if w.walkRoom, ok = p.rooms.Get().(*walkRoom); !ok {
		w.walkRoom = new(walkRoom)
	}
	w.ahead = w.ahead[:0]
	return &w
}

func (w *pageWalk) end() { w.rooms.Put(w.walkRoom) }

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

// An element is one entry of a page.
type element struct {
	key, value []byte
	child      uint64 // on a branch page
	bucket     bool   // on a leaf page: the value is a bucket's header
}

// eachElement calls f for the entries of a branch or leaf page, after it has
// checked that they lie within the page and that their keys ascend within the
// given range.
func eachElement(page []byte, keys pageRange, f func(element) error) error {
	isBranch := binary.NativeEndian.Uint16(page[8:]) == branchPage
	count := int(binary.NativeEndian.Uint16(page[10:]))
	data := headerSize + count*elementSize // where keys and values begin
	prev := keys.lo
	for i := range count {
		at := headerSize + i*elementSize
		if at+elementSize > len(page) {
			return fmt.Errorf("%d entries", count)
		}
		var e element
		var pos, keySize, valueSize uint32
		if raw := page[at:]; isBranch {
			pos, keySize = binary.NativeEndian.Uint32(raw), binary.NativeEndian.Uint32(raw[4:])
			e.child = binary.NativeEndian.Uint64(raw[8:])
		} else {
			flags := binary.NativeEndian.Uint32(raw)
			if flags > bucketElement {
				return fmt.Errorf("entry %d has flags %#x", i, flags)
			}
			e.bucket = flags == bucketElement
			pos, keySize = binary.NativeEndian.Uint32(raw[4:]), binary.NativeEndian.Uint32(raw[8:])
			valueSize = binary.NativeEndian.Uint32(raw[12:])
		}
		start := uint64(at) + uint64(pos)
		middle := start + uint64(keySize)
		end := middle + uint64(valueSize)
		if start < uint64(data) || end > uint64(len(page)) {
			return fmt.Errorf("entry %d lies outside of the page", i)
		}
		e.key, e.value = page[start:middle], page[middle:end]
		order := bytes.Compare(prev, e.key)
		if len(e.key) == 0 || order > 0 || order == 0 && i > 0 || keys.hi != nil && bytes.Compare(e.key, keys.hi) >= 0 {
			return fmt.Errorf("entry %d is out of order", i)
		}
		prev = e.key
		if err := f(e); err != nil {
			return err
		}
	}
	return nil
}
