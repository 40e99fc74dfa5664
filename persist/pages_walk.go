package persist

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

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
