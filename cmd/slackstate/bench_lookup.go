package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/snapshot"
)

// lookups finds users by id and by name, in random order, and so does it in Go
// maps that answer the same: of all names that a user has, without regard to case.
//
// What is looked up is a copy, as what comes in an event is: that what is stored is
// the very same memory would spare a map the look at it. And each of the four has
// its own place in the order, so that none finds in the cache what another brought.
func (b *benchmark) lookups() error {
	snap := api.Of(b.state)
	ids, names := map[api.UserID]api.User{}, map[string][]api.User{}
	var byID []api.UserID
	var byName []string
	for u := range snap.Users() {
		byID = append(byID, u.ID())
		byName = append(byName, u.Handle())
		ids[u.ID()] = u
		of := []string{snapshot.Fold(u.Handle()), snapshot.Fold(u.DisplayName()), snapshot.Fold(u.RealName())}
		slices.Sort(of)
		for _, name := range slices.Compact(of) {
			names[name] = append(names[name], u)
		}
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(byID), func(i, j int) {
		byID[i], byID[j] = byID[j], byID[i]
		byName[i], byName[j] = byName[j], byName[i]
	})
	named := func(name string) bool {
		for u := range snap.UsersNamed(name) {
			return u.Valid()
		}
		return false
	}
	lookups := [...]struct {
		find func(*query) bool
		took time.Duration
	}{
		{find: func(q *query) bool { _, ok := snap.User(q.id); return ok }},
		{find: func(q *query) bool { return ids[q.id].Valid() }},
		{find: func(q *query) bool { return named(q.name) }},
		{find: func(q *query) bool { return names[snapshot.Fold(q.name)][0].Valid() }},
	}
	// In short turns, so that what else the machine does slows all of them.
	const turns, rounds = 1000, 1000
	var asked [rounds]query
	for turn := range turns {
		for n := range lookups {
			l := &lookups[n]
			for i := range asked {
				at := (turn*rounds + i + n*len(byID)/len(lookups)) % len(byID)
				asked[i] = query{api.UserID(strings.Clone(string(byID[at]))), strings.Clone(byName[at])}
			}
			began := time.Now()
			for i := range asked {
				if !l.find(&asked[i]) {
					return fmt.Errorf("user %s, %q, is not found", asked[i].id, asked[i].name)
				}
			}
			l.took += time.Since(began)
		}
	}
	var from, to runtime.MemStats
	runtime.ReadMemStats(&from)
	for i := range asked {
		_, _ = lookups[0].find(&asked[i]), lookups[2].find(&asked[i])
	}
	runtime.ReadMemStats(&to)
	ns := func(n int) float64 { return float64(lookups[n].took) / (turns * rounds) }
	b.LookupIDNS, b.LookupIDMap = ns(0), ns(0)/ns(1)
	b.LookupNameNS, b.LookupNameMap = ns(2), ns(2)/ns(3)
	b.LookupAllocs = float64(to.Mallocs-from.Mallocs) / rounds
	return nil
}

// A query is what a user is looked up by.
type query struct {
	id   api.UserID
	name string
}
