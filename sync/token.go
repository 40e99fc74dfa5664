package sync

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/slackstate/slackstate/api"
)

// codeExpired says that a token is too old, which another one of the same user
// may not be.
const codeExpired = "token_expired"

// rememberedTokens is how many tokens that were replaced are still kept out of
// what is told: the last answers about them may be on their way.
const rememberedTokens = 4

// A keyring holds the token that calls are made with, and asks its source for
// another when one has expired. Calls that find that out together share one
// question.
type keyring struct {
	source func(context.Context) (string, error) // nil if there is no other token
	asking chan struct{}                         // holds one while the source is asked

	mu     sync.Mutex
	tokens []string // the last is the one to use
}

func newKeyring(cfg Config) *keyring {
	k := &keyring{source: cfg.TokenSource, asking: make(chan struct{}, 1)}
	if cfg.Token != "" {
		k.tokens = []string{cfg.Token}
	}
	return k
}

// token returns the token to use, "" before the source was asked.
func (k *keyring) token() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.tokens) == 0 {
		return ""
	}
	return k.tokens[len(k.tokens)-1]
}

// secrets returns what must not be told: tokens, and more.
func (k *keyring) secrets(more ...string) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append(more, k.tokens...)
}

// renew replaces a token unless that has happened already. The error is ctx's,
// or says why there is none.
func (k *keyring) renew(ctx context.Context, used string) error {
	select {
	case k.asking <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-k.asking }()
	if k.token() != used {
		return nil
	}
	token, err := k.source(ctx)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, api.ErrAuth):
		return fmt.Errorf("ask for a token: %w", api.ErrAuth)
	case err != nil:
		return fmt.Errorf("ask for a token: %w", hushError(err, k.secrets(token)...))
	case token == "":
		return errors.New("ask for a token: there is none")
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tokens = append(k.tokens, token)
	if extra := len(k.tokens) - 1 - rememberedTokens; extra > 0 {
		k.tokens = k.tokens[extra:]
	}
	return nil
}
