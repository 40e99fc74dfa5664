package fuzz

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/slackstate/slackstate/reducer"
	"github.com/slackstate/slackstate/slacktest"
	"github.com/slackstate/slackstate/snapshot"
)

// BenchmarkApply measures an event from its bytes to the next snapshot, on the
// mixed traffic of workspaces of several sizes, beside what encoding/json takes
// to decode the same bytes into maps.
func BenchmarkApply(b *testing.B) {
	for _, users := range []int{1000, 10_000} {
		srv, err := slacktest.New(slacktest.Options{Users: users})
		if err != nil {
			b.Fatal(err)
		}
		start := []byte(`{"type":"local.page","method":"rtm.start","response":` + string(srv.StartJSON()) + `}`)
		events := slices.Collect(srv.Workload(1, 20_000))
		srv.Close()
		loaded, _ := reduceAll(b, &snapshot.Snapshot{}, [][]byte{start}, 1)
		b.Run(fmt.Sprintf("users=%d", users), func(b *testing.B) {
			b.ReportAllocs()
			r, s, i := reducer.New(config), loaded, 0
			for b.Loop() {
				if i == len(events) {
					s, i = loaded, 0
				}
				ev, err := reducer.Decode(events[i], int64(i))
				if err != nil {
					b.Fatal(err)
				}
				s, _ = r.Reduce(s, &ev)
				i++
			}
		})
		b.Run(fmt.Sprintf("users=%d/encoding-json", users), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				var v map[string]any
				if err := json.Unmarshal(events[i%len(events)], &v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkBootstrap measures a whole rtm.start response from its bytes to a
// snapshot.
func BenchmarkBootstrap(b *testing.B) {
	srv, err := slacktest.New(slacktest.Options{Users: 10_000})
	if err != nil {
		b.Fatal(err)
	}
	body := srv.StartJSON()
	srv.Close()
	start := []byte(`{"type":"local.page","method":"rtm.start","response":` + string(body) + `}`)
	b.Run("reduce", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			reduceAll(b, &snapshot.Snapshot{}, [][]byte{start}, 1)
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			var v map[string]any
			if err := json.Unmarshal(body, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}
