package sync

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/slackstate/slackstate/api"
)

const (
	methodStart   = "rtm.start"
	methodConnect = "rtm.connect"
)

const (
	// A call that takes longer has got stuck. rtm.start may have to send
	// hundreds of megabytes.
	callTimeout  = time.Minute
	startTimeout = 10 * time.Minute

	// Longer answers are refused, for they could be without end.
	answerLimit = 64 << 20
	startLimit  = 512 << 20

	// How long a method rests when Slack says that it has to but not how long,
	// and at most: rates are counted in windows of one minute.
	restUnnamed = 30 * time.Second
	restLongest = 24 * time.Hour
)

// A webAPI calls the methods of the Web API. It may be used concurrently.
type webAPI struct {
	http   *http.Client
	base   string // ends in a slash
	keys   *keyring
	called func(method string, took time.Duration, err error) // may be nil
	log    *slog.Logger
	budget *budget

	mu     sync.Mutex
	warned map[string]bool // method and warning, once logged
}

// newWebAPI returns the client for a configuration. The error says what is
// wrong with the URL.
func newWebAPI(cfg Config) (*webAPI, error) {
	base := cfg.APIURL
	if base == "" {
		base = "https://slack.com/api/"
	}
	if u, err := url.Parse(base); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("the API URL is not an http or https URL")
	}
	client := http.Client{}
	if cfg.HTTPClient != nil {
		client = *cfg.HTTPClient
	} else if t, ok := http.DefaultTransport.(*http.Transport); ok {
		client.Transport = t.Clone()
	}
	// A redirect would take the token to wherever it leads.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	tiers := perMinute
	if cfg.Unpaced {
		tiers = nil
	}
	return &webAPI{
		http:   &client,
		base:   strings.TrimSuffix(base, "/") + "/",
		keys:   newKeyring(cfg),
		called: cfg.Called,
		log:    cfg.Logger,
		budget: newBudget(tiers),
		warned: map[string]bool{},
	}, nil
}

// close ends the idle connections of a client that is ours.
func (w *webAPI) close(cfg Config) {
	if cfg.HTTPClient == nil {
		w.http.CloseIdleConnections()
	}
}

// fetch calls a method for a listing and tries again where that may help. The
// error is a [*api.CallError], or that of ctx.
func (w *webAPI) fetch(ctx context.Context, r rank, method string, args map[string]string, cursor string) (answer, error) {
	quick, slow := hurried(), patient()
	for tries := 1; ; {
		a, err := w.call(ctx, r, method, args, cursor)
		var failed *api.CallError
		if !errors.As(err, &failed) {
			return a, err
		}
		v := judge(failed)
		if v == later {
			continue // call waits
		}
		if tries >= v.tries() {
			return answer{}, err
		}
		tries++
		wait := &quick
		if v == patience {
			wait = &slow
		}
		if err := sleep(ctx, wait.next()); err != nil {
			return answer{}, err
		}
	}
}

// call makes one request, as soon as the method may be called, and another if the
// token had expired and there is a new one. An answer that is not ok is a
// [*api.CallError]; the error of ctx is returned as it is.
func (w *webAPI) call(ctx context.Context, r rank, method string, args map[string]string, cursor string) (answer, error) {
	renew := func(used string) error {
		err := w.keys.renew(ctx, used)
		if err != nil && ctx.Err() == nil {
			return &api.CallError{Method: method, Err: err}
		}
		return err
	}
	used := w.keys.token()
	if used == "" {
		if err := renew(used); err != nil {
			return answer{}, err
		}
		used = w.keys.token()
	}
	a, err := w.once(ctx, r, method, args, cursor, used)
	var failed *api.CallError
	if w.keys.source == nil || !errors.As(err, &failed) || failed.Code != codeExpired {
		return a, err
	}
	w.log.Info("the token has expired")
	if err := renew(used); err != nil {
		return answer{}, err
	}
	return w.once(ctx, r, method, args, cursor, w.keys.token())
}

// once makes one request, with a token.
func (w *webAPI) once(ctx context.Context, r rank, method string, args map[string]string, cursor, token string) (a answer, err error) {
	if err := w.budget.enter(ctx, method, r); err != nil {
		return answer{}, err
	}
	defer w.budget.leave()
	if w.called != nil {
		defer func(began time.Time) { w.called(method, time.Since(began), err) }(time.Now())
	}

	failed := &api.CallError{Method: method}
	asked := time.Now()
	text, err := w.post(ctx, method, args, cursor, token, failed)
	if ctx.Err() != nil {
		return answer{}, ctx.Err()
	}
	if err != nil {
		failed.Err = hushError(err, w.keys.secrets()...)
		return answer{}, failed
	}
	a, valid := readAnswer(text)
	a.asked, a.at = asked, time.Now()
	w.warn(method, a.warnings)
	switch {
	case valid && a.ok && failed.Code == "":
		return a, nil
	case valid && !a.ok:
		failed.Code = hush(a.code, w.keys.secrets()...)
		failed.Detail = hush(a.detail, w.keys.secrets()...)
		for _, warning := range a.warnings {
			if rule(warned+warning).start == other && method == methodStart {
				failed.Code = warning // says more than the error beside it
			}
		}
	case failed.Code == "":
		failed.Code = codeBadAnswer
	}
	if judge(failed) == later {
		if failed.RetryAfter == 0 {
			failed.RetryAfter = restUnnamed
		}
		w.log.Info("rate limited", "method", method, "wait", failed.RetryAfter)
		w.budget.hold(method, failed.RetryAfter)
	}
	return answer{}, failed
}

// post sends the request and returns the body of the answer. Into failed it
// puts what the head of the answer says about it.
func (w *webAPI) post(ctx context.Context, method string, args map[string]string, cursor, token string, failed *api.CallError) (string, error) {
	timeout, limit := callTimeout, int64(answerLimit)
	if method == methodStart {
		timeout, limit = startTimeout, startLimit
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	form := url.Values{}
	for name, value := range args {
		form.Set(name, value)
	}
	if cursor != "" {
		form.Set("cursor", cursor)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.base+method, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", "slackstate")
	resp, err := w.http.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()

	if resp.StatusCode != http.StatusOK {
		failed.Code = fmt.Sprintf("http_%d", resp.StatusCode)
	}
	failed.RetryAfter = retryAfter(resp.Header)
	var text strings.Builder
	if n := resp.ContentLength; n > 0 && n <= limit {
		text.Grow(int(n))
	}
	n, err := io.Copy(&text, io.LimitReader(resp.Body, limit+1))
	if n > limit {
		failed.Code = codeTooLarge
		return "", fmt.Errorf("answer is longer than %d bytes", limit)
	}
	if err != nil && failed.Code == "" {
		return "", fmt.Errorf("read answer: %w", err)
	}
	return text.String(), nil
}

// retryAfter returns how long Slack wants to be left alone, at least a second,
// or 0 if it does not say.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseInt(h.Get("Retry-After"), 10, 64)
	if err != nil {
		return 0
	}
	seconds = min(max(seconds, 1), int64(restLongest/time.Second))
	return time.Duration(seconds) * time.Second
}

// warn logs each warning once for each method.
func (w *webAPI) warn(method string, warnings []string) {
	for _, warning := range warnings {
		warning = hush(warning, w.keys.secrets()...)
		w.mu.Lock()
		known := w.warned[method+" "+warning]
		w.warned[method+" "+warning] = true
		w.mu.Unlock()
		if !known {
			w.log.Warn("slack warns", "method", method, "warning", warning)
		}
	}
}
