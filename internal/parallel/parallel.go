// Package parallel runs pure functions on all processors. It is the one way in
// which the packages that always make the same output of the same input use more
// than one: what its functions return, or hand on, does not depend on how many
// there are, nor on what runs when, and no goroutine outlives a call.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Do runs functions that have nothing to do with one another, and returns when
// all have.
func Do(jobs []func()) {
	Each(len(jobs), func(_ *struct{}, i int) { jobs[i]() })
}

// Each calls do for each number below n. do also gets a worker, zero at first, that
// no other goroutine uses at the time. When all calls have returned Each returns the
// workers: what they are together must not depend on which of them did what.
func Each[Worker any](n int, do func(w *Worker, i int)) []Worker {
	workers := make([]Worker, min(runtime.GOMAXPROCS(0), n))
	var started atomic.Int64
	wait := each(n, func(next func() int) {
		w := &workers[started.Add(1)-1]
		for i := next(); i < n; i = next() {
			do(w, i)
		}
	})
	wait()
	return workers
}

// each runs work on as many goroutines as are of use for n things. next gives each
// of their numbers to one of them, and then n or more.
func each(n int, work func(next func() int)) (wait func()) {
	var wg sync.WaitGroup
	var taken atomic.Int64
	next := func() int { return int(taken.Add(1)) - 1 }
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() { work(next) })
	}
	return wg.Wait
}

// batch is how many things are done at a time: enough that handing them over costs
// nothing. Fewer are done by the caller.
const batch = 256

// Map makes something of each of the things in a list, and hands it to take in the
// list's order and on the caller's goroutine. do also gets a worker, made by new,
// that no other goroutine uses at the time; what it returns must not depend on
// what that worker did before.
func Map[In, Out, Worker any](list []In, new func() Worker, do func(Worker, In) Out, take func(Out)) {
	if len(list) <= batch {
		w := new()
		for _, x := range list {
			take(do(w, x))
		}
		return
	}
	n := (len(list) + batch - 1) / batch
	out := make([]chan []Out, n)
	for i := range out {
		out[i] = make(chan []Out, 1)
	}
	wait := each(n, func(next func() int) {
		w := new()
		for i := next(); i < n; i = next() {
			part := list[i*batch : min((i+1)*batch, len(list))]
			results := make([]Out, len(part))
			for j, x := range part {
				results[j] = do(w, x)
			}
			out[i] <- results
		}
	})
	defer wait()
	for _, results := range out {
		for _, x := range <-results {
			take(x)
		}
	}
}
