package slacktest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxRedirects is how many redirects a delivery follows.
const maxRedirects = 2

// errRedirects ends a delivery that was sent around too often.
var errRedirects = errors.New("too many redirects")

// Deliver posts events to a request URL the way the Events API does: those from
// the call on. It first verifies the URL with a challenge, and returns an error if
// the answer is wrong; then it goes on until ctx ends, and returns its error, or
// until the server is closed, and returns nil.
//
//  1. Every request is signed with SigningSecret, and time-stamped.
//  2. Each event is tried once in order. If it is not answered with 2xx within
//     three seconds it is tried again at once, after one and after five minutes,
//     with X-Slack-Retry-Num and X-Slack-Retry-Reason, while later events go on.
//  3. An answer with X-Slack-No-Retry: 1 is not tried again.
//  4. When more events wait than MaxQueue allows, the rest are dropped and one
//     app_rate_limited callback takes their place.
func (s *Server) Deliver(ctx context.Context, url string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t := s.events.take()
	defer s.events.release(t)
	if err := s.verify(ctx, url); err != nil {
		return fmt.Errorf("verify request URL %s: %w", url, err)
	}
	var retries sync.WaitGroup
	defer retries.Wait()
	defer cancel() // before the wait: retries end with the delivery
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.done:
			return nil
		case <-t.wake:
		}
		for _, cb := range s.events.next(t) {
			reason, again := s.attempt(ctx, url, cb.body, 0, "")
			if again {
				retries.Go(func() { s.retry(ctx, url, cb, reason) })
			}
		}
	}
}

// take starts keeping events for a delivery.
func (e *events) take() *taker {
	e.mu.Lock()
	defer e.mu.Unlock()
	t := &taker{wake: make(chan struct{}, 1)}
	e.takers = append(e.takers, t)
	return t
}

func (e *events) release(t *taker) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.takers = slices.DeleteFunc(e.takers, func(other *taker) bool { return other == t })
}

func (e *events) next(t *taker) []callback {
	e.mu.Lock()
	defer e.mu.Unlock()
	queued := t.queue
	t.queue = nil
	return queued
}

// verify asks the URL to repeat a challenge: as text, as a form, or as JSON.
func (s *Server) verify(ctx context.Context, url string) error {
	challenge := rand.Text()
	resp, err := s.signed(ctx, url, marshal(object{"token": "deprecated", "challenge": challenge, "type": "url_verification"}), nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err != nil {
		return err
	}
	said := strings.TrimSpace(string(answer))
	var body struct{ Challenge string }
	if json.Unmarshal(answer, &body) == nil {
		said = body.Challenge
	}
	if resp.StatusCode != http.StatusOK || strings.TrimPrefix(said, "challenge=") != challenge {
		return fmt.Errorf("answered %d %q", resp.StatusCode, answer)
	}
	return nil
}

// retry tries an event again until it is taken, refused for good, or out of
// tries.
func (s *Server) retry(ctx context.Context, url string, cb callback, reason string) {
	for i, wait := range retryAfter {
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		case <-s.done:
			timer.Stop()
			return
		}
		var again bool
		if reason, again = s.attempt(ctx, url, cb.body, i+1, reason); !again {
			return
		}
	}
}

// attempt posts an event once. It returns why that did not work, and whether to
// try again.
func (s *Server) attempt(ctx context.Context, url string, body []byte, num int, reason string) (string, bool) {
	ctx, cancel := context.WithTimeout(ctx, ackTime)
	defer cancel()
	header := http.Header{}
	if num > 0 {
		header.Set("X-Slack-Retry-Num", strconv.Itoa(num))
		header.Set("X-Slack-Retry-Reason", reason)
	}
	resp, err := s.signed(ctx, url, body, header)
	if err != nil {
		s.log.Debug("event not delivered", "url", url, "try", num, "err", err)
		return retryReason(err), true
	}
	resp.Body.Close()
	if resp.StatusCode/100 == 2 {
		return "", false
	}
	return "http_error", resp.Header.Get("X-Slack-No-Retry") != "1"
}

// signed posts a body with Slack's signature.
func (s *Server) signed(ctx context.Context, url string, body []byte, header http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	now := strconv.FormatInt(time.Now().Unix(), 10)
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	req.Header.Set("X-Slack-Request-Timestamp", now)
	req.Header.Set("X-Slack-Signature", Sign(s.opts.SigningSecret, now, body))
	client := *s.opts.HTTPClient
	client.CheckRedirect = func(_ *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return errRedirects
		}
		return nil
	}
	return client.Do(req)
}

// Sign returns the v0 signature of a request body sent at a time (Unix seconds,
// in decimal), as the X-Slack-Signature header has it.
func Sign(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:%s", timestamp, body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// retryReason names a failure the way Slack does.
func retryReason(err error) string {
	var timeout net.Error
	switch {
	case errors.Is(err, errRedirects):
		return "too_many_redirects"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "http_timeout"
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return "connection_failed"
	}
	return "unknown_error"
}
