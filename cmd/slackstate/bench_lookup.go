package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/slackstate/slackstate/api"
)

// lookups finds users by id and by name, in random order, and so does it in Go
// maps of the same users.
func (b *benchmark) lookups() error {
	snap := api.Of(b.state)
	ids, names := map[api.UserID]api.User{}, map[string][]api.User{}
	var byID []api.UserID
	var byName []string
	for u := range snap.Users() {
		byID = append(byID, u.ID())
		byName = append(byName, u.Handle())
		ids[u.ID()] = u
		names[u.Handle()] = append(names[u.Handle()], u)
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(byID), func(i, j int) {
		byID[i], byID[j] = byID[j], byID[i]
		byName[i], byName[j] = byName[j], byName[i]
	})
	user, err := lookup(byID, func(id api.UserID) bool { _, ok := snap.User(id); return ok })
	if err != nil {
		return err
	}
	named, err := lookup(byName, func(name string) bool {
		for u := range snap.UsersNamed(name) {
			return u.Valid()
		}
		return false
	})
	if err != nil {
		return err
	}
	plain, err := lookup(byID, func(id api.UserID) bool { return ids[id].Valid() })
	if err != nil {
		return err
	}
	plainNamed, err := lookup(byName, func(name string) bool { return names[name][0].Valid() })
	if err != nil {
		return err
	}
	b.LookupIDNS, b.LookupNameNS = user.ns, named.ns
	b.LookupIDMap, b.LookupNameMap = user.ns/plain.ns, named.ns/plainNamed.ns
	b.LookupAllocs = (user.allocs + named.allocs) / 2
	return nil
}

// cost is that of one lookup.
type cost struct{ ns, allocs float64 }

// lookup finds every key in turn.
func lookup[K ~string](keys []K, find func(K) bool) (c cost, err error) {
	const rounds = 1_000_000
	var from, to runtime.MemStats
	runtime.ReadMemStats(&from)
	began := time.Now()
	for i := range rounds {
		if key := keys[i%len(keys)]; !find(key) {
			return c, fmt.Errorf("%q is not found", key)
		}
	}
	c.ns = float64(time.Since(began)) / rounds
	runtime.ReadMemStats(&to)
	c.allocs = float64((to.Mallocs-from.Mallocs)/rounds*1000) / 1000
	return c, nil
}
