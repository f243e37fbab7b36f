// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"math"
	"net/http"
	"sync"
	"time"
)

// minInterval is the time between throttled requests that is possible with each
// retry_max_wait. Without it, a retry_max_wait of 0 would use up all attempts at once.
const minInterval = 100 * time.Millisecond

// rateLimitTransport enforces requests_per_second, Retry-After and the rate limit of the
// API across all requests.
type rateLimitTransport struct {
	next http.RoundTripper
	// configured is requests_per_second, or infinity if that is not set.
	configured float64
	// maxPause bounds one pause.
	maxPause time.Duration
	// turn holds one value while a request waits to be sent next. The others wait for
	// turn, in order.
	turn chan struct{}

	mu sync.Mutex
	// last is when the last request was sent.
	last time.Time
	// pausedUntil is when the pause ends that the API asked for.
	pausedUntil time.Time
	adaptive    adaptiveLimit
}

func newRateLimitTransport(next http.RoundTripper, perSecond float64, maxPause time.Duration) *rateLimitTransport {
	if perSecond <= 0 {
		perSecond = math.Inf(1)
	}
	return &rateLimitTransport{
		next: next, configured: perSecond, maxPause: maxPause, turn: make(chan struct{}, 1),
		adaptive: adaptiveLimit{lowest: max(minRate, 1/max(minInterval, maxPause).Seconds())},
	}
}

func (t *rateLimitTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	x := &requestFrom(req.Context()).exchange
	x.begin()
	if err := t.wait(req.Context()); err != nil {
		closeBody(req.Body)
		x.err = err
		return nil, err
	}
	sent := time.Now()
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	wait, asked := retryAfter(resp)
	if asked && wait > t.maxPause {
		x.askedToWait = wait
	}
	isBusy := resp.StatusCode == http.StatusServiceUnavailable && asked
	if resp.StatusCode == http.StatusTooManyRequests || isBusy {
		pause := max(wait, jitter(MinWait, t.maxPause, x.attempts-1))
		t.throttle(sent, min(pause, t.maxPause))
	} else {
		t.accept(sent)
	}
	return resp, nil
}

// wait waits until the request may be sent. It returns an error if ctx ends first.
func (t *rateLimitTransport) wait(ctx context.Context) error {
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
	}
	for ctx.Err() == nil {
		delay := t.delay()
		if delay <= 0 {
			return nil
		}
		select { // a pause may begin meanwhile
		case <-time.After(delay):
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

// delay returns how long the next request has to wait. If it need not wait, it counts
// as sent.
func (t *rateLimitTransport) delay() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	interval := float64(time.Second) / min(t.configured, t.adaptive.limit())
	now, next := time.Now(), t.last.Add(time.Duration(interval))
	if t.pausedUntil.After(next) {
		next = t.pausedUntil
	}
	if !next.After(now) {
		t.last = now
	}
	return next.Sub(now)
}

// accept tells the adaptive limit that the API accepted a request.
func (t *rateLimitTransport) accept(sent time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.adaptive.accept(sent, time.Now())
}

// throttle pauses all requests and lowers the limit. It does not shorten a longer pause.
func (t *rateLimitTransport) throttle(sent time.Time, pause time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if end := now.Add(pause); end.After(t.pausedUntil) {
		t.pausedUntil = end
	}
	t.adaptive.throttle(sent, now)
}
