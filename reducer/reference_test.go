package reducer

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReference: EVENTS.md says of every type what the table does. With -update
// it is written anew.
func TestReference(t *testing.T) {
	want := reference()
	if *update {
		if err := os.WriteFile("EVENTS.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("EVENTS.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("EVENTS.md is out of date, go test -update writes it (-table +file):\n%s", diff)
	}
}

func reference() string {
	var b strings.Builder
	b.WriteString(`# Events

What each event does to the workspace. This page is written from the table that does it.

*Ordered by* is what decides between two events about the same thing: the later one stays, in whatever order they arrive. Where
an event lacks it, the one that arrives last stays.

## Types that change something

| type | comes from | what it does | ordered by |
|---|---|---|---|
`)
	types := slices.Sorted(maps.Keys(table))
	for _, typ := range types {
		if r := table[typ]; r.fn != nil {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", typ, r.via, r.text, r.clock)
		}
	}
	b.WriteString(`
## Types that change nothing

| type | comes from | why |
|---|---|---|
`)
	for _, typ := range types {
		switch r := table[typ]; {
		case r.fn != nil:
		case typ == "":
			fmt.Fprintf(&b, "| *none* | %s | %s |\n", r.via, r.text)
		default:
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", typ, r.via, r.text)
		}
	}
	b.WriteString(`
A type that is not here changes nothing either, and is kept for diagnosis.

## Subtypes of messages

All are ordered by the message's ` + "`ts`" + `. A subtype that is not here counts as a message without one.

| subtype | what it does | unread | displayed as unread |
|---|---|---|---|
`)
	yes := map[bool]string{true: "yes", false: "no"}
	for _, sub := range slices.Sorted(maps.Keys(subtypes)) {
		if r := subtypes[sub]; sub != "" {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", sub, r.does, yes[r.counts != never], yes[r.counts == shown])
		}
	}
	return b.String()
}
