// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pass sends one GET through a rateLimitTransport.
func pass(ctx context.Context, t *testing.T, limit *rateLimitTransport) error {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := limit.RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	return err
}

// passAll sends parallel GETs and returns how long each waited, the shortest first.
func passAll(t *testing.T, limit *rateLimitTransport, requests int) []time.Duration {
	t.Helper()
	begin := time.Now()
	var mu sync.Mutex
	var waited []time.Duration
	var sending sync.WaitGroup
	for range requests {
		sending.Go(func() {
			if err := pass(t.Context(), t, limit); err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			waited = append(waited, time.Since(begin))
		})
	}
	sending.Wait()
	slices.Sort(waited)
	return waited
}

// TestRateLimitTransport_RetryAfter_PausesEveryRequest is about when other requests are
// sent after a response. No request was accepted in the second before, so they follow each
// other with a second between them, the lowest rate to begin with.
func TestRateLimitTransport_RetryAfter_PausesEveryRequest(t *testing.T) {
	t.Parallel()
	const second = time.Second
	for name, test := range map[string]struct {
		status int
		header string
		want   []time.Duration
	}{
		"429":                      {429, "7", []time.Duration{7 * second, 8 * second}},
		"503":                      {503, "7", []time.Duration{7 * second, 8 * second}},
		"429 for a day":            {429, "86400", []time.Duration{60 * second, 61 * second}},
		"429 with a date":          {429, "Sat, 01 Jan 2000 00:00:09 GMT", []time.Duration{9 * second, 10 * second}}, // fake time begins at midnight
		"429 with a date long ago": {429, "Fri, 31 Dec 1999 00:00:00 GMT", []time.Duration{1 * second, 2 * second}},
		"429 without Retry-After":  {429, "", []time.Duration{1 * second, 2 * second}},
		"503 without Retry-After":  {503, "", []time.Duration{0, 0}},
		"500":                      {500, "7", []time.Duration{0, 0}},
		"200":                      {200, "7", []time.Duration{0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				limit := newRateLimitTransport(newFakeAPI(status(test.status, "Retry-After: "+test.header), status(200)), 0, time.Minute)
				if err := pass(t.Context(), t, limit); err != nil {
					t.Fatal(err)
				}
				if waited := passAll(t, limit, 2); !slices.Equal(waited, test.want) {
					t.Errorf("waited %v, want %v", waited, test.want)
				}
			})
		})
	}
}

// TestRateLimitTransport_PauseIsNotCutShort checks that the latest end counts, and that a
// pause may grow while requests wait for its end.
func TestRateLimitTransport_PauseIsNotCutShort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limit := newRateLimitTransport(newFakeAPI(status(200)), 0, time.Minute)
		begin := time.Now()
		limit.throttle(begin, 10*time.Second)
		limit.throttle(begin, time.Second)
		time.AfterFunc(9*time.Second, func() { limit.throttle(begin, 5*time.Second) })
		if err := pass(t.Context(), t, limit); err != nil || time.Since(begin) != 14*time.Second {
			t.Errorf("waited %s: %v", time.Since(begin), err)
		}
	})
}

func TestRateLimitTransport_RequestsPerSecond(t *testing.T) {
	t.Parallel()
	for perSecond, interval := range map[float64]time.Duration{0: 0, 4: 250 * time.Millisecond, 0.5: 2 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			limit := newRateLimitTransport(newFakeAPI(status(200)), perSecond, time.Minute)
			for i, waited := range passAll(t, limit, 21) { // the first does not wait
				if want := time.Duration(i) * interval; waited != want {
					t.Errorf("%g a second: request %d waited %s, want %s", perSecond, i, waited, want)
				}
			}
			time.Sleep(time.Hour) // which is no reason to send several at once
			if waited := passAll(t, limit, 2); waited[0] != 0 || waited[1] != interval {
				t.Errorf("%g a second: after an hour two requests waited %v", perSecond, waited)
			}
		})
	}
}

// TestRateLimitTransport_RequestsPerSecond_BoundsAdaptedLimit checks that the limit is
// never raised above requests_per_second.
func TestRateLimitTransport_RequestsPerSecond_BoundsAdaptedLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limit := newRateLimitTransport(newFakeAPI(status(429), status(200)), 5, time.Minute)
		waited := passAll(t, limit, 400)
		for i := range waited[1:] {
			if gap := waited[i+1] - waited[i]; gap < 200*time.Millisecond {
				t.Fatalf("request %d came %s after the one before", i+1, gap)
			}
		}
		if gap := waited[399] - waited[398]; gap != 200*time.Millisecond {
			t.Errorf("the last requests are %s apart", gap)
		}
	})
}

// TestRateLimitTransport_ShortRetryAfter_PausesEveryRequest checks that the pause of all
// requests is at least as long as the back-off of the throttled request. The API accepted
// many requests just before, so the adaptive limit hardly slows down.
func TestRateLimitTransport_ShortRetryAfter_PausesEveryRequest(t *testing.T) {
	t.Parallel()
	const accepted, rounds = 100, 50
	for attempts, bound := range map[int]time.Duration{1: MinWait, 3: 4 * MinWait} {
		for _, header := range []string{"", "Retry-After: 0", "Retry-After: Fri, 31 Dec 1999 00:00:00 GMT"} {
			longest := time.Duration(0)
			for range rounds {
				synctest.Test(t, func(t *testing.T) {
					steps := slices.Repeat([]step{status(200)}, accepted)
					limit := newRateLimitTransport(newFakeAPI(append(steps, status(429, header), status(200))...), 0, time.Minute)
					passAll(t, limit, accepted)
					throttled := newRequest(t, http.MethodGet, "https://api.example")
					throttled.exchange.attempts = attempts
					if err := pass(withRequest(t.Context(), throttled), t, limit); err != nil {
						t.Error(err)
					}
					longest = max(longest, passAll(t, limit, 1)[0])
				})
			}
			if longest < bound/2 || longest >= bound {
				t.Errorf("attempt %d, %q: the longest of %d pauses was %s, want nearly %s", attempts, header, rounds, longest, bound)
			}
		}
	}
}

// TestClientDo_ShortRetryAfter_AttemptsSuffice is about 80 parallel creates against an API
// that accepts ten per second and asks the others not to wait.
func TestClientDo_ShortRetryAfter_AttemptsSuffice(t *testing.T) {
	t.Parallel()
	for _, maxWait := range []time.Duration{0, time.Minute} {
		for _, header := range []string{"", "Retry-After: 0", "Retry-After: Fri, 31 Dec 1999 00:00:00 GMT"} {
			t.Run(fmt.Sprint(maxWait, header), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var mu sync.Mutex
					limit := window(10, time.Second)
					client := newClient(roundTripper(func(*http.Request) (*http.Response, error) {
						time.Sleep(time.Millisecond)
						mu.Lock()
						defer mu.Unlock()
						if limit(time.Now()) > 0 {
							return respond(429, "", header), nil
						}
						return respond(201, ""), nil
					}), func(o *Options) { o.MaxRetries, o.RetryMaxWait = 5, maxWait })
					var creating sync.WaitGroup
					for range 80 {
						creating.Go(func() {
							if err := send(t.Context(), t, client, http.MethodPost); err != nil {
								t.Error(err)
							}
						})
					}
					creating.Wait()
				})
			})
		}
	}
}

// If the API throttles every request, the requests are sent at most retry_max_wait apart,
// and at most five seconds. Otherwise an exhausted quota would look like a hang. A tenth of
// a second is always possible, because otherwise all attempts are used up at once.
func TestRateLimitTransport_AlwaysThrottled_TimeBetweenRequestsIsBounded(t *testing.T) {
	t.Parallel()
	for maxPause, want := range map[time.Duration]time.Duration{0: 100 * time.Millisecond, time.Second: time.Second, 30 * time.Second: 5 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			limit := newRateLimitTransport(newFakeAPI(status(429)), 0, maxPause)
			waited := passAll(t, limit, 20)
			if got := waited[19] - waited[18]; got != want {
				t.Errorf("the last requests are %s apart, want %s", got, want)
			}
		})
	}
}

func TestRateLimitTransport_KeepsOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limit := newRateLimitTransport(newFakeAPI(status(200)), 1, time.Minute)
		sent := make(chan int, 10)
		for i := range cap(sent) {
			go func() {
				if err := pass(t.Context(), t, limit); err != nil {
					t.Error(err)
				}
				sent <- i
			}()
			synctest.Wait()
		}
		for i := range cap(sent) {
			if got := <-sent; got != i {
				t.Errorf("request %d was sent before %d", got, i)
			}
		}
	})
}

// TestRateLimitTransport_WaitEndsWithContext is about requests that wait for a pause, for
// their interval, or behind another request.
func TestRateLimitTransport_WaitEndsWithContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := newFakeAPI(status(200))
		paused := newRateLimitTransport(api, 0, time.Hour)
		paused.throttle(time.Now(), time.Hour)
		slow := newRateLimitTransport(api, 0.001, time.Hour)
		if err := pass(t.Context(), t, slow); err != nil { // takes the first turn
			t.Fatal(err)
		}
		test := map[error]time.Duration{context.DeadlineExceeded: time.Second, context.Canceled: 2 * time.Second}
		for _, limit := range []*rateLimitTransport{paused, slow} {
			front, stop := context.WithCancel(t.Context())
			var waiting sync.WaitGroup
			waiting.Go(func() {
				if err := pass(front, t, limit); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
			})
			synctest.Wait()
			time.AfterFunc(time.Minute, stop)
			for range 3 {
				for want := range test {
					waiting.Go(func() {
						ctx, cancel := context.WithCancel(t.Context())
						if errors.Is(want, context.DeadlineExceeded) {
							ctx, cancel = context.WithTimeout(ctx, time.Second)
						}
						defer cancel()
						begin := time.Now()
						time.AfterFunc(2*time.Second, cancel)
						err := pass(ctx, t, limit)
						if waited := time.Since(begin); !errors.Is(err, want) || waited != test[want] {
							t.Errorf("got %v after %s", err, waited)
						}
					})
				}
			}
			waiting.Wait()
		}
		if api.sent() != 1 {
			t.Errorf("%d requests were sent", api.sent())
		}
	})
}
