// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// checkRetry decides whether a request is sent again, in place of the library's
// own policy, which would send a POST again after a lost answer and so create
// a profile twice.
func checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	c := callOf(ctx)
	// Whatever ended the caller's context, an answer that has arrived is still
	// to be read: no error is returned in its place.
	if ctx.Err() != nil || !shouldRetry(c, resp, err) {
		return false, nil //nolint:nilerr // the attempt's own outcome is the one to return
	}
	if resp != nil && resp.StatusCode == http.StatusTooManyRequests {
		c.left.Store(false) // it did not happen, even if the wait for the next attempt is interrupted
	}
	c.unclear = c.unclear || c.left.Load()
	c.leave()
	return true, nil
}

// shouldRetry is the policy: what may be sent again after which failure.
func shouldRetry(c *call, resp *http.Response, err error) bool {
	safe := c.method != http.MethodPost
	if err == nil {
		return isRetryable(resp.StatusCode, safe)
	}
	if isType[*APIError](err) || isType[*AnswerError](err) {
		return false // an answer, and read to its end
	}
	if isType[*tls.CertificateVerificationError](err) || errors.Is(err, errProxy) {
		return false // the next attempt would meet the same certificate, or have no proxy again
	}
	return safe || !c.left.Load()
}

// isRetryable tells for which statuses a later attempt may fare better. A POST
// is sent again after a 429 only, which says that it was not carried out.
func isRetryable(status int, safe bool) bool {
	switch status {
	case http.StatusTooManyRequests:
		return true
	case http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return safe
	default:
		return false
	}
}

// backoff is how long to wait before an attempt: what the API asked for by
// Retry-After, or else a random part (full jitter) of a time that doubles with
// each attempt. Neither exceeds longest.
func backoff(shortest, longest time.Duration, attempt int, resp *http.Response) time.Duration {
	if wait, ok := retryAfter(resp); ok {
		return min(wait, longest)
	}
	return rand.N(max(1, ceiling(shortest, longest, attempt))) //nolint:gosec // spreads waits, keeps no secret
}

// ceiling is the longest that may be waited before an attempt.
func ceiling(shortest, longest time.Duration, attempt int) time.Duration {
	wait := shortest
	for range attempt {
		if wait *= 2; wait >= longest {
			break
		}
	}
	return min(wait, longest)
}

// retryAfter is what an answer says of when to come back, if there is one and
// it does.
func retryAfter(resp *http.Response) (time.Duration, bool) {
	if resp == nil {
		return 0, false
	}
	return parseRetryAfter(resp.Header.Get("Retry-After"), time.Now())
}

// parseRetryAfter reads a Retry-After header, in seconds or as an HTTP date
// (RFC 9110, section 10.2.3). A date in the past is no wait at all.
func parseRetryAfter(header string, now time.Time) (time.Duration, bool) {
	seconds, err := strconv.ParseUint(header, 10, 32)
	if err == nil || errors.Is(err, strconv.ErrRange) { // then it is the highest there is
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(header); err == nil {
		return max(0, date.Sub(now)), true
	}
	return 0, false
}
