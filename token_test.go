package slackstate_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// Where tokens expire, the source is asked for another: at the beginning, and once
// for all calls that find the last one too old, whatever they are.
func TestTokenSource(t *testing.T) {
	bubble(t, slacktest.Options{}, func(t *testing.T, r *rig) {
		var log bytes.Buffer
		var tokens []string
		opts := r.options()
		opts.Token, opts.Bootstrap = "", slackstate.Connect
		opts.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		opts.TokenSource = func(context.Context) (string, error) {
			tokens = append(tokens, r.srv.Token())
			return r.srv.Token(), nil
		}
		st := open(t, "", opts)
		stop := run(t, st)
		wait(t, st, slackstate.Live)
		<-time.After(5 * time.Minute)

		r.srv.RotateToken()
		r.srv.Disconnect()
		<-time.After(5 * time.Minute)
		wait(t, st, slackstate.Live)

		r.srv.RotateToken() // while it is live: the next call finds out
		id, err := r.srv.InviteForeigner(r.srv.Self(), string(town(t, r.srv)), "Zoe Abroad")
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Minute)
		if u, _ := st.Snapshot().User(api.UserID(id)); u.RealName() != "Zoe Abroad" {
			t.Errorf("%v is not known: %q", id, u.RealName())
		}
		stop()
		if len(tokens) != 3 || tokens[0] == tokens[1] || tokens[1] == tokens[2] {
			t.Errorf("%d tokens asked for, want 3 that differ", len(tokens))
		}
		for _, token := range tokens {
			if strings.Contains(log.String(), token) {
				t.Error("a token is in the log")
			}
		}
	})
}

// A source that fails for a while is asked again; one that has no other token, or
// says that there will be none, ends Run. No error has the token in it.
func TestTokenSourceFails(t *testing.T) {
	for _, tt := range []struct {
		name   string
		source func(asked int, r *rig) (string, error)
		asked  int
		want   error
	}{
		{"for a while", func(asked int, r *rig) (string, error) {
			if asked < 4 {
				return r.srv.Token(), fmt.Errorf("no answer for %s", r.srv.Token())
			}
			return r.srv.Token(), nil
		}, 4, nil},
		{"with nothing", func(asked int, r *rig) (string, error) {
			if asked < 3 {
				return "", nil
			}
			return r.srv.Token(), nil
		}, 3, nil},
		{"for good", func(_ int, r *rig) (string, error) {
			return r.srv.Token(), fmt.Errorf("%s is revoked: %w", r.srv.Token(), api.ErrAuth)
		}, 1, api.ErrAuth},
		{"to have another", func(asked int, r *rig) (string, error) {
			if asked == 1 {
				defer r.srv.RotateToken()
			}
			return strings.TrimSuffix(r.srv.Token(), "-1"), nil
		}, 2, api.ErrAuth},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, slacktest.Options{}, func(t *testing.T, r *rig) {
				asked := 0
				opts := r.options()
				opts.Token = ""
				opts.TokenSource = func(context.Context) (string, error) {
					asked++
					return tt.source(asked, r)
				}
				st := open(t, "", opts)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				ended := make(chan error, 1)
				go func() { ended <- st.Run(ctx) }()
				<-time.After(10 * time.Minute)
				if st.Status().Phase == api.Live {
					cancel()
				}
				err := <-ended
				if !errors.Is(err, tt.want) || tt.want == nil && err != nil || asked != tt.asked {
					t.Errorf("Run: %v after asking %d times, want %v after %d", err, asked, tt.want, tt.asked)
				}
				if err != nil && strings.Contains(err.Error(), "xoxb-") {
					t.Error("the token is in the error")
				}
			})
		})
	}
}
