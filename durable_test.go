package slackstate_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/slackstate/slackstate"
)

// What ApplyDurable has returned for is in the file, at that moment.
func TestApplyDurable(t *testing.T) {
	st := open(t, file(t), nil)
	for _, frame := range []string{ada, general, adaJoins, adaJoins} { // the last changes nothing
		seq, err := st.ApplyDurable(t.Context(), []byte(frame))
		if err != nil {
			t.Fatal(err)
		}
		if s := st.Status(); seq != s.Seq || s.Durable < seq {
			t.Errorf("event %d was acknowledged, %d of %d are on disk", seq, s.Durable, s.Seq)
		}
	}
}

// An event that changes nothing is acknowledged no sooner than what it repeats.
func TestApplyDurableOfARepeatedEvent(t *testing.T) {
	st := open(t, file(t), nil)
	for i := range 200 {
		joins := fmt.Sprintf(`{"type":"member_joined_channel","user":"U%d","channel":"C1","event_ts":"1700000000.000100"}`, i)
		want := apply(t, st, joins)
		seq, err := st.ApplyDurable(t.Context(), []byte(joins))
		if err != nil || seq != want {
			t.Fatalf("it has number %d, %v, want %d", seq, err, want)
		}
		if s := st.Status(); s.Durable < want {
			t.Fatalf("a repetition of event %d was acknowledged with %d on disk", want, s.Durable)
		}
	}
}

func TestDurable(t *testing.T) {
	for where, path := range map[string]string{"memory": "", "file": file(t)} {
		t.Run(where, func(t *testing.T) {
			st, err := slackstate.Open(path, nil)
			if err != nil {
				t.Fatal(err)
			}
			end := apply(t, st, ada, general)
			for seq := range end + 1 {
				if err := st.Durable(t.Context(), seq); err != nil {
					t.Errorf("%d: %v", seq, err)
				}
			}
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			if err := st.Durable(ended, end); err != nil {
				t.Errorf("of what is on disk already: %v", err)
			}
			if err := st.Durable(ended, end+1); !errors.Is(err, context.Canceled) {
				t.Errorf("of what has not happened: %v, want %v", err, context.Canceled)
			}
			waiting := make(chan error)
			go func() { waiting <- st.Durable(context.Background(), end+1) }()
			closeState(t, st)
			if err := <-waiting; !errors.Is(err, slackstate.ErrClosed) {
				t.Errorf("of what never happens: %v, want %v", err, slackstate.ErrClosed)
			}
			if err := st.Durable(t.Context(), end); err != nil {
				t.Errorf("after Close: %v", err)
			}
		})
	}
}
