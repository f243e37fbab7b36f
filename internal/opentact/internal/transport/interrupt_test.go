// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

func TestClientDo_ContextEndedBefore_SendsNothing(t *testing.T) {
	t.Parallel()
	for _, method := range allMethods {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		api := newFakeAPI(status(200))
		err := send(ctx, t, newClient(api), method)
		wantTransportError(t, err, apierror.NotSent, 0)
		wantText(t, err, "interrupted before it was sent")
		if !errors.Is(err, context.Canceled) || api.sent() != 0 {
			t.Errorf("%s: got %v after %d requests", method, err, api.sent())
		}
	}
}

// TestAttemptTransport_ContextEndedBefore_SendsNothing is about a context that ends
// between the rate limit and the attempt.
func TestAttemptTransport_ContextEndedBefore_SendsNothing(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(status(200))
	r := newRequest(t, http.MethodPost, "https://api.example/rest")
	ctx, cancel := context.WithCancel(withRequest(t.Context(), r))
	cancel()
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := attemptTransport{base: &renewableBase{current: api}, timeout: time.Minute}.RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	if x := &r.exchange; !errors.Is(err, context.Canceled) || x.attempts != 0 || x.outcome != apierror.NotSent || api.sent() != 0 {
		t.Errorf("got %v, outcome %q after %d attempts and %d requests", err, x.outcome, x.attempts, api.sent())
	}
}

// TestClientDo_InterruptedBeforeRetry is about a caller that gives up while the client
// waits before a retry.
func TestClientDo_InterruptedBeforeRetry(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method   string
		steps    []step
		attempts int
		want     apierror.Outcome
	}{
		"POST that was not sent":             {http.MethodPost, []step{notSent, status(201)}, 1, apierror.NotSent},
		"POST that was throttled":            {http.MethodPost, []step{status(429, "Retry-After: 30"), status(201)}, 1, apierror.NotSent},
		"PATCH after a lost response":        {http.MethodPatch, []step{lost, status(200)}, 1, apierror.Ambiguous},
		"PATCH after a 503":                  {http.MethodPatch, []step{status(503), status(200)}, 1, apierror.Ambiguous},
		"PATCH after a 503 with Retry-After": {http.MethodPatch, []step{status(503, "Retry-After: 30"), status(200)}, 1, apierror.Ambiguous},
		"PATCH lost, then throttled":         {http.MethodPatch, []step{lost, status(429, "Retry-After: 30"), status(200)}, 2, apierror.Ambiguous},
		"GET that was throttled":             {http.MethodGet, []step{status(429, "Retry-After: 30"), status(200)}, 1, apierror.NotSent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				api := newFakeAPI(test.steps...)
				base := roundTripper(func(req *http.Request) (*http.Response, error) {
					if api.sent() == test.attempts-1 {
						time.AfterFunc(time.Nanosecond, cancel) // during the wait
					}
					return api.RoundTrip(req)
				})
				err := send(ctx, t, newClient(base, patient), test.method)
				wantTransportError(t, err, test.want, test.attempts)
				wantText(t, err, "interrupted before it was sent again")
				if !errors.Is(err, context.Canceled) || api.sent() != test.attempts {
					t.Errorf("got %v after %d requests", err, api.sent())
				}
			})
		})
	}
}

// TestClientDo_InterruptedInRateLimit is about a caller that gives up while a retry waits
// for its turn.
func TestClientDo_InterruptedInRateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		api := newFakeAPI(lost, status(200))
		client := newClient(api, func(o *Options) { o.RequestsPerSecond = 0.01 })
		time.AfterFunc(10*time.Second, cancel)
		err := send(ctx, t, client, http.MethodPatch)
		wantTransportError(t, err, apierror.Ambiguous, 1)
		wantText(t, err, "interrupted before it was sent again")
	})
}

// TestClientDo_InterruptedDuringAttempt checks the error of a write that ended after the
// caller gave up. If the write did nothing, the error is that of the context.
func TestClientDo_InterruptedDuringAttempt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		last      step
		want      apierror.Outcome
		interrupt bool
	}{
		"done":      {status(200), apierror.Done, false},
		"rejected":  {status(400), apierror.Rejected, false},
		"ambiguous": {status(503), apierror.Ambiguous, false},
		"lost":      {lost, apierror.Ambiguous, false},
		"throttled": {status(429), apierror.NotSent, true},
		"not sent":  {notSent, apierror.NotSent, true},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		api := newFakeAPI(func(req *http.Request) (*http.Response, error) {
			cancel()
			return test.last(req)
		})
		err := send(ctx, t, newClient(api), http.MethodPatch)
		if got := apierror.OutcomeOf(err); got != test.want || errors.Is(err, context.Canceled) != test.interrupt || api.sent() != 1 {
			t.Errorf("%s: the outcome is %q after %d requests: %v", name, got, api.sent(), err)
		}
	}
}

// TestClientDo_CancelInFlight checks that a write in flight is finished and that a read
// ends with its context.
func TestClientDo_CancelInFlight(t *testing.T) {
	t.Parallel()
	for _, method := range allMethods {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				finish := make(chan struct{})
				api := newFakeAPI(func(req *http.Request) (*http.Response, error) {
					_, _ = lost(req) // marks the request as sent
					select {
					case <-finish:
						return respond(200, ""), nil
					case <-req.Context().Done():
						return nil, req.Context().Err()
					}
				})
				done := make(chan error, 1)
				go func() { done <- send(ctx, t, newClient(api), method) }()
				synctest.Wait()
				cancel()
				synctest.Wait()
				if method == http.MethodGet {
					err := <-done
					wantTransportError(t, err, apierror.Ambiguous, 1)
					if !errors.Is(err, context.Canceled) {
						t.Errorf("got %v", err)
					}
					return
				}
				close(finish)
				if err := <-done; err != nil {
					t.Errorf("the write was finished, but the error is %v", err)
				}
			})
		})
	}
}
