// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"fmt"
	"math"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// limiter is the rate limit of a fake API. It returns 0 if the API accepts a request, and
// otherwise how long it asks to wait, or less than 0 if it does not say.
type limiter func(now time.Time) time.Duration

// spaced accepts a request if a time has passed since the last one that was accepted.
func spaced(interval time.Duration) limiter {
	var next time.Time
	return func(now time.Time) time.Duration {
		if now.Before(next) {
			return next.Sub(now)
		}
		next = now.Add(interval)
		return 0
	}
}

// bucket accepts a number of requests per second, and as many at once after a pause.
func bucket(perSecond float64, asks time.Duration) limiter {
	tokens, last := perSecond, time.Now()
	return func(now time.Time) time.Duration {
		tokens, last = min(perSecond, tokens+perSecond*now.Sub(last).Seconds()), now
		if tokens < 1 {
			return asks
		}
		tokens--
		return 0
	}
}

// window accepts a number of requests in each minute or second of the clock.
func window(requests int, length time.Duration) limiter {
	var start time.Time
	used := 0
	return func(now time.Time) time.Duration {
		if current := now.Truncate(length); !current.Equal(start) {
			start, used = current, 0
		}
		if used++; used > requests {
			return start.Add(length).Sub(now)
		}
		return 0
	}
}

// spurious throttles a single request.
func spurious(number int) limiter {
	n := 0
	return func(time.Time) time.Duration {
		if n++; n == number {
			return time.Second
		}
		return 0
	}
}

// load is how many requests are sent to an API with a rate limit.
type load struct {
	limit   limiter
	latency time.Duration
	// clients is how many processes send them, or 0 for one.
	clients int
	// parallel is how many requests one client sends at a time.
	parallel, requests int
}

// result is the outcome of a load test.
type result struct {
	took time.Duration
	// throttled is how many responses were a 429.
	throttled int
	// attempts is the largest number of attempts of one request.
	attempts int
	failed   int
}

// run sends the requests in a bubble of fake time. The clients have five retries, as by
// default.
func (l load) run(t *testing.T) (r result) {
	t.Helper()
	var mu sync.Mutex
	base := roundTripper(func(*http.Request) (*http.Response, error) {
		time.Sleep(l.latency)
		mu.Lock()
		defer mu.Unlock()
		wait := l.limit(time.Now())
		if wait == 0 {
			return respond(200, ""), nil
		}
		r.throttled++
		if wait < 0 {
			return respond(429, ""), nil
		}
		return respond(429, "", fmt.Sprintf("Retry-After: %.0f", math.Ceil(wait.Seconds()))), nil
	})
	work := make(chan struct{}, l.requests)
	for range l.requests {
		work <- struct{}{}
	}
	close(work)
	begin := time.Now()
	var sending sync.WaitGroup
	for range max(1, l.clients) {
		client := newClient(base, patient, func(o *Options) { o.MaxRetries = 5 })
		for range l.parallel {
			sending.Go(func() {
				for range work {
					request := newRequest(t, http.MethodPost, "https://api.example/rest")
					err := client.Do(t.Context(), request)
					mu.Lock()
					if err != nil {
						r.failed++
					}
					r.attempts = max(r.attempts, request.Info().Attempts)
					mu.Unlock()
				}
			})
		}
	}
	sending.Wait()
	r.took = time.Since(begin)
	return r
}

// TestAdaptiveLimit_FindsRateLimit sends many requests to APIs whose rate limit the client
// does not know. All must succeed without using up their attempts. The time must be close
// to the ideal time, in which no request is throttled.
func TestAdaptiveLimit_FindsRateLimit(t *testing.T) {
	t.Parallel()
	const ms, second = time.Millisecond, time.Second
	for _, test := range []struct {
		name  string
		limit func() limiter
		load  load
		ideal time.Duration
		// maxRatio bounds the time taken in relation to the ideal one.
		maxRatio     float64
		maxThrottled int
		maxAttempts  int
	}{
		{"1 per second, 10 parallel", func() limiter { return spaced(second) }, load{parallel: 10, requests: 10}, 9 * second, 1.5, 25, 4},
		{"1 per second, 30 parallel", func() limiter { return spaced(second) }, load{parallel: 30, requests: 30}, 29 * second, 1.3, 45, 4},
		{"1 per second, 50 parallel", func() limiter { return spaced(second) }, load{parallel: 50, requests: 50}, 49 * second, 1.3, 65, 4},
		{"1 per second, 10 parallel, slow", func() limiter { return spaced(second) }, load{latency: 50 * ms, parallel: 10, requests: 10}, 9 * second, 1.5, 25, 5},
		{"1 per second, 30 parallel, slow", func() limiter { return spaced(second) }, load{latency: 50 * ms, parallel: 30, requests: 30}, 29 * second, 1.3, 50, 5},
		{"1 per second, 50 parallel, slow", func() limiter { return spaced(second) }, load{latency: 50 * ms, parallel: 50, requests: 50}, 49 * second, 1.3, 75, 5},
		{"1 per second for long", func() limiter { return spaced(second) }, load{latency: 50 * ms, parallel: 10, requests: 300}, 299 * second, 1.15, 50, 5},
		{"1 per second, no Retry-After", func() limiter { return bucket(1, -1) }, load{latency: 50 * ms, parallel: 10, requests: 100}, 99 * second, 1.25, 50, 5},
		{"5 per second", func() limiter { return bucket(5, second) }, load{latency: 50 * ms, parallel: 10, requests: 400}, 79 * second, 1.15, 40, 4},
		{"20 per second", func() limiter { return bucket(20, second) }, load{latency: 50 * ms, parallel: 10, requests: 400}, 19 * second, 1.15, 60, 4},
		{"20 per second, no Retry-After", func() limiter { return bucket(20, -1) }, load{latency: 50 * ms, parallel: 10, requests: 400}, 19 * second, 1.15, 60, 4},
		{"20 per second, two processes", func() limiter { return bucket(20, second) }, load{latency: 50 * ms, clients: 2, parallel: 5, requests: 400}, 19 * second, 1.25, 80, 5},
		{"100 per second", func() limiter { return bucket(100, second) }, load{latency: 50 * ms, parallel: 10, requests: 3000}, 29 * second, 1.15, 150, 4},
		{"1 every 5 seconds", func() limiter { return spaced(5 * second) }, load{latency: 50 * ms, parallel: 10, requests: 40}, 195 * second, 1.5, 40, 5},
		{"1 every 5 seconds, 30 parallel", func() limiter { return spaced(5 * second) }, load{latency: 50 * ms, parallel: 30, requests: 30}, 145 * second, 1.6, 60, 5},
		{"10 in each second", func() limiter { return window(10, second) }, load{latency: 50 * ms, parallel: 10, requests: 300}, 29 * second, 1.4, 40, 4},
		{"60 in each minute", func() limiter { return window(60, time.Minute) }, load{latency: 50 * ms, parallel: 10, requests: 300}, 240 * second, 1.1, 50, 4},
		{"one spurious 429", func() limiter { return spurious(500) }, load{latency: 50 * ms, parallel: 10, requests: 1000}, 5 * second, 1.5, 1, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				test.load.limit = test.limit()
				r := test.load.run(t)
				ratio := r.took.Seconds() / test.ideal.Seconds()
				t.Logf("%s, %.2f times the ideal %s; %d responses were throttled, one request took %d attempts", r.took, ratio, test.ideal, r.throttled, r.attempts)
				if r.failed > 0 || r.attempts > test.maxAttempts {
					t.Errorf("%d requests failed, one took %d attempts, want at most %d", r.failed, r.attempts, test.maxAttempts)
				}
				if ratio > test.maxRatio || r.throttled > test.maxThrottled {
					t.Errorf("want at most %.2f times the ideal and %d throttled responses", test.maxRatio, test.maxThrottled)
				}
			})
		})
	}
}

// search drives an adaptiveLimit through time.
type search struct {
	adaptiveLimit
	now time.Time
}

// accepts lets the API accept requests that follow each other with an interval, each sent
// just before its response.
func (s *search) accepts(requests int, interval time.Duration) {
	for range requests {
		s.now = s.now.Add(interval)
		s.accept(s.now.Add(-time.Millisecond), s.now)
	}
}

// throttles lets the API throttle a request.
func (s *search) throttles() {
	s.now = s.now.Add(time.Millisecond)
	s.throttle(s.now, s.now)
}

// wantLimit checks the limit.
func (s *search) wantLimit(t *testing.T, want float64, when string) {
	t.Helper()
	if got := s.limit(); math.Abs(got-want) > want/1000 && got != want {
		t.Errorf("%s: the limit is %.3f per second, want %.3f", when, got, want)
	}
}

// TestAdaptiveLimit_Steps follows a search with raises and further 429s.
func TestAdaptiveLimit_Steps(t *testing.T) {
	t.Parallel()
	s := &search{now: time.Now()}
	s.wantLimit(t, math.Inf(1), "before the first 429")
	s.lowest = 1.0 / 30
	s.accepts(100, 50*time.Millisecond)
	s.wantLimit(t, math.Inf(1), "before the first 429")
	s.throttles()
	s.wantLimit(t, 20, "after the first 429, with 20 requests accepted in the second before")
	s.accepts(10, 10*time.Millisecond)
	s.wantLimit(t, 20, "before a second has passed")
	s.accepts(2, time.Second)
	s.wantLimit(t, 40, "after a second")
	s.throttles()
	s.wantLimit(t, 20, "after a 429 at 40")
	s.accepts(2, time.Second)
	s.wantLimit(t, 20, "after two seconds, since the step is smaller")
	s.accepts(1, time.Second)
	s.wantLimit(t, 28.284, "after three seconds, half of the way in the logarithm")
	s.throttles()
	s.wantLimit(t, 20, "after a 429 at 28")
	s.throttles()
	s.wantLimit(t, 16.818, "after a 429 at a limit that was accepted before")
	s.throttles()
	s.wantLimit(t, 11.892, "after another one, the step grows again")
	for range 20 {
		s.throttles()
	}
	s.wantLimit(t, s.lowest, "after many of them")
}

func TestAdaptiveLimit_IsDropped(t *testing.T) {
	t.Parallel()
	s := &search{now: time.Now()}
	s.throttles()
	s.wantLimit(t, 1, "after a 429 of the first request")
	for want := 2.0; want < unlimitedRate; want *= 2 {
		s.accepts(2, time.Second)
		s.wantLimit(t, want, "after two more seconds")
	}
	s.accepts(2, time.Second)
	s.wantLimit(t, math.Inf(1), "at the end")
	s.accepts(50, 10*time.Millisecond)
	s.throttles()
	s.wantLimit(t, 51, "after a new 429, with what was accepted just before")
	s = &search{now: time.Now()}
	s.accepts(50, 10*time.Millisecond)
	s.now = s.now.Add(2 * time.Second)
	s.throttles()
	s.wantLimit(t, 1, "after a 429, with nothing accepted in the second before")
}

// TestAdaptiveLimit_OneBurst_IsOneEvent checks that requests which were sent before the
// last change don't change the limit again.
func TestAdaptiveLimit_OneBurst_IsOneEvent(t *testing.T) {
	t.Parallel()
	s := &search{now: time.Now()}
	s.accepts(10, 10*time.Millisecond)
	sent := s.now
	s.throttles()
	for range 9 {
		s.now = s.now.Add(time.Millisecond)
		s.throttle(sent, s.now)
	}
	s.wantLimit(t, 10, "after ten 429")
	for range 100 {
		s.now = s.now.Add(time.Second)
		s.accept(sent, s.now)
	}
	s.wantLimit(t, 10, "after responses to requests that were sent before the 429")
}
