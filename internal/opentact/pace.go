// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

// probes is how many requests in a row have to pass after a pause before they are
// sent side by side again.
const probes = 5

// paceLink keeps the process as slow as the API wants it: within the requests
// per second that are configured, and silent as long as a Retry-After says,
// whichever request was told. After such a pause requests are sent one at a time
// at first: all at once they would be refused again, all but a few, until they
// have used up their attempts.
type paceLink struct {
	next    http.RoundTripper
	limiter *rate.Limiter
	// longest bounds one pause.
	longest time.Duration
	// probe is taken by the one request that may be under way after a pause.
	probe *semaphore.Weighted

	mu    sync.Mutex
	until time.Time
	// wary is how many requests have yet to pass one at a time.
	wary int
}

func newPaceLink(next http.RoundTripper, config Config) *paceLink {
	limit := rate.Inf
	if config.RequestsPerSecond > 0 {
		limit = rate.Limit(config.RequestsPerSecond)
	}
	// Evenly spread, since nobody knows how the API counts.
	return &paceLink{next: next, limiter: rate.NewLimiter(limit, 1), longest: config.RetryMaxWait, probe: semaphore.NewWeighted(1)}
}

func (l *paceLink) RoundTrip(req *http.Request) (*http.Response, error) {
	c := callOf(req.Context())
	if err := l.wait(req.Context(), c); err != nil {
		closeBody(req.Body)
		return nil, err
	}
	resp, err := l.next.RoundTrip(req)
	if err != nil {
		c.endProbe()
		return resp, err
	}
	wait, asked := retryAfter(resp)
	busy := resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable
	switch {
	case busy && asked:
		l.pause(min(wait, l.longest))
	case !busy:
		l.passed()
		c.endProbe()
	}
	return resp, nil
}

// wait returns when a request may be sent. A pause that began while it waited
// for its turn holds it back too.
func (l *paceLink) wait(ctx context.Context, c *call) error {
	for {
		if err := l.limiter.Wait(ctx); err != nil {
			return err
		}
		left, wary := l.state()
		switch {
		case left > 0:
			if err := sleep(ctx, left); err != nil {
				return err
			}
		case wary && c.probe == nil:
			if err := l.probe.Acquire(ctx, 1); err != nil {
				return err
			}
			c.probe = func() { l.probe.Release(1) }
		default:
			return nil
		}
	}
}

// state tells how long the pause still lasts, and whether one request at a time
// is sent.
func (l *paceLink) state() (left time.Duration, wary bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Until(l.until), l.wary > 0
}

// passed counts a request that the API did not ask to come later.
func (l *paceLink) passed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wary = max(0, l.wary-1)
}

// pause holds all requests back. A longer pause is not cut short by a later one.
func (l *paceLink) pause(wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wary = probes
	if until := time.Now().Add(wait); until.After(l.until) {
		l.until = until
	}
}
