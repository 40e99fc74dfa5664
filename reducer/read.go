package reducer

import (
	"github.com/slackstate/slackstate/internal/parallel"
	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// readAll makes something of every element of a list of the response, on all
// processors, and hands it on in the list's order. read depends on the element
// alone.
func readAll[T any](p *page, name string, read func(*snapshot.Encoder, rawjson.Value) T, take func(T)) {
	var elems []rawjson.Value
	if r := p.reader(name); r.Enter(rawjson.Array) {
		for r.Next() {
			elems = append(elems, r.Value())
		}
	}
	parallel.Map(elems, snapshot.NewBulkEncoder, read, take)
}
