// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// answerOf is an answer as a transport returns it.
func answerOf(status int, body string, header ...string) *http.Response {
	resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
	if len(header) == 2 {
		resp.Header.Set(header[0], header[1])
	}
	return resp
}

// pass sends one request through a link.
func pass(ctx context.Context, t *testing.T, link http.RoundTripper) error {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := link.RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	return err
}

// TestRetryAfterPausesEveryRequest is about when a request may leave after
// another one got an answer. Time is faked.
func TestRetryAfterPausesEveryRequest(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		header string
		want   time.Duration
	}{
		"a 429 with seconds":         {429, "7", 7 * time.Second},
		"a 503 with seconds":         {503, "7", 7 * time.Second},
		"a 429 that asks for a day":  {429, "86400", time.Minute},
		"a 429 with a date":          {429, "Sat, 01 Jan 2000 00:00:09 GMT", 9 * time.Second}, // a bubble's clock begins at midnight
		"a 429 without":              {429, "", 0},
		"a success that has one too": {200, "7", 0},
		"a 500 that has one too":     {500, "7", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var sent atomic.Int64
				link := newPaceLink(roundTripper(func(*http.Request) (*http.Response, error) {
					if sent.Add(1) == 1 {
						return answerOf(test.status, "", "Retry-After", test.header), nil
					}
					return answerOf(200, ""), nil
				}), Config{RetryMaxWait: time.Minute})
				if err := pass(t.Context(), t, link); err != nil {
					t.Fatal(err)
				}
				begin := time.Now()
				var working sync.WaitGroup
				for range 3 {
					working.Go(func() {
						if err := pass(t.Context(), t, link); err != nil {
							t.Error(err)
						}
						if waited := time.Since(begin); waited != test.want {
							t.Errorf("waited %s, want %s", waited, test.want)
						}
					})
				}
				working.Wait()
			})
		})
	}
}

// The later end counts, whichever answer came first.
func TestPausesAreNotCutShort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		link := newPaceLink(roundTripper(func(*http.Request) (*http.Response, error) { return answerOf(200, ""), nil }), Config{})
		link.pause(10 * time.Second)
		link.pause(time.Second)
		begin := time.Now()
		time.AfterFunc(9*time.Second, func() { link.pause(5 * time.Second) }) // and a pause may grow while it lasts
		if err := pass(t.Context(), t, link); err != nil || time.Since(begin) != 14*time.Second {
			t.Errorf("waited %s: %v", time.Since(begin), err)
		}
	})
}

func TestRequestsPerSecond(t *testing.T) {
	t.Parallel()
	for perSecond, want := range map[float64]time.Duration{0: 0, 4: 5 * time.Second, 0.5: 40 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			link := newPaceLink(roundTripper(func(*http.Request) (*http.Response, error) { return answerOf(200, ""), nil }),
				Config{RequestsPerSecond: perSecond})
			begin := time.Now()
			var working sync.WaitGroup
			for range 21 { // the first does not wait
				working.Go(func() {
					if err := pass(t.Context(), t, link); err != nil {
						t.Error(err)
					}
				})
			}
			working.Wait()
			if took := time.Since(begin).Round(time.Millisecond); took != want {
				t.Errorf("21 requests at %g a second took %s, want %s", perSecond, took, want)
			}
		})
	}
}

// An API that allows one request a second is not asked by all at once whenever it
// allows one: that would use up everybody's attempts.
func TestPauseIsFollowedByProbes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		refused, next := 0, time.Now()
		link := newPaceLink(roundTripper(func(*http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if time.Now().Before(next) {
				refused++
				return answerOf(429, "", "Retry-After", "1"), nil
			}
			next = time.Now().Add(time.Second)
			return answerOf(200, ""), nil
		}), Config{RetryMaxWait: time.Minute})
		const requests = 50
		most := 0
		var working sync.WaitGroup
		for range requests {
			working.Go(func() {
				c := &call{}
				defer c.endProbe()
				for attempts := 1; ; attempts++ {
					if status := attempt(withCall(t.Context(), c), t, link); status == http.StatusOK {
						mu.Lock()
						defer mu.Unlock()
						most = max(most, attempts)
						return
					}
				}
			})
		}
		working.Wait()
		// All are refused once at the beginning but one, and then each may be the first
		// to ask too early once.
		if most > 3 {
			t.Errorf("one request was refused %d times, all together %d times", most-1, refused)
		}
	})
}

// attempt sends one request through a link, and returns the status.
func attempt(ctx context.Context, t *testing.T, link http.RoundTripper) int {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/", nil)
	if err != nil {
		t.Error(err)
		return http.StatusOK
	}
	resp, err := link.RoundTrip(req)
	if err != nil {
		t.Error(err)
		return http.StatusOK
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode
}

// A request that waits, for a pause or for its turn, ends with its context.
func TestPacedRequestEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		next := roundTripper(func(*http.Request) (*http.Response, error) { sent++; return answerOf(200, ""), nil })
		paused := newPaceLink(next, Config{})
		paused.pause(time.Hour)
		slow := newPaceLink(next, Config{RequestsPerSecond: 0.001})
		if err := pass(t.Context(), t, slow); err != nil { // takes the first turn
			t.Fatal(err)
		}
		for _, link := range []*paceLink{paused, slow} {
			ctx, cancel := context.WithCancel(t.Context())
			begin := time.Now()
			time.AfterFunc(time.Second, cancel)
			if err := pass(ctx, t, link); !errors.Is(err, context.Canceled) || time.Since(begin) != time.Second {
				t.Errorf("after %s: %v", time.Since(begin), err)
			}
		}
		if sent != 1 {
			t.Errorf("%d requests were sent", sent)
		}
	})
}
