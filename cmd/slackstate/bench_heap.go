package main

import (
	"fmt"
	"io"
	"runtime"
)

// heap returns the live heap in bytes.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// components says what the heap is made of, in bytes a user.
func (b *benchmark) components() {
	var sum int64
	for _, s := range b.state.Footprint() {
		sum += s.Bytes
		b.Components[s.Part] = float64(s.Bytes) / float64(b.Users)
		b.parts = append(b.parts, s.Part)
	}
	const rest = "not accounted for" // above all, or below: texts that lie in shared pieces
	b.Components[rest] = float64(b.HeapBytes-sum) / float64(b.Users)
	b.parts = append(b.parts, rest)
}

func (b *benchmark) printComponents(w io.Writer) {
	fmt.Fprintf(w, "\nheap, bytes per user\n")
	for _, part := range b.parts {
		fmt.Fprintf(w, "  %-30s %8.1f\n", part, b.Components[part])
	}
}
