package main

import (
	"fmt"
	"time"

	"github.com/slackstate/slackstate/api"
)

// lookups finds users by id and by name, in random order.
func (b *benchmark) lookups() error {
	snap := api.Of(b.state)
	var ids []api.UserID
	var names []string
	for u := range snap.Users() { // in the order of a hash
		ids = append(ids, u.ID())
		names = append(names, u.Handle())
	}
	const rounds = 1_000_000
	began := time.Now()
	for i := range rounds {
		if _, ok := snap.User(ids[i%len(ids)]); !ok {
			return fmt.Errorf("user %s is not found", ids[i%len(ids)])
		}
	}
	b.LookupIDNS = float64(time.Since(began)) / rounds
	began = time.Now()
	for i := range rounds {
		found := false
		for range snap.UsersNamed(names[i%len(names)]) {
			found = true
			break
		}
		if !found {
			return fmt.Errorf("user %q is not found", names[i%len(names)])
		}
	}
	b.LookupNameNS = float64(time.Since(began)) / rounds
	return nil
}
