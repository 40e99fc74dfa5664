package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/snapshot"
)

// lookups finds users by id and by name, in random order, and so does it in Go
// maps that answer the same: of all names that a user has, without regard to case.
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
		find func(i int) bool
		took time.Duration
	}{
		{find: func(i int) bool { _, ok := snap.User(byID[i]); return ok }},
		{find: func(i int) bool { return ids[byID[i]].Valid() }},
		{find: func(i int) bool { return named(byName[i]) }},
		{find: func(i int) bool { return names[snapshot.Fold(byName[i])][0].Valid() }},
	}
	// In short turns, so that what else the machine does slows all of them.
	const turns, rounds = 200, 5000
	var from, to runtime.MemStats
	runtime.ReadMemStats(&from)
	for turn := range turns {
		for n := range lookups {
			l := &lookups[n]
			began := time.Now()
			for i := range rounds {
				if at := (turn*rounds + i) % len(byID); !l.find(at) {
					return fmt.Errorf("user %s, %q, is not found", byID[at], byName[at])
				}
			}
			l.took += time.Since(began)
		}
	}
	runtime.ReadMemStats(&to)
	ns := func(n int) float64 { return float64(lookups[n].took) / (turns * rounds) }
	b.LookupIDNS, b.LookupIDMap = ns(0), ns(0)/ns(1)
	b.LookupNameNS, b.LookupNameMap = ns(2), ns(2)/ns(3)
	b.LookupAllocs = float64((to.Mallocs - from.Mallocs) / (turns * rounds))
	return nil
}
