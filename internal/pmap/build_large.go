package pmap

import "github.com/slackstate/slackstate/internal/parallel"

// A large map is built on all processors: what goes into different slots of its
// root has nothing to do with one another.

// blockSize is how many items are hashed and sorted at a time, and how many it
// takes for more than one goroutine to be of use.
const blockSize = 8 << 10

// eachBlock calls do with the number, the start and the end of each block of n
// items.
func eachBlock(n int, do func(b, start, end int)) {
	jobs := make([]func(), (n+blockSize-1)/blockSize)
	for b := range jobs {
		jobs[b] = func() { do(b, b*blockSize, min((b+1)*blockSize, n)) }
	}
	if len(jobs) == 1 {
		jobs[0]()
		return
	}
	parallel.Do(jobs)
}

// sortBlocks is sortBySlot for the root: each block knows where in dst its items
// of a slot go, because those of the blocks before it have been counted.
func sortBlocks(dst, src []item) (ends [slots]int) {
	places := make([][slots]int, (len(src)+blockSize-1)/blockSize)
	eachBlock(len(src), func(b, start, end int) {
		for _, it := range src[start:end] {
			places[b][slotNumber(it.hash, 0)]++
		}
	})
	place := 0
	for s := range ends {
		for b := range places {
			n := places[b][s]
			places[b][s] = place
			place += n
		}
		ends[s] = place
	}
	eachBlock(len(src), func(b, start, end int) {
		for _, it := range src[start:end] {
			to := &places[b][slotNumber(it.hash, 0)]
			dst[*to] = it
			*to++
		}
	})
	return ends
}

// root returns the map of items that are sorted by their slots in the root. It
// moves them, and scratch is as long.
func (b *builder[K, V]) root(items, scratch []item, ends [slots]int) Map[K, V] {
	var parts [slots]builder[K, V]
	var single [slots][]item // the items of a slot with one key
	var kids [slots]*node[K, V]
	var jobs []func()
	start := 0
	for s, end := range ends {
		part, items, scratch := &parts[s], items[start:end], scratch[start:end]
		start = end
		*part = builder[K, V]{at: b.at}
		switch {
		case len(items) == 0:
		case part.oneKey(items):
			single[s] = items
		default:
			jobs = append(jobs, func() { kids[s] = part.node(items, scratch, stride) })
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
		return Map[K, V]{&node[K, V]{dataMap: dataMap, entries: entries}, b.size}
	}
	return Map[K, V]{newBranch(0, dataMap, nodeMap, entries, below), b.size}
}
