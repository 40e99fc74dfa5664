package reducer

import (
	"github.com/slackstate/slackstate/internal/parallel"
	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// elems returns the elements of a list of the response.
func (p *page) elems(name string) []rawjson.Value {
	r := p.reader(name)
	if !r.Enter(rawjson.Array) {
		return nil
	}
	var elems []rawjson.Value
	for r.Next() {
		elems = append(elems, r.Value())
	}
	return elems
}

// readAll makes something of every element of a list, on all processors, and hands
// it on in the list's order. read depends on the element alone.
func readAll[T any](list []rawjson.Value, read func(*snapshot.Encoder, rawjson.Value) T, take func(T)) {
	parallel.Map(list, snapshot.NewBulkEncoder, read, take)
}
