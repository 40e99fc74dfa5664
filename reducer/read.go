package reducer

import (
	"slices"

	"github.com/slackstate/slackstate/internal/parallel"
	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// readAll makes something of every element of a list, on all processors, and hands
// it on in the list's order. read depends on the element alone.
func readAll[T any](list rawjson.Value, read func(*snapshot.Encoder, rawjson.Value) T, take func(T)) {
	parallel.Map(slices.Collect(list.Elems()), snapshot.NewBulkEncoder, read, take)
}
