package pmap

// The arrays of a node have no spare room, so a change to one is a copy into a
// new array of the right length.

// copyInserting fills dst with src and x before src[i].
func copyInserting[T any](dst, src []T, i int, x T) {
	copy(dst, src[:i])
	dst[i] = x
	copy(dst[i+1:], src[i:])
}

// copyRemoving fills dst with src without src[i].
func copyRemoving[T any](dst, src []T, i int) {
	copy(dst, src[:i])
	copy(dst[i:], src[i+1:])
}

// inserted returns a copy of s with x before s[i].
func inserted[T any](s []T, i int, x T) []T {
	r := make([]T, len(s)+1)
	copyInserting(r, s, i, x)
	return r
}

// removed returns a copy of s without s[i], nil if that leaves nothing.
func removed[T any](s []T, i int) []T {
	if len(s) == 1 {
		return nil
	}
	r := make([]T, len(s)-1)
	copyRemoving(r, s, i)
	return r
}
