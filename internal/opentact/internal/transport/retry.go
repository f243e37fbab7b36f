// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// MinWait is the upper bound of the wait before the first retry. It doubles with
// each further retry.
const MinWait = 500 * time.Millisecond

// checkRetry reports whether to retry a request. It is a hook of the retry library and
// replaces its default policy. That policy resends a POST after a lost response, which
// can create a profile twice.
func checkRetry(ctx context.Context, _ *http.Response, _ error) (bool, error) {
	r := requestFrom(ctx)
	x := &r.exchange
	if r.SingleAttempt || !shouldRetry(r.Method, x.outcome, x.status, x.err) {
		return false, nil
	}
	if err := ctx.Err(); err != nil {
		if x.outcome.NothingHappened() {
			return false, err // the error of the request is the end of ctx
		}
		return false, nil // the error of the request is the error of the attempt
	}
	return true, nil
}

// shouldRetry is the retry policy. It reports whether to retry a request. The status is 0
// if there was no complete response.
func shouldRetry(method string, outcome apierror.Outcome, status int, err error) bool {
	switch outcome {
	case apierror.NotSent:
		return !isPermanent(err)
	case apierror.Throttled:
		return true
	case apierror.Ambiguous:
		return method != http.MethodPost && isTransient(status)
	default:
		return false
	}
}

// isTransient reports whether a later attempt may succeed after an ambiguous outcome.
func isTransient(status int) bool {
	switch status {
	case 0, http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	default:
		return false
	}
}

// errProxyURL means that the environment does not contain a valid URL of a proxy.
var errProxyURL = errors.New("HTTPS_PROXY is not the URL of a proxy")

// isPermanent reports whether each retry would fail in the same way. That is so if the
// certificate is not trusted, if the proxy's URL or credentials are wrong, or if no program
// listens at a loopback address: the emulator is not running, and users wait for nothing.
func isPermanent(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	proxy, ok := errors.AsType[*apierror.ProxyError](err)
	if ok {
		return errors.Is(err, errProxyURL) || proxy.Status == http.StatusProxyAuthRequired
	}
	return apierror.IsRefusedLoopback(err)
}

// backoff returns the wait before a retry. It is a hook of the retry library. The wait is
// the Retry-After of the response, but at least the jittered back-off, because Retry-After
// may be 0. It never exceeds maxWait.
func backoff(minWait, maxWait time.Duration, retry int, resp *http.Response) time.Duration {
	wait, _ := retryAfter(resp)
	return min(max(wait, jitter(minWait, maxWait, retry)), maxWait)
}

// jitter returns a random part of MaxWait (full jitter).
func jitter(minWait, maxWait time.Duration, retry int) time.Duration {
	return rand.N(max(1, MaxWait(minWait, maxWait, retry))) //nolint:gosec // the random number is not a secret
}

// MaxWait returns the upper bound of the wait before a retry. Retries are counted from 0.
func MaxWait(minWait, maxWait time.Duration, retry int) time.Duration {
	wait := minWait
	for range retry {
		if wait *= 2; wait >= maxWait {
			break
		}
	}
	return min(wait, maxWait)
}

// retryAfter returns the Retry-After of a response and reports whether there is one. A
// date is on the server's clock, so it is compared with the Date of the response. Without
// Date, it is compared with the local clock.
func retryAfter(resp *http.Response) (time.Duration, bool) {
	if resp == nil {
		return 0, false
	}
	now := time.Now()
	if date := readDate(resp.Header); !date.IsZero() {
		now = date.Add(readAge(resp.Header))
	}
	return parseRetryAfter(resp.Header.Get("Retry-After"), now)
}

// parseRetryAfter reads a Retry-After header, in seconds or as an HTTP date (RFC 9110,
// section 10.2.3). A date in the past means no wait.
func parseRetryAfter(header string, now time.Time) (time.Duration, bool) {
	seconds, err := strconv.ParseUint(header, 10, 32)
	if err == nil || errors.Is(err, strconv.ErrRange) { // out of range, seconds is the largest number
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(header); err == nil {
		return max(0, date.Sub(now)), true
	}
	return 0, false
}
