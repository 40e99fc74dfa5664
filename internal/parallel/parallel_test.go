package parallel_test

import (
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/internal/parallel"
)

// TestMap: results come in order, each once, and a worker is never shared.
func TestMap(t *testing.T) {
	for _, n := range []int{0, 1, 256, 257, 10_000} {
		list := make([]int, n)
		want := make([]int, n)
		for i := range list {
			list[i], want[i] = i, 2*i
		}
		got := make([]int, 0, n)
		parallel.Map(list, func() *atomic.Bool { return new(atomic.Bool) }, func(busy *atomic.Bool, x int) int {
			if !busy.CompareAndSwap(false, true) {
				t.Error("a worker is used by two at a time")
			}
			defer busy.Store(false)
			return 2 * x
		}, func(x int) { got = append(got, x) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d things (-want +got):\n%s", n, diff)
		}
	}
}

// TestDo: every function has run when Do returns.
func TestDo(t *testing.T) {
	for _, n := range []int{0, 1, 100} {
		ran := make([]int, n)
		var jobs []func()
		for i := range n {
			jobs = append(jobs, func() { ran[i]++ })
		}
		parallel.Do(jobs)
		for i, times := range ran {
			if times != 1 {
				t.Errorf("function %d of %d ran %d times", i, n, times)
			}
		}
	}
}
