package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/slacktest"
)

// cached returns the dump of a state that has loaded everything from a server.
func cached(t *testing.T, srv *slacktest.Server) []byte {
	t.Helper()
	st, err := slackstate.Open("", &slackstate.Options{Token: srv.Token(), APIURL: srv.URL(),
		RTM: &slackstate.RTMArgs{MPIMAware: true, PresenceSub: true}, Members: slackstate.All, ReadState: slackstate.Joined})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ran := make(chan error, 1)
	go func() { ran <- st.Run(ctx) }()
	snap, err := st.Wait(ctx, slackstate.Live)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ran; err != nil {
		t.Fatal(err)
	}
	return snap.JSON()
}

// uncompared are the members of a dump of which no truth tells, or that are
// about the dump itself.
var uncompared = []string{"ok", "seq", "digest", "slackstate", "pins", "stars", "files", "messages"}

// A tampering changes one thing in a JSON object and takes it back.
type tampering struct {
	what        string
	apply, undo func()
}

// tamperings returns every way to falsify one thing in what v holds: each leaf
// changed, each member taken away or added, each element taken away or put in
// twice. set replaces v itself.
func tamperings(path string, v any, set func(any)) (all []tampering) {
	replace := func(what string, with any) {
		all = append(all, tampering{path + what, func() { set(with) }, func() { set(v) }})
	}
	switch v := v.(type) {
	case object:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			held := v[name]
			inside := path + "." + name
			if held != nil && name != "num_members" { // which the members tell anyway
				all = append(all, tampering{inside + " is gone", func() { delete(v, name) }, func() { v[name] = held }})
			}
			all = append(all, tamperings(inside, held, func(x any) { v[name] = x })...)
		}
		all = append(all, tampering{path + " has one more", func() { v["forged"] = 1. }, func() { delete(v, "forged") }})
	case []any:
		for i, held := range v {
			inside := fmt.Sprintf("%s[%d]", path, i)
			replace(fmt.Sprintf("[%d] is gone", i), slices.Delete(slices.Clone(v), i, i+1))
			replace(fmt.Sprintf("[%d] is there twice", i), slices.Insert(slices.Clone(v), i, held))
			all = append(all, tamperings(inside, held, func(x any) { v[i] = x })...)
		}
		replace(" has one more", append(slices.Clone(v), object{"id": "forged"}))
	case string:
		replace(" changed", v+"x")
		replace(" changed its type", 7.)
	case float64:
		replace(" changed", v+1)
	case bool:
		replace(" changed", !v)
	case nil:
		replace(" is made up", "forged")
	}
	return all
}

// Whatever is different, in either direction, is told.
func TestComparisonMissesNothing(t *testing.T) {
	srv := newServer(t, slacktest.Options{Users: 6, RTMStart: slacktest.RTMStartFull})
	decode := func(b []byte) (o object) {
		if err := json.Unmarshal(b, &o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	cache, truth := decode(cached(t, srv)), decode(srv.Truth())
	for _, name := range []string{"dnd", "presence"} {
		maps.DeleteFunc(asObject(truth[name]), func(user string, _ any) bool {
			return asObject(cache[name])[user] == nil // Slack told nobody
		})
	}
	honest := compareObjects(cache, truth)
	unknown := slices.Collect(maps.Keys(honest.unknown))
	honest.allow(untold...)
	if len(honest.wrong) > 0 {
		t.Fatalf("before anything is tampered with: %q", honest.wrong)
	}
	tried := 0
	for side, o := range map[string]object{"cache": cache, "truth": truth} {
		for _, name := range slices.Sorted(maps.Keys(o)) {
			if slices.Contains(uncompared, name) {
				continue
			}
			for _, tamper := range tamperings(name, o[name], func(x any) { o[name] = x }) {
				tried++
				tamper.apply()
				c := compareObjects(cache, truth)
				c.allow(unknown...)
				forgotten := !maps.Equal(c.unknown, honest.unknown) || !maps.Equal(c.absent, honest.absent)
				if len(c.wrong) == 0 && !forgotten {
					t.Errorf("%s: %s: nobody minds", side, tamper.what)
				}
				tamper.undo()
			}
		}
	}
	if after := compareObjects(cache, truth); len(after.wrong) > 0 || tried < 1000 {
		t.Errorf("after %d tamperings were undone: %q", tried, after.wrong)
	}
}
