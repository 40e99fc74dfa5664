package slackstate_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/slacktest"
)

// BenchmarkApply measures the way of an event from its bytes to the snapshot
// that everybody sees, and past that of one that changes nothing.
func BenchmarkApply(b *testing.B) {
	srv, err := slacktest.New(slacktest.Options{Users: 1000})
	if err != nil {
		b.Fatal(err)
	}
	start := fmt.Appendf(nil, `{"type":"local.page","method":"rtm.start","response":%s}`, srv.StartJSON())
	events := slices.Collect(srv.Workload(1, 20_000))
	srv.Close()
	for _, bb := range []struct {
		name   string
		events [][]byte
	}{
		{"traffic", events},
		{"user_typing", [][]byte{[]byte(`{"type":"user_typing","channel":"C024BE91L","user":"U2147483697"}`)}},
		{"reconnect_url", [][]byte{[]byte(`{"type":"reconnect_url","url":"wss:\/\/wss-primary.slack.com\/link\/?ticket=1234-5678"}`)}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			st, err := slackstate.Open("", nil)
			if err != nil {
				b.Fatal(err)
			}
			defer st.Close()
			if _, err := st.Apply(b.Context(), start); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := st.Apply(b.Context(), bb.events[i%len(bb.events)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
