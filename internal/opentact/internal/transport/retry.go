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

// checkRetry is the hook of the retry library that decides whether a request is sent
// again. It replaces the library's policy, which resends a POST after a lost response
// and so creates a profile twice.
func checkRetry(ctx context.Context, _ *http.Response, _ error) (bool, error) {
	r := requestFrom(ctx)
	x := &r.exchange
	if !shouldRetry(r.Method, x.outcome, x.status, x.err) {
		return false, nil
	}
	if err := ctx.Err(); err != nil {
		if x.outcome.NothingHappened() {
			return false, err // the error is that the caller gave up
		}
		return false, nil // the error is that of the attempt
	}
	return true, nil
}

// shouldRetry is the retry policy. The status is 0 if no whole response came.
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

// errProxyURL means that the environment does not hold the URL of a proxy.
var errProxyURL = errors.New("HTTPS_PROXY is not the URL of a proxy")

// isPermanent reports whether each further attempt would fail to be sent in the same
// way: the certificate is not trusted, or the proxy's URL or credentials are wrong.
func isPermanent(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	proxy, ok := errors.AsType[*apierror.ProxyError](err)
	return errors.Is(err, errProxyURL) || ok && proxy.Status == http.StatusProxyAuthRequired
}

// backoff is the hook of the retry library that returns how long to wait before an
// attempt: the Retry-After of the response, or else a random part of a time that
// doubles with each attempt (full jitter). Neither exceeds longest.
func backoff(shortest, longest time.Duration, attempt int, resp *http.Response) time.Duration {
	if wait, ok := retryAfter(resp); ok {
		return min(wait, longest)
	}
	return rand.N(max(1, MaxWait(shortest, longest, attempt))) //nolint:gosec // it spreads waits, it keeps no secret
}

// MaxWait returns the upper bound of the wait before a retry, counted from 0.
func MaxWait(shortest, longest time.Duration, retry int) time.Duration {
	wait := shortest
	for range retry {
		if wait *= 2; wait >= longest {
			break
		}
	}
	return min(wait, longest)
}

// retryAfter returns the Retry-After of a response, if it has one.
func retryAfter(resp *http.Response) (time.Duration, bool) {
	if resp == nil {
		return 0, false
	}
	return parseRetryAfter(resp.Header.Get("Retry-After"), time.Now())
}

// parseRetryAfter reads a Retry-After header, in seconds or as an HTTP date (RFC 9110,
// section 10.2.3). A date in the past is no wait.
func parseRetryAfter(header string, now time.Time) (time.Duration, bool) {
	seconds, err := strconv.ParseUint(header, 10, 32)
	if err == nil || errors.Is(err, strconv.ErrRange) { // then it is the largest number
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(header); err == nil {
		return max(0, date.Sub(now)), true
	}
	return 0, false
}
