package sync

import (
	"errors"
	"net/url"
	"strings"
)

// hush returns text without the secrets in it, and short enough for a log line:
// much of what we report was written by the other side.
func hush(text string, secrets ...string) string {
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "[secret]")
		}
	}
	const longest = 400
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}

// hushError returns err without the URL that net/http and net/url put into
// theirs, and without the secrets. What errors.Is finds in it stays findable
// unless its text held a secret or was too long.
func hushError(err error, secrets ...string) error {
	for u := (*url.Error)(nil); errors.As(err, &u); {
		err = u.Err
	}
	if text := err.Error(); hush(text, secrets...) != text {
		return errors.New(hush(text, secrets...))
	}
	return err
}
