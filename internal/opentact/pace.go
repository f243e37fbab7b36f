// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// paceLink keeps the process as slow as the API wants it: within the requests
// per second that are configured, and silent as long as a Retry-After says,
// whichever request was told.
type paceLink struct {
	next    http.RoundTripper
	limiter *rate.Limiter
	// longest bounds one pause.
	longest time.Duration

	mu    sync.Mutex
	until time.Time
}

func newPaceLink(next http.RoundTripper, config Config) *paceLink {
	limit := rate.Inf
	if config.RequestsPerSecond > 0 {
		limit = rate.Limit(config.RequestsPerSecond)
	}
	// Evenly spread, since nobody knows how the API counts.
	return &paceLink{next: next, limiter: rate.NewLimiter(limit, 1), longest: config.RetryMaxWait}
}

func (l *paceLink) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := l.wait(req.Context()); err != nil {
		closeBody(req.Body)
		return nil, err
	}
	resp, err := l.next.RoundTrip(req)
	if err == nil && (resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable) {
		if wait, ok := retryAfter(resp); ok {
			l.pause(min(wait, l.longest))
		}
	}
	return resp, err
}

// wait returns when a request may be sent. A pause that began while it waited
// for its turn holds it back too.
func (l *paceLink) wait(ctx context.Context) error {
	for {
		if err := l.limiter.Wait(ctx); err != nil {
			return err
		}
		left := l.left()
		if left <= 0 {
			return nil
		}
		if err := sleep(ctx, left); err != nil {
			return err
		}
	}
}

func (l *paceLink) left() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Until(l.until)
}

// pause holds all requests back. A longer pause is not cut short by a later one.
func (l *paceLink) pause(wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until := time.Now().Add(wait); until.After(l.until) {
		l.until = until
	}
}
