package persist

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// bbolt's format, which is in the machine's byte order.
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
