package numbered

import (
	"unsafe"

	"github.com/slackstate/slackstate/internal/sizes"
)

// A Vector is one version of a persistent array. The zero Vector is empty and ready
// to use. It never changes, and all methods may be called concurrently.
//
// It is a tree of which all leaves are equally deep. Its trunk is a slice, so that
// there is no end to its size; a change copies the trunk and what lies on one way
// from it to a leaf. Branches and twigs are written only by the edit numbered owner,
// until it publishes them: see [IndexEdit].
type Vector[T any] struct {
	n       int
	version uint64 // no owner is above it
	trunk   []*branch[T]
}

type branch[T any] struct {
	owner uint64
	twigs [width]*twig[T]
}

type twig[T any] struct {
	owner  uint64
	leaves [width]*leaf[T]
}

type leaf[T any] [leafLen]T

const (
	leafLen = 8
	width   = 32

	perTwig   = leafLen * width
	perBranch = perTwig * width
)

// Len returns the number of elements.
func (v *Vector[T]) Len() int { return v.n }

// At returns element i, which must be there.
func (v *Vector[T]) At(i int) T { return *v.at(i) }

// at returns where element i is.
func (v *Vector[T]) at(i int) *T {
	return &v.trunk[i/perBranch].twigs[i/perTwig%width].leaves[i/leafLen%width][i%leafLen]
}

// BuildVector returns the vector of n elements, which at is asked for in order.
func BuildVector[T any](n int, at func(int) T) (v Vector[T]) {
	var e VectorEdit[T]
	e.Start(v)
	for i := 0; i < n; i += leafLen {
		l := new(leaf[T])
		for j := range min(leafLen, n-i) {
			l[j] = at(i + j)
		}
		*e.leaf(i) = l
	}
	e.n = n
	return e.Publish()
}

// Footprint returns how many bytes the vector takes.
func (v *Vector[T]) Footprint() (sum int64) {
	var l leaf[T]
	sum = int64(sizes.Rounded(len(v.trunk) * int(unsafe.Sizeof(v.trunk[0]))))
	for _, b := range v.trunk {
		sum += int64(sizes.Rounded(int(unsafe.Sizeof(*b))))
	}
	sum += int64((v.n + perTwig - 1) / perTwig * sizes.Rounded(int(unsafe.Sizeof(twig[T]{}))))
	return sum + int64((v.n+leafLen-1)/leafLen*sizes.Rounded(int(unsafe.Sizeof(l))))
}

// A VectorEdit is a batch of changes that starts from one Vector and makes others.
// What holds for [IndexEdit] holds for it too.
type VectorEdit[T any] struct {
	Vector[T]
	id  uint64 // above any owner in the vector it started from
	own bool   // the trunk
}

// Start makes e a new VectorEdit that starts from v, whatever it was before.
func (e *VectorEdit[T]) Start(v Vector[T]) { *e = VectorEdit[T]{Vector: v, id: v.version + 1} }

// Publish returns what the edit holds now. The edit can go on from there.
func (e *VectorEdit[T]) Publish() Vector[T] {
	e.version = e.id
	e.id++
	e.own = false
	return e.Vector
}

// Set sets element i, the one behind the last or one before it.
func (e *VectorEdit[T]) Set(i int, x T) {
	at := e.leaf(i)
	l := new(leaf[T])
	if *at != nil {
		*l = **at
	}
	l[i%leafLen] = x
	*at = l
	e.n = max(e.n, i+1)
}

// leaf returns where the leaf of element i hangs, on a twig that the edit owns.
func (e *VectorEdit[T]) leaf(i int) **leaf[T] {
	if !e.own {
		e.trunk, e.own = append(make([]*branch[T], 0, len(e.trunk)), e.trunk...), true
	}
	if i/perBranch == len(e.trunk) {
		e.trunk = append(e.trunk, new(branch[T]))
	}
	b := &e.trunk[i/perBranch]
	if (*b).owner != e.id {
		c := **b
		c.owner, *b = e.id, &c
	}
	t := &(*b).twigs[i/perTwig%width]
	switch {
	case *t == nil:
		*t = &twig[T]{owner: e.id}
	case (*t).owner != e.id:
		c := **t
		c.owner, *t = e.id, &c
	}
	return &(*t).leaves[i/leafLen%width]
}
