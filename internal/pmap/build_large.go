package pmap

import "github.com/slackstate/slackstate/internal/parallel"

// A large map is built on all processors: what goes into different slots of its
// root has nothing to do with one another.

// blockSize is how many items are hashed at a time, and how many it takes for more
// than one goroutine to be of use.
const blockSize = 8 << 10

// eachBlock calls do with the start and the end of each block of n items.
func eachBlock(n int, do func(start, end int)) {
	if n <= blockSize {
		do(0, n)
		return
	}
	parallel.Each((n+blockSize-1)/blockSize, func(_ *struct{}, b int) {
		do(b*blockSize, min((b+1)*blockSize, n))
	})
}

// root is node for the root of a large map.
func (b *builder[K, V]) root(items []item) *node[K, V] {
	var parts [slots]builder[K, V]
	var single [slots][]item // the items of a slot with one key
	var kids [slots]*node[K, V]
	var jobs []func()
	start := 0
	for s, end := range sortBySlot(items, 0) {
		part, items := &parts[s], items[start:end]
		start = end
		*part = builder[K, V]{at: b.at}
		switch {
		case len(items) == 0:
		case part.oneKey(items):
			single[s] = items
		default:
			jobs = append(jobs, func() { kids[s] = part.node(items, stride) })
		}
	}
	parallel.Do(jobs)

	var dataMap, nodeMap uint32
	var entries []entry[K, V]
	var below []*node[K, V]
	for s := range parts {
		switch {
		case kids[s] != nil:
			nodeMap |= 1 << s
			below = append(below, kids[s])
			b.size += parts[s].size
		case single[s] != nil:
			dataMap |= 1 << s
			entries = append(entries, b.last(single[s]))
			b.size++
		}
	}
	if nodeMap == 0 {
		return &node[K, V]{dataMap: dataMap, entries: entries}
	}
	return newBranch(0, dataMap, nodeMap, entries, below)
}
