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

// rateLimit rejects requests above the rate limit. A nil limiter means no limit.
type rateLimit struct{ limiter atomic.Pointer[rate.Limiter] }

// LimitRate sets the rate limit for all clients together, in requests per second. The maximum is 1,000,000. 0, a
// negative number or NaN means no limit. After a pause, one second's worth of requests (rounded up) may arrive at once.
// Requests above the limit get status 429 and a Retry-After header with the seconds until the next request is allowed.
func (e *Emulator) LimitRate(perSecond float64) {
	if !(perSecond > 0) { // true for NaN
		e.limit.limiter.Store(nil)
		return
	}
	perSecond = min(perSecond, maxRate)
	e.limit.limiter.Store(rate.NewLimiter(rate.Limit(perSecond), int(math.Ceil(perSecond))))
}

func (l *rateLimit) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limiter := l.limiter.Load()
		if limiter == nil || limiter.Allow() {
			next.ServeHTTP(w, r)
			return
		}
		seconds := (1 - limiter.Tokens()) / float64(limiter.Limit()) // may be negative: tokens arrive after Allow
		setRetryAfter(w.Header(), int(max(1, min(math.Ceil(seconds), math.MaxInt32))))
		rejection(http.StatusTooManyRequests, fmt.Sprintf("Too many requests: the limit is %g per second",
			float64(limiter.Limit()))).write(w)
	})
}

func setRetryAfter(header http.Header, seconds int) {
	header.Set("Retry-After", strconv.Itoa(seconds))
}

// setRetryAfterDate sets the date form of Retry-After. The date has whole seconds. It is rounded up, so that the wait is
// never shorter than seconds.
func setRetryAfterDate(header http.Header, seconds int) {
	date := ceilSecond(time.Now().Add(time.Duration(seconds) * time.Second))
	header.Set("Retry-After", date.UTC().Format(http.TimeFormat))
}
