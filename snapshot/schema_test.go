package snapshot

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNumbersOnDisk compares every schema with the list in testdata. Files hold
// these numbers: a line may be added to the list, none may be changed or taken
// out, or files that exist are misread.
func TestNumbersOnDisk(t *testing.T) {
	want, err := os.ReadFile("testdata/numbers.txt")
	if err != nil {
		t.Fatal(err)
	}
	kinds := [...]string{"string", "boolean", "number", "list", "object", "whole object", "JSON", "URLs"}
	var got strings.Builder
	var subs []*Schema
	list := func(s *Schema) {
		for num, f := range s.byNum {
			if f == nil {
				continue
			}
			fmt.Fprintf(&got, "  %d %s %s", num, f.name, kinds[f.kind])
			if f.list != nil {
				fmt.Fprintf(&got, " %q", f.list)
			}
			if f.sub != nil {
				fmt.Fprintf(&got, " %s", f.sub.name)
				if !slices.Contains(subs, f.sub) && !slices.Contains(schemas[:], f.sub) {
					subs = append(subs, f.sub)
				}
			}
			got.WriteByte('\n')
		}
	}
	for _, k := range Kinds() {
		fmt.Fprintf(&got, "%d %v\n", k, k)
		list(k.Schema())
	}
	for i := 0; i < len(subs); i++ {
		fmt.Fprintf(&got, "%s\n", subs[i].name)
		list(subs[i])
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("testdata/numbers.txt (-on disk +in the program):\n%s", diff)
	}
}

// TestKinds: kinds are told apart by number and by name, and the entities come
// first.
func TestKinds(t *testing.T) {
	names := map[string]Kind{}
	bookkeeping := false
	for _, k := range Kinds() {
		if other, taken := names[k.String()]; taken {
			t.Errorf("%d and %d are both called %v", k, other, k)
		}
		names[k.String()] = k
		if bookkeeping && k.Entity() {
			t.Errorf("%v comes after bookkeeping", k)
		}
		bookkeeping = !k.Entity()
	}
	for _, k := range []Kind{0, lastEntity + 1, lastKind + 1, 255} {
		if k.Schema() != nil || k.Entity() {
			t.Errorf("kind %d exists", k)
		}
		if got, want := k.String(), fmt.Sprintf("Kind(%d)", k); got != want {
			t.Errorf("kind %d is called %q", k, got)
		}
		var s Snapshot
		if s.Get(k, "") != "" || s.Len(k) != 0 {
			t.Errorf("kind %d has records", k)
		}
		for key := range s.All(k) {
			t.Errorf("kind %d has a record %q", k, key)
		}
	}
}

// TestFieldsAreDistinct: a name may be shared by fields for values of different
// types only.
func TestFieldsAreDistinct(t *testing.T) {
	for _, k := range Kinds() {
		seen := map[string][]fieldKind{}
		for _, f := range k.Schema().fields {
			if slices.Contains(seen[f.name], f.kind) {
				t.Errorf("%v: %s twice with one type", k, f.name)
			}
			seen[f.name] = append(seen[f.name], f.kind)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a number was given twice")
		}
	}()
	s := newSchema("twice", "")
	s.str(1, "a")
	s.str(1, "b")
}
