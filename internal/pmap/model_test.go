package pmap

import (
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A hasher stands in for hash, so that tests can have keys collide. The methods
// do what the exported ones of the same name do.
type hasher func(string) uint64

func (h hasher) get(m Map[string, int], key string) (int, bool) { return m.root.get(h(key), key) }
func (h hasher) set(e *Edit[string, int], key string, v int) {
	e.put(h(key), entry[string, int]{key, v})
}
func (h hasher) delete(e *Edit[string, int], key string) bool { return e.drop(h(key), key) }

func (h hasher) edit(m Map[string, int]) *Edit[string, int] {
	e := m.Edit()
	e.hash = h
	return e
}

func (h hasher) build(content iter.Seq2[string, int]) Map[string, int] {
	at, n := listed(content)
	b := builder[string, int]{at: at}
	items := make([]item, n)
	for i := range items {
		key, _ := at(i)
		items[i] = item{h(key), i}
	}
	return b.build(items)
}

// listed returns what Build takes.
func listed[V any](content iter.Seq2[string, V]) (at func(int) (string, V), n int) {
	var keys []string
	var values []V
	for key, v := range content {
		keys, values = append(keys, key), append(values, v)
	}
	return func(i int) (string, V) { return keys[i], values[i] }, len(keys)
}

// hashers go from the real one to the worst there can be.
var hashers = []struct {
	name string
	hash hasher
}{
	{"real", hash},
	{"16 values apart at the root", func(key string) uint64 { return hash(key) &^ (1<<60 - 1) }},
	{"64 values apart at the bottom", func(key string) uint64 { return hash(key) >> 58 }},
	{"256 values apart at both ends", func(key string) uint64 { return hash(key) &^ (1<<60 - 1 - 15) }},
	{"one value", func(string) uint64 { return 0x0123456789abcdef }},
}

// A version is a published map and what it must hold for ever.
type version struct {
	pmap  Map[string, int]
	model map[string]int
}

// play reads a script of changes, three bytes each, carries them out on maps
// and on models, and checks every version at the end, when all the edits that
// could have damaged it are over.
func play(t *testing.T, h hasher, script []byte) {
	t.Helper()
	versions := []version{{Map[string, int]{}, map[string]int{}}}
	e, model := h.edit(versions[0].pmap), map[string]int{}
	for step := 0; len(script) >= 3; step++ {
		op, a, b := script[0], script[1], script[2]
		script = script[3:]
		key := fmt.Sprintf("key %d", int(a)<<1|int(b&1))
		switch want, had := model[key]; op % 16 {
		default:
			h.set(e, key, step)
			model[key] = step
		case 8, 9, 10, 11, 12:
			if h.delete(e, key) != had {
				t.Fatalf("step %d: Delete(%q) = %t, want %t", step, key, !had, had)
			}
			delete(model, key)
		case 13:
			if got, ok := e.root.get(h(key), key); got != want || ok != had {
				t.Fatalf("step %d: Get(%q) = %d, %t, want %d, %t", step, key, got, ok, want, had)
			}
		case 14: // publish and go on
			versions = append(versions, version{e.Map(), maps.Clone(model)})
		case 15: // go back to some version and start another edit there
			from := versions[int(a)%len(versions)]
			e, model = h.edit(from.pmap), maps.Clone(from.model)
		}
		if e.Len() != len(model) {
			t.Fatalf("step %d: Len() = %d, want %d", step, e.Len(), len(model))
		}
	}
	versions = append(versions, version{e.Map(), model})

	for i, v := range versions {
		if err := checkShape(v.pmap, h); err != nil {
			t.Fatalf("version %d: %v", i, err)
		}
		if diff := cmp.Diff(v.model, maps.Collect(v.pmap.All())); diff != "" {
			t.Fatalf("version %d: content (-want +got):\n%s", i, diff)
		}
		for k := range 512 {
			key := fmt.Sprintf("key %d", k)
			want, had := v.model[key]
			if got, ok := h.get(v.pmap, key); got != want || ok != had {
				t.Fatalf("version %d: Get(%q) = %d, %t, want %d, %t", i, key, got, ok, want, had)
			}
		}
		if diff := cmp.Diff(shape(h.build(maps.All(v.model))), shape(v.pmap)); diff != "" {
			t.Fatalf("version %d: shape (-built +edited):\n%s", i, diff)
		}
		for _, j := range []int{0, max(i-1, 0), len(versions) - 1} {
			old := versions[j]
			got := maps.Collect(Diff(old.pmap, v.pmap, func(a, b int) bool { return a == b }))
			if diff := cmp.Diff(modelDiff(old.model, v.model), got); diff != "" {
				t.Fatalf("Diff(version %d, version %d) (-want +got):\n%s", j, i, diff)
			}
		}
	}
}

func modelDiff(old, new map[string]int) map[string]Delta[int] {
	deltas := make(map[string]Delta[int])
	for key, was := range old {
		if is, ok := new[key]; !ok || is != was {
			deltas[key] = Delta[int]{Old: was, New: is, HadOld: true, HasNew: ok}
		}
	}
	for key, is := range new {
		if _, ok := old[key]; !ok {
			deltas[key] = Delta[int]{New: is, HasNew: true}
		}
	}
	return deltas
}

// TestModel plays random histories. Every version must equal its model after
// everything else has happened, and be what Build makes of the same content.
func TestModel(t *testing.T) {
	for _, h := range hashers {
		t.Run(h.name, func(t *testing.T) {
			for seed := range uint64(4) {
				random := rand.New(rand.NewPCG(seed, 1))
				script := make([]byte, 3*1000)
				for i := range script {
					script[i] = byte(random.Uint32())
				}
				play(t, h.hash, script)
			}
		})
	}
}

// FuzzMap plays any history under any of the hashers: pmap = Go map.
func FuzzMap(f *testing.F) {
	for i := range hashers {
		f.Add(byte(i), []byte("\x00a0\x00a1\x00b0\x0e00\x08a0\x08a1\x0e00\x0fA0\x00c0\x08b0"))
	}
	f.Fuzz(func(t *testing.T, i byte, script []byte) {
		const longest = 3 * 2000 // beyond this it only gets slower
		play(t, hashers[int(i)%len(hashers)].hash, script[:min(len(script), longest)])
	})
}
