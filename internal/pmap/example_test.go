package pmap_test

import (
	"fmt"

	"github.com/slackstate/slackstate/internal/pmap"
)

func Example() {
	var before pmap.Map[string, int]
	before = before.Set("apples", 3).Set("pears", 5)

	edit := before.Edit()
	edit.Set("apples", 4)
	edit.Delete("pears")
	after := edit.Map()

	fmt.Println(before.Get("apples"))
	fmt.Println(after.Get("apples"))
	fmt.Println(after.Get("pears"))
	// Output:
	// 3 true
	// 4 true
	// 0 false
}

func ExampleDiff() {
	before := pmap.Map[string, int]{}.Set("apples", 3)
	after := before.Set("pears", 5)
	equal := func(a, b int) bool { return a == b }
	for key, delta := range pmap.Diff(before, after, equal) {
		fmt.Printf("%s %+v\n", key, delta)
	}
	// Output:
	// pears {Old:0 New:5 HadOld:false HasNew:true}
}
