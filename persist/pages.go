package persist

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// checkPages reads every page that is in use in a bbolt file of the given size,
// and reports what keeps it from being a sound tree. bbolt itself follows pages
// blindly, in a mapping of the file: a page number that is wrong by one bit can
// take it out of the file (which kills the process), round in circles until
// memory ends, or make it overwrite a page that is in use. After checkPages it
// can be trusted with the file. Whether records and rows are the right ones is
// for Load to say.
//
// Reading 100 MB takes some 20 ms, and leaves the pages where Load finds them.
func checkPages(f io.ReaderAt, size int64) error {
	m, err := newestMeta(f)
	if err != nil {
		return err
	}
	if have := uint64(size) / uint64(m.PageSize); m.High > have {
		return fmt.Errorf("of %d pages the file has %d", m.High, have)
	}
	c := pageChecker{f: f, meta: m, used: make([]bool, m.High)}
	if err := c.tree(m.Root, 0, pageRange{}, false); err != nil {
		return err
	}
	return c.freelist()
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

type pageChecker struct {
	f    io.ReaderAt
	meta boltMeta
	used []bool   // by page
	bufs [][]byte // by depth: a page stays as long as its children are visited
}

// A pageRange is what keys a subtree may have: from lo on, before hi. nil is no
// bound.
type pageRange struct{ lo, hi []byte }

// tree checks the page id and everything under it. inBucket says that it
// belongs to a bucket and not to the list of buckets.
func (c *pageChecker) tree(id uint64, depth int, keys pageRange, inBucket bool) error {
	page, err := c.read(id, depth)
	if err != nil {
		return err
	}
	switch flags := binary.NativeEndian.Uint16(page[8:]); flags {
	case leafPage:
		err = eachElement(page, keys, func(e element) error { return c.leafElement(e, depth, inBucket) })
	case branchPage:
		err = c.branch(page, depth, keys, inBucket)
	default:
		err = fmt.Errorf("flags %#x", flags)
	}
	if err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	return nil
}

func (c *pageChecker) branch(page []byte, depth int, keys pageRange, inBucket bool) error {
	var last element // its upper bound is the next one's key
	err := eachElement(page, keys, func(e element) error {
		if last.key != nil {
			if err := c.tree(last.child, depth+1, pageRange{last.key, e.key}, inBucket); err != nil {
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
	return c.tree(last.child, depth+1, pageRange{last.key, keys.hi}, inBucket)
}

// leafElement checks a bucket, in a list of buckets, or an entry of a bucket.
func (c *pageChecker) leafElement(e element, depth int, inBucket bool) error {
	const bucketHeader = 16 // root page, sequence
	if e.bucket == inBucket || e.bucket && len(e.value) < bucketHeader {
		return fmt.Errorf("entry %q is not what belongs here", e.key)
	}
	if !e.bucket {
		return nil
	}
	if root := binary.NativeEndian.Uint64(e.value); root != 0 {
		return c.tree(root, depth+1, pageRange{}, true)
	}
	inline := e.value[bucketHeader:] // a small bucket is a page within the entry
	if len(inline) < headerSize || binary.NativeEndian.Uint16(inline[8:]) != leafPage {
		return fmt.Errorf("bucket %q is not what belongs here", e.key)
	}
	return eachElement(inline, pageRange{}, func(e element) error { return c.leafElement(e, depth, true) })
}

// read returns a page with its overflow pages. It is good until the next page
// of that depth is read.
func (c *pageChecker) read(id uint64, depth int) ([]byte, error) {
	if id < 2 || id >= c.meta.High {
		return nil, fmt.Errorf("page %d is outside of the file", id)
	}
	for len(c.bufs) <= depth {
		c.bufs = append(c.bufs, make([]byte, c.meta.PageSize))
	}
	size := uint64(c.meta.PageSize)
	page := c.bufs[depth][:size]
	if _, err := c.f.ReadAt(page, int64(id*size)); err != nil {
		return nil, fmt.Errorf("page %d: %w", id, err)
	}
	n := uint64(binary.NativeEndian.Uint32(page[12:])) + 1
	if self := binary.NativeEndian.Uint64(page); self != id || n > c.meta.High-id {
		return nil, fmt.Errorf("page %d takes itself for %d of %d pages", id, self, n)
	}
	for i := id; i < id+n; i++ {
		if err := c.use(i); err != nil {
			return nil, err
		}
	}
	if n > 1 {
		if uint64(cap(page)) < n*size {
			page = make([]byte, n*size)
			c.bufs[depth] = page
		}
		page = page[:n*size]
		if _, err := c.f.ReadAt(page, int64(id*size)); err != nil {
			return nil, fmt.Errorf("page %d: %w", id, err)
		}
	}
	return page, nil
}

func (c *pageChecker) use(id uint64) error {
	if c.used[id] {
		return fmt.Errorf("page %d is used twice", id)
	}
	c.used[id] = true
	return nil
}

// freelist checks that no page which is listed as free is used, or listed
// twice.
func (c *pageChecker) freelist() error {
	id := c.meta.Freelist
	if id == noFreelist {
		return nil // bbolt then looks for itself
	}
	page, err := c.read(id, 0)
	if err != nil {
		return err
	}
	ids := page[headerSize:]
	n := uint64(binary.NativeEndian.Uint16(page[10:]))
	if n == 0xFFFF { // then the number comes first
		n = binary.NativeEndian.Uint64(ids)
		ids = ids[8:]
	}
	if flags := binary.NativeEndian.Uint16(page[8:]); flags != freelistPage || n > uint64(len(ids)/8) {
		return fmt.Errorf("page %d is not a list of free pages", id)
	}
	for i := range n {
		free := binary.NativeEndian.Uint64(ids[i*8:])
		if free < 2 || free >= c.meta.High {
			return fmt.Errorf("page %d is listed as free", free)
		}
		if err := c.use(free); err != nil {
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
