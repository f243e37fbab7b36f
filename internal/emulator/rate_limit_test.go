// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"math"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// served sends requests until one is rejected and returns how many were served, at most 100.
func served(t *testing.T, e *emulator.Emulator) int {
	t.Helper()
	for n := range 100 {
		if status(t, e, http.MethodGet, "/profile/messaging", "") != http.StatusOK {
			return n
		}
	}
	return 100
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEmulator(t, emulator.Options{RequestsPerSecond: 2.5})
		mustEqual(t, "burst: the rate, rounded up", 3, served(t, e))
		time.Sleep(400 * time.Millisecond)
		mustEqual(t, "after the interval of one request", 1, served(t, e))
		time.Sleep(time.Hour)
		mustEqual(t, "after a pause", 3, served(t, e))
		e.LimitRate(1)
		mustEqual(t, "under another limit", 1, served(t, e))
		for _, none := range []float64{0, -1, math.NaN()} {
			e.LimitRate(none)
			mustEqual(t, "without a limit", 100, served(t, e))
		}
		e.LimitRate(math.Inf(1))
		mustEqual(t, "under the highest limit", 100, served(t, e))
	})
}

func TestRateLimit_RetryAfter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		perSecond  float64
		wait       time.Duration // after the first request
		retryAfter string
	}{
		{1, 0, "1"}, {0.1, 0, "10"}, {0.1, 1500 * time.Millisecond, "9"}, {0.1, 9500 * time.Millisecond, "1"}, {0.7, 0, "2"}, {1e-300, 0, "2147483647"},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := newEmulator(t, emulator.Options{RequestsPerSecond: c.perSecond})
			mustEqual(t, "first", http.StatusOK, status(t, a, http.MethodGet, "/profile/messaging", ""))
			time.Sleep(c.wait)
			got, _ := serveRequest(t, a, http.MethodGet, "/profile/messaging", "", validHeader())
			mustEqual(t, "status", http.StatusTooManyRequests, got.Code)
			mustEqual(t, "Retry-After", c.retryAfter, got.Header().Get("Retry-After"))
		})
	}
}

func TestRateLimit_IsAppliedBeforeTokenAndRules(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{RequestsPerSecond: 0.001})
	rule := inject(t, a.Emulator, always(emulator.Fault{Action: emulator.ActionRespond, Status: 503}))
	a.expect(http.StatusServiceUnavailable, a.send(http.MethodGet, "/profile/nothing", ""))
	got := a.expect(http.StatusTooManyRequests, a.sendWith(http.MethodGet, "/rest/profile/nothing", "", http.Header{}))
	mustEqual(t, "response", `{"success":false,"message":"Too many requests: the limit is 0.001 per second","status":429}`, got.raw)
	mustEqual(t, "hits", 1, rule.Hits())
	mustEqual(t, "fault in the log", emulator.Action(""), a.Requests()[1].Fault)
}
