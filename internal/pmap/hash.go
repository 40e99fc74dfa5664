package pmap

import (
	"hash/maphash"
	"math/bits"
)

const (
	stride   = 5           // bits of the hash that choose a slot
	slots    = 1 << stride // slots in a node
	hashBits = 64          // keys that agree in all of them share a collision node
)

// seed differs from process to process because keys are chosen by strangers,
// who could otherwise aim them all at one slot.
var seed = maphash.MakeSeed()

func hash(key string) uint64 { return maphash.String(seed, key) }

// slotNumber returns the slot, 0 to 31, that hash h takes in a node which shift
// bits of the hash lead to. The high bits come first.
func slotNumber(h uint64, shift uint) int { return int(h << (shift & 63) >> (hashBits - stride)) }

// slot returns the same slot as a bitmap of one bit.
func slot(h uint64, shift uint) uint32 { return 1 << slotNumber(h, shift) }

// index returns where the item of a slot is, or would be, among the items of
// all the slots in bitmap.
func index(bitmap, slot uint32) int { return bits.OnesCount32(bitmap & (slot - 1)) }
