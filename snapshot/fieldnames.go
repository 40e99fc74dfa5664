package snapshot

// fieldNames finds fields by their JSON names, which happens for every member
// of every object that is encoded. It is a hash table with open addressing whose
// hash is a few bytes of the name: they are few and known, so that a Go map costs
// more for its better hash than it saves.
type fieldNames [2 * maxFields]*Field

func (n *fieldNames) slot(name string) int {
	h := len(name)
	if h > 0 {
		h = 7*h + 5*int(name[0]) + 3*int(name[len(name)/2]) + int(name[len(name)-1])
	}
	for i := h % len(n); ; i = (i + 1) % len(n) {
		if f := n[i]; f == nil || f.name == name {
			return i
		}
	}
}

// get returns the last field added under a name, which leads to the others.
func (n *fieldNames) get(name string) *Field { return n[n.slot(name)] }

func (n *fieldNames) put(f *Field) { n[n.slot(f.name)] = f }
