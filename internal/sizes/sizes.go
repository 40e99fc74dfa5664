// Package sizes tells how much memory an allocation takes.
package sizes

// Rounded returns the size of the block in which the runtime allocates n bytes.
func Rounded(n int) int { return cap(append([]byte(nil), make([]byte, n)...)) }
