// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// TestShouldRetry is the retry policy. The status is 0 if the response was lost.
func TestShouldRetry(t *testing.T) {
	t.Parallel()
	var (
		dial    = &net.OpError{Op: "dial", Err: errFake}
		refused = func(ip string) error {
			return &net.OpError{Op: "dial", Addr: &net.TCPAddr{IP: net.ParseIP(ip)}, Err: syscall.ECONNREFUSED}
		}
		certificate = fmt.Errorf("tls: %w", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}})
		proxyStatus = func(status int) error {
			return &apierror.ProxyError{Address: "http://proxy.example:3128", Status: status}
		}
		proxyOther = func(err error) error { return &apierror.ProxyError{Address: "http://proxy.example:3128", Err: err} }
		api        = &apierror.APIError{}
		page       = &apierror.ResponseError{}
	)
	for _, test := range []struct {
		name    string
		outcome apierror.Outcome
		status  int
		err     error
		// safe is about GET, PATCH and DELETE.
		safe, post bool
	}{
		{"not sent", apierror.NotSent, 0, dial, true, true},
		{"not sent, refused", apierror.NotSent, 0, refused("192.0.2.1"), true, true},
		{"not sent, refused by a loopback address", apierror.NotSent, 0, refused("127.0.0.1"), false, false},
		{"not sent, refused by a proxy on a loopback address", apierror.NotSent, 0, proxyOther(refused("127.0.0.1")), true, true},
		{"not sent, timeout", apierror.NotSent, 0, context.DeadlineExceeded, true, true},
		{"not sent, certificate not trusted", apierror.NotSent, 0, certificate, false, false},
		{"not sent, proxy closed the connection", apierror.NotSent, 0, proxyOther(errFake), true, true},
		{"not sent, proxy responded 403", apierror.NotSent, 0, proxyStatus(403), true, true},
		{"not sent, proxy responded 407", apierror.NotSent, 0, proxyStatus(407), false, false},
		{"not sent, proxy responded 502", apierror.NotSent, 0, proxyStatus(502), true, true},
		{"not sent, certificate of the proxy not trusted", apierror.NotSent, 0, proxyOther(certificate), false, false},
		{"not sent, invalid proxy URL", apierror.NotSent, 0, &apierror.ProxyError{Err: errProxyURL}, false, false},
		{"throttled", apierror.Throttled, 429, api, true, true},
		{"throttled by a page", apierror.Throttled, 429, page, true, true},
		{"rejected, redirect", apierror.Rejected, 302, page, false, false},
		{"rejected, 400", apierror.Rejected, 400, api, false, false},
		{"rejected, 401", apierror.Rejected, 401, api, false, false},
		{"rejected, 403 page", apierror.Rejected, 403, page, false, false},
		{"rejected, 404", apierror.Rejected, 404, api, false, false},
		{"rejected, 409", apierror.Rejected, 409, api, false, false},
		{"rejected, 2xx with success false", apierror.Rejected, 200, api, false, false},
		{"ambiguous, response lost", apierror.Ambiguous, 0, errFake, true, false},
		{"ambiguous, 408", apierror.Ambiguous, 408, api, true, false},
		{"ambiguous, 500", apierror.Ambiguous, 500, api, true, false},
		{"ambiguous, 502", apierror.Ambiguous, 502, page, true, false},
		{"ambiguous, 503", apierror.Ambiguous, 503, api, true, false},
		{"ambiguous, 504", apierror.Ambiguous, 504, page, true, false},
		{"ambiguous, 501", apierror.Ambiguous, 501, api, false, false},
		{"ambiguous, 505", apierror.Ambiguous, 505, api, false, false},
		{"ambiguous, unreadable 200", apierror.Ambiguous, 200, page, false, false},
		{"ambiguous, unreadable 201", apierror.Ambiguous, 201, page, false, false},
		{"done", apierror.Done, 200, nil, false, false},
	} {
		for _, method := range allMethods {
			want := test.safe
			if method == http.MethodPost {
				want = test.post
			}
			if got := shouldRetry(method, test.outcome, test.status, test.err); got != want {
				t.Errorf("%s, %s: retried is %t, want %t", method, test.name, got, want)
			}
		}
	}
}

// TestShouldRetry_StatusesOfProxies is about the statuses that Cloudflare responds with if
// the server behind it fails. Some mean that the server may have acted.
func TestShouldRetry_StatusesOfProxies(t *testing.T) {
	t.Parallel()
	for status := 520; status <= 530; status++ {
		for _, method := range allMethods {
			if shouldRetry(method, apierror.Ambiguous, status, &apierror.ResponseError{}) {
				t.Errorf("%s is retried after %d", method, status)
			}
		}
	}
}

// TestClient_SingleAttempt_IsNotRetried checks that a request with SingleAttempt is never
// retried, and that other requests of the same client are.
func TestClient_SingleAttempt_IsNotRetried(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]step{
		"not sent": notSent, "lost": lost, "429": status(429), "429 with Retry-After": status(429, "Retry-After: 1"),
		"408": status(408), "500": status(500), "502": status(502), "503": status(503, "Retry-After: 1"), "504": status(504),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, single := range []bool{true, false} {
				synctest.Test(t, func(t *testing.T) {
					api := newFakeAPI(first, status(200))
					r := newRequest(t, http.MethodGet, "https://api.example/rest")
					r.SingleAttempt = single
					start := time.Now()
					err := newClient(api, patient).Do(t.Context(), r)
					want := 2
					if single {
						want = 1
					}
					if (err != nil) != single || api.sent() != want || r.Info().Attempts != want {
						t.Errorf("single %t: %d requests, %d attempts, %v", single, api.sent(), r.Info().Attempts, err)
					}
					if waited := time.Since(start); single && waited != 0 {
						t.Errorf("the client waited for %s after the only attempt", waited)
					}
				})
			}
		})
	}
}

// TestCheckRetry_ContextEnded is about a caller that gave up during an attempt. The
// request is not retried. If nothing happened, the error is that of the context.
func TestCheckRetry_ContextEnded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		outcome apierror.Outcome
		status  int
		want    error
	}{
		{apierror.NotSent, 0, context.Canceled},
		{apierror.Throttled, 429, context.Canceled},
		{apierror.Rejected, 400, nil},
		{apierror.Ambiguous, 503, nil},
		{apierror.Ambiguous, 0, nil},
		{apierror.Done, 200, nil},
	} {
		r := newRequest(t, http.MethodGet, "https://api.example")
		r.exchange.outcome, r.exchange.status, r.exchange.err = test.outcome, test.status, errFake
		ctx, cancel := context.WithCancel(withRequest(t.Context(), r))
		cancel()
		if retry, err := checkRetry(ctx, nil, nil); retry || !errors.Is(err, test.want) {
			t.Errorf("%s: got %t, %v, want false, %v", test.outcome, retry, err, test.want)
		}
	}
}

func TestBackoff_NoRetryAfter_IsRandomAndBounded(t *testing.T) {
	t.Parallel()
	const minWait, maxWait = 500 * time.Millisecond, 4 * time.Second
	for retry, bound := range map[int]time.Duration{
		0: minWait, 1: 2 * minWait, 2: 4 * minWait, 3: maxWait, 4: maxWait,
		40: maxWait, 63: maxWait, 64: maxWait, 1_000_000: maxWait, // past what a duration can hold
	} {
		highest := time.Duration(0)
		for range 1000 {
			wait := backoff(minWait, maxWait, retry, &http.Response{})
			if wait < 0 || wait >= bound {
				t.Fatalf("retry %d: waited %s, the bound is %s", retry, wait, bound)
			}
			highest = max(highest, wait)
		}
		if highest < bound/2 {
			t.Errorf("retry %d: the longest of 1000 waits is %s, far below the bound %s", retry, highest, bound)
		}
	}
	if wait := backoff(minWait, 0, 3, nil); wait != 0 {
		t.Errorf("waited %s although retry_max_wait is 0", wait)
	}
}

func TestBackoff_RetryAfter_IsBoundedByMaxWait(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]time.Duration{"2": 2 * time.Second, "3600": time.Minute} {
		resp := &http.Response{Header: http.Header{"Retry-After": {header}}}
		if wait := backoff(time.Second, time.Minute, 0, resp); wait != want {
			t.Errorf("Retry-After %s: waited %s, want %s", header, wait, want)
		}
	}
}

// TestBackoff_ShortRetryAfter_IsRandomAndBounded checks that the wait is not shorter than
// without Retry-After. Otherwise a request uses up its attempts at once.
func TestBackoff_ShortRetryAfter_IsRandomAndBounded(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"0", "1", "Fri, 31 Dec 1999 00:00:00 GMT"} {
		resp := &http.Response{Header: http.Header{"Retry-After": {header}}}
		shortest, longest := time.Minute, time.Duration(0)
		for range 1000 {
			wait := backoff(MinWait, time.Minute, 4, resp)
			shortest, longest = min(shortest, wait), max(longest, wait)
		}
		if header == "1" && shortest != time.Second || longest < 4*time.Second || longest >= 8*time.Second {
			t.Errorf("Retry-After %s: waited %s to %s", header, shortest, longest)
		}
	}
	if wait := backoff(MinWait, 0, 4, &http.Response{Header: http.Header{"Retry-After": {"1"}}}); wait != 0 {
		t.Errorf("waited %s although retry_max_wait is 0", wait)
	}
}

// TestRetryAfter_Date checks that the clock of the server counts, and not that of this
// machine. Without a Date, the local clock is used.
func TestRetryAfter_Date(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // fake time begins in 2000
		for _, test := range []struct {
			after, date, age string
			want             time.Duration
		}{
			{"Sat, 01 Jan 2000 00:00:07 GMT", "", "", 7 * time.Second},
			{"Sat, 01 Jan 2000 00:00:07 GMT", "today", "", 7 * time.Second},
			{"Sat, 01 Jan 2000 05:00:07 GMT", "Sat, 01 Jan 2000 05:00:00 GMT", "", 7 * time.Second},
			{"Fri, 31 Dec 1999 05:00:07 GMT", "Fri, 31 Dec 1999 05:00:00 GMT", "", 7 * time.Second},
			{"Fri, 31 Dec 1999 05:00:07 GMT", "Fri, 31 Dec 1999 05:00:00 GMT", "3", 4 * time.Second},
			{"Fri, 31 Dec 1999 04:00:00 GMT", "Fri, 31 Dec 1999 05:00:00 GMT", "", 0},
			{"7", "Fri, 31 Dec 1999 05:00:00 GMT", "", 7 * time.Second},
		} {
			resp := &http.Response{Header: http.Header{"Retry-After": {test.after}, "Date": {test.date}, "Age": {test.age}}}
			if wait, ok := retryAfter(resp); wait != test.want || !ok {
				t.Errorf("%+v: got %s, %t", test, wait, ok)
			}
		}
	})
}

func TestMaxWait(t *testing.T) {
	t.Parallel()
	for retry, want := range map[int]time.Duration{0: time.Second, 1: 2 * time.Second, 2: 4 * time.Second, 3: 5 * time.Second, 1_000_000: 5 * time.Second} {
		if got := MaxWait(time.Second, 5*time.Second, retry); got != want {
			t.Errorf("retry %d: got %s, want %s", retry, got, want)
		}
	}
	if got := MaxWait(time.Second, time.Millisecond, 0); got != time.Millisecond {
		t.Errorf("the first wait is %s, longer than the longest", got)
	}
}

func TestParseRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for header, want := range map[string]struct {
		wait time.Duration
		ok   bool
	}{
		"0":                             {0, true},
		"7":                             {7 * time.Second, true},
		"-1":                            {},
		"1.5":                           {},
		"4294967295":                    {4294967295 * time.Second, true},
		"99999999999999999999":          {4294967295 * time.Second, true},
		"soon":                          {},
		"":                              {},
		"Fri, 02 Jan 2026 03:04:15 GMT": {10 * time.Second, true},
		"Fri, 02 Jan 2026 03:04:00 GMT": {0, true},
	} {
		if wait, ok := parseRetryAfter(header, now); wait != want.wait || ok != want.ok {
			t.Errorf("%q: got %s, %t, want %s, %t", header, wait, ok, want.wait, want.ok)
		}
	}
}

// FuzzParseRetryAfter checks that a wait is never negative, whatever the API sends.
func FuzzParseRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "0", "120", "-1", "1e9", "99999999999999999999", "Tue, 24 Nov 2026 19:00:00 GMT"} {
		f.Add(seed)
	}
	now := time.Date(2026, time.November, 24, 18, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, header string) {
		if wait, ok := parseRetryAfter(header, now); wait < 0 || !ok && wait != 0 {
			t.Fatalf("%q: %s, %t", header, wait, ok)
		}
	})
}
