// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// rateLimit refuses requests that come too fast. Nil in it means that none does.
type rateLimit struct{ bucket atomic.Pointer[rate.Limiter] }

// LimitRate sets how many requests per second are served from now on, all clients together, at most a million; 0, or
// anything that is not more, means no limit. So many, rounded up, may come at once after a pause. What is more is
// answered 429, with a Retry-After of the seconds until the next request is served.
func (e *Emulator) LimitRate(perSecond float64) {
	if !(perSecond > 0) { // true for NaN
		e.limit.bucket.Store(nil)
		return
	}
	perSecond = min(perSecond, maxRate)
	e.limit.bucket.Store(rate.NewLimiter(rate.Limit(perSecond), int(math.Ceil(perSecond))))
}

func (l *rateLimit) link(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bucket := l.bucket.Load()
		if bucket == nil || bucket.Allow() {
			next.ServeHTTP(w, r)
			return
		}
		seconds := (1 - bucket.Tokens()) / float64(bucket.Limit()) // not positive if one has come in since
		setRetryAfter(w.Header(), int(max(1, min(math.Ceil(seconds), math.MaxInt32))))
		refusal(http.StatusTooManyRequests, fmt.Sprintf("Too many requests: the limit is %g per second",
			float64(bucket.Limit()))).write(w)
	})
}

// setRetryAfter asks a client to wait.
func setRetryAfter(header http.Header, seconds int) {
	header.Set("Retry-After", strconv.Itoa(seconds))
}

// setRetryAfterDate asks a client to wait, by the other way that HTTP has. The date has whole seconds, so it is rounded
// up: nobody is asked to wait for less.
func setRetryAfterDate(header http.Header, seconds int) {
	date := wholeSecond(time.Now().Add(time.Duration(seconds) * time.Second))
	header.Set("Retry-After", date.UTC().Format(http.TimeFormat))
}
